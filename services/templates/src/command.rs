//! What the program can do beside serving: put another catalogue in force.

use std::path::PathBuf;

use clap::Subcommand;
use dialtone_authz::Ctx;
use dialtone_db::Store;
use dialtone_server::program::{OwnCommand, ProgramError};

use crate::model::catalogue;
use crate::ops::load_catalogue as load;
use crate::{Config, SERVICE, Templates};

/// Commands of this service.
#[derive(Subcommand)]
pub enum Command {
    /// Puts the catalogue of a file in force and prints what that changes; says every fault of the file and changes nothing if it has one.
    LoadCatalogue {
        /// The file; `catalogue.default.toml` explains its form.
        #[arg(long)]
        file: PathBuf,
        /// Print what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

impl OwnCommand<Templates> for Command {
    async fn run(self, config: Config) -> Result<(), ProgramError> {
        let Self::LoadCatalogue { file, dry_run } = self;
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let changes = load_catalogue(&config, &text, dry_run).await?;
        changes.iter().for_each(|change| println!("{change}"));
        let changed = if dry_run { "would change" } else { "changed" };
        eprintln!("{SERVICE}: {} entries of the catalogue {changed}", changes.len());
        Ok(())
    }
}

/// Puts the catalogue that `text` says in force, or only looks with `rehearse`; one line for each entry that changes.
///
/// # Errors
/// Every fault of the text, or why the database did not take it; nothing is changed then.
pub async fn load_catalogue(config: &Config, text: &str, rehearse: bool) -> Result<Vec<String>, ProgramError> {
    let new = catalogue::read(text)?;
    let store = Store::connect(&config.database, SERVICE).await?;
    let changes = load::run(&store, &Ctx::job(SERVICE, "load-catalogue"), &new, rehearse).await?;
    Ok(changes.iter().map(ToString::to_string).collect())
}
