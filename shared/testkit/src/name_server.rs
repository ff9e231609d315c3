//! NSD, a name server that others wrote, started by the test that asks it. `DIALTONE_NSD` names the program; else it is fetched.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ProtocolConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::eventually;

/// A zone that every server has and cannot load: asked about it, it answers SERVFAIL.
pub const BROKEN: &str = "dial-broken.org";

const SOON: Duration = Duration::from_secs(30);

/// A running server; it stops when this is dropped.
pub struct NameServer {
    process: Child,
    folder: TempDir,
    /// Where it answers, over UDP and TCP.
    pub address: SocketAddr,
    serial: u32,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // It stops its own processes only when it is told to.
        let _ = kill(pid(&self.process), Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

fn pid(process: &Child) -> Pid {
    Pid::from_raw(process.id().try_into().expect("a process id"))
}

/// Given by the test command, or fetched as it would do it.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(given) = std::env::var_os("DIALTONE_NSD") {
        return given.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut fetch = Command::new(env!("CARGO"));
    fetch.current_dir(root).args(["run", "--quiet", "--package", "xtask", "--", "tools", "nsd"]);
    let output = fetch.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(output.status.success(), "nsd cannot be fetched; put it on the PATH");
    String::from_utf8(output.stdout).expect("a path").lines().last().expect("a path").into()
});

fn zone(name: &str, serial: u32, records: &str) -> String {
    format!(
        "$ORIGIN {name}.\n$TTL 300\n@ SOA ns.{name}. hostmaster.{name}. {serial} 3600 600 86400 60\n\
         @ NS ns.{name}.\nns A 127.0.0.1\n{records}\n"
    )
}

fn settings(folder: &Path, address: SocketAddr, zones: &[&str]) -> String {
    let zones: String = zones.iter().map(|zone| format!("zone:\n  name: {zone}\n  zonefile: {zone}\n")).collect();
    let folder = folder.display();
    format!(
        "server:\n  ip-address: {}@{}\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"{folder}\"\n\
         \x20 pidfile: \"{folder}/nsd.pid\"\n  xfrdfile: \"{folder}/xfrd.state\"\n  zonelistfile: \"{folder}/zone.list\"\n\
         \x20 logfile: \"{folder}/nsd.log\"\n  server-count: 1\n  rrl-ratelimit: 0\n\
         remote-control:\n  control-enable: no\n{zones}",
        address.ip(),
        address.port()
    )
}

impl NameServer {
    /// A server of these zones, at least one, which have no records yet.
    ///
    /// # Panics
    /// Where the program is not there and cannot be fetched.
    pub async fn start(zones: &[&str]) -> NameServer {
        // The port may be taken by somebody else between the look and the start.
        for _ in 0..10 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr()).expect("a free port");
            if let Some(server) = Self::start_on(free, zones).await {
                return server;
            }
        }
        panic!("nsd does not start");
    }

    async fn start_on(address: SocketAddr, zones: &[&str]) -> Option<NameServer> {
        let folder = TempDir::new().expect("a folder");
        for name in zones {
            std::fs::write(folder.path().join(name), zone(name, 1, "")).expect("it can be written");
        }
        std::fs::write(folder.path().join(BROKEN), "nonsense (").expect("it can be written");
        let file = folder.path().join("nsd.conf");
        std::fs::write(&file, settings(folder.path(), address, &[zones, &[BROKEN]].concat()))
            .expect("it can be written");
        let process = Command::new(&*PROGRAM).arg("-d").arg("-c").arg(file).stderr(Stdio::null()).spawn();
        let mut server = NameServer { process: process.expect("nsd can be started"), folder, address, serial: 1 };
        let started = eventually("nsd answers or is gone", SOON, async || {
            let gone = server.process.try_wait().expect("it is ours").is_some();
            if gone { Some(false) } else { (server.serial_of(zones[0]).await == Some(1)).then_some(true) }
        });
        started.await.then_some(server)
    }

    /// The zone has these records and no others, in the notation of zone files.
    pub async fn publish(&mut self, name: &str, records: &str) {
        self.serial += 1;
        std::fs::write(self.folder.path().join(name), zone(name, self.serial, records)).expect("it can be written");
        eventually("nsd has the new zone", SOON, async || {
            // A file that changed within the second in which it was read goes unnoticed until it is touched again.
            let touched = std::fs::File::open(self.folder.path().join(name)).expect("it is there");
            touched.set_modified(std::time::SystemTime::now()).expect("it is ours");
            kill(pid(&self.process), Signal::SIGHUP).expect("it runs");
            (self.serial_of(name).await == Some(self.serial)).then_some(())
        })
        .await;
    }

    async fn serial_of(&self, name: &str) -> Option<u32> {
        let mut connection = ConnectionConfig::new(ProtocolConfig::Tcp);
        connection.port = self.address.port();
        let server = NameServerConfig::new(self.address.ip(), true, vec![connection]);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build();
        let found = resolver.expect("a resolver").soa_lookup(format!("{name}.")).await.ok()?;
        found.answers().iter().find_map(|record| match &record.data {
            RData::SOA(soa) => Some(soa.serial),
            _ => None,
        })
    }
}
