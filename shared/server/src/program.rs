//! The program that every process of the suite is: `serve`, `migrate` where it has a database, `check-config`, and what it has of its
//! own.
//!
//! A process names its configuration and says how it serves; this owns the command line, the order of the start and the end.

use std::{convert::Infallible, future::Future, path::PathBuf, pin::pin, process::ExitCode};

use clap::{Parser, Subcommand};
use dialtone_config::Check;
use dialtone_ids::ServiceName;
use dialtone_telemetry::{Telemetry, TelemetryConfig};
use serde::de::DeserializeOwned;

/// A call makes some hundred small allocations on whichever thread it is polled; with the C library's allocator they took a seventh of
/// the processor time of a read.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why a process ended badly. Shown to whoever started it.
pub type ProgramError = Box<dyn std::error::Error + Send + Sync>;

/// One process of the suite.
pub trait Program {
    /// Which one.
    const SERVICE: ServiceName;
    /// Its `config.default.toml`.
    const DEFAULTS: &'static str;
    /// Its configuration.
    type Config: DeserializeOwned + Check + Send + Sync;

    /// The part of the configuration that telemetry needs.
    fn telemetry(config: &Self::Config) -> &TelemetryConfig;

    /// Serves until `shutdown` ends, and drains.
    fn serve(
        config: Self::Config,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = Result<(), ProgramError>> + Send;

    /// Applies pending migrations as the owner of the schema, and says which. A process without a database has none.
    fn migrate(_config: Self::Config) -> impl Future<Output = Result<Vec<String>, ProgramError>> + Send {
        async { Err("this process has no database".into()) }
    }
}

/// Commands of one process beside those that all have.
pub trait OwnCommand<P: Program>: Subcommand {
    /// Does it, with the process's configuration.
    fn run(self, config: P::Config) -> impl Future<Output = Result<(), ProgramError>> + Send;
}

/// None of its own.
impl<P: Program> OwnCommand<P> for Infallible {
    async fn run(self, _config: P::Config) -> Result<(), ProgramError> {
        match self {}
    }
}

#[derive(Parser)]
#[command(version, about = "A service of the Dialtone suite")]
struct Arguments<C: Subcommand> {
    #[command(subcommand)]
    command: Command<C>,
    /// Configuration file, over the built-in defaults and under the environment.
    #[arg(long, global = true, env = "DIALTONE_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command<C: Subcommand> {
    /// Serves gRPC until it is told to stop.
    Serve,
    /// Applies pending database migrations; needs the owner's URL in `migration.url`.
    Migrate,
    /// Reads the whole configuration, reports every fault, and prints what is in effect with secrets masked.
    CheckConfig,
    #[command(flatten)]
    Own(C),
}

/// The `main` of a process.
pub fn main<P: Program>() -> ExitCode {
    main_with::<P, Infallible>()
}

/// The `main` of a process with commands of its own.
pub fn main_with<P: Program, C: OwnCommand<P>>() -> ExitCode {
    crate::install_crypto();
    let arguments = Arguments::<C>::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(ProgramError::from).and_then(|runtime| runtime.block_on(run::<P, C>(arguments)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", P::SERVICE);
            ExitCode::FAILURE
        }
    }
}

async fn run<P: Program, C: OwnCommand<P>>(arguments: Arguments<C>) -> Result<(), ProgramError> {
    let file = arguments.config.as_deref();
    let loaded = dialtone_config::load_and_mask::<P::Config>(P::SERVICE.as_str(), P::DEFAULTS, file)?;
    match arguments.command {
        Command::Serve => serve::<P>(loaded.config).await,
        Command::Migrate => {
            let applied = P::migrate(loaded.config).await?;
            eprintln!("{}: {} migrations applied {applied:?}", P::SERVICE, applied.len());
            Ok(())
        }
        Command::CheckConfig => {
            println!("{}", loaded.masked);
            Ok(())
        }
        Command::Own(command) => command.run(loaded.config).await,
    }
}

async fn serve<P: Program>(config: P::Config) -> Result<(), ProgramError> {
    let telemetry = Telemetry::start(P::telemetry(&config), P::SERVICE.as_str())?;
    let served = pin!(P::serve(config, crate::shutdown_signal())).await;
    telemetry.shutdown().await;
    served
}
