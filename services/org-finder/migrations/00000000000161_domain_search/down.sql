CREATE INDEX organization_domains_domain_idx ON organization_domains (domain);
DROP INDEX organization_domains_domain_organization_id_idx;
ALTER TABLE organization_domains DROP COLUMN reversed;
