//! The process of user-provisioning.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialtone_server::program::main::<user_provisioning::UserProvisioning>()
}
