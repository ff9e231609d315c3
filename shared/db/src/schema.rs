//! The tables of this crate, as the catalogue has them after its migrations; a test compares.

diesel::table! {
    idempotency_keys (caller, method, request_id) {
        caller -> Text,
        method -> Text,
        request_id -> Uuid,
        body_hash -> Bytea,
        answer -> Nullable<Jsonb>,
        created -> Timestamptz,
    }
}

diesel::table! {
    history (position) {
        position -> Int8,
        tenant -> Nullable<Uuid>,
        resource -> Text,
        verb -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        actor -> Text,
        request_id -> Text,
        created -> Timestamptz,
    }
}
