//! The reasons of `dialtone.operations.v1.ErrorReason`, which any service may give, with the code each one has.
//!
//! `ErrorInfo.reason` carries the enum's name without its `ERROR_REASON_` prefix. A service's own reasons stand in
//! its own proto and its own `error.rs`.

use tonic::Code;

macro_rules! reasons {
    ($($name:ident => $code:ident),* $(,)?) => {
        $(
            #[doc = concat!("Reason `", stringify!($name), "`, sent with code `", stringify!($code), "`.")]
            pub const $name: &str = stringify!($name);
        )*
        /// Every shared reason and its one code; a test holds it against the proto enum.
        pub const ALL: &[(&str, Code)] = &[$(($name, Code::$code)),*];
    };
}

reasons! {
    INVALID_FIELDS => InvalidArgument,
    UNAUTHENTICATED => Unauthenticated,
    PERMISSION_DENIED => PermissionDenied,
    NOT_FOUND => NotFound,
    ETAG_MISMATCH => Aborted,
    REQUEST_ID_REUSED => AlreadyExists,
    INVALID_PAGE_TOKEN => InvalidArgument,
    DEADLINE_EXCEEDED => DeadlineExceeded,
    MESSAGE_TOO_LARGE => ResourceExhausted,
    OVERLOADED => ResourceExhausted,
    UNAVAILABLE => Unavailable,
    UNKNOWN_METHOD => Unimplemented,
    INTERNAL => Internal,
    OPERATION_NOT_STUCK => FailedPrecondition,
    POSITION_EXPIRED => OutOfRange,
    MALFORMED_MESSAGE => InvalidArgument,
    CANCELLED => Cancelled,
    CONFLICT => Aborted,
    OPERATION_NOT_FINISHED => FailedPrecondition,
}
