//! What the service really sends for a call: the server logs every statement for a moment, and the transactions of the call
//! are read from its log. So the comparison is always with the same SQL, whatever the service becomes.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, ensure};
use regex::Regex;
use tokio::time::{Instant, sleep};
use tokio_postgres::NoTls;

use crate::stand::Stand;

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// With `$1`, `$2`, ... for parameters.
    pub text: String,
    /// Values of the parameters, as text.
    pub parameters: Vec<String>,
    /// Sent together with the one before it, so that only one answer is awaited.
    pub joined: bool,
}

/// How long the server may take until it logs, and we until we find it.
const PATIENCE: Duration = Duration::from_secs(15);

/// The statements of one call, which `call` makes. They are recognised by `mark`, the value of a parameter that no other has.
pub async fn of_call(
    stand: &Stand,
    mark: &str,
    call: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Statement>> {
    log_statements(stand, "all").await?;
    let found = look(&stand.suite.postgres.log(), mark, call).await;
    log_statements(stand, "none").await?;
    found
}

async fn log_statements(stand: &Stand, which: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(&stand.suite.postgres.url(), NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(&format!("ALTER SYSTEM SET log_statement = '{which}'")).await?;
    client.batch_execute("SELECT pg_reload_conf()").await?;
    Ok(())
}

/// Sessions notice one after the other that they are to log, and the end of a transaction is not awaited, so: again until it is there.
async fn look(log: &Path, mark: &str, call: impl AsyncFn() -> anyhow::Result<()>) -> anyhow::Result<Vec<Statement>> {
    let end = Instant::now() + PATIENCE;
    loop {
        let before = std::fs::read(log)?.len();
        call().await?;
        let after = std::fs::read(log)?;
        let transaction = transaction_with(&String::from_utf8_lossy(&after[before..]), mark);
        if let Some(statements) = transaction {
            return Ok(statements);
        }
        ensure!(Instant::now() < end, "no transaction about {mark} in the server's log");
        sleep(Duration::from_millis(50)).await;
    }
}

/// A message of the log.
struct Entry {
    pid: String,
    kind: String,
    text: String,
}

fn entries(log: &str) -> Vec<Entry> {
    static HEAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\d [^\[]*\[(\d+)\] ([A-Z]+):  (.*)$").expect("a valid pattern"));
    let mut entries: Vec<Entry> = Vec::new();
    for line in log.lines() {
        match HEAD.captures(line) {
            Some(head) => {
                entries.push(Entry { pid: head[1].into(), kind: head[2].into(), text: head[3].into() });
            }
            None => {
                if let Some(entry) = entries.last_mut() {
                    entry.text.push('\n');
                    entry.text.push_str(line);
                }
            }
        }
    }
    entries
}

/// The whole transaction, from BEGIN to its end, of which one statement has `mark` among its parameters.
fn transaction_with(log: &str, mark: &str) -> Option<Vec<Statement>> {
    let entries = entries(log);
    let pid = &entries.iter().find(|entry| entry.kind == "DETAIL" && entry.text.contains(mark))?.pid;
    let mut statements: Vec<Statement> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.pid == *pid) {
        if entry.kind == "DETAIL" {
            statements.last_mut()?.parameters = parameters(&entry.text)?;
            continue;
        }
        for (place, text) in sent(&entry.text)?.into_iter().enumerate() {
            if text.starts_with("BEGIN") {
                statements.clear();
            }
            statements.push(Statement { text, parameters: Vec::new(), joined: place > 0 });
        }
        // A session that noticed only half-way that it is to log shows half a transaction.
        let begun = statements.first().is_some_and(|first| first.text.starts_with("BEGIN"));
        let ended = begun && statements.last().is_some_and(|last| last.text == "COMMIT");
        let ours = statements.iter().any(|statement| statement.parameters.iter().any(|value| value == mark));
        if ended && ours {
            return Some(join_the_pipelined(statements));
        }
    }
    None
}

/// Prepared statements that follow each other go out together, and so does the end of a transaction that only reads.
fn join_the_pipelined(mut statements: Vec<Statement>) -> Vec<Statement> {
    let reads = statements.first().is_some_and(|first| first.text.contains("READ ONLY"));
    for place in 1..statements.len() {
        let after_a_query = statements[place - 1].text.starts_with("SELECT");
        let query = statements[place].text.starts_with("SELECT");
        let end = place == statements.len() - 1;
        statements[place].joined |= reads && after_a_query && (query || end);
    }
    statements
}

/// `statement: BEGIN; SET …` and `execute s1: SELECT …`.
fn sent(text: &str) -> Option<Vec<String>> {
    if let Some(simple) = text.strip_prefix("statement: ") {
        return Some(simple.split("; ").map(str::to_owned).collect());
    }
    let (_, prepared) = text.strip_prefix("execute ")?.split_once(": ")?;
    Some(vec![prepared.to_owned()])
}

/// `parameters: $1 = 'a''b', $2 = '7'`.
fn parameters(text: &str) -> Option<Vec<String>> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$\d+ = '((?:[^']|'')*)'").expect("a valid pattern"));
    let (label, values) = text.split_once(": ")?;
    let found = label.eq_ignore_ascii_case("parameters");
    found.then(|| VALUE.captures_iter(values).map(|value| value[1].replace("''", "'")).collect())
}

/// Runs the statements once with their values, as the service's run-time role; all rows as text. `None` stands for NULL.
pub async fn rows(stand: &Stand, statements: &[Statement]) -> anyhow::Result<Vec<String>> {
    let url = dialtone_suite::settings::database_url(&stand.suite.ports, "org_finder_app");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET search_path = org_finder, public").await?;
    let mut rows = Vec::new();
    for statement in statements {
        let sql = placed(&statement.text, |number| {
            let value = statement.parameters.get(number - 1).map_or("", String::as_str);
            format!("'{}'", value.replace('\'', "''"))
        });
        for message in client.simple_query(&sql).await.with_context(|| format!("running {sql}"))? {
            if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
                let cells = (0..row.len()).map(|column| row.get(column).unwrap_or("NULL"));
                rows.push(cells.collect::<Vec<_>>().join("|"));
            }
        }
    }
    Ok(rows)
}

/// The statement with something else in place of each `$n`.
pub fn placed(text: &str, what: impl Fn(usize) -> String) -> String {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$(\d+)").expect("a valid pattern"));
    let replaced = PLACE.replace_all(text, |number: &regex::Captures| what(number[1].parse().unwrap_or_default()));
    replaced.into_owned()
}
