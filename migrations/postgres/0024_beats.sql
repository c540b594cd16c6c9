-- Each node commits a row about once a second. The commit waits for a synchronous standby, so it
-- proves that the server is still the primary.
CREATE TABLE beats (
    node TEXT COLLATE "C" PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
