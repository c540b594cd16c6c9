-- Limits for the calls of one API with a token, as JSON. They end with the API. Those of a deleted token
-- stay while tokens are there that it issued, since they hold for them, too. What is spent of them is in
-- `quota_uses`. There, `token_id` is the id of the token, a colon, and the id of the API.
CREATE TABLE api_limits (
    token_id TEXT NOT NULL,
    api_id TEXT NOT NULL REFERENCES api_rows (id) ON DELETE CASCADE,
    limits TEXT NOT NULL,
    PRIMARY KEY (token_id, api_id)
);
CREATE INDEX api_limits_by_api ON api_limits (api_id);

-- The default and the ceiling for the limits of the tokens of a project for one API, as JSON. Those of the
-- installation have an empty id.
CREATE TABLE api_limit_rules (
    project_id TEXT NOT NULL,
    api_id TEXT NOT NULL REFERENCES api_rows (id) ON DELETE CASCADE,
    rules TEXT NOT NULL,
    PRIMARY KEY (project_id, api_id)
);
CREATE INDEX api_limit_rules_by_api ON api_limit_rules (api_id);
