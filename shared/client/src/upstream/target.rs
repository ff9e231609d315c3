//! Which hosts an upstream has, as configured: parsing of `host:port,host:port`. Does not look anything up.

use http::uri::Authority;

/// One host of a target, with its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// `host:port` as configured, sent as `:authority`.
    pub(crate) authority: Authority,
    /// The port.
    pub(crate) port: u16,
}

impl Host {
    /// The host without brackets, as the resolver and TLS want it.
    pub(crate) fn name(&self) -> &str {
        self.authority.host().trim_matches(['[', ']'])
    }
}

/// The target is not a list of `host:port`.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not host:port")]
pub struct BadTarget(pub String);

/// Reads a target; at least one host.
pub(crate) fn parse(target: &str) -> Result<Vec<Host>, BadTarget> {
    target.split(',').map(|part| host(part.trim())).collect()
}

fn host(text: &str) -> Result<Host, BadTarget> {
    let bad = || BadTarget(text.to_owned());
    let authority: Authority = text.parse().map_err(|_| bad())?;
    let port = authority.port_u16().ok_or_else(bad)?;
    if authority.host().is_empty() || text.contains('@') {
        return Err(bad());
    }
    Ok(Host { authority, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_read() {
        let hosts = parse("org-finder.suite.svc:50051, [::1]:50052,127.0.0.1:1").expect("well-formed");
        let names: Vec<_> = hosts.iter().map(|h| (h.name(), h.port)).collect();
        assert_eq!(names, [("org-finder.suite.svc", 50051), ("::1", 50052), ("127.0.0.1", 1)]);
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for bad in ["", "host", ":1", "host:99999", "a:1,", "user@host:1", "http://host:1"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
