-- The index of names: what SearchOrganizations and the guard against duplicates find organizations by, at a cost that does not grow
-- with their number. Written in the transaction that writes the organization, by store/name_index.rs; keys are made by model/keys.rs.

ALTER TABLE organizations
    -- Which form of the index has this organization; 0 for none yet: a job puts it in.
    ADD COLUMN name_index smallint NOT NULL DEFAULT 0;
CREATE INDEX organizations_name_index_idx ON organizations (id) WHERE name_index < 1 AND deleted IS NULL;

-- Which live organizations have a word, a pair of words, a word in a country, or just these words. Read a limited number at a time,
-- so there is no reference to organizations: what is left behind is found and not shown.
CREATE TABLE name_postings (
    key bigint NOT NULL,
    organization_id uuid NOT NULL,
    CONSTRAINT name_postings_pkey PRIMARY KEY (key, organization_id)
);
-- As few as that, so that the planner expects many organizations of a key and stops at the limit. It would see one or two on average,
-- and for a common word gather all of them first.
ALTER TABLE name_postings ALTER COLUMN key SET (n_distinct = 50);

-- The vocabulary. Nothing here waits for another transaction that learns the same word, such as an import that has not ended: each
-- adds a copy of its own, and readers take either. Words are not forgotten; one that no organization has any more finds none.
CREATE TABLE name_words (
    -- Of the word, as in name_postings.
    key bigint NOT NULL,
    copy integer NOT NULL,
    word text COLLATE "C" NOT NULL,
    CONSTRAINT name_words_pkey PRIMARY KEY (key, copy)
);
CREATE INDEX name_words_word_idx ON name_words (word);

-- What is left of a word when one or two letters are left out: a misspelt word has one of these in common with the right one.
CREATE TABLE name_spellings (
    key bigint NOT NULL,
    word_key bigint NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT name_spellings_pkey PRIMARY KEY (key, word_key, copy)
);
-- For the same reason.
ALTER TABLE name_spellings ALTER COLUMN key SET (n_distinct = 50);

-- A word from its second letter on, its third and so on: what begins with a text is a word that has it inside.
CREATE TABLE name_tails (
    tail text COLLATE "C" NOT NULL,
    word_key bigint NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT name_tails_pkey PRIMARY KEY (tail, word_key, copy)
);

-- The vocabulary belongs to no organization, and no answer shows a word of it.
ALTER TABLE name_postings ENABLE ROW LEVEL SECURITY;
CREATE POLICY name_postings_tenant ON name_postings
    USING (
        (SELECT current_setting('dialtone.tenants', true)) = '*'
        OR organization_id IN (
            SELECT unnest(string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        )
    );

-- The same rows as before; the list of tenants is read once for each statement and not for each row, which a search among a
-- thousand own organizations would feel.
ALTER POLICY organizations_tenant ON organizations
    USING (
        (SELECT current_setting('dialtone.tenants', true)) = '*'
        OR id IN (SELECT unnest(string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[]))
    );
ALTER POLICY organization_domains_tenant ON organization_domains
    USING (
        (SELECT current_setting('dialtone.tenants', true)) = '*'
        OR organization_id IN (
            SELECT unnest(string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
        )
    );
