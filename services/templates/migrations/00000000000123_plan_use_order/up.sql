-- Who has a plan, in the order in which a refusal names them: the first few are read, however many there are.
DROP INDEX plan_uses_plan_id_idx;
CREATE INDEX plan_uses_plan_id_idx ON plan_uses (plan_id, customer_id, user_id);
