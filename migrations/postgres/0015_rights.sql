-- Changes whenever the rights of a user change: the role, whether the user is disabled, the
-- memberships. A write compares it with the version that its caller's rights were read at.
ALTER TABLE users ADD COLUMN rights_version BIGINT NOT NULL DEFAULT 1;

CREATE FUNCTION renew_rights_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.rights_version := OLD.rights_version + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER users_rights_changed BEFORE UPDATE OF role, disabled ON users
    FOR EACH ROW WHEN (OLD.role <> NEW.role OR OLD.disabled <> NEW.disabled)
    EXECUTE FUNCTION renew_rights_version();

CREATE FUNCTION renew_rights_version_of_members() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id IN (SELECT DISTINCT user_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER members_inserted AFTER INSERT ON members
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_rights_version_of_members();
CREATE TRIGGER members_updated AFTER UPDATE ON members
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_rights_version_of_members();
CREATE TRIGGER members_deleted AFTER DELETE ON members
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_rights_version_of_members();
