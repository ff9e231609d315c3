//! Who is believed, and who is let in.

use dialtone_authz::{Caller, CallerKind, IDENTITY_HEADER, TokenSigner, keys};
use dialtone_ids::ServiceName;
use dialtone_proto::google::longrunning::{DeleteOperationRequest, GetOperationRequest, ListOperationsRequest};
use dialtone_status::{Code, Locale, PERMISSION_DENIED_TEXT};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::support::{assert_fault, config, start, with_token};

fn get() -> GetOperationRequest {
    GetOperationRequest { name: "x".to_owned() }
}

#[tokio::test]
async fn nobody_in_particular_gets_no_further_than_health() {
    let running = start(config()).await;
    let status = running.operations().get_operation(get()).await.expect_err("no token");
    assert_fault(&status, Code::Unauthenticated, "UNAUTHENTICATED");
    let mut health = HealthClient::with_origin(running.http.clone(), running.origin());
    health.check(HealthCheckRequest::default()).await.expect("open to all");
}

#[tokio::test]
async fn a_forged_identity_is_refused_even_where_none_is_needed() {
    let running = start(config()).await;
    let stranger = TokenSigner::new(ServiceName::Gateway, &keys::generate().private).expect("a fresh key");
    let genuine = running.gateway.token(&Caller::platform("ops"));
    let tampered = genuine.replace(".ey", ".ey0");
    // A service may not vouch for staff.
    let usurped = running.subscriptions.token(&Caller::platform("ops"));
    let mut health = HealthClient::with_origin(running.http.clone(), running.origin());
    for forged in [&*stranger.token(&Caller::platform("mallory")), &tampered, &usurped, "", "platform"] {
        let status = running.operations().get_operation(with_token(get(), forged)).await;
        assert_fault(&status.expect_err("forged"), Code::Unauthenticated, "UNAUTHENTICATED");
        let status = health.check(with_token(HealthCheckRequest::default(), forged)).await;
        assert_fault(&status.expect_err("forged"), Code::Unauthenticated, "UNAUTHENTICATED");
    }
    let mut twice = with_token(get(), &genuine);
    twice.metadata_mut().append(IDENTITY_HEADER, genuine.parse().expect("text"));
    let status = running.operations().get_operation(twice).await.expect_err("two tokens");
    assert_fault(&status, Code::Unauthenticated, "UNAUTHENTICATED");
}

#[tokio::test]
async fn bare_headers_name_nobody() {
    let running = start(config()).await;
    let mut request = tonic::Request::new(get());
    for header in ["x-dialtone-subject", "x-forwarded-user", "authorization"] {
        request.metadata_mut().insert(header, "Bearer platform:ops".parse().expect("text"));
    }
    let status = running.operations().get_operation(request).await.expect_err("no token");
    assert_fault(&status, Code::Unauthenticated, "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_handler_sees_the_caller_its_language_and_nobodys_rows() {
    let mut running = start(config()).await;
    let alice = Caller::person("alice");
    let mut request = with_token(get(), &running.gateway.token(&alice));
    request.metadata_mut().insert("accept-language", "sv-SE, en;q=0.5".parse().expect("text"));
    running.operations().get_operation(request).await.expect("any caller");
    let ctx = running.seen.recv().await.expect("the handler ran");
    assert_eq!(ctx.caller, alice);
    assert_eq!(ctx.method.path, "/google.longrunning.Operations/GetOperation");
    assert_eq!(ctx.locale, Locale::Swedish);
    let nobodys = dialtone_db::Tenants::Only(vec![]);
    assert_eq!(dialtone_db::TxContext::tenants(&ctx), &nobodys);

    let token = running.subscriptions.token_as_self(Some(&alice));
    running.operations().get_operation(with_token(get(), &token)).await.expect("listed");
    let ctx = running.seen.recv().await.expect("the handler ran");
    assert_eq!(ctx.caller.kind, CallerKind::Service(ServiceName::Subscriptions));
    assert_eq!(dialtone_db::TxContext::actor(&ctx), "service:subscriptions for person:alice");
}

#[tokio::test]
async fn who_can_never_call_a_method_is_refused_before_its_handler() {
    let running = start(config()).await;
    let token = running.subscriptions.token_as_self(None);
    let request = with_token(DeleteOperationRequest { name: "x".to_owned() }, &token);
    let status = running.operations().delete_operation(request).await.expect_err("not listed");
    assert_fault(&status, Code::PermissionDenied, "PERMISSION_DENIED");
    assert_eq!(status.message(), PERMISSION_DENIED_TEXT);
    let request = with_token(ListOperationsRequest::default(), &token);
    running.operations().list_operations(request).await.expect("listed");
}
