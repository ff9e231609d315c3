-- Orders, what they became, and the links by which their contacts come in.

CREATE TABLE orders (
    id uuid CONSTRAINT orders_pkey PRIMARY KEY,
    order_number text NOT NULL,
    seller_name text NOT NULL,
    seller_email text NOT NULL,
    -- Who sets it up now; the chain before is in handovers.
    contact_email text NOT NULL,
    company_name text NOT NULL,
    -- What was bought, as the seller said it: never changes. What became of it is in subscription_items.
    items jsonb NOT NULL,
    -- As ordered; the answer to the first question may narrow it.
    flow text NOT NULL CONSTRAINT orders_flow_check CHECK (flow IN ('PARTNER_AND_CUSTOMER', 'SINGLE')),
    who_for text CONSTRAINT orders_who_for_check CHECK (who_for IN ('FOR_CUSTOMER', 'FOR_OWN_COMPANY', 'SOMEONE_ELSE')),
    mail_state text NOT NULL CONSTRAINT orders_mail_state_check CHECK (mail_state IN ('PENDING', 'SENT', 'FAILED')),
    -- How many welcome mails were asked for.
    mails integer NOT NULL DEFAULT 1,
    -- Does not count changes of mail_state: the etag guards what callers change.
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now()
);
-- A seller is known by its address; it may write it in any case.
CREATE UNIQUE INDEX orders_seller_number_key ON orders (lower(seller_email), order_number);

CREATE TABLE subscriptions (
    -- UUIDv7: the order of the identifiers is the order of creation, which lists rely on.
    id uuid CONSTRAINT subscriptions_pkey PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT subscriptions_order_id_key UNIQUE
        CONSTRAINT subscriptions_order_id_fkey REFERENCES orders,
    state text NOT NULL CONSTRAINT subscriptions_state_check
        CHECK (state IN ('ORDERED', 'MAPPING', 'READY_FOR_SETUP', 'SETTING_UP', 'ACTIVE')),
    partner_id uuid,
    customer_id uuid,
    -- The headquarters, a location of the customer.
    headquarters_id uuid,
    -- The operation that sets it up.
    setup_operation text,
    version bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now(),
    activated timestamptz,
    CONSTRAINT subscriptions_setup_operation_check CHECK ((state = 'SETTING_UP') = (setup_operation IS NOT NULL)),
    CONSTRAINT subscriptions_customer_check CHECK (state IN ('ORDERED', 'MAPPING') OR customer_id IS NOT NULL),
    CONSTRAINT subscriptions_activated_check CHECK (state <> 'ACTIVE' OR activated IS NOT NULL),
    CONSTRAINT subscriptions_headquarters_check CHECK (headquarters_id IS NULL OR customer_id IS NOT NULL)
);
CREATE INDEX subscriptions_partner_idx ON subscriptions (partner_id, id);
CREATE INDEX subscriptions_customer_idx ON subscriptions (customer_id, id);

CREATE TABLE subscription_items (
    subscription_id uuid NOT NULL CONSTRAINT subscription_items_subscription_id_fkey REFERENCES subscriptions,
    position integer NOT NULL,
    sku text NOT NULL,
    offering text NOT NULL,
    quantity integer NOT NULL CONSTRAINT subscription_items_quantity_check CHECK (quantity > 0),
    kind text NOT NULL,
    set_up boolean NOT NULL DEFAULT false,
    CONSTRAINT subscription_items_pkey PRIMARY KEY (subscription_id, position)
);

CREATE TABLE setup_links (
    id uuid CONSTRAINT setup_links_pkey PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT setup_links_order_id_fkey REFERENCES orders,
    contact_email text NOT NULL,
    state text NOT NULL CONSTRAINT setup_links_state_check CHECK (state IN ('OPEN', 'USED', 'REPLACED')),
    -- Seconds only: the link's proof is computed over it.
    expires timestamptz NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    used timestamptz
);
CREATE INDEX setup_links_order_id_idx ON setup_links (order_id);
CREATE UNIQUE INDEX setup_links_open_key ON setup_links (order_id) WHERE state = 'OPEN';

-- Who handed the set-up over to whom, in order.
CREATE TABLE handovers (
    order_id uuid NOT NULL CONSTRAINT handovers_order_id_fkey REFERENCES orders,
    number integer NOT NULL,
    from_email text NOT NULL,
    to_email text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT handovers_pkey PRIMARY KEY (order_id, number)
);

-- The second wall. A row belongs to its partner and to its customer; before both are mapped, to the nil organization, which only the
-- set-up contact's requests and the provider's staff name.
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY subscriptions_tenant ON subscriptions
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR partner_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR customer_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        OR partner_id IS NULL AND customer_id IS NULL AND '00000000-0000-0000-0000-000000000000'::uuid
            = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
-- The others are as visible as their subscription.
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_tenant ON orders
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR EXISTS (SELECT FROM subscriptions s WHERE s.order_id = orders.id)
    );
ALTER TABLE subscription_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY subscription_items_tenant ON subscription_items
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR EXISTS (SELECT FROM subscriptions s WHERE s.id = subscription_items.subscription_id)
    );
ALTER TABLE setup_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY setup_links_tenant ON setup_links
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR EXISTS (SELECT FROM subscriptions s WHERE s.order_id = setup_links.order_id)
    );
ALTER TABLE handovers ENABLE ROW LEVEL SECURITY;
CREATE POLICY handovers_tenant ON handovers
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR EXISTS (SELECT FROM subscriptions s WHERE s.order_id = handovers.order_id)
    );
