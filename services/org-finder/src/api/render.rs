//! From the model to messages.

use chrono::{DateTime, Utc};
use dialtone_authz::Role as WireRole;
use dialtone_ids::{Etag, OrganizationId, PersonName};
use dialtone_messages::Locale;
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_proto::time::to_timestamp;
use prost_types::Timestamp;

use crate::model::access::{Access, AccessRole, Grant, PartnerLink};
use crate::model::access_request::{AccessRequest, State as RequestState};
use crate::model::activity::{Refusal, Refused, Tally};
use crate::model::domain::{Domain, State};
use crate::model::explanation::{Explanation, Obstacle, Verdict};
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
    let counted = |found: Candidate| {
        let signals = found.counted().map(signal).collect();
        candidate(found, signals, locale)
    };
    let candidates = candidates.into_iter().map(counted).collect();
    wire::MatchOrganizationsResponse { outcome: outcome.into(), candidates, message }
}

/// A text of the catalogue that has no parameters.
fn words(locale: Locale, key: &str) -> String {
    dialtone_messages::text(locale, crate::SERVICE.as_str(), key, []).expect("the catalogue has it")
}

/// What a match makes of one organization, with its texts in the caller's language.
pub(super) fn explanation(explained: Explanation, locale: Locale) -> wire::ExplainMatchResponse {
    let key = explained.obstacles.first().map_or(explained.verdict.as_str(), |obstacle| obstacle.as_str());
    let outcome = match explained.best_score {
        Some(_) if explained.matched => wire::MatchOutcome::Matched,
        Some(_) => wire::MatchOutcome::Candidates,
        None => wire::MatchOutcome::None,
    };
    let signals = explained.candidate.signals.iter().map(signal).collect();
    wire::ExplainMatchResponse {
        candidate: Some(candidate(explained.candidate, signals, locale)),
        standing: match_standing(explained.verdict).into(),
        obstacles: explained.obstacles.iter().map(|obstacle| match_obstacle(*obstacle).into()).collect(),
        rank: explained.rank.and_then(|rank| i32::try_from(rank).ok()).unwrap_or_default(),
        outcome: outcome.into(),
        best_score: explained.best_score,
        merged_into: explained.merged_into.map(|into| into.to_string()).unwrap_or_default(),
        message: words(locale, &format!("explain-{key}")),
    }
}

fn match_standing(verdict: Verdict) -> wire::MatchStanding {
    match verdict {
        Verdict::Match => wire::MatchStanding::Match,
        Verdict::Candidate => wire::MatchStanding::Candidate,
        Verdict::NotShown => wire::MatchStanding::NotShown,
    }
}

fn match_obstacle(obstacle: Obstacle) -> wire::MatchObstacle {
    match obstacle {
        Obstacle::Merged => wire::MatchObstacle::Merged,
        Obstacle::Deleted => wire::MatchObstacle::Deleted,
        Obstacle::WrongRole => wire::MatchObstacle::WrongRole,
        Obstacle::PublicMailDomain => wire::MatchObstacle::PublicMailDomain,
        Obstacle::DisposableMailDomain => wire::MatchObstacle::DisposableMailDomain,
        Obstacle::PublicSuffix => wire::MatchObstacle::PublicSuffix,
        Obstacle::NoCommonDomain => wire::MatchObstacle::NoCommonDomain,
        Obstacle::OtherIsContact => wire::MatchObstacle::OtherIsContact,
        Obstacle::BeyondLimit => wire::MatchObstacle::BeyondLimit,
    }
}

fn candidate(candidate: Candidate, signals: Vec<wire::Signal>, locale: Locale) -> wire::Candidate {
    wire::Candidate {
        organization: candidate.facts.organization.to_string(),
        score: candidate.score,
        signals,
        unlikely: candidate.unlikely,
        unlikely_reason: if candidate.unlikely { words(locale, "unlikely") } else { String::new() },
        evidence: Some(evidence(&candidate.facts)),
        display_name: candidate.facts.display_name,
    }
}

fn evidence(facts: &Facts) -> wire::Evidence {
    let (shown, has_more_domains) = facts.shown_domains();
    let of = |state| {
        let held = shown.iter().filter(|domain| domain.state == state);
        held.map(|domain| domain.domain.clone()).collect()
    };
    wire::Evidence {
        has_more_domains,
        verified_domains: of(State::Verified),
        claimed_domains: of(State::Claimed),
        unverified_domains: of(State::Unverified),
        active_users: facts.active_users,
        last_user_activity_time: facts.last_activity.and_then(timestamp),
        region_code: facts.region_code.clone(),
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
        etag: Etag::of_version(link.version).into_string(),
    }
}

/// As it stands now.
pub(super) fn access_request(request: AccessRequest) -> wire::AccessRequest {
    wire::AccessRequest {
        name: request.name.to_string(),
        partner: request.partner.to_string(),
        state: request_state(request.state_at(Utc::now())).into(),
        requester: request.requester,
        reason: request.reason,
        create_time: timestamp(request.created),
        expire_time: timestamp(request.expires),
        decide_time: request.decided.and_then(timestamp),
        decider: request.decider.unwrap_or_default(),
        etag: Etag::of_version(request.version).into_string(),
    }
}

fn request_state(state: RequestState) -> wire::AccessRequestState {
    match state {
        RequestState::Pending => wire::AccessRequestState::Pending,
        RequestState::Approved => wire::AccessRequestState::Approved,
        RequestState::Denied => wire::AccessRequestState::Denied,
        RequestState::Expired => wire::AccessRequestState::Expired,
        RequestState::Cancelled => wire::AccessRequestState::Cancelled,
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
