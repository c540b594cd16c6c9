-- The search by name keeps all names in memory. No list walks these indexes any more.
DROP TABLE token_grams;
DROP INDEX tokens_newest;
DROP INDEX tokens_newest_of_all;
DROP INDEX tokens_by_name;

-- How many tokens of each kind there are.
CREATE INDEX tokens_by_kind ON tokens (kind);
