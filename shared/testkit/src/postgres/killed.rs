//! Recovers from a server that was killed where process 1 does not collect dead processes, as in many containers: the dead
//! server stays visible under its number, and a new one would refuse to start beside it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{PidFile, signal};

/// Whether this process runs. A dead one that nobody collected does not.
pub(super) fn alive(pid: u32) -> bool {
    signal(pid, "0") && !uncollected(pid)
}

/// Reads Linux's process table; elsewhere process 1 collects.
fn uncollected(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything, the state follows it.
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

/// Removes the lock file of a server that is dead, after the last of its children has gone: two servers on one folder would
/// destroy it, and the lock file is what guards against that.
pub(super) fn clear(data: &Path) {
    let Some(file) = PidFile::read(data) else {
        return;
    };
    if !uncollected(file.pid) {
        return;
    }
    let give_up = Instant::now() + Duration::from_secs(10);
    while has_workers(data) {
        if Instant::now() > give_up {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // If it cannot be removed, the server says so when it starts.
    let _ = fs::remove_file(data.join("postmaster.pid"));
}

/// Every process of a server works in the data folder.
fn has_workers(data: &Path) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|entry| fs::read_link(entry.path().join("cwd")).ok()).any(|cwd| cwd == data)
}
