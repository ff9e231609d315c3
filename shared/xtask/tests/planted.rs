//! A check that never fails proves nothing: each rule is broken on purpose in a copy of the source tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of what the checks read; it goes with the value.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Copy {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let copy = Copy(std::env::temp_dir().join(format!("dialtone-planted-{name}-{}", std::process::id())));
        for folder in ["services", "shared"] {
            copy_folder(&root.join(folder), &copy.0.join(folder));
        }
        copy
    }

    fn plant(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the copy is ours");
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, before + text).expect("the copy is ours");
    }

    /// Whether the check passed, and what it printed.
    fn check(&self, command: &str) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg(command)
            .arg("--root")
            .arg(&self.0)
            .output()
            .expect("xtask was built");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn sees(&self, command: &str, finding: &str) {
        let (passed, said) = self.check(command);
        assert!(!passed, "{command} passed in spite of: {finding}");
        assert!(said.contains(finding), "no `{finding}` in:\n{said}");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the temporary folder is writable");
    for entry in fs::read_dir(from).expect("the source tree is readable") {
        let entry = entry.expect("the source tree is readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            // Editors and other checks may remove their own files while we look.
            let _ = fs::copy(entry.path(), target);
        }
    }
}

#[test]
fn imports_against_the_layers_are_seen() {
    let copy = Copy::new("imports");
    let (_, before) = copy.check("layers");
    assert!(!before.contains("planted"), "{before}");

    copy.plant("services/templates/src/ops/planted.rs", "//! Planted.\n\nuse diesel::prelude::*;\n");
    copy.plant("services/templates/src/store/planted.rs", "use crate::{model, ops::submit};\n");
    copy.plant("services/subscriptions/src/model/planted.rs", "fn f() -> tonic::Status { todo!() }\n");
    copy.plant("services/gateway/src/planted.rs", "use dialtone_db::Store;\n");
    copy.sees("layers", "services/templates/src/ops/planted.rs:3: `ops` names `diesel`");
    copy.sees("layers", "services/templates/src/store/planted.rs:1: `store` names `ops`");
    copy.sees("layers", "services/subscriptions/src/model/planted.rs:1: `model` names `tonic`");
    copy.sees("layers", "services/gateway/src/planted.rs:1: the gateway names `dialtone_db`");
}

#[test]
fn dependencies_against_the_direction_are_seen() {
    let copy = Copy::new("crates");
    copy.plant("shared/ids/Cargo.toml", "\n[build-dependencies]\ndialtone-db.workspace = true\n");
    copy.plant("services/gateway/Cargo.toml", "\n[build-dependencies]\norg-finder.workspace = true\n");
    copy.sees("layers", ": ids depends on db");
    copy.sees("layers", ": gateway depends on org-finder");
}

#[test]
fn other_files_than_those_of_all_services_are_seen() {
    let copy = Copy::new("names");
    copy.plant("services/templates/src/helpers.rs", "//! Planted.\n");
    copy.plant("services/templates/src/connectors/mod.rs", "//! Planted.\n");
    copy.sees("layers", "services/templates/src/helpers.rs: no service has this at the top of src");
    copy.sees("layers", "services/templates/src/connectors: no service has this at the top of src");
}

#[test]
fn long_files_and_paths_of_one_machine_are_seen() {
    let copy = Copy::new("files");
    copy.plant("shared/ids/src/planted.rs", &"// line\n".repeat(401));
    copy.sees("files", "shared/ids/src/planted.rs: 401 lines, 400 are the limit");
    copy.plant("shared/ids/src/planted.rs", "//! Long because: the test says so\n");
    assert!(!copy.check("files").1.contains("planted"));

    let home = ["/ho", "me/somebody/notes.md"].concat();
    copy.plant("services/templates/notes.md", &format!("see {home}\n"));
    copy.sees("places", "services/templates/notes.md:1: ");
}
