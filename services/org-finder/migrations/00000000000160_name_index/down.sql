ALTER POLICY organization_domains_tenant ON organization_domains
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR organization_id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
ALTER POLICY organizations_tenant ON organizations
    USING (
        current_setting('dialtone.tenants', true) = '*'
        OR id = ANY (string_to_array(nullif(current_setting('dialtone.tenants', true), '*'), ',')::uuid[])
    );
DROP TABLE name_tails;
DROP TABLE name_spellings;
DROP TABLE name_words;
DROP TABLE name_postings;
DROP INDEX organizations_name_index_idx;
ALTER TABLE organizations DROP COLUMN name_index;
