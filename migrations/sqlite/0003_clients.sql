-- Tokens whose client brings a public key of its own and shares no secret (RFC 7523).
ALTER TABLE tokens ADD COLUMN client_key INTEGER NOT NULL DEFAULT 0;

-- SQLite takes a NOT NULL back only by copying the table: the same columns, but
-- the secret may be missing where the client's public key stands for it.
CREATE TABLE token_keys_copy (
    id TEXT PRIMARY KEY NOT NULL,
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    private_key BLOB,
    -- Ours where there is a private key, else the client's own.
    public_jwk TEXT,
    secret BLOB,
    secret_digest BLOB,
    open_token BLOB,
    open_token_digest BLOB UNIQUE,
    valid_until BIGINT,
    -- When it was first shown to somebody.
    revealed_at BIGINT,
    UNIQUE (token_id, generation),
    CHECK ((secret IS NULL) = (secret_digest IS NULL)),
    CHECK (secret IS NOT NULL OR public_jwk IS NOT NULL)
);
INSERT INTO token_keys_copy (id, token_id, generation, private_key, public_jwk, secret, secret_digest, open_token,
    open_token_digest, valid_until, revealed_at)
SELECT id, token_id, generation, private_key, public_jwk, secret, secret_digest, open_token,
    open_token_digest, valid_until, revealed_at FROM token_keys;
DROP TABLE token_keys;
ALTER TABLE token_keys_copy RENAME TO token_keys;

-- From when on a key signs; it is published before.
ALTER TABLE signing_keys ADD COLUMN signs_from BIGINT NOT NULL DEFAULT 0;

-- What offline verifiers cannot know: JWTs with this value of a claim that were
-- issued before a moment no longer count. Kept while such a JWT can live.
CREATE TABLE revocations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    issued_before BIGINT NOT NULL,
    effective_from BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revocations_by_system ON revocations (system_id, seq);
CREATE INDEX revocations_by_expiry ON revocations (expires_at);
