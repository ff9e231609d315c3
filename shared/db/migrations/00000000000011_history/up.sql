-- Who changed what. Append only: the run-time role may not change it, and the trigger refuses its owner too.
CREATE TABLE history (
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT history_pkey PRIMARY KEY,
    -- Organization; NULL for what belongs to none, which only services and the provider's staff see.
    tenant uuid,
    resource text NOT NULL,
    verb text NOT NULL,
    before jsonb,
    after jsonb,
    actor text NOT NULL,
    request_id text NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX history_resource_position_idx ON history (resource, position);
CREATE INDEX history_tenant_position_idx ON history (tenant, position);

-- The nullif keeps '*' from the cast: Postgres may evaluate both sides of OR.
ALTER TABLE history ENABLE ROW LEVEL SECURITY;
CREATE POLICY history_tenant ON history
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR tenant = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    )
    WITH CHECK (
        tenant IS NULL
        OR current_setting('dialtone.tenants', true) = '*'
        OR tenant = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );

CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

DO $$
DECLARE
    app text := current_schema() || '_app';
BEGIN
    -- Absent only where nobody made the service's roles, such as in a scratch database for schema checks.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = app) THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON history FROM %I', app);
    END IF;
END $$;
