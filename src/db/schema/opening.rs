//! Rollouts: a badge opened to an audience in waves.

diesel::table! {
    rollouts (id) {
        id -> BigInt,
        title -> Text,
        reason -> Text,
        audience -> Text,
        percent -> BigInt,
        policy_version -> BigInt,
        publication -> Text,
        share -> Nullable<BigInt>,
        latest_at -> Nullable<Timestamp>,
        most -> BigInt,
        longest_wait -> BigInt,
        thread_id -> Nullable<BigInt>,
        state -> Text,
        version -> BigInt,
        drafted_by -> BigInt,
        enrolled_up_to -> Nullable<BigInt>,
        changed_at -> Timestamp,
        approved_by -> Nullable<BigInt>,
        approved_at -> Nullable<Timestamp>,
        approval_note -> Nullable<Text>,
        sealed_salt -> Nullable<Text>,
        salt -> Nullable<Text>,
        salt_hash -> Nullable<Text>,
        audience_hash -> Nullable<Text>,
        audience_size -> Nullable<BigInt>,
        experienced -> Nullable<BigInt>,
        opened_at -> Nullable<Timestamp>,
        paused_at -> Nullable<Timestamp>,
        paused_for -> Nullable<Text>,
        asked_by -> Nullable<BigInt>,
        shown_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    rollout_writers (rollout_id, member_id) {
        rollout_id -> BigInt,
        member_id -> BigInt,
    }
}

diesel::table! {
    rollout_members (rollout_id, member_id) {
        rollout_id -> BigInt,
        member_id -> BigInt,
        turn -> BigInt,
        place -> Text,
        state -> Text,
        wave -> Nullable<BigInt>,
        invited_at -> Nullable<Timestamp>,
        seen_at -> Nullable<Timestamp>,
        answered_at -> Nullable<Timestamp>,
        final_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        reminders -> BigInt,
    }
}

diesel::table! {
    rollout_waves (rollout_id, number) {
        rollout_id -> BigInt,
        number -> BigInt,
        opened_at -> Timestamp,
        size -> BigInt,
        capacity -> BigInt,
        outstanding -> BigInt,
        shift_minutes -> BigInt,
        backlog -> BigInt,
        call_seconds -> BigInt,
        fill_percent -> BigInt,
        accept_percent -> BigInt,
    }
}

diesel::table! {
    rollout_watchers (member_id) {
        member_id -> BigInt,
        asked_at -> Timestamp,
    }
}
