-- Plans of hosted services: how one is configured for a user or for a customer.

CREATE TABLE plans (
    id uuid CONSTRAINT plans_pkey PRIMARY KEY,
    -- Whose it is; the nil UUID for the provider, whose plans every partner may see and be offered.
    organization_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT plans_kind_check CHECK (kind IN ('user', 'customer')),
    offering_id text NOT NULL CONSTRAINT plans_offering_id_fkey REFERENCES offerings,
    -- What it says, as the model serialises it.
    content jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    -- So that whoever names a plan can say of which kind and whose it is, and cannot say it wrong.
    CONSTRAINT plans_identity_key UNIQUE (id, organization_id, kind, offering_id)
);
CREATE INDEX plans_organization_idx ON plans (organization_id, kind, created, id);
CREATE INDEX plans_offering_id_idx ON plans (offering_id);

ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY plans_tenant ON plans
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- Everybody who is somebody reads the provider's.
CREATE POLICY plans_provider ON plans FOR SELECT
    USING (organization_id = '00000000-0000-0000-0000-000000000000' AND current_setting('dialtone.tenants', true) <> '');
