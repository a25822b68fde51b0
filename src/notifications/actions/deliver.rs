//! Handing news to members: who hears of it, what they get, and that nobody gets it twice.

use std::collections::{BTreeMap, HashMap};

use crate::boards;
use crate::boards::rules::{Board, Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::notifications::mails::{Decided, Desk, To};
use crate::notifications::rules::{
    BADGES_SHOWN, Choice, Delivery, Ears, Kind, ROLLOUT_OPENED, VERIFICATION, badge_ends, call_begins, hears,
    invited,
};
use crate::notifications::store::{self, New, Person, Subject};
use crate::outside;
use crate::outside::mail::Mail;

/// Something there is to tell.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// What is told once.
    pub key: String,
    /// When it happened.
    pub happened_at: Time,
    /// Who did it.
    pub actor: Option<MemberId>,
    /// The post it is about.
    pub subject: Option<Subject>,
    /// The act it is about.
    pub decided: Option<Decided>,
    /// What it says beyond that.
    pub detail: String,
}

impl News {
    /// News of a post.
    pub fn of_post(key: String, subject: Subject, actor: MemberId, happened_at: Time) -> Self {
        let subject = Some(subject);
        Self { key, happened_at, actor: Some(actor), subject, decided: None, detail: String::new() }
    }
}

/// Somebody who hears of it, and how.
pub(super) struct Hearer {
    pub member: MemberId,
    pub kind: Kind,
    pub choice: Choice,
    pub person: Person,
}

/// Tells news to whoever of these hears of it and was not told before.
pub(super) fn deliver(
    conn: &mut Conn,
    desk: &Desk,
    news: &News,
    to: &BTreeMap<MemberId, Kind>,
    now: Time,
) -> Result<(), Error> {
    let hearers = hearing(conn, desk, news, to)?;
    let ids: Vec<MemberId> = hearers.iter().map(|hearer| hearer.member).collect();
    let told = store::told(conn, &ids, &news.key)?;
    strengthen(conn, news, &hearers, &told, now)?;
    let new: Vec<Hearer> = hearers.into_iter().filter(|hearer| !told.contains_key(&hearer.member)).collect();
    write(conn, desk, news, &new, now)
}

/// Who of these hears of it: everything that stands between is asked for all of them together.
pub(super) fn hearing(
    conn: &mut Conn,
    desk: &Desk,
    news: &News,
    to: &BTreeMap<MemberId, Kind>,
) -> Result<Vec<Hearer>, Error> {
    let ids: Vec<MemberId> = to.keys().copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut people = store::people(conn, &desk.keys, &ids)?;
    let choices = store::choices_of(conn, &ids)?;
    let ears = ears(conn, news, &ids, &people)?;
    let mut hearers = Vec::new();
    for (member, kind) in to {
        let choice = choices.get(&(*member, *kind)).copied().unwrap_or_else(|| kind.usual());
        let ears = ears.get(member).copied().unwrap_or_default();
        if !choice.shown || !hears(*kind, ears) {
            continue;
        }
        if let Some(person) = people.remove(member) {
            hearers.push(Hearer { member: *member, kind: *kind, choice, person });
        }
    }
    Ok(hearers)
}

/// What stands between each of these members and the news.
fn ears(
    conn: &mut Conn,
    news: &News,
    ids: &[MemberId],
    people: &HashMap<MemberId, Person>,
) -> Result<HashMap<MemberId, Ears>, Error> {
    let blocking = match news.actor {
        Some(actor) => members::blocks::store::blocking(conn, actor, ids)?,
        None => std::collections::HashSet::new(),
    };
    let own = |member: MemberId| news.actor == Some(member);
    let Some(subject) = &news.subject else {
        let plain = |member: MemberId| Ears { is_own: own(member), may_read: true, ..Ears::default() };
        return Ok(ids.iter().map(|member| (*member, plain(*member))).collect());
    };
    let boards = boards::store::all(conn)?;
    let mut roles = members::store::roles_of(conn, ids)?;
    let threads = store::thread_levels(conn, subject.thread, ids)?;
    let levels = store::board_levels(conn, subject.board, ids)?;
    let ears = ids.iter().map(|member| {
        let roles = roles.remove(member).unwrap_or_default();
        let tier = people.get(member).and_then(|person| person.tier);
        let standing = Standing { is_member: true, tier, roles };
        let ears = Ears {
            is_own: own(*member),
            blocks: blocking.contains(member),
            may_read: may_read(&boards, subject, &standing),
            thread: threads.get(member).copied().unwrap_or_default(),
            board: levels.get(member).copied().unwrap_or_default(),
        };
        (*member, ears)
    });
    Ok(ears.collect())
}

