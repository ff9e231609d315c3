DROP TABLE organization_merge_rows;
DROP TABLE organization_merges;
