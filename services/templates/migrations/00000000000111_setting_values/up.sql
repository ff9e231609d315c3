-- What organizations and users set for themselves; templates carry their values in `templates.settings`.

CREATE TABLE setting_values (
    organization_id uuid NOT NULL,
    -- The nil UUID for the organization itself: a part of the key cannot be null.
    user_id uuid NOT NULL,
    -- Values by key.
    settings jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT setting_values_pkey PRIMARY KEY (organization_id, user_id)
);

ALTER TABLE setting_values ENABLE ROW LEVEL SECURITY;
CREATE POLICY setting_values_tenant ON setting_values
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
