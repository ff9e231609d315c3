-- The rest of the catalogue: what can be set up, what can be ordered, how many base packages somebody has. Data: `templates load-catalogue`
-- changes it without a build. Nothing is deleted, because others name it: what is no longer sold is retired.

CREATE TABLE offerings (
    id text CONSTRAINT offerings_pkey PRIMARY KEY CONSTRAINT offerings_id_check CHECK (id ~ '^[a-z][a-z0-9-]{1,62}$'),
    display_name text NOT NULL,
    -- Whether it is a hosted service that plans configure.
    takes_plans boolean NOT NULL,
    retired boolean NOT NULL DEFAULT false
);

ALTER TABLE packages ADD COLUMN retired boolean NOT NULL DEFAULT false;

-- How many base packages somebody of an audience has.
CREATE TABLE package_audiences (
    audience text CONSTRAINT package_audiences_pkey PRIMARY KEY
        CONSTRAINT package_audiences_audience_check CHECK (audience IN ('customer', 'user')),
    base_minimum integer NOT NULL,
    -- None for no limit.
    base_maximum integer,
    CONSTRAINT package_audiences_base_check CHECK (base_minimum >= 0 AND coalesce(base_maximum >= base_minimum, true))
);

CREATE TABLE products (
    sku text CONSTRAINT products_pkey PRIMARY KEY CONSTRAINT products_sku_check CHECK (sku ~ '^[A-Z0-9][A-Z0-9-]{0,63}$'),
    display_name text NOT NULL,
    offering_id text NOT NULL CONSTRAINT products_offering_id_fkey REFERENCES offerings,
    -- Whether it adds to something that the customer has.
    add_on boolean NOT NULL,
    -- How many can be bought: from the fewest on in steps.
    minimum integer NOT NULL,
    maximum integer NOT NULL,
    step integer NOT NULL,
    trial_allowed boolean NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    CONSTRAINT products_quantity_check CHECK (minimum BETWEEN 1 AND maximum AND maximum <= 1000000 AND step BETWEEN 1 AND maximum)
);
CREATE INDEX products_offering_id_idx ON products (offering_id, sku);

-- What a product entitles to.
CREATE TABLE product_packages (
    sku text NOT NULL CONSTRAINT product_packages_sku_fkey REFERENCES products,
    package_id text NOT NULL CONSTRAINT product_packages_package_id_fkey REFERENCES packages,
    CONSTRAINT product_packages_pkey PRIMARY KEY (sku, package_id)
);
CREATE INDEX product_packages_package_id_idx ON product_packages (package_id);

-- An add-on is sold to those only who have one of these: a product or something of an offering.
CREATE TABLE product_needs (
    sku text NOT NULL CONSTRAINT product_needs_sku_fkey REFERENCES products,
    -- `products/{sku}` or `offerings/{id}`.
    needed text NOT NULL,
    needed_sku text GENERATED ALWAYS AS (CASE WHEN needed LIKE 'products/%' THEN substr(needed, 10) END) STORED
        CONSTRAINT product_needs_needed_sku_fkey REFERENCES products,
    needed_offering_id text GENERATED ALWAYS AS (CASE WHEN needed LIKE 'offerings/%' THEN substr(needed, 11) END) STORED
        CONSTRAINT product_needs_needed_offering_id_fkey REFERENCES offerings,
    CONSTRAINT product_needs_pkey PRIMARY KEY (sku, needed),
    CONSTRAINT product_needs_needed_check CHECK (num_nonnulls(needed_sku, needed_offering_id) = 1),
    CONSTRAINT product_needs_self_check CHECK (needed_sku <> sku)
);
CREATE INDEX product_needs_needed_sku_idx ON product_needs (needed_sku);
CREATE INDEX product_needs_needed_offering_id_idx ON product_needs (needed_offering_id);

-- A new database begins with the catalogue that catalogue.default.toml says in words; a test compares the two.
INSERT INTO offerings (id, display_name, takes_plans) VALUES
    ('lync-hosted', 'Lync Hosted', true),
    ('webex-calling', 'Webex Calling', false),
    ('webex-meetings', 'Webex Meetings', false),
    ('webex-wholesale', 'Webex Wholesale', false);

INSERT INTO package_audiences (audience, base_minimum, base_maximum) VALUES ('customer', 0, NULL), ('user', 1, 1);

