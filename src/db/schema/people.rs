//! Members and what they hold.

diesel::table! {
    members (id) {
        id -> BigInt,
        handle -> Text,
        name -> Text,
        name_skeleton -> Text,
        name_review -> Bool,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        email_verified_at -> Nullable<Timestamp>,
        password_hash -> Nullable<Text>,
        signature -> Text,
        profile -> Text,
        rank -> Text,
        rank_since -> Timestamp,
        tier -> Nullable<Text>,
        tier_since -> Nullable<Timestamp>,
        posts -> BigInt,
        joined_at -> Timestamp,
        likes_received -> BigInt,
        accepted_answers -> BigInt,
        warned_at -> Nullable<Timestamp>,
        silenced_until -> Nullable<Timestamp>,
        suspended_until -> Nullable<Timestamp>,
        unread_notifications -> BigInt,
        banners_dismissed -> BigInt,
        all_read_at -> Nullable<Timestamp>,
        page_size -> BigInt,
        side -> Nullable<Text>,
        country -> Nullable<Text>,
    }
}

diesel::table! {
    member_roles (member_id, role) {
        member_id -> BigInt,
        role -> Text,
        granted_at -> Timestamp,
        granted_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    tier_changes (id) {
        id -> BigInt,
        member_id -> BigInt,
        tier -> Nullable<Text>,
        changed_at -> Timestamp,
        changed_by -> Nullable<BigInt>,
        source -> Text,
    }
}

diesel::table! {
    member_blocks (member_id, blocked_id) {
        member_id -> BigInt,
        blocked_id -> BigInt,
        blocked_at -> Timestamp,
    }
}

diesel::table! {
    rank_rulebooks (version) {
        version -> BigInt,
        published_at -> Timestamp,
        published_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    rank_rules (version, rank) {
        version -> BigInt,
        rank -> Text,
        posts -> BigInt,
        days -> BigInt,
        likes -> BigInt,
        answers -> BigInt,
        clean_days -> BigInt,
    }
}

diesel::table! {
    rank_changes (id) {
        id -> BigInt,
        member_id -> BigInt,
        old -> Text,
        rank -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    rank_losses (member_id) {
        member_id -> BigInt,
        rank -> Text,
        lost_at -> Timestamp,
    }
}

diesel::table! {
    site_facts (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        token_hash -> Binary,
        member_id -> BigInt,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        agent -> Text,
        address -> Text,
        proved_at -> Nullable<Timestamp>,
        worked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    link_tokens (token_hash) {
        token_hash -> Binary,
        purpose -> Text,
        member_id -> Nullable<BigInt>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    throttles (name) {
        name -> Text,
        began_at -> Timestamp,
        tries -> BigInt,
    }
}

diesel::table! {
    mails (id) {
        id -> BigInt,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        queued_at -> Timestamp,
        due_at -> Timestamp,
        tries -> BigInt,
        sent_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        conversation -> Nullable<Text>,
        unsubscribe -> Nullable<Text>,
    }
}

diesel::table! {
    badge_policies (badge, version) {
        badge -> Text,
        version -> BigInt,
        published_at -> Timestamp,
        valid_months -> Nullable<BigInt>,
        checked -> Text,
        steps -> Text,
        settling_minutes -> BigInt,
        promise_hours -> BigInt,
        words -> Text,
        drafted_by -> Nullable<BigInt>,
        approved_by -> Nullable<BigInt>,
        carries -> Text,
        thread_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy_drafts (id) {
        id -> BigInt,
        checked -> Text,
        words -> Text,
        valid_months -> BigInt,
        settling_minutes -> BigInt,
        promise_hours -> BigInt,
        carries -> Text,
        state -> Text,
        version -> BigInt,
        drafted_by -> BigInt,
        drafted_at -> Timestamp,
        changed_at -> Timestamp,
        approved_by -> Nullable<BigInt>,
        approved_at -> Nullable<Timestamp>,
        published_as -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy_writers (draft_id, member_id) {
        draft_id -> BigInt,
        member_id -> BigInt,
    }
}

diesel::table! {
    badge_grants (id) {
        id -> BigInt,
        member_id -> BigInt,
        badge -> Text,
        policy_version -> BigInt,
        bound_name -> Text,
        active_name -> Nullable<Text>,
        state -> Text,
        granted_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        origin -> Text,
        document_case_id -> Nullable<BigInt>,
        call_id -> Nullable<BigInt>,
        settles_at -> Nullable<Timestamp>,
        promised_until -> Nullable<Timestamp>,
        needs_second -> Bool,
        hidden_at -> Nullable<Timestamp>,
        suspended_for -> Nullable<Text>,
        revoked_for -> Nullable<Text>,
        second_by -> Nullable<BigInt>,
        second_at -> Nullable<Timestamp>,
        reminders -> BigInt,
        suspended_at -> Nullable<Timestamp>,
        suspended_by -> Nullable<BigInt>,
        held_for -> Nullable<BigInt>,
    }
}

diesel::table! {
    badge_revocations (id) {
        id -> BigInt,
        grant_id -> BigInt,
        reason -> Text,
        words -> Text,
        asked_by -> BigInt,
        asked_at -> Timestamp,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        is_confirmed -> Bool,
    }
}

diesel::table! {
    email_changes (member_id) {
        member_id -> BigInt,
        token_hash -> Binary,
        email -> Text,
        email_key -> Text,
        asked_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    account_changes (member_id) {
        member_id -> BigInt,
        factor_added_at -> Nullable<Timestamp>,
        email_changed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    verification_appeals (id) {
        id -> BigInt,
        member_id -> BigInt,
        case_id -> Nullable<BigInt>,
        call_id -> Nullable<BigInt>,
        grant_id -> Nullable<BigInt>,
        against -> Text,
        against_at -> Timestamp,
        words -> Text,
        appealed_at -> Timestamp,
        due_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}
