-- No writer works meanwhile, and readers lock the view before its tables.
SELECT pg_advisory_xact_lock(7809651199139603833);
LOCK TABLE apis IN ACCESS EXCLUSIVE MODE;

-- What the operation ids and names of APIs look like, as in 0026. The start after this migration fills it.
ALTER TABLE api_rows ADD COLUMN operation_id_looks TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE api_rows ADD COLUMN name_looks TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX api_rows_by_operation_id_looks ON api_rows (system_id, operation_id_looks);
CREATE INDEX api_rows_by_name_looks ON api_rows (system_id, name_looks);
-- Those that are left to fill.
CREATE INDEX api_rows_without_operation_id_looks ON api_rows (id) WHERE operation_id_looks = '';
CREATE INDEX api_rows_without_name_looks ON api_rows (id) WHERE name_looks = '';

-- The APIs that everybody sees.
CREATE OR REPLACE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, deprecated, scope,
    removed, imported, unmatchable, base_path, operation_id_looks, name_looks
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);

-- Only a change that decisions need renews the version. The name of an API is not among it.
CREATE OR REPLACE FUNCTION note_changed_apis() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count + c.present, global_api_count = s.global_api_count + c.global
    FROM (SELECT n.system_id,
            COUNT(*) FILTER (WHERE n.removed = 0) - COUNT(*) FILTER (WHERE f.removed = 0) AS present,
            COUNT(*) FILTER (WHERE n.scope = 'global') - COUNT(*) FILTER (WHERE f.scope = 'global') AS global
        FROM changed n JOIN former f ON f.id = n.id
        WHERE (n.key, n.method, n.path, n.base_path, n.multi_segment, n.scope, n.removed)
            IS DISTINCT FROM (f.key, f.method, f.path, f.base_path, f.multi_segment, f.scope, f.removed)
        GROUP BY n.system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
