//! A database that was built once and is cloned for each test.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures::future::BoxFuture;

use super::admin::Admin;

const PREFIX: &str = "dttpl_";

type Step = Box<dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync>;

/// How to build a template, and what it depends on.
///
/// The name on the server holds a hash of the contents, so a changed migration makes a new template and every test binary
/// of a run shares one.
pub struct Template {
    name: String,
    hash: u64,
    build: Step,
    finish: Step,
}

impl Template {
    /// A template filled by `build`, which gets a superuser's URL of an empty database and panics on failure.
    /// `contents` is everything that `build` depends on, for instance the text of the migrations.
    pub fn new<F>(name: &str, contents: impl Hash, build: F) -> Template
    where
        F: Fn(String) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    {
        let mut hasher = DefaultHasher::new();
        contents.hash(&mut hasher);
        let name = name.replace('-', "_");
        Template { name, hash: hasher.finish(), build: Box::new(build), finish: Box::new(|_| Box::pin(async {})) }
    }

    /// Adds what a clone does not inherit, such as grants on the database itself. Runs on each clone.
    pub fn on_each_clone<F>(mut self, finish: F) -> Template
    where
        F: Fn(String) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    {
        self.finish = Box::new(finish);
        self
    }

    /// Builds the template unless it is there, and returns its name on the server.
    pub(super) async fn ensure(&self, admin: &Admin) -> String {
        let family = format!("{PREFIX}{}_", self.name);
        let ready = format!("{family}{:016x}", self.hash);
        if admin.exists(&ready).await {
            return ready;
        }
        admin.lock().await;
        if !admin.exists(&ready).await {
            self.build_as(admin, &family, &ready).await;
        }
        admin.unlock().await;
        ready
    }

    async fn build_as(&self, admin: &Admin, family: &str, ready: &str) {
        for stale in admin.beginning_with(family).await {
            // Of other migrations, or left half built by a process that was killed. A test that still clones it would
            // fail, but it would be testing another version of the source tree on the same server.
            admin.run(&format!("ALTER DATABASE {stale} IS_TEMPLATE false")).await;
            admin.run(&format!("DROP DATABASE IF EXISTS {stale} WITH (FORCE)")).await;
        }
        let draft = format!("{family}draft");
        admin.run(&format!("CREATE DATABASE {draft}")).await;
        (self.build)(admin.url_of(&draft)).await;
        // Only whole templates ever have the name that tests look for.
        admin.run(&format!("ALTER DATABASE {draft} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")).await;
        admin.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{draft}'")).await;
        admin.run(&format!("ALTER DATABASE {draft} RENAME TO {ready}")).await;
    }

    pub(super) async fn finish(&self, url: &str) {
        (self.finish)(url.to_owned()).await;
    }
}
