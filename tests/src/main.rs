//! `dialtone-suite`: brings the whole suite up on this machine, takes it down, plays the demo and gives tokens out.
//! The targets of the Makefile call it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dialtone_suite::issuer::Issuer;
use dialtone_suite::layout::{Layout, Ports};
use dialtone_suite::suite::Suite;
use dialtone_suite::token::{self, TokenRole};
use dialtone_suite::{demo, mailbox};

/// The local Dialtone suite.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings Postgres, the development peers, the services and the gateway up; what runs already is left alone.
    Up,
    /// Takes everything down; data stays.
    Down,
    /// Plays one order from mail to dial tone, and leaves the suite up.
    Demo {
        /// JSON lines of organizations; without it, the project's sample.
        #[arg(long, env = "DATA")]
        data: Option<PathBuf>,
        /// How many people to provision, at most 1,000.
        #[arg(long, default_value_t = 500)]
        people: usize,
        /// Keep the suite up afterwards: 1 or 0.
        #[arg(long, env = "KEEP", default_value_t = 1)]
        keep: u8,
    },
    /// Prints a token of the development issuer, for `grpcurl -H "authorization: Bearer ..."`.
    Token {
        /// Who the token is for.
        #[arg(long, env = "ROLE", default_value = "platform-admin")]
        role: TokenRole,
        /// `organizations/{id}`, for every role but platform-admin.
        #[arg(long, env = "ORG")]
        org: Option<String>,
    },
    /// Serves the development issuer and the mail server; started by `up`.
    #[command(hide = true)]
    Peers {
        /// The suite's folder.
        #[arg(long)]
        folder: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    dialtone_server::install_crypto();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Up => up().await.map(|_| ()),
        Command::Down => down(),
        Command::Demo { data, people, keep } => play(demo::Options { data, people }, keep != 0).await,
        Command::Token { role, org } => print_token(role, org).await,
        Command::Peers { folder } => peers(&Layout::at(&folder)).await,
    }
}

fn say(text: &str) {
    println!("   {text}");
}

async fn up() -> anyhow::Result<Suite> {
    println!("Bringing the suite up");
    let suite = Suite::up(Layout::of_project(), Ports::documented(), &say).await?;
    say("logs, keys and configuration are in .dev/suite; `make down` ends it");
    Ok(suite)
}

fn down() -> anyhow::Result<()> {
    match Suite::find(Layout::of_project()) {
        Ok(suite) => suite.down(&say),
        Err(_) => {
            say("nothing is up");
            Ok(())
        }
    }
}

async fn play(options: demo::Options, keep: bool) -> anyhow::Result<()> {
    let suite = up().await?;
    let told = demo::run(&suite, &options).await;
    if keep {
        println!("\nThe suite stays up; `make down` ends it.");
    } else {
        println!("\nTaking the suite down");
        suite.down(&say)?;
    }
    told
}

async fn print_token(role: TokenRole, org: Option<String>) -> anyhow::Result<()> {
    let suite = Suite::find(Layout::of_project())?;
    println!("{}", token::for_role(&suite, role, org.as_deref().filter(|org| !org.is_empty())).await?);
    Ok(())
}

async fn peers(layout: &Layout) -> anyhow::Result<()> {
    let ports = Ports::read(layout)?;
    let folder = layout.mail();
    let mail = tokio::task::spawn_blocking(move || mailbox::serve(ports.smtp, &folder));
    let issuer = Issuer::open(&layout.keys(), ports.issuer)?;
    tokio::select! {
        ended = mail => ended?,
        ended = issuer.serve(ports.issuer) => ended,
    }
}
