//! The tables, as the migrations make them; written by `make gen`.

diesel::table! {
    batch_rows (operation_id, index) {
        operation_id -> Uuid,
        index -> Int4,
        organization_id -> Uuid,
        user_id -> Uuid,
        state -> Text,
        attempts -> Int4,
        due -> Timestamptz,
        error -> Nullable<Jsonb>,
    }
}

diesel::table! {
    batches (operation_id) {
        operation_id -> Uuid,
        organization_id -> Uuid,
        target_organization_id -> Uuid,
        target_id -> Uuid,
    }
}

diesel::table! {
    locations (id) {
        id -> Uuid,
        organization_id -> Uuid,
        display_name -> Text,
        kind -> Text,
        address -> Jsonb,
        time_zone -> Text,
        language_code -> Text,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
    }
}

diesel::table! {
    simulator_accounts (target_id, email) {
        target_id -> Uuid,
        email -> Text,
        display_name -> Text,
        creation_count -> Int8,
        call_count -> Int8,
        created -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    simulator_keys (target_id, key) {
        target_id -> Uuid,
        key -> Text,
        email -> Text,
        deleted -> Bool,
    }
}

diesel::table! {
    targets (id) {
        id -> Uuid,
        organization_id -> Uuid,
        display_name -> Text,
        kind -> Text,
        settings -> Jsonb,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        given_name -> Text,
        family_name -> Text,
        package -> Text,
        location_id -> Uuid,
        state -> Text,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
    }
}
