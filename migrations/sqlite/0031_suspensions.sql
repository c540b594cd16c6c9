-- The times from which withdrawals may be missing, because the database went back in time. A token whose
-- `confirmed` is below the id of one of them is suspended: each of its calls is denied until an administrator
-- confirms it. So one row suspends all tokens, and new ones have the latest id.
CREATE TABLE suspensions (
    id INTEGER PRIMARY KEY,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL
);
ALTER TABLE tokens ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 0;
-- Those that are suspended, to count them.
CREATE INDEX tokens_by_confirmed ON tokens (confirmed, kind, disabled, expires_at);

-- One row from a restore until the next start: what the start has to do.
CREATE TABLE restored (
    since BIGINT NOT NULL,
    until BIGINT NOT NULL
);
