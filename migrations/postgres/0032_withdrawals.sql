-- How many withdrawals were committed, in one row, and a time that the database had for sure. Nodes remember
-- them outside of the database, so that they notice if it went back in time. Era 0 is from before the first log.
CREATE TABLE withdrawal_position (
    era BIGINT NOT NULL,
    number BIGINT NOT NULL,
    marked_at BIGINT NOT NULL
);
INSERT INTO withdrawal_position (era, number, marked_at) VALUES (0, 0, 0);

-- How the database was reconciled each time that it had gone back in time.
CREATE TABLE reconciliations (
    -- The era that began.
    era BIGINT PRIMARY KEY,
    -- Up to where the withdrawals of the era before were made again. NULL: all tokens were suspended instead.
    covers BIGINT,
    at BIGINT NOT NULL
);
