CREATE INDEX organizations_name_index_idx ON organizations (id) WHERE name_index < 1 AND deleted IS NULL;
DROP INDEX organizations_name_form_idx;
