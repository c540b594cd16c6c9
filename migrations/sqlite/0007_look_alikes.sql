-- What names are found by that look alike (computed in Rust; filled at the first start).
ALTER TABLE tokens ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_by_skeleton ON tokens (skeleton);

-- The key that a name has by a later rule, where another token had it already.
ALTER TABLE tokens ADD COLUMN taken_key TEXT;
CREATE INDEX tokens_name_taken ON tokens (seq DESC) WHERE taken_key IS NOT NULL;
