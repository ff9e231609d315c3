//! Brings a whole suite up and down: Postgres, the development peers (issuer and mail server), the four services and
//! the gateway, each as its own process. `make up`, the demo and the scenario tests all start it here.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use dialtone_ids::ServiceName;
use dialtone_testkit::postgres::{Cluster, PersistentCluster};

use crate::layout::{Layout, Ports};
use crate::sockets::Sockets;
use crate::{database, health, process, settings};

/// The four services with a database, in the order they start: each after those it calls.
pub const SERVICES: [ServiceName; 4] =
    [ServiceName::OrgFinder, ServiceName::Templates, ServiceName::UserProvisioning, ServiceName::Subscriptions];

/// Name of the process with the development issuer and the mail server.
pub const PEERS: &str = "peers";

/// How long a process may take until it answers.
const START: Duration = Duration::from_secs(30);

/// A suite that is up.
pub struct Suite {
    pub layout: Layout,
    pub ports: Ports,
    pub postgres: PersistentCluster,
    sockets: Sockets,
}

impl Suite {
    /// Brings everything up that is not up yet; `say` is told of each step.
    pub async fn up(layout: Layout, wanted: Ports, say: &dyn Fn(&str)) -> anyhow::Result<Suite> {
        layout.create()?;
        let sockets = reserve(&layout, &wanted).await?;
        let postgres = Cluster::persistent(&layout.database(), wanted.postgres)?;
        let ports = Ports { postgres: postgres.port(), ..wanted };
        say(&format!("Postgres answers on port {}", ports.postgres));
        ports.write(&layout)?;
        settings::write(&layout, &ports)?;
        database::prepare(&postgres, &layout).await?;
        say("one database; a schema and two roles per service; migrations are applied");
        let suite = Suite { sockets, ..Suite::of(layout, ports, postgres) };
        if let Err(error) = suite.start_all(say).await {
            suite.down(&|_| {}).context(error.to_string())?;
            return Err(error);
        }
        Ok(suite)
    }

    /// A suite in `layout` of which Postgres runs.
    pub fn of(layout: Layout, ports: Ports, postgres: PersistentCluster) -> Suite {
        Suite { layout, ports, postgres, sockets: Sockets::default() }
    }

    async fn start_all(&self, say: &dyn Fn(&str)) -> anyhow::Result<()> {
        self.start(PEERS).await?;
        say(&format!("development issuer on port {}, mail server on port {}", self.ports.issuer, self.ports.smtp));
        for service in SERVICES {
            self.start(service.as_str()).await?;
        }
        self.start(ServiceName::Gateway.as_str()).await?;
        say(&format!("four services and the gateway answer; the gateway is localhost:{}", self.ports.gateway));
        Ok(())
    }

    /// The suite that was brought up in `layout` before.
    pub fn find(layout: Layout) -> anyhow::Result<Suite> {
        let ports = Ports::read(&layout)?;
        let postgres =
            PersistentCluster::running_in(&layout.database()).context("Postgres does not run; run `make up`")?;
        Ok(Suite::of(layout, ports, postgres))
    }

    /// Starts one process, unless it runs, and waits until it answers.
    pub async fn start(&self, name: &str) -> anyhow::Result<()> {
        let port = self.ports.of(name)?;
        if process::running(&self.layout, name).is_none() {
            let mut command = self.command(name)?;
            if name != PEERS {
                self.sockets.hand_over(port, &mut command).await?;
            }
            process::spawn(&self.layout, name, command)?;
        }
        let ready = async {
            match name {
                PEERS => health::listens(port, START).await,
                _ => health::serves(port, START).await,
            }
        };
        let answers = tokio::select! {
            answers = ready => answers,
            () = process::ended(&self.layout, name) => Err(anyhow::anyhow!("it ended")),
        };
        answers.with_context(|| {
            format!(
                "{name} does not answer on port {port}; its log ends:\n{}",
                process::last_lines(&self.layout, name, 15)
            )
        })
    }

    /// Ends every process, the gateway first and Postgres last. Data stays.
    pub fn down(&self, say: &dyn Fn(&str)) -> anyhow::Result<()> {
        let services = SERVICES.iter().rev().map(|s| s.as_str());
        for name in std::iter::once(ServiceName::Gateway.as_str()).chain(services).chain([PEERS]) {
            if process::stop(&self.layout, name)? {
                say(&format!("{name} has ended"));
            }
        }
        self.postgres.stop()?;
        say("Postgres has ended; its data stays in place");
        Ok(())
    }

    fn command(&self, name: &str) -> anyhow::Result<Command> {
        let mut command;
        if name == PEERS {
            command = Command::new(process::binary("dialtone-suite")?);
            command.arg("peers").arg("--folder").arg(self.layout.root());
        } else {
            command = Command::new(process::binary(name)?);
            command.arg("serve").arg("--config").arg(self.layout.config(name));
        }
        without_settings(&mut command);
        Ok(command)
    }

    /// The URL of the one address for everything.
    pub fn gateway(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.gateway)
    }
}

/// Binds the ports of every process that does not run yet.
async fn reserve(layout: &Layout, ports: &Ports) -> anyhow::Result<Sockets> {
    let sockets = Sockets::default();
    for service in SERVICES.into_iter().chain([ServiceName::Gateway]) {
        if process::running(layout, service.as_str()).is_none() {
            sockets.reserve(ports.of(service.as_str())?).await?;
        }
    }
    Ok(sockets)
}

/// A service of the suite listens to its file alone: a stray variable of the caller's must not change a test.
pub fn without_settings(command: &mut Command) {
    for (key, _) in std::env::vars() {
        if key.starts_with("DIALTONE_") {
            command.env_remove(key);
        }
    }
}

/// Removes what a suite left in `folder`.
pub fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
