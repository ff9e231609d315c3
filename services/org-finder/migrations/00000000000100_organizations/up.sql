-- Organizations, their domains, and the staged lines of imports.

CREATE TABLE organizations (
    id uuid CONSTRAINT organizations_pkey PRIMARY KEY,
    display_name text NOT NULL,
    -- As model/name.rs writes it: lower case, without accents and punctuation. Sort key of lists, so compared byte by byte.
    normalized_name text COLLATE "C" NOT NULL,
    -- ISIC section A to U, or OTHER; NULL for not said.
    vertical text CONSTRAINT organizations_vertical_check CHECK (vertical ~ '^([A-U]|OTHER)$'),
    region_code text NOT NULL CONSTRAINT organizations_region_code_check CHECK (region_code ~ '^[A-Z]{2}$'),
    -- State or province, as the imported file had it.
    subdivision text,
    is_partner boolean NOT NULL,
    is_customer boolean NOT NULL,
    -- SHA-256 of what makes a line of an import the same line; NULL for what was not imported.
    import_key bytea CONSTRAINT organizations_import_key_key UNIQUE,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_roles_check CHECK (is_partner OR is_customer)
);
-- List by name; look-alikes of the same name.
CREATE INDEX organizations_normalized_name_id_idx ON organizations (normalized_name, id);

CREATE TABLE organization_domains (
    organization_id uuid NOT NULL CONSTRAINT organization_domains_organization_id_fkey REFERENCES organizations,
    -- Lower case, ASCII, no trailing dot.
    domain text COLLATE "C" NOT NULL,
    state text NOT NULL
        CONSTRAINT organization_domains_state_check CHECK (state IN ('UNVERIFIED', 'VERIFIED', 'CLAIMED')),
    CONSTRAINT organization_domains_pkey PRIMARY KEY (organization_id, domain)
);
CREATE INDEX organization_domains_domain_idx ON organization_domains (domain);
CREATE UNIQUE INDEX organization_domains_claimed_key ON organization_domains (domain) WHERE state = 'CLAIMED';

-- Good lines of an import that is still streaming in. Removed when it ends; what a crash leaves is swept by age.
CREATE TABLE import_lines (
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    organization_id uuid NOT NULL,
    import_key bytea NOT NULL,
    display_name text NOT NULL,
    normalized_name text NOT NULL,
    vertical text,
    region_code text NOT NULL,
    subdivision text,
    is_partner boolean NOT NULL,
    is_customer boolean NOT NULL,
    domains text[] NOT NULL,
    verified_domains text[] NOT NULL,
    staged timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT import_lines_pkey PRIMARY KEY (import_id, line)
);
CREATE INDEX import_lines_staged_idx ON import_lines (staged);

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY organizations_tenant ON organizations
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER TABLE organization_domains ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_domains_tenant ON organization_domains
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- Belongs to no organization yet: only for work that sees all.
ALTER TABLE import_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_lines_everywhere ON import_lines USING (current_setting('dialtone.tenants', true) = '*');
