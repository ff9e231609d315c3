-- Names have one key more, of all their words (model/keys.rs): the job writes those that are in the form of before.
CREATE INDEX organizations_name_form_idx ON organizations (id) WHERE name_index < 2 AND deleted IS NULL;
DROP INDEX organizations_name_index_idx;
