-- The evidence of a match shows the best known domains of an organization first: a few entries of this index, however many it has.

CREATE INDEX organization_domains_known_idx ON organization_domains (organization_id, (state = 'UNVERIFIED'), domain);
