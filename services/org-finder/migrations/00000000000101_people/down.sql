DROP TABLE organization_activity;
DROP TABLE people;
