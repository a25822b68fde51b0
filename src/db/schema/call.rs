//! Live calls.

diesel::table! {
    calls (id) {
        id -> BigInt,
        member_id -> BigInt,
        case_id -> BigInt,
        policy_version -> BigInt,
        state -> Text,
        agent_id -> Nullable<BigInt>,
        starts_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        held_until -> Nullable<Timestamp>,
        queued_at -> Nullable<Timestamp>,
        is_first -> Bool,
        made_at -> Timestamp,
        waiting_at -> Nullable<Timestamp>,
        began_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        together_at -> Nullable<Timestamp>,
        reminded_at -> Nullable<Timestamp>,
        code_mac -> Nullable<Binary>,
        code_sent_at -> Nullable<Timestamp>,
        code_tries -> BigInt,
        code_right_at -> Nullable<Timestamp>,
        challenges -> Text,
        answers -> Text,
        reason -> Nullable<Text>,
        is_flagged -> Bool,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    call_seats (call_id, side) {
        call_id -> BigInt,
        side -> Text,
        member_id -> BigInt,
        session_id -> Nullable<BigInt>,
        ticket_hash -> Nullable<Binary>,
        ticket_until -> Nullable<Timestamp>,
        connection -> Nullable<Text>,
        heard_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    call_signals (id) {
        id -> BigInt,
        call_id -> BigInt,
        side -> Text,
        sealed -> Binary,
        said_at -> Timestamp,
    }
}
