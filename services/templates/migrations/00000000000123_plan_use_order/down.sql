DROP INDEX plan_uses_plan_id_idx;
CREATE INDEX plan_uses_plan_id_idx ON plan_uses (plan_id);
