use chrono::DateTime;
use dialtone_ids::{GrantId, GrantName, PartnerLinkId, PartnerLinkName};

use super::*;
use crate::model::organization::{Profile, Vertical};

fn side(domains: &[(&str, State)]) -> Side {
    let profile = Profile {
        display_name: "Acme".into(),
        vertical: None,
        region_code: "SE".into(),
        roles: Roles { partner: false, customer: true },
    };
    let domains = domains.iter().map(|(domain, state)| Domain { domain: (*domain).into(), state: *state }).collect();
    let (id, created) = (OrganizationId::new(), DateTime::UNIX_EPOCH);
    let organization = Organization {
        id,
        profile,
        domains: Vec::new(),
        has_more_domains: false,
        version: 1,
        created,
        updated: created,
        deleted: None,
        purge: None,
        merged_into: None,
    };
    Side { organization, domains, grants: Vec::new(), links: Vec::new() }
}

fn grant(side: &mut Side, subject: &str, role: AccessRole) -> String {
    let name = GrantName::new(side.organization.id, GrantId::new());
    side.grants.push(Grant { name, subject: subject.into(), role, version: 1, created: DateTime::UNIX_EPOCH });
    name.grant.uuid().to_string()
}

fn link(partner: OrganizationId, customer: OrganizationId, role: AccessRole) -> PartnerLink {
    let name = PartnerLinkName::new(partner, PartnerLinkId::new());
    PartnerLink { name, customer, role, version: 1, created: DateTime::UNIX_EPOCH }
}

#[test]
fn of_a_domain_that_both_have_the_stronger_state_counts() {
    let survivor = side(&[("a.example", State::Verified), ("b.example", State::Claimed)]);
    let duplicate =
        side(&[("a.example", State::Claimed), ("b.example", State::Unverified), ("c.example", State::Unverified)]);
    let plan = plan(&survivor, &duplicate, false);
    let outcomes: Vec<_> = plan.domains.into_iter().map(|change| change.outcome).collect();
    let combines = |key: &str, before, after| Outcome::Combines { key: key.into(), before, after };
    let expected = [
        combines("a.example", State::Verified, State::Claimed),
        combines("b.example", State::Claimed, State::Claimed),
        Outcome::Moves,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(plan.warnings, []);
}

#[test]
fn of_two_grants_of_one_person_the_higher_role_counts() {
    let (mut survivor, mut duplicate) = (side(&[]), side(&[]));
    let own = grant(&mut survivor, "anna", AccessRole::ReadOnly);
    grant(&mut duplicate, "anna", AccessRole::FullAdmin);
    grant(&mut duplicate, "bo", AccessRole::ReadOnly);
    let plan = plan(&survivor, &duplicate, false);
    let higher = Outcome::Combines { key: own, before: AccessRole::ReadOnly, after: AccessRole::FullAdmin };
    assert_eq!(plan.grants.iter().map(|change| &change.outcome).collect::<Vec<_>>(), [&higher, &Outcome::Moves]);
    assert_eq!(plan.warnings, [Warning::NoCommonDomain, Warning::AccessWidened]);
}

#[test]
fn links_go_over_at_both_ends_and_never_to_oneself() {
    let (mut survivor, mut duplicate) = (side(&[]), side(&[]));
    let (stays, goes) = (survivor.organization.id, duplicate.organization.id);
    let (shared, other) = (OrganizationId::new(), OrganizationId::new());
    let own = link(stays, shared, AccessRole::FullAdmin);
    let between = link(goes, stays, AccessRole::ReadOnly);
    survivor.links = vec![own.clone(), between.clone()];
    duplicate.links =
        vec![link(goes, shared, AccessRole::ReadOnly), between, link(other, goes, AccessRole::ProvisioningAdmin)];
    let plan = plan(&survivor, &duplicate, false);
    let kept = Outcome::Combines {
        key: own.name.link.uuid().to_string(),
        before: AccessRole::FullAdmin,
        after: AccessRole::FullAdmin,
    };
    assert_eq!(plan.customers.iter().map(|change| &change.outcome).collect::<Vec<_>>(), [&kept, &Outcome::Drops]);
    assert_eq!(plan.partners.iter().map(|change| &change.outcome).collect::<Vec<_>>(), [&Outcome::Moves]);
    assert!(plan.warnings.contains(&Warning::Linked));
}

#[test]
fn differing_profiles_are_told_and_roles_are_added_up() {
    let (survivor, mut duplicate) = (side(&[]), side(&[]));
    let profile = &mut duplicate.organization.profile;
    profile.display_name = "Acme Ltd".into();
    profile.region_code = "NO".into();
    profile.vertical = Some(Vertical::Other);
    profile.roles = Roles { partner: true, customer: false };
    let merged = plan(&survivor, &duplicate, false);
    let expected = [Warning::NamesDiffer, Warning::RegionsDiffer, Warning::NoCommonDomain, Warning::RoleAdded];
    assert_eq!(merged.warnings, expected, "a vertical that one of them does not say is no difference");
    assert_eq!(merged.roles.1, Roles { partner: true, customer: true });
}

#[test]
fn a_cycle_stands_in_the_way() {
    assert_eq!(plan(&side(&[]), &side(&[]), true).obstacles, [Obstacle::LinkCycle]);
    assert_eq!(plan(&side(&[]), &side(&[]), false).obstacles, []);
}

#[test]
fn the_hash_stands_for_everything_that_is_decided_about() {
    let (mut survivor, mut duplicate) = (side(&[("a.example", State::Verified)]), side(&[]));
    grant(&mut survivor, "anna", AccessRole::ReadOnly);
    grant(&mut survivor, "bo", AccessRole::ReadOnly);
    duplicate.links = vec![link(OrganizationId::new(), duplicate.organization.id, AccessRole::ReadOnly)];
    let hash = plan(&survivor, &duplicate, false).hash;
    let mut reordered = survivor.clone();
    reordered.grants.reverse();
    assert_eq!(plan(&reordered, &duplicate, false).hash, hash);
    let changes: [fn(&mut Side, &mut Side); 5] = [
        |survivor, _| survivor.organization.version += 1,
        |survivor, _| survivor.domains[0].state = State::Claimed,
        |survivor, _| survivor.grants[0].role = AccessRole::FullAdmin,
        |survivor, duplicate| std::mem::swap(survivor, duplicate),
        |_, duplicate| duplicate.links.clear(),
    ];
    for change in changes {
        let (mut one, mut other) = (survivor.clone(), duplicate.clone());
        change(&mut one, &mut other);
        assert_ne!(plan(&one, &other, false).hash, hash);
    }
}
