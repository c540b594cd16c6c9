-- The lowest schema that a program must know to use this database, by the number of a migration. A migration
-- that takes something away raises it. So does the first use of a kind of denial that older programs do not
-- enforce. There is one row.
CREATE TABLE needed_schema (number BIGINT NOT NULL);
INSERT INTO needed_schema (number) VALUES (28);
