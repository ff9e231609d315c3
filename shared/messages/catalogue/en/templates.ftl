### Texts of templates: reasons (dialtone.templates.v1.ErrorReason) by their names.

NOT_A_PARTNER = Templates belong to partners, and this organization is none. Give it the partner role first.
NOTHING_TO_SUBMIT = The template has not changed since its newest revision. There is nothing to submit.
