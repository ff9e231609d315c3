-- Activity of people: who counts as active, lists by domain and by state, and room for writes in place.

ALTER TABLE people
    -- Not seen for 365 days: in the directory, and not counted by organization_activity. A job sets it, a later activity unsets it.
    ADD COLUMN dormant boolean NOT NULL DEFAULT false,
    -- What stands after the last `@`.
    ADD COLUMN domain text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(substring(email FROM '@([^@]*)$'), '')) STORED,
    -- First day of the month (UTC) of the last activity: what the job's index holds, so that a later time in the same month is a
    -- write in place (HOT).
    ADD COLUMN activity_month date NOT NULL
        GENERATED ALWAYS AS (date_trunc('month', last_activity AT TIME ZONE 'UTC')::date) STORED,
    SET (fillfactor = 80);
CREATE INDEX people_activity_month_idx ON people (activity_month) WHERE active AND NOT dormant;
CREATE INDEX people_organization_id_active_email_idx ON people (organization_id, active, email);
CREATE INDEX people_organization_id_domain_email_idx ON people (organization_id, domain, email);
