CREATE INDEX organizations_deleted_idx ON organizations (deleted) WHERE deleted IS NOT NULL;
ALTER TABLE organizations DROP CONSTRAINT organizations_purge_check, DROP COLUMN purge;
