//! The work behind the Makefile: checks of the source tree, tools at fixed versions, a Postgres for the tests.
//!
//! One module per command. Must build in seconds, so it links nothing of the suite but the part of testkit that starts
//! a Postgres server.

mod files;
mod finding;
mod generate;
mod layers;
mod lint;
mod pg;
mod places;
mod run;
mod rust;
mod test;
mod tools;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Checks, tools and tests of this project; `make help` lists the usual doors")]
struct Cli {
    /// The source tree to work on.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Check that imports and dependencies go one way.
    Layers,
    /// Check the length of source files and print the figures.
    Files,
    /// Check that nothing names a path of one machine or outside the project.
    Places,
    /// Fetch tools at their fixed versions and print where they are.
    Tools(tools::Args),
    /// Print the folder of the Postgres server that demo and tests use; fetch one where none is installed.
    Pg(pg::Args),
    /// Run all tests on a throw-away Postgres server.
    Test(test::Args),
    /// Write the `schema.rs` of each service from its migrations.
    Schema(generate::Args),
    /// Run every check of the source tree.
    Lint(lint::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.unwrap_or_else(workspace::root);
    let done = match cli.command {
        Command::Layers => layers::run(&root),
        Command::Files => files::run(&root),
        Command::Places => places::run(&root),
        Command::Tools(args) => tools::run(&root, &args),
        Command::Pg(args) => pg::run(&root, &args),
        Command::Test(args) => test::run(&root, &args),
        Command::Schema(args) => generate::run(&root, &args),
        Command::Lint(args) => lint::run(&root, &args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
