-- Onboarding templates of partners, and what was submitted of them.

CREATE TABLE templates (
    id uuid CONSTRAINT templates_pkey PRIMARY KEY,
    -- The partner.
    organization_id uuid NOT NULL,
    -- The settings, as the model serialises them.
    settings jsonb NOT NULL,
    provisioning_id text CONSTRAINT templates_provisioning_id_key UNIQUE,
    -- Number of the newest revision; 0 for none.
    revision integer NOT NULL DEFAULT 0 CONSTRAINT templates_revision_check CHECK (revision >= 0),
    -- Version of the row that was submitted last.
    submitted_version bigint,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT templates_provisioning_id_check CHECK ((provisioning_id IS NULL) = (revision = 0))
);
CREATE INDEX templates_organization_created_idx ON templates (organization_id, created, id);

CREATE TABLE template_revisions (
    template_id uuid NOT NULL CONSTRAINT template_revisions_template_id_fkey REFERENCES templates,
    number integer NOT NULL CONSTRAINT template_revisions_number_check CHECK (number > 0),
    organization_id uuid NOT NULL,
    settings jsonb NOT NULL,
    actor text NOT NULL,
    submitted timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT template_revisions_pkey PRIMARY KEY (template_id, number)
);

ALTER TABLE templates ENABLE ROW LEVEL SECURITY;
CREATE POLICY templates_tenant ON templates
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER TABLE template_revisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY template_revisions_tenant ON template_revisions
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );

-- A revision is what customers were made with: it never changes, by nobody's mistake.
CREATE FUNCTION template_revisions_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revisions are immutable' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER template_revisions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON template_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION template_revisions_are_immutable();
DO $$
BEGIN
    -- Absent only where nobody made the service's roles, such as in a scratch database for schema checks.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_schema() || '_app') THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON template_revisions FROM %I', current_schema() || '_app');
    END IF;
END $$;
