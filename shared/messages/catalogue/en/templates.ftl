### Texts of templates: reasons (dialtone.templates.v1.ErrorReason) by their names.

NOT_A_PARTNER = Templates, plans and offers are for partners, and this organization is none. Give it the partner role first.
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
OFFERING_WITHOUT_PLANS = { $offering } is not a hosted service that plans configure, or it is no longer sold. Choose another one.
PLAN_IN_USE = { $holders ->
    [one] { $holders } customer or user has this plan. Take it back first.
   *[other] { $holders } customers or users have this plan. Take it back from them first.
}
PLAN_OFFERED_BELOW = { $offers ->
    [one] { $offers } partner below offers this plan. It has to be withdrawn there first.
   *[other] { $offers } partners below offer this plan. It has to be withdrawn there first.
}
PLAN_OFFERED = { $offers ->
    [one] The plan stands in { $offers } offer, so it cannot be deleted. Withdraw it first.
   *[other] The plan stands in { $offers } offers, so it cannot be deleted. Withdraw it first.
}
PLANS_OUTSIDE_OFFER = These plans cannot be offered here: they are not the tier above's to offer, or they do not exist. Choose others.
PLAN_NOT_OFFERED = This plan is not offered. Choose one that is.
TELEPHONY_NOT_ALLOWED = The telephony options do not go together: a customer's plan says what its users may have. Give another plan, or take { $plans } back first.
OFFER_OF_ANOTHER_TIER = Another tier offers this to the partner. It has to withdraw everything before another can.
NOTHING_TO_PROVISION = What is ticked is offered already. There is nothing to provision.

# What packages break together (dialtone.templates.v1.PackageRule).
package-UNKNOWN_PACKAGE = There is no package { $package }. Copy its name from the list of packages.
package-RETIRED_PACKAGE = { $package } is no longer given to anybody new. Choose another package.
package-WRONG_AUDIENCE = { $package } is not for this audience. Leave it out.
package-DUPLICATE_PACKAGE = { $package } is there more than once. Name it once.
package-MISSING_DEPENDENCY = { $package } needs one of these: { $packages }. Add one.
package-NO_BASE_PACKAGE = A base package is missing. Add one of these: { $packages }.
package-SEVERAL_BASE_PACKAGES = There is more than one base package: { $packages }. Keep one.
