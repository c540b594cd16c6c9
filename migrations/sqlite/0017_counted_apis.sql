-- How many APIs a system has is kept, not counted in each list: those that are not removed, and
-- those that are global.
ALTER TABLE systems ADD COLUMN api_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN global_api_count BIGINT NOT NULL DEFAULT 0;
UPDATE systems SET
    api_count = (SELECT COUNT(*) FROM apis WHERE system_id = systems.id AND removed = 0),
    global_api_count = (SELECT COUNT(*) FROM apis WHERE system_id = systems.id AND scope = 'global');
DROP INDEX api_rows_counted;

DROP TRIGGER apis_inserted;
DROP TRIGGER apis_updated;
DROP TRIGGER apis_deleted;
CREATE TRIGGER apis_inserted AFTER INSERT ON api_rows WHEN NEW.import_id IS NULL BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count + (NEW.removed = 0),
        global_api_count = global_api_count + (NEW.scope = 'global')
    WHERE id = NEW.system_id;
END;
CREATE TRIGGER apis_updated AFTER UPDATE OF key, method, path, base_path, multi_segment, scope, removed ON api_rows BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count + (NEW.removed = 0) - (OLD.removed = 0),
        global_api_count = global_api_count + (NEW.scope = 'global') - (OLD.scope = 'global')
    WHERE id = NEW.system_id;
END;
-- Also a published API that still has the id of its import: until it is cleared, it is one like all
-- others.
CREATE TRIGGER apis_deleted AFTER DELETE ON api_rows
WHEN OLD.import_id IS NULL OR OLD.import_id IN (SELECT id FROM imports WHERE published = 1) BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count - (OLD.removed = 0),
        global_api_count = global_api_count - (OLD.scope = 'global')
    WHERE id = OLD.system_id;
END;
CREATE TRIGGER imports_published AFTER UPDATE OF published ON imports WHEN NEW.published > OLD.published BEGIN
    UPDATE systems SET
        api_count = api_count + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND removed = 0),
        global_api_count = global_api_count
            + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND scope = 'global')
    WHERE id = NEW.system_id;
END;
