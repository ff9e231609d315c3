//! Recovers from a server that was killed where process 1 does not collect dead processes, as in many containers: the dead
//! server stays visible under its number, and a new one would refuse to start beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{PidFile, signal};

/// How long a killed process may take to go.
const PATIENCE: Duration = Duration::from_secs(10);
const PERIOD: Duration = Duration::from_millis(5);

/// Whether this process runs. A dead one that nobody collected does not.
pub(super) fn alive(pid: u32) -> bool {
    signal(pid, "0") && !uncollected(pid)
}

/// Waits until a killed process is gone, at most for the time that `clear` allows its children.
pub(super) fn gone(pid: u32) {
    let give_up = Instant::now() + PATIENCE;
    while alive(pid) && Instant::now() < give_up {
        std::thread::sleep(PERIOD);
    }
}

/// Reads Linux's process table; elsewhere process 1 collects.
fn uncollected(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything, the state follows it.
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

/// Whether this process is a server that works on `data`. After a power cut the number may be another program's by now.
pub(super) fn serves(pid: u32, data: &Path) -> bool {
    let elsewhere = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd != real(data));
    alive(pid) && !elsewhere
}

/// After a server was killed: waits for the last of its children, and removes its lock file where it still looks alive.
/// Two servers on one folder would destroy it, and the lock file is what guards against that.
pub(super) fn clear(data: &Path) {
    let Some(file) = PidFile::read(data).filter(|file| !serves(file.pid, data)) else {
        return;
    };
    let give_up = Instant::now() + PATIENCE;
    while has_workers(data) {
        if Instant::now() > give_up {
            return;
        }
        std::thread::sleep(PERIOD);
    }
    if signal(file.pid, "0") {
        // A new server would refuse to start beside that number. If the file cannot be removed, it says so itself.
        let _ = fs::remove_file(data.join("postmaster.pid"));
    }
}

/// Every process of a server works in the data folder.
fn has_workers(data: &Path) -> bool {
    let data = real(data);
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|entry| fs::read_link(entry.path().join("cwd")).ok()).any(|cwd| cwd == data)
}

/// Without symbolic links, as the process table names folders.
fn real(data: &Path) -> PathBuf {
    data.canonicalize().unwrap_or_else(|_| data.to_path_buf())
}
