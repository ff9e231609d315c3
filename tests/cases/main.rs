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
//! for a stream). `=` is what the answer must contain, `~` the same for an answer that may take a while, `!` a refusal: code, reason,
//! what its metadata must contain, and the fields that it must name. `"@x"` keeps a value, `$x` stands for it afterwards; `$mark` is
//! different in every case. Callers: `platform`, `anonymous`, or any other word for a person of that name.

mod call;
mod expect;
mod run;
mod table;

use std::process::ExitCode;

use dialtone_suite::harness;

use crate::table::Case;

/// The table.
const FILES: &[(&str, &str)] =
    &[("org-finder.cases", include_str!("org-finder.cases")), ("catalog.cases", include_str!("catalog.cases"))];

fn main() -> ExitCode {
    let cases: Result<Vec<Vec<Case>>, _> = FILES.iter().map(|(file, text)| table::parse(file, text)).collect();
    let cases: Vec<Case> = match cases {
        Ok(cases) => cases.into_iter().flatten().collect(),
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    harness::main("cases", None, |h| {
        let tests = cases.into_iter().map(|case| {
            let name = format!("{} {}", case.row, case.sentence);
            h.test(&name, async move |world| run::run(&world, &case).await)
        });
        tests.collect()
    })
}
