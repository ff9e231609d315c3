-- Mappings that went to another organization because theirs was merged into it, so that they find back if that is undone.

ALTER TABLE subscriptions
    -- Under which organization the headquarters stand, where that is not the customer any more.
    ADD COLUMN headquarters_organization_id uuid;

CREATE TABLE merged_mappings (
    -- The organization that was merged.
    organization_id uuid NOT NULL,
    subscription_id uuid NOT NULL CONSTRAINT merged_mappings_subscription_id_fkey REFERENCES subscriptions,
    side text NOT NULL CONSTRAINT merged_mappings_side_check CHECK (side IN ('PARTNER', 'CUSTOMER')),
    CONSTRAINT merged_mappings_pkey PRIMARY KEY (organization_id, subscription_id, side)
);
CREATE INDEX merged_mappings_subscription_id_idx ON merged_mappings (subscription_id);

-- Of two organizations at once: only for work that sees all.
ALTER TABLE merged_mappings ENABLE ROW LEVEL SECURITY;
CREATE POLICY merged_mappings_everywhere ON merged_mappings USING (current_setting('dialtone.tenants', true) = '*');
