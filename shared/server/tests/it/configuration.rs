//! The keys of `ServeConfig`, as services load them.

use dialtone_config::{Check, Faults, load_from};
use dialtone_server::ServeConfig;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    serve: ServeConfig,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("serve", &self.serve);
    }
}

fn load(toml: &str) -> Result<Config, Faults> {
    load_from("templates", toml, None, []).map(|loaded| loaded.config)
}

#[test]
fn an_address_is_enough() {
    let config = load("[serve]\nlisten = \"127.0.0.1:50052\"").expect("every other key has a default");
    assert_eq!(config.serve.listen.port(), 50052);
    assert!(config.serve.tls.is_none());
}

#[test]
fn tls_is_given_by_files() {
    let tls = "[serve.tls]\ncert_file = \"/a\"\nkey_file = \"/b\"\nclient_ca_file = \"/c\"";
    let config = load(&format!("[serve]\nlisten = \"127.0.0.1:50052\"\n{tls}")).expect("known keys");
    assert!(config.serve.tls.is_some_and(|tls| tls.client_ca_file.is_some()));
}

#[test]
fn every_unusable_value_is_named() {
    let faults =
        load("[serve]\nlisten = \"127.0.0.1:65000\"\nmax_requests = 0\nping_ms = 1").expect_err("three faults");
    let text = faults.to_string();
    for key in ["serve.listen", "serve.max_requests", "serve.ping_ms"] {
        assert!(text.contains(key), "{key} not in {text}");
    }
}
