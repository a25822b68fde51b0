//! Boards, threads, posts, and what stands beside them.

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
        is_help -> Bool,
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
        bookmark_number -> Nullable<BigInt>,
        unread_at -> Nullable<Timestamp>,
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
    uploads (id) {
        id -> BigInt,
        name -> Text,
        member_id -> BigInt,
        width -> BigInt,
        height -> BigInt,
        bytes -> BigInt,
        alt -> Text,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    post_uploads (post_id, upload_id) {
        post_id -> BigInt,
        upload_id -> BigInt,
    }
}
