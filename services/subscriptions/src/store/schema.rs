// @generated automatically by Diesel CLI.

diesel::table! {
    handovers (order_id, number) {
        order_id -> Uuid,
        number -> Int4,
        from_email -> Text,
        to_email -> Text,
        created -> Timestamptz,
    }
}

diesel::table! {
    merged_mappings (organization_id, subscription_id, side) {
        organization_id -> Uuid,
        subscription_id -> Uuid,
        side -> Text,
    }
}

diesel::table! {
    orders (id) {
        id -> Uuid,
        order_number -> Text,
        seller_name -> Text,
        seller_email -> Text,
        contact_email -> Text,
        company_name -> Text,
        items -> Jsonb,
        flow -> Text,
        who_for -> Nullable<Text>,
        mail_state -> Text,
        mails -> Int4,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
    }
}

diesel::table! {
    setup_links (id) {
        id -> Uuid,
        order_id -> Uuid,
        contact_email -> Text,
        state -> Text,
        expires -> Timestamptz,
        created -> Timestamptz,
        used -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    subscription_items (subscription_id, position) {
        subscription_id -> Uuid,
        position -> Int4,
        sku -> Text,
        offering -> Text,
        quantity -> Int4,
        kind -> Text,
        set_up -> Bool,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Uuid,
        order_id -> Uuid,
        state -> Text,
        partner_id -> Nullable<Uuid>,
        customer_id -> Nullable<Uuid>,
        headquarters_id -> Nullable<Uuid>,
        setup_operation -> Nullable<Text>,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
        activated -> Nullable<Timestamptz>,
        headquarters_organization_id -> Nullable<Uuid>,
    }
}

diesel::joinable!(subscription_items -> subscriptions (subscription_id));
diesel::joinable!(subscriptions -> orders (order_id));
diesel::allow_tables_to_appear_in_same_query!(orders, subscription_items, subscriptions);
