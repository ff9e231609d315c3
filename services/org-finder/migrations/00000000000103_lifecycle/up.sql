-- When an organization went, and into which one it was merged. A live organization has neither.

ALTER TABLE organizations
    ADD COLUMN deleted timestamptz,
    ADD COLUMN merged_into uuid CONSTRAINT organizations_merged_into_fkey REFERENCES organizations,
    ADD CONSTRAINT organizations_merged_check CHECK (merged_into IS NULL OR (deleted IS NOT NULL AND merged_into <> id));
CREATE INDEX organizations_merged_into_idx ON organizations (merged_into) WHERE merged_into IS NOT NULL;
-- What the purge looks for.
CREATE INDEX organizations_deleted_idx ON organizations (deleted) WHERE deleted IS NOT NULL;
