-- No writer of an earlier version works meanwhile: it locks these tables in another order.
SELECT pg_advisory_xact_lock(7809651199139603833);

-- How many APIs a system has is kept, not counted in each list: those that are not removed, and
-- those that are global.
ALTER TABLE systems ADD COLUMN api_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN global_api_count BIGINT NOT NULL DEFAULT 0;
UPDATE systems SET
    api_count = (SELECT COUNT(*) FROM apis WHERE system_id = systems.id AND removed = 0),
    global_api_count = (SELECT COUNT(*) FROM apis WHERE system_id = systems.id AND scope = 'global');
DROP INDEX api_rows_counted;

DROP TRIGGER apis_inserted ON api_rows;
DROP TRIGGER apis_updated ON api_rows;
DROP TRIGGER apis_deleted ON api_rows;
DROP FUNCTION renew_operations_version();
DROP FUNCTION renew_operations_version_of_changed();

CREATE FUNCTION note_new_apis() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count + c.present, global_api_count = s.global_api_count + c.global
    FROM (SELECT system_id, COUNT(*) FILTER (WHERE removed = 0) AS present,
            COUNT(*) FILTER (WHERE scope = 'global') AS global
        FROM changed WHERE import_id IS NULL GROUP BY system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
-- Rows that no longer wait for their import do not change.
CREATE FUNCTION note_changed_apis() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count + c.present, global_api_count = s.global_api_count + c.global
    FROM (SELECT n.system_id,
            COUNT(*) FILTER (WHERE n.removed = 0) - COUNT(*) FILTER (WHERE f.removed = 0) AS present,
            COUNT(*) FILTER (WHERE n.scope = 'global') - COUNT(*) FILTER (WHERE f.scope = 'global') AS global
        FROM changed n JOIN former f ON f.id = n.id
        WHERE f.import_id IS NOT DISTINCT FROM n.import_id GROUP BY n.system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
-- Also published APIs that still have the id of their import: until it is cleared, they are APIs like
-- all others.
CREATE FUNCTION note_deleted_apis() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count - c.present, global_api_count = s.global_api_count - c.global
    FROM (SELECT system_id, COUNT(*) FILTER (WHERE removed = 0) AS present,
            COUNT(*) FILTER (WHERE scope = 'global') AS global
        FROM changed
        WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1)
        GROUP BY system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION note_published_apis() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems SET
        api_count = api_count + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND removed = 0),
        global_api_count = global_api_count
            + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND scope = 'global')
    WHERE id = NEW.system_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER apis_inserted AFTER INSERT ON api_rows
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_new_apis();
CREATE TRIGGER apis_updated AFTER UPDATE ON api_rows
    REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_changed_apis();
CREATE TRIGGER apis_deleted AFTER DELETE ON api_rows
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_deleted_apis();
CREATE TRIGGER imports_published AFTER UPDATE OF published ON imports
    FOR EACH ROW WHEN (NEW.published > OLD.published) EXECUTE FUNCTION note_published_apis();
