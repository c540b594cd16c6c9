-- When a token was last used changes all the time, and a row of `tokens` is long. So it has a
-- short row of its own.
CREATE TABLE token_uses (
    token_id TEXT PRIMARY KEY NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO token_uses (token_id, last_used_at)
SELECT id, last_used_at FROM tokens WHERE last_used_at IS NOT NULL ORDER BY id;
ALTER TABLE tokens DROP COLUMN last_used_at;
