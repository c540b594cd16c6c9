-- How many calls may be made with a token: `requests` in `seconds`, and `burst` at once. The limit of
-- a deleted token stays while tokens are there that it issued, since it holds for them, too.
CREATE TABLE rate_limits (
    token_id TEXT PRIMARY KEY,
    requests BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    burst BIGINT NOT NULL
);

-- The tokens that issued a token, directly or through others, deleted ones too.
CREATE TABLE token_ancestors (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    ancestor TEXT NOT NULL,
    PRIMARY KEY (token_id, ancestor)
);
CREATE INDEX token_ancestors_by_ancestor ON token_ancestors (ancestor);
INSERT INTO token_ancestors (token_id, ancestor)
WITH RECURSIVE line (token_id, ancestor) AS (
    SELECT id, parent_token FROM tokens WHERE parent_token IS NOT NULL
    UNION SELECT l.token_id, t.parent_token FROM line l JOIN tokens t ON t.id = l.ancestor
    WHERE t.parent_token IS NOT NULL
)
SELECT token_id, ancestor FROM line;
