//! The domain name system, as far as it proves who controls a domain: TXT records, asked of the configured servers and of nobody else.
//!
//! Names in an answer never become addresses to call: neither the name servers of a domain nor the target of an alias are contacted,
//! they are only asked about.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use crate::model::challenge::NoAnswer;

/// How often a look-up is sent at most: a datagram may get lost.
const TRIES: u32 = 3;
/// What a caller's deadline leaves for writing down what was found.
const RESERVE: Duration = Duration::from_secs(1);

/// How the DNS is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsConfig {
    /// Who is asked; those of the system where none is named.
    pub servers: Vec<Nameserver>,
    /// The longest that a look-up may take, all tries together.
    pub timeout_ms: u64,
}

/// The address of a name server: `192.0.2.53`, or with a port `192.0.2.53:5353`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Nameserver(pub SocketAddr);

impl TryFrom<String> for Nameserver {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let with_port = text.parse::<SocketAddr>();
        let address = with_port.or_else(|_| text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53)));
        address
            .map(Self)
            .map_err(|_| format!("`{text}` is no address of a name server, such as 192.0.2.53 or [2001:db8::53]:53"))
    }
}

/// The way to the DNS. Remembers no answer: who just created a record must not be told of a time before it.
pub struct Dns {
    resolver: TokioResolver,
    patience: Duration,
}

impl Dns {
    /// # Errors
    /// When the resolver cannot be built.
    pub fn new(config: &DnsConfig) -> Result<Self, NetError> {
        let servers = if config.servers.is_empty() { of_system() } else { of_config(&config.servers) };
        let patience = Duration::from_millis(config.timeout_ms);
        let (asked, runtime) = (ResolverConfig::from_name_servers(servers), TokioRuntimeProvider::default());
        let builder = TokioResolver::builder_with_config(asked, runtime).with_options(options(patience));
        Ok(Self { resolver: builder.build()?, patience })
    }

    /// The texts of a name's TXT records, in no particular order, each joined of the strings that it was cut into; aliases are followed.
    /// None where there is no such name or no such record. Ends well before `deadline`.
    pub async fn texts(&self, name: &str, deadline: Instant) -> Result<Vec<Vec<u8>>, NoAnswer> {
        let mut name = Name::from_ascii(name).map_err(|_| NoAnswer::ServerFailure)?;
        // Otherwise the search list of the system would be tried, too.
        name.set_fqdn(true);
        let until = (Instant::now() + self.patience).min(deadline.checked_sub(RESERVE).unwrap_or(deadline));
        let answer = timeout_at(until, self.resolver.txt_lookup(name.clone())).await;
        match answer.map_err(|_| NoAnswer::Timeout)? {
            Ok(found) => Ok(texts(name, &found)),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => {
                tracing::info!(%name, %error, "a challenge could not be looked up");
                Err(no_answer(&error))
            }
        }
    }
}

fn of_config(servers: &[Nameserver]) -> Vec<NameServerConfig> {
    let connection = |protocol, port| {
        let mut connection = ConnectionConfig::new(protocol);
        connection.port = port;
        connection
    };
    let server = |Nameserver(address): &Nameserver| {
        let ways = [ProtocolConfig::Udp, ProtocolConfig::Tcp].map(|protocol| connection(protocol, address.port()));
        NameServerConfig::new(address.ip(), true, ways.into())
    };
    servers.iter().map(server).collect()
}

/// A machine without any can do everything but verify domains.
fn of_system() -> Vec<NameServerConfig> {
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, _)) => config.name_servers,
        Err(error) => {
            tracing::warn!(%error, "the system names no name server, so no domain can be verified; set dns.servers");
            Vec::new()
        }
    }
}

fn options(patience: Duration) -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = patience / TRIES;
    options.attempts = TRIES as usize - 1;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    // Makes an answer harder to forge for somebody who cannot see the question.
    options.case_randomization = true;
    options
}

fn texts(asked: Name, found: &Lookup) -> Vec<Vec<u8>> {
    let mut names = vec![asked];
    // A server answers a chain of aliases in its order; whatever else it adds is not what was asked for.
    for record in found.answers() {
        if let RData::CNAME(target) = &record.data
            && names.contains(&record.name)
        {
            names.push(target.0.clone());
        }
    }
    let own = found.answers().iter().filter(|record| names.contains(&record.name));
    own.filter_map(|record| match &record.data {
        RData::TXT(text) => Some(text.txt_data.concat()),
        _ => None,
    })
    .collect()
}

fn no_answer(error: &NetError) -> NoAnswer {
    match error {
        NetError::Timeout => NoAnswer::Timeout,
        NetError::Io(_) | NetError::NoConnections | NetError::Busy => NoAnswer::Network,
        // A refusal of the server's, or an answer that cannot be used; the library may grow further kinds.
        _ => NoAnswer::ServerFailure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_address_with_or_without_a_port() {
        for (text, address) in [
            ("192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ] {
            let parsed = Nameserver::try_from(text.to_owned()).expect("it is one");
            assert_eq!(parsed.0.to_string(), address);
        }
        for text in ["", "dns.example.org", "192.0.2.53:", "192.0.2"] {
            assert!(Nameserver::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
