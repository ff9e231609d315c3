//! The mail server of the local suite: takes every mail over SMTP and keeps it as a file, so that people and tests can
//! read it. SMTP itself is spoken by `mailin`.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use mailin_embedded::{Handler, Response, Server, SslConfig, response};

/// Serves SMTP on the loopback address and writes each mail to `folder`. Blocks its thread until the process ends.
pub fn serve(port: u16, folder: &Path) -> anyhow::Result<()> {
    let keeper = Keeper { folder: folder.to_owned(), mail: Vec::new() };
    let mut server = Server::new(keeper);
    let fault = |e: mailin_embedded::err::Error| anyhow::anyhow!("the mail server did not start: {e}");
    server.with_name("localhost").with_ssl(SslConfig::None).map_err(fault)?;
    server.with_addr(SocketAddr::from(([127, 0, 0, 1], port))).map_err(fault)?;
    server.serve().map_err(fault)
}

/// Waits until a mail to `recipient` with `needle` in it is there, and returns its newest such text.
pub async fn wait_for(folder: &Path, recipient: &str, needle: &str, within: Duration) -> anyhow::Result<String> {
    let end = tokio::time::Instant::now() + within;
    loop {
        if let Some(text) = newest(folder, recipient, needle)? {
            return Ok(text);
        }
        anyhow::ensure!(tokio::time::Instant::now() < end, "no mail to {recipient} with {needle:?} within {within:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn newest(folder: &Path, recipient: &str, needle: &str) -> anyhow::Result<Option<String>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .collect();
    files.sort();
    for file in files.iter().rev() {
        let text = decode(&std::fs::read_to_string(file)?);
        if text.contains(recipient) && text.contains(needle) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// Undoes quoted-printable, in which long lines (links above all) are folded.
fn decode(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")
}

#[derive(Clone)]
struct Keeper {
    folder: PathBuf,
    mail: Vec<u8>,
}

impl Handler for Keeper {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        response::OK
    }

    fn data_start(&mut self, _domain: &str, _from: &str, _is8bit: bool, _to: &[String]) -> Response {
        self.mail.clear();
        response::OK
    }

    fn data(&mut self, part: &[u8]) -> io::Result<()> {
        self.mail.extend_from_slice(part);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        match self.keep() {
            Ok(()) => response::OK,
            Err(_) => response::INTERNAL_ERROR,
        }
    }
}

impl Keeper {
    /// Written under another name first, so that a reader never sees half a mail.
    fn keep(&self) -> io::Result<()> {
        let name = uuid::Uuid::now_v7().to_string();
        let partial = self.folder.join(format!("{name}.part"));
        std::fs::write(&partial, &self.mail)?;
        std::fs::rename(&partial, self.folder.join(format!("{name}.eml")))
    }
}
