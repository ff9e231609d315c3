//! The gateway's process: `serve` and `check-config`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use dialtone_ids::ServiceName;
use dialtone_server::shutdown_signal;
use dialtone_telemetry::{Telemetry, serve_metrics};
use gateway::{
    api::{BoundListener, Gateway},
    auth::Authenticator,
    config::{Config, DEFAULTS},
    upstream::Services,
};

const SERVICE: ServiceName = ServiceName::Gateway;

/// The gateway of the suite.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// A configuration file over the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until SIGTERM or SIGINT.
    Serve,
    /// Prints the configuration in effect, with secrets masked, or everything that is wrong with it. Reads key files too.
    CheckConfig,
}

fn main() -> ExitCode {
    dialtone_server::install_crypto();
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Serve => serve(&arguments),
        Command::CheckConfig => check_config(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check_config(arguments: &Arguments) -> anyhow::Result<()> {
    let loaded = dialtone_config::load_and_mask::<Config>(SERVICE.as_str(), DEFAULTS, arguments.config.as_deref())?;
    authenticator(&loaded.config)?;
    print!("{}", loaded.masked);
    Ok(())
}

/// Reads every key and certificate that the configuration names.
fn authenticator(config: &Config) -> anyhow::Result<Authenticator> {
    let signer = config.identity.signer(SERVICE).context("identity.private_key")?;
    Authenticator::new(&config.auth, signer).context("auth")
}

#[tokio::main]
async fn serve(arguments: &Arguments) -> anyhow::Result<()> {
    let config: Config = dialtone_config::load(SERVICE.as_str(), DEFAULTS, arguments.config.as_deref())?;
    let telemetry = Telemetry::start(&config.telemetry, SERVICE.as_str())?;
    let auth = authenticator(&config)?;
    let services = Services::connect(&config.upstreams).context("upstreams")?;
    let mut metrics = config.serve.listen;
    metrics.set_port(metrics.port().saturating_add(1000));
    let metrics = dialtone_server::listen(metrics).await.with_context(|| format!("cannot listen on {metrics}"))?;

    let listener = BoundListener::bind(Gateway::new(config, auth, services).await?).await?;
    tracing::info!(address = ?listener.local_addr().ok(), "serving");
    tokio::select! {
        () = listener.run(shutdown_signal()) => {}
        () = serve_metrics(metrics, std::future::pending()) => {}
    }
    tracing::info!("stopped");
    telemetry.shutdown().await;
    Ok(())
}
