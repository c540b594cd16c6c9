-- The processes that serve the installation. Each renews its row every few seconds. What all live
-- nodes must have before something changes is in their rows.
CREATE TABLE nodes (
    -- Each start of a process has a new id.
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The numbers of the first and the last migration that its program works with.
    lowest_schema BIGINT NOT NULL,
    highest_schema BIGINT NOT NULL,
    -- The ids of the keys that it holds, separated by spaces.
    signing_keys TEXT NOT NULL,
    data_keys TEXT NOT NULL,
    -- In milliseconds. NULL if no news of other nodes have arrived.
    feed_lag BIGINT,
    clock_offset BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    -- When it last joined the others: at its start, or after it was silent.
    joined_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL
);
