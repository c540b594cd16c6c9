-- What the operation ids and names of APIs look like, as in 0026. The start after this migration fills it.
ALTER TABLE api_rows ADD COLUMN operation_id_looks TEXT NOT NULL DEFAULT '';
ALTER TABLE api_rows ADD COLUMN name_looks TEXT NOT NULL DEFAULT '';
CREATE INDEX api_rows_by_operation_id_looks ON api_rows (system_id, operation_id_looks);
CREATE INDEX api_rows_by_name_looks ON api_rows (system_id, name_looks);
-- Those that are left to fill.
CREATE INDEX api_rows_without_operation_id_looks ON api_rows (id) WHERE operation_id_looks = '';
CREATE INDEX api_rows_without_name_looks ON api_rows (id) WHERE name_looks = '';

-- The APIs that everybody sees.
DROP VIEW apis;
CREATE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, deprecated, scope,
    removed, imported, unmatchable, base_path, operation_id_looks, name_looks
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);

-- Only a change that decisions need renews the version. The name of an API is not among it.
DROP TRIGGER apis_updated;
CREATE TRIGGER apis_updated AFTER UPDATE OF key, method, path, base_path, multi_segment, scope, removed ON api_rows
WHEN (NEW.key, NEW.method, NEW.path, NEW.base_path, NEW.multi_segment, NEW.scope, NEW.removed)
    IS NOT (OLD.key, OLD.method, OLD.path, OLD.base_path, OLD.multi_segment, OLD.scope, OLD.removed) BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count + (NEW.removed = 0) - (OLD.removed = 0),
        global_api_count = global_api_count + (NEW.scope = 'global') - (OLD.scope = 'global')
    WHERE id = NEW.system_id;
END;
