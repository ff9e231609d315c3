//! Whom the suite speaks to and no client calls: the name server that has the records of domains, and the mailbox of those who are
//! written to.

use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, bail};
use dialtone_suite::mailbox;
use dialtone_suite::world::World;
use dialtone_testkit::name_server::NameServer;
use regex::Regex;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// The zone that `dns publish` adds to.
const ZONE: &str = "dial-cases.org";

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Both, for all cases.
pub struct Peers {
    port: u16,
    zone: Mutex<Zone>,
}

struct Zone {
    server: NameServer,
    records: String,
}

impl Peers {
    pub async fn start() -> Peers {
        let server = NameServer::start(&[ZONE]).await;
        Peers { port: server.address.port(), zone: Mutex::new(Zone { server, records: String::new() }) }
    }

    /// Of the name server.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a step asks of one of them; none if it is about neither.
    pub async fn ask(&self, world: &World, peer: &str, verb: &str, request: &Value) -> Option<anyhow::Result<Value>> {
        match (peer, verb) {
            ("dns", "publish") => Some(self.publish(request).await),
            ("mailbox", "read") => Some(read(world, request).await),
            ("dns" | "mailbox", _) => Some(Err(anyhow::anyhow!("{peer} cannot {verb}"))),
            _ => None,
        }
    }

    /// The zone has this record, too.
    async fn publish(&self, request: &Value) -> anyhow::Result<Value> {
        let record = text(request, "record")?;
        let zone = &mut *self.zone.lock().await;
        zone.records.push_str(record);
        zone.records.push('\n');
        zone.server.publish(ZONE, &zone.records).await;
        Ok(json!({}))
    }
}

/// The token in the link of the newest mail.
async fn read(world: &World, request: &Value) -> anyhow::Result<Value> {
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"token=([\w.~-]+)").expect("a valid pattern"));
    let (to, containing) = (text(request, "to")?, text(request, "containing")?);
    let mail = mailbox::wait_for(&world.suite.layout.mail(), to, containing, PATIENCE).await?;
    let Some(found) = TOKEN.captures(&mail) else { bail!("the mail has no link: {mail}") };
    Ok(json!({"token": found[1].to_owned()}))
}

fn text<'a>(request: &'a Value, field: &str) -> anyhow::Result<&'a str> {
    request[field].as_str().with_context(|| format!("{field} is no text in {request}"))
}
