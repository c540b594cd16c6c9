-- The first schema. Times are milliseconds since the epoch, flags are 0 or 1,
-- `name_key` is what names are compared by (NFKC, case-folded; computed in Rust).

CREATE TABLE installation (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE data_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    algorithm TEXT COLLATE "C" NOT NULL,
    private_key BYTEA NOT NULL,
    public_jwk TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    username TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('system_admin', 'user')),
    disabled INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT COLLATE "C",
    must_change_password INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    digest BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE projects (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE members (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id, project_id);

CREATE TABLE systems (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL UNIQUE,
    base_path TEXT COLLATE "C" NOT NULL DEFAULT '',
    project_param TEXT COLLATE "C" NOT NULL,
    restricted INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0,
    builtin INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The projects that a restricted system is opened to.
CREATE TABLE project_systems (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    system_id TEXT COLLATE "C" NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, system_id)
);
CREATE INDEX project_systems_by_system ON project_systems (system_id);

CREATE TABLE apis (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    system_id TEXT COLLATE "C" NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    operation_id TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    -- JSON array: the parameters of `path` that may hold slashes.
    multi_segment TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    -- JSON array.
    tags TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    deprecated INTEGER NOT NULL DEFAULT 0,
    scope TEXT COLLATE "C" NOT NULL DEFAULT 'project' CHECK (scope IN ('project', 'global')),
    removed INTEGER NOT NULL DEFAULT 0,
    -- Whether it came from a document; a document only removes what one brought.
    imported INTEGER NOT NULL DEFAULT 0,
    unmatchable TEXT COLLATE "C",
    UNIQUE (system_id, method, path)
);

CREATE TABLE verifier_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    system_id TEXT COLLATE "C" NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    hint TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX verifier_keys_by_system ON verifier_keys (system_id);

CREATE TABLE tokens (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('rsa', 'jwt')),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C" NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    all_projects INTEGER NOT NULL DEFAULT 0,
    -- Whether `token_bounds` says which projects its calls are held to.
    bounded INTEGER NOT NULL DEFAULT 0,
    expires_at BIGINT,
    -- JSON array of CIDR ranges.
    allowed_ips TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    one_time_only INTEGER NOT NULL DEFAULT 0,
    key_size INTEGER,
    generation BIGINT NOT NULL,
    version BIGINT NOT NULL,
    parent_token TEXT COLLATE "C" REFERENCES tokens (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C" NOT NULL,
    last_used_at BIGINT
);
-- The list and its search walk these from the newest on.
CREATE INDEX tokens_newest ON tokens (kind, seq DESC, name_key);
CREATE INDEX tokens_newest_of_all ON tokens (seq DESC, name_key);
CREATE INDEX tokens_by_parent ON tokens (parent_token);

-- What a token proves itself with, one row a generation; more than one while an
-- overlap lasts. Secrets are encrypted, look-ups go by digest.
CREATE TABLE token_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    private_key BYTEA,
    public_jwk TEXT COLLATE "C",
    secret BYTEA NOT NULL,
    secret_digest BYTEA NOT NULL,
    open_token BYTEA,
    open_token_digest BYTEA UNIQUE,
    valid_until BIGINT,
    -- When it was first shown to somebody.
    revealed_at BIGINT,
    UNIQUE (token_id, generation)
);

CREATE TABLE token_apis (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    api_id TEXT COLLATE "C" NOT NULL REFERENCES apis (id),
    PRIMARY KEY (token_id, api_id)
);
CREATE INDEX token_apis_by_api ON token_apis (api_id, token_id);

CREATE TABLE token_systems (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    system_id TEXT COLLATE "C" NOT NULL REFERENCES systems (id),
    PRIMARY KEY (token_id, system_id)
);
CREATE INDEX token_systems_by_system ON token_systems (system_id, token_id);

CREATE TABLE token_projects (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    PRIMARY KEY (token_id, project_id)
);
CREATE INDEX token_projects_by_project ON token_projects (project_id, token_id);

CREATE TABLE token_users (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    PRIMARY KEY (token_id, user_id)
);
CREATE INDEX token_users_by_user ON token_users (user_id, token_id);

-- The projects that the calls of a JWT token are held to (`tokens.bounded`).
CREATE TABLE token_bounds (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    PRIMARY KEY (token_id, project_id)
);
CREATE INDEX token_bounds_by_project ON token_bounds (project_id, token_id);

-- 2- and 3-grams of `name_key`, for the fuzzy search.
CREATE TABLE token_grams (
    seq BIGINT PRIMARY KEY NOT NULL REFERENCES tokens (seq) ON DELETE CASCADE,
    grams TEXT [] NOT NULL
);
CREATE INDEX token_grams_by_gram ON token_grams USING gin (grams);

-- JWTs withdrawn before their `exp` (RFC 7009).
CREATE TABLE revoked_jwts (
    jti TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_jwts_by_token ON revoked_jwts (token_id);
CREATE INDEX revoked_jwts_by_expiry ON revoked_jwts (expires_at);

-- One-time requests that were used, until they would be stale anyway.
CREATE TABLE used_requests (
    token_id TEXT COLLATE "C" NOT NULL,
    jti TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, jti)
);
CREATE INDEX used_requests_by_expiry ON used_requests (expires_at);

CREATE TABLE idempotency_keys (
    digest BYTEA PRIMARY KEY NOT NULL,
    request_digest BYTEA NOT NULL,
    status INTEGER NOT NULL,
    location TEXT COLLATE "C",
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_events (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    actor_name TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    target_kind TEXT COLLATE "C",
    target_id TEXT COLLATE "C",
    target_name TEXT COLLATE "C",
    -- JSON object.
    detail TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C",
    client_ip TEXT
);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, id);
CREATE INDEX audit_events_by_target ON audit_events (target_id, id);
CREATE INDEX audit_events_by_action ON audit_events (action, id);

CREATE TABLE token_usage (
    token_id TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    day TEXT COLLATE "C" NOT NULL,
    -- Empty for calls that matched no API.
    api_id TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (token_id, day, api_id, outcome)
);
