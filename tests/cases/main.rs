//! The requirements as an executable table: each sentence, the calls that show it, and what they must answer. The table is the
//! `.cases` files beside this one; every call goes through the gateway to real processes.
//!
//! ```text
//! # ORG-5 An organization has a name, a country and roles.
//! platform OrganizationService.CreateOrganization
//!   {"organization": {"display_name": "Aurora $mark", "region_code": "SE", "roles": ["ORGANIZATION_ROLE_CUSTOMER"]}}
//! = {"name": "@aurora", "region_code": "SE"}
//! stranger OrganizationService.GetOrganization {"name": "$aurora"}
//! ! PERMISSION_DENIED PERMISSION_DENIED
//! ```
//!
//! A case begins with `#`, the requirement's id and the sentence. A call is a caller, a method and a request (an array of requests
//! for a stream; `"base64:x"` is the bytes of `x`). `=` is what the answer must contain, `~` the same for an answer that may take a
//! while, `!` a refusal: code, reason, what its metadata must contain, and the fields that it must name. `"@x"` keeps a value, `$x`
//! stands for it afterwards, `"!x"` is any other text than `x`. `$mark` is different in every case, `$now` and `$long_ago` are times.
//!
//! Callers: `platform`, `anonymous`, the session of a kept token as `$x`, or any other word for a person of that name. `/fr` behind
//! one is its language, in which every refusal must be said. Two are no callers: `dns publish` puts a record into the zone
//! `dial-cases.org`, and `mailbox read` awaits a mail and answers the token of its link.

mod call;
mod complete;
mod expect;
mod peers;
mod run;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use dialtone_suite::harness;
use dialtone_suite::layout::project_root;
use tokio::runtime::Runtime;

use crate::peers::Peers;

fn main() -> ExitCode {
    let cases = match table::read(&project_root().join("tests/cases")) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = Runtime::new().expect("a runtime can always be made");
    let peers = Arc::new(runtime.block_on(Peers::start()));
    harness::main_asking("cases", None, Some(peers.port()), |h| {
        let mut tests = complete::tests(&cases);
        tests.extend(cases.into_iter().map(|case| {
            let (name, peers) = (format!("{} {}", case.row, case.sentence), peers.clone());
            h.test(&name, async move |world| run::run(&world, &peers, &case).await)
        }));
        tests
    })
}
