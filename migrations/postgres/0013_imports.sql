-- An import writes new APIs some at a time, where nobody sees them, and then publishes them all with
-- one row. So no other write waits for long, and an import that breaks off changes nothing.

-- No writer of an earlier version works meanwhile: it locks these tables in another order.
SELECT pg_advisory_xact_lock(7809651199139603833);

CREATE TABLE imports (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    -- One at a time for each system.
    system_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES systems (id) ON DELETE CASCADE,
    -- When it last went on. One that stands still is given up.
    renewed_at BIGINT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
);

ALTER TABLE apis RENAME TO api_rows;
-- The import that brings this API; null if the API does not wait for any.
ALTER TABLE api_rows ADD COLUMN import_id TEXT COLLATE "C";
CREATE INDEX api_rows_by_import ON api_rows (import_id) WHERE import_id IS NOT NULL;

-- The APIs that everybody sees.
CREATE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, name_key, tags, deprecated, scope,
    removed, imported, unmatchable, base_path
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);

-- Publishing renews the version, not the rows that wait for it.
DROP TRIGGER apis_inserted ON api_rows;
DROP TRIGGER apis_updated ON api_rows;
DROP TRIGGER apis_deleted ON api_rows;
DROP FUNCTION renew_operations_version();
CREATE FUNCTION renew_operations_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems SET operations_version = gen_random_uuid()
    WHERE id IN (SELECT DISTINCT system_id FROM changed WHERE import_id IS NULL);
    RETURN NULL;
END
$$;
CREATE FUNCTION renew_operations_version_of_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems SET operations_version = gen_random_uuid()
    WHERE id IN (SELECT DISTINCT c.system_id FROM changed c JOIN former f ON f.id = c.id
        WHERE f.import_id IS NOT DISTINCT FROM c.import_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER apis_inserted AFTER INSERT ON api_rows
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version();
CREATE TRIGGER apis_updated AFTER UPDATE ON api_rows
    REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version_of_changed();
CREATE TRIGGER apis_deleted AFTER DELETE ON api_rows
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version();
