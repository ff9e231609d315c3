//! Starts other programs and says what became of them.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs to the end with our own input and output; an error unless it succeeds.
pub(crate) fn visibly(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs to the end and keeps what it printed: whether it succeeded, and both outputs in one text.
pub(crate) fn quietly(command: &mut Command) -> Result<(bool, String)> {
    command.stdin(Stdio::null());
    let output = command.output().with_context(|| cannot_start(command))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

/// What it prints on its standard output; an error, with everything it printed, unless it succeeds.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    command.stdin(Stdio::null());
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        bail!("`{}` failed: {}", line(command), said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command of the cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("starting `{}`", line(command))
}
