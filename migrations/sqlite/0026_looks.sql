-- What names look like: their skeletons (UTS #39) and the names, computed in Rust. A new name finds its
-- like with one look-up. The start after this migration fills it.
ALTER TABLE projects ADD COLUMN key_looks TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN name_looks TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN key_looks TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN name_looks TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN username_looks TEXT NOT NULL DEFAULT '';
CREATE INDEX projects_by_key_looks ON projects (key_looks);
CREATE INDEX projects_by_name_looks ON projects (name_looks);
CREATE INDEX systems_by_key_looks ON systems (key_looks);
CREATE INDEX systems_by_name_looks ON systems (name_looks);
CREATE INDEX users_by_username_looks ON users (username_looks);
