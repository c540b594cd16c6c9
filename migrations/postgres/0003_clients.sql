-- Tokens whose client brings a public key of its own and shares no secret (RFC 7523).
ALTER TABLE tokens ADD COLUMN client_key INTEGER NOT NULL DEFAULT 0;

-- `public_jwk` is ours where there is a private key, else the client's own.
ALTER TABLE token_keys
    ALTER COLUMN secret DROP NOT NULL,
    ALTER COLUMN secret_digest DROP NOT NULL,
    ADD CHECK ((secret IS NULL) = (secret_digest IS NULL)),
    ADD CHECK (secret IS NOT NULL OR public_jwk IS NOT NULL);

-- From when on a key signs; it is published before.
ALTER TABLE signing_keys ADD COLUMN signs_from BIGINT NOT NULL DEFAULT 0;

-- What offline verifiers cannot know: JWTs with this value of a claim that were
-- issued before a moment no longer count. Kept while such a JWT can live.
CREATE TABLE revocations (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system_id TEXT COLLATE "C" NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    claim TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    issued_before BIGINT NOT NULL,
    effective_from BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revocations_by_system ON revocations (system_id, seq);
CREATE INDEX revocations_by_expiry ON revocations (expires_at);
