//! The tables, kept by hand: one description for both databases, tested against each.
#![expect(missing_docs, reason = "the migrations say what each table and column is for")]

mod call;
mod forum;
mod opening;
mod order;
mod people;
mod proof;

mod trust;

pub use call::{call_seats, call_signals, calls};
pub use forum::{
    accepted_answers, board_members, boards, drafts, import_origins, moved_posts, official_answers,
    post_likes, post_mentions, post_notes, post_quotes, post_revisions, post_uploads, posts, thread_events,
    thread_members, threads, uploads,
};
pub use opening::{rollout_members, rollout_watchers, rollout_waves, rollout_writers, rollouts};
pub use order::{
    acts, announcement_readers, announcements, appeals, audit_chain, audit_events, community_rules,
    held_posts, notification_choices, notifications, outbox_events, report_cases, reports, rulebooks,
    told_likes,
};
pub use people::{
    account_changes, badge_grants, badge_policies, badge_revocations, email_changes, link_tokens, mails,
    member_blocks, member_roles, members, policy_drafts, policy_writers, rank_changes, rank_losses,
    rank_rulebooks, rank_rules, sessions, site_facts, throttles, tier_changes, verification_appeals,
};
pub use proof::{
    api_tokens, badge_changes, badge_told, credential_keys, credential_links, credentials,
    webhook_deliveries, webhooks,
};
pub use trust::{
    agent_shifts, board_gates, consent_texts, destruction_heads, destruction_leaves, destruction_log,
    destruction_nodes, document_cases, document_decisions, document_hints, evidence, handovers,
    newcomer_tests, passkey_challenges, pending_sign_ins, phone_checks, phone_tries, recovery_codes,
    sealing_keys, second_factors, test_arms, text_limits, text_prefixes, texts,
};

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
diesel::joinable!(rank_changes -> members (member_id));
diesel::joinable!(rank_losses -> members (member_id));
diesel::joinable!(notifications -> threads (thread_id));
diesel::joinable!(announcements -> threads (thread_id));
diesel::joinable!(announcement_readers -> announcements (announcement_id));
diesel::joinable!(post_uploads -> uploads (upload_id));
diesel::joinable!(report_cases -> posts (post_id));
diesel::joinable!(reports -> members (member_id));
diesel::joinable!(appeals -> acts (act_id));
diesel::joinable!(held_posts -> boards (board_id));
diesel::joinable!(second_factors -> members (member_id));
diesel::joinable!(phone_checks -> members (member_id));
diesel::joinable!(texts -> members (member_id));
diesel::joinable!(document_cases -> members (member_id));
diesel::joinable!(document_decisions -> document_cases (case_id));
diesel::joinable!(evidence -> document_cases (case_id));
diesel::joinable!(destruction_leaves -> evidence (evidence_id));
diesel::joinable!(handovers -> document_cases (case_id));
diesel::joinable!(agent_shifts -> members (agent_id));
diesel::joinable!(calls -> members (member_id));
diesel::joinable!(calls -> document_cases (case_id));
diesel::joinable!(call_seats -> calls (call_id));
diesel::joinable!(credentials -> members (member_id));
diesel::joinable!(credentials -> badge_grants (grant_id));
diesel::joinable!(credential_links -> credentials (credential_id));
diesel::joinable!(badge_revocations -> badge_grants (grant_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::joinable!(board_gates -> boards (board_id));
diesel::joinable!(test_arms -> members (member_id));
diesel::joinable!(test_arms -> newcomer_tests (test_id));
diesel::joinable!(verification_appeals -> members (member_id));
diesel::joinable!(rollout_members -> members (member_id));
diesel::joinable!(rollout_members -> rollouts (rollout_id));
diesel::joinable!(badge_grants -> rollouts (held_for));

// Each of these is joined with few others, and the list below costs the square of its length.
diesel::allow_tables_to_appear_in_same_query!(calls, members);
diesel::allow_tables_to_appear_in_same_query!(calls, document_cases);
diesel::allow_tables_to_appear_in_same_query!(calls, badge_grants);
diesel::allow_tables_to_appear_in_same_query!(calls, agent_shifts);
diesel::allow_tables_to_appear_in_same_query!(calls, call_seats);
diesel::allow_tables_to_appear_in_same_query!(calls, document_decisions);
diesel::allow_tables_to_appear_in_same_query!(calls, evidence);
diesel::allow_tables_to_appear_in_same_query!(call_seats, members);
diesel::allow_tables_to_appear_in_same_query!(calls, call_signals);
diesel::allow_tables_to_appear_in_same_query!(credentials, members);
diesel::allow_tables_to_appear_in_same_query!(credentials, badge_grants);
diesel::allow_tables_to_appear_in_same_query!(credentials, credential_links);
diesel::allow_tables_to_appear_in_same_query!(credentials, badge_policies);
diesel::allow_tables_to_appear_in_same_query!(webhook_deliveries, webhooks);
diesel::allow_tables_to_appear_in_same_query!(badge_revocations, badge_grants);
diesel::allow_tables_to_appear_in_same_query!(badge_revocations, members);
diesel::allow_tables_to_appear_in_same_query!(verification_appeals, members);
diesel::allow_tables_to_appear_in_same_query!(rollout_members, members);
diesel::allow_tables_to_appear_in_same_query!(rollout_members, rollouts);
diesel::allow_tables_to_appear_in_same_query!(badge_grants, rollouts);
diesel::allow_tables_to_appear_in_same_query!(rollout_members, badge_grants);
diesel::allow_tables_to_appear_in_same_query!(rollout_members, document_cases);
diesel::allow_tables_to_appear_in_same_query!(rollout_members, calls);
diesel::allow_tables_to_appear_in_same_query!(rollout_watchers, rollout_members);

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
    rank_rulebooks,
    rank_rules,
    rank_changes,
    rank_losses,
    notifications,
    told_likes,
    notification_choices,
    announcements,
    announcement_readers,
    uploads,
    post_uploads,
    report_cases,
    reports,
    appeals,
    held_posts,
    sealing_keys,
    second_factors,
    recovery_codes,
    passkey_challenges,
    pending_sign_ins,
    phone_checks,
    phone_tries,
    texts,
    text_prefixes,
    text_limits,
    consent_texts,
    document_cases,
    document_decisions,
    document_hints,
    evidence,
    destruction_leaves,
    destruction_nodes,
    destruction_heads,
    destruction_log,
    handovers,
    agent_shifts,
    board_gates,
    newcomer_tests,
    test_arms,
    email_changes,
    account_changes,
);
