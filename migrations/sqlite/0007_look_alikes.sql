-- What names are found by that look alike (computed in Rust; filled at the first start).
ALTER TABLE tokens ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_by_skeleton ON tokens (skeleton);
