//! Where a local suite keeps its things and which ports it uses. Knows no service and starts nothing.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// The folder of one suite: database, keys, configuration, process ids, logs and mail.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The suite that `make up` and `make demo` use: `.dev/suite` below the project's root.
    pub fn of_project() -> Self {
        Self::at(&project_root().join(".dev/suite"))
    }

    /// A suite in any folder; tests use a fresh one each.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Data of Postgres.
    pub fn database(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// Private and public keys, one pair per signer.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Configuration files as generated, one per process.
    pub fn config(&self, process: &str) -> PathBuf {
        self.root.join("config").join(format!("{process}.toml"))
    }

    /// Process id of a running process.
    pub fn pid_file(&self, process: &str) -> PathBuf {
        self.root.join("run").join(format!("{process}.pid"))
    }

    /// What a process printed.
    pub fn log(&self, process: &str) -> PathBuf {
        self.root.join("logs").join(format!("{process}.log"))
    }

    /// Mails that the local SMTP server received, one file each.
    pub fn mail(&self) -> PathBuf {
        self.root.join("mail")
    }

    /// The ports in use, as written by the suite that runs here.
    pub fn ports_file(&self) -> PathBuf {
        self.root.join("ports.json")
    }

    /// Creates every folder.
    pub fn create(&self) -> io::Result<()> {
        for folder in ["keys", "config", "run", "logs", "mail"] {
            std::fs::create_dir_all(self.root.join(folder))?;
        }
        Ok(())
    }
}

/// The project's root: the folder above this crate.
pub fn project_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies below the project's root")
}

/// One port per process of a suite, all on the loopback address.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Ports {
    pub gateway: u16,
    pub org_finder: u16,
    pub templates: u16,
    pub subscriptions: u16,
    pub user_provisioning: u16,
    pub postgres: u16,
    pub issuer: u16,
    pub smtp: u16,
    /// The name server that domains are verified by; without one, those of the system.
    #[serde(default)]
    pub name_server: Option<u16>,
}

impl Ports {
    /// The documented ports of the local suite.
    pub fn documented() -> Self {
        Self {
            gateway: 8080,
            org_finder: 50051,
            templates: 50052,
            subscriptions: 50053,
            user_provisioning: 50054,
            postgres: 15432,
            issuer: 8090,
            smtp: 8025,
            name_server: None,
        }
    }

    /// Free ports, for a suite beside others. They are free at the time of asking, which is as good as it gets.
    pub fn free() -> anyhow::Result<Self> {
        let held: Vec<TcpListener> = (0..8).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
        let port = |i: usize| held[i].local_addr().map(|a| a.port());
        Ok(Self {
            gateway: port(0)?,
            org_finder: port(1)?,
            templates: port(2)?,
            subscriptions: port(3)?,
            user_provisioning: port(4)?,
            postgres: port(5)?,
            issuer: port(6)?,
            smtp: port(7)?,
            name_server: None,
        })
    }

    /// The port of a process by its name.
    pub fn of(&self, process: &str) -> anyhow::Result<u16> {
        Ok(match process {
            "gateway" => self.gateway,
            "org-finder" => self.org_finder,
            "templates" => self.templates,
            "subscriptions" => self.subscriptions,
            "user-provisioning" => self.user_provisioning,
            "peers" => self.issuer,
            other => anyhow::bail!("no port is known for {other}"),
        })
    }

    /// The ports of the suite that was brought up in `layout`.
    pub fn read(layout: &Layout) -> anyhow::Result<Self> {
        let file = layout.ports_file();
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("no suite was brought up here ({}); run `make up`", file.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Notes the ports for later commands.
    pub fn write(&self, layout: &Layout) -> anyhow::Result<()> {
        Ok(std::fs::write(layout.ports_file(), serde_json::to_string_pretty(self)?)?)
    }
}
