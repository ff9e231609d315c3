//! A token of an OpenID provider that others wrote, fetched as a person's browser and an application would.

use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use dialtone_authz::Caller;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::world::{READ, World};

/// Set by `make test`: the folder of the provider's Python packages.
const PACKAGES: &str = "DIALTONE_TEST_OIDC_PROVIDER";
/// The application that the token is for, as the gateway's `audience` has it.
const APPLICATION: &str = "dialtone";
const REDIRECT: &str = "http://localhost/signed-in";

struct Provider {
    url: String,
    http: Client<HttpConnector, Full<Bytes>>,
    _process: Child,
}

impl Provider {
    async fn start() -> Self {
        let packages = std::env::var_os(PACKAGES)
            .expect("run through `make test ARGS=\"-p gateway\"`, which fetches the provider");
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        let process = Command::new(std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into()))
            .args(["-m", "oidc_provider_mock", "--port", &port.to_string()])
            .env("PYTHONPATH", packages)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 is installed");
        let http = Client::builder(TokioExecutor::new()).build_http();
        let provider = Self { url: format!("http://localhost:{port}"), http, _process: process };
        let end = Instant::now() + Duration::from_secs(60);
        while provider.try_send(Method::GET, "/.well-known/openid-configuration", "").await.is_none() {
            assert!(Instant::now() < end, "the provider does not answer");
            sleep(Duration::from_millis(50)).await;
        }
        provider
    }

    async fn try_send(&self, method: Method, path: &str, form: &str) -> Option<Response<Bytes>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form.to_owned()))
            .expect("a good request");
        let (head, body) = self.http.request(request).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    }

    /// Signs in and exchanges the code: the authorization code flow.
    async fn token_of(&self, person: &str) -> String {
        let asked = format!(
            "/oauth2/authorize?client_id={APPLICATION}&redirect_uri={REDIRECT}&response_type=code&scope=openid&state=s"
        );
        let signed_in = self.try_send(Method::POST, &asked, &format!("sub={person}")).await.expect("it answers");
        let location = signed_in.headers()[header::LOCATION].to_str().expect("text");
        let code = location.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).expect("a code");
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={REDIRECT}&client_id={APPLICATION}&client_secret=any"
        );
        let tokens = self.try_send(Method::POST, "/oauth2/token", &form).await.expect("it answers");
        let tokens: Value = serde_json::from_slice(tokens.body()).expect("JSON");
        tokens["id_token"].as_str().unwrap_or_else(|| panic!("no token in {tokens}")).to_owned()
    }
}

#[tokio::test]
async fn a_token_of_a_provider_that_others_wrote_lets_its_person_in() {
    let provider = Provider::start().await;
    let world = World::with(&[
        ("auth.oidc.other.issuer", &provider.url),
        ("auth.oidc.other.audience", APPLICATION),
        ("auth.oidc.other.subject_prefix", "other|"),
    ])
    .await;
    let token = provider.token_of("nina").await;
    world.client.with_token(&token).unary(READ, "").await.expect("let in");
    assert_eq!(world.caller(&world.seen[0].last().1), Caller::person("other|nina"));

    // The same token, the end of its signature turned round.
    let (signed, last) = token.split_at(token.len() - 6);
    let forged = format!("{signed}{}", last.chars().rev().collect::<String>());
    let status = world.client.with_token(&forged).unary(READ, "").await.expect_err("refused");
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
}
