-- What decisions keep in memory of a system has versions of its own, so that a change reads again
-- only what it changed. A version is random: it never comes back, not even after a restore.

-- The operations of a system and its base path.
ALTER TABLE systems ADD COLUMN operations_version TEXT NOT NULL DEFAULT '';
-- The projects that a system is opened to.
ALTER TABLE systems ADD COLUMN openings_version TEXT NOT NULL DEFAULT '';

CREATE TRIGGER apis_inserted AFTER INSERT ON apis BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = NEW.system_id;
END;
CREATE TRIGGER apis_updated AFTER UPDATE OF key, method, path, base_path, multi_segment, scope, removed ON apis BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = NEW.system_id;
END;
CREATE TRIGGER apis_deleted AFTER DELETE ON apis BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = OLD.system_id;
END;
CREATE TRIGGER systems_moved AFTER UPDATE OF base_path ON systems WHEN OLD.base_path <> NEW.base_path BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = NEW.id;
END;

CREATE TRIGGER project_systems_inserted AFTER INSERT ON project_systems BEGIN
    UPDATE systems SET openings_version = hex(randomblob(16)) WHERE id = NEW.system_id;
END;
CREATE TRIGGER project_systems_deleted AFTER DELETE ON project_systems BEGIN
    UPDATE systems SET openings_version = hex(randomblob(16)) WHERE id = OLD.system_id;
END;

UPDATE systems SET operations_version = hex(randomblob(16)), openings_version = hex(randomblob(16));
