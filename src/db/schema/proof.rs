//! Credentials, and what is told to programs elsewhere.

diesel::table! {
    credential_keys (name) {
        name -> Text,
        modulus -> Text,
        exponent -> Text,
        sealed -> Nullable<Binary>,
        made_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
        place -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (id) {
        id -> BigInt,
        name -> Text,
        member_id -> BigInt,
        grant_id -> BigInt,
        bound_name -> Text,
        list -> BigInt,
        place -> BigInt,
        issued_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    credential_links (id) {
        id -> BigInt,
        credential_id -> BigInt,
        token_hash -> Binary,
        label -> Text,
        made_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        name -> Text,
        token_hash -> Binary,
        made_by -> BigInt,
        made_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        address -> Text,
        sealed -> Binary,
        made_by -> BigInt,
        made_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    badge_changes (id) {
        id -> BigInt,
        member_id -> BigInt,
        badge -> Text,
    }
}

diesel::table! {
    badge_told (member_id, badge) {
        member_id -> BigInt,
        badge -> Text,
        answer -> Text,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        name -> Text,
        body -> Text,
        made_at -> Timestamp,
        due_at -> Nullable<Timestamp>,
        tries -> BigInt,
        tried_at -> Nullable<Timestamp>,
        sent_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}
