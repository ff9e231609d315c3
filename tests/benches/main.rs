//! `make bench`: the gateway against other proxies on one upstream, org-finder against pgbench with the same SQL, and its intake of
//! activity against plain SQL. `make bench-search`: what a search costs as organizations grow in number, or how well it finds.
//!
//! Everything that is compared runs in the same rounds, one after the other, twice where it is its own control. Only verified
//! answers count, and a wrong one ends the run as a failure; no figure does.

mod activity;
mod cpu;
mod exchange;
mod figures;
mod gateway;
mod load;
mod organizations;
mod pgbench;
mod proxies;
mod search;
mod service;
mod stand;
mod statements;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::load::Rounds;
use crate::stand::Stand;

/// Benchmarks of the suite.
#[derive(Parser)]
struct Arguments {
    /// Only one of them.
    part: Option<Part>,
    /// How often each is measured.
    #[arg(long, default_value_t = 8)]
    rounds: usize,
    /// Length of one measurement.
    #[arg(long, default_value_t = 2)]
    seconds: u32,
    /// How many organizations are loaded.
    #[arg(long, default_value_t = 10_000)]
    organizations: usize,
    /// How many people the directory has, for the part `activity`.
    #[arg(long, default_value_t = 300_000)]
    people: usize,
    /// How many reports a stream has that says nothing new, for the part `activity`.
    #[arg(long, default_value_t = 2_000_000)]
    reports: usize,
    /// How many organizations there are, for the part `search`; one after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// The databases of the part `search` stay, below target/suites, and are measured again the next time.
    #[arg(long)]
    keep: bool,
    /// Lines of organizations, as ImportOrganizations takes them, whose names are asked for instead, for the part `search`.
    #[arg(long, env = "DATA")]
    data: Option<std::path::PathBuf>,
    /// How many of them are asked for by name.
    #[arg(long, default_value_t = 2_000)]
    asked: usize,
    /// Given by `cargo bench`, and not by `cargo test`, which has nothing to run here.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The gateway against other proxies.
    Gateway,
    /// The service against plain SQL.
    Service,
    /// Reports of activity against plain SQL.
    Activity,
    /// Search at growing sizes; only if it is asked for.
    Search,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if !arguments.bench {
        println!("run by `make bench`");
        return ExitCode::SUCCESS;
    }
    dialtone_server::install_crypto();
    match measure(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benchmark failed: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.part == Some(Part::Search) {
        let rounds = Rounds { count: arguments.rounds, seconds: arguments.seconds };
        let sizes = search::Sizes { sizes: &arguments.sizes, keep: arguments.keep };
        return search::measure(sizes, arguments.data.as_ref(), arguments.asked, rounds).await;
    }
    let stand = Stand::up().await?;
    let measured = measure_on(&stand, arguments).await;
    stand.down(measured.is_err())?;
    measured
}

async fn measure_on(stand: &Stand, arguments: &Arguments) -> anyhow::Result<()> {
    let rounds = Rounds { count: arguments.rounds, seconds: arguments.seconds };
    let organizations = organizations::load(stand, arguments.organizations).await?;
    let wanted = |part| arguments.part.is_none_or(|only| only == part);
    if wanted(Part::Gateway) {
        gateway::compare(stand, &organizations, rounds).await?;
    }
    if wanted(Part::Service) {
        service::compare(stand, &organizations, rounds).await?;
    }
    if wanted(Part::Activity) {
        // Last: it makes the database large.
        let Arguments { people, reports, rounds, .. } = *arguments;
        activity::measure(stand, activity::Size { people, reports, rounds: rounds.min(5) }).await?;
    }
    Ok(())
}
