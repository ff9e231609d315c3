DROP TABLE batch_rows;
DROP TABLE batches;
DROP TABLE targets;
DROP TABLE users;
DROP TABLE locations;
