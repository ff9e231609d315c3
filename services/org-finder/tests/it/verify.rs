//! VerifyDomain, against a real name server.

use std::net::{Ipv4Addr, SocketAddr};

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use dialtone_testkit::name_server::{BROKEN, NameServer};
use tokio::net::UdpSocket;
use uuid::Uuid;

use crate::domains::{add, challenge, listed, owner_of, release};
use crate::support::*;

/// What the servers know.
const ZONES: [&str; 2] = ["dial-a.org", "dial-b.org"];

/// A service that asks this server, and an organization with these domains.
async fn asking(server: SocketAddr, domains: &[&str]) -> (Suite, Vec<Domain>) {
    let suite = Suite::start_asking(server).await;
    let owner = suite.create(customer("Owner", domains)).await.name;
    let held = listed(&suite, &owner).await;
    (suite, held)
}

fn ask(domain: &Domain) -> VerifyDomainRequest {
    VerifyDomainRequest { name: domain.name.clone(), ..Default::default() }
}

async fn verify(suite: &Suite, domain: &Domain) -> Result<Domain, tonic::Status> {
    Ok(suite.domains().verify_domain(suite.staff(ask(domain))).await?.into_inner())
}

/// Asserts that the look-up finds what the reason says, and that nothing changes.
async fn assert_unproven(suite: &Suite, domain: &Domain, reason: &str, more: &[(&str, &str)]) {
    let before = suite.footprint().await;
    let record_name = format!("_dialtone-challenge.{}", domain.domain);
    let mut metadata = vec![("domain", domain.domain.as_str()), ("record_name", record_name.as_str())];
    metadata.extend(more);
    let code = if reason == "DNS_UNAVAILABLE" { Code::Unavailable } else { Code::FailedPrecondition };
    let status = assert_refused(verify(suite, domain).await, code, reason, &metadata);
    let retry = dialtone_status::retry_delay(&status);
    assert_eq!(retry.is_some(), code == Code::Unavailable, "{status:?}");
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_the_challenge_verifies_the_domain() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org"]).await;
    let wanted = challenge(&suite, &held[0]).await;
    server.publish("dial-a.org", &wanted.zone_line).await;
    let verified = verify(&suite, &held[0]).await.expect("the record is there");
    assert_eq!(verified.state(), DomainState::Verified);
    assert!(verified.verify_time.is_some() && verified.claim_time.is_none() && verified.etag != held[0].etag);
    assert_eq!(listed(&suite, owner_of(&held[0])).await, std::slice::from_ref(&verified));
    let row = suite.admin.query_one(
        "SELECT before->>'state', after->>'state', resource FROM history WHERE verb = 'domain.verified'",
        &[],
    );
    let row = row.await.expect("one change");
    let told: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(told, ("UNVERIFIED".into(), "VERIFIED".into(), verified.name.clone()));
    let kinds = suite.admin.query("SELECT kind, data::text FROM outbox ORDER BY position", &[]).await.unwrap();
    assert_eq!(kinds.last().unwrap().get::<_, String>(0), "domain.verified");
    // Who follows events learns what happened, not what would prove it.
    assert!(!kinds.iter().any(|row| row.get::<_, String>(1).contains(&wanted.record_value)));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_records_and_wrong_ones_are_told_apart_and_nothing_is_remembered() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org", "sub.dial-a.org"]).await;
    let [top, below] = &held[..] else { panic!("two domains") };
    // There is no such name.
    assert_unproven(&suite, top, "CHALLENGE_RECORD_MISSING", &[]).await;
    // The name is there, without a text.
    server.publish("dial-a.org", "_dialtone-challenge A 127.0.0.1").await;
    assert_unproven(&suite, top, "CHALLENGE_RECORD_MISSING", &[]).await;
    // Texts of others: another service's, and another domain's of the same organization.
    let other = challenge(&suite, below).await.record_value;
    let texts = format!("_dialtone-challenge TXT \"v=spf1 -all\"\n_dialtone-challenge TXT \"{other}\"");
    server.publish("dial-a.org", &texts).await;
    assert_unproven(&suite, top, "CHALLENGE_MISMATCH", &[("found_count", "2")]).await;
    // A resolver that remembered would not see it.
    let right = challenge(&suite, top).await.zone_line;
    server.publish("dial-a.org", &format!("{texts}\n{right}")).await;
    assert_eq!(verify(&suite, top).await.expect("it is there now").state(), DomainState::Verified);
    assert_unproven(&suite, below, "CHALLENGE_RECORD_MISSING", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_challenge_of_another_organization_proves_nothing() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org"]).await;
    let rival = suite.create(customer("Rival", &[])).await.name;
    let same = add(&suite, &rival, "dial-a.org").await.expect("several may have it");
    let (first, second) = (challenge(&suite, &held[0]).await, challenge(&suite, &same).await);
    assert_ne!(first.record_value, second.record_value);
    server.publish("dial-a.org", &first.zone_line).await;
    assert_unproven(&suite, &same, "CHALLENGE_MISMATCH", &[("found_count", "1")]).await;
    // Beside each other they prove it for both.
    server.publish("dial-a.org", &format!("{}\n{}", first.zone_line, second.zone_line)).await;
    for domain in [&held[0], &same] {
        assert_eq!(verify(&suite, domain).await.expect("it is there").state(), DomainState::Verified);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_are_followed_strings_joined_and_case_ignored() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org", "dial-b.org", "x.dial-b.org"]).await;
    let [alias, cut, dangling] = &held[..] else { panic!("three domains") };
    let value = challenge(&suite, alias).await.record_value;
    let cut_value = challenge(&suite, cut).await.record_value;
    let (head, tail) = cut_value.split_at(20);
    let aliases = "_dialtone-challenge CNAME first\nfirst CNAME Proof.dial-b.org.";
    let texts = format!(
        "PROOF TXT \"{value}\"\n_Dialtone-CHALLENGE TXT \"{head}\" \"{tail}\"\n_dialtone-challenge.x CNAME nothing"
    );
    server.publish("dial-a.org", aliases).await;
    server.publish("dial-b.org", &texts).await;
    assert_eq!(verify(&suite, alias).await.expect("it is found").state(), DomainState::Verified);
    assert_eq!(verify(&suite, cut).await.expect("it is found").state(), DomainState::Verified);
    assert_unproven(&suite, dangling, "CHALLENGE_RECORD_MISSING", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_among_many_records_is_found_though_the_answer_fits_no_datagram() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org", "dial-b.org"]).await;
    let [few, many] = &held[..] else { panic!("two domains") };
    let others =
        |count: usize| -> String { (0..count).map(|n| format!("_dialtone-challenge TXT \"{n:0>200}\"\n")).collect() };
    let lines = [challenge(&suite, few).await.zone_line, challenge(&suite, many).await.zone_line];
    server.publish("dial-a.org", &format!("{}{}", others(4), lines[0])).await;
    server.publish("dial-b.org", &format!("{}{}", others(50), lines[1])).await;
    assert_truncated(server.address, "_dialtone-challenge.dial-b.org").await;
    for domain in [few, many] {
        assert_eq!(verify(&suite, domain).await.expect("it is found").state(), DomainState::Verified);
    }
    // What the answer says is counted, however much it is.
    server.publish("dial-b.org", &others(250)).await;
    assert_unproven(&suite, many, "CHALLENGE_MISMATCH", &[("found_count", "250")]).await;
}

/// Asserts that the server has no room for the answer in a datagram, so that it must have been asked again over TCP.
async fn assert_truncated(server: SocketAddr, name: &str) {
    let labels = name.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).expect("a label is short");
        std::iter::once(length).chain(label.bytes())
    });
    // One question of type TXT, class IN.
    let mut question = vec![0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    question.extend(labels);
    question.extend([0, 0, 16, 0, 1]);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    socket.send_to(&question, server).await.expect("it is sent");
    let mut answer = [0; 4096];
    let length = socket.recv(&mut answer).await.expect("it answers");
    assert!(length > 3 && answer[2] & 2 == 2, "{:?}", &answer[..length]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_answer_is_told_as_such() {
    let server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &[BROKEN, "not-served.example"]).await;
    for domain in &held {
        // SERVFAIL for the zone that cannot be loaded, REFUSED for one that is not there.
        assert_unproven(&suite, domain, "DNS_UNAVAILABLE", &[("cause", "SERVER_FAILURE")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_given_up_and_holds_no_connection() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let (suite, held) = asking(silent.local_addr().unwrap(), &["dial-a.org"]).await;
    // More look-ups than the pool has connections; who asks something else meanwhile does not wait for them.
    let waiting = (0..20).map(|_| verify(&suite, &held[0]));
    let waiting = futures::future::join_all(waiting);
    let mut datagram = [0; 512];
    let others = async {
        silent.recv(&mut datagram).await.expect("it is asked");
        listed(&suite, owner_of(&held[0])).await
    };
    let (mut unanswered, others) = (Box::pin(waiting), others);
    tokio::select! {
        biased;
        _ = &mut unanswered => panic!("the list waited for the look-ups"),
        listed = others => assert_eq!(listed, held),
    }
    for answer in unanswered.await {
        let metadata =
            [("domain", "dial-a.org"), ("record_name", "_dialtone-challenge.dial-a.org"), ("cause", "TIMEOUT")];
        assert_refused(answer, Code::Unavailable, "DNS_UNAVAILABLE", &metadata);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_the_address_is_told_as_such() {
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket").local_addr().unwrap();
    let (suite, held) = asking(nobody, &["dial-a.org"]).await;
    let status = verify(&suite, &held[0]).await.expect_err("nobody answers");
    let info = dialtone_status::error_info(&status).expect("it has one");
    assert_eq!((status.code(), info.reason.as_str()), (Code::Unavailable, "DNS_UNAVAILABLE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_released_or_added_again_during_the_look_up_is_not_verified() {
    for again in [false, true] {
        let relay = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
        let mut server = NameServer::start(&ZONES).await;
        let (suite, held) = asking(relay.local_addr().unwrap(), &["dial-a.org"]).await;
        let line = challenge(&suite, &held[0]).await.zone_line;
        server.publish("dial-a.org", &line).await;
        let owner = owner_of(&held[0]);
        let meanwhile = async {
            let (mut question, mut answer) = ([0; 512], [0; 4096]);
            let (length, asker) = relay.recv_from(&mut question).await.expect("it asks");
            release(&suite, &held[0]).await.expect("it is free");
            if again {
                add(&suite, owner, "dial-a.org").await.expect("it is free");
            }
            relay.send_to(&question[..length], server.address).await.expect("it is sent");
            let length = relay.recv(&mut answer).await.expect("the server answers");
            relay.send_to(&answer[..length], asker).await.expect("it is sent");
            suite.footprint().await
        };
        let (verified, before) = tokio::join!(verify(&suite, &held[0]), meanwhile);
        let (code, reason) = if again { (Code::Aborted, "ETAG_MISMATCH") } else { (Code::NotFound, "NOT_FOUND") };
        assert_refused(verified, code, reason, &[("resource", &held[0].name)]);
        assert_eq!(suite.footprint().await, before);
        let left: Vec<_> = listed(&suite, owner).await.iter().map(Domain::state).collect();
        assert_eq!(left, vec![DomainState::Unverified; usize::from(again)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_answered_alike_though_the_record_is_gone_by_then() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org"]).await;
    let line = challenge(&suite, &held[0]).await.zone_line;
    server.publish("dial-a.org", &line).await;
    let rehearsal = VerifyDomainRequest { validate_only: true, ..ask(&held[0]) };
    let before = suite.footprint().await;
    let would = suite.domains().verify_domain(suite.staff(rehearsal)).await.expect("it is there").into_inner();
    assert_eq!((would.state(), suite.footprint().await), (DomainState::Verified, before));

    let request_id = Uuid::new_v4().to_string();
    let message = VerifyDomainRequest { request_id: request_id.clone(), ..ask(&held[0]) };
    let first = suite.domains().verify_domain(suite.staff(message.clone())).await.expect("it is there").into_inner();
    server.publish("dial-a.org", "").await;
    let before = suite.footprint().await;
    let second = suite.domains().verify_domain(suite.staff(message.clone())).await.expect("it was answered");
    assert_eq!((second.into_inner(), suite.footprint().await), (first.clone(), before));
    let other = VerifyDomainRequest { etag: "x".into(), ..message };
    let reused = suite.domains().verify_domain(suite.staff(other)).await;
    assert_refused(reused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);
    // Looked up anew the record is missing, which takes nothing back.
    assert_unproven(&suite, &first, "CHALLENGE_RECORD_MISSING", &[]).await;
    let stale = VerifyDomainRequest { etag: held[0].etag.clone(), ..ask(&held[0]) };
    let stale = suite.domains().verify_domain(suite.staff(stale)).await;
    assert_refused(stale, Code::Aborted, "ETAG_MISMATCH", &[("resource", &held[0].name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_provisions_may_verify_and_strangers_may_not() {
    let mut server = NameServer::start(&ZONES).await;
    let (suite, held) = asking(server.address, &["dial-a.org"]).await;
    let owner = owner_of(&held[0]);
    suite.grant(owner, "paul", Role::ProvisioningAdmin).await;
    suite.grant(owner, "rita", Role::ReadOnly).await;
    let stranger = suite.create(customer("Stranger", &["dial-b.org"])).await.name;
    suite.grant(&stranger, "sven", Role::FullAdmin).await;
    server.publish("dial-a.org", &challenge(&suite, &held[0]).await.zone_line).await;
    let before = suite.footprint().await;
    for subject in ["rita", "sven", "nobody"] {
        let refused = suite.domains().verify_domain(suite.person(subject, ask(&held[0]))).await;
        assert_denied(refused, "domains.verify");
    }
    assert_eq!(suite.footprint().await, before);
    suite.domains().verify_domain(suite.person("paul", ask(&held[0]))).await.expect("he may");
}
