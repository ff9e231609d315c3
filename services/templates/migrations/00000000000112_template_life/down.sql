DROP TABLE template_uses;
ALTER TABLE templates
    DROP CONSTRAINT templates_purge_check,
    DROP COLUMN purge,
    DROP COLUMN deleted,
    DROP COLUMN archived;
