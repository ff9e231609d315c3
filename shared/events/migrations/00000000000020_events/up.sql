-- What changed, in the order of `position`. Appended in the transaction of the change; read by Watch; purged by age.

-- `stream` seals positions: one is good for this table and its restored copies, not for another service's table.
CREATE TABLE outbox_state (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT outbox_state_only_row_check CHECK (only_row),
    stream uuid NOT NULL DEFAULT gen_random_uuid(),
    -- Events up to and including this position are purged.
    floor bigint NOT NULL DEFAULT 0
);
INSERT INTO outbox_state DEFAULT VALUES;

-- CACHE 1: with a cache per connection, positions would not be in the order in which they were taken.
CREATE SEQUENCE outbox_position_seq AS bigint CACHE 1;

-- The number of the transaction is taken before the position. So whoever sees position p knows that every transaction which
-- could still bring a lower position has a number below the next one to be given (pg_snapshot_xmax). In a column default
-- the order of the two would be left to the planner.
CREATE FUNCTION outbox_next_position() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN nextval('outbox_position_seq');
END $$;

CREATE TABLE outbox (
    position bigint CONSTRAINT outbox_pkey PRIMARY KEY DEFAULT outbox_next_position(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- Organization; NULL for what belongs to none yet, which only services and the provider's staff see.
    tenant uuid,
    kind text NOT NULL,
    resource text NOT NULL,
    actor text NOT NULL,
    data jsonb NOT NULL,
    -- The clock, not the transaction's begin: nearly in the order of positions, and the age a reader waited.
    created timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_tenant_position_idx ON outbox (tenant, position);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY outbox_tenant ON outbox
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR tenant = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    )
    WITH CHECK (
        tenant IS NULL
        OR current_setting('dialtone.tenants', true) = '*'
        OR tenant = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );

-- How far each consumer of other services' events has come. The row is the lock between its replicas.
CREATE TABLE consumer_positions (
    consumer text CONSTRAINT consumer_positions_pkey PRIMARY KEY,
    -- As the source gave it; means nothing here.
    position text NOT NULL DEFAULT '',
    updated timestamptz NOT NULL DEFAULT now()
);

-- Events are facts: appended and, when old, purged, never changed.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_schema() || '_app') THEN
        EXECUTE format('REVOKE UPDATE, TRUNCATE ON outbox FROM %I', current_schema() || '_app');
        EXECUTE format('REVOKE INSERT, DELETE, TRUNCATE ON outbox_state FROM %I', current_schema() || '_app');
    END IF;
END $$;
