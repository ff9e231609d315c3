//! Who is let in and as whom, and who is not.

use crate::{
    issuer::{Key, now},
    world::{ANONYMOUS, BOTH_STREAM, Client, READ, World, gateway_reason},
};
use dialtone_authz::Caller;
use dialtone_ids::SubscriptionId;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tonic::Code;

async fn refused(client: &Client, path: &'static str) {
    let status = client.unary(path, "").await.expect_err("refused");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

#[tokio::test]
async fn without_a_token_only_what_is_declared_anonymous_is_reached() {
    let world = World::start().await;
    let nobody = world.client.anonymous();
    refused(&nobody, READ).await;
    refused(&nobody, BOTH_STREAM).await;
    refused(&nobody, "/no.such.Service/Method").await;
    assert_eq!(world.seen.iter().map(|s| s.count()).sum::<usize>(), 0);
    nobody.unary(ANONYMOUS, "").await.expect("the link is the proof");
    assert_eq!(world.caller(&world.seen[2].last().1), Caller::anonymous());
}

#[tokio::test]
async fn a_token_makes_a_person_or_by_its_role_a_platform() {
    let world = World::start().await;
    for (claims, expected) in [
        (world.issuer.claims(), Caller::person("alice")),
        (with(world.issuer.claims(), "dialtone_roles", json!(["platform"])), Caller::platform("alice")),
        (with(world.issuer.claims(), "dialtone_roles", json!(["admin"])), Caller::person("alice")),
        (with(world.issuer.claims(), "aud", json!(["other", "dialtone"])), Caller::person("alice")),
    ] {
        let client = world.client.with_token(&world.key.sign(&claims));
        // The second time it comes from the cache.
        for _ in 0..2 {
            client.unary(READ, "").await.expect("let in");
            assert_eq!(world.caller(&world.seen[0].last().1), expected);
        }
    }
}

#[tokio::test]
async fn tokens_that_are_not_for_us_or_not_now_are_refused() {
    let world = World::start().await;
    let good = world.issuer.claims();
    for claims in [
        with(good.clone(), "exp", json!(now() - 60)),
        with(good.clone(), "nbf", json!(now() + 60)),
        with(good.clone(), "aud", json!("someone-else")),
        with(good.clone(), "iss", json!("http://elsewhere.example")),
        with(good.clone(), "sub", json!("")),
        without(good.clone(), "exp"),
        without(good.clone(), "aud"),
        without(good.clone(), "iss"),
        without(good.clone(), "sub"),
    ] {
        refused(&world.client.with_token(&world.key.sign(&claims)), READ).await;
    }
    let a_little_late = with(good, "exp", json!(now() - 5));
    world.client.with_token(&world.key.sign(&a_little_late)).unary(READ, "").await.expect("clocks differ");
    assert_eq!(world.seen[0].count(), 1);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let world = World::start().await;
    let claims = world.issuer.claims();
    // Another's key under the name of a good one.
    refused(&world.client.with_token(&Key::ed("first").sign(&claims)), READ).await;
    refused(&world.client.with_token(&Key::ec("first").sign(&claims)), READ).await;
    // No signature at all.
    let good = world.key.sign(&claims);
    let payload = good.split('.').nth(1).expect("three parts");
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJub25lIiwia2lkIjoiZmlyc3QifQ"] {
        refused(&world.client.with_token(&format!("{header}.{payload}.")), READ).await;
    }
    // A secret that is none: the public key.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("first".to_owned());
    let secret = EncodingKey::from_secret(b"anything");
    let symmetric = jsonwebtoken::encode(&header, &claims, &secret).expect("it signs anything");
    refused(&world.client.with_token(&symmetric), READ).await;
    // The payload of one with the signature of another.
    let other = world.key.sign(&with(claims.clone(), "sub", json!("mallory")));
    let spliced = format!("{}.{}", &other[..other.rfind('.').expect("dots")], good.rsplit('.').next().expect("dots"));
    refused(&world.client.with_token(&spliced), READ).await;
    // Extensions that must be understood.
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some("first".to_owned());
    header.crit = Some(vec!["exp".to_owned()]);
    refused(&world.client.with_token(&world.key.sign_with(&header, &claims)), READ).await;
    for junk in ["x", "a.b.c", ".."] {
        refused(&world.client.with_token(junk), READ).await;
    }
    refused(&world.client.with("authorization", "Basic dTpw"), READ).await;
    refused(&world.client.with("authorization", "Bearer "), READ).await;
    assert_eq!(world.seen[0].count(), 0);
}

#[tokio::test]
async fn a_bad_token_is_refused_even_where_none_is_needed() {
    let world = World::start().await;
    refused(&world.client.with_token("a.b.c"), ANONYMOUS).await;
}

#[tokio::test]
async fn only_pinned_algorithms_are_accepted() {
    let world = World::start().await;
    let (ec, rsa) = (Key::ec("ec"), Key::rsa("rsa"));
    world.issuer.publish(&[&world.key, &ec, &rsa]);
    for key in [&ec, &rsa] {
        // Found by its unknown id; the interval between such look-ups begins with the start.
        let _ = world.client.with_token(&key.sign(&world.issuer.claims())).unary(READ, "").await;
    }
    let world = World::with(&[("auth.oidc.test.min_refresh_ms", "0")]).await;
    world.issuer.publish(&[&world.key, &ec, &rsa]);
    for key in [&ec, &rsa] {
        let client = world.client.with_token(&key.sign(&world.issuer.claims()));
        client.unary(READ, "").await.expect("accepted by default");
    }
    let mut header = Header::new(Algorithm::RS512);
    header.kid = Some("rsa".to_owned());
    refused(&world.client.with_token(&rsa.sign_with(&header, &world.issuer.claims())), READ).await;
}

#[tokio::test]
async fn a_set_up_session_makes_a_contact_of_one_subscription() {
    let world = World::start().await;
    let subscription = SubscriptionId::new();
    let claims = json!({
        "iss": "subscriptions",
        "aud": "dialtone-setup",
        "sub": "bob@example.com",
        "subscription": subscription.to_string(),
        "exp": now() + 60,
    });
    let key = EncodingKey::from_ed_pem(world.setup.private.as_bytes()).expect("a fresh key");
    let sign = |claims: &Value| jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &key).expect("it signs");
    let client = world.client.with_token(&sign(&claims));
    client.unary(READ, "").await.expect("let in");
    assert_eq!(world.caller(&world.seen[0].last().1), Caller::setup_contact("bob@example.com", subscription));

    for bad in [
        with(claims.clone(), "aud", json!("dialtone")),
        with(claims.clone(), "subscription", json!("orders/1")),
        without(claims.clone(), "subscription"),
        with(claims.clone(), "exp", json!(now() - 60)),
        with(claims.clone(), "iss", json!(world.issuer.url)),
    ] {
        refused(&world.client.with_token(&sign(&bad)), READ).await;
    }
    // The issuer's key signs no sessions.
    refused(&world.client.with_token(&world.key.sign(&claims)), READ).await;
}