/// Whether somebody of this standing may read a post: its board is open to them, its thread exists for them.
fn may_read(boards: &[Board], subject: &Subject, standing: &Standing) -> bool {
    find_readable(boards, subject.board, standing).is_some() && subject.audience.includes(standing)
}

/// Whoever was told of the post as less than it is to them now, such as named by an edit, is told anew.
fn strengthen(
    conn: &mut Conn,
    news: &News,
    hearers: &[Hearer],
    told: &HashMap<MemberId, (Kind, bool)>,
    now: Time,
) -> Result<(), Error> {
    for kind in [Kind::Mention, Kind::Quote] {
        let weaker = |hearer: &&Hearer| {
            let before = told.get(&hearer.member).map(|(before, _)| *before);
            hearer.kind == kind && before.is_some_and(|before| before > kind && before <= Kind::Reply)
        };
        let stronger: Vec<MemberId> = hearers.iter().filter(weaker).map(|hearer| hearer.member).collect();
        if stronger.is_empty() {
            continue;
        }
        store::strengthen(conn, &stronger, &news.key, kind, now)?;
        let was_read = |member: &MemberId| told.get(member).is_some_and(|(_, is_read)| *is_read);
        let unread: Vec<MemberId> = stronger.into_iter().filter(was_read).collect();
        store::add_unread(conn, &unread, 1)?;
    }
    Ok(())
}

/// Writes the notifications, counts them, and queues the mails that leave at once.
fn write(conn: &mut Conn, desk: &Desk, news: &News, hearers: &[Hearer], now: Time) -> Result<(), Error> {
    if hearers.is_empty() {
        return Ok(());
    }
    let rows: Vec<New<'_>> = hearers
        .iter()
        .map(|hearer| New {
            member: hearer.member,
            key: &news.key,
            kind: hearer.kind,
            happened_at: news.happened_at,
            actor: news.actor,
            thread: news.subject.as_ref().map(|subject| subject.thread),
            post: news.subject.as_ref().map(|subject| subject.post),
            act: news.decided.as_ref().map(|decided| decided.act),
            detail: &news.detail,
            waits_since: waits_since(hearer, now),
        })
        .collect();
    store::insert(conn, &rows)?;
    let ids: Vec<MemberId> = hearers.iter().map(|hearer| hearer.member).collect();
    store::add_unread(conn, &ids, 1)?;
    send(conn, desk, news, hearers, now)
}

/// Since when a notification waits for the daily mail, if it does.
pub(super) fn waits_since(hearer: &Hearer, now: Time) -> Option<Time> {
    let waits = hearer.choice.mail == Delivery::Daily && hearer.person.mailbox.is_some();
    waits.then_some(now)
}

/// Queues the mails of those who are told at once.
pub(super) fn send(
    conn: &mut Conn,
    desk: &Desk,
    news: &News,
    hearers: &[Hearer],
    now: Time,
) -> Result<(), Error> {
    let actor = match news.actor {
        Some(actor) => store::people(conn, &desk.keys, &[actor])?.remove(&actor).map(|person| person.name),
        None => None,
    };
    let at_once = hearers.iter().filter(|hearer| hearer.choice.mail == Delivery::AtOnce);
    let mails: Vec<Mail> =
        at_once.filter_map(|hearer| mail(desk, news, hearer, actor.as_deref().unwrap_or_default())).collect();
    if !mails.is_empty() {
        outside::store::queue_all(conn, &desk.keys, &mails, now)?;
    }
    Ok(())
}

/// The mail for one who has an address.
fn mail(desk: &Desk, news: &News, hearer: &Hearer, actor: &str) -> Option<Mail> {
    let to = To { member: hearer.member, mailbox: hearer.person.mailbox.as_deref()? };
    match (&news.decided, &news.subject) {
        (Some(decided), subject) => Some(desk.about_decision(to, decided, subject.as_ref())),
        (None, None) if news.detail == VERIFICATION => Some(desk.about_verification(to)),
        (None, None) if call_begins(&news.detail).is_some() => desk.about_call(to, &news.detail),
        (None, None) if badge_ends(&news.detail).is_some() => desk.about_badge(to, &news.detail),
        (None, None) if invited(&news.detail).is_some() => desk.about_invitation(to, &news.detail),
        (None, None) if [BADGES_SHOWN, ROLLOUT_OPENED].contains(&&*news.detail) => {
            Some(desk.about_rollout(to, &news.detail))
        }
        (None, subject) if hearer.kind == Kind::Decision => {
            Some(desk.about_settled(to, &news.detail, subject.as_ref()))
        }
        (None, Some(subject)) => Some(desk.about_post(to, hearer.kind, actor, subject)),
        (None, None) => Some(desk.about_rank(to, &news.detail)),
    }
}
