//! The tables of this crate as Diesel knows them. They live in each service's own schema, found by the search path.

diesel::table! {
    operations (id) {
        id -> Uuid,
        tenant -> Uuid,
        kind -> Text,
        version -> Int4,
        verb -> Text,
        target -> Text,
        parent -> Nullable<Uuid>,
        actor -> Text,
        request_id -> Text,
        state -> Text,
        ending -> Nullable<Text>,
        step -> Int4,
        failures -> Int4,
        cancel_requested -> Bool,
        input -> Jsonb,
        notes -> Jsonb,
        units_done -> Int8,
        units_total -> Int8,
        percent -> Int4,
        failure -> Nullable<Jsonb>,
        run_at -> Nullable<Timestamptz>,
        lease_until -> Nullable<Timestamptz>,
        epoch -> Int8,
        create_time -> Timestamptz,
        update_time -> Timestamptz,
    }
}

diesel::table! {
    operation_steps (operation, ordinal) {
        operation -> Uuid,
        ordinal -> Int4,
        tenant -> Uuid,
        name -> Text,
        state -> Text,
        attempts -> Int4,
        last_error -> Nullable<Jsonb>,
    }
}

diesel::table! {
    operations_finished (id) {
        id -> Uuid,
        tenant -> Uuid,
        kind -> Text,
        version -> Int4,
        verb -> Text,
        target -> Text,
        parent -> Nullable<Uuid>,
        actor -> Text,
        request_id -> Text,
        state -> Text,
        units_done -> Int8,
        units_total -> Int8,
        percent -> Int4,
        failure -> Nullable<Jsonb>,
        result -> Nullable<Jsonb>,
        steps -> Jsonb,
        create_time -> Timestamptz,
        end_time -> Timestamptz,
    }
}

diesel::table! {

    operations_all (id) {
        id -> Uuid,
        tenant -> Uuid,
        kind -> Text,
        version -> Int4,
        verb -> Text,
        target -> Text,
        parent -> Nullable<Uuid>,
        actor -> Text,
        state -> Text,
        step -> Int4,
        units_done -> Int8,
        units_total -> Int8,
        percent -> Int4,
        failure -> Nullable<Jsonb>,
        result -> Nullable<Jsonb>,
        steps -> Jsonb,
        children -> Array<Uuid>,
        create_time -> Timestamptz,
        update_time -> Timestamptz,
        end_time -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(operation_steps -> operations (operation));
diesel::allow_tables_to_appear_in_same_query!(operations, operation_steps, operations_finished);
