//! Runs one case.

use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use dialtone_status::{error_info, field_violations, localized_message};
use dialtone_suite::caller::As;
use dialtone_suite::token;
use dialtone_suite::world::{World, request_id};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::Status;
use tonic::metadata::{Ascii, MetadataValue};

use crate::call;
use crate::expect::{Names, contains, fill, filled};
use crate::peers::Peers;
use crate::table::{Case, Outcome, Step};

/// How long an answer that may take a while is awaited, and how often it is asked for.
const PATIENCE: Duration = Duration::from_secs(30);
const PERIOD: Duration = Duration::from_millis(100);

/// `$long_ago`: nobody is active any more who was last seen then.
const LONG_AGO: TimeDelta = TimeDelta::days(400);

pub async fn run(world: &World, peers: &Peers, case: &Case) -> anyhow::Result<()> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut names = Names::from([
        ("mark".to_owned(), world.mark.clone()),
        ("uuid".to_owned(), request_id()),
        ("now".to_owned(), time(Utc::now())),
        ("long_ago".to_owned(), time(Utc::now() - LONG_AGO)),
    ]);
    for step in &case.steps {
        let place = || format!("{}: {} {}", step.place, step.caller, step.method);
        take(world, peers, step, &mut names).await.with_context(place)?;
    }
    Ok(())
}

async fn take(world: &World, peers: &Peers, step: &Step, names: &mut Names) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = send(world, peers, step, names).await?;
        let judged = judge(step, answer, names);
        let again = matches!(step.outcome, Outcome::Eventually(_)) && judged.is_err() && Instant::now() < end;
        if !again {
            return judged;
        }
        sleep(PERIOD).await;
    }
}

async fn send(world: &World, peers: &Peers, step: &Step, names: &Names) -> anyhow::Result<Result<Value, Status>> {
    let request = filled(&step.request, names)?;
    if let Some(answer) = peers.ask(world, &step.caller, &step.method, &request).await {
        return answer.map(Ok);
    }
    let method = call::method(&step.method)?;
    let messages = call::messages(&method, &request)?;
    let language: Option<MetadataValue<Ascii>> = step.language.as_deref().map(str::parse).transpose()?;
    Ok(call::call(caller(world, &step.caller, names)?, language.as_ref(), &method, messages).await)
}

/// `platform`, `anonymous`, whoever has the token `$x`, or a person of that name, whose subject is `<name>@<mark>`.
fn caller(world: &World, name: &str, names: &Names) -> anyhow::Result<As> {
    match name {
        "platform" => world.platform(),
        "anonymous" => Ok(world.anonymous()),
        session if session.starts_with('$') => world.with_token(&fill(session, names)?),
        person => world.with_token(&token::person(&world.suite, &format!("{person}@{}", world.mark))?),
    }
}

fn judge(step: &Step, answer: Result<Value, Status>, names: &mut Names) -> anyhow::Result<()> {
    match (&step.outcome, answer) {
        (Outcome::Answer(expected) | Outcome::Eventually(expected), Ok(answer)) => {
            let expected = filled(expected, names)?;
            contains(&answer, &expected, names, "the answer").with_context(|| answer.to_string())
        }
        (Outcome::Answer(_) | Outcome::Eventually(_), Err(status)) => Err(refused(&status)),
        (Outcome::Refusal { .. }, Ok(answer)) => anyhow::bail!("it was not refused: {answer}"),
        (Outcome::Refusal { code, reason, metadata, fields }, Err(status)) => {
            let info = error_info(&status).with_context(|| format!("no ErrorInfo in {status:?}"))?;
            ensure!(status.code() == *code && info.reason == *reason, refused(&status));
            let told = serde_json::to_value(&info.metadata)?;
            if *metadata != Value::Null {
                contains(&told, &filled(metadata, names)?, names, "the metadata")?;
            }
            if *fields != Value::Null {
                let mut named: Vec<String> = field_violations(&status).into_iter().map(|one| one.field).collect();
                named.sort();
                named.dedup();
                contains(&serde_json::to_value(named)?, &filled(fields, names)?, names, "the fields")?;
            }
            said_in(step.language.as_deref(), &status)
        }
    }
}

/// A refusal is said in the caller's language.
fn said_in(language: Option<&str>, status: &Status) -> anyhow::Result<()> {
    let Some(language) = language else { return Ok(()) };
    let said = localized_message(status).with_context(|| format!("no LocalizedMessage in {status:?}"))?;
    ensure!(said.locale == language && !said.message.is_empty(), "said in {}: {}", said.locale, said.message);
    Ok(())
}

fn refused(status: &Status) -> anyhow::Error {
    let info = error_info(status).map(|info| (info.reason, info.metadata));
    anyhow::anyhow!("refused: {:?} {} {info:?} {:?}", status.code(), status.message(), field_violations(status))
}
