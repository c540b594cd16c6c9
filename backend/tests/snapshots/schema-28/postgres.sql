SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.note_changed_apis() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count + c.present, global_api_count = s.global_api_count + c.global
    FROM (SELECT n.system_id,
            COUNT(*) FILTER (WHERE n.removed = 0) - COUNT(*) FILTER (WHERE f.removed = 0) AS present,
            COUNT(*) FILTER (WHERE n.scope = 'global') - COUNT(*) FILTER (WHERE f.scope = 'global') AS global
        FROM changed n JOIN former f ON f.id = n.id
        WHERE (n.key, n.method, n.path, n.base_path, n.multi_segment, n.scope, n.removed)
            IS DISTINCT FROM (f.key, f.method, f.path, f.base_path, f.multi_segment, f.scope, f.removed)
        GROUP BY n.system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.note_deleted_apis() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count - c.present, global_api_count = s.global_api_count - c.global
    FROM (SELECT system_id, COUNT(*) FILTER (WHERE removed = 0) AS present,
            COUNT(*) FILTER (WHERE scope = 'global') AS global
        FROM changed
        WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1)
        GROUP BY system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.note_new_apis() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE systems s SET operations_version = gen_random_uuid(),
        api_count = s.api_count + c.present, global_api_count = s.global_api_count + c.global
    FROM (SELECT system_id, COUNT(*) FILTER (WHERE removed = 0) AS present,
            COUNT(*) FILTER (WHERE scope = 'global') AS global
        FROM changed WHERE import_id IS NULL GROUP BY system_id) c
    WHERE s.id = c.system_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.note_published_apis() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE systems SET
        api_count = api_count + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND removed = 0),
        global_api_count = global_api_count
            + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND scope = 'global')
    WHERE id = NEW.system_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.renew_openings_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE systems SET openings_version = gen_random_uuid()
    WHERE id IN (SELECT DISTINCT system_id FROM changed);
    RETURN NULL;
END
$$;
CREATE FUNCTION public.renew_operations_version_of_system() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.operations_version := gen_random_uuid();
    RETURN NEW;
END
$$;
CREATE FUNCTION public.renew_rights_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.rights_version := OLD.rights_version + 1;
    RETURN NEW;
END
$$;
CREATE FUNCTION public.renew_rights_version_of_members() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id IN (SELECT DISTINCT user_id FROM changed);
    RETURN NULL;
END
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
CREATE TABLE public.api_limit_rules (
    project_id text NOT NULL COLLATE pg_catalog."C",
    api_id text NOT NULL COLLATE pg_catalog."C",
    rules text NOT NULL
);
CREATE TABLE public.api_limits (
    token_id text NOT NULL COLLATE pg_catalog."C",
    api_id text NOT NULL COLLATE pg_catalog."C",
    limits text NOT NULL
);
CREATE TABLE public.api_rows (
    id text NOT NULL COLLATE pg_catalog."C",
    system_id text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    operation_id text NOT NULL COLLATE pg_catalog."C",
    method text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    multi_segment text DEFAULT '[]'::text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    folded text NOT NULL COLLATE pg_catalog."C",
    tags text DEFAULT '[]'::text NOT NULL COLLATE pg_catalog."C",
    deprecated integer DEFAULT 0 NOT NULL,
    scope text DEFAULT 'project'::text NOT NULL COLLATE pg_catalog."C",
    removed integer DEFAULT 0 NOT NULL,
    imported integer DEFAULT 0 NOT NULL,
    unmatchable text COLLATE pg_catalog."C",
    base_path text COLLATE pg_catalog."C",
    import_id text COLLATE pg_catalog."C",
    operation_id_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    name_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT apis_scope_check CHECK ((scope = ANY (ARRAY['project'::text, 'global'::text])))
);
CREATE TABLE public.imports (
    id text NOT NULL COLLATE pg_catalog."C",
    system_id text NOT NULL COLLATE pg_catalog."C",
    renewed_at bigint NOT NULL,
    published integer DEFAULT 0 NOT NULL
);
CREATE VIEW public.apis AS
 SELECT api_rows.id,
    api_rows.system_id,
    api_rows.key,
    api_rows.operation_id,
    api_rows.method,
    api_rows.path,
    api_rows.multi_segment,
    api_rows.name,
    api_rows.folded,
    api_rows.tags,
    api_rows.deprecated,
    api_rows.scope,
    api_rows.removed,
    api_rows.imported,
    api_rows.unmatchable,
    api_rows.base_path,
    api_rows.operation_id_looks,
    api_rows.name_looks
   FROM public.api_rows
  WHERE ((api_rows.import_id IS NULL) OR (api_rows.import_id IN ( SELECT imports.id
           FROM public.imports
          WHERE (imports.published = 1))));
