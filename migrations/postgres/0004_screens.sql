-- What the screens ask for. Calls by the hour, for the last 24 of them: of each
-- token, and of all tokens together, deleted ones too. `hour` is when it began.

CREATE TABLE token_hours (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    hour BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    denied BIGINT NOT NULL,
    PRIMARY KEY (token_id, hour)
);
CREATE INDEX token_hours_by_hour ON token_hours (hour);

CREATE TABLE usage_hours (
    hour BIGINT PRIMARY KEY NOT NULL,
    allowed BIGINT NOT NULL,
    denied BIGINT NOT NULL
);

-- The list by name.
CREATE INDEX tokens_by_name ON tokens (kind, name_key);

-- What is out of force, to list and to count without walking the rest.
CREATE INDEX tokens_disabled ON tokens (kind, seq DESC) WHERE disabled = 1;
CREATE INDEX tokens_ending ON tokens (expires_at, kind, disabled) WHERE disabled = 0 AND expires_at IS NOT NULL;
