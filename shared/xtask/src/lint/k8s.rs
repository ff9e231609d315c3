//! Renders the Kubernetes manifests and checks them against the published schemas.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Outcome;
use crate::run::{output, quietly};
use crate::tools;

/// The oldest version of Kubernetes that we support, and the newest whose schemas we have.
const VERSIONS: [&str; 2] = ["1.31", "1.37"];

pub(super) fn check(root: &Path) -> Result<Outcome> {
    let kubectl = tools::path(root, "kubectl")?;
    let out = root.join(".dev/k8s");
    std::fs::create_dir_all(&out).with_context(|| format!("creating {}", out.display()))?;
    let mut passed = true;
    for target in targets(root)? {
        let shown = target.strip_prefix(root).unwrap_or(&target).display().to_string();
        let rendered = output(Command::new(&kubectl).arg("kustomize").arg(&target))?;
        let file = out.join(shown.replace('/', "-")).with_extension("yaml");
        std::fs::write(&file, &rendered).with_context(|| format!("writing {}", file.display()))?;
        let objects = rendered.lines().filter(|line| line.starts_with("kind: ")).count();
        for version in VERSIONS {
            let fits = fits(root, &file, version)?;
            passed &= fits;
            println!("{shown}: {objects} objects, Kubernetes {version}: {}", if fits { "ok" } else { "FAILED" });
        }
    }
    Ok(Outcome::of(passed))
}

/// The base and every overlay.
fn targets(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = vec![root.join("k8s/base")];
    let overlays = root.join("k8s/overlays");
    for entry in overlays.read_dir().with_context(|| format!("reading {}", overlays.display()))? {
        all.push(entry?.path());
    }
    all.sort();
    Ok(all)
}

fn fits(root: &Path, file: &Path, version: &str) -> Result<bool> {
    let program = tools::path(root, "kubernetes-validate")?;
    let packages = program.ancestors().nth(2).expect("the program is in the package's bin");
    let mut validate = tools::python();
    validate.env("PYTHONPATH", packages).args(["-m", "kubernetes_validate", "-k", version, "--strict"]);
    let (valid, said) = quietly(validate.arg(file))?;
    // A kind that it has no schema for is only a warning to the validator; to us it is a misspelling.
    let unknown = said.contains("Couldn't find schema");
    if !valid || unknown {
        said.lines().filter(|line| !line.starts_with("INFO")).for_each(|line| println!("    {line}"));
    }
    Ok(valid && !unknown)
}
