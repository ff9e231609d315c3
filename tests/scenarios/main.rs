//! The suite as its users meet it: real processes behind the gateway, and the promises that hold across all of them.

use std::process::ExitCode;

use dialtone_suite::harness;

fn main() -> ExitCode {
    harness::main("scenarios", None, |_| vec![])
}
