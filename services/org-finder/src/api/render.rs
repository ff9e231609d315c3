//! From the model to messages.

use chrono::{DateTime, Utc};
use dialtone_authz::Role as WireRole;
use dialtone_ids::{Etag, OrganizationId, PersonName};
use dialtone_messages::Locale;
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_proto::time::to_timestamp;
use prost_types::Timestamp;

use crate::model::access::{Access, AccessRole, Grant, PartnerLink};
use crate::model::activity::{Refusal, Refused, Tally};
use crate::model::domain::{Domain, State};
use crate::model::matching::{Candidate, Facts, Outcome, Signal};
use crate::model::organization::{Organization, Roles, Vertical};
use crate::model::person::Person;
use crate::ops::import_organizations::{Report, Reported};

pub(super) fn timestamp(time: DateTime<Utc>) -> Option<Timestamp> {
    Some(to_timestamp(time))
}

pub(super) fn organization(organization: Organization) -> wire::Organization {
    let profile = organization.profile;
    wire::Organization {
        name: organization.id.to_string(),
        display_name: profile.display_name,
        vertical: vertical(profile.vertical).into(),
        region_code: profile.region_code,
        roles: roles(profile.roles),
        domains: organization.domains.into_iter().map(domain).collect(),
        etag: Etag::of_version(organization.version).into_string(),
        create_time: timestamp(organization.created),
        update_time: timestamp(organization.updated),
        has_more_domains: organization.has_more_domains,
        delete_time: organization.deleted.and_then(timestamp),
        purge_time: organization.purge.and_then(timestamp),
        merged_into: organization.merged_into.map(|into| into.to_string()).unwrap_or_default(),
    }
}

pub(super) fn roles(roles: Roles) -> Vec<i32> {
    let partner = roles.partner.then_some(wire::OrganizationRole::Partner);
    let customer = roles.customer.then_some(wire::OrganizationRole::Customer);
    partner.into_iter().chain(customer).map(Into::into).collect()
}

/// Sections are numbered in the order of their letters.
pub(super) fn vertical(vertical: Option<Vertical>) -> wire::Vertical {
    match vertical {
        None => wire::Vertical::Unspecified,
        Some(Vertical::Other) => wire::Vertical::Other,
        Some(Vertical::Isic(letter)) => {
            let number = u32::from(letter).wrapping_sub(u32::from('A')).wrapping_add(1);
            i32::try_from(number).ok().and_then(|number| wire::Vertical::try_from(number).ok()).unwrap_or_default()
        }
    }
}

fn domain(domain: Domain) -> wire::OrganizationDomain {
    wire::OrganizationDomain { domain: domain.domain, state: domain_state(domain.state).into() }
}

pub(super) fn domain_state(state: State) -> wire::DomainState {
    match state {
        State::Unverified => wire::DomainState::Unverified,
        State::Verified => wire::DomainState::Verified,
        State::Claimed => wire::DomainState::Claimed,
    }
}

pub(super) fn report(report: Report) -> wire::ImportOrganizationsResponse {
    wire::ImportOrganizationsResponse {
        line_count: report.lines,
        created_count: report.created,
        unchanged_count: report.unchanged,
        refused_count: report.refused,
        issues: report.issues.into_iter().map(issue).collect(),
    }
}

fn issue(issue: Reported) -> wire::ImportIssue {
    wire::ImportIssue { line: issue.line, field: issue.field, rule: issue.rule, description: issue.description }
}

pub(super) fn tally(tally: Tally) -> wire::ReportActivityResponse {
    let unknown = |(report, person)| wire::UnknownPerson { report, person };
    let refusal = |(why, refused): (Refusal, Refused)| wire::ActivityRefusal {
        reason: refusal_reason(why).into(),
        count: refused.count,
        reports: refused.reports,
    };
    wire::ReportActivityResponse {
        report_count: tally.reports,
        accepted_count: tally.accepted,
        updated_people_count: tally.updated,
        added_people_count: tally.added,
        unknown_count: tally.unknown,
        unknown_people: tally.unknown_people.into_iter().map(unknown).collect(),
        refusals: tally.refusals.into_iter().map(refusal).collect(),
    }
}

