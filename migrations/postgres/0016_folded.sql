-- No writer of an earlier version works meanwhile: it locks these tables in another order.
SELECT pg_advisory_xact_lock(7809651199139603833);

-- What a search by part of a key or a name looks at: texts that are folded in Rust, one a line. The
-- start after this migration fills it.
ALTER TABLE projects ADD COLUMN folded TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN folded TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN folded TEXT COLLATE "C" NOT NULL DEFAULT '';
-- There can be many projects. A search reads only this index.
CREATE INDEX projects_searched ON projects (key, folded);

-- The same for APIs: the key, the name and the path.
DROP VIEW apis;
ALTER TABLE api_rows RENAME COLUMN name_key TO folded;
-- The APIs that everybody sees.
CREATE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, deprecated, scope,
    removed, imported, unmatchable, base_path
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);
-- The list of systems counts their APIs.
CREATE INDEX api_rows_counted ON api_rows (system_id, scope, removed, import_id);
