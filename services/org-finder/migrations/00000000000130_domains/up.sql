-- Domains as resources: what proves each, since when it is what it is, and versions that are never used twice.

-- A domain that is released and added again must not match what was seen of it before.
CREATE SEQUENCE organization_domain_versions AS bigint;

ALTER TABLE organization_domains
    -- The token of its DNS challenge: 122 random bits of the server's strong source.
    ADD COLUMN challenge uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN version bigint NOT NULL DEFAULT nextval('organization_domain_versions'),
    ADD COLUMN created timestamptz NOT NULL DEFAULT now(),
    -- When the challenge was last found; NULL for what was never looked for, such as an imported domain.
    ADD COLUMN verified timestamptz,
    ADD COLUMN claimed timestamptz,
    ADD CONSTRAINT organization_domains_claimed_check CHECK (claimed IS NULL OR state = 'CLAIMED');
