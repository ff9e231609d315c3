//! Breaks the suite on purpose while it works: killed processes, a killed database, a worker that sleeps past its lease. Each time
//! everything must complete, and the simulator's own ledger must show each person created exactly once.

mod batch;
mod killed;
mod stale_worker;

use std::process::ExitCode;

use dialtone_suite::harness;

fn main() -> ExitCode {
    // One at a time: each breaks what the others would stand on.
    harness::main("faults", Some(1), |h| {
        vec![
            h.test("user_provisioning_killed_at_20_random_moments_creates_each_person_exactly_once", killed::service),
            h.test("postgres_killed_at_20_random_moments_creates_each_person_exactly_once", killed::postgres),
            h.test("a_worker_that_slept_past_its_lease_writes_nothing", stale_worker::test),
        ]
    })
}
