-- How many calls may be made with a token in a day or a month of a time zone. The quota of a deleted
-- token stays while tokens are there that it issued, since it holds for them, too.
CREATE TABLE quotas (
    token_id TEXT COLLATE "C" PRIMARY KEY,
    requests BIGINT NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL
);

-- How many calls all nodes made in a day or month, also with tokens that were deleted meanwhile.
CREATE TABLE quota_uses (
    token_id TEXT COLLATE "C" NOT NULL,
    began BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (token_id, began, ends)
) WITH (fillfactor = 50);
CREATE INDEX quota_uses_by_end ON quota_uses (ends);
