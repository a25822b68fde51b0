use super::*;

fn noon() -> Time {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

fn editor(id: i64, roles: &[Role]) -> Editor {
    let standing = Standing { is_member: true, tier: None, roles: roles.to_vec() };
    Editor { id: MemberId(id), standing, silenced_until: None }
}

fn written_by(author: i64) -> Subject {
    Subject { author: MemberId(author), is_locked: false, is_removed: false }
}

#[test]
fn authors_edit_their_own_and_moderators_anybodys() {
    let now = noon();
    assert_eq!(may_edit(&editor(1, &[]), written_by(1), now), Ok(EditsAs::Author));
    assert_eq!(may_edit(&editor(1, &[]), written_by(2), now), Err(MayNotEdit::NotYours));
    assert_eq!(may_edit(&editor(1, &[Role::Moderator]), written_by(1), now), Ok(EditsAs::Author));
    for role in [Role::Moderator, Role::Administrator] {
        let may = may_edit(&editor(1, &[role]), written_by(2), now);
        assert_eq!(may, Ok(EditsAs::Moderator(Actor { id: MemberId(1), role })));
    }
    let manager = editor(1, &[Role::CommunityManager]);
    assert_eq!(may_edit(&manager, written_by(2), now), Err(MayNotEdit::NotYours));
}

#[test]
fn a_lock_a_removal_and_a_silence_stand_in_the_way() {
    let now = noon();
    let locked = Subject { is_locked: true, ..written_by(1) };
    let removed = Subject { is_removed: true, ..written_by(1) };
    assert_eq!(may_edit(&editor(1, &[]), locked, now), Err(MayNotEdit::Locked));
    assert_eq!(may_edit(&editor(1, &[]), removed, now), Err(MayNotEdit::Removed));
    assert!(may_edit(&editor(1, &[Role::Moderator]), locked, now).is_ok());
    let silenced = |until| Editor { silenced_until: Some(until), ..editor(1, &[Role::Moderator]) };
    assert!(may_edit(&silenced(now), written_by(1), now).is_ok());
    let later = silenced(now + TimeDelta::seconds(1));
    assert!(matches!(may_edit(&later, written_by(1), now), Err(MayNotEdit::Silenced(_))));
}

#[test]
fn a_title_is_the_authors_for_a_day() {
    let (author, now) = (editor(1, &[]), noon());
    assert_eq!(may_retitle(&author, written_by(1), now - OWN_TITLE, now), Ok(EditsAs::Author));
    let earlier = now - OWN_TITLE - TimeDelta::seconds(1);
    assert_eq!(may_retitle(&author, written_by(1), earlier, now), Err(MayNotEdit::TooLate));
    let moderator = editor(1, &[Role::Moderator]);
    assert!(may_retitle(&moderator, written_by(1), earlier, now).unwrap().needs_grounds());
}

fn small() -> Circumstances {
    Circumstances { edits_as: EditsAs::Author, written_at: noon(), changed: SMALL, relied_on: None }
}

#[test]
fn grace_ends_after_five_minutes_and_a_hundred_characters() {
    assert!(is_within_grace(&small(), noon() + GRACE));
    assert!(!is_within_grace(&small(), noon() + GRACE + TimeDelta::microseconds(1)));
    assert!(!is_within_grace(&Circumstances { changed: SMALL + 1, ..small() }, noon()));
}

#[test]
fn nobody_relies_on_words_that_change_without_a_mark() {
    let actor = Actor { id: MemberId(2), role: Role::Moderator };
    assert!(!is_within_grace(&Circumstances { edits_as: EditsAs::Moderator(actor), ..small() }, noon()));
    for why in [Reliance::Marked, Reliance::Reported, Reliance::Answered, Reliance::Quoted] {
        assert!(!is_within_grace(&Circumstances { relied_on: Some(why), ..small() }, noon()), "{why:?}");
    }
}

#[test]
fn what_changed_is_counted_in_characters() {
    assert_eq!(changed("one two", "one two"), 0);
    assert_eq!(changed("one two", "one two three"), 6);
    assert_eq!(changed("one two", "one"), 4);
    assert_eq!(changed("grün", "blau"), 4);
    assert!(changed(&"word ".repeat(40), &"other ".repeat(40)) > SMALL);
}

#[test]
fn line_ends_and_space_around_say_nothing() {
    assert!(is_same("a\r\nb \r\n", "a\nb"));
    assert!(!is_same("a\nb", "a b"));
}

#[test]
fn a_label_is_one_of_those_offered() {
    assert_eq!(label("question", ThreadKind::Discussion), Ok(ThreadKind::Question));
    assert_eq!(label("", ThreadKind::Question), Ok(ThreadKind::Question));
    assert_eq!(label("announcement", ThreadKind::Discussion), Err(BadLabel::Unknown));
    assert_eq!(label("discussion", ThreadKind::Announcement), Err(BadLabel::Unknown));
}

#[test]
fn a_note_may_be_empty_and_is_one_line() {
    assert_eq!(note(" a \n b "), Ok("a b".to_owned()));
    assert_eq!(note(""), Ok(String::new()));
    assert!(note(&"x".repeat(201)).is_err());
}
