-- When a token was last used changes all the time, and a row of `tokens` is long. So it has a
-- short row of its own. Pages have room for new versions of their rows, which then need no new
-- entries in indexes.
CREATE TABLE token_uses (
    token_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO token_uses (token_id, last_used_at)
SELECT id, last_used_at FROM tokens WHERE last_used_at IS NOT NULL ORDER BY id;
ALTER TABLE tokens DROP COLUMN last_used_at;

ALTER TABLE token_usage SET (fillfactor = 70);
ALTER TABLE token_hours SET (fillfactor = 50);
