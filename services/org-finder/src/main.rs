//! The org-finder service.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone_server::program::main::<org_finder::OrgFinder>()
}
