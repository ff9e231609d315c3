//! What a superuser does for the tests: clone, drop, and sweep what earlier runs left.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::{Client, NoTls};

use super::with_database;

/// Every database made here begins so; the sweep touches nothing else.
const PREFIX: &str = "dt_";
/// A test that runs longer than this is broken.
const STALE_SECONDS: u64 = 20 * 60;
/// Dropping takes a tenth of a second: a bound, so that a run after many aborted ones still starts at once.
const SWEEP_AT_ONCE: usize = 40;

/// Databases whose tests are over.
static RETIRED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Marks a database for dropping: `Drop` cannot wait for the server, the next test of this process can.
pub(super) fn retire(name: String) {
    RETIRED.lock().unwrap_or_else(PoisonError::into_inner).push(name);
}

/// A superuser's connection to the database `postgres`.
pub(super) struct Admin {
    client: Client,
    url: String,
}

impl Admin {
    pub(super) async fn connect(url: &str) -> Admin {
        let (client, connection) = match tokio_postgres::connect(url, NoTls).await {
            Ok(connected) => connected,
            Err(error) => panic!("the tests' server at {url} does not answer: {error}"),
        };
        // Ends when the client is dropped.
        tokio::spawn(connection);
        Admin { client, url: url.to_owned() }
    }

    pub(super) fn url_of(&self, database: &str) -> String {
        with_database(&self.url, database)
    }

    pub(super) async fn run(&self, sql: &str) {
        if let Err(error) = self.client.batch_execute(sql).await {
            panic!("{sql}: {error:?}");
        }
    }

    pub(super) async fn exists(&self, database: &str) -> bool {
        let row = self.client.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&database]).await;
        row.expect("the catalogue can be read").is_some()
    }

    /// Names of databases beginning so, the oldest name first.
    pub(super) async fn beginning_with(&self, prefix: &str) -> Vec<String> {
        let sql = "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1";
        let rows = self.client.query(sql, &[&prefix]).await.expect("the catalogue can be read");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Holds the lock of all test processes until the connection ends or [`Admin::unlock`].
    pub(super) async fn lock(&self) {
        self.run("SELECT pg_advisory_lock(hashtext('dialtone test templates'))").await;
    }

    pub(super) async fn unlock(&self) {
        self.run("SELECT pg_advisory_unlock_all()").await;
    }

    /// Creates a database equal to `source` and returns its name.
    pub(super) async fn clone_of(&self, source: &str) -> String {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let name = format!("{PREFIX}{}_{}", now(), &random[..12]);
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {source}")).await;
        name
    }

    /// Drops what finished tests of this process left. In the background: the calling test does not wait.
    pub(super) async fn drop_retired(&self) {
        let mut names = std::mem::take(&mut *RETIRED.lock().unwrap_or_else(PoisonError::into_inner));
        if first_call() {
            names.extend(self.stale().await);
        }
        if names.is_empty() {
            return;
        }
        let url = self.url.clone();
        tokio::spawn(async move {
            let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await else {
                return;
            };
            tokio::spawn(connection);
            for name in names {
                // Another process may sweep the same one at the same time; what stays is swept later.
                let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            }
        });
    }

    async fn stale(&self) -> Vec<String> {
        let mut names = self.beginning_with(PREFIX).await;
        names.retain(|name| is_stale(name, now()));
        names.truncate(SWEEP_AT_ONCE);
        names
    }
}

fn first_call() -> bool {
    use std::sync::atomic::{AtomicBool, Ordering};
    static CALLED: AtomicBool = AtomicBool::new(false);
    !CALLED.swap(true, Ordering::Relaxed)
}

fn is_stale(name: &str, now: u64) -> bool {
    let made = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<u64>().ok());
    made.is_some_and(|made| made + STALE_SECONDS < now)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970").as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_databases_of_ours_are_stale() {
        assert!(is_stale("dt_1000_abc", 1000 + STALE_SECONDS + 1));
        assert!(!is_stale("dt_1000_abc", 1000 + STALE_SECONDS));
        assert!(!is_stale("customers_1000_abc", u64::MAX / 2));
        assert!(!is_stale("dt_template", u64::MAX / 2));
    }
}
