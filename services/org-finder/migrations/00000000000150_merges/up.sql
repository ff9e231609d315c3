-- Merges of duplicate organizations, and what each of them changed, so that it can be undone exactly.

-- One for each duplicate that can still be given back, or whose merge is under way. It goes with an undo, and when the window is over.
CREATE TABLE organization_merges (
    -- Of the operation that merges.
    id uuid CONSTRAINT organization_merges_pkey PRIMARY KEY,
    survivor_id uuid NOT NULL CONSTRAINT organization_merges_survivor_id_fkey REFERENCES organizations,
    duplicate_id uuid NOT NULL CONSTRAINT organization_merges_duplicate_id_fkey REFERENCES organizations
        CONSTRAINT organization_merges_duplicate_id_key UNIQUE,
    -- PLANNED: accepted, nothing changed yet. CARRYING: the duplicate is gone, its people are being carried over.
    state text NOT NULL
        CONSTRAINT organization_merges_state_check CHECK (state IN ('PLANNED', 'CARRYING', 'MERGED')),
    -- Of the plan that was agreed to.
    plan_hash text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    -- Until when it can be undone.
    undo_until timestamptz,
    CONSTRAINT organization_merges_self_check CHECK (survivor_id <> duplicate_id),
    CONSTRAINT organization_merges_undo_until_check CHECK ((state = 'MERGED') = (undo_until IS NOT NULL))
);
CREATE INDEX organization_merges_survivor_id_idx ON organization_merges (survivor_id, id);
-- What the purge looks for.
CREATE INDEX organization_merges_undo_until_idx ON organization_merges (undo_until);

-- What a merge did to one row. Rows of the duplicate that the survivor had too are not in it: they stay where they are, behind the
-- deleted organization.
CREATE TABLE organization_merge_rows (
    merge_id uuid NOT NULL CONSTRAINT organization_merge_rows_merge_id_fkey REFERENCES organization_merges
        ON DELETE CASCADE,
    -- Which table, and by which column it belongs to the organization: see store/merge_row.rs.
    kind text NOT NULL,
    -- What identifies the row in its table.
    key text COLLATE "C" NOT NULL,
    -- Both NULL: the row went from the duplicate to the survivor. Else these values of it were changed.
    before jsonb,
    after jsonb,
    CONSTRAINT organization_merge_rows_pkey PRIMARY KEY (merge_id, kind, key),
    CONSTRAINT organization_merge_rows_values_check CHECK ((before IS NULL) = (after IS NULL))
);

-- Both say something of two organizations at once: only for work that sees all.
ALTER TABLE organization_merges ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_merges_everywhere ON organization_merges
    USING (current_setting('dialtone.tenants', true) = '*');
ALTER TABLE organization_merge_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_merge_rows_everywhere ON organization_merge_rows
    USING (current_setting('dialtone.tenants', true) = '*');
