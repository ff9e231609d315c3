//! Whose an order and its subscription are: what must be known before it is known whether a caller may know more.

use dialtone_ids::{OrderId, OrganizationId, SubscriptionId};
use uuid::Uuid;

/// The organization of what belongs to none yet. Nobody has a role on it.
pub const UNMAPPED: OrganizationId = OrganizationId::from_uuid(Uuid::nil());

/// Names, organizations and contact of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub order: OrderId,
    pub subscription: SubscriptionId,
    pub partner: Option<OrganizationId>,
    pub customer: Option<OrganizationId>,
    /// Whose set-up session is good.
    pub contact: String,
}

impl Access {
    /// The organizations by which a person may come in.
    pub fn organizations(&self) -> Vec<OrganizationId> {
        self.partner.into_iter().chain(self.customer).collect()
    }

    /// The organizations whose rows a request on this case sees.
    pub fn tenants(&self) -> Vec<OrganizationId> {
        let organizations = self.organizations();
        if organizations.is_empty() { vec![UNMAPPED] } else { organizations }
    }
}
