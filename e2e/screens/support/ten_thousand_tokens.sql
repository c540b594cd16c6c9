-- Inserts 10,000 tokens for the speed test of the list, on both databases, while no server runs. The tokens have no
-- keys, because the list does not read them. So no call passes with these tokens.
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
INSERT INTO tokens (id, kind, name, name_key, description, generation, version, created_at, created_by, updated_at, updated_by)
SELECT
    -- ULIDs have 26 characters.
    'tok_' || substr('00000000000000000000000000' || n, length('' || n) + 1),
    'rsa', 'Sensor ' || n, 'sensor ' || n, '', 1, 1, 1790000000000 + n, 'admin', 1790000000000 + n, 'admin'
FROM numbers;

INSERT INTO token_apis (token_id, api_id)
SELECT tokens.id, (SELECT min(id) FROM apis) FROM tokens WHERE name_key LIKE 'sensor %';

INSERT INTO token_projects (token_id, project_id)
SELECT tokens.id, (SELECT min(id) FROM projects) FROM tokens WHERE name_key LIKE 'sensor %';
