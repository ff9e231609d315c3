ALTER TABLE people DROP COLUMN activity_month, DROP COLUMN domain, DROP COLUMN dormant, RESET (fillfactor);
DROP INDEX IF EXISTS people_organization_id_active_email_idx;
