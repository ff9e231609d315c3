//! Load: a fixed number of calls under way at all times, for a fixed time, every answer verified.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep_until};

use crate::cpu;
use crate::exchange::{Connection, Exchange, Target};
use crate::figures::quantile;

/// How long calls run before they count.
const WARM_UP: Duration = Duration::from_millis(300);

/// How often and for how long each subject is measured.
#[derive(Clone, Copy)]
pub struct Rounds {
    pub count: usize,
    /// Whole, because pgbench knows no others.
    pub seconds: u32,
}

/// How many calls are under way.
#[derive(Clone, Copy)]
pub struct Pressure {
    pub connections: usize,
    /// On each connection.
    pub calls: usize,
}

/// What one measurement found.
pub struct Measured {
    /// Verified answers per second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Microseconds for each verified answer, of the process that was named.
    pub cpu: Option<f64>,
}

/// When answers count.
#[derive(Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

/// Makes the calls, each lane of calls beginning at another of the exchanges. `pid` is the process whose CPU time is taken.
pub async fn run(
    target: &Target,
    exchanges: &Arc<[Exchange]>,
    pressure: Pressure,
    seconds: u32,
    pid: Option<u32>,
) -> anyhow::Result<Measured> {
    let length = Duration::from_secs(seconds.into());
    let mut connections = Vec::new();
    for _ in 0..pressure.connections {
        connections.push(target.connect().await?);
    }
    let from = Instant::now() + WARM_UP;
    let window = Window { from, until: from + length };
    let lanes: Vec<_> = (0..pressure.connections * pressure.calls)
        .map(|lane| {
            let connection = connections[lane % connections.len()].clone();
            tokio::spawn(run_lane(target.clone(), connection, exchanges.clone(), lane, window))
        })
        .collect();
    sleep_until(window.from).await;
    let before = pid.and_then(cpu::of_tree);
    sleep_until(window.until).await;
    let after = pid.and_then(cpu::of_tree);
    let mut times = Vec::new();
    for lane in lanes {
        times.extend(lane.await??);
    }
    anyhow::ensure!(!times.is_empty(), "no answer in {seconds} s");
    let count = times.len() as f64;
    let spent = before.zip(after).map(|(before, after)| (after - before).as_secs_f64() * 1e6 / count);
    Ok(Measured {
        rate: count / length.as_secs_f64(),
        p50: quantile(&mut times, 0.5),
        p99: quantile(&mut times, 0.99),
        cpu: spent,
    })
}

/// One call after the other; the times, in milliseconds, of those that were answered in the window.
async fn run_lane(
    target: Target,
    mut connection: Connection,
    exchanges: Arc<[Exchange]>,
    lane: usize,
    window: Window,
) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(10_000);
    for exchange in exchanges.iter().cycle().skip(lane) {
        let begun = Instant::now();
        if begun >= window.until {
            break;
        }
        exchange.make(&target, &mut connection).await.context("a call under load")?;
        let ended = Instant::now();
        if ended >= window.from && ended < window.until {
            times.push((ended - begun).as_secs_f64() * 1e3);
        }
    }
    Ok(times)
}
