//! Where things are in the source tree.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The four services that own a database. The gateway has no layers of its own kind.
pub(crate) const SERVICES: [&str; 4] = ["org-finder", "templates", "subscriptions", "user-provisioning"];

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 4] = ["target", ".git", ".dev", "node_modules"];

/// The source tree that this program was built from.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("xtask is two folders below the root").to_path_buf()
}

/// Every file below `root/under`, relative to `root`, sorted; nothing where the folder is missing.
pub(crate) fn files(root: &Path, under: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let start = root.join(under);
    if start.is_dir() {
        walk(root, &start, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn walk(root: &Path, dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))?;
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !SKIPPED.iter().any(|name| entry.file_name() == *name) {
                walk(root, &entry.path(), found)?;
            }
        } else if kind.is_file() {
            let path = entry.path();
            found.push(path.strip_prefix(root).unwrap_or(&path).to_path_buf());
        }
    }
    Ok(())
}

/// The `.rs` files among [`files`].
pub(crate) fn rust_files(root: &Path, under: &str) -> Result<Vec<PathBuf>> {
    let mut all = files(root, under)?;
    all.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    Ok(all)
}

/// The text of a file given relative to `root`.
pub(crate) fn read(root: &Path, file: &Path) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| format!("reading {}", file.display()))
}

/// Folders with a `Cargo.toml` below `root/parent`, sorted: the members of the workspace there.
pub(crate) fn members(root: &Path, parent: &str) -> Result<Vec<PathBuf>> {
    let dir = root.join(parent);
    let entries = fs::read_dir(&dir).with_context(|| format!("reading {}", dir.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            found.push(Path::new(parent).join(entry.file_name()));
        }
    }
    found.sort();
    Ok(found)
}
