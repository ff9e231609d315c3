ALTER TABLE organizations DROP CONSTRAINT organizations_merged_check, DROP COLUMN merged_into, DROP COLUMN deleted;
