//! The demo: one real order from mail to dial tone, told step by step. One file per chapter; each calls the suite only
//! through its gateway, as any client would.

mod customer;
mod directory;
mod finish;
mod order;
mod people;
mod stage;
mod template;
mod voice;

use std::path::PathBuf;
use std::time::Instant;

use crate::suite::Suite;
use stage::Stage;
use voice::Voice;

/// What the demo works on.
pub struct Options {
    /// JSON lines of organizations; the project's own sample without one.
    pub data: Option<PathBuf>,
    /// How many people the customer has.
    pub people: usize,
}

/// Plays the whole demo on a suite that is up.
pub async fn run(suite: &Suite, options: &Options) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut stage = Stage::set(suite, Voice::new()).await?;

    stage.voice.chapter("Load the directory of organizations");
    let loaded = directory::load(&mut stage, options.data.as_deref()).await?;
    let cast = directory::cast(&mut stage, &loaded).await?;

    stage.voice.chapter("An order arrives; its contact gets a mail with a link that works once");
    let first = order::place(&mut stage, &cast.partner_domain, "DT-1001").await?;

    stage.voice.chapter("Who is the partner, who the customer?");
    let mapped = customer::map_to_match(&mut stage, &cast, &first).await?;
    customer::map_to_new(&mut stage, &cast).await?;

    stage.voice.chapter("Set calling up: headquarters first, then the subscription is active");
    finish::set_up_calling(&mut stage, &mapped).await?;

    stage.voice.chapter("A template for the next customers");
    template::submit_and_resolve(&mut stage, &mapped).await?;

    stage
        .voice
        .chapter(&format!("Provision {} people on a system that is slow and fails now and then", options.people));
    let provisioned = people::provision(&mut stage, &cast, &mapped, options.people).await?;

    stage.voice.chapter("The order summary");
    finish::show_summary(&mut stage, &mapped).await?;

    finish::figures(&stage, &loaded, &provisioned, begun.elapsed());
    finish::what_to_try(&stage, &mapped);
    Ok(())
}

pub use customer::current as subscription;
pub use order::Opened;
pub use people::ledger;
pub use stage::metadata;

/// The first chapters for a test: an order whose contact has opened its link and said that it is for a customer.
pub async fn opened_order(suite: &Suite, mark: &str) -> anyhow::Result<Opened> {
    let mut stage = Stage::set(suite, Voice::new()).await?;
    order::place(&mut stage, &format!("partner-{mark}.example"), "DT-2001").await
}
