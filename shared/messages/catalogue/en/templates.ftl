### Texts of templates: reasons (dialtone.templates.v1.ErrorReason) by their names.

NOT_A_PARTNER = Templates belong to partners, and this organization is none. Give it the partner role first.
NOTHING_TO_SUBMIT = The template has not changed since its newest revision. There is nothing to submit.
TEMPLATE_ARCHIVED = The template is archived. Unarchive it first, or use another one.
TEMPLATE_DELETED = The template is deleted. Undelete it first.
TEMPLATE_IN_USE = { $customers ->
    [one] { $customers } customer was made with this template, so it cannot be deleted. Archive it instead.
   *[other] { $customers } customers were made with this template, so it cannot be deleted. Archive it instead.
}
NOTHING_TO_UNDO = There is nothing to take back: the template is not in that state.
CUSTOMER_ALREADY_PINNED = The customer was made with another revision and keeps it until it is off-boarded.
SETTINGS_OUT_OF_DATE = These settings no longer fit: { $settings }. Give other values or remove them.
SUBSCRIPTION_NOT_OF_PARTNER = This is not a wholesale subscription of the partner, or it does not exist. Name one that is mapped to the partner.
SEVERAL_TEMPLATES_APPLY = The organization was made with templates of several partners. Name the revision that you mean.
