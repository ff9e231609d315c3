//! A real SMTP server of a test's own. It takes every mail, except to addresses that say otherwise.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use dialtone_testkit::eventually;
use mailin_embedded::{Handler, Response, Server, SslConfig, response};

use crate::support::PATIENCE;

/// Addresses that begin so are refused for good.
pub const REFUSED: &str = "refused.";
/// Addresses that begin so are refused twice before they are taken.
pub const LATER: &str = "later.";

/// What came in.
#[derive(Clone)]
pub struct Mailbox {
    pub port: u16,
    mails: Arc<Mutex<Vec<(String, String)>>>,
}

impl Mailbox {
    /// Serves until the process of the tests ends.
    pub fn start() -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let mails = Arc::default();
        let handler = Keeper { mails: Arc::clone(&mails), put_off: Arc::default(), to: Vec::new(), text: Vec::new() };
        std::thread::spawn(move || {
            let mut server = Server::new(handler);
            server.with_name("localhost").with_num_threads(2).with_tcp_listener(listener);
            server.with_ssl(SslConfig::None).expect("no TLS needs nothing");
            server.serve().expect("the mail server serves");
        });
        Mailbox { port, mails }
    }

    /// The mails to an address so far, decoded.
    pub fn to(&self, address: &str) -> Vec<String> {
        let mails = self.mails.lock().expect("nobody panics with the lock");
        mails.iter().filter(|(to, _)| to == address).map(|(_, text)| text.clone()).collect()
    }

    /// The mail number `count` to an address, counted from 1.
    pub async fn nth(&self, address: &str, count: usize) -> String {
        eventually(&format!("mail {count} to {address}"), PATIENCE, async || self.to(address).get(count - 1).cloned())
            .await
    }
}

/// The token of the link in a mail.
pub fn token_in(mail: &str) -> String {
    let line =
        mail.lines().find(|line| line.starts_with("http") && line.contains("token=")).expect("a link on its own line");
    line.split_once("token=").expect("it has one").1.to_owned()
}

#[derive(Clone)]
struct Keeper {
    mails: Arc<Mutex<Vec<(String, String)>>>,
    put_off: Arc<Mutex<HashMap<String, usize>>>,
    to: Vec<String>,
    text: Vec<u8>,
}

impl Handler for Keeper {
    fn rcpt(&mut self, to: &str) -> Response {
        if to.starts_with(REFUSED) {
            return response::NO_MAILBOX;
        }
        let mut put_off = self.put_off.lock().expect("nobody panics with the lock");
        let times = put_off.entry(to.to_owned()).or_default();
        *times += 1;
        if to.starts_with(LATER) && *times <= 2 {
            return Response::custom(450, "come back later".to_owned());
        }
        response::OK
    }

    fn data_start(&mut self, _domain: &str, _from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.to = to.to_vec();
        self.text.clear();
        response::OK
    }

    fn data(&mut self, part: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(part);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let text = String::from_utf8_lossy(&self.text).replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n");
        let mut mails = self.mails.lock().expect("nobody panics with the lock");
        mails.extend(self.to.iter().map(|to| (to.clone(), text.clone())));
        response::OK
    }
}