fn refusal_reason(refusal: Refusal) -> wire::ActivityRefusalReason {
    match refusal {
        Refusal::Person => wire::ActivityRefusalReason::MalformedPerson,
        Refusal::Organization => wire::ActivityRefusalReason::MalformedOrganization,
        Refusal::Time => wire::ActivityRefusalReason::MalformedTime,
        Refusal::Future => wire::ActivityRefusalReason::FutureTime,
        Refusal::NotYours => wire::ActivityRefusalReason::NotYourOrganization,
    }
}

/// The outcome of a match, with its texts in the caller's language.
pub(super) fn outcome(outcome: Outcome, locale: Locale) -> wire::MatchOrganizationsResponse {
    let (outcome, key, candidates) = match outcome {
        Outcome::Matched(only) => (wire::MatchOutcome::Matched, "match-MATCHED", vec![*only]),
        Outcome::Candidates(candidates) => (wire::MatchOutcome::Candidates, "match-CANDIDATES", candidates),
        Outcome::None => (wire::MatchOutcome::None, "match-NONE", Vec::new()),
    };
    let message = words(locale, key);
    let candidates = candidates.into_iter().map(|found| candidate(found, locale)).collect();
    wire::MatchOrganizationsResponse { outcome: outcome.into(), candidates, message }
}

/// A text of the catalogue that has no parameters.
fn words(locale: Locale, key: &str) -> String {
    dialtone_messages::text(locale, crate::SERVICE.as_str(), key, []).expect("the catalogue has it")
}

fn candidate(candidate: Candidate, locale: Locale) -> wire::Candidate {
    wire::Candidate {
        organization: candidate.facts.organization.to_string(),
        display_name: candidate.facts.display_name.clone(),
        evidence: Some(evidence(candidate.facts)),
        score: candidate.score,
        signals: candidate.signals.iter().map(signal).collect(),
        unlikely: candidate.unlikely,
        unlikely_reason: if candidate.unlikely { words(locale, "unlikely") } else { String::new() },
    }
}

fn evidence(facts: Facts) -> wire::Evidence {
    let of = |state| {
        let held = facts.domains.iter().filter(|domain| domain.state == state);
        held.map(|domain| domain.domain.clone()).collect()
    };
    wire::Evidence {
        verified_domains: of(State::Verified),
        claimed_domains: of(State::Claimed),
        unverified_domains: of(State::Unverified),
        active_users: facts.active_users,
        last_user_activity_time: facts.last_activity.and_then(timestamp),
        region_code: facts.region_code,
        partners: facts.partners.iter().map(OrganizationId::to_string).collect(),
    }
}

fn signal(signal: &Signal) -> wire::Signal {
    wire::Signal {
        name: signal.name.to_owned(),
        value: signal.value,
        weight: signal.weight,
        contribution: signal.contribution(),
    }
}

pub(super) fn role(role: AccessRole) -> WireRole {
    match role {
        AccessRole::ReadOnly => WireRole::ReadOnly,
        AccessRole::ProvisioningAdmin => WireRole::ProvisioningAdmin,
        AccessRole::FullAdmin => WireRole::FullAdmin,
    }
}

pub(super) fn grant(grant: Grant) -> wire::Grant {
    wire::Grant {
        name: grant.name.to_string(),
        subject: grant.subject,
        role: role(grant.role).into(),
        etag: Etag::of_version(grant.version).into_string(),
        create_time: timestamp(grant.created),
    }
}

pub(super) fn partner_link(link: PartnerLink) -> wire::PartnerLink {
    wire::PartnerLink {
        name: link.name.to_string(),
        customer: link.customer.to_string(),
        role: role(link.role).into(),
        create_time: timestamp(link.created),
    }
}

/// No role is ROLE_UNSPECIFIED.
pub(super) fn access(access: Option<Access>) -> wire::CheckAccessResponse {
    let via = access.and_then(|access| access.via).map(|via| via.to_string());
    wire::CheckAccessResponse {
        role: access.map_or(WireRole::Unspecified, |access| role(access.role)).into(),
        via: via.unwrap_or_default(),
    }
}

pub(super) fn own_access((organization, own): (OrganizationId, AccessRole)) -> wire::Access {
    wire::Access { organization: organization.to_string(), role: role(own).into() }
}

pub(super) fn person(person: Person) -> wire::Person {
    wire::Person {
        name: PersonName::new(person.organization, person.id).to_string(),
        email: person.email,
        display_name: person.display_name,
        active: person.active,
        last_activity_time: timestamp(person.last_activity),
        dormant: person.dormant,
    }
}
