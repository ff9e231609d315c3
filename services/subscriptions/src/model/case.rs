//! An order and its subscription as one thing, and how it moves: question, mapping, set-up. Every function is total; an illegal move
//! is a typed refusal and changes nothing.

use chrono::{DateTime, Utc};
use dialtone_ids::{LocationName, OrderId, OrganizationId, SubscriptionId};

use super::item::Offering;
use super::order::{Flow, Order, WhoFor};
use super::subscription::{State, Subscription};

/// An order and what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub order: Order,
    pub subscription: Subscription,
}

/// Which mapping of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Partner,
    Customer,
}

impl Side {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partner => "PARTNER",
            Self::Customer => "CUSTOMER",
        }
    }

    /// The side of this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Partner, Self::Customer].into_iter().find(|side| side.as_str() == text)
    }
}

/// Why a move is not possible where the case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The first question is closed, or set-up has begun.
    SetupAlreadyBegun(State),
    WhoForNotAnswered(OrderId),
    PartnerNotMapped(SubscriptionId),
    AlreadyMapped(OrganizationId),
    /// The flow has no such step.
    NotForFlow(Flow),
    /// Not an organization that can be chosen here.
    UnknownOrganization(OrganizationId),
    MappingIncomplete(State),
    NotPurchased(Offering),
    AlreadySetUp(Offering),
    /// Carries the name of the operation that is under way.
    SetupInProgress(String),
}

impl Case {
    /// Answers the first question; `next_contact` with SOMEONE_ELSE only. It can be corrected until an organization is mapped.
    pub fn answer(&mut self, answer: WhoFor, next_contact: Option<String>) -> Result<(), Refusal> {
        let subscription = &mut self.subscription;
        let open = matches!(subscription.state, State::Ordered | State::Mapping);
        if !open || subscription.partner.or(subscription.customer).is_some() {
            return Err(Refusal::SetupAlreadyBegun(subscription.state));
        }
        self.order.who_for = Some(answer);
        subscription.flow = self.order.effective_flow();
        subscription.state = match answer {
            WhoFor::ForCustomer | WhoFor::ForOwnCompany => State::Mapping,
            // The question is open again, for the next contact.
            WhoFor::SomeoneElse => State::Ordered,
        };
        if let Some(contact) = next_contact {
            self.order.contact_email.clone_from(&contact);
            subscription.contact_email = contact;
            self.order.mail_again();
        }
        Ok(())
    }

    /// Notes that the welcome mail goes out again. Refused once set-up has begun: before, a contact whose session ended needs it.
    pub fn resend(&mut self) -> Result<(), Refusal> {
        match self.subscription.state {
            State::Ordered | State::Mapping | State::ReadyForSetup => {
                self.order.mail_again();
                Ok(())
            }
            state @ (State::SettingUp | State::Active) => Err(Refusal::SetupAlreadyBegun(state)),
        }
    }

    /// Whether a partner can be mapped.
    pub fn may_map_partner(&self) -> Result<(), Refusal> {
        self.answered()?;
        if self.subscription.flow == Flow::Single {
            return Err(Refusal::NotForFlow(Flow::Single));
        }
        self.subscription.partner.map_or(Ok(()), |partner| Err(Refusal::AlreadyMapped(partner)))
    }

    /// Maps the partner.
    pub fn map_partner(&mut self, partner: OrganizationId) -> Result<(), Refusal> {
        self.may_map_partner()?;
        self.subscription.partner = Some(partner);
        Ok(())
    }

    /// Whether a customer can be mapped.
    pub fn may_map_customer(&self) -> Result<(), Refusal> {
        self.answered()?;
        if let Some(customer) = self.subscription.customer {
            return Err(Refusal::AlreadyMapped(customer));
        }
        match (self.subscription.flow, self.subscription.partner) {
            (Flow::PartnerAndCustomer, None) => Err(Refusal::PartnerNotMapped(self.subscription.name)),
            (Flow::PartnerAndCustomer, Some(_)) | (Flow::Single, _) => Ok(()),
        }
    }

    /// Maps the customer, which completes the mapping. The partner to be linked to it, if there is one.
    pub fn map_customer(&mut self, customer: OrganizationId) -> Result<Option<OrganizationId>, Refusal> {
        self.may_map_customer()?;
        let subscription = &mut self.subscription;
        if subscription.partner == Some(customer) {
            return Err(Refusal::UnknownOrganization(customer));
        }
        subscription.customer = Some(customer);
        subscription.state = State::ReadyForSetup;
        Ok(subscription.partner)
    }

    /// The organization on this side was merged into another, or is one of its own again. A mapping that is another by now stays.
    pub fn follow_merge(&mut self, side: Side, from: OrganizationId, into: OrganizationId) {
        let mapped = match side {
            Side::Partner => &mut self.subscription.partner,
            Side::Customer => &mut self.subscription.customer,
        };
        if *mapped == Some(from) {
            *mapped = Some(into);
        }
    }

    /// Begins to set up a service by `operation`. Answers the customer.
    pub fn begin_setup(&mut self, offering: Offering, operation: String) -> Result<OrganizationId, Refusal> {
        let customer = self.may_set_up(offering)?;
        self.subscription.state = State::SettingUp;
        self.subscription.setup_operation = Some(operation);
        Ok(customer)
    }

    /// Whether a service can be set up; the customer for whom.
    pub fn may_set_up(&self, offering: Offering) -> Result<OrganizationId, Refusal> {
        let subscription = &self.subscription;
        let customer = self.mapped()?;
        if let Some(operation) = &subscription.setup_operation {
            return Err(Refusal::SetupInProgress(operation.clone()));
        }
        if subscription.items_of(offering).next().is_none() {
            return Err(Refusal::NotPurchased(offering));
        }
        if subscription.items_of(offering).all(|owned| owned.set_up) {
            return Err(Refusal::AlreadySetUp(offering));
        }
        Ok(customer)
    }

    /// The customer, once the mapping is complete.
    pub fn mapped(&self) -> Result<OrganizationId, Refusal> {
        let incomplete = Refusal::MappingIncomplete(self.subscription.state);
        self.subscription.customer.filter(|_| self.subscription.is_mapped()).ok_or(incomplete)
    }

    /// Ends a set-up well, if it is that of `operation`.
    pub fn complete_setup(
        &mut self,
        operation: &str,
        offering: Offering,
        headquarters: Option<LocationName>,
        now: DateTime<Utc>,
    ) {
        let subscription = &mut self.subscription;
        if subscription.setup_operation.as_deref() != Some(operation) {
            return;
        }
        for owned in subscription.items.iter_mut().filter(|owned| owned.item.offering == offering) {
            owned.set_up = true;
        }
        subscription.headquarters = headquarters.or(subscription.headquarters);
        subscription.setup_operation = None;
        subscription.state = State::Active;
        subscription.activated.get_or_insert(now);
    }

    /// Puts the state back after a set-up that failed or was cancelled, if it is that of `operation`.
    pub fn abandon_setup(&mut self, operation: &str) {
        let subscription = &mut self.subscription;
        if subscription.setup_operation.as_deref() != Some(operation) {
            return;
        }
        subscription.setup_operation = None;
        subscription.state = match subscription.activated {
            Some(_) => State::Active,
            None => State::ReadyForSetup,
        };
    }

    /// The first question is answered, by whoever is the contact now.
    fn answered(&self) -> Result<(), Refusal> {
        match self.subscription.state {
            State::Ordered => Err(Refusal::WhoForNotAnswered(self.order.name)),
            State::Mapping | State::ReadyForSetup | State::SettingUp | State::Active => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
