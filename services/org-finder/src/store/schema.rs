//! The tables of this service, as the catalogue has them after its migrations; `make gen` writes it, a test compares.

diesel::table! {
    access_requests (id) {
        id -> Uuid,
        organization_id -> Uuid,
        partner_id -> Uuid,
        requester -> Text,
        reason -> Text,
        state -> Text,
        version -> Int8,
        created -> Timestamptz,
        expires -> Timestamptz,
        decided -> Nullable<Timestamptz>,
        decider -> Nullable<Text>,
    }
}

diesel::table! {
    completed_setups (subscription_id) {
        subscription_id -> Uuid,
        partner_id -> Uuid,
        customer_id -> Uuid,
        completed -> Timestamptz,
    }
}

diesel::table! {
    grants (id) {
        id -> Uuid,
        organization_id -> Uuid,
        subject -> Text,
        role -> Int2,
        version -> Int8,
        created -> Timestamptz,
    }
}

diesel::table! {
    import_lines (import_id, line) {
        import_id -> Uuid,
        line -> Int8,
        organization_id -> Uuid,
        import_key -> Bytea,
        display_name -> Text,
        normalized_name -> Text,
        vertical -> Nullable<Text>,
        region_code -> Text,
        subdivision -> Nullable<Text>,
        is_partner -> Bool,
        is_customer -> Bool,
        domains -> Array<Nullable<Text>>,
        verified_domains -> Array<Nullable<Text>>,
        staged -> Timestamptz,
    }
}

diesel::table! {
    name_postings (key, organization_id) {
        key -> Int8,
        organization_id -> Uuid,
    }
}

diesel::table! {
    name_spellings (key, word, copy) {
        key -> Int8,
        word -> Text,
        copy -> Int4,
    }
}

diesel::table! {
    name_tails (tail, word, copy) {
        tail -> Text,
        word -> Text,
        copy -> Int4,
    }
}

diesel::table! {
    name_words (word, copy) {
        word -> Text,
        copy -> Int4,
    }
}

diesel::table! {
    organization_activity (organization_id, domain) {
        organization_id -> Uuid,
        domain -> Text,
        active_users -> Int8,
        last_activity -> Timestamptz,
    }
}

diesel::table! {
    organization_domains (organization_id, domain) {
        organization_id -> Uuid,
        domain -> Text,
        state -> Text,
        challenge -> Uuid,
        version -> Int8,
        created -> Timestamptz,
        verified -> Nullable<Timestamptz>,
        claimed -> Nullable<Timestamptz>,
        reversed -> Text,
    }
}

diesel::table! {
    organization_merge_rows (merge_id, kind, key) {
        merge_id -> Uuid,
        kind -> Text,
        key -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
    }
}

diesel::table! {
    organization_merges (id) {
        id -> Uuid,
        survivor_id -> Uuid,
        duplicate_id -> Uuid,
        state -> Text,
        plan_hash -> Text,
        created -> Timestamptz,
        undo_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    organizations (id) {
        id -> Uuid,
        display_name -> Text,
        normalized_name -> Text,
        vertical -> Nullable<Text>,
        region_code -> Text,
        subdivision -> Nullable<Text>,
        is_partner -> Bool,
        is_customer -> Bool,
        import_key -> Nullable<Bytea>,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
        deleted -> Nullable<Timestamptz>,
        merged_into -> Nullable<Uuid>,
        purge -> Nullable<Timestamptz>,
        name_index -> Int2,
    }
}

diesel::table! {
    partner_links (id) {
        id -> Uuid,
        partner_id -> Uuid,
        customer_id -> Uuid,
        role -> Int2,
        created -> Timestamptz,
        version -> Int8,
    }
}

diesel::table! {
    people (id) {
        id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        display_name -> Text,
        active -> Bool,
        last_activity -> Timestamptz,
        source_user -> Text,
        dormant -> Bool,
        domain -> Text,
        activity_month -> Date,
    }
}
