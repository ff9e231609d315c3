//! The reasons that the service gives are those that its proto documents.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_enum_of_the_proto_and_the_table_of_the_service_have_the_same_reasons() {
    let reasons = dialtone_proto::DESCRIPTOR_POOL.get_enum_by_name("dialtone.orgfinder.v1.ErrorReason");
    let documented: BTreeSet<String> = reasons
        .expect("the proto has it")
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| value.name().trim_start_matches("ERROR_REASON_").to_owned())
        .collect();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/status.rs");
    let table = std::fs::read_to_string(table).expect("the table is there");
    let given: BTreeSet<String> = table
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.len() > 4 && text.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
        // The kind of a precondition is no reason.
        .filter(|text| !["PARTNER_ROLE", "NO_CUSTOMERS", "NO_ACTIVE_PEOPLE"].contains(text))
        .map(str::to_owned)
        .collect();
    assert_eq!(given, documented);
}
