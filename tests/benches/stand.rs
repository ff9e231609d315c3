//! What is measured, as real processes, and nothing else that would take time from it: Postgres, the development issuer,
//! org-finder and as many gateways as are asked for.

use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use dialtone_authz::{Caller, IDENTITY_HEADER, TokenSigner};
use dialtone_db::bootstrap;
use dialtone_ids::ServiceName;
use dialtone_suite::layout::{Layout, Ports, project_root};
use dialtone_suite::settings::{DATABASE, PASSWORD};
use dialtone_suite::suite::{self, PEERS, Suite, without_settings};
use dialtone_suite::{health, process, settings, token};
use dialtone_testkit::postgres::{Cluster, PersistentCluster};
use hyper::header::{HeaderName, HeaderValue};
use tokio_postgres::NoTls;

/// Postgres' own cache (`shared_buffers`). Without a word from anybody it has 128 MB, however much memory there is.
const CACHE: &str = "1GB";
/// How long a process may take until it answers.
const START: Duration = Duration::from_secs(30);

/// The processes under measurement.
pub struct Stand {
    pub suite: Suite,
    signer: TokenSigner,
    /// Its folder stays.
    kept: bool,
}

impl Stand {
    /// Brings up all but gateways and other proxies, in a folder of its own.
    pub async fn up() -> anyhow::Result<Stand> {
        Self::up_as("all").await
    }

    /// One of several at once.
    pub async fn up_as(name: &str) -> anyhow::Result<Stand> {
        Self::up_in(&format!("bench-{}-{name}", std::process::id()), false).await
    }

    /// One that stays when it is taken down, and is as it was when it is brought up again.
    pub async fn up_kept(name: &str) -> anyhow::Result<Stand> {
        Self::up_in(&format!("bench-kept-{name}"), true).await
    }

    async fn up_in(folder: &str, kept: bool) -> anyhow::Result<Stand> {
        let layout = Layout::at(&project_root().join("target/suites").join(folder));
        layout.create()?;
        let wanted = Ports::free()?;
        let postgres = Cluster::persistent(&layout.database(), wanted.postgres)?;
        let ports = Ports { postgres: postgres.port(), ..wanted };
        ports.write(&layout)?;
        settings::write(&layout, &ports)?;
        let pem = std::fs::read_to_string(layout.keys().join("gateway.pem"))?;
        let signer = TokenSigner::new(ServiceName::Gateway, &pem)?;
        let stand = Stand { suite: Suite::of(layout, ports, postgres), signer, kept };
        match stand.start().await {
            Ok(()) => Ok(stand),
            Err(error) => {
                stand.down(true)?;
                Err(error)
            }
        }
    }

    async fn start(&self) -> anyhow::Result<()> {
        give_memory(&self.suite.postgres).await?;
        let service = ServiceName::OrgFinder;
        // One line of JSON for each call: how it logs in production, not how it logs to a person.
        self.rewrite(service.as_str(), &[(r#"log_format = "pretty""#, r#"log_format = "json""#)])?;
        bootstrap::run(&self.suite.postgres.url(), DATABASE, service, PASSWORD, PASSWORD).await?;
        let mut migrate = Command::new(process::binary(service.as_str())?);
        migrate.arg("migrate").arg("--config").arg(self.suite.layout.config(service.as_str()));
        without_settings(&mut migrate);
        anyhow::ensure!(migrate.status()?.success(), "{service} could not migrate");
        self.suite.start(PEERS).await?;
        self.suite.start(service.as_str()).await
    }

    /// Replaces lines of a configuration file that the suite wrote; each must be there.
    fn rewrite(&self, name: &str, changes: &[(&str, &str)]) -> anyhow::Result<()> {
        let file = self.suite.layout.config(name);
        let mut text = std::fs::read_to_string(&file)?;
        for (from, to) in changes {
            anyhow::ensure!(text.contains(from), "{} has no {from}", file.display());
            text = text.replace(from, to);
        }
        Ok(std::fs::write(file, text)?)
    }

    /// Starts a gateway named `name` on `port` with one worker, like the other proxies; `access_log` as in its configuration.
    pub async fn start_gateway(&self, name: &str, port: u16, access_log: &str) -> anyhow::Result<u32> {
        let layout = &self.suite.layout;
        let own = std::fs::read_to_string(layout.config(ServiceName::Gateway.as_str()))?;
        std::fs::write(layout.config(name), format!("access_log = \"{access_log}\"\n{own}"))?;
        let listen = |port: u16| format!("listen = \"127.0.0.1:{port}\"");
        let json = (r#"log_format = "pretty""#, r#"log_format = "json""#);
        self.rewrite(name, &[(&listen(self.suite.ports.gateway), &listen(port)), json])?;
        let mut command = Command::new(process::binary(ServiceName::Gateway.as_str())?);
        command.arg("serve").arg("--config").arg(layout.config(name)).env("TOKIO_WORKER_THREADS", "1");
        without_settings(&mut command);
        let pid = process::spawn(layout, name, command)?;
        self.answers(name, port).await?;
        Ok(pid)
    }

    /// Waits until process `name` accepts connections on `port`.
    pub async fn answers(&self, name: &str, port: u16) -> anyhow::Result<()> {
        health::listens(port, START).await.with_context(|| {
            let log = process::last_lines(&self.suite.layout, name, 15);
            format!("{name} does not answer on port {port}; its log ends:\n{log}")
        })
    }

    /// What the gateway would tell the service about a caller of the provider's staff; good for at least half a minute.
    pub fn identity(&self) -> anyhow::Result<(HeaderName, HeaderValue)> {
        let token = self.signer.token(&Caller::platform("platform-admin"));
        Ok((HeaderName::from_static(IDENTITY_HEADER), HeaderValue::from_str(&token)?))
    }

    /// The same caller's token of the development issuer.
    pub fn bearer(&self) -> anyhow::Result<(HeaderName, HeaderValue)> {
        let token = format!("Bearer {}", token::platform(&self.suite)?);
        Ok((hyper::header::AUTHORIZATION, HeaderValue::from_str(&token)?))
    }

    /// Ends everything; what a failed run logged stays.
    pub fn down(&self, failed: bool) -> anyhow::Result<()> {
        for name in [ServiceName::OrgFinder.as_str(), PEERS] {
            process::stop(&self.suite.layout, name)?;
        }
        self.suite.postgres.stop()?;
        if failed {
            eprintln!("logs: {}", self.suite.layout.root().join("logs").display());
        } else if !self.kept {
            suite::remove(self.suite.layout.root())?;
        }
        Ok(())
    }
}

/// As whoever runs a database for many would; it begins with the server's next start.
async fn give_memory(postgres: &PersistentCluster) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(&postgres.url(), NoTls).await?;
    tokio::spawn(connection);
    let now: String = client.query_one("SHOW shared_buffers", &[]).await?.get(0);
    if now != CACHE {
        client.batch_execute(&format!("ALTER SYSTEM SET shared_buffers = '{CACHE}'")).await?;
        postgres.stop()?;
        postgres.launch()?;
    }
    Ok(())
}
