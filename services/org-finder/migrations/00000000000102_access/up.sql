-- Who may do what: grants of people, and partner links through which grants reach further.

CREATE TABLE grants (
    id uuid CONSTRAINT grants_pkey PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT grants_organization_id_fkey REFERENCES organizations,
    -- The `sub` of the person's token.
    subject text COLLATE "C" NOT NULL,
    -- 1 READ_ONLY, 2 PROVISIONING_ADMIN, 3 FULL_ADMIN: each includes the ones before it.
    role smallint NOT NULL CONSTRAINT grants_role_check CHECK (role BETWEEN 1 AND 3),
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT grants_organization_id_subject_key UNIQUE (organization_id, subject)
);
CREATE INDEX grants_subject_organization_id_idx ON grants (subject, organization_id);

CREATE TABLE partner_links (
    id uuid CONSTRAINT partner_links_pkey PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT partner_links_partner_id_fkey REFERENCES organizations,
    customer_id uuid NOT NULL CONSTRAINT partner_links_customer_id_fkey REFERENCES organizations,
    -- The most that the partner's people may do there; as in grants.
    role smallint NOT NULL CONSTRAINT partner_links_role_check CHECK (role BETWEEN 1 AND 3),
    created timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT partner_links_partner_id_customer_id_key UNIQUE (partner_id, customer_id),
    CONSTRAINT partner_links_self_check CHECK (partner_id <> customer_id)
);
CREATE INDEX partner_links_customer_id_idx ON partner_links (customer_id);

ALTER TABLE grants ENABLE ROW LEVEL SECURITY;
CREATE POLICY grants_tenant ON grants
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- Both ends may see a link.
ALTER TABLE partner_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_links_tenant ON partner_links
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR partner_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR customer_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
