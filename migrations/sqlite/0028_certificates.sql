-- The name in the certificate of a verifier that proves itself with one. Its digest stands in the place of
-- that of a key.
ALTER TABLE verifier_keys ADD COLUMN certificate TEXT;
