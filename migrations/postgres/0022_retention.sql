-- Usage that is old is kept by month: it moves here from `token_usage`, whole months at a time.
CREATE TABLE token_months (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    -- As in `2026-11`.
    month TEXT COLLATE "C" NOT NULL,
    -- Empty for calls that matched no API.
    api_id TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (token_id, month, api_id, outcome)
);

-- From when on the audit trail is complete: events before may be deleted. 0 if none was. One row.
CREATE TABLE audit_trail (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    complete_since BIGINT NOT NULL
);
INSERT INTO audit_trail (only_row, complete_since) VALUES (1, 0);
