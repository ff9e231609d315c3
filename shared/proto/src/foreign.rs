//! Methods of protocols that others defined and the suite serves. Their protos carry no options of ours, so what
//! every RPC must declare is declared for them here.
//!
//! | method | who | why |
//! | --- | --- | --- |
//! | Operations Get, List, Wait | any caller, READ_ONLY | narrowed to the operations of the caller's own organizations |
//! | Operations Cancel, Delete | PROVISIONING_ADMIN | they change what an administrator began |
//! | health | anybody | probes of the platform have no identity; the answer says nothing of any tenant |
//! | reflection | anybody | the protos are public |

use std::time::Duration;

use crate::methods::{Http, Method, Permission, Policy, Retry, Role};

const OPERATIONS: &str = "google.longrunning.Operations";
const OPERATION: &str = "google.longrunning.Operation";
const EMPTY: &str = "google.protobuf.Empty";

/// Subscriptions follows the operations that it began in user-provisioning.
const FOLLOWERS: &[&str] = &["subscriptions"];

const OPERATION_READ: Permission = Permission {
    name: "operations.read",
    least_role: Role::ReadOnly,
    services: FOLLOWERS,
    setup_contact: false,
    anonymous: false,
    any_caller: true,
};

const OPERATION_CANCEL: Permission =
    Permission { name: "operations.cancel", least_role: Role::ProvisioningAdmin, any_caller: false, ..OPERATION_READ };

const OPERATION_DELETE: Permission = Permission { name: "operations.delete", services: &[], ..OPERATION_CANCEL };

const ANYBODY: Permission = Permission {
    name: "platform.probe",
    least_role: Role::Unspecified,
    services: &[],
    setup_contact: false,
    anonymous: true,
    any_caller: false,
};

const READ: Policy = policy(5_000, Retry::Safe);
const CHANGE: Policy = policy(5_000, Retry::Unsent);
/// A caller that wants to wait longer calls again: a proxy in between may not keep a silent call for ever.
const WAIT: Policy = policy(300_000, Retry::Safe);
const ENDLESS: Policy = Policy { deadline: None, retry: Retry::Safe };

const fn policy(deadline_ms: u64, retry: Retry) -> Policy {
    Policy { deadline: Some(Duration::from_millis(deadline_ms)), retry }
}

const fn unary(
    (path, service, name): (&'static str, &'static str, &'static str),
    (request, response): (&'static str, &'static str),
    permission: Permission,
    policy: Policy,
    http: &'static [Http],
) -> Method {
    Method {
        path,
        service,
        name,
        request,
        response,
        client_streaming: false,
        server_streaming: false,
        permission,
        policy,
        http,
    }
}

/// The methods of others.
pub const METHODS: &[Method] = &[
    unary(
        ("/google.longrunning.Operations/GetOperation", OPERATIONS, "GetOperation"),
        ("google.longrunning.GetOperationRequest", OPERATION),
        OPERATION_READ,
        READ,
        &[Http { verb: "GET", path: "/v1/{name=operations/**}", body: "" }],
    ),
    unary(
        ("/google.longrunning.Operations/ListOperations", OPERATIONS, "ListOperations"),
        ("google.longrunning.ListOperationsRequest", "google.longrunning.ListOperationsResponse"),
        OPERATION_READ,
        READ,
        &[Http { verb: "GET", path: "/v1/{name=operations}", body: "" }],
    ),
    unary(
        ("/google.longrunning.Operations/WaitOperation", OPERATIONS, "WaitOperation"),
        ("google.longrunning.WaitOperationRequest", OPERATION),
        OPERATION_READ,
        WAIT,
        // The standard gives Wait no path; this is the one that fits its siblings.
        &[Http { verb: "POST", path: "/v1/{name=operations/**}:wait", body: "*" }],
    ),
    unary(
        ("/google.longrunning.Operations/CancelOperation", OPERATIONS, "CancelOperation"),
        ("google.longrunning.CancelOperationRequest", EMPTY),
        OPERATION_CANCEL,
        CHANGE,
        &[Http { verb: "POST", path: "/v1/{name=operations/**}:cancel", body: "*" }],
    ),
    unary(
        ("/google.longrunning.Operations/DeleteOperation", OPERATIONS, "DeleteOperation"),
        ("google.longrunning.DeleteOperationRequest", EMPTY),
        OPERATION_DELETE,
        CHANGE,
        &[Http { verb: "DELETE", path: "/v1/{name=operations/**}", body: "" }],
    ),
    unary(
        ("/grpc.health.v1.Health/Check", "grpc.health.v1.Health", "Check"),
        ("grpc.health.v1.HealthCheckRequest", "grpc.health.v1.HealthCheckResponse"),
        ANYBODY,
        READ,
        &[],
    ),
    Method {
        path: "/grpc.health.v1.Health/Watch",
        service: "grpc.health.v1.Health",
        name: "Watch",
        request: "grpc.health.v1.HealthCheckRequest",
        response: "grpc.health.v1.HealthCheckResponse",
        client_streaming: false,
        server_streaming: true,
        permission: ANYBODY,
        policy: ENDLESS,
        http: &[],
    },
    Method {
        path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        service: "grpc.reflection.v1.ServerReflection",
        name: "ServerReflectionInfo",
        request: "grpc.reflection.v1.ServerReflectionRequest",
        response: "grpc.reflection.v1.ServerReflectionResponse",
        client_streaming: true,
        server_streaming: true,
        permission: ANYBODY,
        policy: ENDLESS,
        http: &[],
    },
    Method {
        path: "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        service: "grpc.reflection.v1alpha.ServerReflection",
        name: "ServerReflectionInfo",
        request: "grpc.reflection.v1alpha.ServerReflectionRequest",
        response: "grpc.reflection.v1alpha.ServerReflectionResponse",
        client_streaming: true,
        server_streaming: true,
        permission: ANYBODY,
        policy: ENDLESS,
        http: &[],
    },
];
