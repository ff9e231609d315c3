// @generated automatically by Diesel CLI.

diesel::table! {
    package_needs (package_id, needed_id) {
        package_id -> Text,
        needed_id -> Text,
    }
}

diesel::table! {
    packages (id) {
        id -> Text,
        for_customers -> Bool,
        for_users -> Bool,
        base -> Bool,
    }
}

diesel::table! {
    partner_subscriptions (subscription_id) {
        subscription_id -> Uuid,
        organization_id -> Uuid,
        wholesale -> Bool,
        updated -> Timestamptz,
    }
}

diesel::table! {
    setting_definitions (key) {
        key -> Text,
        part -> Text,
        description -> Text,
        kind -> Text,
        minimum -> Nullable<Int8>,
        maximum -> Nullable<Int8>,
        max_length -> Nullable<Int4>,
        pattern -> Nullable<Text>,
        choices -> Nullable<Array<Nullable<Text>>>,
        default_value -> Jsonb,
        at_organization -> Bool,
        at_template -> Bool,
        at_user -> Bool,
    }
}

diesel::table! {
    setting_values (organization_id, user_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        settings -> Jsonb,
        version -> Int8,
        updated -> Timestamptz,
    }
}

diesel::table! {
    template_revisions (template_id, number) {
        template_id -> Uuid,
        number -> Int4,
        organization_id -> Uuid,
        settings -> Jsonb,
        actor -> Text,
        submitted -> Timestamptz,
    }
}

diesel::table! {
    template_uses (organization_id, customer_id) {
        organization_id -> Uuid,
        customer_id -> Uuid,
        template_id -> Uuid,
        revision -> Int4,
        actor -> Text,
        created -> Timestamptz,
    }
}

diesel::table! {
    templates (id) {
        id -> Uuid,
        organization_id -> Uuid,
        settings -> Jsonb,
        provisioning_id -> Nullable<Text>,
        revision -> Int4,
        submitted_version -> Nullable<Int8>,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
        archived -> Nullable<Timestamptz>,
        deleted -> Nullable<Timestamptz>,
        purge -> Nullable<Timestamptz>,
    }
}
