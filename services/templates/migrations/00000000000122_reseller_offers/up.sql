-- What partners can give of hosted services, and who was given it.

CREATE TABLE reseller_offers (
    -- The partner that can give.
    organization_id uuid NOT NULL,
    offering_id text NOT NULL CONSTRAINT reseller_offers_offering_id_fkey REFERENCES offerings,
    -- The partner on the tier above that offers; none for the provider.
    offered_by uuid CONSTRAINT reseller_offers_offered_by_check CHECK (offered_by <> organization_id),
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    provisioned timestamptz,
    CONSTRAINT reseller_offers_pkey PRIMARY KEY (organization_id, offering_id)
);
CREATE INDEX reseller_offers_offering_id_idx ON reseller_offers (offering_id);
-- Whom a partner offers to.
CREATE INDEX reseller_offers_offered_by_idx ON reseller_offers (offered_by, offering_id) WHERE offered_by IS NOT NULL;

CREATE TABLE reseller_offer_plans (
    organization_id uuid NOT NULL,
    offering_id text NOT NULL,
    plan_id uuid NOT NULL,
    -- Whose the plan is, and of which kind.
    plan_owner_id uuid NOT NULL,
    plan_kind text NOT NULL,
    ticked boolean NOT NULL,
    offered boolean NOT NULL,
    CONSTRAINT reseller_offer_plans_pkey PRIMARY KEY (organization_id, offering_id, plan_id),
    CONSTRAINT reseller_offer_plans_offer_fkey FOREIGN KEY (organization_id, offering_id) REFERENCES reseller_offers,
    CONSTRAINT reseller_offer_plans_plan_fkey FOREIGN KEY (plan_id, plan_owner_id, plan_kind, offering_id)
        REFERENCES plans (id, organization_id, kind, offering_id),
    CONSTRAINT reseller_offer_plans_some_check CHECK (ticked OR offered)
);
CREATE INDEX reseller_offer_plans_plan_idx ON reseller_offer_plans (plan_id, plan_owner_id, plan_kind, offering_id);
-- What a partner can give, in the order of the list.
CREATE INDEX reseller_offer_plans_offered_idx ON reseller_offer_plans (organization_id, offering_id, plan_kind DESC, plan_id)
    WHERE offered;

CREATE TABLE plan_uses (
    -- The offer by which it was given.
    organization_id uuid NOT NULL,
    offering_id text NOT NULL,
    plan_id uuid NOT NULL,
    -- The customer, and the user with a user plan; otherwise the nil UUID: a part of the key cannot be null.
    customer_id uuid NOT NULL,
    user_id uuid NOT NULL,
    actor text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plan_uses_pkey PRIMARY KEY (organization_id, offering_id, plan_id, customer_id, user_id),
    -- What somebody has stays in the offer, whoever errs.
    CONSTRAINT plan_uses_plan_fkey FOREIGN KEY (organization_id, offering_id, plan_id) REFERENCES reseller_offer_plans
);
CREATE INDEX plan_uses_plan_id_idx ON plan_uses (plan_id);
CREATE INDEX plan_uses_customer_id_idx ON plan_uses (customer_id, user_id);

-- The partner sees its offer, and the tier above what it offers.
ALTER TABLE reseller_offers ENABLE ROW LEVEL SECURITY;
CREATE POLICY reseller_offers_tenant ON reseller_offers
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR offered_by = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER TABLE reseller_offer_plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY reseller_offer_plans_tenant ON reseller_offer_plans
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- The partner sees whom it gave what, and the customer what it was given.
ALTER TABLE plan_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_uses_tenant ON plan_uses
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR customer_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
