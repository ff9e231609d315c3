DROP TABLE simulator_keys;
DROP TABLE simulator_accounts;
