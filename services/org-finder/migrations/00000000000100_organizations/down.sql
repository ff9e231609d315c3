DROP TABLE import_lines;
DROP TABLE organization_domains;
DROP TABLE organizations;
