-- Until when used requests are forgotten: one that ended before is never good
-- again, whatever a clock says since. One row.
CREATE TABLE used_requests_forgotten (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    until BIGINT NOT NULL
);
INSERT INTO used_requests_forgotten (only_row, until) VALUES (1, 0);
