-- Locations and people of customers, the outside systems where they are provisioned, and the rows of batches under way.

CREATE TABLE locations (
    id uuid CONSTRAINT locations_pkey PRIMARY KEY,
    organization_id uuid NOT NULL,
    display_name text NOT NULL,
    kind text NOT NULL CONSTRAINT locations_kind_check CHECK (kind IN ('HEADQUARTERS', 'BRANCH')),
    -- The postal address, as the model serialises it.
    address jsonb NOT NULL,
    time_zone text NOT NULL,
    language_code text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    -- Identifiers are of UUID version 7, so this is the order of creation, in which they are listed.
    CONSTRAINT locations_organization_id_key UNIQUE (organization_id, id),
    CONSTRAINT locations_organization_name_key UNIQUE (organization_id, display_name)
);
CREATE UNIQUE INDEX locations_headquarters_key ON locations (organization_id) WHERE kind = 'HEADQUARTERS';

CREATE TABLE users (
    id uuid CONSTRAINT users_pkey PRIMARY KEY,
    organization_id uuid NOT NULL,
    -- Lower case. Compared byte by byte, so that pages are the same under every locale of the server.
    email text COLLATE "C" NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    -- Id in the catalogue of templates, e.g. `webex_calling`.
    package text NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'PROVISIONING'
        CONSTRAINT users_state_check CHECK (state IN ('PROVISIONING', 'PROVISIONED', 'ERROR')),
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_organization_email_key UNIQUE (organization_id, email),
    -- With the organization in it, nobody can be put at another customer's place.
    CONSTRAINT users_location_fkey FOREIGN KEY (organization_id, location_id) REFERENCES locations (organization_id, id)
);
-- The location first: the other way round, lists of a customer would be read by this index and sorted.
CREATE INDEX users_location_idx ON users (location_id, organization_id);

CREATE TABLE targets (
    id uuid CONSTRAINT targets_pkey PRIMARY KEY,
    organization_id uuid NOT NULL,
    display_name text NOT NULL,
    kind text NOT NULL CONSTRAINT targets_kind_check CHECK (kind IN ('SIMULATOR')),
    -- What the kind needs, as the model serialises it.
    settings jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT targets_organization_id_key UNIQUE (organization_id, id),
    CONSTRAINT targets_organization_name_key UNIQUE (organization_id, display_name)
);

-- Batches under way; gone when the batch has ended. No foreign key to operations: those belong to the engine, which removes them in
-- the transaction that ends them. So a batch without its operation was cancelled before anything was begun.
CREATE TABLE batches (
    operation_id uuid CONSTRAINT batches_pkey PRIMARY KEY,
    organization_id uuid NOT NULL,
    -- The customer's own, or its partner's.
    target_organization_id uuid NOT NULL,
    target_id uuid NOT NULL,
    CONSTRAINT batches_target_fkey FOREIGN KEY (target_organization_id, target_id) REFERENCES targets (organization_id, id)
);
CREATE INDEX batches_target_idx ON batches (target_id, target_organization_id);

-- One row for each user of a batch under way. No index on what changes: a batch has a thousand rows at most, found by their operation,
-- and so every update stays on its page.
CREATE TABLE batch_rows (
    operation_id uuid NOT NULL CONSTRAINT batch_rows_operation_fkey REFERENCES batches ON DELETE CASCADE,
    -- Place in the request, from 0.
    index integer NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL CONSTRAINT batch_rows_user_key UNIQUE
        CONSTRAINT batch_rows_user_fkey REFERENCES users,
    state text NOT NULL DEFAULT 'PENDING'
        CONSTRAINT batch_rows_state_check CHECK (state IN ('PENDING', 'PROVISIONED', 'REFUSED')),
    -- Calls whose outcome is recorded.
    attempts integer NOT NULL DEFAULT 0,
    -- Not before this time, while PENDING.
    due timestamptz NOT NULL DEFAULT now(),
    -- Why it is REFUSED.
    error jsonb,
    CONSTRAINT batch_rows_pkey PRIMARY KEY (operation_id, index),
    CONSTRAINT batch_rows_error_check CHECK ((state = 'REFUSED') = (error IS NOT NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- The second wall behind the tenant in each WHERE. NULLIF: '*' must not be read as a UUID, not even by the planner.
ALTER TABLE locations ENABLE ROW LEVEL SECURITY;
CREATE POLICY locations_tenant ON locations USING (
    current_setting('dialtone.tenants', true) = '*'
    OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY users_tenant ON users USING (
    current_setting('dialtone.tenants', true) = '*'
    OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE targets ENABLE ROW LEVEL SECURITY;
CREATE POLICY targets_tenant ON targets USING (
    current_setting('dialtone.tenants', true) = '*'
    OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE batches ENABLE ROW LEVEL SECURITY;
CREATE POLICY batches_tenant ON batches USING (
    current_setting('dialtone.tenants', true) = '*'
    OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE batch_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY batch_rows_tenant ON batch_rows USING (
    current_setting('dialtone.tenants', true) = '*'
    OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
