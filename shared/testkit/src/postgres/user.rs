//! Which operating-system user the server runs as: the caller, or, because Postgres refuses root, `postgres` or `nobody`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::{PgError, Tried};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct User {
    uid: u32,
    gid: u32,
}

/// `None`: as whoever we are.
static SERVER_USER: LazyLock<Option<User>> = LazyLock::new(|| {
    if !is_root() {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    find_user(&passwd, "postgres").or_else(|| find_user(&passwd, "nobody"))
});

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).trim() == "0")
}

fn find_user(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    })
}

/// A command that runs as the server's user, in a folder which that user may read.
pub fn run_as(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    // A server started from a shell with another locale would sort and report differently.
    command.env("LC_ALL", "C").env("TZ", "UTC");
    if let Some(user) = *SERVER_USER {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// Creates the folder and gives it to the server's user, for nobody else to read.
pub(super) fn private_folder(dir: &Path) -> Result<(), PgError> {
    use std::os::unix::fs::PermissionsExt;
    let what = || format!("creating {}", dir.display());
    std::fs::create_dir_all(dir).tried(what())?;
    if let Some(user) = *SERVER_USER {
        chown(dir, Some(user.uid), Some(user.gid)).tried(what())?;
    }
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).tried(what())
}

/// `dir` itself where the server's user can reach it; else a folder under the system's temporary one, always the same for
/// the same `dir`. The second happens only to root with the project in a closed home such as `/root`.
pub fn reachable(dir: &Path) -> PathBuf {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    if SERVER_USER.is_none_or(|user| dir.ancestors().skip(1).all(|parent| may_enter(parent, user))) {
        return dir;
    }
    let mut hasher = DefaultHasher::new();
    dir.hash(&mut hasher);
    std::env::temp_dir().join(format!("dialtone-{:016x}", hasher.finish()))
}

/// A folder that does not exist yet will be made by us, open.
fn may_enter(dir: &Path, user: User) -> bool {
    let Ok(meta) = std::fs::metadata(dir) else {
        return true;
    };
    let bit = if meta.uid() == user.uid {
        0o100
    } else if meta.gid() == user.gid {
        0o010
    } else {
        0o001
    };
    meta.mode() & bit != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_user_reads_uid_and_gid() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib:/bin/sh\n";
        assert_eq!(find_user(passwd, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(find_user(passwd, "nobody"), None);
    }

    #[test]
    fn open_folder_is_reachable_as_it_is() {
        let dir = std::env::temp_dir().join("dialtone-not-there-yet");
        assert_eq!(reachable(&dir), dir);
    }
}
