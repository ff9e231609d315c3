//! Writes the keys and the configuration files of a suite's processes.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use dialtone_authz::keys;
use dialtone_ids::ServiceName;

use crate::issuer::{AUDIENCE, PLATFORM_ROLE, ROLES_CLAIM};
use crate::layout::{Layout, Ports};
use crate::suite::SERVICES;

/// Password of every role of a suite's database: it listens on the loopback only and trusts whoever reaches it.
pub const PASSWORD: &str = "dialtone";

/// Name of the suite's database.
pub const DATABASE: &str = "dialtone";

/// The signer of set-up sessions, whom the gateway trusts beside the issuer.
const SETUP_SESSIONS: &str = "setup-sessions";

/// Writes everything that is not there yet; files are rewritten, keys are kept.
pub fn write(layout: &Layout, ports: &Ports) -> anyhow::Result<()> {
    for signer in ServiceName::ALL.iter().map(|s| s.as_str()).chain([SETUP_SESSIONS]) {
        key_pair(&layout.keys(), signer)?;
    }
    for secret in ["paging", "setup-links"] {
        shared_secret(&layout.keys(), secret)?;
    }
    for service in SERVICES {
        write_file(layout, service.as_str(), &service_settings(layout, ports, service)?)?;
    }
    write_file(layout, ServiceName::Gateway.as_str(), &gateway_settings(layout, ports)?)
}

fn write_file(layout: &Layout, process: &str, text: &str) -> anyhow::Result<()> {
    let file = layout.config(process);
    std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))
}

fn key_pair(folder: &Path, signer: &str) -> anyhow::Result<()> {
    let private = folder.join(format!("{signer}.pem"));
    if !private.exists() {
        let pair = keys::generate();
        std::fs::write(folder.join(format!("{signer}.pub.pem")), pair.public)?;
        std::fs::write(private, pair.private)?;
    }
    Ok(())
}

fn shared_secret(folder: &Path, name: &str) -> anyhow::Result<()> {
    let file = folder.join(name);
    if !file.exists() {
        std::fs::write(file, format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple()))?;
    }
    Ok(())
}

/// The URL of the database as one of a service's two roles.
pub fn database_url(ports: &Ports, role: &str) -> String {
    format!("postgres://{role}:{PASSWORD}@127.0.0.1:{}/{DATABASE}", ports.postgres)
}

fn service_settings(layout: &Layout, ports: &Ports, service: ServiceName) -> anyhow::Result<String> {
    let (keys, schema, port) = (layout.keys(), service.schema(), ports.of(service.as_str())?);
    let mut text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\nlame_duck_ms = 0\n\n[telemetry]\nlog_format = \"pretty\"\n\n\
         [database]\nurl = \"{}\"\n\n[migration]\nurl = \"{}\"\n\n[paging]\nkey_file = {:?}\n\n",
        database_url(ports, &format!("{schema}_app")),
        database_url(ports, &format!("{schema}_owner")),
        keys.join("paging"),
    );
    text += &identity(&keys, service.as_str())?;
    text += &peers(ports, service);
    if service != ServiceName::Templates {
        // After a crash its operations go on after this time: people and tests would not wait the usual 15 seconds.
        text += "[operations]\nlease_ms = 2000\n\n";
    }
    if let Some(port) = ports.name_server.filter(|_| service == ServiceName::OrgFinder) {
        write!(text, "[dns]\nservers = [\"127.0.0.1:{port}\"]\n\n")?;
    }
    if service == ServiceName::Subscriptions {
        write!(
            text,
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsetup_url = \"http://localhost:{}/setup\"\n\n\
             [setup_links]\nkey_file = {:?}\n\n[setup_sessions]\nprivate_key_file = {:?}\n",
            ports.smtp,
            ports.gateway,
            keys.join("setup-links"),
            keys.join(format!("{SETUP_SESSIONS}.pem")),
        )?;
    }
    Ok(text)
}

/// Who the process is, and that it believes every process of the suite.
fn identity(keys: &Path, name: &str) -> anyhow::Result<String> {
    let mut text =
        format!("[identity]\nprivate_key_file = {:?}\n\n[identity.trusted]\n", keys.join(format!("{name}.pem")));
    for issuer in ServiceName::ALL {
        let public = std::fs::read_to_string(keys.join(format!("{issuer}.pub.pem")))?;
        writeln!(text, "{issuer} = \"\"\"\n{public}\"\"\"")?;
    }
    text.push('\n');
    Ok(text)
}

/// The services that each service calls or watches: the arrows of the architecture.
fn peers(ports: &Ports, service: ServiceName) -> String {
    let called: &[(&str, u16)] = match service {
        ServiceName::OrgFinder => {
            &[("subscriptions", ports.subscriptions), ("user_provisioning", ports.user_provisioning)]
        }
        ServiceName::Templates => &[("org_finder", ports.org_finder), ("subscriptions", ports.subscriptions)],
        ServiceName::Subscriptions => &[
            ("org_finder", ports.org_finder),
            ("templates", ports.templates),
            ("user_provisioning", ports.user_provisioning),
        ],
        ServiceName::UserProvisioning => &[("org_finder", ports.org_finder), ("templates", ports.templates)],
        ServiceName::Gateway => &[],
    };
    called.iter().map(|(name, port)| format!("[peers.{name}]\ntarget = \"127.0.0.1:{port}\"\n\n")).collect()
}

fn gateway_settings(layout: &Layout, ports: &Ports) -> anyhow::Result<String> {
    let keys = layout.keys();
    Ok(format!(
        "[serve]\nlisten = \"127.0.0.1:{}\"\nlame_duck_ms = 0\n\n[telemetry]\nlog_format = \"pretty\"\n\n\
         [identity]\nprivate_key_file = {:?}\n\n{}\
         [auth.oidc.development]\nissuer = \"http://127.0.0.1:{}\"\naudience = \"{AUDIENCE}\"\n\
         algorithms = [\"ES256\"]\nroles_claim = \"{ROLES_CLAIM}\"\nplatform_role = \"{PLATFORM_ROLE}\"\n\n\
         [auth.setup]\npublic_key_file = {:?}\n",
        ports.gateway,
        keys.join("gateway.pem"),
        upstreams(ports),
        ports.issuer,
        keys.join(format!("{SETUP_SESSIONS}.pub.pem")),
    ))
}

fn upstreams(ports: &Ports) -> String {
    ServiceName::ALL
        .iter()
        .filter(|service| **service != ServiceName::Gateway)
        .filter_map(|service| Some((service.schema(), ports.of(service.as_str()).ok()?)))
        .map(|(name, port)| format!("[upstreams.{name}]\ntarget = \"127.0.0.1:{port}\"\n\n"))
        .collect()
}
