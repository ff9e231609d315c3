//! The suite as its users meet it: real processes behind the gateway, and the promises that hold across all of them.

mod bad_input;
mod check;
mod idempotency;
mod identity;
mod languages;
mod main_job;
mod tenancy;

use std::process::ExitCode;

use dialtone_suite::harness;

fn main() -> ExitCode {
    harness::main("scenarios", None, |h| {
        vec![
            h.test("the_main_job_goes_from_mail_to_dial_tone", main_job::test),
            h.test("a_call_without_a_token_is_unauthenticated", identity::without_a_token),
            h.test("an_identity_header_from_outside_is_worth_nothing", identity::forged_header),
            h.test("a_token_of_another_issuer_is_unauthenticated", identity::foreign_issuer),
            h.test("another_tenant_is_denied_alike_whether_or_not_the_thing_exists", tenancy::alike),
            h.test("fifty_duplicates_of_a_creation_have_one_effect_and_equal_answers", idempotency::creation),
            h.test("fifty_duplicates_of_a_batch_begin_one_operation", idempotency::batch),
            h.test("a_request_id_with_another_body_is_refused", idempotency::another_body),
            h.test("a_malformed_address_is_refused_with_its_field", bad_input::addresses),
            h.test("an_unknown_organization_is_denied", bad_input::unknown_organization),
            h.test("a_customer_cannot_be_mapped_before_the_partner", bad_input::customer_before_partner),
            h.test("a_used_link_is_refused", bad_input::used_link),
            h.test("a_tampered_page_token_is_refused", bad_input::page_token),
            h.test("an_update_with_a_stale_etag_is_aborted_and_changes_nothing", bad_input::stale_etag),
            h.test("an_oversized_message_is_refused", bad_input::oversized),
            h.test("an_error_is_told_in_the_callers_language_with_the_same_reason", languages::errors),
            h.test("an_outcome_is_told_in_the_callers_language", languages::outcomes),
            h.test("an_unknown_json_key_names_its_line_and_leaves_the_rest", bad_input::import_best_effort),
            h.test("an_unknown_json_key_refuses_an_atomic_file_as_a_whole", bad_input::import_atomic),
        ]
    })
}
