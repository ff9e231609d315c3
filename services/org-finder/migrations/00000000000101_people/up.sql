-- The directory of people, and how active each organization is.

CREATE TABLE people (
    id uuid CONSTRAINT people_pkey PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT people_organization_id_fkey REFERENCES organizations,
    -- Lower case.
    email text COLLATE "C" NOT NULL,
    display_name text NOT NULL DEFAULT '',
    active boolean NOT NULL,
    last_activity timestamptz NOT NULL,
    -- Name of the user at user-provisioning that this entry was learnt from.
    source_user text NOT NULL,
    CONSTRAINT people_organization_id_email_key UNIQUE (organization_id, email)
);
CREATE INDEX people_email_idx ON people (email);
CREATE INDEX people_source_user_idx ON people (source_user);

-- Rollup of `people`, kept in the same transaction, so that ranking never counts.
CREATE TABLE organization_activity (
    organization_id uuid NOT NULL CONSTRAINT organization_activity_organization_id_fkey REFERENCES organizations,
    -- Domain of the people's addresses.
    domain text COLLATE "C" NOT NULL,
    active_users bigint NOT NULL CONSTRAINT organization_activity_active_users_check CHECK (active_users >= 0),
    last_activity timestamptz NOT NULL,
    CONSTRAINT organization_activity_pkey PRIMARY KEY (organization_id, domain)
);

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY people_tenant ON people
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER TABLE organization_activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_activity_tenant ON organization_activity
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
