//! The tables, as Diesel sees them. `xid`, `created` and `position` are the database's to set.

diesel::table! {
    outbox (position) {
        position -> Int8,
        tenant -> Nullable<Uuid>,
        kind -> Text,
        resource -> Text,
        actor -> Text,
        data -> Jsonb,
        created -> Timestamptz,
    }
}

diesel::table! {
    outbox_state (only_row) {
        only_row -> Bool,
        stream -> Uuid,
        floor -> Int8,
    }
}

diesel::table! {
    consumer_positions (consumer) {
        consumer -> Text,
        position -> Text,
        updated -> Timestamptz,
    }
}
