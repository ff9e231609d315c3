//! From messages to the model, with the rules that a proto cannot say.

use std::collections::BTreeSet;

use dialtone_authz::Role as WireRole;
use dialtone_ids::BadName;
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_status::Violation;

use crate::model::access::AccessRole;
use crate::model::access_request::State as RequestState;
use crate::model::address::Address;
use crate::model::domain;
use crate::model::organization::{MUTABLE, Profile, Role, Roles, Vertical, is_printable};
use crate::model::person::Filter;
use crate::model::region;

pub(super) fn violation(field: impl Into<String>, rule: &'static str, description: impl Into<String>) -> Violation {
    Violation { field: field.into(), rule, description: description.into() }
}

/// A name that is none.
pub(super) fn bad_name(field: &str, bad: &BadName) -> Violation {
    violation(field, "resource_name", format!("must be a name of the form {}", bad.expected))
}

/// The rules of a profile beyond the proto's, for the fields that are looked at.
pub(super) fn profile_violations(
    organization: &wire::Organization,
    looked_at: impl Fn(&str) -> bool,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let name = &organization.display_name;
    // The proto refuses what is empty or too long.
    if looked_at("display_name") && !name.is_empty() && !is_printable(name) {
        let description = "must have letters, and none that cannot be printed or turn the direction of what follows";
        violations.push(violation("organization.display_name", "printable", description));
    }
    let code = &organization.region_code;
    // The proto refuses what are not two capitals.
    if looked_at("region_code")
        && code.len() == 2
        && let Err(bad) = region::code(code)
    {
        violations.push(violation("organization.region_code", "region", bad.remedy()));
    }
    violations
}

/// The domains of an organization in their one spelling, each once; or what is wrong with them.
pub(super) fn domains(given: &[wire::OrganizationDomain]) -> Result<Vec<String>, Vec<Violation>> {
    let (mut good, mut bad) = (BTreeSet::new(), Vec::new());
    for (index, domain) in given.iter().enumerate().filter(|(_, domain)| !domain.domain.is_empty()) {
        match domain::of_organization(domain.domain.trim()) {
            Ok(domain) => {
                good.insert(domain);
            }
            Err(why) => {
                let field = format!("organization.domains[{index}].domain");
                bad.push(violation(field, why.rule(), why.remedy()));
            }
        }
    }
    if bad.is_empty() { Ok(good.into_iter().collect()) } else { Err(bad) }
}

/// A mask names what can change; `name` and `etag` say which organization, and every other field is the server's.
pub(super) fn mask_violations(mask: &[String]) -> Vec<Violation> {
    let known = MUTABLE.join(", ");
    if mask.is_empty() {
        return vec![violation("update_mask", "required", format!("must name at least one of {known}"))];
    }
    let fixed = mask.iter().filter(|path| !MUTABLE.contains(&path.as_str()));
    fixed
        .map(|path| violation("update_mask", "mask", format!("{path} cannot be changed; name some of {known}")))
        .collect()
}

/// An update says which version it means.
pub(super) fn etag_violation(etag: &str) -> Option<Violation> {
    let missing = "is required: send back the etag of the organization you read";
    etag.is_empty().then(|| violation("organization.etag", "required", missing))
}

/// The profile of a valid message; unchecked fields that an update's mask leaves out may be anything.
pub(super) fn profile(organization: wire::Organization) -> Profile {
    let has = |role: wire::OrganizationRole| organization.roles.contains(&role.into());
    Profile {
        vertical: vertical(organization.vertical()),
        roles: Roles { partner: has(wire::OrganizationRole::Partner), customer: has(wire::OrganizationRole::Customer) },
        display_name: organization.display_name.trim().to_owned(),
        region_code: organization.region_code,
    }
}

/// Sections are numbered in the order of their letters.
fn vertical(vertical: wire::Vertical) -> Option<Vertical> {
    match vertical {
        wire::Vertical::Unspecified => None,
        wire::Vertical::Other => Some(Vertical::Other),
        section => {
            let index = u8::try_from(i32::from(section) - 1).ok()?;
            Some(Vertical::Isic(char::from(b'A' + index)))
        }
    }
}

/// The address of a match; what is wrong with it beyond the proto's rule.
pub(super) fn address(text: &str) -> Result<Address, Violation> {
    let description = "must be at a domain name with at least two labels, such as anna@example.org, and have nothing that cannot be seen";
    Address::parse(text).ok_or_else(|| violation("contact_email", "email_domain", description))
}

/// The filter of a list of people; what is wrong with its domain beyond the proto's rule.
pub(super) fn people_filter(request: &wire::ListPeopleRequest) -> Result<Filter, Violation> {
    let domain = match request.domain.as_str() {
        "" => None,
        text => Some(domain::canonical(text).map_err(|bad| violation("domain", bad.rule(), bad.remedy()))?),
    };
    if request.email_prefix.contains(char::is_control) {
        return Err(violation("email_prefix", "printable", "must not have letters that cannot be printed"));
    }
    Ok(Filter { active: request.active, email_prefix: request.email_prefix.to_lowercase(), domain })
}

/// What a requester says; what is wrong with it beyond the proto's rule.
pub(super) fn reason_violation(reason: &str) -> Option<Violation> {
    let description = "must not have letters that cannot be printed";
    reason.contains(char::is_control).then(|| violation("reason", "printable", description))
}

/// How listed requests must stand; none for any.
pub(super) fn request_state(state: wire::AccessRequestState) -> Option<RequestState> {
    match state {
        wire::AccessRequestState::Unspecified => None,
        wire::AccessRequestState::Pending => Some(RequestState::Pending),
        wire::AccessRequestState::Approved => Some(RequestState::Approved),
        wire::AccessRequestState::Denied => Some(RequestState::Denied),
        wire::AccessRequestState::Expired => Some(RequestState::Expired),
        wire::AccessRequestState::Cancelled => Some(RequestState::Cancelled),
    }
}

/// The role an organization must have; a valid message has one.
pub(super) fn organization_role(role: wire::OrganizationRole) -> Role {
    match role {
        wire::OrganizationRole::Partner => Role::Partner,
        wire::OrganizationRole::Customer | wire::OrganizationRole::Unspecified => Role::Customer,
    }
}

/// The role of a valid grant or link: the proto refuses the others.
pub(super) fn access_role(role: WireRole) -> AccessRole {
    match role {
        WireRole::FullAdmin => AccessRole::FullAdmin,
        WireRole::ProvisioningAdmin => AccessRole::ProvisioningAdmin,
        WireRole::ReadOnly | WireRole::Unspecified | WireRole::Platform => AccessRole::ReadOnly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::render;

    #[test]
    fn verticals_go_both_ways() {
        for number in 0..=22 {
            let section = wire::Vertical::try_from(number).expect("the proto has it");
            assert_eq!(render::vertical(vertical(section)), section);
        }
        assert_eq!(vertical(wire::Vertical::IsicJ), Some(Vertical::Isic('J')));
        assert_eq!(vertical(wire::Vertical::IsicU), Some(Vertical::Isic('U')));
    }
}