CREATE TABLE public.audit_events (
    id text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    actor_kind text NOT NULL COLLATE pg_catalog."C",
    actor_id text COLLATE pg_catalog."C",
    actor_name text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    target_kind text COLLATE pg_catalog."C",
    target_id text COLLATE pg_catalog."C",
    target_name text COLLATE pg_catalog."C",
    detail text NOT NULL COLLATE pg_catalog."C",
    request_id text COLLATE pg_catalog."C",
    client_ip text
);
CREATE TABLE public.audit_trail (
    only_row integer NOT NULL,
    complete_since bigint NOT NULL,
    CONSTRAINT audit_trail_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE public.beats (
    node text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.changes (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    node text NOT NULL COLLATE pg_catalog."C",
    words text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.data_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.idempotency_keys (
    digest bytea NOT NULL,
    request_digest bytea NOT NULL,
    status integer NOT NULL,
    location text COLLATE pg_catalog."C",
    body text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);
CREATE TABLE public.installation (
    id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);
CREATE TABLE public.limit_rules (
    project_id text NOT NULL COLLATE pg_catalog."C",
    rules text NOT NULL
);
CREATE TABLE public.members (
    project_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT members_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text])))
);
CREATE TABLE public.name_keys (
    only_row integer NOT NULL,
    rule bigint NOT NULL,
    CONSTRAINT name_keys_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE public.nodes (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    lowest_schema bigint NOT NULL,
    highest_schema bigint NOT NULL,
    signing_keys text NOT NULL COLLATE pg_catalog."C",
    data_keys text NOT NULL COLLATE pg_catalog."C",
    feed_lag bigint,
    clock_offset bigint NOT NULL,
    started_at bigint NOT NULL,
    joined_at bigint NOT NULL,
    heard_at bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.project_systems (
    project_id text NOT NULL COLLATE pg_catalog."C",
    system_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.projects (
    id text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL COLLATE pg_catalog."C",
    disabled integer DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    folded text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    key_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    name_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.quota_uses (
    token_id text NOT NULL COLLATE pg_catalog."C",
    began bigint NOT NULL,
    ends bigint NOT NULL,
    calls bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.quotas (
    token_id text NOT NULL COLLATE pg_catalog."C",
    requests bigint NOT NULL,
    period text NOT NULL COLLATE pg_catalog."C",
    time_zone text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.rate_limits (
    token_id text NOT NULL COLLATE pg_catalog."C",
    requests bigint NOT NULL,
    seconds bigint NOT NULL,
    burst bigint NOT NULL
);
CREATE UNLOGGED TABLE public.rate_pots (
    token_id text NOT NULL COLLATE pg_catalog."C",
    due bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.revocations (
    seq bigint NOT NULL,
    system_id text NOT NULL COLLATE pg_catalog."C",
    claim text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    issued_before bigint NOT NULL,
    effective_from bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
ALTER TABLE public.revocations ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.revocations_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.revoked_jwts (
    jti text NOT NULL COLLATE pg_catalog."C",
    token_id text NOT NULL COLLATE pg_catalog."C",
    expires_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    digest bytea NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE public.signing_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    algorithm text NOT NULL COLLATE pg_catalog."C",
    private_key bytea NOT NULL,
    public_jwk text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    retired_at bigint,
    signs_from bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.systems (
    id text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    audience text NOT NULL COLLATE pg_catalog."C",
    base_path text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    project_param text NOT NULL COLLATE pg_catalog."C",
    restricted integer DEFAULT 0 NOT NULL,
    disabled integer DEFAULT 0 NOT NULL,
    builtin integer DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    operations_version text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    openings_version text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    folded text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    api_count bigint DEFAULT 0 NOT NULL,
    global_api_count bigint DEFAULT 0 NOT NULL,
    key_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    name_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_ancestors (
    token_id text NOT NULL COLLATE pg_catalog."C",
    ancestor text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_apis (
    token_id text NOT NULL COLLATE pg_catalog."C",
    api_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_bounds (
    token_id text NOT NULL COLLATE pg_catalog."C",
    project_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_hours (
    token_id text NOT NULL COLLATE pg_catalog."C",
    hour bigint NOT NULL,
    allowed bigint NOT NULL,
    denied bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.token_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    token_id text NOT NULL COLLATE pg_catalog."C",
    generation bigint NOT NULL,
    private_key bytea,
    public_jwk text COLLATE pg_catalog."C",
    secret bytea,
    secret_digest bytea,
    open_token bytea,
    open_token_digest bytea,
    valid_until bigint,
    revealed_at bigint,
    CONSTRAINT token_keys_check CHECK (((secret IS NULL) = (secret_digest IS NULL))),
    CONSTRAINT token_keys_check1 CHECK (((secret IS NOT NULL) OR (public_jwk IS NOT NULL)))
);
CREATE TABLE public.token_months (
    token_id text NOT NULL COLLATE pg_catalog."C",
    month text NOT NULL COLLATE pg_catalog."C",
    api_id text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    count bigint NOT NULL
);
CREATE TABLE public.token_projects (
    token_id text NOT NULL COLLATE pg_catalog."C",
    project_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_systems (
    token_id text NOT NULL COLLATE pg_catalog."C",
    system_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_usage (
    token_id text NOT NULL COLLATE pg_catalog."C",
    day text NOT NULL COLLATE pg_catalog."C",
    api_id text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    count bigint NOT NULL
)
WITH (fillfactor='70');
CREATE TABLE public.token_users (
    token_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.token_uses (
    token_id text NOT NULL COLLATE pg_catalog."C",
    last_used_at bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.tokens (
    seq bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    name_key text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL COLLATE pg_catalog."C",
    disabled integer DEFAULT 0 NOT NULL,
    all_projects integer DEFAULT 0 NOT NULL,
    bounded integer DEFAULT 0 NOT NULL,
    expires_at bigint,
    allowed_ips text DEFAULT '[]'::text NOT NULL COLLATE pg_catalog."C",
    one_time_only integer DEFAULT 0 NOT NULL,
    key_size integer,
    generation bigint NOT NULL,
    version bigint NOT NULL,
    parent_token text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    updated_at bigint NOT NULL,
    updated_by text NOT NULL COLLATE pg_catalog."C",
    client_key integer DEFAULT 0 NOT NULL,
    skeleton text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    taken_key text COLLATE pg_catalog."C",
    CONSTRAINT tokens_kind_check CHECK ((kind = ANY (ARRAY['rsa'::text, 'jwt'::text])))
);
ALTER TABLE public.tokens ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tokens_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.usage_hours (
    hour bigint NOT NULL,
    allowed bigint NOT NULL,
    denied bigint NOT NULL
);
CREATE TABLE public.used_requests (
    token_id text NOT NULL COLLATE pg_catalog."C",
    jti text NOT NULL COLLATE pg_catalog."C",
    expires_at bigint NOT NULL
);
CREATE TABLE public.used_requests_forgotten (
    only_row integer NOT NULL,
    until bigint NOT NULL,
    CONSTRAINT used_requests_forgotten_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE public.users (
    id text NOT NULL COLLATE pg_catalog."C",
    username text NOT NULL COLLATE pg_catalog."C",
    display_name text NOT NULL COLLATE pg_catalog."C",
    email text COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    disabled integer DEFAULT 0 NOT NULL,
    password_hash text COLLATE pg_catalog."C",
    must_change_password integer DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    rights_version bigint DEFAULT 1 NOT NULL,
    folded text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    username_looks text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['system_admin'::text, 'user'::text])))
);
CREATE TABLE public.verifier_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    system_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    hint text NOT NULL COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    created_at bigint NOT NULL,
    gateway text COLLATE pg_catalog."C",
    certificate text COLLATE pg_catalog."C",
    CONSTRAINT verifier_keys_gateway_check CHECK ((gateway = ANY (ARRAY['nginx'::text, 'caddy'::text, 'traefik'::text, 'haproxy'::text, 'envoy'::text])))
);
INSERT INTO public._sqlx_migrations VALUES (1, '0001', '2026-11-30 07:36:12.189244+00', true, '\x6207d9f10c59ae2242420748678312a31d77c813cfaae96a4023f69e5bb7f340b644d25272d5794aedcbe01301ce577d', 43823867);
INSERT INTO public._sqlx_migrations VALUES (2, '0002', '2026-11-30 07:36:12.233555+00', true, '\x6f3d82e672ccd28126994dabfbbbd16d793bda8b06a22bca4550949626d34ab10d62dd40283b9ade79f06890f9f17499', 2781670);
INSERT INTO public._sqlx_migrations VALUES (3, '0003', '2026-11-30 07:36:12.236451+00', true, '\xf4a59b2002a5bb78cf8197c95b4f1464cd53c4dd36642960513e2fa5cc581b97fa100c4aa9c2e6679e6722c3a82f52f6', 3436689);
INSERT INTO public._sqlx_migrations VALUES (4, '0004', '2026-11-30 07:36:12.239964+00', true, '\x441adb5753f2bbd569b79eed2e92ae411a13e4f3e32708ea46d26b34ed2fea1e5a17164968821072318eab97ad7f464f', 2189408);
INSERT INTO public._sqlx_migrations VALUES (5, '0005', '2026-11-30 07:36:12.242235+00', true, '\xfebd17cb83199cb61915887c286ee241d0fb74f3b84cd67f8ae3b2813817f5ed48568f46f7de3eec68cbf684f32ff87d', 726023);
INSERT INTO public._sqlx_migrations VALUES (6, '0006', '2026-11-30 07:36:12.243034+00', true, '\x6a9d26eb083692f0fd952dbe9cf4f76ec21117516c333d28be038b9dca94db382a37627ec4b0dee45ac5b23152080ee5', 620015);
INSERT INTO public._sqlx_migrations VALUES (7, '0007', '2026-11-30 07:36:12.243725+00', true, '\x35ec6b238c49cc959d2083b276a3cc00a77ef6b4bc38c60bad6b7699dedfc29606fea5be67ad2c08b43b52b8a3910fbe', 866413);
INSERT INTO public._sqlx_migrations VALUES (8, '0008', '2026-11-30 07:36:12.244639+00', true, '\x80092307bcd00b785a265d814948896b720d7abb331b87f72ea6a5d30dec32df80fcf1411081e1757a1208b7fe6e0aff', 345256);
INSERT INTO public._sqlx_migrations VALUES (9, '0009', '2026-11-30 07:36:12.245025+00', true, '\x2fee6dcb0aef3af3444846340403e542c34d1ab2ad089aacf13cb0ff894607cc5c3e85abe73db77a7b65e3d809df5eb4', 3149259);
INSERT INTO public._sqlx_migrations VALUES (10, '0010', '2026-11-30 07:36:12.248251+00', true, '\x5d3ec82f4525934a47eedf640ef5ebe63784d546ee4cadbc4d6b9c8c4a836956471d0ff9360dd7909aee11bec59f2269', 4066418);
INSERT INTO public._sqlx_migrations VALUES (11, '0011', '2026-11-30 07:36:12.25239+00', true, '\x24ea2168dd1106d8b8449ae9e771eb6b0eb2bb22386d860c2dfa3074d7a8a0c07e28bcf24b14ff109d69307e21b51dcb', 1291727);
INSERT INTO public._sqlx_migrations VALUES (12, '0012', '2026-11-30 07:36:12.25374+00', true, '\x5131814caf1285ca83b09b908626cab221091c8c4f331353341d67e96777aef34c7b8fc97c8f2531ccdeb1c23a565921', 1191979);
INSERT INTO public._sqlx_migrations VALUES (13, '0013', '2026-11-30 07:36:12.260216+00', true, '\x1a358ffc2efd32bdee96d9e3e47e0dbcab44cb617ffafaefdedbae31b5db01df98debb8fbf0ab07975f0b5f33827ac6a', 2583946);
INSERT INTO public._sqlx_migrations VALUES (14, '0014', '2026-11-30 07:36:12.262849+00', true, '\x5115b861ee10f3b19176ed42b34b80dc736f2307e51a2ba1ad856d2545b42388778cc76f1fc6c5c9d5f70aeeaf557ca1', 271244);
INSERT INTO public._sqlx_migrations VALUES (15, '0015', '2026-11-30 07:36:12.263163+00', true, '\x4b0db044647c3557f04541f70fe242fd628770f2712460d613fbc480784d3602c81affa40571519108f1067bc6aa8a81', 524292);
INSERT INTO public._sqlx_migrations VALUES (16, '0016', '2026-11-30 07:36:12.263729+00', true, '\xa97f5dbacdce82b2d1be5d4d70ee99b6f5c2459fa4ed13b23cfe088121083e5a6c22471f32d37f5834921a7bbe34d673', 1490344);
INSERT INTO public._sqlx_migrations VALUES (17, '0017', '2026-11-30 07:36:12.265275+00', true, '\xa14f455b25e12e00444decde7f1ba5bb9052c1b89b81f89dd06f8f6dcddda4c8630e5e8ba8f12847eba6df278fe317e4', 3117833);
INSERT INTO public._sqlx_migrations VALUES (18, '0018', '2026-11-30 07:36:12.268466+00', true, '\x87e7ca02638049744a4c768123db4fb8d424a1a45cb3694facbdb7a73416a20b952c83fbf29a74780057c309e5823634', 3485010);
INSERT INTO public._sqlx_migrations VALUES (19, '0019', '2026-11-30 07:36:12.272023+00', true, '\xee77bd2aa7385cf475553af64060644f4023c4f5c6e3a3c4251696d1f772e53e6abc20439c30e73479f6ab834724547b', 1211048);
INSERT INTO public._sqlx_migrations VALUES (20, '0020', '2026-11-30 07:36:12.273285+00', true, '\xf30309fe2fccc29968d8202d494625290c895d440752726ff57f00a0dfe5aa4586923c68b7b1c41d91c2324aa52fb2a3', 3182309);
INSERT INTO public._sqlx_migrations VALUES (21, '0021', '2026-11-30 07:36:12.31621+00', true, '\xe05d0bf135ab48322cc7f0432734ef0dce1965fe56f2ad7beec9befff334f729334d603d88434c7042e7a397af670b67', 37436545);
INSERT INTO public._sqlx_migrations VALUES (22, '0022', '2026-11-30 07:36:12.325716+00', true, '\x46d13370afd8be81b337155205f75f26592a7762b8848f06b180dbed697f8a0efc6ae0d6268cc7c40e28c5894a03325f', 1618966);
INSERT INTO public._sqlx_migrations VALUES (24, '0024', '2026-11-30 07:36:12.327388+00', true, '\xb71090ff4b4b925befa5c4efc5f8c51746f87d928cdfd9f9e8be6dcaf41b8e96f84715899680426a997c861d3e7c9bcc', 947324);
INSERT INTO public._sqlx_migrations VALUES (25, '0025', '2026-11-30 07:36:12.328377+00', true, '\x9b70ccf0480deb0a387520d1bdf167bdf5f0936e93aca1afbbee80e38c96bd2f349e285af4005333151e9b4bfd1f45bb', 6058040);
INSERT INTO public._sqlx_migrations VALUES (26, '0026', '2026-11-30 07:36:12.334533+00', true, '\x1ffd614cef48760b3ada6a2623e70d191fc97cc1f8748eb0684a54b128ce2361b634a45a8161729366c36fd58dac5cd7', 3993469);
INSERT INTO public._sqlx_migrations VALUES (27, '0027', '2026-11-30 07:36:12.338592+00', true, '\xd0a4d2be0a8a280cb89856c7dbf4f4d426a71aa01be46080d55cec1718a9319a98066f0fc370dd580ae76a28f63e4055', 5974636);
INSERT INTO public._sqlx_migrations VALUES (28, '0028', '2026-11-30 07:36:12.344612+00', true, '\x74852110c6dd84ecca8774aa75e1bf6fedd35f39059893aef1877f9b9044f71662d6dcdec00c0beb0d68b5276919db2a', 159938);
INSERT INTO public.api_limit_rules VALUES ('', 'api_01m8np40726sbneqe6egd62kf8', '{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}}');
INSERT INTO public.api_limit_rules VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', 'api_01m8np40726sbneqe6egd62kf8', '{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}}');
INSERT INTO public.api_limits VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'api_01m8np40726sbneqe6egd62kf8', '{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}');
INSERT INTO public.api_rows VALUES ('api_01m8np401yz29kg530mvarp529', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_apis', 'list_apis', 'GET', '/api/v1/apis', '[]', 'List APIs', 'latchkey:list_apis
list apis
/api/v1/apis', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_apis
list_apis', 'list apls
list apis');
INSERT INTO public.api_rows VALUES ('api_01m8np401yv8ffkj6cwyvssrjt', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_audit_events', 'list_audit_events', 'GET', '/api/v1/audit-events', '[]', 'List audit events', 'latchkey:list_audit_events
list audit events
/api/v1/audit-events', '["audit"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_audit_events
list_audit_events', 'list audit events
list audit events');
INSERT INTO public.api_rows VALUES ('api_01m8np401y8d6e1y6t1gxypcvm', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_installation', 'get_installation', 'GET', '/api/v1/installation', '[]', 'Get the installation', 'latchkey:get_installation
get the installation
/api/v1/installation', '["installation"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_installation
get_installation', 'get the installation
get the installation');
INSERT INTO public.api_rows VALUES ('api_01m8np401yg076vj7ev6m345dr', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_limits', 'get_limits', 'GET', '/api/v1/limits', '[]', 'Get the limits of the installation', 'latchkey:get_limits
get the limits of the installation
/api/v1/limits', '["installation"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_lirnits
get_limits', 'get the lirnits of the installation
get the limits of the installation');
INSERT INTO public.api_rows VALUES ('api_01m8np401yq6rzv5n87e8777cn', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:set_limits', 'set_limits', 'PUT', '/api/v1/limits', '[]', 'Set the limits of the installation', 'latchkey:set_limits
set the limits of the installation
/api/v1/limits', '["installation"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'set_lirnits
set_limits', 'set the lirnits of the installation
set the limits of the installation');
INSERT INTO public.api_rows VALUES ('api_01m8np401ypdhb4982x5xq8px8', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_nodes', 'list_nodes', 'GET', '/api/v1/nodes', '[]', 'List nodes', 'latchkey:list_nodes
list nodes
/api/v1/nodes', '["installation"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_nodes
list_nodes', 'list nodes
list nodes');
INSERT INTO public.api_rows VALUES ('api_01m8np401y0wfc7md1madvg3n3', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_projects', 'list_projects', 'GET', '/api/v1/projects', '[]', 'List projects', 'latchkey:list_projects
list projects
/api/v1/projects', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_projects
list_projects', 'list projects
list projects');
INSERT INTO public.api_rows VALUES ('api_01m8np401y2qs80fdew9bh3bz8', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:create_project', 'create_project', 'POST', '/api/v1/projects', '[]', 'Add a project', 'latchkey:create_project
add a project
/api/v1/projects', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'create_project
create_project', 'add a project
add a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yp9mdkm28q5eyde2x', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_project', 'get_project', 'GET', '/api/v1/projects/{project}', '[]', 'Get a project', 'latchkey:get_project
get a project
/api/v1/projects/{project}', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_project
get_project', 'get a project
get a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401ykswz7wwjngx0a3a5', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:delete_project', 'delete_project', 'DELETE', '/api/v1/projects/{project}', '[]', 'Delete a project', 'latchkey:delete_project
delete a project
/api/v1/projects/{project}', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'delete_project
delete_project', 'delete a project
delete a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yd9wwfgjzw3zr405t', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:change_project', 'change_project', 'PATCH', '/api/v1/projects/{project}', '[]', 'Change a project', 'latchkey:change_project
change a project
/api/v1/projects/{project}', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'change_project
change_project', 'change a project
change a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401y9z2ybzwgg5qvqdwg', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_project_limits', 'get_project_limits', 'GET', '/api/v1/projects/{project}/limits', '[]', 'Get the limits of a project', 'latchkey:get_project_limits
get the limits of a project
/api/v1/projects/{project}/limits', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_project_lirnits
get_project_limits', 'get the lirnits of a project
get the limits of a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yjsh685zvma1kkw89', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:set_project_limits', 'set_project_limits', 'PUT', '/api/v1/projects/{project}/limits', '[]', 'Set the limits of a project', 'latchkey:set_project_limits
set the limits of a project
/api/v1/projects/{project}/limits', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'set_project_lirnits
set_project_limits', 'set the lirnits of a project
set the limits of a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yx626fntxsesa0rjv', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_members', 'list_members', 'GET', '/api/v1/projects/{project}/members', '[]', 'List the members of a project', 'latchkey:list_members
list the members of a project
/api/v1/projects/{project}/members', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_rnernbers
list_members', 'list the rnernbers of a project
list the members of a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yppg3ayfy5tmevmt3', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_project_systems', 'list_project_systems', 'GET', '/api/v1/projects/{project}/systems', '[]', 'List the systems that are open to a project', 'latchkey:list_project_systems
list the systems that are open to a project
/api/v1/projects/{project}/systems', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_project_systerns
list_project_systems', 'list the systerns that are open to a project
list the systems that are open to a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401ydgfarc73gsk41yc7', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:open_system', 'open_system', 'PUT', '/api/v1/projects/{project}/systems/{system}', '[]', 'Open a system to a project', 'latchkey:open_system
open a system to a project
/api/v1/projects/{project}/systems/{system}', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'open_systern
open_system', 'open a systern to a project
open a system to a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yj9xy8sbm7sm94ndt', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:close_system', 'close_system', 'DELETE', '/api/v1/projects/{project}/systems/{system}', '[]', 'Close a system to a project', 'latchkey:close_system
close a system to a project
/api/v1/projects/{project}/systems/{system}', '["projects"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'close_systern
close_system', 'close a systern to a project
close a system to a project');
INSERT INTO public.api_rows VALUES ('api_01m8np401yx7by1dfq3q8bjdrq', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_stats', 'get_stats', 'GET', '/api/v1/stats', '[]', 'Get an overview', 'latchkey:get_stats
get an overview
/api/v1/stats', '["installation"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_stats
get_stats', 'get an overview
get an overview');
INSERT INTO public.api_rows VALUES ('api_01m8np401ydgs7ehhjc1kcpqgg', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_systems', 'list_systems', 'GET', '/api/v1/systems', '[]', 'List systems', 'latchkey:list_systems
list systems
/api/v1/systems', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_systerns
list_systems', 'list systerns
list systems');
INSERT INTO public.api_rows VALUES ('api_01m8np401ydz38svt64z57bg16', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:create_system', 'create_system', 'POST', '/api/v1/systems', '[]', 'Add a system', 'latchkey:create_system
add a system
/api/v1/systems', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'create_systern
create_system', 'add a systern
add a system');
INSERT INTO public.api_rows VALUES ('api_01m8np401ystxfzr2afxw3yd0x', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_system', 'get_system', 'GET', '/api/v1/systems/{system}', '[]', 'Get a system', 'latchkey:get_system
get a system
/api/v1/systems/{system}', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_systern
get_system', 'get a systern
get a system');
INSERT INTO public.api_rows VALUES ('api_01m8np401y5wxtx2z8vbmnm6n3', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:delete_system', 'delete_system', 'DELETE', '/api/v1/systems/{system}', '[]', 'Delete a system', 'latchkey:delete_system
delete a system
/api/v1/systems/{system}', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'delete_systern
delete_system', 'delete a systern
delete a system');
INSERT INTO public.api_rows VALUES ('api_01m8np401y6tgabxc4xghnxtcd', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:change_system', 'change_system', 'PATCH', '/api/v1/systems/{system}', '[]', 'Change a system', 'latchkey:change_system
change a system
/api/v1/systems/{system}', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'change_systern
change_system', 'change a systern
change a system');
INSERT INTO public.api_rows VALUES ('api_01m8np401ytw9v72mhft2mhckw', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_system_apis', 'list_system_apis', 'GET', '/api/v1/systems/{system}/apis', '[]', 'List the APIs of a system', 'latchkey:list_system_apis
list the apis of a system
/api/v1/systems/{system}/apis', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_systern_apis
list_system_apis', 'list the apls of a systern
list the apis of a system');
INSERT INTO public.api_rows VALUES ('api_01m8np401ys4z8zsfhv04m1h62', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:create_api', 'create_api', 'POST', '/api/v1/systems/{system}/apis', '[]', 'Add an API by hand', 'latchkey:create_api
add an api by hand
/api/v1/systems/{system}/apis', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'create_api
create_api', 'add an apl by hand
add an api by hand');
INSERT INTO public.api_rows VALUES ('api_01m8np401yyfy1167cm5wevyxr', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:delete_api', 'delete_api', 'DELETE', '/api/v1/systems/{system}/apis/{api}', '[]', 'Delete an API', 'latchkey:delete_api
delete an api
/api/v1/systems/{system}/apis/{api}', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'delete_api
delete_api', 'delete an apl
delete an api');
INSERT INTO public.api_rows VALUES ('api_01m8np401y3h0xcbp2rj5wxds0', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:change_api', 'change_api', 'PATCH', '/api/v1/systems/{system}/apis/{api}', '[]', 'Change an API', 'latchkey:change_api
change an api
/api/v1/systems/{system}/apis/{api}', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'change_api
change_api', 'change an apl
change an api');
INSERT INTO public.api_rows VALUES ('api_01m8np401yemfx4dgdyjp7h7yj', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:import_openapi', 'import_openapi', 'PUT', '/api/v1/systems/{system}/openapi', '[]', 'Import an OpenAPI document', 'latchkey:import_openapi
import an openapi document
/api/v1/systems/{system}/openapi', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'irnport_openapi
import_openapi', 'lrnport an openapl docurnent
import an openapi document');
INSERT INTO public.api_rows VALUES ('api_01m8np401yak2a2ac584ykrcsb', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_system_projects', 'list_system_projects', 'GET', '/api/v1/systems/{system}/projects', '[]', 'List the projects that a system is open to', 'latchkey:list_system_projects
list the projects that a system is open to
/api/v1/systems/{system}/projects', '["systems"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_systern_projects
list_system_projects', 'list the projects that a systern is open to
list the projects that a system is open to');
INSERT INTO public.api_rows VALUES ('api_01m8np401y0kzgpd0bbwj54abs', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_tokens', 'list_tokens', 'GET', '/api/v1/tokens', '[]', 'List tokens', 'latchkey:list_tokens
list tokens
/api/v1/tokens', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_tokens
list_tokens', 'list tokens
list tokens');
INSERT INTO public.api_rows VALUES ('api_01m8np401yb2aqsq5vfpbrh9r9', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:create_token', 'create_token', 'POST', '/api/v1/tokens', '[]', 'Apply for a token', 'latchkey:create_token
apply for a token
/api/v1/tokens', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'create_token
create_token', 'apply for a token
apply for a token');
INSERT INTO public.api_rows VALUES ('api_01m8np401yrw7d7320yepms4mk', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_name_availability', 'get_name_availability', 'GET', '/api/v1/tokens/name-availability', '[]', 'Check whether a name is free', 'latchkey:get_name_availability
check whether a name is free
/api/v1/tokens/name-availability', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_narne_availability
get_name_availability', 'check whether a narne is free
check whether a name is free');
INSERT INTO public.api_rows VALUES ('api_01m8np401yghjnyfp6svm4jg5j', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_token', 'get_token', 'GET', '/api/v1/tokens/{token}', '[]', 'Get a token', 'latchkey:get_token
get a token
/api/v1/tokens/{token}', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_token
get_token', 'get a token
get a token');
INSERT INTO public.api_rows VALUES ('api_01m8np401y4p0bskjj7kb09495', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:delete_token', 'delete_token', 'DELETE', '/api/v1/tokens/{token}', '[]', 'Delete a token', 'latchkey:delete_token
delete a token
/api/v1/tokens/{token}', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'delete_token
delete_token', 'delete a token
delete a token');
INSERT INTO public.api_rows VALUES ('api_01m8np401yj6bzd4apr4admjdm', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:change_token', 'change_token', 'PATCH', '/api/v1/tokens/{token}', '[]', 'Modify a token', 'latchkey:change_token
modify a token
/api/v1/tokens/{token}', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'change_token
change_token', 'modify a token
modify a token');
INSERT INTO public.api_rows VALUES ('api_01m8np401yppxq0xwghbkfmdbq', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_token_file', 'get_token_file', 'GET', '/api/v1/tokens/{token}/file', '[]', 'Download the token file', 'latchkey:get_token_file
download the token file
/api/v1/tokens/{token}/file', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_token_file
get_token_file', 'download the token file
download the token file');
INSERT INTO public.api_rows VALUES ('api_01m8np401ybee618d4sjqvcp69', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:rotate_token', 'rotate_token', 'POST', '/api/v1/tokens/{token}/rotate', '[]', 'Rotate a token', 'latchkey:rotate_token
rotate a token
/api/v1/tokens/{token}/rotate', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'rotate_token
rotate_token', 'rotate a token
rotate a token');
INSERT INTO public.api_rows VALUES ('api_01m8np401ygxvq9grfvvgw00hn', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_secret_id', 'get_secret_id', 'GET', '/api/v1/tokens/{token}/secret', '[]', 'Copy the secret id of a JWT token', 'latchkey:get_secret_id
copy the secret id of a jwt token
/api/v1/tokens/{token}/secret', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_secret_id
get_secret_id', 'copy the secret id of a jwt token
copy the secret id of a jwt token');
INSERT INTO public.api_rows VALUES ('api_01m8np401y68nfgjz8hz2ajgv6', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:try_call', 'try_call', 'POST', '/api/v1/tokens/{token}/try', '[]', 'Try a call', 'latchkey:try_call
try a call
/api/v1/tokens/{token}/try', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'try_call
try_call', 'try a call
try a call');
INSERT INTO public.api_rows VALUES ('api_01m8np401y1kwppcw0mqmhcr5q', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_token_usage', 'get_token_usage', 'GET', '/api/v1/tokens/{token}/usage', '[]', 'Get a token''s usage', 'latchkey:get_token_usage
get a token''s usage
/api/v1/tokens/{token}/usage', '["tokens"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_token_usage
get_token_usage', 'get a token''s usage
get a token''s usage');
INSERT INTO public.api_rows VALUES ('api_01m8np401y11fgwf7n792s2x8w', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:list_users', 'list_users', 'GET', '/api/v1/users', '[]', 'List users', 'latchkey:list_users
list users
/api/v1/users', '["users"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'list_users
list_users', 'list users
list users');
INSERT INTO public.api_rows VALUES ('api_01m8np401y0wczdq2c9v80f5qx', 'sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey:get_user', 'get_user', 'GET', '/api/v1/users/{user}', '[]', 'Get a user', 'latchkey:get_user
get a user
/api/v1/users/{user}', '["users"]', 0, 'project', 0, 1, NULL, NULL, NULL, 'get_user
get_user', 'get a user
get a user');
INSERT INTO public.api_rows VALUES ('api_01m8np4072qq024vb452weewyc', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet:listDevices', 'listDevices', 'GET', '/projects/{project}/devices', '[]', 'listDevices', 'fleet:listdevices
listdevices
/projects/{project}/devices', '[]', 0, 'project', 0, 1, NULL, NULL, NULL, 'listdevices
listdevices', 'listdevices
listdevices');
INSERT INTO public.api_rows VALUES ('api_01m8np40726sbneqe6egd62kf8', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet:readDevice', 'readDevice', 'GET', '/projects/{project}/devices/{device}', '[]', 'readDevice', 'fleet:readdevice
readdevice
/projects/{project}/devices/{device}', '[]', 0, 'project', 0, 1, NULL, NULL, NULL, 'readdevice
readdevice', 'readdevice
readdevice');
INSERT INTO public.api_rows VALUES ('api_01m8np4072rbjcwr7q09mpcfdh', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet:renameDevice', 'renameDevice', 'PATCH', '/projects/{project}/devices/{device}', '[]', 'renameDevice', 'fleet:renamedevice
renamedevice
/projects/{project}/devices/{device}', '[]', 0, 'project', 0, 1, NULL, NULL, NULL, 'renarnedevice
renamedevice', 'renarnedevice
renamedevice');
INSERT INTO public.api_rows VALUES ('api_01m8np409vdgg9tbznq5wx9nk3', 'sys_01m8np409rdm3s2dxbt15bqjp4', 'yard:openGate', 'openGate', 'POST', '/gate', '[]', 'Open the gate', 'yard:opengate
open the gate
/gate', '[]', 0, 'project', 0, 0, NULL, NULL, NULL, 'opengate
opengate', 'open the gate
open the gate');
INSERT INTO public.audit_events VALUES ('evt_01m8np403fw3rnpvawqb0v8dxf', 1796024172655, 'system', NULL, 'latchkey', 'user.created', 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', '{"role":"system_admin"}', NULL, NULL);
INSERT INTO public.audit_events VALUES ('evt_01m8np405w693zqf8wwzc83004', 1796024172732, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'session.created', 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', '{}', '01m8np40408qhgkq8zvwhd0g8g', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np4068sn2t8rwg68ae1nbr', 1796024172744, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'system.created', 'system', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet', '{}', '01m8np405zfwv1agah2afjyxt0', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np408chgegr7736fg0d0hs', 1796024172812, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'system.imported', 'system', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet', '{"added":3,"changed":0,"removed":0}', '01m8np406g3dezqr1km8rfw6dh', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np408rq2ef655ze3kqegm6', 1796024172824, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.created', 'project', 'prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', '{}', '01m8np408p2awbrsw1mdbk7zhq', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np408vq2e1tksryvb85fvg', 1796024172827, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.created', 'project', 'prj_01m8np408txx156t93ms0v9jkt', 'quarry', '{}', '01m8np408sn0frqnskkkq8ftmn', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409113bp23bvq9syn0n4', 1796024172833, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'user.created', 'user', 'usr_01m8np4090wbj8wq19v9rchjnw', 'ada', '{"role":"user"}', '01m8np40902s42tgdg41qba5aq', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409av6wq4699xx836s8t', 1796024172842, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.member_set', 'project', 'prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', '{"role":"member","user":"ada"}', '01m8np40975za7dmb6d241g52f', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409chw42h04a3wsp15e8', 1796024172844, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'verifier_key.created', 'verifier_key', 'key_01m8np409cj6fg33p282ejscx3', 'gateway', '{"gateway":null,"system":"fleet"}', '01m8np409bjxs4d4ewmptccpcn', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409qx8kxtyx74w0g97h9', 1796024172855, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'verifier_key.created', 'verifier_key', 'key_01m8np409qkm7ftgcysgkfy5xf', 'second', '{"gateway":null,"system":"fleet"}', '01m8np409nhq3n22xgdc6eeemf', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409sneht25gd8vmg9ak7', 1796024172857, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'system.created', 'system', 'sys_01m8np409rdm3s2dxbt15bqjp4', 'yard', '{}', '01m8np409rysvb9jzymqadpfgd', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np409vcantd5e72k5v9qqh', 1796024172859, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'api.created', 'api', 'api_01m8np409vdgg9tbznq5wx9nk3', 'yard:openGate', '{}', '01m8np409t229s5x68p9h9e5xj', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40ap7ara9jfbez9szsf0', 1796024172886, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'system.updated', 'system', 'sys_01m8np409rdm3s2dxbt15bqjp4', 'yard', '{"disabled":false,"restricted":true}', '01m8np40am2mjv3dn1amwgjdsq', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40arckwaceza8bqkf70s', 1796024172888, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.system_opened', 'project', 'prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', '{"system":"yard"}', '01m8np40aq8b0mdmdya5hpybgm', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40bgp36ygzc5re87gr53', 1796024172912, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'user.created', 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', '{"role":"user"}', '01m8np40as4x7hectkkv9c0tdb', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40bndbzsr21q0dffesbz', 1796024172917, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.member_set', 'project', 'prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', '{"role":"admin","user":"lin"}', '01m8np40bk9np3vwbd1ssy2dah', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40dd1f8jvw03yywh9nxx', 1796024172973, 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', 'session.created', 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', '{}', '01m8np40bv317dabdha4ncwj29', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40fx0v336s7j5k67x9c4', 1796024173053, 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', 'user.password_changed', 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', '{}', '01m8np40dh5r5fbm6qjz07e8p9', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40g2epakt466d8gqxg4y', 1796024173058, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'installation.limits_set', 'installation', 'installation', 'Latchkey', '{"ceiling":{"api_limits":[{"api":"fleet:readDevice","rate_limit":{"requests":10000,"seconds":60}}],"quota":{"period":"day","requests":1000000,"time_zone":"Asia/Shanghai"},"rate_limit":{"requests":10000,"seconds":60}},"default":{}}', '01m8np40fzn4dvdb433fw0z9vn', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40g6ghgfcj5ysz07rysa', 1796024173062, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'project.limits_set', 'project', 'prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', '{"ceiling":{"api_limits":[{"api":"fleet:readDevice","rate_limit":{"requests":10000,"seconds":60}}],"quota":{"period":"day","requests":1000000,"time_zone":"Asia/Shanghai"},"rate_limit":{"requests":10000,"seconds":60}},"default":{}}', '01m8np40g4w89zgx4xx3wz6ex6', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40gfjgtxardskh63yc0t', 1796024173071, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np40gaxrqeat7ady5kgyn1', 'Crane control', '{"apis":2,"client_key":false,"kind":"rsa","systems":0}', '01m8np40g7hr637qt1hrhcdkhx', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40h2jscfhbc11dtvxdfe', 1796024173090, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np40gaxrqeat7ady5kgyn1', 'Crane control', '{}', '01m8np40gktct5rev3zkgyj03m', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np40jjbyn48m5s72g6pxrv', 1796024173138, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.rotated', 'token', 'tok_01m8np40gaxrqeat7ady5kgyn1', 'Crane control', '{"generation":2,"overlap_seconds":1}', '01m8np40h9vwyg4a645r1cgjp8', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42j4234yar40z5wvn5wc', 1796024175172, 'user', 'usr_01m8np40bgm1gjaav09pmch2wg', 'lin', 'token.created', 'token', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 'jwt-01m8np42hcgrfrn52gspd6amgm', '{"apis":1,"client_key":false,"kind":"jwt","systems":0}', '01m8np42hca13a6hxqzbfhq75d', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42java34a4n8q8kd7crx', 1796024175178, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.secret_copied', 'token', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 'jwt-01m8np42hcgrfrn52gspd6amgm', '{}', '01m8np42j53fgbk0pm2q196bvy', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42kfnzzqqc8s0d6yndpm', 1796024175215, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np42jcfjw4xx1yj8c2j7ba', 'All projects', '{"apis":0,"client_key":false,"kind":"rsa","systems":1}', '01m8np42ja714p8052rkdc2g01', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42nyz5a3s4re2tdfbngv', 1796024175294, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np42ksym9jm4wc5rr3fdzx', 'Issuer', '{"apis":3,"client_key":false,"kind":"rsa","systems":0}', '01m8np42kgsrk6kze7g87f75da', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42p7py4mpkqeyry8ns58', 1796024175303, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np42ksym9jm4wc5rr3fdzx', 'Issuer', '{}', '01m8np42nsrprapvr4eh020r8s', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42q202t4bjgw0ka3tamx', 1796024175330, 'token', 'tok_01m8np42ksym9jm4wc5rr3fdzx', 'Issuer', 'token.created', 'token', 'tok_01m8np42p9y6r9wg2frczgbpva', 'rsa-01m8np42p4ea98fk1fcfmqr450', '{"apis":1,"client_key":false,"kind":"rsa","systems":0}', '01m8np42p4spmwwfy667zz9n51', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42rtjjap8n79pyd0kcj0', 1796024175386, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np42pykgyvczbmzvc4newq', 'rsa-01m8np42pwsqrjq8g6esjhs1mh', '{"apis":1,"client_key":false,"kind":"rsa","systems":0}', '01m8np42pw3z1bzbkejhkr9ttv', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42t4kpr8kr2hkahcfhj5', 1796024175428, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np42pykgyvczbmzvc4newq', 'rsa-01m8np42pwsqrjq8g6esjhs1mh', '{}', '01m8np42s12b6s09z7gn0bd872', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42tbc099dxfghjcd1jcv', 1796024175435, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.disabled', 'token', 'tok_01m8np42pykgyvczbmzvc4newq', 'rsa-01m8np42pwsqrjq8g6esjhs1mh', '{"api_limits":false,"grants_or_targets":false,"quota":false,"rate_limit":false,"renamed":false}', '01m8np42szvbgmwx6pa6q8th7r', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42v6c47cb1nss41z0yrz', 1796024175462, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np42t7jcps9hezbdag4nn4', 'rsa-01m8np42t5y4fpc4zw235dt483', '{"apis":1,"client_key":false,"kind":"rsa","systems":0}', '01m8np42t5w0165xwgyqn7tgk2', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42vcm6f8cds0vh2621tx', 1796024175468, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np42t7jcps9hezbdag4nn4', 'rsa-01m8np42t5y4fpc4zw235dt483', '{}', '01m8np42v02h7c0rgybykrktpa', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42vfc9ra8fxh4wh9c0b6', 1796024175471, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.deleted', 'token', 'tok_01m8np42t7jcps9hezbdag4nn4', 'rsa-01m8np42t5y4fpc4zw235dt483', '{"kind":"rsa"}', '01m8np42v6mgcq4snzvk8dnmsk', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42vj15xhd6w4090m07x3', 1796024175474, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.created', 'token', 'tok_01m8np42vah8gcga35p8ntyh19', 'jwt-01m8np42v9v4f4n5habjf75y1e', '{"apis":1,"client_key":false,"kind":"jwt","systems":0}', '01m8np42v9ngt31jx1n6w9fkag', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42vsfkp07f8p7jfwj5ws', 1796024175481, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np40gaxrqeat7ady5kgyn1', 'Crane control', '{}', '01m8np42vc8gzzg20rr5s72jsb', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42w7t26nfvnmknmhg4av', 1796024175495, 'token', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 'jwt-01m8np42hcgrfrn52gspd6amgm', 'token.credential_revoked', 'token', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 'jwt-01m8np42hcgrfrn52gspd6amgm', '{"credential":"jwt","jti":"F2WDEXPgU3jOVc0WnWkQNw"}', '01m8np42vzqnh4xkv029xd5708', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np42x4ew55z72ja08g2dby', 1796024175524, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'signing_key.rotated', 'signing_key', 'key_01m8np42wv4bft2jyy710t6f6c', 'key_01m8np42wv4bft2jyy710t6f6c', '{"algorithm":"RS256","at_once":false,"before":["key_01m8np3zxdkafsk66tvkwksmf3"]}', '01m8np42w0eaqwym2qp495ze1y', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np46tx5v133qdj74ck11gb', 1796024179549, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np42jcfjw4xx1yj8c2j7ba', 'All projects', '{}', '01m8np46tjx2yfexbe80hp767e', '127.0.0.1');
INSERT INTO public.audit_events VALUES ('evt_01m8np46v68kchyqm7nkk32cz7', 1796024179558, 'user', 'usr_01m8np403d42xfnys5yn3hxect', 'admin', 'token.file_downloaded', 'token', 'tok_01m8np42p9y6r9wg2frczgbpva', 'rsa-01m8np42p4ea98fk1fcfmqr450', '{}', '01m8np46v0gg6hfhs4ckm4529x', '127.0.0.1');
INSERT INTO public.audit_trail VALUES (1, 0);
INSERT INTO public.beats VALUES ('nod_01m8np3zsw5ec7q9s86bzjs9rn', '2026-11-30 07:36:19.380065+00');
INSERT INTO public.changes VALUES ('35278', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'signing_keys', '2026-11-30 07:36:12.462437+00');
INSERT INTO public.changes VALUES ('35285', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.603226+00');
INSERT INTO public.changes VALUES ('35287', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np403d42xfnys5yn3hxect', '2026-11-30 07:36:12.654008+00');
INSERT INTO public.changes VALUES ('35291', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.738296+00');
INSERT INTO public.changes VALUES ('35293', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.80041+00');
INSERT INTO public.changes VALUES ('35295', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog project:harbour project:prj_01m8np408qpw6gdsqa5eh23g32', '2026-11-30 07:36:12.823399+00');
INSERT INTO public.changes VALUES ('35297', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog project:prj_01m8np408txx156t93ms0v9jkt project:quarry', '2026-11-30 07:36:12.826777+00');
INSERT INTO public.changes VALUES ('35299', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np4090wbj8wq19v9rchjnw', '2026-11-30 07:36:12.833099+00');
INSERT INTO public.changes VALUES ('35301', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np4090wbj8wq19v9rchjnw', '2026-11-30 07:36:12.841489+00');
INSERT INTO public.changes VALUES ('35303', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.844299+00');
INSERT INTO public.changes VALUES ('35305', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.855277+00');
INSERT INTO public.changes VALUES ('35307', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.85687+00');
INSERT INTO public.changes VALUES ('35309', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.858761+00');
INSERT INTO public.changes VALUES ('35311', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog revocations', '2026-11-30 07:36:12.885011+00');
INSERT INTO public.changes VALUES ('35313', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'catalog', '2026-11-30 07:36:12.887919+00');
INSERT INTO public.changes VALUES ('35315', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np40bgm1gjaav09pmch2wg', '2026-11-30 07:36:12.912333+00');
INSERT INTO public.changes VALUES ('35317', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np40bgm1gjaav09pmch2wg', '2026-11-30 07:36:12.91691+00');
INSERT INTO public.changes VALUES ('35321', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'usr_01m8np40bgm1gjaav09pmch2wg', '2026-11-30 07:36:13.05284+00');
INSERT INTO public.changes VALUES ('35323', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'limits', '2026-11-30 07:36:13.0563+00');
INSERT INTO public.changes VALUES ('35325', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'limits', '2026-11-30 07:36:13.061662+00');
INSERT INTO public.changes VALUES ('35327', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np40gaxrqeat7ady5kgyn1', '2026-11-30 07:36:13.067372+00');
INSERT INTO public.changes VALUES ('35330', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'revocations tok_01m8np40gaxrqeat7ady5kgyn1', '2026-11-30 07:36:13.134036+00');
INSERT INTO public.changes VALUES ('35347', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42hm95vyt7h6d7r0ayxn', '2026-11-30 07:36:15.168134+00');
INSERT INTO public.changes VALUES ('35350', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42jcfjw4xx1yj8c2j7ba', '2026-11-30 07:36:15.196218+00');
INSERT INTO public.changes VALUES ('35351', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42ksym9jm4wc5rr3fdzx', '2026-11-30 07:36:15.285694+00');
INSERT INTO public.changes VALUES ('35354', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42p9y6r9wg2frczgbpva', '2026-11-30 07:36:15.312181+00');
INSERT INTO public.changes VALUES ('35355', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42pykgyvczbmzvc4newq', '2026-11-30 07:36:15.332134+00');
INSERT INTO public.changes VALUES ('35358', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'revocations tok_01m8np42pykgyvczbmzvc4newq', '2026-11-30 07:36:15.426367+00');
INSERT INTO public.changes VALUES ('35360', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42t7jcps9hezbdag4nn4', '2026-11-30 07:36:15.440132+00');
INSERT INTO public.changes VALUES ('35363', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'revocations tok_01m8np42t7jcps9hezbdag4nn4', '2026-11-30 07:36:15.462797+00');
INSERT INTO public.changes VALUES ('35365', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'tok_01m8np42vah8gcga35p8ntyh19', '2026-11-30 07:36:15.466573+00');
INSERT INTO public.changes VALUES ('35368', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'revocations tok_01m8np42hm95vyt7h6d7r0ayxn', '2026-11-30 07:36:15.487581+00');
INSERT INTO public.changes VALUES ('35370', 'nod_01m8np3zsw5ec7q9s86bzjs9rn', 'signing_keys', '2026-11-30 07:36:15.516747+00');
INSERT INTO public.data_keys VALUES ('key_01m8np3zw9ejkpaw4rm1mxgzqc', '\x3d6aa7866f6cf17dcd88022c473b44f5f474062ad79d3f1c75889274138b6668faaecabf85379f8f72bad29d5d31ab9dd3744a5b967024e4ffd03f0e', 1796024172425);
INSERT INTO public.idempotency_keys VALUES ('\x615296ca54777784bf75fb884a953f036d455401ee2b54397e80b4cf180c8d2b', '\x9ef1cb44987551eb9d03ceb76b128b2cfce73c55aab51ea907c180ba84661729', 201, '/api/v1/tokens/tok_01m8np42vah8gcga35p8ntyh19', '{"id":"tok_01m8np42vah8gcga35p8ntyh19","kind":"jwt","name":"jwt-01m8np42v9v4f4n5habjf75y1e","description":"","status":"active","apis":[{"id":"api_01m8np40726sbneqe6egd62kf8","key":"fleet:readDevice","name":"readDevice","method":"GET","base_path":null,"path":"/projects/{project}/devices/{device}","removed":false}],"systems":[],"all_projects":false,"projects":[],"users":[{"id":"usr_01m8np4090wbj8wq19v9rchjnw","username":"ada","display_name":"Ada"}],"bound_to":null,"expires_at":null,"allowed_ips":[],"rate_limit":null,"quota":null,"api_limits":[],"key_size":null,"client_key":null,"one_time_only":false,"generation":1,"parent_token":null,"created_at":"2026-11-30T07:36:15.474Z","created_by":"admin","updated_at":"2026-11-30T07:36:15.474Z","updated_by":"admin","manageable":true,"last_used_at":null}', 1796024175474);
INSERT INTO public.installation VALUES ('2OsHK0Ln-PwNoToWUDQSMQ', 1796024172418);
INSERT INTO public.limit_rules VALUES ('', '{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":{"requests":1000000,"period":"day","time_zone":"Asia/Shanghai"}}}');
INSERT INTO public.limit_rules VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', '{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":{"requests":1000000,"period":"day","time_zone":"Asia/Shanghai"}}}');
INSERT INTO public.members VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', 'usr_01m8np4090wbj8wq19v9rchjnw', 'member');
INSERT INTO public.members VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', 'usr_01m8np40bgm1gjaav09pmch2wg', 'admin');
INSERT INTO public.name_keys VALUES (1, 4);
INSERT INTO public.nodes VALUES ('nod_01m8np3zsw5ec7q9s86bzjs9rn', 'vm', '0.1.0', 28, 28, 'key_01m8np42wv4bft2jyy710t6f6c key_01m8np3zxdkafsk66tvkwksmf3', 'key_01m8np3zw9ejkpaw4rm1mxgzqc', 119, -1, 1796024172480, 1796024172521, 1796024178560);
INSERT INTO public.project_systems VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', 'sys_01m8np409rdm3s2dxbt15bqjp4');
INSERT INTO public.projects VALUES ('prj_01m8np408qpw6gdsqa5eh23g32', 'harbour', 'harbour', '', 0, 1796024172824, 1796024172824, 'harbour
harbour', 'harbour
harbour', 'harbour
harbour');
INSERT INTO public.projects VALUES ('prj_01m8np408txx156t93ms0v9jkt', 'quarry', 'quarry', '', 0, 1796024172826, 1796024172826, 'quarry
quarry', 'quarry
quarry', 'quarry
quarry');
INSERT INTO public.quota_uses VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 1795968000000, 1796054400000, 4);
INSERT INTO public.quota_uses VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 1795968000000, 1796054400000, 1);
INSERT INTO public.quota_uses VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 1795968000000, 1796054400000, 1);
INSERT INTO public.quotas VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 1000000, 'day', 'Asia/Shanghai');
INSERT INTO public.rate_limits VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 10000, 60, 10000);
INSERT INTO public.rate_pots VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 1796024175575384000);
INSERT INTO public.rate_pots VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1:api_01m8np40726sbneqe6egd62kf8', 1796024175575384000);
INSERT INTO public.rate_pots VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 1796024176316041000);
INSERT INTO public.rate_pots VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 1796024176568520000);
INSERT INTO public.rate_pots VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn:api_01m8np40726sbneqe6egd62kf8', 1796024176568520000);
INSERT INTO public.revocations OVERRIDING SYSTEM VALUE VALUES (1, 'sys_01m8np409rdm3s2dxbt15bqjp4', 'aud', 'https://yard.example', 1796024173, 1796024172, 1796024172885, 1796027832885);
INSERT INTO public.revocations OVERRIDING SYSTEM VALUE VALUES (2, 'sys_01m8np4061r2aj68yr4y8cj7z9', 'client_id', 'tok_01m8np40gaxrqeat7ady5kgyn1', 1796024174, 1796024174, 1796024173137, 1796027833137);
INSERT INTO public.revocations OVERRIDING SYSTEM VALUE VALUES (3, 'sys_01m8np4061r2aj68yr4y8cj7z9', 'client_id', 'tok_01m8np42pykgyvczbmzvc4newq', 1796024176, 1796024175, 1796024175434, 1796027835434);
INSERT INTO public.revocations OVERRIDING SYSTEM VALUE VALUES (4, 'sys_01m8np4061r2aj68yr4y8cj7z9', 'client_id', 'tok_01m8np42t7jcps9hezbdag4nn4', 1796024176, 1796024175, 1796024175470, 1796027835470);
INSERT INTO public.revocations OVERRIDING SYSTEM VALUE VALUES (5, 'sys_01m8np4061r2aj68yr4y8cj7z9', 'jti', 'F2WDEXPgU3jOVc0WnWkQNw', 1796024176, 1796024175, 1796024175495, 1796027835495);
INSERT INTO public.revoked_jwts VALUES ('F2WDEXPgU3jOVc0WnWkQNw', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 1796024775000);
INSERT INTO public.sessions VALUES ('\x1d8e45e95f12981954debf866d636803715320a04e8bdeb726ccf49d51dc9e1b', 'usr_01m8np403d42xfnys5yn3hxect', 1796024172731, 1796024172731);
INSERT INTO public.sessions VALUES ('\x7aca181503d65c2971ede18216110fdadd82b11d2f30df9c468d1cf4d9ac819a', 'usr_01m8np40bgm1gjaav09pmch2wg', 1796024173053, 1796024173053);
INSERT INTO public.signing_keys VALUES ('key_01m8np3zxdkafsk66tvkwksmf3', 'RS256', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163ed4eabde0a908f30cd0577f28510f43f887502ae2fa704271510790936f70c16ba9c5b8f51ecdf47eb16a2c861a83594184298990768b8c6fc6efa4aa695357576214716a05af30c265caf2bdcc7974064ed86b67b6a2b9941ab161f6c8949cdc7a27a6c83be7be17ac83b62395a2d78ed84d85b81c517abc831a471787d919827db2fc004c387010e3ec76f7d09a1bdf7c45deb7a5491af910e139248cfd6f33a98e9da702d1e6495a3ccda793d374499f5a6be833c35bc981d4f7a5489a7207a3da66380e79f285f1779146a28e0b7169811fe93779da179f0981aff0eef2f086b55b6240b18c9006c67f2787efc7bad5f0401daacfd79426798b318bb5b5f6d66341e21109427255cb3050e6fdfa2b14f79c1e5eccca5a8c166dca3f899fbe6d79d2d4e66da6405895478edeb25b40b4e2d5470b9c9f328f332fedc6ba512e510df44f904e792b1bfeabb0a7b7b6606acb50ead988346e3b24c14eb05d73e50c25daa20ce411b8b0ae87811618d379675b9a03de2c13e0d7ef1ab97c28b13f99dc08f4578b7e169a72e926c9e486cf5cc6a643d5c90ea7b8cd56612ad8173e3323d516f00636ea90cf7674d97f937ceccb97cdb18c171a2c82f904d3aa590c54581b2070b46001b1979c1d627ec32c1da30b999ed50a765741d4b0c67331d41388b2e331ae6d1c1387aa9310236bd1f90517503d74662d833e23aec87fadd52b75baccede581818d1f7bae7996dd9966d3f4d2e1d287e21004281628b855624139375b5b8275c5503623d5378aad2be570f3be52a563122ab5682d760cfe57c93771c0b3ae79b6b55b6c0f4179c225e4a3d1ff686542b33198eeb67d801caf16ff649c3f576dfe18b538550365c4ce21be6a54b4fcfe7f2b4df03112d4622a0990a29cadd4cc51b5cc0e59c9b658330a565fd26b350a337bf67217fb63af4604406cc7745aa945c1479a323bfafde6af3dfe30c6f9627706a77da63c9c411a06b5a4c835d38188c76ce9341d0107cc10e7911e877e91108cea8f80724c761f2e45f86fb59606013c13a0d3398d774116639a076db00ebbda7e963437be2425ecf6f324cbd8ca6e298857a912fe57a534ba17b2b3951718f19ca48aab150862ba1cd2df6f81e134cf99c985d6190af70a346db0179ba03bf40b25fd991c2cb4459813ed897203b78a8f09eab1ed208b1c817f4dc20e637c71fcc066aad22e199390c0ae1ddc54a53028c9628a113b1ff6c88614b7d7500e29be2a9630745af530cc46553b44c0f7ccc5bbde297146d1bbcfab4b2c563e6b18e777df467d9a06f31c586008a83591f02075c4b73577de3585be87fa02372c4d2519a5e8409c04f2f76d08363ede5adf21be2bf1cee62ec50049d9278fe81a10eb0f687e2dbac6f8ccace836e0b4541eb40cd68b6a142ba94392ab86a6d9852466e851af98ba7d4c0454d665c4496719a920e5608e1762e513feff71b3fe05a85a93b89af2c445b7f96cbc803cd4a37ce238e069e38617dcc4ec5f57fdb2a062393723853fc3ff482808f2291c04ebba17cebde3135d8caef348c6c13993feecff8e295b11e901f426d106d2334c4b73ca2de946f829cfbfe02bd3a104c14d87539cd25879cfa3f92c050f254b5e3adca52733d9a1d53dd1eff5d223b62a62a288975bbff073d3f39674f05484eb186345a03aaa4e38dcee85280eb4c868eb1a2c0c16262ed2cf13bcdb1fb5a4331606a60fe816b6efdccbbec33da83eba822a6539f49e5', '{"alg":"RS256","e":"AQAB","kid":"key_01m8np3zxdkafsk66tvkwksmf3","kty":"RSA","n":"qzgdj-63S1gb0xzNmOt3zG8gk18oH0hIM1VjrdKG_SnKulMbu5GedqqtnOMBy_dgZ2C2XRPmRAlbwyZbN6ZSRG2I6ilKYWJt8S4rf-QIBktC5hx1ypuStDmM1R0s5X75GKzj7PBEvJZcflo6LHNstD3HW5Lps0OgyOy3dSJabtjsY7Ftralyqti873cX-IziYV2srLeomG0PrWfMoad7voW0hRcLU3PZ0u0Xqtpr2JnH60uLMZqtBJvbbk1qMjZ_1i2xpCCTVoH9C0LK2lzQ5SY87ho2ZowBL18rkVUbLyrVbb0zHxwySwtbxmHcTsJc6omD4SWh8ocAGoGXLIsrKw","use":"sig"}', 1796024172463, 1796024535524, 1796024172463);
INSERT INTO public.signing_keys VALUES ('key_01m8np42wv4bft2jyy710t6f6c', 'RS256', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163c1e20ada3a3d99cc76e8225da297aa54ea1244f46a5cf39b22bfa80f8c74077ebf0328e7fd15f6b39804f94f46feeff64649cffbadc21ce48bfe1590b4721883f173b069a77de1df4caa8d4d5b54139b4996bdbe93487df7cbd70f6aa7e91e99a9a55ce3168f7557cc0a2060eb013c450744a65d87d12cccfa52e071ef08b5069f5d17a6cec1921caa8480c3760dc7f9af7aad79f5114fe20678cd65402c9c83603e272ea73343275de087a72e3a11f71ddfec233a909847c3cf93d55c890af25733b61cfc31d7c1a17ccb0d7a3d37651a1560c0b37da707403bb474f1adc7303dd92f978adf4b578a7e5fd7c76f49f32e4afacb7694f04a435e4d15192abb8afd3692a008cfc55fceb940c3ddf52d611f61ae376a374a4946e385d60dc94a6ec5a7e1673b49f6210610efcb73a3965c8b9151a42415a7e051e300eb58757bcdc5cc920ed666991070aa0164d91ba04e2d8b52a7820b485f0cda262a31b5aef0c3e716887c1ad0841551812940cc4dffb9f22877814a840bfa2023e5c0f930979af64d6d968e3e5030c26de9b27c5b28a3ab5ec4dbd333d311124896bc88adb2690e5efdaae75728148095883c7c77fec7cc4cbe22250f34f5fad46e30b07fd6ce43701788ac0655f597ee32881c8a722022c23333b0f4fb1ce202ba0d5b9225ca96b188d5bda122b64fb0d581655392cf961ebc86cdbb13d3e7df83a93109c27f5961e7ef972000859f1b762de476ea25a9f7757416a44796725dbfafd91317089edf7a0fce85f60b372b8ccf16255de23b76303e1a5df88e3b779d92d6cb993063abc260c27957a8bfdba756e84d4a5994901f6b4f5626b53e522f92abe2c959f386b4ffb3433006237132494f240dc1f4a2d5b819b2bf752d42623aa78e22f26b5d92e242912e43313474e45734e996b3e86e92f042b9b48e3f5f16614b2a353d94c6f3950e6d5b400df94d9b0bf90d5792cd311107aa69622b613b4b9c506d58f0d8fc92081dc0c8512f3fa0b994d5e169e2682db7e8d35b16e4ff44808d0911399573911614eee064b4f4e5d3d37cbe18c1d2ec343cb490c0afadd3c22c4346d90cd052e263cace48ada57cac569e8ef574cef1e87e24f606cd0119e2dd905c1000172dd0e6193514de702be5662b170b63758c7b655189c83ef200de065b644686b418350e7f11bd6825b8d70c8f8cfa192979b3ce0edb2f28728ca7bf61343832fe2802e769bfa9c4b659f908049430b832f77c01a514636df8eeb9320d535e22aa0050d3f48889a5a7de58f317dae99762e656e57da2e0f92e69428b5de9b3bc47128862435617e0fb45cc85e946da94e97a44db2421d7ffcf3732a618f71e0d21ffa762a24aaaaaaf56850d18d9471de6b1924ec1b1f279c074b7699b827d164e37321d8ea990d47abe0cfe2bac1475728965bb6866835a91ba58bfca90f3839d2c8f3d845972cff23ca4870a663aac97495da2ff8690a710f32aded9cd3ee3c5bc19719be4c198629f6629919ff43e4236ecabd0ebeeb214a86efe17d4f6decbdb4ff215f102c9177e14f6d87c719bf9bc877e5771f75375dfb58b18901db9bdd982b96555a92606ac4be9e609fd60755760fedf25501e14c8cd05ed9dfbe523acf1ba5369e466d5935703ee991d15711b0c12ce60299ee4b174843dc98db373769f17d8566b6f5377991ba20fdda2b458a39fe7f92c8c79b21ca09d4dfd6ac757b77633031e5d7de1aed6f2732aa53e017a82fee283721f7f', '{"alg":"RS256","e":"AQAB","kid":"key_01m8np42wv4bft2jyy710t6f6c","kty":"RSA","n":"n-KVx6IFqw52y6KYX7GmFZDllMXMuGMxfmx1w9GltkM3uTko8lY-batGo1H9iRijWAz6WTUmEOFzg-Js-3pB8s__DeDuc6IdCkg_I5OuUg3Z5Q0WRq_PTt2052TApKpJGRM-yM-JybUTTVSrADB924Fb0PIMAGF_5sGmiZ9ZdyKGOFTY-9CL8_Ra4YVGeVhNr1i3y5pgmJUEwMk0-_-wqAcopvzsfIPiWrieIUmo06sHJH0EBEot8TmlF7MaDfMKzHFT-bBgpAizI0PCRulDBW_LCVo_M1ybIRV2QnGTzqVJ2zy0yomv3XO6cOScKFV1uNq0TLhaxXepnz8wOuTwTw","use":"sig"}', 1796024175524, NULL, 1796024535524);
INSERT INTO public.systems VALUES ('sys_01m8np401vwrtxkm3vdjd00qgk', 'latchkey', 'Latchkey', 'http://127.0.0.1:43281', '', 'project', 0, 0, 1, 1796024172603, 1796024172603, 'edef5aa7-faea-4125-a9c9-71b0f1ff31e6', '', 'latchkey
latchkey', 42, 0, 'latchkey
latchkey', 'latchkey
latchkey');
INSERT INTO public.systems VALUES ('sys_01m8np4061r2aj68yr4y8cj7z9', 'fleet', 'Fleet', 'https://fleet.example', '', 'project', 0, 0, 0, 1796024172740, 1796024172740, 'f6185880-7e48-4ec4-9739-13916b0d9dce', '', 'fleet
fleet', 3, 0, 'fleet
fleet', 'fleet
fleet');
INSERT INTO public.systems VALUES ('sys_01m8np409rdm3s2dxbt15bqjp4', 'yard', 'Yard', 'https://yard.example', '', 'project', 1, 0, 0, 1796024172857, 1796024172885, '5ddc38cb-9fa5-47c3-8504-21fd9a1f430d', '907ff96f-3384-47e5-9b70-7756a13fc81e', 'yard
yard', 1, 0, 'yard
yard', 'yard
yard');
INSERT INTO public.token_ancestors VALUES ('tok_01m8np42p9y6r9wg2frczgbpva', 'tok_01m8np42ksym9jm4wc5rr3fdzx');
INSERT INTO public.token_apis VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_apis VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'api_01m8np4072qq024vb452weewyc');
INSERT INTO public.token_apis VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_apis VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 'api_01m8np401yb2aqsq5vfpbrh9r9');
INSERT INTO public.token_apis VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 'api_01m8np401yppxq0xwghbkfmdbq');
INSERT INTO public.token_apis VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_apis VALUES ('tok_01m8np42p9y6r9wg2frczgbpva', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_apis VALUES ('tok_01m8np42pykgyvczbmzvc4newq', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_apis VALUES ('tok_01m8np42vah8gcga35p8ntyh19', 'api_01m8np40726sbneqe6egd62kf8');
INSERT INTO public.token_bounds VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 'prj_01m8np408qpw6gdsqa5eh23g32');
INSERT INTO public.token_hours VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 1796022000000, 4, 1);
INSERT INTO public.token_hours VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 1796022000000, 1, 0);
INSERT INTO public.token_hours VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 1796022000000, 1, 0);
INSERT INTO public.token_keys VALUES ('key_01m8np40ga45htsr81hjja97fk', 'tok_01m8np40gaxrqeat7ady5kgyn1', 1, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163c7a20c1c7c7edf0151cfac0d7d3a2012a387c4311b4e0eb0255272157a4ad84b4922df7a9ad400eddf0c2180e26945b1ba8ed7eaf9e93c5f2de04de927c05b36ef7da10215e6e858c8a75848326aff8ee286bd81740c1896886fb05e4d40593c9f78ca78a919d76b18bcf4cd602d5ebd11bec51c9e06c4d4b258b7a90bcf57a56e570b51748f0a4bbfda067846feec9cbe4c8084d08576e9faf5fff3c845d0e399b2cf8d6446b592531475f52c51aafff087c19ecf3d828323a8096db09d65b1e4894f00eee029ab5ffca0fd60419af634d7dda004bf8c732f1e2f288b8a75759a33cc9dc5aa9f1ec9ca2c773424f9adb0db6d2e6c86b1ebd92592cc2ad86b6e5f0f35812494928f8467ca6e03dda792ec3ea082fcbc07db76cf1864bc662b8eebb7fa3946822d56d81e7fb76d74af0e5b4ceb0d0df06a8e2c7b0c6d7808efc39444838568e40c19cecfd0428451c784048659c1fb76ac0d059d9d006ba4e31a42afbb29852b2b35eb28ec1d637783f7fdf8bf190cd14ec937414dc389c0aaffa9154d195938aad4f581354db73dcfe140368e77296c82e756e13185207f8060e2beed2172ab345770a7baabbc3a39dba2eb60894fe0ff71f6ff7598c3e76dc1fc44ea040b3b127ea19ac6da9cdfa7d76690a0479ca45b12af245b2dd477d0623def1ddaea673e6e1afddf3475e2c944761feaa161f5bfa02ade4aab206c6456967766a80b41eded12870785e3e4508da064515997d3c1f73540f4e39e1840ba816c1c5e3436c0c776215e1869c565dea112ebbb82d31c350df1112789ecb621a995ac7ee2747d0db7a68d4643860b8553edeb825014f452b2dcd57ba8ecacb366bbfb3e3f6902aed6b3e968e8ed68e3d692fa5b4a761f09d6a5e844981e6026f20b10dd0f150f57f992450e09aa0311f08dbbbbd0b23bcb9a216cc4dfc3f25f72d13b254326cb1eb0df0142e462f6217b9199f4b314df4228e9aeded6c8a9cf2e8370fff2f066b6f2d83e1d0f251054489387e83552cdadfe5d360a7b8244cd89d49124835298f59cbbd12d93e8a33f605190c51990bd2b31c53b9dc3a6a31b7707b00f01b88a8112aff74fb5bcc1bed5f86080161125b8e80eb5cb08d863905bdb7ee3e8bd0663f50faa1ceff6047271c351effb1227f9d27b8a4854f7362e4632023e267f29a645d3f6338a28e2db8df0ddc138e11aacf74bfa3010f0ac785d2320e8a701d09a4393fbe9f94a7f40e1e8b8f9105b66c84c70218dbb7d480ffa2433b904da4c177becf67c61cfb2b5cee9eb13cfd9753e7f8504d12484a00c115c4ab812f471e157cee925ea3857efbf9e7c309efa0dd4b2d975cd5549d6dfdb683c237412847e20658d75fea848ae04342a52ab2d8c8b91de502a0072d835bee6f9f781a556bdbe4e01279c68c6eb9cf7d8cfe451b42797d62b46e8370ec9ec37660349a2069f41c215e060c77435b57a71c94a4c1b65a3d046bab8552b4efc472d1c785ae3cd626ef9b3d420ee3440e7baccafc6332ab0f2f25bc23c631e0f9a273d64b629f877f67fa4bb9cb17913884eeea75314c5cabdae19ecb62a24b91d79b1cbafa6319b7bb8144e05e75bec4b65730784380de7ce1adc654bed6561f772ce3f8dd556d1a72c636620bd55ac55e01e324c10e1f120a935c85c763442dc4a127d205bef0e6d1c9fa889ae513e79005f8fa8568b935753a7c61de93b0577efd6a0bc80af9df33f69353a36c7e71a36bc204e6da53d7c5e1d94', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np40ga45htsr81hjja97fk","kty":"RSA","n":"wSH_dTtjPTTp2cGU6ybVspUOA2WocpKFsmF8joE2XhrvwjlE2C3-ci2vqPEAiKWgzT6THzaft76MH1IOz8JQkBQkHvrHoYSY-kuiSACk8LcBYFioiSd3UoIuQSmFmKUkTvZXl4NdJ5fxUEPkSD45dCINYqOOV86b96t-WJYD2jtxa3XTNU5AUIuY-Mz7V3tuzXVlfWpkZBT0nJyHtvXqoPCowinkeiESJP_yfJFqjlBwsAoSCeVHpwEF5f9Ghp62uvWHmtNe6QI3AwqPdoxayOyEsKVXtH71g4isBnJABhRyzZ7iyHwQp1Lbs5Wb3G5C-I8XZVWnmd0ZtDYX5tJlFw","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71632ccc456f2e474c5cdb26ecba1ce187775c5696f9fda0e9a3acb50b4864d0fe0bcd1dcd114a63239d7f5e6c5336c4d77b895043cb0f9e09418361b6afbf31888fbdc464bde5342a', '\xd9fb56400ee4a96ff52afbb53ad9b3986e6b36158e8ad833071b4d4da28cfb15', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163ca29fb18ec71899af69adbc757333fc74fe24b488f3aae7c55ca888e56e00614244e3d5a2fa3035e3ca7fe2612fb1f55a85a30c23edffcaa355a01618802b0a69dae105b932f0ccb63a3ad086041c756c46d1d96ee2cb37683f9e9535e850d19613725453a66656a6ea90cdaf7ec1a303b9b364b33bd0702f6410853f76dfabba4b05a22fd51be38a7bf096860cd5e1b1c75ffcd09246035cf75bdfcc0bf6a1937093fec9cb8925e7248f6a8721364b9d3e4f2f4a96aa627fae86475f54487e1866f555fe73b39cc5caca82366a420fcb63b21dabafe8d92f05fd6dcac2ae7ead5d74d5d93fd2419cdcd8c60208aa9f5ab5814f8cf1976c1bb4e93a863d90eae1cd21a2fce3f9a8750f195e659fedf79d73baeac0bfa80e3b9b63c705a2150ffc775a19eb8bb38ceda811d5ba2ab9288efa02736afd60395653d749adc6ce2440f268136499985268f52238499be44b3b6fc561600f1b3347bb9dcb71edb243e2a5a6bee2ad7c3f12227bd1ba2b623b29470a256e95e683e8bc12289cb772134e8b861757f623745cfe329ae001028cbe72f465429ffcf6291d96d9ef2d2c31af819ea966604d7864fe713251c02694096788b7f128aea130b918c5ae4a38434ae865a2e99e3c84cb48c9f5f5fbcef67df94fc3bd509555943de35ca956dd0772cf313d1d1e8c33f61b867afb114820481cbbc29be3fdb61bc58bdd2c9fee1f6094ba743e7a7155b71467bc815393fe9c2fa50fa07b55fa4ca47270678bc908a395bda45f00da97222613e526aa1354da9c218e8ac6b202af9f7a517b8a32801c88031ec0ae16ab7ba1dd887577c957bf70a731242fbc4a54e78ef8f62632d0c9dc912909f1e0899571342bb7caab5686d498f33417101b71dc98c40ba7819f7de7d105028e5c6f950bd4a4c3ce6ba85021cfc0887c4c1e9d118d2671fa65d1ee6bce138', '\xf91a6284bd93318d570c8f9b13730ca65743b5081d082ce6a6203b8c140ae457', 1796024174136, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np40hffs1ge43y1dx767ry', 'tok_01m8np40gaxrqeat7ady5kgyn1', 2, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163c600c6dace1146064ed90eca895ff0b6dbe90813226adc55c30354e83a11bbcdd3ced90f72d9c457a113cdc4fb4021227be86f872b8f66f6eae8259adee5634d3759932e8616b79e5749d3051ee373910e0733d75302f7c35dfcad8619c0eff066f4fb29a401ae4b2fa7b530a81b2e7d56cb5664cc81c9fbb8c75f79d3a410c490b9575e849cafdd6058362c439eaac6d983bb4551addc26b343fd26fc52b0afd41239d3a86abebdae4e32885ca79300b40097c63a379ccc482c9f60ecb229f8fe66f838eaad765797f325befa30449c3c02c20f35b1dc64368f09089dd18d27d4e23c1b61b96d70754a9dcd18679724f6e5d07c36e53c077a8d7bf2e756ea2c9276cc2a8850ea247d1b898a178bd883e0c8f48a861e4c8c44764f100535795b4dcd6d0db18d53022e4adec63e28f775bef3c65c0e63c37c7f17ebb092c9614bbbb4a0cd06f4e0a3d7ee66dfe9caf651a293e9aeac77c3408c5a448c042cdf4ac394d5d4b5ae8c8979215cb9d15165ce748b71c15b69780c64df95582d16d146ee378b39bf5f1cbd7c1ef71f9cf4dc5584f13bc0e7e4f2dba412ae1dec5a6e54caa4770deda212e4ca195a27a822648cd6fdb74a60668598a10893073954feba32b92a588a5d4c55c4b04d293ea993e96aca2faa74e8f839b06a6adc3e879dbd7be0faa0a83856fa2c8f68f74aff9845b42d35802fa4e1a44e37de38206836e630b714dedc77203159a6562ba1a229970776d057fb8b6903a80f97325a10303c62d4069c5a3b41e26541a0de2cfdc5bdff28a1519a13834cc9339078bbc23bc3ea1f9addac01fa77c138b4b93a5aa4110da3fdc7493dbb5e732854f7f0c1ce1350481da5779fdadfd8dd431a9a74aeee5fea41bba557a21c5f2f4d4f3d94de52bd2b495e240ac72f44e8a79b8f3587ee6d3023cea6b584fc6ad082a7cfac785e93732608290a947a063595f96fcb97324fca029114e46afd3478323ceb6ef52e339b2b97eb8fd70d534dfb4d590e33a19696daf0800bc55e86edf1cb7b4f50026a753f85ab026ca7a0092355ffc4d067c1d930acb600d06492636393614e2a9a9dcf8452ddff25da904ccfdc95229248558287e5b95c0808150a02f93c1a3d3c0a8acbf11fd14fb9a8195d256a7d261c36b7ef140f2aa69be2a645386fc339b0077f7fe8e5e7854cd085a8447bde3671387d5f6aca25bc11ebf5737357f89ce7ccdd458e1a95cc48350bf29886c983d07e315109f184d7c518d4a01f2c867dd73cc0b06e698faea8c21f50a4d8f86a283dab93af313ae6b008572b0f1ab31fba466f4192b3c7f2b1d59e90b80ad2ad1c82cb49c2116e26adf91ea9027a347918f573ba8e8e0dc3542852d352a868d52d945001213bc12bb45035b3cc5780ea90be29e821e684619909a316108f9badb4b98142acd9fb2cac1642be7c8054c3a177f487a3ed375e6c8e82a28be90b330fa8ff0c046046517089f6747c3572b5afb7e2d1fd1b782114f2caf39f3da626cd4d5120c9dd5b0d6ca1ab26c2900c54b6c32a9925b3f21ea90b751ddd93a58243fbaf74eb23456bdf31f0bf5b51ee23e7c9abff8e88b43003874033876afea84eb93335b16c0e092b26bdfd27b9c8e456c4ce5563c0b30292941b844620b2b271b83fcf5e7cd6df20ed8d740da1d29c992517c459e03fdcef60f2ea4b8dd18a8e43a165657bf49921bca7cfcd63ceab596fc2daae7872741bd5347a815f1702789e874da4614e8b911fa26dc946cb', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np40hffs1ge43y1dx767ry","kty":"RSA","n":"xTetCLqzq1CzIH0XaU1pKCop6V04ntekAA2FxCSrMoobmJLxH7X28SF8OzeK_dtHblNJQ9tAEXo_wJbtWqefMGKSUy-A1balgUi7qV2ix9MhlUhnFJSl55Lpq3SJBqnBP38qWt-LZgQO_HmbQG1Eq4VXLsEIEGpaVUaKpcBfsOlns9ZPl0U760oJviUdzM19JLBg6rOWqdI0KEaCJ1MJSa9cpuI0TrUWwNK-cqri88Kr-kl1IgMvvKDAIlFwjaOkpXPVsVVDN1zCcbE3B9dJXYI6facCZJbxzNMG53XLAglfsOaXiTm27dUUhqbQvMQIcLZagC3c3mOXFKIxJ1FbIQ","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71636ed28f4599feb08c3667d2a26261a4c7098310904b94013754e3be702e454fc9606b61c91e9da1aff453975a80d7335555d23155fccf86c1d11e711ecca9ff082955e4277ed0db', '\xe8d2f2663e05482f0913b8799d8d0214ea3e0ec2f0d280e8854407d2011926b9', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163f2ad4d0e3157822f218ea6744f1de859c962df6640efc5648dac94debe3e07d92ea469b5e7d633eee045bdd3a5d88a6b7255328a8f5925c1c58f07a1e07e0e8272be59ca230a7611cc68e2b099040e73f03a9ebca8edbf1101b81cc77224e14ba2ee1b035478d86af10d044d1a46d2456b05664f73060263385ee3ea2b744c5f84d6333d550e29d47c25975dc176fca91892d8f9d84d472a48a5f5d33354611f96e7931c85ad28a580165d2a0892462b38f29e99b9e619e428ab283c4d21ade85eb79ede26c47cd3d3b87ddb5c2f92f7e87dda23613e9d0f9350f52c35c9d42cc356a3b9dcb35761f04cfa50eac13ef0c738b9b54e17f8347435bfb829db670b87354b4f3c47aa2c53d0199695c829936c69d15b7ee633f64237a243e10a394b9b14676a3c6e1259bb02763010622bed70a2f53db56af0b4f59ff8587c5091e294b973b2b312021a4e61d010fe29b0ac40cc13c3a4c628619dcd88032015400bf6948887cdb306cfdd2f4877b24fda96d1206ac031cac349b615ffa79968bf9f6adad7b9aac2727d20cfbd38361023961c96d0eca635c7b5da59e31c0934057be09c21e47596b0c3df195c158fa294d48150f416a4413aaa846ac5ac2d910c022a105174609541004e402c2f837ca3c17e8c1f469eed7aa215f20659b3b08c1d93aa6f40ecf8319bb9951652779b35f5c24ecc27de8a9996466fc9085abdf413f2219a0b8de0d39e5073d02f69a8665768cfc98a6f8dd5e64024023ad0a7a21dd496b889ce4eb6ead9b1c0957bce2e7f6ea70a7830e768618f1d49e2b304b0203d60c19d4dae1f6466e1fc2225b6e9d955b26bb7541f8336bf3ea47f4f71f36240ca76b1317c8e4b735134d7cd1a1db6b8979b3496cd58e765559e11762ed6252bb41f95cef793a8105dc2ab0fa14a3d0117c0523bbd79b402f148f6547581bb2a81f240', '\xbccb55517407301a5461d92f02b70388443e1df434b54d7e52ea08a1560fc324', NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42hmfvmwhh6hyw3zx790', 'tok_01m8np42hm95vyt7h6d7r0ayxn', 1, NULL, NULL, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71638dcddbf194f3ecc39728892340ef3babbed3b14f5cf944b9e510faf422c936d337b83e2e74cb3fba8cc842703e33a443b8afe1b5e3beddd735087077bfd793d5f2dc5628f00ef5daafff4a7243e62b94d3', '\x30f5d57cb510b533ea015f2c75466f2e36e3973aa04618ccfb660244d9d50ae7', NULL, NULL, NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42jc3xkpvheen11y6kk0', 'tok_01m8np42jcfjw4xx1yj8c2j7ba', 1, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71637c7728234cb21c3f1badc5374830af9a9326d1215e48b1e89f0ffda19c6770dc0abb1283116c9b669adccaa10a886eb4cdaf7db157e1bc9f69675b20dd6f10be784564a0e17445ad01202aa3295eaeaa23bec467043081917e83c01b6b657e938dc1cc052eec8f954062eeff22ed6e22bd2cde49ff56327c7baedccfc134be7f15dee4f96f3edf997d9bac3a9fd1ab178ce5199ad100fd9d0e344649d0816884f9797a1f0d3916764fe88f0cb9373545d49dad52740e85ae3c2e167b19075b2270fe40adeff61485c4c368e492987049cd4c6998f3455c4494370cb15be18e5d0e52bff33b05aee9e3bc6a3c172100ef78af566397a7c43459387806be8ed64681835464e442901425e18afef97298db43fc54c8e89e648c0c6de115fde5ee860e5c8711956cc27a106c94ddc51de6fe6fb8a393bac9b17848c9127e165ff1908f107c22363d683339a68edb041af23a04f81410251613135659e0930b62c24c77b2aae1fdfe0dff232a0d4c4b3f540e16213ef150d1dbc65540209ab0930c16c3ace6a6c7be012c6346b907c3f01275b384881802eaba654c1470016d54cbe1c745d5a7581c8c66765c3ddf8837f8e7991bb907819b11cf36d4441a0f65679e899655d9ef10eb0a4b4b8f496032d43f97948429d0062a9b86d04cb15c49d6d2632d7a46f8e4d5b90af2bdc0b34f59e0d377fd4861f695d3f7fba47897ce141944d5cf29805468b4117fc57a87bc3d0823dea1edc771ab202bd636a55df2e965f8526a0249136e91c4169a05ea0947e6960d71268d3e4149a04d3924d0fb64cef7ccf6ed61995d95e9553a5d196378e2b33a0d4de5bcbccbdc0f70e2bdf92b770e9dc1ca885903f031a43dfcafe08a375d0e7aa082c8251a71961c83db8610f26b384fad19843d3e86afbabfd00e671e2a903953a77760863adb45f3269f70494389d2eceb78cff4d1777c090c7fb32d4487439c98bd2691afc6f60a3e1a0c229d96141391dfd2c272b700289932041293a23c44aae1e0da76452268709c83945d2288111f37bbe7bae837ad0b2c5df25a157dadfb26425002215326e1d267c23ccb3cf0316c637a4e44a8e81625c4a5670d3e52745ce2244333a4d1b0cf3be748838ebc0544ae87f207e4a0e4bf7a98664c661542c3b6995760d8258562a6764bc90df9b71e8dc70e0c11d6c1336adfdfb79ae633b6df562dfb4ad7a5928ddd580fc4aaeadb86953ed4abdaa0334b3f8936304127d5e0e4585b7a2ff80798ab1d481ff9a44a2298680e8b4e6149e00e250fef1325b30012838db660a05e3b0362fcb6eb5353ed20c9c459e2a6c383ac16403ef191cf8b2f70827f0a1281de655d11fc8ee2414a9047c5c8d149942a4383ffaf340fb28abd25492655692deb5774172fc95d1710ce58d1878edd92f3ab3feebd944eaa4de109ca214be41a90ed6dbac81d9c02ab11c1cd9406e124bf9a384a14e405853654c7bb37a2970ce396878b1931b84220e195bcaa0b1b78eb453615085b8dbe295bb83d218700d5ec15651296041c52a95eb89e40d6d3d1636f48033aab38e15fb138899e0f0367591c3ffe4ec9bf3ee47edc09cd53887b614e3656fe1613a02bc07662b8b62aa9acf6522a9ff6085487aba3e0e68a8fc3164cf42cc63d36a31f32297971f6a4b806da53d46b0ab5c2448b61d78222e3d4fe1d31b50688cb86d33977318684d2c011d8b1026af8200f9176143b49608ba0e63d65c2edd163433054992415515dce52', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42jc3xkpvheen11y6kk0","kty":"RSA","n":"ySJZ-XuwJn8nv5kHaSJl4iB5NR8AsoFimcrUYLOIdCa_WpUazJbm1DaVmzmlVluwRtnQHToL0ziX2w7Lv-pGD2okG5UjWMScHBOpebf4tYpE0jGwAxhik826hUHEEMzCkuGnHRm7qeFQGTsm7EEwTvxJEC4e-xd0B4WpIutsZ4pr_5aHMFntm6ImSjbCME8qpiopIu02W0bo5xiZrd3nzoImU8h8ZLbSZ1Apn35Ffwv7kLvIv6cSH08NPD-VAjkGAnuYfiFrt3Jf7YnbYv2WMOUBL52-YMS6UPQMENcThjiGJB98XmMpJOSc_nfCCjyY9669wIauIOdFYxvRrS69Aw","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71631725b63612b5b750bcaca305a065c4d9d74cbe5399955c25fc41007ee3605b204d625da4f2d293b3f515232cb3c726621e96b9984fe252213159f6aa6f026a935acfd6013881b7', '\x710ff2f8ae9312f9684eb01624631a8c455babc9c5e4c06e31bcf1299c2f0d88', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163b9596ec3021982571a2d28976eb03d7f5667b6b5a2b1e163d39e91db012b4fdfec7764aa68159791b59aeccd755b6d5f021b61f0209e38e24011556d1ec725a111497060eafe5105af9610e643143d0d09f936cb519b257be1ad4d3920a678c528ab813452df52da2f8c01ed50ee04931f280967e118cb79ab6b70f63f59e034641bc9a0c6d4303a08182778e5089e98875ad1eadbddd6907480fb1080ef68dfd5ca5a75c9745423c88037ce02e15975edeab633cb0091ffd41d04c4efe78c5ead6e7757f148a64dafb11ae42046162c0b0ed1787a9f928f9c44c2958fa2eff13fc45a44eb24224fafe4ba394d4ceccf8d49920a6aaa1721ff36f26ff115285293576c1dfeeb37591012847d4f7044f783247e91428695157e4375ec8a6d1238c908303a0e81343009bd727cf5df36fad35a0872a6242bd033ebf348f641db0ca112f15b671421affab151ff7b9f015a58df30a27c87003dd45f805d58e1aa3dac3ffd30fa34e732d6d7ee81dd9fae78838df00a258d81007f4f219298c95a5fd967a0f90a2dbac9a4b74ff37cc1cdc0c4c04c0f9b0c989cd2b7b304c95cbf698d32f0a2b1a619b1a804cb0ad04e21b98c81b28568c84c8d7e4b4076b2246b11c69af7b0aaaf8288cd5827f1d4f12ef9b8e41d17a9632c20345a47129e836652add2d0bac02090f1b93b153b393e8967f1943fe1b7d3ac2bdce08f275d58df495261f76b0d4c016fda6b5e4a655d5fecce474f240cc30b5a350e0002b93a47ec3d44e7faf0c1280d0a6d2e8ad8bdb20525955d24fa991a0df27ff1346f2ce1c4747bb8cc7499af848623204bd168865a431610da16bcd705b5bc4b27f1a81410b158f916c980382ae66809bcbd064de1f3afe5c76b5baf01d55c06489aaaf3f65d435f6edd47d322774ffbc1159fb373885ac459c74736eaac1a2b7392ab9b7f0aa4044d', '\x6107b8703674544b2f79c310c37f8d55da18a037876a36953b1c48d5514146a6', NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42kst7rbjp47ta17bggb', 'tok_01m8np42ksym9jm4wc5rr3fdzx', 1, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71634753650b0c35af18504eb5794e0a6f416a7555fc151b35fb5ca395c377ddd75afb957caf2c5819876d244a51d72db3305c0ff58012e262d75eb52b9529679e715e55e24d1a5170693523682a481f4758bd9e7ae7a5691fbb44baaa1c58f10bef6c9a584c9d0085126753ea0026487a8e2ef208988e8dc0078bfbb474c2676897ba63999e7b6e92a1100650c9ffe65f2a2de70a8466f3588667245ae2ba9857a05f86bae7f773e48d469a40dadf12e8f516326aa40bcfa22b694b61bf08a4f9a1337584ac36c980755e6e69a97c1418e66960de4e59bff641bdbe1a812135eb36e3540fcb50c0016409a0110422a6ead5e118243c5fbb2d335577f45168e550113374912ec94a4fbbd26bad406c69627055aee7363c6f1c29c3f3c87333795bbf4b3cc7147aa16c72dfc1c7eb4be7e1eb5bcebe9351ae7f02366a4bc89248681ce48dc83c24ac7522eb9192dd1cc77a01f91d66347451cca1866e9b029c9509a1d1c3c400338dab8633d1138d00886d0d741b48d63cd5b57370f51b6cf16305d11d7c4c482901c65475a8ddd2353b3649cbcc60ed4be82aafff6b12319280e9499d0505b1b7c531f2e1c5b4f00ec2e5f224cb5c94623ef82e0c8973ae5275ae4fdb82fbdd7483acb4a82004dc5072823d47db3778f0f017f05947cc14e0f7ce429eebee0320b3d54a0b3419394807be15fcca367c1ef44cf276fb5505b556b8a54d54a5bbf6ae772a32e79bf3b0911f79dadf561eee8b96f68af38912dde10d8affc6a1f45617bde0a770ff81443846d24a277d9edf748b0ea44fcd5fa7395200596b075f7e371980b65c68d0e5969278257ed65033a887ab6cb72564db26b6fbca077bc5df65d30d28c6b2f941fb8a3edcfd525424db602bc045294ed8e87c7d4f84d25db040b7ed2c3fd892660f3deeb46317fd7263abea22b57af84da56154d257bcc19c393d93a3cdea9699b01240ede3147cdfad912d4aca585fa3b7d3b0e598abc4173ceb4bc3d406e74e662955b85a243c942f8500cd445b388f2b4fea73d5d86a63010368f42d2a71a02e871e370a26443363f6e8c00c20d7ac91f2db361a9d6fd280d1f6eb1bbc84296a327e3392a32494c58f2f27b5908b2488a6d85a85090a630c7528fd2fefdb7ff0b32996d4f244e165926aad11f974f437a792913fea38087ae597ce488eedd11f1bd36bf46fe591b1051f7ba068162ff1b8e9ca130b714e45ada8f3f86896b31d8513170186fd080ca4b1124623371b34b65f9fcfadc0886d68e19b00b15642cf1f52d7ef3f1d211cce0f892e65f018057abdaf5ac49795bd937319691cc548a54996106f44416fd8894e559e2cc454812c6f936d1e8c35e2f47fc8a1239a5a3344c76a5633a34583216e2e6ed85fc71b481372344d3e4704aab3dd2dd2d1b07d897a56ce0197a2865f4fe6e3cc35f82f0928d5541c0b5221d696d17c4cf3d170ebd671ac03da535d7b976eb62fd2cbcdc6f48cd15f1f139316a93eb9bc7ec92c6dc496dc1cb63620185f6604a98e20d14fc3d3fcd0125c4acf67a62204c39873c1428693b7f1911b996917c1e9a49638c4ad2f4788210cc4a1a41aea16aec2ad0252ad50f4faf94691337fc8fa8c3df3406991c637ea38656295ed67ed77766bcc134568419b5528bdf8e56581b85d1caa009d89f3451554dab7244eeeae06362d5b1931030b1f178a25badbffb5a8c0df6ef7981631d334e6b6fff588ca37efc88882ec07e175ffd1070c9f67c34e38', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42kst7rbjp47ta17bggb","kty":"RSA","n":"uaRnctoqoDlxl_zvSL-GPTeYYnUEbOzVkWTl9GtdSmZqJm2b8RAuKQAiRU6YtK5yAM21Ap6YjaLkeqnJgkxdXWXnXhfmgXhEJhnJlV0SXMCsrVc_9pWTbDMyga48kBzqooRc29Xwbr0p2Wy1VPYzdvYEJ9WWhV79f9SE_pjgl1mf5tfmGLkgnE0RAqWzHJM90cWr7oVonwDuuUjZgH1uwZ4BS4UBUlyKV-nSenJPKU64WrCAUPFn88xq7_t893BEyNBkC6ePsPVymFf9OGvzWOAEX8_z3WDv8SkYs0clOpqzl4qECpXm23piHR-hZqEy7HKEpt59-FF54sg-XkmpEw","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71633596407013bd90bf2ed32fcfb1c7856ae81f625ad8852b6d404f3bea540a6b197c3f583d55b465bca43879cf62b48407639f03b2f2eedd1844c1f90404035636baca9f57fa3be0', '\x4d564343adf159e99298f78767840add49982dbdfaad195896c7994a9634a2b0', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163a19489e3257900ee1364c3eb3eef89fc6a4af21fc473c00601fa04399b1055cb6187fa012915271f65739413e31280f23197942691640380c9211d0816a4b58f0830ca9aca36134a112d291173f3850b9e4222ad8753cbee1599aae53616f537de8acdaecf51b05d4e231da8b30af93580942ebf0da483706d3dc37519f94ef881ab44556141145f2301dad467fac28be7dab40a0b12aedfafe15e9f4b4fa7d164baba660da2519cc33f90f456c8a7afc6db8e7847c0c5d680fcb00a9be82666aa6263497f9a6fcd6c6d16e7fc9d68e90aa867440b524bcf5581dc77f16a76db8d40056a9ff1e9a5c0235278fe0cede562402f037a31dc7f7a8982086de786f53b458a287a893bc6ba48f7ae2c1a352204cf0abe07dc7f275ee898237dd780c8bd0ea38e7be89f6b4d6426c64e633d6e03e67e013726ea0fefef6f1d29d32fc3a1f17710a7433ca6677b0ef5051334b4bb8a9eb79fde35233482f76bb1964e884c78054144cde5c394aeb429e48b196b341d02e4926a7a4a180556c2590d24e4fd127cdcb8283bed288bb36ac91fb36f0f25d80882933e59e29256be6596074234b5d69a8be92d5887ef448ca61fd99966d59d981ddaa0b111da5e8fbfffba8d2fd44588b8fc0fd2885f85ee51182332c324b8c7233a42455c8a7c737b8b00aea90bc51759cd6ead27c4336c8a5017d664dedd820a6ea2a24ef52bf1148ee20c64884445e5393eaf6484dc9803287f430d915910689b3cde998d6d20134a38e8b9b6f5a0eba22635863aa2c3aeeddf750fabf958662937b8115aa9572767ef9572a33af4e66d862feee7be802224e1f862f38fdb7d055c4172e2d43f421048e3a54ae97857986dd134b0dea3895ae5564333b74387eec88468259977f0b90c4931db6e3ce091b2705fc8ddb062e8fe2c671815b43c6b9c13da31465d7ef7c1a288d398d5', '\x4ee35ad49821d05cf68e4e2a668b36682db964b594b28a83c4a60eac74cb4804', NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42p90pb24pbx4w699p5d', 'tok_01m8np42p9y6r9wg2frczgbpva', 1, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71637cd47f7a90a17f62828250c2fbfc288f27cc0a628e36cba267b5d61fb7a03a604347e239fc0b40fa7f0ce73b87dec3284fcf92995164eac86a0c44c6fd224917dd00d8103d95c94dc300f8fa03bdd2c86ffe51ab3f2518da6d7bb06361219a91f2a28232e545fcb6174aa7bac74419a9ecb5bde2ca1d781070f8093b72e548b6bb8ae3da71c2fec3ffce8514449eed2c2dfb08fcd75dfe8a0acd486901a43ae2a90f2cd5a2a7daa68643d10dc8c4f644ef7a455aba00053176895a8c99b40b12d14d824f181477c0435e0c9f31e298af17e75f3203daa34852c8558892f1836934b36028bc1a84240a33d4e6e94ad31b5b9ced833fe6a53c67a3e8f3d4106fc35a6bf78409cd42247ec03c24243a4d2b9038155b22ea6f51e428f4892ca3cb40cc5c676e39126a8728be5e58e063aa4d87b0de807cdddb606fbd8243fbca1953a5a0e50f0de9df8527a9b9d7f748cc3fd8da9c71dec1041a5b19c6df8201799fbae064117ff26bdfea3825080879440b52b359c263895cdd584323b35c0128c4918f4dfb2e0d5443bbff15ebbc9bce03e8693089fec1173d5933ccf02f5b57bca1d5bc73f6b57b6e13087c5d2c8d7e62736f03eac13a47eae09956f571c2a293901e37137efa7573a264e859cd1c34d4e1d57450709aa2e0df06795efa5be96e359cf41c4aec40a5b80eba4062ef2bb99898178a55c1aa491378e0998983858131fa80dde344f084d1c9d700b17f29b018989f385cfd7d556ff3892b92b8fa01644bce6763908655adf24dff7b83a48e0f1d17ad3a11ac527151261ae994c01ed488924329d92fc9254aa908323cb7f01957052e53f1abf6761dd32dc812e51eea8a3a3f2d64fabe39f9aa2a0c390ae5ffa97eeda2b692f82d1314f810c0b3045886e87ec1d17e894230746b51c9220716fb3c73b00c4db86419da472283cf1d1872d2dea20bc39ee6675aba1f0540bcd245c1cb943ba3d45a48e7a948ff06a82872ab9896fd50568d9ecd3745d377349b74b31c3aad6a0781c0d31321355ee546cd1a684538cdfa5905195a867d6d68adfe05d6b839a5b22c7f59d8db19ca1cd68d10454a7d4b8ab736ec634bd92379ee4502f8f28afe1e0a47e2a05cfa338a260c2b3c14ac11ab53b6477f5a943fbea11e780e7342a6fcaa4a339f078360e48e0ddafd54dccb873a55a6be665bcd4bc153efe860b5bcdf0bbe5e898e1347778f58517eb3e6aeced15c002077261b08a986b2901298a9ce0207fcdc9ac4d12c65e67117cded7393a1feff3677c49692731e341f2a6d0f3a7aadddf57096baf85105a109e8c04960430894dad7348b1ef1ecc64174dd3494c28e9f585102d346d6d8204919214e4a5395b4cf37a3a9e46fcdf7aaf93681002817e51e781d3523abd88210e6adc1306c0c053f4bdc5b66b8f519ae0cc2e9bbc82f0f101ca46bf3be32940e6d339418c3f3bf808a56f5f0359f99363cc5c5b02461060884d2eb44dc9b1e5f6af3c3a5e880f0cbba57a29fb0030283c5146a7a84b5972a05aec7d18fa199efc933962e313ef093caad1a2bd0d068e185f20175c820571d9293a84436a92e14ab4ffcecd2aa8cdba080071490b8bb3abf355f96fa34fe66639851c58aa9edaf5ae5f3a14656d283d60d519f316994c415f633ecd34603bef5da9086734a9820efc6f3a9a6bcd5250ba3efd0ef5d7acd822c7988e2a4e2516ae4180d1764b658424d641b7773b19ffcdeea25db54c786a94e826291cebeff928e', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42p90pb24pbx4w699p5d","kty":"RSA","n":"yNnmF9knF-TNl9F6PicHURgzXtYMcznFlRj1dAK8vqI8bjgap20AdQ6DUNTjYsgHw7AQNkKNRQWilXR5Q7PY9hAlRIqIaJOmNAr4sDlzExnok4qtIzSerk4ddJG3n32ZWTUuLpeyyEUHL8sCTtcCYf-9GAuYUnpYSyYvTYekJFPxTRH_5Y0Xqm_piRusv8LI4RUyeA86X_E-nBNdRTO3XIKnk8IUDMLOyDKxTbYtMelC3Mt7u0yQMaYsIGsD6hN4RUjioSRIwVgARDKuQeXu09TLLHSZTNQZ2lG0KaLvtds8gk6iCG7rJeAk7Ki-e0n-gG9u-t_szHsbs080uAKyxw","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163a71fee621b8a4cb0be27e925df13ae2db499d8c5806cf1bdf7e87dc7353d8c265a5810ad8cc8389eb477b54230d715e0a13918379f17d8a60950ca97494320ed1cbc1596c96638', '\xfc293fe0aabe5ba894aac6b3ea0e67a1e65c267f6b5440870357a1fb302b18ff', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163345dc325cbc107900400777cb7c947576758d968136952badbfe7ac41eb79ff3697882a0b4bc47f8b6b2d6eae3b50991f5f1cb367a3ce04a96e59d046ead053187baa7a460badb1b6b732c2f90fe614ac846bda4104b4a463173bd5a558cac2e622dc536fa30b5e57e71092324c13d3ffab2a5b268240dbbd8046a12734b3c5622b85896020a52207d8e89d3906bbe19b58f5f51560395bc2ef7bf9f48e48604451e6903830024a030b8ebed5026dbf0a6bb89c2208de4aedc676aadea2dc843062683a6ab9c11d5ce450f4c4886fa99347dc1c5c802a991117a3671134b5ecc37ae005c1304be692aae18b14acb4a27db87966d69b054fb012868d2fa97642d9e5ce5c73eefddf8f3eb588e359306ecd776f665d826fc201a26b77c0163badba2b533004f2b51d1c7662a982ccdb070374876f6310b0076acea26e30d35b1536737d9fde1602100180fe6453ded3a24e832a6e9135cab3a56387e1f8aa519edb76fe10497733fc7b431f2ed3bd9192f58d1f8431573f11431beaaff6de6a0d271e5ad747790bf2693283c121255d3818c34108b7cbe174bd7491b1051d4a608a01d275cf63efc7600d4af462436dbe5abeea691e1e5fcc3f8fb4bb327b61539eb29a74ef246dc33cd8497e999a67f9d0361d46e414dad22c7597904cacd438790e5677f7b473e01efb9ff65b58c89fd2d080be92e6ecbcf461b30eebaadde0e4dcf2c46b17d5b3948249caca36108c5287d06377ba7e228eb6b08bdbc1525632ea2fa46b763bb6d40fbf65e26e5141f2b2c6560080359b57dbfb503b898a818666904acacb2624dbb82c67d8a0183d111dd3eb13770206123c98ad8b085964d5d7db080efa68f51c1bf94d3010e460ba52733ab1b0e0ec7481abf385b0dc3f40c25071d231729121d25f3fe27b8034cf342193222754133edb9c352d7ffd5eac9ffcc41', '\xa963cf9b01b0c4868314f4d6cc13ec2878306d7ac471cd355ea947f415e8d116', NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42pyygx2geb8257501cr', 'tok_01m8np42pykgyvczbmzvc4newq', 1, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71634c63c9d46c653188b0e2db733476e86d54195dc3e0a0ba3820874a2167685875d070d6cf5810e07bca920efb9b6b028f2cb8980593bc821edcee4b5d0d34c107d74f697ad69dae6217d0ef087e95814fe75278c4f3e613822e7bd951ae35fe30eb34bc3d5e009f6028fba813279a100f07e6caee4e90052ed3ecf5b3bfd86c640e1a37fa816231a38d1fa603d00de558ded1f47e45d94153dd1b95c5e671e5c318d20420f9b0cf286a1ac95cad45be0c24321a419d95539eed7dec2d72e023bae65dc020362458ac384db9de5f5866f2700fda6607cde5f8e244b4956897b8879dc07d2d27078f14f7c11b81f9b5fdc61045760435343b167bd42674cca17f3e92173c5cb2d7011779c84ac96576e23318628385c7a41602b02a8c0380f0e3c35f14aadb21051c2fc27f73777bb3c89212917de63bda9418aa9b5a28aee5aed2498e705ae5096e6ef356d148a08ae18062defab7eb42e9f00ed88181f05f463452776bb517fc0d5cc17b2339ae69239b34004525c44af2a79b98308ba8352ef53678e25e317801ed403c1719d1da07a5685e41c98be2b909844c7a51f87f54c015977fab26d09c81c239a7e1ad9e6e091ac10098a6e734ee2b5d2541fa1aacf2eea27e461f5e6396e58c0f87633248398087bce9252a1b9f6476885bfc8b62ab6d2da9c7ef8b95b3aaaa4207d7baa1e8378e4eb80627ea4f4aecdf5cca9f057ce42e39c9566bd3287ae39f69653673cf9bd5c47d35095e4635c652138736b998c6e8284b59fe0379de66c4d56b78a9fff2fdb133606a5b1ddebb5a96282be108d87f374738430ec84cd381c2a76164903fdfd86302383208696817725266b3482b2bce6f34379b40807565442374116e57510f5f713e9c3b1fe151aeebdbffffa4f23e5cc56ef43ac1e27a7c302d5e1a78da5d30108baddf54dab69c4e15be871d11a707f518c248e6460b11e45c220bfe583bc29d0397cd49e57b4eb5e09b26d7d2a0658cc2e9204e6abf0b165a3be03202bdb5f4f9189184825be451eca4a5150f3d91fc0be9e21c134325b29c75aa04006e677ad3f70ed76d3affb3b6744289de64cd52e9b876269705a9ef06b38ee25d381df3e5b5596bacc2782486695570ad8d375061e70a361d49c4ff8d96087ab310e03cdf629e25ee453a6ec6fc8b71da8edb22e41c3e84542ba1157dccc4bb15105361ca43b43db1b18b1166aaf37f2c37ab7386ac63354a78dbcc80af8a61901cef9be34e846db5bab90216728b691eae522be698cb378df0064d809c1c57c7fb1bec2b8b145dbef767ad4476e0a202eb7d995f3bbc3e22fdf62a799b2c05221a66be5371ad0293d054ffe5caeacfa33e537b390c84471407b6a52865b612919c8780075160e4e0a8630b92c9c5665d62e0bd94438e4c1d47f2556086074be5a6b4119adee2f51245be957e3f15b488ddd82d9be6b836540ffca17dc1570ad20216ee799acb88db52e76c0154459ba0bb9b9f5ab8dfb36063f2d3880b2e94dcf877892f59bfd8a5bc45f12b2fcbef1758a6bdf8ac3148957aab5720f04be6b0f95767051588e6b0fd3ed4fe2588310f07772beba7790445b2158db480e8e4f7e6e554653867856a5636b9a9bfea78309af536ee2f8d399fa2c05e18547f4a60d3374557dd58bb1b3b7a5816c279d95bc46668c27809d92e8ba0616b898fb76235131d1e925e734447cd91e2aa397e63bf430b1979cd6a1a9495d6e379640bee967e6ce1e43a09b33253eb86', '{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42pyygx2geb8257501cr","kty":"RSA","n":"0hon0yxkjlBgnqzZY9WdfbxSQUm27iYbM9iF3a7UWL-WGPupNMB-KIMwKF1XFsSd6MYZQDRv8_A8ccks34u63jqbnv30OEDpQOrSLjTU5PRZks4EhyBp8Yyivte0oIKRU5SSZEmCs3PjNyw5ShLYxPk2Iq3SOJfyAXr2hf9Szyr0jXaeMjHBmsdro3wcc-WlS1BgvmwChwdWGB3Ex99zN5jhnkfAGowvKJloA_rX24rVFLMs2qmtWktNDDGCy05_mnWgDzSVV4YDyPwlSpX7LEqOyYTkNtkDAFDGq8a2NlapNocLV7FWRYw05I1KO5rn5LY5VUicFOFS4YmEf_h3Ww","use":"enc"}', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a7163d4e133338001386e5861101d1485661789cd5fef5cbb3f4aa30e4ec29589ccc22f6b256de3140cdb34a0b0780b06e46871c04392ffb0816aa7d2b02aff7a2308d3be5920072775', '\x467bab2ae3dad5abe7896dd6a92edf003759496c385c85fff94bfad4f575507f', '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a71637f9b5a505b25a70b90259470ed24f6d975eb63e162c950501346c1ad2196ca504f4152f1c76717e70f4aafc872b01d95ed212658e4bda708d0cb1f6c9bf4ad8c8e2fb2c96c0408f34da616599030e24cff5a5aa71b671caa3221252b02064ac7d15e7e568ede3e300866586e3f0f952fed3729c9c3690d8a7c18cddf2d324e8d30f5db8d590fd250eba9dbe5ecda2732b61cec56bedbc589e200f100dec6334eeffbd52260b194eb824af470ad67c51af3667b6503640917855573c64f53141f271e0369211693cb68ef7a91e719178e2f994f6814a965148e73ed4e99066e853ed2d33819b3e3c346509265923b383f17dd5f37ad0ba21caf690f56859b9f1c557fd9563db97a43d35fd9fad2a3ff81de61c56aef95f7f4b9a655a077d24e19d75930e2742252a8d4bf28cde39e68f64b3807a29a1edae996441dd7c4c60c6bdd3eb8bc902dd3e454fb6639ca55a851f6709dca32e8709af8890db0983509c5202da012d5fc2a23e844359ee49fe5ed77de23268b9db10f0dd8576d178aa5724ceff644caa93732e90f3a15440efc1ea6f1541e753b56f109884f5ee0526c28916954d7940019a76054ac215e422c74e350121146c979e3a78fb8f9ceb0970094c86bd5a63c741c29065894e5e5aa5b801341ded872846b322eb210f12fb0215275a211b0e00e6b788c019bfba87b36718209526b1b1a53969694cef52a40493780a07b36eda96862edd7e1e35acf4362c7c3faf560840cfaacaf166b4eb8540f1a62bf3ed7da7b1087c276358eb0a9eba2b6c7a55a282b281eb2a9358fc5bce9bb088a62deff4128420eea80b8503b121ddacd2cfe2606612b18da1a263c6ba2f6e6ca4d6a7ed2d0e7a07f57b1b2eaabcc1a646b7cb67a3d79c27a372f9e004869b06d5a15858e9a7d9298222e01d9ba52dc3d734a1363776fbe305dc59b5963c674e2', '\x1ae9bd660c634ae3484feda5cd6878356b44799b68a297bb9b4a0549a8000f6b', NULL, NULL);
INSERT INTO public.token_keys VALUES ('key_01m8np42vadey2hwm0ksb9xhjh', 'tok_01m8np42vah8gcga35p8ntyh19', 1, NULL, NULL, '\x016b65795f30316d386e70337a7739656a6b70617734726d316d78677a716301bf462b67eeed0777d8fd36baa71c8f2d4fd585921b28b6129592c2fea2febdfa19fc3048c22cc444c9c93f41c35eec66d8c2464ba5504efdab073304019bf1288aadd2659bf75c7901a616e3fc60e5cf', '\x7746b31ce8be3274f1d61611d840c11e76d22b4fbcedfb462b06b71cade84f5a', NULL, NULL, NULL, NULL);
INSERT INTO public.token_projects VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'prj_01m8np408qpw6gdsqa5eh23g32');
INSERT INTO public.token_projects VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'prj_01m8np408txx156t93ms0v9jkt');
INSERT INTO public.token_projects VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 'prj_01m8np408qpw6gdsqa5eh23g32');
INSERT INTO public.token_projects VALUES ('tok_01m8np42p9y6r9wg2frczgbpva', 'prj_01m8np408qpw6gdsqa5eh23g32');
INSERT INTO public.token_projects VALUES ('tok_01m8np42pykgyvczbmzvc4newq', 'prj_01m8np408qpw6gdsqa5eh23g32');
INSERT INTO public.token_systems VALUES ('tok_01m8np42jcfjw4xx1yj8c2j7ba', 'sys_01m8np4061r2aj68yr4y8cj7z9');
INSERT INTO public.token_usage VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', '2026-11-30', 'api_01m8np40726sbneqe6egd62kf8', 'allowed', 4);
INSERT INTO public.token_usage VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', '2026-11-30', 'api_01m8np4072rbjcwr7q09mpcfdh', 'api_not_granted', 1);
INSERT INTO public.token_usage VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', '2026-11-30', 'api_01m8np40726sbneqe6egd62kf8', 'allowed', 1);
INSERT INTO public.token_usage VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', '2026-11-30', 'api_01m8np401yb2aqsq5vfpbrh9r9', 'allowed', 1);
INSERT INTO public.token_users VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 'usr_01m8np4090wbj8wq19v9rchjnw');
INSERT INTO public.token_users VALUES ('tok_01m8np42vah8gcga35p8ntyh19', 'usr_01m8np4090wbj8wq19v9rchjnw');
INSERT INTO public.token_uses VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 1796024175487);
INSERT INTO public.token_uses VALUES ('tok_01m8np42hm95vyt7h6d7r0ayxn', 1796024175493);
INSERT INTO public.token_uses VALUES ('tok_01m8np42ksym9jm4wc5rr3fdzx', 1796024175307);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (1, 'tok_01m8np40gaxrqeat7ady5kgyn1', 'rsa', 'Crane control', 'crane control', 'For the night shift', 0, 0, 0, 4073544000000, '[]', 0, 2048, 2, 2, NULL, 1796024173069, 'admin', 1796024173136, 'admin', 0, 'crane control', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (2, 'tok_01m8np42hm95vyt7h6d7r0ayxn', 'jwt', 'jwt-01m8np42hcgrfrn52gspd6amgm', 'jwt-01m8np42hcgrfrn52gspd6amgm', '', 0, 0, 1, NULL, '[]', 0, NULL, 1, 1, NULL, 1796024175170, 'lin', 1796024175170, 'lin', 0, 'jwt-olrn8np42hcgrfrn52gspd6arngrn', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (3, 'tok_01m8np42jcfjw4xx1yj8c2j7ba', 'rsa', 'All projects', 'all projects', '', 0, 1, 0, NULL, '[]', 0, 2048, 1, 1, NULL, 1796024175215, 'admin', 1796024175215, 'admin', 0, 'all projects', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (4, 'tok_01m8np42ksym9jm4wc5rr3fdzx', 'rsa', 'Issuer', 'issuer', '', 0, 0, 0, NULL, '[]', 0, 2048, 1, 1, NULL, 1796024175293, 'admin', 1796024175293, 'admin', 0, 'lssuer', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (5, 'tok_01m8np42p9y6r9wg2frczgbpva', 'rsa', 'rsa-01m8np42p4ea98fk1fcfmqr450', 'rsa-01m8np42p4ea98fk1fcfmqr450', '', 0, 0, 0, NULL, '[]', 0, 2048, 1, 1, 'tok_01m8np42ksym9jm4wc5rr3fdzx', 1796024175328, 'Issuer', 1796024175328, 'Issuer', 0, 'rsa-olrn8np42p4ea98fklfcfrnqr45o', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (6, 'tok_01m8np42pykgyvczbmzvc4newq', 'rsa', 'rsa-01m8np42pwsqrjq8g6esjhs1mh', 'rsa-01m8np42pwsqrjq8g6esjhs1mh', '', 1, 0, 0, NULL, '[]', 0, 2048, 1, 2, NULL, 1796024175356, 'admin', 1796024175434, 'admin', 0, 'rsa-olrn8np42pwsqrjq8g6esjhslrnh', NULL);
INSERT INTO public.tokens OVERRIDING SYSTEM VALUE VALUES (8, 'tok_01m8np42vah8gcga35p8ntyh19', 'jwt', 'jwt-01m8np42v9v4f4n5habjf75y1e', 'jwt-01m8np42v9v4f4n5habjf75y1e', '', 0, 0, 0, NULL, '[]', 0, NULL, 1, 1, NULL, 1796024175474, 'admin', 1796024175474, 'admin', 0, 'jwt-olrn8np42v9v4f4n5habjf75yle', NULL);
INSERT INTO public.usage_hours VALUES (1796022000000, 6, 1);
INSERT INTO public.used_requests VALUES ('tok_01m8np40gaxrqeat7ady5kgyn1', 'request-01m8np42vk7nxs2twfnp91h19t', 1796024235000);
INSERT INTO public.used_requests_forgotten VALUES (1, 1796023572468);
INSERT INTO public.users VALUES ('usr_01m8np403d42xfnys5yn3hxect', 'admin', 'Administrator', NULL, 'system_admin', 0, '$argon2id$v=19$m=19456,t=2,p=1$1zRl1lCTaZz3vszE3GgZ/g$waWgayBr/aU81kEXIvlOvZVqQeYLKPuOpKBdbO0DS08', 0, 1796024172654, 1796024172654, 1, 'admin
administrator', 'adrnin
admin');
INSERT INTO public.users VALUES ('usr_01m8np4090wbj8wq19v9rchjnw', 'ada', 'Ada', NULL, 'user', 0, NULL, 0, 1796024172833, 1796024172833, 2, 'ada
ada', 'ada
ada');
INSERT INTO public.users VALUES ('usr_01m8np40bgm1gjaav09pmch2wg', 'lin', 'Lin 林', 'lin@example.org', 'user', 0, '$argon2id$v=19$m=19456,t=2,p=1$N29a9sTmJGDlVLfoUeFKLA$jl07Z6XFGx2nrjo8es0jaXvWPYUPtpR29A4JnR6ILpw', 0, 1796024172912, 1796024173053, 2, 'lin
lin 林', 'lin
lin');
INSERT INTO public.verifier_keys VALUES ('key_01m8np409cj6fg33p282ejscx3', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'gateway', 'lkv_O8Is', '\x9ff0c7b65363011a52e1cbf13f632458cdffbb7562ba55127e02e7daa517b8d9', 1796024172843, NULL, NULL);
INSERT INTO public.verifier_keys VALUES ('key_01m8np409qkm7ftgcysgkfy5xf', 'sys_01m8np4061r2aj68yr4y8cj7z9', 'second', 'lkv_cOrR', '\x9dda8453075e05d2333303bd574f9feef8c13dbacc2973aa64d79249c4c34b2d', 1796024172854, NULL, NULL);
SELECT pg_catalog.setval('public.revocations_seq_seq', 5, true);
SELECT pg_catalog.setval('public.tokens_seq_seq', 8, true);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.api_limit_rules
    ADD CONSTRAINT api_limit_rules_pkey PRIMARY KEY (project_id, api_id);
ALTER TABLE ONLY public.api_limits
    ADD CONSTRAINT api_limits_pkey PRIMARY KEY (token_id, api_id);
ALTER TABLE ONLY public.api_rows
    ADD CONSTRAINT apis_key_key UNIQUE (key);
ALTER TABLE ONLY public.api_rows
    ADD CONSTRAINT apis_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_rows
    ADD CONSTRAINT apis_system_id_method_path_key UNIQUE (system_id, method, path);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_trail
    ADD CONSTRAINT audit_trail_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.beats
    ADD CONSTRAINT beats_pkey PRIMARY KEY (node);
ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_system_id_key UNIQUE (system_id);
ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.limit_rules
    ADD CONSTRAINT limit_rules_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (project_id, user_id);
ALTER TABLE ONLY public.name_keys
    ADD CONSTRAINT name_keys_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.project_systems
    ADD CONSTRAINT project_systems_pkey PRIMARY KEY (project_id, system_id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_key_key UNIQUE (key);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.quota_uses
    ADD CONSTRAINT quota_uses_pkey PRIMARY KEY (token_id, began, ends);
ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY public.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY public.rate_pots
    ADD CONSTRAINT rate_pots_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY public.revocations
    ADD CONSTRAINT revocations_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.revoked_jwts
    ADD CONSTRAINT revoked_jwts_pkey PRIMARY KEY (jti);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.systems
    ADD CONSTRAINT systems_audience_key UNIQUE (audience);
ALTER TABLE ONLY public.systems
    ADD CONSTRAINT systems_key_key UNIQUE (key);
ALTER TABLE ONLY public.systems
    ADD CONSTRAINT systems_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.token_ancestors
    ADD CONSTRAINT token_ancestors_pkey PRIMARY KEY (token_id, ancestor);
ALTER TABLE ONLY public.token_apis
    ADD CONSTRAINT token_apis_pkey PRIMARY KEY (token_id, api_id);
ALTER TABLE ONLY public.token_bounds
    ADD CONSTRAINT token_bounds_pkey PRIMARY KEY (token_id, project_id);
ALTER TABLE ONLY public.token_hours
    ADD CONSTRAINT token_hours_pkey PRIMARY KEY (token_id, hour);
ALTER TABLE ONLY public.token_keys
    ADD CONSTRAINT token_keys_open_token_digest_key UNIQUE (open_token_digest);
ALTER TABLE ONLY public.token_keys
    ADD CONSTRAINT token_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.token_keys
    ADD CONSTRAINT token_keys_token_id_generation_key UNIQUE (token_id, generation);
ALTER TABLE ONLY public.token_months
    ADD CONSTRAINT token_months_pkey PRIMARY KEY (token_id, month, api_id, outcome);
ALTER TABLE ONLY public.token_projects
    ADD CONSTRAINT token_projects_pkey PRIMARY KEY (token_id, project_id);
ALTER TABLE ONLY public.token_systems
    ADD CONSTRAINT token_systems_pkey PRIMARY KEY (token_id, system_id);
ALTER TABLE ONLY public.token_usage
    ADD CONSTRAINT token_usage_pkey PRIMARY KEY (token_id, day, api_id, outcome);
ALTER TABLE ONLY public.token_users
    ADD CONSTRAINT token_users_pkey PRIMARY KEY (token_id, user_id);
ALTER TABLE ONLY public.token_uses
    ADD CONSTRAINT token_uses_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_id_key UNIQUE (id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_name_key_key UNIQUE (name_key);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.usage_hours
    ADD CONSTRAINT usage_hours_pkey PRIMARY KEY (hour);
ALTER TABLE ONLY public.used_requests_forgotten
    ADD CONSTRAINT used_requests_forgotten_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.used_requests
    ADD CONSTRAINT used_requests_pkey PRIMARY KEY (token_id, jti);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_username_key UNIQUE (username);
ALTER TABLE ONLY public.verifier_keys
    ADD CONSTRAINT verifier_keys_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.verifier_keys
    ADD CONSTRAINT verifier_keys_pkey PRIMARY KEY (id);
CREATE INDEX api_limit_rules_by_api ON public.api_limit_rules USING btree (api_id);
CREATE INDEX api_limits_by_api ON public.api_limits USING btree (api_id);
CREATE INDEX api_rows_by_import ON public.api_rows USING btree (import_id) WHERE (import_id IS NOT NULL);
CREATE INDEX api_rows_by_name_looks ON public.api_rows USING btree (system_id, name_looks);
CREATE INDEX api_rows_by_operation_id_looks ON public.api_rows USING btree (system_id, operation_id_looks);
CREATE INDEX api_rows_without_name_looks ON public.api_rows USING btree (id) WHERE (name_looks = ''::text);
CREATE INDEX api_rows_without_operation_id_looks ON public.api_rows USING btree (id) WHERE (operation_id_looks = ''::text);
CREATE INDEX audit_events_by_action ON public.audit_events USING btree (action, id);
CREATE INDEX audit_events_by_actor ON public.audit_events USING btree (actor_id, id);
CREATE INDEX audit_events_by_target ON public.audit_events USING btree (target_id, id);
CREATE INDEX changes_by_age ON public.changes USING btree (at);
CREATE INDEX changes_by_xid ON public.changes USING btree (xid);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX members_by_user ON public.members USING btree (user_id, project_id);
CREATE INDEX project_systems_by_system ON public.project_systems USING btree (system_id);
CREATE INDEX projects_by_key_looks ON public.projects USING btree (key_looks);
CREATE INDEX projects_by_name_looks ON public.projects USING btree (name_looks);
CREATE INDEX projects_searched ON public.projects USING btree (key, folded);
CREATE INDEX quota_uses_by_end ON public.quota_uses USING btree (ends);
CREATE INDEX revocations_by_expiry ON public.revocations USING btree (expires_at);
CREATE INDEX revocations_by_system ON public.revocations USING btree (system_id, seq);
CREATE INDEX revoked_jwts_by_expiry ON public.revoked_jwts USING btree (expires_at);
CREATE INDEX revoked_jwts_by_token ON public.revoked_jwts USING btree (token_id);
CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id);
CREATE INDEX systems_by_key_looks ON public.systems USING btree (key_looks);
CREATE INDEX systems_by_name_looks ON public.systems USING btree (name_looks);
CREATE INDEX token_ancestors_by_ancestor ON public.token_ancestors USING btree (ancestor);
CREATE INDEX token_apis_by_api ON public.token_apis USING btree (api_id, token_id);
CREATE INDEX token_bounds_by_project ON public.token_bounds USING btree (project_id, token_id);
CREATE INDEX token_hours_by_hour ON public.token_hours USING btree (hour);
CREATE INDEX token_projects_by_project ON public.token_projects USING btree (project_id, token_id);
CREATE INDEX token_systems_by_system ON public.token_systems USING btree (system_id, token_id);
CREATE INDEX token_users_by_user ON public.token_users USING btree (user_id, token_id);
CREATE INDEX tokens_by_kind ON public.tokens USING btree (kind);
CREATE INDEX tokens_by_parent ON public.tokens USING btree (parent_token);
CREATE INDEX tokens_by_skeleton ON public.tokens USING btree (skeleton);
CREATE INDEX tokens_disabled ON public.tokens USING btree (kind, seq DESC) WHERE (disabled = 1);
CREATE INDEX tokens_ending ON public.tokens USING btree (expires_at, kind, disabled) WHERE ((disabled = 0) AND (expires_at IS NOT NULL));
CREATE INDEX tokens_name_taken ON public.tokens USING btree (seq DESC) WHERE (taken_key IS NOT NULL);
CREATE INDEX users_by_username_looks ON public.users USING btree (username_looks);
CREATE INDEX verifier_keys_by_system ON public.verifier_keys USING btree (system_id);
CREATE TRIGGER apis_deleted AFTER DELETE ON public.api_rows REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_deleted_apis();
CREATE TRIGGER apis_inserted AFTER INSERT ON public.api_rows REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_new_apis();
CREATE TRIGGER apis_updated AFTER UPDATE ON public.api_rows REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_changed_apis();
CREATE TRIGGER imports_published AFTER UPDATE OF published ON public.imports FOR EACH ROW WHEN ((new.published > old.published)) EXECUTE FUNCTION public.note_published_apis();
CREATE TRIGGER members_deleted AFTER DELETE ON public.members REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.renew_rights_version_of_members();
CREATE TRIGGER members_inserted AFTER INSERT ON public.members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.renew_rights_version_of_members();
CREATE TRIGGER members_updated AFTER UPDATE ON public.members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.renew_rights_version_of_members();
CREATE TRIGGER project_systems_deleted AFTER DELETE ON public.project_systems REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.renew_openings_version();
CREATE TRIGGER project_systems_inserted AFTER INSERT ON public.project_systems REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.renew_openings_version();
CREATE TRIGGER systems_moved BEFORE UPDATE OF base_path ON public.systems FOR EACH ROW WHEN ((old.base_path IS DISTINCT FROM new.base_path)) EXECUTE FUNCTION public.renew_operations_version_of_system();
CREATE TRIGGER users_rights_changed BEFORE UPDATE OF role, disabled ON public.users FOR EACH ROW WHEN (((old.role <> new.role) OR (old.disabled <> new.disabled))) EXECUTE FUNCTION public.renew_rights_version();
ALTER TABLE ONLY public.api_limit_rules
    ADD CONSTRAINT api_limit_rules_api_id_fkey FOREIGN KEY (api_id) REFERENCES public.api_rows(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_limits
    ADD CONSTRAINT api_limits_api_id_fkey FOREIGN KEY (api_id) REFERENCES public.api_rows(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_rows
    ADD CONSTRAINT apis_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.project_systems
    ADD CONSTRAINT project_systems_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.project_systems
    ADD CONSTRAINT project_systems_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.revocations
    ADD CONSTRAINT revocations_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.revoked_jwts
    ADD CONSTRAINT revoked_jwts_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_ancestors
    ADD CONSTRAINT token_ancestors_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_apis
    ADD CONSTRAINT token_apis_api_id_fkey FOREIGN KEY (api_id) REFERENCES public.api_rows(id);
ALTER TABLE ONLY public.token_apis
    ADD CONSTRAINT token_apis_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_bounds
    ADD CONSTRAINT token_bounds_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.token_bounds
    ADD CONSTRAINT token_bounds_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_hours
    ADD CONSTRAINT token_hours_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_keys
    ADD CONSTRAINT token_keys_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_months
    ADD CONSTRAINT token_months_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_projects
    ADD CONSTRAINT token_projects_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.token_projects
    ADD CONSTRAINT token_projects_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_systems
    ADD CONSTRAINT token_systems_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id);
ALTER TABLE ONLY public.token_systems
    ADD CONSTRAINT token_systems_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_usage
    ADD CONSTRAINT token_usage_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_users
    ADD CONSTRAINT token_users_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token_users
    ADD CONSTRAINT token_users_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.token_uses
    ADD CONSTRAINT token_uses_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_parent_token_fkey FOREIGN KEY (parent_token) REFERENCES public.tokens(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.verifier_keys
    ADD CONSTRAINT verifier_keys_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.systems(id) ON DELETE CASCADE;
