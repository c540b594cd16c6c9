-- By which rule the stored keys of names are computed (in Rust). One row.
CREATE TABLE name_keys (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    rule BIGINT NOT NULL
);
INSERT INTO name_keys (only_row, rule) VALUES (1, 1);
