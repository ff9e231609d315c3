-- Domains found by what stands above them and by how they begin.

ALTER TABLE organization_domains
    -- Letter by letter from the end, so that everything below a domain stands together. A column and not an expression in the index:
    -- row-level security keeps a function from an index, as it might tell what it sees.
    ADD COLUMN reversed text COLLATE "C" NOT NULL GENERATED ALWAYS AS (reverse(domain)) STORED;
CREATE INDEX organization_domains_reversed_organization_id_idx ON organization_domains (reversed, organization_id);
-- Pages go on within a domain that many share.
CREATE INDEX organization_domains_domain_organization_id_idx ON organization_domains (domain, organization_id);
DROP INDEX organization_domains_domain_idx;
