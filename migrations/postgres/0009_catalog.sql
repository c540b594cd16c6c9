-- What decisions keep in memory of a system has versions of its own, so that a change reads again
-- only what it changed. A version is random: it never comes back, not even after a restore.

-- No writer of an earlier version works meanwhile: it locks these tables in another order.
SELECT pg_advisory_xact_lock(7809651199139603833);

-- The operations of a system and its base path.
ALTER TABLE systems ADD COLUMN operations_version TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The projects that a system is opened to.
ALTER TABLE systems ADD COLUMN openings_version TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE FUNCTION renew_operations_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems SET operations_version = gen_random_uuid()
    WHERE id IN (SELECT DISTINCT system_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER apis_inserted AFTER INSERT ON apis
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version();
CREATE TRIGGER apis_updated AFTER UPDATE ON apis
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version();
CREATE TRIGGER apis_deleted AFTER DELETE ON apis
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_operations_version();

CREATE FUNCTION renew_operations_version_of_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.operations_version := gen_random_uuid();
    RETURN NEW;
END
$$;
CREATE TRIGGER systems_moved BEFORE UPDATE OF base_path ON systems
    FOR EACH ROW WHEN (OLD.base_path IS DISTINCT FROM NEW.base_path)
    EXECUTE FUNCTION renew_operations_version_of_system();

CREATE FUNCTION renew_openings_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE systems SET openings_version = gen_random_uuid()
    WHERE id IN (SELECT DISTINCT system_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER project_systems_inserted AFTER INSERT ON project_systems
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_openings_version();
CREATE TRIGGER project_systems_deleted AFTER DELETE ON project_systems
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_openings_version();

UPDATE systems SET operations_version = gen_random_uuid(), openings_version = gen_random_uuid();
