-- Which organization a subscription belongs to, as the events of subscriptions tell it: a template names its partner's own only.

CREATE TABLE partner_subscriptions (
    subscription_id uuid CONSTRAINT partner_subscriptions_pkey PRIMARY KEY,
    -- The partner it is mapped to, or the one organization of an order for its own company.
    organization_id uuid NOT NULL,
    -- Whether something of it is wholesale.
    wholesale boolean NOT NULL,
    updated timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE partner_subscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_subscriptions_tenant ON partner_subscriptions
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
