//! The templates service.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone_server::program::main::<templates::Templates>()
}
