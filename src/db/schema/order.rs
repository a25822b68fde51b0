//! What staff do, what happened, and what is told.

diesel::table! {
    audit_events (id) {
        id -> BigInt,
        happened_at -> Timestamp,
        actor_id -> Nullable<BigInt>,
        act -> Text,
        subject -> Text,
        reason -> Text,
        previous_hash -> Nullable<Text>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    outbox_events (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        happened_at -> Timestamp,
        due_at -> Timestamp,
        tries -> BigInt,
        failure -> Nullable<Text>,
        told_up_to -> BigInt,
    }
}

diesel::table! {
    rulebooks (version) {
        version -> BigInt,
        published_at -> Timestamp,
        published_by -> Nullable<BigInt>,
        summary -> Text,
    }
}

diesel::table! {
    community_rules (version, number) {
        version -> BigInt,
        number -> BigInt,
        title -> Text,
        words -> Text,
    }
}

diesel::table! {
    acts (id) {
        id -> BigInt,
        kind -> Text,
        acted_at -> Timestamp,
        actor_id -> BigInt,
        actor_role -> Text,
        rules_version -> BigInt,
        rule_number -> BigInt,
        reason -> Text,
        member_id -> Nullable<BigInt>,
        thread_id -> Nullable<BigInt>,
        post_id -> Nullable<BigInt>,
        ends_at -> Nullable<Timestamp>,
        case_id -> Nullable<BigInt>,
        reversed_at -> Nullable<Timestamp>,
        reversed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        member_id -> BigInt,
        key -> Text,
        kind -> Text,
        happened_at -> Timestamp,
        actor_id -> Nullable<BigInt>,
        gathered -> BigInt,
        thread_id -> Nullable<BigInt>,
        post_id -> Nullable<BigInt>,
        act_id -> Nullable<BigInt>,
        detail -> Text,
        read_at -> Nullable<Timestamp>,
        waits_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    told_likes (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
    }
}

diesel::table! {
    notification_choices (member_id, kind) {
        member_id -> BigInt,
        kind -> Text,
        mail -> Text,
        shown -> Bool,
    }
}

diesel::table! {
    announcements (id) {
        id -> BigInt,
        author_id -> BigInt,
        board_id -> BigInt,
        title -> Text,
        body -> Text,
        audience -> BigInt,
        publish_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        has_banner -> Bool,
        banner_text -> Text,
        pinned -> Bool,
        comments -> Text,
        comments_from -> Nullable<Timestamp>,
        locks_at_end -> Bool,
        state -> Text,
        version -> BigInt,
        changed_at -> Timestamp,
        thread_id -> Nullable<BigInt>,
        banner_number -> Nullable<BigInt>,
        published_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        audience_size -> BigInt,
    }
}

diesel::table! {
    announcement_readers (announcement_id, member_id) {
        announcement_id -> BigInt,
        member_id -> BigInt,
        reached_at -> Nullable<Timestamp>,
        read_at -> Nullable<Timestamp>,
        dismissed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_chain (place) {
        place -> BigInt,
        last_id -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    report_cases (id) {
        id -> BigInt,
        post_id -> BigInt,
        opened_at -> Timestamp,
        harm -> BigInt,
        reports -> BigInt,
        claimed_by -> Nullable<BigInt>,
        claimed_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    reports (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
        case_id -> BigInt,
        reason -> Text,
        words -> Text,
        reported_at -> Timestamp,
    }
}

diesel::table! {
    appeals (act_id) {
        act_id -> BigInt,
        member_id -> BigInt,
        words -> Text,
        appealed_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    held_posts (id) {
        id -> BigInt,
        kind -> Text,
        board_id -> BigInt,
        thread_id -> Nullable<BigInt>,
        title -> Text,
        thread_kind -> Text,
        body -> Text,
        author_id -> BigInt,
        request_id -> Nullable<Text>,
        why -> Text,
        held_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        post_id -> Nullable<BigInt>,
        act_id -> Nullable<BigInt>,
    }
}
