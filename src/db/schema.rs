//! The tables, kept by hand: one description for both databases, tested against each.
#![expect(missing_docs, reason = "the migrations say what each table and column is for")]

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
    audit_chain (place) {
        place -> BigInt,
        last_id -> BigInt,
        hash -> Text,
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
    }
}

diesel::table! {
    badge_policies (badge, version) {
        badge -> Text,
        version -> BigInt,
        published_at -> Timestamp,
        valid_months -> Nullable<BigInt>,
        checked -> Text,
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
    }
}

diesel::table! {
    boards (id) {
        id -> BigInt,
        parent_id -> Nullable<BigInt>,
        slug -> Text,
        title -> Text,
        about -> Text,
        position -> BigInt,
        read_rule -> Text,
        write_rule -> Text,
        threads -> BigInt,
        posts -> BigInt,
    }
}

diesel::table! {
    threads (id) {
        id -> BigInt,
        board_id -> BigInt,
        title -> Text,
        slug -> Text,
        kind -> Text,
        author_id -> BigInt,
        created_at -> Timestamp,
        last_number -> BigInt,
        posts -> BigInt,
        views -> BigInt,
        pinned -> Bool,
        locked -> Bool,
        about_verification -> Bool,
        last_post_at -> Timestamp,
        last_poster_id -> BigInt,
        audience -> BigInt,
        merged_into -> Nullable<BigInt>,
        comments_from -> Nullable<Timestamp>,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        thread_id -> BigInt,
        number -> BigInt,
        author_id -> BigInt,
        created_at -> Timestamp,
        format -> Text,
        body -> Text,
        html -> Text,
        renderer -> BigInt,
        quotes_id -> Nullable<BigInt>,
        held_rank -> Text,
        held_tier -> Nullable<Text>,
        held_badges -> Text,
        request_id -> Nullable<Text>,
        edited_at -> Nullable<Timestamp>,
        edited_by -> Nullable<BigInt>,
        edited_as -> Nullable<Text>,
        edit_reason -> Nullable<Text>,
        removed_at -> Nullable<Timestamp>,
        removed_by -> Nullable<BigInt>,
        removal_reason -> Nullable<Text>,
        version -> BigInt,
        likes -> BigInt,
    }
}

diesel::table! {
    import_origins (source, kind, source_id) {
        source -> Text,
        kind -> Text,
        source_id -> Text,
        local_id -> BigInt,
    }
}

diesel::table! {
    post_quotes (post_id, quoted_id) {
        post_id -> BigInt,
        quoted_id -> BigInt,
        quoted_version -> BigInt,
    }
}

diesel::table! {
    post_mentions (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
    }
}

diesel::table! {
    post_likes (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
        liked_at -> Timestamp,
    }
}

diesel::table! {
    accepted_answers (thread_id) {
        thread_id -> BigInt,
        post_id -> BigInt,
        accepted_by -> BigInt,
        accepted_at -> Timestamp,
    }
}

diesel::table! {
    official_answers (post_id) {
        thread_id -> BigInt,
        post_id -> BigInt,
        position -> BigInt,
        listed_by -> BigInt,
    }
}

diesel::table! {
    post_notes (id) {
        id -> BigInt,
        post_id -> BigInt,
        author_id -> BigInt,
        role -> Text,
        body -> Text,
        html -> Text,
        written_at -> Timestamp,
    }
}

diesel::table! {
    post_revisions (id) {
        id -> BigInt,
        post_id -> BigInt,
        revision -> BigInt,
        format -> Text,
        body -> Text,
        editor_id -> BigInt,
        edited_as -> Text,
        reason -> Text,
        written_at -> Timestamp,
        hidden_at -> Nullable<Timestamp>,
        hidden_by -> Nullable<BigInt>,
        hidden_reason -> Nullable<Text>,
    }
}

diesel::table! {
    thread_events (id) {
        id -> BigInt,
        thread_id -> BigInt,
        after_number -> BigInt,
        happened_at -> Timestamp,
        actor_id -> BigInt,
        kind -> Text,
        detail -> Text,
        detail_path -> Text,
        reason -> Text,
    }
}

diesel::table! {
    moved_posts (thread_id, number) {
        thread_id -> BigInt,
        number -> BigInt,
        post_id -> BigInt,
        moved_at -> Timestamp,
        moved_by -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    thread_members (member_id, thread_id) {
        member_id -> BigInt,
        thread_id -> BigInt,
        last_read -> BigInt,
        read_at -> Nullable<Timestamp>,
        level -> Text,
        bookmarked_at -> Nullable<Timestamp>,
        bookmark_note -> Text,
    }
}

diesel::table! {
    board_members (member_id, board_id) {
        member_id -> BigInt,
        board_id -> BigInt,
        level -> Text,
        all_read_at -> Nullable<Timestamp>,
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
    drafts (member_id, place) {
        member_id -> BigInt,
        place -> Text,
        title -> Text,
        kind -> Text,
        body -> Text,
        sequence -> BigInt,
        saved_at -> Timestamp,
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

diesel::joinable!(member_roles -> members (member_id));
diesel::joinable!(tier_changes -> members (member_id));
diesel::joinable!(sessions -> members (member_id));
diesel::joinable!(badge_grants -> members (member_id));
diesel::joinable!(threads -> boards (board_id));
diesel::joinable!(threads -> members (author_id));
diesel::joinable!(posts -> threads (thread_id));
diesel::joinable!(posts -> members (author_id));
diesel::joinable!(post_quotes -> posts (post_id));
diesel::joinable!(post_mentions -> members (member_id));
diesel::joinable!(post_likes -> members (member_id));
diesel::joinable!(accepted_answers -> posts (post_id));
diesel::joinable!(official_answers -> posts (post_id));
diesel::joinable!(post_notes -> members (author_id));
diesel::joinable!(post_revisions -> posts (post_id));
diesel::joinable!(thread_events -> members (actor_id));
diesel::joinable!(moved_posts -> posts (post_id));
diesel::joinable!(thread_members -> threads (thread_id));
diesel::joinable!(board_members -> boards (board_id));
diesel::joinable!(member_blocks -> members (blocked_id));
diesel::joinable!(drafts -> members (member_id));
diesel::joinable!(acts -> threads (thread_id));
diesel::joinable!(report_cases -> posts (post_id));
diesel::joinable!(reports -> members (member_id));
diesel::joinable!(appeals -> acts (act_id));
diesel::joinable!(held_posts -> boards (board_id));

diesel::allow_tables_to_appear_in_same_query!(
    members,
    member_roles,
    tier_changes,
    audit_events,
    sessions,
    badge_policies,
    badge_grants,
    boards,
    threads,
    posts,
    import_origins,
    post_quotes,
    post_mentions,
    post_likes,
    accepted_answers,
    official_answers,
    post_notes,
    post_revisions,
    thread_events,
    moved_posts,
    thread_members,
    board_members,
    member_blocks,
    drafts,
    outbox_events,
    rulebooks,
    community_rules,
    acts,
    report_cases,
    reports,
    appeals,
    held_posts,
);
