//! The subscriptions service.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone_server::program::main::<subscriptions::Subscriptions>()
}
