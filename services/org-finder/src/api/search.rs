//! Messages of SearchOrganizations.

use dialtone_authz::{Admission, CallerKind, Ctx, admission};
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_status::Violation;
use tonic::Status;

use super::convert::violation;
use super::{refused, render};
use crate::model::domain_search::{DomainQuestion, Fit, FoundByDomain};
use crate::model::likeness::{How, Matched};
use crate::model::organization::{Role, is_printable};
use crate::model::region;
use crate::model::search::{Filter, FoundByName, Shown};
use crate::ops::list_organizations::Visible;
use crate::ops::search_organizations::{Found, Wanted};

/// Whose organizations a caller finds. A set-up session must choose among all of them for its mapping.
pub(super) fn visible(ctx: &Ctx) -> Result<Visible, Status> {
    Ok(match admission(ctx.method, &ctx.caller).map_err(refused)? {
        Admission::Everywhere | Admission::BySubscription => Visible::All,
        Admission::ByRole(_) if ctx.caller.kind == CallerKind::Person => Visible::Of(ctx.caller.subject.clone()),
        Admission::ByRole(_) | Admission::Open => Visible::None,
    })
}

/// What is searched for, with the rules that the proto cannot say.
pub(super) fn wanted(request: &wire::SearchOrganizationsRequest) -> Result<Wanted, Violation> {
    let text = &request.query;
    match request.kind() {
        wire::SearchKind::Domain => {
            let question = DomainQuestion::parse(text);
            question.map(Wanted::Domain).map_err(|bad| violation("query", bad.rule(), bad.remedy()))
        }
        wire::SearchKind::Name | wire::SearchKind::Unspecified if is_printable(text) => Ok(Wanted::Name(text.clone())),
        wire::SearchKind::Name | wire::SearchKind::Unspecified => {
            let description =
                "must have letters, and none that cannot be printed or turn the direction of what follows";
            Err(violation("query", "printable", description))
        }
    }
}

/// The filter; what is wrong with it beyond the proto's rule.
pub(super) fn filter(request: &wire::SearchOrganizationsRequest) -> Result<Filter, Violation> {
    let role = match request.role() {
        wire::OrganizationRole::Unspecified => None,
        wire::OrganizationRole::Partner => Some(Role::Partner),
        wire::OrganizationRole::Customer => Some(Role::Customer),
    };
    let country = match request.country.as_str() {
        "" => None,
        code => Some(region::code(code).map_err(|bad| violation("country", "region", bad.remedy()))?.to_owned()),
    };
    Ok(Filter { role, country })
}

pub(super) fn response((found, next_page_token): (Found, String)) -> wire::SearchOrganizationsResponse {
    let organizations = match found {
        Found::ByName(found) => found.into_iter().map(by_name).collect(),
        Found::ByDomain(found) => found.into_iter().map(by_domain).collect(),
    };
    wire::SearchOrganizationsResponse { organizations, next_page_token }
}

fn shown(shown: Shown, score: f64, found: wire::found_organization::Why) -> wire::FoundOrganization {
    wire::FoundOrganization {
        organization: shown.id.to_string(),
        display_name: shown.display_name,
        region_code: shown.region_code,
        roles: render::roles(shown.roles),
        score,
        why: Some(found),
    }
}

fn by_name(found: FoundByName) -> wire::FoundOrganization {
    let likeness = found.likeness;
    let matched = wire::NameMatch {
        query_coverage: likeness.of_question,
        name_coverage: likeness.of_name,
        words: likeness.words.into_iter().map(word).collect(),
    };
    let score = f64::from(likeness.score) / 1e6;
    shown(found.shown, score, wire::found_organization::Why::Name(matched))
}

fn word(word: Matched) -> wire::WordMatch {
    let kind = match word.how {
        How::Exact => wire::WordMatchKind::Exact,
        How::Typo => wire::WordMatchKind::Typo,
        How::Prefix => wire::WordMatchKind::Prefix,
        How::Inside => wire::WordMatchKind::Inside,
        How::Joined => wire::WordMatchKind::Joined,
    };
    wire::WordMatch {
        query_word: word.asked,
        name_word: word.named,
        kind: kind.into(),
        similarity: word.similarity,
        weight: word.weight,
    }
}

fn by_domain(found: FoundByDomain) -> wire::FoundOrganization {
    let kind = match found.fit {
        Fit::Exact => wire::DomainMatchKind::Exact,
        Fit::Subdomain => wire::DomainMatchKind::Subdomain,
        Fit::Parent => wire::DomainMatchKind::Parent,
        Fit::Prefix => wire::DomainMatchKind::Prefix,
    };
    let matched = wire::DomainMatch { domain: found.domain, kind: kind.into() };
    shown(found.shown, found.fit.score(), wire::found_organization::Why::Domain(matched))
}
