-- What transactions changed, for the other nodes. A node takes the rows that its last snapshot did
-- not see, so none is lost whose transaction commits late. Rows are kept for a while.
CREATE TABLE changes (
    xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    -- The node that made the change.
    node TEXT COLLATE "C" NOT NULL,
    -- Encoded changes, separated by spaces.
    words TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX changes_by_xid ON changes (xid);
CREATE INDEX changes_by_age ON changes (at);
