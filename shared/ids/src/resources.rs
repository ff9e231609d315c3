//! One type per resource of the suite. A new resource is one line here.

use crate::{nested_name, resource_id};

// org-finder
resource_id!(/// A company known to the suite: `organizations/{uuid}`.
    OrganizationId, "organizations");
resource_id!(/// An entry of an organization's directory of people.
    PersonId, "people");
resource_id!(/// A mail domain of an organization.
    DomainId, "domains");
resource_id!(/// A role that somebody holds over an organization.
    GrantId, "grants");
resource_id!(/// A link from an organization up to its partner.
    PartnerLinkId, "partnerLinks");
resource_id!(/// A request for a higher role.
    AccessRequestId, "accessRequests");

// templates
resource_id!(/// An onboarding template.
    TemplateId, "templates");
resource_id!(/// An immutable revision of a template.
    RevisionId, "revisions");

// subscriptions
resource_id!(/// What was bought: `orders/{uuid}`.
    OrderId, "orders");
resource_id!(/// What an order became: `subscriptions/{uuid}`.
    SubscriptionId, "subscriptions");
resource_id!(/// A meetings site of a subscription.
    SiteId, "sites");
resource_id!(/// One change of a subscription's items.
    ChangeId, "changes");

// user-provisioning
resource_id!(/// A headquarters or branch of an organization.
    LocationId, "locations");
resource_id!(/// A provisioned person.
    UserId, "users");
resource_id!(/// A configured outside system.
    TargetId, "targets");
resource_id!(/// One import of many users.
    ImportId, "imports");
resource_id!(/// Something that waits for a person.
    WorkItemId, "workItems");

nested_name!(/// `organizations/{uuid}/people/{uuid}`.
    PersonName, organization: OrganizationId, person: PersonId);
nested_name!(/// `organizations/{uuid}/domains/{uuid}`.
    DomainName, organization: OrganizationId, domain: DomainId);
nested_name!(/// `organizations/{uuid}/grants/{uuid}`.
    GrantName, organization: OrganizationId, grant: GrantId);
nested_name!(/// `organizations/{uuid}/partnerLinks/{uuid}`.
    PartnerLinkName, organization: OrganizationId, link: PartnerLinkId);
nested_name!(/// `organizations/{uuid}/accessRequests/{uuid}`.
    AccessRequestName, organization: OrganizationId, request: AccessRequestId);
nested_name!(/// `organizations/{uuid}/templates/{uuid}`.
    TemplateName, organization: OrganizationId, template: TemplateId);
nested_name!(/// `organizations/{uuid}/templates/{uuid}/revisions/{uuid}`.
    RevisionName, template: TemplateName, revision: RevisionId);
nested_name!(/// `subscriptions/{uuid}/sites/{uuid}`.
    SiteName, subscription: SubscriptionId, site: SiteId);
nested_name!(/// `subscriptions/{uuid}/changes/{uuid}`.
    ChangeName, subscription: SubscriptionId, change: ChangeId);
nested_name!(/// `organizations/{uuid}/locations/{uuid}`.
    LocationName, organization: OrganizationId, location: LocationId);
nested_name!(/// `organizations/{uuid}/users/{uuid}`.
    UserName, organization: OrganizationId, user: UserId);
nested_name!(/// `organizations/{uuid}/targets/{uuid}`.
    TargetName, organization: OrganizationId, target: TargetId);
nested_name!(/// `organizations/{uuid}/imports/{uuid}`.
    ImportName, organization: OrganizationId, import: ImportId);
nested_name!(/// `organizations/{uuid}/workItems/{uuid}`.
    WorkItemName, organization: OrganizationId, item: WorkItemId);
