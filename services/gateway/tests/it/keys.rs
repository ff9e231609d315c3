//! The issuer's keys: rotation, outages, and tokens that name keys nobody has.

use crate::{
    backend::within,
    issuer::{Issuer, Key},
    world::{READ, World, gateway_reason},
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use std::{io::Write as _, sync::Arc};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tonic::Code;

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let world = World::with(&[("auth.oidc.test.min_refresh_ms", "0")]).await;
    world.client.unary(READ, "").await.expect("the first key");
    let second = Key::ec("second");
    world.issuer.publish(&[&world.key, &second]);
    let client = world.client.with_token(&second.sign(&world.issuer.claims()));
    client.unary(READ, "").await.expect("the second key");
    world.client.unary(READ, "").await.expect("the first key is still good");
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_good_no_more_not_even_from_the_cache() {
    let world = World::with(&[("auth.oidc.test.min_refresh_ms", "0")]).await;
    world.client.unary(READ, "").await.expect("the first key");
    let second = Key::ed("second");
    world.issuer.publish(&[&second]);
    let client = world.client.with_token(&second.sign(&world.issuer.claims()));
    client.unary(READ, "").await.expect("the second key");
    let status = world.client.unary(READ, "").await.expect_err("the first key is gone");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn made_up_key_ids_cause_no_flood_of_fetches() {
    let world = World::start().await;
    world.client.unary(READ, "").await.expect("the keys are there");
    let before = world.issuer.fetched();
    for i in 0..50 {
        let stranger = Key::ed(&format!("made-up-{i}"));
        let client = world.client.with_token(&stranger.sign(&world.issuer.claims()));
        assert_eq!(client.unary(READ, "").await.expect_err("refused").code(), Code::Unauthenticated);
    }
    assert!(world.issuer.fetched() <= before + 1, "{} fetches", world.issuer.fetched() - before);
}

#[tokio::test]
async fn tokens_without_a_key_id_are_tried_with_the_keys_that_fit() {
    let world = World::start().await;
    world.client.unary(READ, "").await.expect("the keys are there");
    let header = jsonwebtoken::Header::new(world.key.algorithm);
    let token = world.key.sign_with(&header, &world.issuer.claims());
    world.client.with_token(&token).unary(READ, "").await.expect("let in");
}

#[tokio::test]
async fn while_the_issuer_is_down_its_last_keys_stay() {
    let world = World::with(&[("auth.oidc.test.min_refresh_ms", "0")]).await;
    world.client.unary(READ, "").await.expect("the keys are there");
    world.issuer.down(true);
    let stranger = Key::ed("other").sign(&world.issuer.claims());
    let status = world.client.with_token(&stranger).unary(READ, "").await.expect_err("nobody knows it");
    assert_eq!(status.code(), Code::Unauthenticated);
    let mut claims = world.issuer.claims();
    claims["sub"] = "bob".into();
    world.client.with_token(&world.key.sign(&claims)).unary(READ, "").await.expect("verified by the kept key");
}

#[tokio::test]
async fn before_there_are_keys_a_token_is_neither_good_nor_bad() {
    let key = Key::ed("first");
    let issuer = Issuer::start(&[&key]).await;
    issuer.down(true);
    let targets = ["127.0.0.1:1"; 4].map(str::to_owned);
    let world = World::over(key, issuer, vec![], &targets, &[("auth.oidc.test.min_refresh_ms", "0")]).await;
    let status = world.client.unary(READ, "").await.expect_err("it cannot be known");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unavailable, "UNAVAILABLE"));
    world.issuer.down(false);
    // Now it is the service that is away, which tells that the token was verified.
    within(async {
        while world.client.anonymous().unary(READ, "").await.expect_err("refused").code() != Code::Unauthenticated {}
    })
    .await;
}

#[tokio::test]
async fn an_issuer_that_says_it_is_another_is_not_believed() {
    let key = Key::ed("first");
    let issuer = Issuer::start(&[&key]).await;
    issuer.claim_to_be("http://someone.else");
    let targets = ["127.0.0.1:1"; 4].map(str::to_owned);
    let world = World::over(key, issuer, vec![], &targets, &[]).await;
    let status = world.client.unary(READ, "").await.expect_err("no keys");
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(world.issuer.fetched(), 0);
}

/// Ends TLS before the issuer, with this certificate. Returns the port.
async fn guard(issuer: &Issuer, certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> u16 {
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("they fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
    let (port, behind) = (listener.local_addr().expect("it is bound").port(), issuer.address());
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut outside = acceptor.accept(tcp).await.ok()?;
                let mut inside = TcpStream::connect(behind).await.ok()?;
                tokio::io::copy_bidirectional(&mut outside, &mut inside).await.ok()
            });
        }
    });
    port
}

#[tokio::test]
async fn keys_are_fetched_over_https_from_a_trusted_issuer_only() {
    dialtone_server::install_crypto();
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let mut ca_file = tempfile::NamedTempFile::new().expect("a temporary folder");
    ca_file.write_all(certified.cert.pem().as_bytes()).expect("it is writable");
    let ca_file = ca_file.path().display().to_string();
    for (settings, expected) in [(&[("auth.oidc.test.ca_file", ca_file.as_str())][..], None), (&[][..], Some(0))] {
        let key = Key::ed("first");
        let mut issuer = Issuer::start(&[&key]).await;
        let port = guard(&issuer, &certified).await;
        issuer.moved(format!("https://localhost:{port}/tenant"));
        let targets = ["127.0.0.1:1"; 4].map(str::to_owned);
        let world = World::over(key, issuer, vec![], &targets, settings).await;
        let status = world.client.unary(READ, "").await.expect_err("there is no service");
        assert_eq!(status.code(), Code::Unavailable);
        match expected {
            Some(fetches) => assert_eq!(world.issuer.fetched(), fetches),
            None => assert!(world.issuer.fetched() > 0),
        }
    }
}
