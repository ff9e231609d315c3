ALTER TABLE organization_domains
    DROP COLUMN challenge,
    DROP COLUMN version,
    DROP COLUMN created,
    DROP COLUMN verified,
    DROP COLUMN claimed;
DROP SEQUENCE organization_domain_versions;
