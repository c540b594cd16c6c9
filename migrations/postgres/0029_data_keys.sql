-- A new data key is `coming` until all live nodes hold it. One is `current`: it encrypts. What a `retiring`
-- one encrypted is encrypted anew. Then its row is deleted.
ALTER TABLE data_keys ADD COLUMN state TEXT COLLATE "C" NOT NULL DEFAULT 'current'
    CHECK (state IN ('coming', 'current', 'retiring'));
UPDATE data_keys SET state = 'retiring' WHERE id < (SELECT MAX(id) FROM data_keys);
CREATE UNIQUE INDEX data_keys_in_use ON data_keys (state) WHERE state <> 'retiring';

-- A check value of the master key that wraps it, never the key. NULL until a node notes it.
ALTER TABLE data_keys ADD COLUMN master_key TEXT COLLATE "C";
-- How many rows are encrypted anew, of how many. NULL until they are counted.
ALTER TABLE data_keys ADD COLUMN rows_in_all BIGINT;
ALTER TABLE data_keys ADD COLUMN rows_done BIGINT NOT NULL DEFAULT 0;

-- The data key of what is encrypted in the row. No row can name one that is destroyed. NULL in rows from
-- before this migration.
ALTER TABLE token_keys ADD COLUMN data_key TEXT COLLATE "C" REFERENCES data_keys (id);
CREATE INDEX token_keys_by_data_key ON token_keys (data_key);
ALTER TABLE signing_keys ADD COLUMN data_key TEXT COLLATE "C" REFERENCES data_keys (id);
CREATE INDEX signing_keys_by_data_key ON signing_keys (data_key);

-- Check values of the master keys that a node holds, separated by spaces.
ALTER TABLE nodes ADD COLUMN master_keys TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Backups that were made, and the keys without which they cannot be opened.
CREATE TABLE backups (
    made_at BIGINT NOT NULL,
    -- As its maker named it.
    file TEXT COLLATE "C" NOT NULL,
    -- Ids, separated by spaces.
    data_keys TEXT COLLATE "C" NOT NULL,
    -- A check value.
    master_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (made_at, file)
);
