-- The default and the ceiling for the limits of the tokens of a project, as JSON. The row of the
-- installation has an empty id.
CREATE TABLE limit_rules (
    project_id TEXT PRIMARY KEY,
    rules TEXT NOT NULL
);
