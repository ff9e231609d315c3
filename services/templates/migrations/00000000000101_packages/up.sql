-- The catalogue of packages and the rules between them. Data: further ones come by migration or by file, without a build.

CREATE TABLE packages (
    id text CONSTRAINT packages_pkey PRIMARY KEY CONSTRAINT packages_id_check CHECK (id ~ '^[a-z][a-z0-9_]{1,62}$'),
    for_customers boolean NOT NULL,
    for_users boolean NOT NULL,
    -- A user has exactly one base package.
    base boolean NOT NULL
);

-- `package_id` needs at least one of its `needed_id`.
CREATE TABLE package_needs (
    package_id text NOT NULL CONSTRAINT package_needs_package_id_fkey REFERENCES packages,
    needed_id text NOT NULL CONSTRAINT package_needs_needed_id_fkey REFERENCES packages,
    CONSTRAINT package_needs_pkey PRIMARY KEY (package_id, needed_id)
);
CREATE INDEX package_needs_needed_id_idx ON package_needs (needed_id);

INSERT INTO packages (id, for_customers, for_users, base) VALUES
    ('common_area_calling', true, false, false),
    ('webex_calling', true, true, true),
    ('webex_meetings', true, true, true),
    ('webex_suite', true, true, true),
    ('webex_voice', true, true, true),
    ('cx_essentials', true, true, true),
    ('webex_calling_standard', true, true, true),
    ('cisco_calling_plan', true, false, false),
    ('attendant_console', true, true, false),
    ('cx_premium_agent', true, true, false),
    ('cx_standard_agent', true, true, false),
    ('cx_voice_ports', true, false, false),
    ('cx_ai_assistant', true, false, false),
    ('webex_ai_agent', true, false, false);

INSERT INTO package_needs (package_id, needed_id) VALUES
    ('cisco_calling_plan', 'common_area_calling'),
    ('cisco_calling_plan', 'webex_calling'),
    ('cisco_calling_plan', 'webex_suite'),
    ('cisco_calling_plan', 'webex_voice'),
    ('cisco_calling_plan', 'cx_essentials'),
    ('cisco_calling_plan', 'webex_calling_standard'),
    ('attendant_console', 'webex_calling'),
    ('attendant_console', 'webex_suite'),
    ('attendant_console', 'webex_voice'),
    ('attendant_console', 'cx_essentials');
