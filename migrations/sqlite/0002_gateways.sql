-- The family of the gateway that asks with a key at /auth; null for keys that
-- only verify and introspect.
ALTER TABLE verifier_keys ADD COLUMN gateway TEXT
    CHECK (gateway IN ('nginx', 'caddy', 'traefik', 'haproxy', 'envoy'));
