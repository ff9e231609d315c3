DROP TABLE template_revisions;
DROP FUNCTION template_revisions_are_immutable();
DROP TABLE templates;
