//! What merging a duplicate into the organization that stays does to each thing that both may have. Pure: the plan that is shown is
//! the plan that is carried out.

use std::collections::HashMap;

use dialtone_ids::OrganizationId;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::access::{AccessRole, Grant, PartnerLink};
use super::domain::{Domain, State};
use super::organization::{Organization, Roles};

/// The two organizations of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Stays.
    pub survivor: OrganizationId,
    /// Goes.
    pub duplicate: OrganizationId,
}

impl Pair {
    pub fn ids(self) -> [OrganizationId; 2] {
        [self.survivor, self.duplicate]
    }
}

/// One of the two organizations, with everything that a decision is about.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    pub organization: Organization,
    /// All of them, by domain: with the organization only the first are shown.
    pub domains: Vec<Domain>,
    /// By subject.
    pub grants: Vec<Grant>,
    /// Both those in which it is the partner and those in which it is the customer.
    pub links: Vec<PartnerLink>,
}

/// What becomes of one thing of the duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<V> {
    /// It goes over to the survivor.
    Moves,
    /// The survivor has it too: the thing of this key has `before` and gets `after`, the stronger of both.
    Combines { key: String, before: V, after: V },
    /// It means nothing any more.
    Drops,
}

/// One thing of the duplicate, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<V> {
    /// A domain, or an identifier.
    pub key: String,
    /// A domain, a subject, or the organization at the other end of a link.
    pub subject: String,
    pub value: V,
    pub outcome: Outcome<V>,
}

/// Why two organizations cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    LinkCycle,
}

impl Obstacle {
    /// As the proto's value without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LinkCycle => "LINK_CYCLE",
        }
    }
}

/// What stands in the way of taking a merge back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The survivor was part of another merge since.
    LaterMerge,
    SurvivorDeleted,
    /// A third organization has claimed a domain that would be the duplicate's alone again.
    DomainClaimed,
}

impl Hindrance {
    /// As `error_reason.proto` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LaterMerge => "LATER_MERGE",
            Self::SurvivorDeleted => "SURVIVOR_DELETED",
            Self::DomainClaimed => "DOMAIN_CLAIMED",
        }
    }
}

/// What somebody should look at before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    NamesDiffer,
    RegionsDiffer,
    VerticalsDiffer,
    NoCommonDomain,
    RoleAdded,
    AccessWidened,
    Linked,
}

/// What a merge does, people apart: those are only counted, because they come and go all the time.
#[derive(Clone, Debug)]
pub struct Plan {
    pub survivor: OrganizationId,
    pub duplicate: OrganizationId,
    pub domains: Vec<Change<State>>,
    pub grants: Vec<Change<AccessRole>>,
    /// Links in which the duplicate is the partner.
    pub customers: Vec<Change<AccessRole>>,
    /// Links in which the duplicate is the customer.
    pub partners: Vec<Change<AccessRole>>,
    /// What the survivor may be now, and afterwards.
    pub roles: (Roles, Roles),
    pub obstacles: Vec<Obstacle>,
    pub warnings: Vec<Warning>,
    /// SHA-256 in hexadecimal of everything that was decided about.
    pub hash: String,
}

/// Plans a merge. `cycle`: one of the two provisions for the other through a third.
pub fn plan(survivor: &Side, duplicate: &Side, cycle: bool) -> Plan {
    let (stays, goes) = (&survivor.organization, &duplicate.organization);
    let domains = domains(&survivor.domains, &duplicate.domains);
    let grants = grants(&survivor.grants, &duplicate.grants);
    let (customers, partners) = links((stays.id, &survivor.links), (goes.id, &duplicate.links));
    let before = stays.profile.roles;
    let after = Roles {
        partner: before.partner || goes.profile.roles.partner,
        customer: before.customer || goes.profile.roles.customer,
    };
    let mut plan = Plan {
        survivor: stays.id,
        duplicate: goes.id,
        domains,
        grants,
        customers,
        partners,
        roles: (before, after),
        obstacles: cycle.then_some(Obstacle::LinkCycle).into_iter().collect(),
        warnings: Vec::new(),
        hash: hash(survivor, duplicate),
    };
    plan.warnings = warnings(stays, goes, &plan);
    plan
}

