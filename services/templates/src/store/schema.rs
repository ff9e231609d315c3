// @generated automatically by Diesel CLI.

diesel::table! {
    offerings (id) {
        id -> Text,
        display_name -> Text,
        takes_plans -> Bool,
        retired -> Bool,
    }
}

diesel::table! {
    package_audiences (audience) {
        audience -> Text,
        base_minimum -> Int4,
        base_maximum -> Nullable<Int4>,
    }
}

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
        retired -> Bool,
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
    plan_uses (organization_id, offering_id, plan_id, customer_id, user_id) {
        organization_id -> Uuid,
        offering_id -> Text,
        plan_id -> Uuid,
        customer_id -> Uuid,
        user_id -> Uuid,
        actor -> Text,
        created -> Timestamptz,
    }
}

diesel::table! {
    plans (id) {
        id -> Uuid,
        organization_id -> Uuid,
        kind -> Text,
        offering_id -> Text,
        content -> Jsonb,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
    }
}

diesel::table! {
    product_needs (sku, needed) {
        sku -> Text,
        needed -> Text,
        needed_sku -> Nullable<Text>,
        needed_offering_id -> Nullable<Text>,
    }
}

diesel::table! {
    product_packages (sku, package_id) {
        sku -> Text,
        package_id -> Text,
    }
}

diesel::table! {
    products (sku) {
        sku -> Text,
        display_name -> Text,
        offering_id -> Text,
        add_on -> Bool,
        minimum -> Int4,
        maximum -> Int4,
        step -> Int4,
        trial_allowed -> Bool,
        retired -> Bool,
    }
}

diesel::table! {
    reseller_offer_plans (organization_id, offering_id, plan_id) {
        organization_id -> Uuid,
        offering_id -> Text,
        plan_id -> Uuid,
        plan_owner_id -> Uuid,
        plan_kind -> Text,
        ticked -> Bool,
        offered -> Bool,
    }
}

diesel::table! {
    reseller_offers (organization_id, offering_id) {
        organization_id -> Uuid,
        offering_id -> Text,
        offered_by -> Nullable<Uuid>,
        version -> Int8,
        created -> Timestamptz,
        updated -> Timestamptz,
        provisioned -> Nullable<Timestamptz>,
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
