//! Runs one case.

use std::time::Duration;

use anyhow::{Context, ensure};
use dialtone_status::{error_info, field_violations};
use dialtone_suite::caller::As;
use dialtone_suite::token;
use dialtone_suite::world::World;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::Status;

use crate::call;
use crate::expect::{Names, contains, filled};
use crate::table::{Case, Outcome, Step};

/// How long an answer that may take a while is awaited, and how often it is asked for.
const PATIENCE: Duration = Duration::from_secs(30);
const PERIOD: Duration = Duration::from_millis(100);

pub async fn run(world: &World, case: &Case) -> anyhow::Result<()> {
    let mut names = Names::from([
        ("mark".to_owned(), world.mark.clone()),
        ("uuid".to_owned(), dialtone_suite::world::request_id()),
    ]);
    for step in &case.steps {
        let place = || format!("{}: {} {}", step.place, step.caller, step.method);
        take(world, step, &mut names).await.with_context(place)?;
    }
    Ok(())
}

async fn take(world: &World, step: &Step, names: &mut Names) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = send(world, step, names).await?;
        let judged = judge(step, answer, names);
        let again = matches!(step.outcome, Outcome::Eventually(_)) && judged.is_err() && Instant::now() < end;
        if !again {
            return judged;
        }
        sleep(PERIOD).await;
    }
}

async fn send(world: &World, step: &Step, names: &Names) -> anyhow::Result<Result<Value, Status>> {
    let method = call::method(&step.method)?;
    let messages = call::messages(&method, &filled(&step.request, names)?)?;
    Ok(call::call(caller(world, &step.caller)?, &method, messages).await)
}

/// `platform`, `anonymous`, or a person of that name, whose subject is `<name>@<mark>`.
fn caller(world: &World, name: &str) -> anyhow::Result<As> {
    match name {
        "platform" => world.platform(),
        "anonymous" => Ok(world.anonymous()),
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
            Ok(())
        }
    }
}

fn refused(status: &Status) -> anyhow::Error {
    let info = error_info(status).map(|info| (info.reason, info.metadata));
    anyhow::anyhow!("refused: {:?} {} {info:?} {:?}", status.code(), status.message(), field_violations(status))
}