INSERT INTO products (sku, display_name, offering_id, add_on, minimum, maximum, step, trial_allowed) VALUES
    ('ATTENDANT', 'Attendant Console', 'webex-calling', true, 1, 10000, 1, true),
    ('CALLING-COMMON-AREA', 'Common Area Calling', 'webex-calling', true, 1, 100000, 1, false),
    ('CALLING-PLAN', 'Cisco Calling Plan', 'webex-calling', true, 1, 1000000, 1, false),
    ('CALLING-PLUS', 'Webex Calling Plus', 'webex-calling', true, 1, 1000000, 1, true),
    ('CALLING-STD', 'Webex Calling', 'webex-calling', false, 1, 1000000, 1, true),
    ('CX-AGENT-PREMIUM', 'Contact Centre Premium Agent', 'webex-calling', true, 1, 100000, 1, false),
    ('CX-AGENT-STD', 'Contact Centre Standard Agent', 'webex-calling', true, 1, 100000, 1, true),
    ('CX-AI-AGENT', 'Webex AI Agent', 'webex-calling', true, 1, 1000, 1, false),
    ('CX-AI-ASSISTANT', 'Contact Centre AI Assistant', 'webex-calling', true, 1, 100000, 1, false),
    ('CX-ESSENTIALS', 'Customer Experience Essentials', 'webex-calling', false, 1, 100000, 1, true),
    ('CX-VOICE-PORTS', 'Contact Centre Voice Ports', 'webex-calling', true, 10, 10000, 10, false),
    ('LYNC-HOSTED', 'Lync Hosted', 'lync-hosted', false, 1, 1000000, 1, true),
    ('MEETINGS-STD', 'Webex Meetings', 'webex-meetings', false, 1, 1000000, 1, true),
    ('SUITE-STD', 'Webex Suite', 'webex-calling', false, 1, 1000000, 1, true),
    ('WHOLESALE', 'Webex Wholesale', 'webex-wholesale', false, 1, 1000000, 1, false);

INSERT INTO product_packages (sku, package_id) VALUES
    ('ATTENDANT', 'attendant_console'),
    ('CALLING-COMMON-AREA', 'common_area_calling'),
    ('CALLING-PLAN', 'cisco_calling_plan'),
    ('CALLING-PLUS', 'webex_calling'),
    ('CALLING-PLUS', 'webex_voice'),
    ('CALLING-STD', 'webex_calling'),
    ('CALLING-STD', 'webex_calling_standard'),
    ('CX-AGENT-PREMIUM', 'cx_premium_agent'),
    ('CX-AGENT-STD', 'cx_standard_agent'),
    ('CX-AI-AGENT', 'webex_ai_agent'),
    ('CX-AI-ASSISTANT', 'cx_ai_assistant'),
    ('CX-ESSENTIALS', 'cx_essentials'),
    ('CX-VOICE-PORTS', 'cx_voice_ports'),
    ('MEETINGS-STD', 'webex_meetings'),
    ('SUITE-STD', 'webex_calling'),
    ('SUITE-STD', 'webex_meetings'),
    ('SUITE-STD', 'webex_suite'),
    ('WHOLESALE', 'common_area_calling'),
    ('WHOLESALE', 'webex_calling'),
    ('WHOLESALE', 'webex_calling_standard'),
    ('WHOLESALE', 'webex_meetings'),
    ('WHOLESALE', 'webex_suite'),
    ('WHOLESALE', 'webex_voice');

INSERT INTO product_needs (sku, needed) VALUES
    ('ATTENDANT', 'offerings/webex-calling'),
    ('ATTENDANT', 'offerings/webex-wholesale'),
    ('CALLING-COMMON-AREA', 'offerings/webex-calling'),
    ('CALLING-PLAN', 'offerings/webex-calling'),
    ('CALLING-PLAN', 'offerings/webex-wholesale'),
    ('CALLING-PLUS', 'offerings/webex-calling'),
    ('CX-AGENT-PREMIUM', 'offerings/webex-calling'),
    ('CX-AGENT-STD', 'offerings/webex-calling'),
    ('CX-AI-AGENT', 'products/CX-AGENT-PREMIUM'),
    ('CX-AI-AGENT', 'products/CX-AGENT-STD'),
    ('CX-AI-AGENT', 'products/CX-ESSENTIALS'),
    ('CX-AI-ASSISTANT', 'products/CX-AGENT-PREMIUM'),
    ('CX-AI-ASSISTANT', 'products/CX-AGENT-STD'),
    ('CX-VOICE-PORTS', 'products/CX-AGENT-PREMIUM'),
    ('CX-VOICE-PORTS', 'products/CX-AGENT-STD');
