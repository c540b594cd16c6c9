-- The audit trail proves itself: a sequencer gives each event a number and a link, which covers the event and
-- the link before it. Events are written without them.
ALTER TABLE audit_events ADD COLUMN sequence BIGINT;
-- A SHA-256 digest in base64url.
ALTER TABLE audit_events ADD COLUMN link TEXT COLLATE "C";
CREATE UNIQUE INDEX audit_events_by_sequence ON audit_events (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX audit_events_unchained ON audit_events (at, id) WHERE sequence IS NULL;

-- The search by beginnings.
ALTER TABLE audit_events ALTER COLUMN client_ip TYPE TEXT COLLATE "C";
CREATE INDEX audit_events_by_actor_name ON audit_events (lower(actor_name), id);
CREATE INDEX audit_events_by_target_name ON audit_events (lower(target_name), id);
CREATE INDEX audit_events_by_request ON audit_events (request_id, id);
CREATE INDEX audit_events_by_address ON audit_events (client_ip, id);

-- The chains: a restored database begins a new one. `opening` is the text that the first link covers.
CREATE TABLE audit_chains (
    number BIGINT PRIMARY KEY NOT NULL,
    first_sequence BIGINT NOT NULL,
    opening TEXT COLLATE "C" NOT NULL
);

-- Which node chains, and the end of the chain. Whoever takes over raises the fence. One row.
CREATE TABLE audit_sequencer (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    fence BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    chain BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    link TEXT COLLATE "C" NOT NULL,
    -- The last event that a checkpoint covers.
    checkpointed BIGINT NOT NULL,
    -- Whether all events from before the chain are chained.
    caught_up BIGINT NOT NULL
) WITH (fillfactor = 50);

-- Signed notes about the end of the chain.
CREATE TABLE audit_checkpoints (
    sequence BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL
);

-- The key that signs them. The private key is encrypted.
CREATE TABLE audit_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    private_key BYTEA NOT NULL,
    -- The data key of what is encrypted.
    data_key TEXT COLLATE "C" NOT NULL REFERENCES data_keys (id),
    created_at BIGINT NOT NULL
);

-- The last event that each stream has sent.
CREATE TABLE audit_streams (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    sequence BIGINT NOT NULL
);

-- The last event that retention deleted, and a signed note about it.
ALTER TABLE audit_trail ADD COLUMN boundary BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_trail ADD COLUMN boundary_link TEXT COLLATE "C";
ALTER TABLE audit_trail ADD COLUMN boundary_note TEXT COLLATE "C";
