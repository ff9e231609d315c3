DROP VIEW operations_all;
DROP TABLE operations_finished;
DROP TABLE operation_steps;
DROP TABLE operations;
