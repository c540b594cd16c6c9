-- Old claims are found in the order of the primary key. This index cost every claim a second
-- page to write.
DROP INDEX used_requests_by_expiry;
