-- Partners ask for full administration of a customer, once the service is set up, and the customer answers.

-- What an etag of a link stands for.
ALTER TABLE partner_links ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- Subscriptions whose set-up is complete, by the events of subscriptions. A row stays when the subscription ends: set-up was complete.
CREATE TABLE completed_setups (
    subscription_id uuid CONSTRAINT completed_setups_pkey PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT completed_setups_partner_id_fkey REFERENCES organizations,
    customer_id uuid NOT NULL CONSTRAINT completed_setups_customer_id_fkey REFERENCES organizations,
    completed timestamptz NOT NULL
);
CREATE INDEX completed_setups_customer_id_partner_id_idx ON completed_setups (customer_id, partner_id);
CREATE INDEX completed_setups_partner_id_idx ON completed_setups (partner_id);

CREATE TABLE access_requests (
    -- UUIDv7, so in the order of time.
    id uuid CONSTRAINT access_requests_pkey PRIMARY KEY,
    -- The customer.
    organization_id uuid NOT NULL CONSTRAINT access_requests_organization_id_fkey REFERENCES organizations,
    partner_id uuid NOT NULL CONSTRAINT access_requests_partner_id_fkey REFERENCES organizations,
    -- Who asks, and why.
    requester text NOT NULL,
    reason text NOT NULL,
    -- A PENDING one that is past `expires` is EXPIRED for whoever looks; a job writes it down.
    state text NOT NULL CONSTRAINT access_requests_state_check
        CHECK (state IN ('PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'CANCELLED')),
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    -- When and by whom it was approved, denied or cancelled.
    decided timestamptz,
    decider text,
    CONSTRAINT access_requests_decided_check CHECK ((decided IS NULL) = (state IN ('PENDING', 'EXPIRED'))),
    CONSTRAINT access_requests_decider_check CHECK ((decider IS NULL) = (decided IS NULL)),
    CONSTRAINT access_requests_self_check CHECK (organization_id <> partner_id)
);
CREATE UNIQUE INDEX access_requests_pending_key ON access_requests (organization_id, partner_id) WHERE state = 'PENDING';
-- Lists of both sides, newest first.
CREATE INDEX access_requests_organization_id_id_idx ON access_requests (organization_id, id);
CREATE INDEX access_requests_partner_id_id_idx ON access_requests (partner_id, id);
-- What the job looks for.
CREATE INDEX access_requests_expires_idx ON access_requests (expires) WHERE state = 'PENDING';

-- Both sides may see them, as they may see the link.
ALTER TABLE completed_setups ENABLE ROW LEVEL SECURITY;
CREATE POLICY completed_setups_tenant ON completed_setups
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR partner_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR customer_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER TABLE access_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY access_requests_tenant ON access_requests
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR partner_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- Lists of links by customer; the one by partner has its unique key.
DROP INDEX partner_links_customer_id_idx;
CREATE INDEX partner_links_customer_id_partner_id_idx ON partner_links (customer_id, partner_id);
