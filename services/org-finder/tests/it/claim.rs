//! ClaimDomain: one organization at most, and what a claim means for others.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::domains::{add, listed, owner_of, release};
use crate::support::*;

fn to_claim(domain: &Domain) -> ClaimDomainRequest {
    ClaimDomainRequest { name: domain.name.clone(), etag: domain.etag.clone(), ..Default::default() }
}

async fn claim(suite: &Suite, domain: &Domain) -> Result<Domain, Status> {
    Ok(suite.domains().claim_domain(suite.staff(to_claim(domain))).await?.into_inner())
}

/// An organization that has this domain, as verified as if its record had been found.
async fn verified(suite: &Suite, name: &str, domain: &str) -> Domain {
    let owner = suite.create(customer(name, &[])).await.name;
    add(suite, &owner, domain).await.expect("it can be added");
    let verify = "UPDATE organization_domains SET state = 'VERIFIED' WHERE state = 'UNVERIFIED'";
    suite.admin.execute(verify, &[]).await.expect("the statement is right");
    listed(suite, &owner).await.remove(0)
}

fn assert_taken<T: std::fmt::Debug>(answer: Result<T, Status>, domain: &str, holder: &Domain) {
    let metadata = [("domain", domain)];
    let status = assert_refused(answer, Code::FailedPrecondition, "DOMAIN_CLAIMED_ELSEWHERE", &metadata);
    // Who holds it is nobody else's business.
    let id = owner_of(holder).strip_prefix("organizations/").expect("a name");
    let wire = format!("{status:?} {:?}", String::from_utf8_lossy(status.details()));
    assert!(!wire.contains(id) && !wire.contains("Holder"), "{wire}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_domain_is_claimed_and_shown_so_to_whoever_matches() {
    let suite = Suite::start().await;
    let held = verified(&suite, "Holder", "a.example").await;
    suite.grant(owner_of(&held), "anna", Role::FullAdmin).await;
    let claimed =
        suite.domains().claim_domain(suite.person("anna", to_claim(&held))).await.expect("she may").into_inner();
    assert_eq!(claimed.state(), DomainState::Claimed);
    assert!(claimed.claim_time.is_some() && claimed.etag != held.etag);
    let row =
        suite.admin.query_one("SELECT kind, data->>'state', resource FROM outbox ORDER BY position DESC LIMIT 1", &[]);
    let row = row.await.expect("it is told");
    let told: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(told, ("domain.claimed".into(), "CLAIMED".into(), held.name.clone()));
    let ask = MatchOrganizationsRequest {
        contact_email: "someone@mail.a.example".into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let found = suite.finder().match_organizations(suite.staff(ask)).await.expect("anybody may").into_inner();
    let evidence = found.candidates[0].evidence.clone().expect("it has evidence");
    assert_eq!(
        (evidence.claimed_domains.as_slice(), evidence.verified_domains.len()),
        (&["a.example".to_owned()][..], 0)
    );
    // Claiming it again changes nothing.
    let before = suite.footprint().await;
    assert_eq!(claim(&suite, &claimed).await.expect("it has it"), claimed);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_verified_domain_is_claimed_and_only_with_a_fresh_etag() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &["a.example"])).await.name;
    let held = listed(&suite, &owner).await.remove(0);
    let before = suite.footprint().await;
    let refused = claim(&suite, &held).await;
    assert_refused(refused, Code::FailedPrecondition, "DOMAIN_NOT_VERIFIED", &[("domain", "a.example")]);
    let stale = Domain { etag: "0000000000000000".into(), ..held.clone() };
    assert_refused(claim(&suite, &stale).await, Code::Aborted, "ETAG_MISMATCH", &[("resource", &held.name)]);
    for name in [format!("{owner}/domains/b.example"), format!("{}/domains/a.example", nowhere())] {
        let missing = Domain { name: name.clone(), ..held.clone() };
        assert_refused(claim(&suite, &missing).await, Code::NotFound, "NOT_FOUND", &[("resource", &name)]);
    }
    for name in ["x", "organizations/x/domains/a.example", &format!("{owner}/domains/A.example")] {
        let malformed = Domain { name: name.into(), ..held.clone() };
        assert_invalid(claim(&suite, &malformed).await, &["name"]);
    }
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_claimers_at_once_one_wins_and_the_others_are_not_told_who() {
    let suite = Suite::start().await;
    let mut held = Vec::new();
    for n in 0..50 {
        held.push(verified(&suite, &format!("Holder {n}"), "a.example").await);
    }
    let answers = futures::future::join_all(held.iter().map(|domain| claim(&suite, domain))).await;
    let winners: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1);
    let winner = winners[0].clone();
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_taken(refused, "a.example", &winner);
    }
    let claims = "SELECT count(*) FROM organization_domains WHERE state = 'CLAIMED'";
    assert_eq!(suite.admin.query_one(claims, &[]).await.expect("a count").get::<_, i64>(0), 1);
    let told = "SELECT count(*) FROM outbox WHERE kind = 'domain.claimed'";
    assert_eq!(suite.admin.query_one(told, &[]).await.expect("a count").get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_keeps_others_from_the_domain_until_it_is_released() {
    let suite = Suite::start().await;
    let holder = verified(&suite, "Holder", "a.example").await;
    let rival = verified(&suite, "Rival", "a.example").await;
    let late = suite.create(customer("Late", &[])).await.name;
    let holder = claim(&suite, &holder).await.expect("it is free");
    let before = suite.footprint().await;
    assert_taken(claim(&suite, &rival).await, "a.example", &holder);
    assert_taken(add(&suite, &late, "a.example").await, "a.example", &holder);
    assert_eq!(suite.footprint().await, before);
    // What others had of it before the claim stays.
    assert_eq!(listed(&suite, owner_of(&rival)).await, std::slice::from_ref(&rival));
    release(&suite, &holder).await.expect("it can go");
    assert_eq!(claim(&suite, &rival).await.expect("it is free").state(), DomainState::Claimed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_reaches_down_and_not_up_and_leaves_older_claims() {
    let suite = Suite::start().await;
    let older = verified(&suite, "Older", "lab.a.co.uk").await;
    let older = claim(&suite, &older).await.expect("it is free");
    let holder = verified(&suite, "Holder", "a.co.uk").await;
    // Who has the parent is not kept from it by whoever has a part of it, and the part stays claimed.
    let holder = claim(&suite, &holder).await.expect("nobody has claimed it or one above");
    assert_eq!(listed(&suite, owner_of(&older)).await, std::slice::from_ref(&older));
    let below = verified(&suite, "Below", "x.y.a.co.uk").await;
    assert_taken(claim(&suite, &below).await, "x.y.a.co.uk", &holder);
    // Below an own claim one may claim, and a public suffix joins nobody.
    let own = add(&suite, owner_of(&holder), "own.a.co.uk").await.expect("it is its own");
    let verify = "UPDATE organization_domains SET state = 'VERIFIED' WHERE domain = 'own.a.co.uk'";
    suite.admin.execute(verify, &[]).await.expect("the statement is right");
    claim(&suite, &own).await.expect("the parent is its own");
    let neighbour = verified(&suite, "Neighbour", "b.co.uk").await;
    claim(&suite, &neighbour).await.expect("another domain");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_parent_and_a_part_claimed_at_once_the_part_is_never_second() {
    let suite = Suite::start().await;
    for n in 0..5 {
        let parent = verified(&suite, &format!("Holder {n}"), &format!("a{n}.example")).await;
        let part = verified(&suite, &format!("Part {n}"), &format!("x.a{n}.example")).await;
        let (above, below) = tokio::join!(claim(&suite, &parent), claim(&suite, &part));
        let above = above.expect("nothing keeps it from the parent");
        match below {
            Ok(below) => assert!(below.claim_time.unwrap().nanos != 0 && claimed_before(&below, &above)),
            Err(status) => assert_taken::<Domain>(Err(status), &part.domain, &above),
        }
    }
}

fn claimed_before(first: &Domain, second: &Domain) -> bool {
    let time = |domain: &Domain| domain.claim_time.map(|time| (time.seconds, time.nanos));
    time(first) <= time(second)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_claims_and_how_often() {
    let suite = Suite::start().await;
    let held = verified(&suite, "Holder", "a.example").await;
    let other = suite.create(customer("Other", &[])).await.name;
    suite.grant(owner_of(&held), "paul", Role::ProvisioningAdmin).await;
    suite.grant(&other, "sven", Role::FullAdmin).await;
    let before = suite.footprint().await;
    for subject in ["paul", "sven", "nobody"] {
        let refused = suite.domains().claim_domain(suite.person(subject, to_claim(&held))).await;
        assert_denied(refused, "domains.claim");
    }
    let request_id = Uuid::new_v4().to_string();
    let message = ClaimDomainRequest { request_id: request_id.clone(), ..to_claim(&held) };
    let rehearsal = ClaimDomainRequest { validate_only: true, ..message.clone() };
    let would = suite.domains().claim_domain(suite.staff(rehearsal)).await.expect("it would work").into_inner();
    assert_eq!((would.state(), suite.footprint().await), (DomainState::Claimed, before));
    let first = suite.domains().claim_domain(suite.staff(message.clone())).await.expect("it works").into_inner();
    let again = suite.domains().claim_domain(suite.staff(message.clone())).await.expect("it was answered").into_inner();
    assert_eq!(again, first);
    let other = ClaimDomainRequest { etag: first.etag, ..message };
    let refused = suite.domains().claim_domain(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);
}
