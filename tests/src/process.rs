//! Starts, signals and ends the processes of a suite. Knows pid files and logs, and nothing of what the processes do.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::layout::Layout;

/// How long a process may take to end by itself before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// A program of the suite, next to this one.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    // A test binary lies one folder deeper than the programs.
    let folders = [own.parent(), own.parent().and_then(Path::parent)];
    folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .with_context(|| format!("{name} is not built; run `cargo build --workspace --bins`"))
}

/// Starts `command` as process `name` of the suite, detached from this terminal, printing into its log.
pub fn spawn(layout: &Layout, name: &str, mut command: Command) -> anyhow::Result<u32> {
    use std::os::unix::process::CommandExt;
    let log = append(&layout.log(name))?;
    let child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    std::fs::write(layout.pid_file(name), child.id().to_string())?;
    Ok(child.id())
}

/// The id of process `name` if it runs.
pub fn running(layout: &Layout, name: &str) -> Option<Pid> {
    let text = std::fs::read_to_string(layout.pid_file(name)).ok()?;
    let pid = Pid::from_raw(text.trim().parse().ok()?);
    alive(pid).then_some(pid)
}

/// Waits until process `name` has ended.
pub async fn ended(layout: &Layout, name: &str) {
    while running(layout, name).is_some() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Sends a signal to process `name`.
pub fn signal(layout: &Layout, name: &str, signal: Signal) -> anyhow::Result<()> {
    let pid = running(layout, name).with_context(|| format!("{name} does not run"))?;
    Ok(kill(pid, signal)?)
}

/// Ends process `name`: asks, waits, and kills what does not listen. True if it was running.
pub fn stop(layout: &Layout, name: &str) -> anyhow::Result<bool> {
    let Some(pid) = running(layout, name) else {
        forget(layout, name);
        return Ok(false);
    };
    kill(pid, Signal::SIGTERM)?;
    if !gone_within(pid, PATIENCE) {
        kill(pid, Signal::SIGKILL)?;
        anyhow::ensure!(gone_within(pid, PATIENCE), "{name} (process {pid}) does not end");
    }
    forget(layout, name);
    Ok(true)
}

/// Kills process `name` as a crash would, and waits until it is gone.
pub fn crash(layout: &Layout, name: &str) -> anyhow::Result<()> {
    let pid = running(layout, name).with_context(|| format!("{name} does not run"))?;
    kill(pid, Signal::SIGKILL)?;
    anyhow::ensure!(gone_within(pid, PATIENCE), "{name} survived SIGKILL");
    forget(layout, name);
    Ok(())
}

/// The last lines of a process's log, for an error message.
pub fn last_lines(layout: &Layout, name: &str, count: usize) -> String {
    let text = std::fs::read_to_string(layout.log(name)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn append(log: &Path) -> anyhow::Result<File> {
    OpenOptions::new().create(true).append(true).open(log).with_context(|| format!("opening {}", log.display()))
}

fn forget(layout: &Layout, name: &str) {
    // It is gone already when another command tidied up first.
    let _ = std::fs::remove_file(layout.pid_file(name));
}

/// Whether the process runs. Our own dead children are collected, or they would look alive for ever.
fn alive(pid: Pid) -> bool {
    let _ = waitpid(pid, Some(WaitPidFlag::WNOHANG));
    !matches!(kill(pid, None), Err(Errno::ESRCH))
}

fn gone_within(pid: Pid, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    while alive(pid) {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}
