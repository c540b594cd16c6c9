-- Changes whenever the rights of a user change: the role, whether the user is disabled, the
-- memberships. A write compares it with the version that its caller's rights were read at.
ALTER TABLE users ADD COLUMN rights_version BIGINT NOT NULL DEFAULT 1;

CREATE TRIGGER users_rights_changed AFTER UPDATE OF role, disabled ON users
WHEN OLD.role <> NEW.role OR OLD.disabled <> NEW.disabled BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.id;
END;
CREATE TRIGGER members_inserted AFTER INSERT ON members BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.user_id;
END;
CREATE TRIGGER members_updated AFTER UPDATE OF role ON members WHEN OLD.role <> NEW.role BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.user_id;
END;
CREATE TRIGGER members_deleted AFTER DELETE ON members BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = OLD.user_id;
END;
