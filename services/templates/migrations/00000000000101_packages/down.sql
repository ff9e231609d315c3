DROP TABLE package_needs;
DROP TABLE packages;
