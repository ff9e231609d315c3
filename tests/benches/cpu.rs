//! CPU time of a process with all its threads and children, and its memory, as the kernel counts them.

use std::time::Duration;

/// CPU time since the process began, of it and of its living children; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn of_tree(pid: u32) -> Option<Duration> {
    let pids = std::iter::once(pid).chain(children(pid));
    pids.map(of_process).sum()
}

/// As above: not measured on this system.
#[cfg(not(target_os = "linux"))]
pub fn of_tree(_pid: u32) -> Option<Duration> {
    None
}

/// The same as user and system time in `/proc/<pid>/stat`, in nanoseconds instead of hundredths of a second.
#[cfg(target_os = "linux")]
fn of_process(pid: u32) -> Option<Duration> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    let clock = nix::time::clock_getcpuclockid(pid).ok()?;
    Some(Duration::from(clock.now().ok()?))
}

#[cfg(target_os = "linux")]
fn children(pid: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|child| parent(*child) == Some(pid)).collect()
}

#[cfg(target_os = "linux")]
fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; the state and the parent follow it.
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// A figure of `/proc/<pid>/status`, such as `VmRSS`, in KiB; `None` where the system does not tell.
pub fn status(pid: u32, key: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
