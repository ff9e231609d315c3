-- Long-running operations: the hot table, the steps, and the finished ones.
--
-- The hot table holds unfinished work only, so its size is the queue's, not the history's. Its rows are rewritten often:
--   * no column that changes while work goes on (lease, epoch, progress) is indexed, so that those updates stay on their
--     page as HOT updates and leave nothing behind in the indexes; fillfactor keeps the room for them;
--   * autovacuum starts after a fixed number of dead rows instead of a share, and does not pause: the table is small, and a
--     scan over dead rows is what makes a queue slow.

CREATE TABLE operations (
    id               uuid        NOT NULL,
    tenant           uuid        NOT NULL,
    kind             text        NOT NULL,
    version          integer     NOT NULL,
    verb             text        NOT NULL,
    target           text        NOT NULL,
    parent           uuid,
    actor            text        NOT NULL,
    request_id       text        NOT NULL,
    state            text        NOT NULL,
    -- Set from the moment at which taking back began.
    ending           text,
    -- Index of the step to do, or to take back.
    step             integer     NOT NULL DEFAULT 0,
    -- Failures in a row at this step, lost workers included.
    failures         integer     NOT NULL DEFAULT 0,
    cancel_requested boolean     NOT NULL DEFAULT false,
    input            jsonb       NOT NULL,
    -- What the steps carry along: cursors and what later steps need to know.
    notes            jsonb       NOT NULL DEFAULT '{}',
    units_done       bigint      NOT NULL DEFAULT 0,
    units_total      bigint      NOT NULL DEFAULT 0,
    percent          integer     NOT NULL DEFAULT 0,
    -- Why it is being taken back, or is stuck.
    failure          jsonb,
    -- When it is due. NULL: not before a person acts.
    run_at           timestamptz DEFAULT now(),
    -- Until when its holder may be alive. NULL: nobody holds it.
    lease_until      timestamptz,
    -- Counts the claims. A worker writes only under the epoch of its own claim.
    epoch            bigint      NOT NULL DEFAULT 0,
    create_time      timestamptz NOT NULL DEFAULT now(),
    update_time      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT operations_pkey PRIMARY KEY (id),
    CONSTRAINT operations_state_check CHECK (state IN ('PENDING', 'RUNNING', 'STUCK', 'UNDOING')),
    CONSTRAINT operations_ending_check CHECK (ending IN ('FAILED', 'CANCELLED')),
    CONSTRAINT operations_undoing_check CHECK (state <> 'UNDOING' OR ending IS NOT NULL),
    CONSTRAINT operations_stuck_check CHECK (state <> 'STUCK' OR run_at IS NULL),
    CONSTRAINT operations_percent_check CHECK (percent BETWEEN 0 AND 99)
) WITH (
    fillfactor = 60,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 1000
);

-- The claim. Stuck rows are not in it; held rows are, and are few: at most what all workers together may hold.
CREATE INDEX operations_due_idx ON operations (run_at) WHERE run_at IS NOT NULL;
CREATE INDEX operations_tenant_idx ON operations (tenant, id);
CREATE INDEX operations_target_idx ON operations (target, id);
CREATE INDEX operations_parent_idx ON operations (parent) WHERE parent IS NOT NULL;

CREATE TABLE operation_steps (
    operation  uuid    NOT NULL,
    ordinal    integer NOT NULL,
    tenant     uuid    NOT NULL,
    name       text    NOT NULL,
    state      text    NOT NULL DEFAULT 'WAITING',
    attempts   integer NOT NULL DEFAULT 0,
    last_error jsonb,
    CONSTRAINT operation_steps_pkey PRIMARY KEY (operation, ordinal),
    CONSTRAINT operation_steps_operation_fkey FOREIGN KEY (operation) REFERENCES operations (id) ON DELETE CASCADE,
    CONSTRAINT operation_steps_state_check CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'FAILED', 'UNDONE'))
) WITH (
    fillfactor = 60,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- Written once, read by name or newest first, purged by age. Input and notes end with the work.
CREATE TABLE operations_finished (
    id          uuid        NOT NULL,
    tenant      uuid        NOT NULL,
    kind        text        NOT NULL,
    version     integer     NOT NULL,
    verb        text        NOT NULL,
    target      text        NOT NULL,
    parent      uuid,
    actor       text        NOT NULL,
    request_id  text        NOT NULL,
    state       text        NOT NULL,
    units_done  bigint      NOT NULL,
    units_total bigint      NOT NULL,
    percent     integer     NOT NULL,
    failure     jsonb,
    result      jsonb,
    steps       jsonb       NOT NULL,
    create_time timestamptz NOT NULL,
    end_time    timestamptz NOT NULL,
    CONSTRAINT operations_finished_pkey PRIMARY KEY (id),
    CONSTRAINT operations_finished_state_check CHECK (state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')),
    CONSTRAINT operations_finished_outcome_check CHECK ((state = 'SUCCEEDED') = (failure IS NULL))
);

CREATE INDEX operations_finished_tenant_idx ON operations_finished (tenant, id);
CREATE INDEX operations_finished_target_idx ON operations_finished (target, id);
CREATE INDEX operations_finished_parent_idx ON operations_finished (parent) WHERE parent IS NOT NULL;
CREATE INDEX operations_finished_end_time_idx ON operations_finished (end_time);

-- Both tables in one snapshot: an operation that finishes between two statements would be seen twice or not at all.
CREATE VIEW operations_all WITH (security_invoker = true) AS
SELECT o.id, o.tenant, o.kind, o.version, o.verb, o.target, o.parent, o.actor, o.state, o.step, o.units_done, o.units_total,
       o.percent, o.failure, NULL::jsonb AS result,
       (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'state', s.state, 'attempts', s.attempts, 'last_error', s.last_error)
                         ORDER BY s.ordinal)
          FROM operation_steps s WHERE s.operation = o.id) AS steps,
       ARRAY(SELECT c.id FROM operations c WHERE c.parent = o.id
             UNION ALL SELECT c.id FROM operations_finished c WHERE c.parent = o.id ORDER BY 1) AS children,
       o.create_time, o.update_time, NULL::timestamptz AS end_time
  FROM operations o
UNION ALL
SELECT f.id, f.tenant, f.kind, f.version, f.verb, f.target, f.parent, f.actor, f.state, -1 AS step, f.units_done, f.units_total,
       f.percent, f.failure, f.result, f.steps,
       ARRAY(SELECT c.id FROM operations c WHERE c.parent = f.id
             UNION ALL SELECT c.id FROM operations_finished c WHERE c.parent = f.id ORDER BY 1) AS children,
       f.create_time, f.end_time AS update_time, f.end_time
  FROM operations_finished f;

-- The second wall behind the tenant in each WHERE. NULLIF: '*' must not be read as a UUID, not even by the planner.
ALTER TABLE operations ENABLE ROW LEVEL SECURITY;
CREATE POLICY operations_tenant ON operations USING (
    current_setting('dialtone.tenants', true) = '*'
    OR tenant = ANY (string_to_array(NULLIF(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE operation_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY operation_steps_tenant ON operation_steps USING (
    current_setting('dialtone.tenants', true) = '*'
    OR tenant = ANY (string_to_array(NULLIF(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
ALTER TABLE operations_finished ENABLE ROW LEVEL SECURITY;
CREATE POLICY operations_finished_tenant ON operations_finished USING (
    current_setting('dialtone.tenants', true) = '*'
    OR tenant = ANY (string_to_array(NULLIF(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]));
