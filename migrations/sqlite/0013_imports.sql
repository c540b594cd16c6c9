-- An import writes new APIs some at a time, where nobody sees them, and then publishes them all with
-- one row. So no other write waits for long, and an import that breaks off changes nothing.

CREATE TABLE imports (
    id TEXT PRIMARY KEY NOT NULL,
    -- One at a time for each system.
    system_id TEXT NOT NULL UNIQUE REFERENCES systems (id) ON DELETE CASCADE,
    -- When it last went on. One that stands still is given up.
    renewed_at BIGINT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
);

ALTER TABLE apis RENAME TO api_rows;
-- The import that brings this API; null if the API does not wait for any.
ALTER TABLE api_rows ADD COLUMN import_id TEXT;
CREATE INDEX api_rows_by_import ON api_rows (import_id) WHERE import_id IS NOT NULL;

-- The APIs that everybody sees.
CREATE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, name_key, tags, deprecated, scope,
    removed, imported, unmatchable, base_path
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);

-- Publishing renews the version, not the rows that wait for it.
DROP TRIGGER apis_inserted;
DROP TRIGGER apis_deleted;
CREATE TRIGGER apis_inserted AFTER INSERT ON api_rows WHEN NEW.import_id IS NULL BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = NEW.system_id;
END;
CREATE TRIGGER apis_deleted AFTER DELETE ON api_rows WHEN OLD.import_id IS NULL BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = OLD.system_id;
END;
