-- Until when a deletion can be undone: promised when it is made, whatever is configured later. NULL for a live organization and for
-- one that was merged into another.

ALTER TABLE organizations
    ADD COLUMN purge timestamptz,
    ADD CONSTRAINT organizations_purge_check CHECK (purge IS NULL OR (deleted IS NOT NULL AND merged_into IS NULL));
CREATE INDEX organizations_purge_idx ON organizations (purge) WHERE purge IS NOT NULL;
-- The purge looks for nothing else.
DROP INDEX organizations_deleted_idx;
