//! Runs tests against one suite of real processes, which is brought up before the first and taken down after the last.

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::layout::{Layout, Ports, project_root};
use crate::suite::{self, Suite};
use crate::world::World;

/// What every test of a run shares.
#[derive(Clone)]
pub struct Harness {
    runtime: Arc<Runtime>,
    suite: Arc<Suite>,
}

impl Harness {
    /// A test named as a sentence; it gets a world of its own in the shared suite.
    pub fn test<F, T>(&self, name: &str, test: T) -> Trial
    where
        F: Future<Output = anyhow::Result<()>>,
        T: FnOnce(World) -> F + Send + 'static,
    {
        let harness = self.clone();
        Trial::test(name, move || {
            let world = harness.runtime.block_on(World::new(harness.suite.clone()))?;
            harness.runtime.block_on(test(world)).map_err(|e| Failed::from(format!("{e:?}")))
        })
    }
}

/// The `main` of a test binary: `tests` lists what it has. `threads` limits how many run at once; none for as many as there are cores.
pub fn main(name: &str, threads: Option<usize>, tests: impl FnOnce(&Harness) -> Vec<Trial>) -> ExitCode {
    main_asking(name, threads, None, tests)
}

/// The same with a suite that verifies domains by the name server on this port.
pub fn main_asking(
    name: &str,
    threads: Option<usize>,
    name_server: Option<u16>,
    tests: impl FnOnce(&Harness) -> Vec<Trial>,
) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(threads);
    let runtime = Arc::new(Runtime::new().expect("a runtime can always be made"));
    let folder = project_root().join("target/suites").join(format!("{name}-{}", std::process::id()));
    let layout = Layout::at(&folder);
    let suite = match runtime.block_on(bring_up(&layout, name_server)) {
        Ok(suite) => Arc::new(suite),
        Err(error) => {
            eprintln!("the suite did not come up: {error:?}");
            return ExitCode::FAILURE;
        }
    };
    let harness = Harness { runtime, suite: suite.clone() };
    let conclusion = libtest_mimic::run(&arguments, tests(&harness));
    let failed = conclusion.has_failed();
    if let Err(error) = take_down(&suite, failed) {
        eprintln!("the suite did not end: {error:?}");
        return ExitCode::FAILURE;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn bring_up(layout: &Layout, name_server: Option<u16>) -> anyhow::Result<Suite> {
    dialtone_server::install_crypto();
    Suite::up(layout.clone(), Ports { name_server, ..Ports::free()? }, &|_| ()).await
}

/// A failed run leaves its logs where a person finds them.
fn take_down(suite: &Suite, failed: bool) -> anyhow::Result<()> {
    suite.down(&|_| ())?;
    if failed {
        eprintln!("logs of the suite: {}", suite.layout.root().join("logs").display());
        return Ok(());
    }
    suite::remove(suite.layout.root())?;
    Ok(())
}
