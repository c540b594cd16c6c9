-- The base path of an operation whose document has servers of its own for it.
ALTER TABLE apis ADD COLUMN base_path TEXT;

-- Calls match these now.
UPDATE apis SET unmatchable = NULL
WHERE unmatchable LIKE 'the path template has a query or fragment%'
   OR unmatchable LIKE 'the path template matches the same calls as%';
