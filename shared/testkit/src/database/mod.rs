//! A real database for each test, cloned in a tenth of a second from a migrated template.
//!
//! Knows where the tests' server is and how to clone. Must not know what is in a template: whoever makes one says how.

mod admin;
mod service;
mod template;

use std::sync::OnceLock;

use tokio::sync::OnceCell;

use crate::postgres::{Cluster, ThrowAwayCluster};
use admin::Admin;
pub use service::Source;
pub use template::Template;

/// URL of a superuser on the server that all test binaries of one run share; `make test` sets it.
pub const URL_VARIABLE: &str = "DIALTONE_TEST_DATABASE_URL";

/// A database of one test. It is dropped some time after the value is.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// URL as a superuser. What a service may do is only shown by connecting with [`Database::url_as`].
    pub fn url(&self) -> &str {
        &self.url
    }

    /// URL as this role, e.g. `org_finder_app`.
    pub fn url_as(&self, role: &str) -> String {
        with_user(&self.url, role)
    }

    /// Host and port of the server, for a [`crate::tcp_proxy::TcpProxy`].
    ///
    /// # Panics
    /// When the tests' server was given by a host name that does not resolve.
    pub async fn address(&self) -> std::net::SocketAddr {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or(rest);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let mut found = tokio::net::lookup_host(host).await.expect("the tests' server has an address");
        found.next().expect("the tests' server has an address")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        admin::retire(std::mem::take(&mut self.name));
    }
}

/// A database of its own for the calling test, equal to the template.
///
/// # Panics
/// When there is no server, or when the template cannot be built: no test could say anything then.
pub async fn fresh(template: &Template) -> Database {
    let admin = Admin::connect(&server_url().await).await;
    admin.drop_retired().await;
    let source = template.ensure(&admin).await;
    let name = admin.clone_of(&source).await;
    let url = admin.url_of(&name);
    template.finish(&url).await;
    Database { name, url }
}

/// A database of its own for the calling test, with nothing in it.
pub async fn empty() -> Database {
    let admin = Admin::connect(&server_url().await).await;
    admin.drop_retired().await;
    let name = admin.clone_of("template1").await;
    let url = admin.url_of(&name);
    Database { name, url }
}

/// Superuser URL of the tests' server: the given one, else one server for this process.
pub async fn server_url() -> String {
    static URL: OnceCell<String> = OnceCell::const_new();
    static OWN: OnceLock<ThrowAwayCluster> = OnceLock::new();
    let url = URL.get_or_init(|| async {
        if let Ok(url) = std::env::var(URL_VARIABLE) {
            return url;
        }
        let start =
            || Cluster::throw_away().unwrap_or_else(|error| panic!("the tests need a Postgres server: {error}"));
        let started = tokio::task::spawn_blocking(start).await.expect("starting a server does not panic");
        OWN.get_or_init(|| started).url()
    });
    url.await.clone()
}

/// `url` with another user and no password.
fn with_user(url: &str, user: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let host_start = rest[..authority_end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{user}@{}", &rest[host_start..])
}

/// `url` with another database.
fn with_database(url: &str, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let parameters = path.split_once('?').map(|(_, parameters)| format!("?{parameters}")).unwrap_or_default();
    format!("{scheme}://{authority}/{database}{parameters}")
}

#[cfg(test)]
mod tests;
