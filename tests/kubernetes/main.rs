//! The configuration that the Kubernetes manifests give to each process is one that the process accepts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dialtone_authz::keys::{self, PemPair};
use dialtone_suite::layout::project_root;
use dialtone_suite::process;

const PROCESSES: [&str; 5] = ["gateway", "org-finder", "templates", "subscriptions", "user-provisioning"];

/// Where the manifests mount secrets and public keys.
const MOUNTS: [&str; 2] = ["/run/secrets/dialtone/", "/run/keys/dialtone/"];

/// Files that stand for what a cluster mounts; they go with the value.
struct Mounted {
    folder: PathBuf,
    keys: PemPair,
}

impl Mounted {
    fn new(test: &str) -> Mounted {
        let folder = std::env::temp_dir().join(format!("dialtone-mounts-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        Mounted { folder, keys: keys::generate() }
    }

    /// What a cluster would mount at this path.
    fn content(&self, mount: &str, name: &str) -> &str {
        match name.rsplit_once(['.', '-']) {
            Some((_, "pem")) if mount == MOUNTS[1] => &self.keys.public,
            Some((_, "pem")) => &self.keys.private,
            Some((_, "url")) => "postgres://role:pw@host/db",
            _ => "a secret that is long enough for any purpose",
        }
    }

    /// `text` with every mounted file in our folder.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for mount in MOUNTS {
            while let Some(at) = text.find(mount) {
                let name: String = text[at + mount.len()..].chars().take_while(|c| !"\" }\n".contains(*c)).collect();
                let file = self.folder.join(&name);
                fs::write(&file, self.content(mount, &name)).expect("the folder is ours");
                text.replace_range(at..at + mount.len() + name.len(), &file.to_string_lossy());
            }
        }
        text
    }

    fn check_config(&self, name: &str) -> Output {
        let base = project_root().join("k8s/base");
        let read = |file: String| fs::read_to_string(base.join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let config = self.folder.join(format!("{name}.toml"));
        fs::write(&config, self.here(&read(format!("config/{name}.toml")))).expect("the folder is ours");
        let mut command = Command::new(process::binary(name).expect("`make test` builds the services"));
        command.arg("check-config").arg("--config").arg(&config);
        command.envs(self.variables(&self.here(&read(format!("{name}.yaml")))));
        command.output().expect("the service can be started")
    }

    /// The variables that a manifest sets for its processes; those that come from a ConfigMap get a value in its place.
    fn variables(&self, manifest: &str) -> Vec<(String, String)> {
        let one = |line: &str| {
            let (_, rest) = line.split_once("name: DIALTONE_")?;
            let (name, written) = rest.split_once(", value: ").unwrap_or((rest, ""));
            let value = match name.rsplit_once("__") {
                _ if name.contains("__TRUSTED__") => &self.keys.public,
                Some((_, "PORT")) => "25",
                Some((_, "FROM")) => "Dialtone <no-reply@dialtone.example>",
                _ if written.is_empty() => "https://from.a.config.map",
                _ => written.trim_end_matches(" }"),
            };
            Some((format!("DIALTONE_{}", name.trim()), value.to_owned()))
        };
        manifest.lines().filter_map(one).collect()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn every_process_accepts_its_configuration() {
    let mounted = Mounted::new("accepted");
    for name in PROCESSES {
        let output = mounted.check_config(name);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_key_that_a_process_does_not_know_is_refused() {
    let mounted = Mounted::new("refused");
    let config: &Path = &mounted.folder.join("unknown.toml");
    fs::write(config, "[server]\nport = 1\n").expect("the folder is ours");
    let mut command = Command::new(process::binary("templates").expect("`make test` builds the services"));
    let output = command.arg("check-config").arg("--config").arg(config).output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("server.port"), "{said}");
}
