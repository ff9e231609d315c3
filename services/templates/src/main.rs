//! The templates service.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone_server::program::main_with::<templates::Templates, templates::Command>()
}
