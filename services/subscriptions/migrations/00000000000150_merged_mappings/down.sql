DROP TABLE merged_mappings;
ALTER TABLE subscriptions DROP COLUMN headquarters_organization_id;
