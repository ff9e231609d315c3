//! Assertions about refusals: code, reason, metadata and fields; never the text.

use anyhow::{Context, ensure};
use dialtone_status::{error_info, field_violations};
use tonic::{Code, Status};

/// The refusal has this code and reason, and an ErrorInfo of our domains.
pub fn refused<T>(answer: Result<T, Status>, code: Code, reason: &str) -> anyhow::Result<Status> {
    let status = answer.err().context("it was not refused")?;
    let info = error_info(&status).with_context(|| format!("no ErrorInfo in {status:?}"))?;
    ensure!(status.code() == code, "{:?} {} instead of {code:?}", status.code(), info.reason);
    ensure!(info.reason == reason, "reason {} instead of {reason}", info.reason);
    ensure!(info.domain.ends_with(".dialtone.internal"), "domain {}", info.domain);
    Ok(status)
}

/// The refusal names these fields, in any order.
pub fn names_fields(status: &Status, fields: &[&str]) -> anyhow::Result<()> {
    let mut named: Vec<String> = field_violations(status).into_iter().map(|violation| violation.field).collect();
    named.sort();
    named.dedup();
    let mut wanted: Vec<&str> = fields.to_vec();
    wanted.sort_unstable();
    ensure!(named == wanted, "fields {named:?} instead of {wanted:?}");
    Ok(())
}
