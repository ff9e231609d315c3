//! pgbench with the statements of the service: the same SQL, prepared, as the same role, on as many connections.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use dialtone_suite::settings::DATABASE;
use dialtone_testkit::postgres::Binaries;
use regex::Regex;

use crate::stand::Stand;
use crate::statements::{Statement, placed};

/// How statements are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// One, its answer, the next.
    OneByOne,
    /// In as many round trips as the service makes.
    Pipelined,
}

/// A script and what runs it.
pub struct Script {
    program: PathBuf,
    file: PathBuf,
    port: u16,
    clients: usize,
}

impl Script {
    /// Writes the script. `calls` are the statements of one call for each client, which differ in their values only.
    pub fn write(stand: &Stand, name: &str, calls: &[Vec<Statement>], sending: Sending) -> anyhow::Result<Script> {
        let program = Binaries::find(None)?.program("pgbench");
        ensure!(program.is_file(), "this Postgres comes without pgbench");
        let first = calls.first().context("no call to compare with")?;
        for call in calls {
            ensure!(
                shape(call) == shape(first),
                "calls of one method differ: {:#?} and {:#?}",
                shape(call),
                shape(first)
            );
        }
        let file = stand.suite.layout.root().join("config").join(format!("{name}.pgbench"));
        std::fs::write(&file, values(calls)? + &transactions(calls, sending))?;
        Ok(Script { program, file, port: stand.suite.ports.postgres, clients: calls.len() })
    }

    /// Runs it for so long; transactions per second. An error if one failed.
    pub async fn run(&self, seconds: u32) -> anyhow::Result<f64> {
        let mut command = Command::new(&self.program);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--define=ready=0"])
            .args(["--host=127.0.0.1", "--username=org_finder_app"])
            .arg(format!("--client={}", self.clients))
            .arg(format!("--time={seconds}"))
            .arg(format!("--port={}", self.port))
            .arg(format!("--file={}", self.file.display()))
            .arg(DATABASE)
            .env("PGOPTIONS", "-c search_path=org_finder,public");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let failed = !output.status.success() || !said.contains("number of failed transactions: 0 ");
        if failed || complained.contains("error") {
            bail!("pgbench failed:\n{said}{complained}");
        }
        let rate = Regex::new(r"(?m)^tps = ([0-9.]+) \(without initial connection time\)")?.captures(&said);
        Ok(rate.with_context(|| format!("no rate in\n{said}"))?[1].parse()?)
    }
}

/// Each client gets its own values, once: `:v0_1` is parameter 1 of statement 0.
fn values(calls: &[Vec<Statement>]) -> anyhow::Result<String> {
    let row = |client: usize, call: &[Statement]| {
        let values = call.iter().flat_map(|s| &s.parameters).map(|value| format!("'{}'", value.replace('\'', "''")));
        format!("({client}, {})", values.collect::<Vec<_>>().join(", "))
    };
    let names: Vec<String> = calls[0]
        .iter()
        .enumerate()
        .flat_map(|(place, s)| (1..=s.parameters.len()).map(move |number| format!("v{place}_{number}")))
        .collect();
    let rows: Vec<String> = calls.iter().enumerate().map(|(client, call)| row(client, call)).collect();
    let mut script = String::from("\\if :ready = 0\n");
    let names = names.join(", ");
    writeln!(
        script,
        "SELECT {names} FROM (VALUES {}) AS own (client, {names}) WHERE client = :client_id \\gset",
        rows.join(", ")
    )?;
    script += "\\set ready 1\n\\endif\n";
    Ok(script)
}

/// The statements without what SET sets, which is part of their text.
fn shape(call: &[Statement]) -> Vec<&str> {
    let text = |statement: &'_ Statement| match statement.text.split_once(" = ") {
        Some((what, _)) if what.starts_with("SET ") => what.len(),
        _ => statement.text.len(),
    };
    call.iter().map(|statement| &statement.text[..text(statement)]).collect()
}

/// To each client its own, because SET takes no parameters.
fn transactions(calls: &[Vec<Statement>], sending: Sending) -> String {
    let mut script = String::new();
    for (client, call) in calls.iter().enumerate() {
        script += &format!("\\{} :client_id = {client}\n", if client == 0 { "if" } else { "elif" });
        script += &transaction(call, sending);
    }
    script + "\\endif\n"
}

fn transaction(call: &[Statement], sending: Sending) -> String {
    let mut script = String::new();
    let pipelined = sending == Sending::Pipelined;
    for (place, statement) in call.iter().enumerate() {
        let joins_next = call.get(place + 1).is_some_and(|next| next.joined);
        if pipelined && !statement.joined && joins_next {
            script += "\\startpipeline\n";
        }
        // One line: an empty one would end a statement of pgbench's early.
        let text = placed(&statement.text, |number| format!(":v{place}_{number}")).replace('\n', " ");
        script += &format!("{text};\n");
        if pipelined && statement.joined && !joins_next {
            script += "\\endpipeline\n";
        }
    }
    script
}
