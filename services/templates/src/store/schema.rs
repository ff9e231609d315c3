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
    }
}
