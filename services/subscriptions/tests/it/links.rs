//! Set-up links: once, in time, unaltered, and the newest only.

use dialtone_proto::subscriptions::v1::*;
use dialtone_testkit::{assert_fault, request};
use futures::future::join_all;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use crate::mailbox::token_in;
use crate::support::World;

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
    subscription: String,
    iat: u64,
    exp: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_once_and_its_session_is_signed_for_the_gateway() {
    let world = World::new().await;
    let case = world.case("A-1").await;
    let token = token_in(&world.mail.nth(&case.address, 1).await);
    let opened = world.open_token(&token).await.expect("it is open");
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&["subscriptions"]);
    rules.set_audience(&["dialtone-setup"]);
    let key = DecodingKey::from_ed_pem(world.sessions.public.as_bytes()).unwrap();
    let claims = jsonwebtoken::decode::<Claims>(&opened.session_token, &key, &rules).expect("it verifies").claims;
    assert_eq!((claims.sub, claims.subscription), (case.address.clone(), case.subscription.clone()));
    assert_eq!(claims.exp - claims.iat, 8 * 3600);
    assert_eq!(opened.expire_time.unwrap().seconds, i64::try_from(claims.exp).unwrap());

    let before = world.footprint().await;
    assert_fault!(world.open_token(&token).await, FailedPrecondition, "LINK_USED", { "order" => case.order });
    assert_eq!(world.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_open_a_link_at_once_one_gets_in() {
    let world = World::new().await;
    let case = world.case("A-1").await;
    let token = token_in(&world.mail.nth(&case.address, 1).await);
    let answers = join_all((0..50).map(|_| world.open_token(&token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.iter().filter(|answer| answer.is_err()) {
        let seen = dialtone_testkit::fault::seen(refused);
        assert_eq!(seen.reason, "LINK_USED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_link_is_none_of_ours() {
    let world = World::new().await;
    let case = world.case("A-1").await;
    let token = token_in(&world.mail.nth(&case.address, 1).await);
    let another = token_in(&world.mail.nth(&world.case("A-2").await.address, 1).await);
    let (head, proof) = token.rsplit_once('.').unwrap();
    let altered = [
        "x".to_owned(),
        format!("v2.{}", &token[3..]),
        format!("{head}.{}", proof.replace(|c: char| c.is_ascii_lowercase(), "a")),
        format!("{head}.{}", another.rsplit_once('.').unwrap().1),
        head.to_owned(),
    ];
    for token in altered {
        assert_fault!(world.open_token(&token).await, InvalidArgument, "LINK_INVALID");
    }
    assert_fault!(world.open_token("").await, InvalidArgument, "INVALID_FIELDS", ["token"]);
    world.open_token(&token).await.expect("the real one is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_too_old_opens_nothing() {
    let world = World::with(|config| config.setup_links.life_hours = 0, None).await;
    let case = world.case("A-1").await;
    let refused = world.open(&case.address, 1).await;
    assert_fault!(refused, FailedPrecondition, "LINK_EXPIRED", { "order" => case.order });
    assert_eq!(world.count("SELECT count(*) FROM setup_links WHERE state = 'OPEN'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_the_mail_again_replaces_the_link_until_set_up_begins() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let case = &mapped.case;
    let first = token_in(&world.mail.nth(&case.address, 1).await);
    let order = world.order(case).await;
    let again = ResendWelcomeRequest { name: case.order.clone(), etag: order.etag.clone(), ..Default::default() };
    let staff = world.keys.platform();
    let resent = world.orders().resend_welcome(request(&staff, again.clone())).await.expect("a new mail").into_inner();
    assert_ne!(resent.etag, order.etag);
    assert_fault!(world.open_token(&first).await, FailedPrecondition, "LINK_REPLACED", { "order" => case.order });
    world.open(&case.address, 2).await.expect("the new one");

    let stale = world.orders().resend_welcome(request(&staff, again.clone())).await;
    assert_fault!(stale, Aborted, "ETAG_MISMATCH", { "resource" => case.order });
    let operation = world.set_up(case).await.expect("it begins");
    world.ended(&case.contact, &operation.name).await;
    let late = ResendWelcomeRequest { etag: resent.etag, ..again };
    let refused = world.orders().resend_welcome(request(&staff, late)).await;
    assert_fault!(refused, FailedPrecondition, "SETUP_ALREADY_BEGUN", { "state" => "ACTIVE" });
    assert_eq!(world.mail.to(&case.address).len(), 2);
}