fn domains(stays: &[Domain], goes: &[Domain]) -> Vec<Change<State>> {
    let own: HashMap<&str, State> = stays.iter().map(|domain| (domain.domain.as_str(), domain.state)).collect();
    let change = |domain: &Domain| Change {
        key: domain.domain.clone(),
        subject: domain.domain.clone(),
        value: domain.state,
        outcome: match own.get(domain.domain.as_str()) {
            None => Outcome::Moves,
            Some(before) => {
                Outcome::Combines { key: domain.domain.clone(), before: *before, after: domain.state.max(*before) }
            }
        },
    };
    goes.iter().map(change).collect()
}

fn grants(stays: &[Grant], goes: &[Grant]) -> Vec<Change<AccessRole>> {
    let own: HashMap<&str, &Grant> = stays.iter().map(|grant| (grant.subject.as_str(), grant)).collect();
    let change = |grant: &Grant| Change {
        key: grant.name.grant.uuid().to_string(),
        subject: grant.subject.clone(),
        value: grant.role,
        outcome: own.get(grant.subject.as_str()).map_or(Outcome::Moves, |own| Outcome::Combines {
            key: own.name.grant.uuid().to_string(),
            before: own.role,
            after: own.role.max(grant.role),
        }),
    };
    goes.iter().map(change).collect()
}

type Links<'a> = (OrganizationId, &'a [PartnerLink]);
type LinkChanges = Vec<Change<AccessRole>>;

/// Those in which the duplicate is the partner, and those in which it is the customer.
fn links((stays, own): Links<'_>, (goes, of_duplicate): Links<'_>) -> (LinkChanges, LinkChanges) {
    // By the end at which the survivor stands, and the organization at the other end.
    let end = |link: &PartnerLink, of: OrganizationId| {
        if link.name.organization == of { (true, link.customer) } else { (false, link.name.organization) }
    };
    let own: HashMap<_, _> = own.iter().map(|link| (end(link, stays), link)).collect();
    let (mut customers, mut partners) = (Vec::new(), Vec::new());
    for link in of_duplicate {
        let (is_partner, other) = end(link, goes);
        let outcome = match own.get(&(is_partner, other)) {
            _ if other == stays => Outcome::Drops,
            None => Outcome::Moves,
            Some(own) => Outcome::Combines {
                key: own.name.link.uuid().to_string(),
                before: own.role,
                after: own.role.max(link.role),
            },
        };
        let key = link.name.link.uuid().to_string();
        let change = Change { key, subject: other.to_string(), value: link.role, outcome };
        if is_partner { customers.push(change) } else { partners.push(change) }
    }
    (customers, partners)
}

fn warnings(stays: &Organization, goes: &Organization, plan: &Plan) -> Vec<Warning> {
    let is = |outcome: fn(&Outcome<AccessRole>) -> bool, changes: &[Change<AccessRole>]| {
        changes.iter().any(|change| outcome(&change.outcome))
    };
    let widens = |outcome: &Outcome<AccessRole>| match outcome {
        Outcome::Moves => true,
        Outcome::Combines { before, after, .. } => after > before,
        Outcome::Drops => false,
    };
    let drops = |outcome: &Outcome<AccessRole>| *outcome == Outcome::Drops;
    let (one, other) = (&stays.profile, &goes.profile);
    let verticals = one.vertical.zip(other.vertical);
    let shares = plan.domains.iter().any(|change| change.outcome != Outcome::Moves);
    [
        (Warning::NamesDiffer, one.display_name != other.display_name),
        (Warning::RegionsDiffer, one.region_code != other.region_code),
        (Warning::VerticalsDiffer, verticals.is_some_and(|(one, other)| one != other)),
        (Warning::NoCommonDomain, !shares),
        (Warning::RoleAdded, plan.roles.0 != plan.roles.1),
        (Warning::AccessWidened, is(widens, &plan.grants) || is(widens, &plan.partners)),
        (Warning::Linked, is(drops, &plan.customers) || is(drops, &plan.partners)),
    ]
    .into_iter()
    .filter_map(|(warning, applies)| applies.then_some(warning))
    .collect()
}

/// Of what the plan was made from: equal for the same two organizations as long as nothing of it changes.
fn hash(survivor: &Side, duplicate: &Side) -> String {
    let sorted = |side: &Side| {
        let mut side = side.clone();
        side.links.sort_unstable_by_key(|link| link.name.link);
        side.grants.sort_unstable_by_key(|grant| grant.name.grant);
        side
    };
    let text = serde_json::to_vec(&(sorted(survivor), sorted(duplicate))).expect("plain data can be written");
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
