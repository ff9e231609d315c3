-- Archive and deletion of templates, and which customer was made with which revision.

ALTER TABLE templates
    ADD COLUMN archived timestamptz,
    ADD COLUMN deleted timestamptz,
    -- Until when a deletion can be taken back; from then on the template is gone for its owner.
    ADD COLUMN purge timestamptz,
    ADD CONSTRAINT templates_purge_check CHECK ((deleted IS NULL) = (purge IS NULL));
-- For the removal of drafts whose time is up.
CREATE INDEX templates_purge_idx ON templates (purge) WHERE purge IS NOT NULL;

CREATE TABLE template_uses (
    -- The partner.
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    template_id uuid NOT NULL,
    revision integer NOT NULL,
    actor text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    -- A partner makes a customer once.
    CONSTRAINT template_uses_pkey PRIMARY KEY (organization_id, customer_id),
    CONSTRAINT template_uses_revision_fkey FOREIGN KEY (template_id, revision) REFERENCES template_revisions
);
CREATE INDEX template_uses_revision_idx ON template_uses (template_id, revision);
CREATE INDEX template_uses_customer_idx ON template_uses (customer_id);

-- The partner sees its uses, and the customer what it was made with.
ALTER TABLE template_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY template_uses_tenant ON template_uses
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR customer_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
