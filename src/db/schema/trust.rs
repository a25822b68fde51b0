//! Trust: keys, second factors, phones, documents, gates.

diesel::table! {
    sealing_keys (purpose) {
        purpose -> Text,
        wrapped_by -> Text,
        wrapped -> Binary,
        made_at -> Timestamp,
    }
}

diesel::table! {
    second_factors (id) {
        id -> BigInt,
        member_id -> BigInt,
        kind -> Text,
        name -> Text,
        credential -> Nullable<Text>,
        sealed -> Binary,
        last_step -> Nullable<BigInt>,
        added_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Binary,
        member_id -> BigInt,
        made_at -> Timestamp,
    }
}

diesel::table! {
    passkey_challenges (session_id) {
        session_id -> BigInt,
        purpose -> Text,
        state -> Binary,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    phone_checks (id) {
        id -> BigInt,
        member_id -> BigInt,
        state -> Text,
        sealed -> Nullable<Binary>,
        number_index -> Nullable<Text>,
        country -> Text,
        prefix -> Text,
        last_digits -> Text,
        code_mac -> Nullable<Binary>,
        code_sent_at -> Nullable<Timestamp>,
        code_tries -> BigInt,
        began_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
        released_at -> Nullable<Timestamp>,
        waived_by -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    phone_tries (id) {
        id -> BigInt,
        member_id -> BigInt,
        number_index -> Text,
        tried_at -> Timestamp,
    }
}

diesel::table! {
    texts (id) {
        id -> BigInt,
        channel -> Text,
        sealed -> Nullable<Binary>,
        member_id -> BigInt,
        number_index -> Text,
        prefix -> Text,
        address_index -> Text,
        queued_at -> Timestamp,
        due_at -> Timestamp,
        tries -> BigInt,
        sent_at -> Nullable<Timestamp>,
        reference -> Nullable<Text>,
        delivery -> Nullable<Text>,
        failure -> Nullable<Text>,
        converted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    text_prefixes (prefix) {
        prefix -> Text,
        daily_budget -> Nullable<BigInt>,
        stopped_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        changed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    consent_texts (version) {
        version -> BigInt,
        published_at -> Timestamp,
        words -> Text,
        words_hash -> Text,
    }
}

diesel::table! {
    document_cases (id) {
        id -> BigInt,
        member_id -> BigInt,
        policy_version -> BigInt,
        state -> Text,
        class -> Text,
        consent_version -> BigInt,
        consent_hash -> Text,
        consented_at -> Timestamp,
        kind -> Nullable<Text>,
        country -> Nullable<Text>,
        sealed_details -> Nullable<Binary>,
        number_index -> Nullable<Text>,
        resubmissions -> BigInt,
        touched_at -> Timestamp,
        waiting_since -> Nullable<Timestamp>,
        claimed_by -> Nullable<BigInt>,
        claimed_until -> Nullable<Timestamp>,
        submitted_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        appealed_at -> Nullable<Timestamp>,
        sealed_appeal -> Nullable<Binary>,
    }
}

diesel::table! {
    document_decisions (id) {
        id -> BigInt,
        case_id -> BigInt,
        agent_id -> BigInt,
        outcome -> Text,
        reason -> Nullable<Text>,
        answers -> Text,
        note -> Text,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    evidence (id) {
        id -> BigInt,
        case_id -> BigInt,
        member_id -> BigInt,
        side -> Text,
        object -> Text,
        wrapped_by -> Nullable<Text>,
        wrapped -> Nullable<Binary>,
        sealed_hash -> Text,
        width -> BigInt,
        height -> BigInt,
        bytes -> BigInt,
        uploaded_at -> Timestamp,
        destroy_at -> Timestamp,
        destroyed_at -> Nullable<Timestamp>,
        cleared_at -> Nullable<Timestamp>,
        kept_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    destruction_leaves (place) {
        place -> BigInt,
        evidence_id -> BigInt,
        member_id -> BigInt,
        receipt -> Text,
        leaf_hash -> Text,
        signature -> Text,
        destroyed_at -> Timestamp,
    }
}

diesel::table! {
    destruction_nodes (level, place) {
        level -> BigInt,
        place -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    destruction_heads (size) {
        size -> BigInt,
        root -> Text,
        signature -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    destruction_log (place) {
        place -> BigInt,
        size -> BigInt,
    }
}

diesel::table! {
    handovers (id) {
        id -> BigInt,
        case_id -> BigInt,
        token_hash -> Binary,
        cookie_hash -> Nullable<Binary>,
        made_at -> Timestamp,
        expires_at -> Timestamp,
        opened_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    agent_shifts (id) {
        id -> BigInt,
        agent_id -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        entered_at -> Timestamp,
    }
}

diesel::table! {
    board_gates (board_id, step) {
        board_id -> BigInt,
        step -> Text,
        required_at -> Timestamp,
        required_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    newcomer_tests (id) {
        id -> BigInt,
        steps -> Text,
        percent -> BigInt,
        salt -> Text,
        reason -> Text,
        started_at -> Timestamp,
        started_by -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        running -> Nullable<BigInt>,
    }
}

diesel::table! {
    test_arms (member_id) {
        member_id -> BigInt,
        test_id -> BigInt,
        arm -> Text,
        joined_at -> Timestamp,
    }
}
