//! `kill -9` at random moments of a batch.

use std::time::Duration;

use dialtone_suite::process;
use dialtone_suite::world::{Customer, World};
use rand::RngExt as _;

use crate::batch;

const PEOPLE: usize = 500;
const KILLS: usize = 20;
const SERVICE: &str = "user-provisioning";

/// What is killed.
#[derive(Clone, Copy)]
enum Victim {
    Service,
    Postgres,
}

pub async fn service(world: World) -> anyhow::Result<()> {
    kill_again_and_again(&world, Victim::Service).await
}

pub async fn postgres(world: World) -> anyhow::Result<()> {
    kill_again_and_again(&world, Victim::Postgres).await
}

/// Kills until there were 20 kills inside batches; a batch that completes in between is checked and followed by another.
async fn kill_again_and_again(world: &World, victim: Victim) -> anyhow::Result<()> {
    let seed = rand::random::<u32>();
    eprintln!("seed of the simulator: {seed}");
    let customer = world.customer("Fragile", batch::faulty(seed.into())).await?;
    let (mut kills, mut batches) = (0, 0);
    while kills < KILLS {
        let label = format!("p{batches}x");
        let operation = batch::begin(&customer, &label, PEOPLE).await?;
        batches += 1;
        while kills < KILLS && !is_done(world, &customer, &operation).await {
            let moment = Duration::from_millis(rand::rng().random_range(50..900));
            tokio::time::sleep(moment).await;
            kill_and_restart(world, victim).await?;
            kills += 1;
        }
        batch::complete(world, &customer, &operation, PEOPLE).await?;
    }
    eprintln!("{kills} kills in {batches} batches");
    batch::check_exactly_once(world, &customer, batches * PEOPLE).await
}

async fn is_done(world: &World, customer: &Customer, operation: &str) -> bool {
    world.operation(&customer.admin, operation).await.is_ok_and(|seen| seen.done)
}

async fn kill_and_restart(world: &World, victim: Victim) -> anyhow::Result<()> {
    match victim {
        Victim::Service => {
            process::crash(&world.suite.layout, SERVICE)?;
            world.suite.start(SERVICE).await
        }
        Victim::Postgres => {
            world.suite.postgres.kill()?;
            Ok(world.suite.postgres.launch()?)
        }
    }
}
