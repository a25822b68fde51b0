//! Taking events from the outbox and telling whom they concern, each in one transaction with its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deliver::{News, deliver, hearing, send, waits_since};
use super::signer_or_new;
use crate::accounts::mails::Letterhead;
use crate::acts::ActId;
use crate::clock::{Time, rfc3339};
use crate::db::{self, Conn};
use crate::error::Error;
use crate::events::rules::Event;
use crate::events::store::Taken;
use crate::members::MemberId;
use crate::notifications::mails::{Decided, Desk};
use crate::notifications::rules::{
    AT_ONCE, BADGE_ENDS, BADGES_SHOWN, CALL_SOON, INVITED, Kind, ROLLOUT_OPENED, TRIES, VERIFICATION,
    post_key,
};
use crate::notifications::store::{self, Subject};
use crate::outside::mail::pause;
use crate::sealing::Keys;
use crate::threads::{PostId, ThreadId};
use crate::{events, members};

/// Tells of the event that is due longest, and says whether there was one. What cannot be told is put off with
/// growing pauses, and holds nothing else up.
///
/// # Errors
/// When the database fails; then the event is as it was.
pub fn tell_next(
    conn: &mut Conn,
    letterhead: &Letterhead,
    keys: &Arc<Keys>,
    now: Time,
) -> Result<bool, Error> {
    let Some(taken) = events::store::take_due(conn, TRIES, now)? else { return Ok(false) };
    let told = db::savepoint(conn, |conn| {
        let signer = signer_or_new(conn)?;
        let desk = Desk { letterhead: letterhead.clone(), signer, keys: Arc::clone(keys) };
        tell(conn, &taken, desk, now)
    });
    match told {
        Ok(None) => events::store::drop(conn, taken.id)?,
        Ok(Some(up_to)) => events::store::go_on(conn, taken.id, up_to, now)?,
        Err(failure) => {
            let why = failure.cause();
            tracing::warn!(event = taken.id, tries = taken.tries + 1, cause = %why, "an event could not be told");
            let wait = chrono::TimeDelta::from_std(pause(taken.tries)).unwrap_or_default();
            events::store::put_off(conn, taken.id, &why, now + wait)?;
        }
    }
    Ok(true)
}

/// Tells whom an event concerns; where they are too many for one time, says up to whom.
fn tell(conn: &mut Conn, taken: &Taken, desk: Desk, now: Time) -> Result<Option<i64>, Error> {
    let event: Event = serde_json::from_str(&taken.payload)
        .map_err(|cause| Error::internal(format!("the event cannot be read: {cause}")))?;
    let telling = Telling { desk, at: taken.happened_at, now, told_up_to: taken.told_up_to };
    match event {
        Event::Posted { post } => telling.posted(conn, post),
        Event::Edited { post, mentioned, quoted } => telling.edited(conn, post, &mentioned, &quoted),
        Event::Liked { post, by } => telling.liked(conn, post, by),
        Event::Accepted { post, by } => telling.accepted(conn, post, by),
        Event::Acted { act } => telling.acted(conn, act, false),
        Event::AppealDecided { act } => telling.acted(conn, act, true),
        Event::CaseClosed { case } => telling.case_closed(conn, case),
        Event::HoldDecided { held } => telling.let_through(conn, held),
        Event::Announced { thread } => telling.announced(conn, thread),
        Event::RankChanged { member } => telling.rank_changed(conn, member),
        Event::VerificationMoved { member } => telling.verification_moved(conn, member),
        Event::CallSoon { member, call, starts } => telling.call_soon(conn, member, call, starts),
        Event::BadgeEnds { member, grant, reminder, ends } => {
            let key = format!("badge {grant} reminder {reminder}");
            telling.settled(conn, key, None, &format!("{BADGE_ENDS}{ends}"), &[member])?;
            Ok(None)
        }
        Event::Invited { member, rollout, wave, reminder, until } => {
            let key = format!("rollout {} wave {wave} reminder {reminder}", rollout.0);
            telling.settled(conn, key, None, &format!("{INVITED}{reminder} {until}"), &[member])?;
            Ok(None)
        }
        Event::BadgesShown { rollout } => {
            let members = store::shown_in(conn, rollout, telling.told_up_to, AT_ONCE)?;
            telling.settled(conn, format!("shown {}", rollout.0), None, BADGES_SHOWN, &members)?;
            Ok(rest(&members))
        }
        Event::RolloutOpened { rollout } => {
            let members = store::watching(conn, rollout, telling.told_up_to, AT_ONCE)?;
            telling.settled(conn, format!("opened {}", rollout.0), None, ROLLOUT_OPENED, &members)?;
            store::drop_watchers(conn, &members)?;
            Ok(rest(&members))
        }
    }
}

/// One event being told.
struct Telling {
    desk: Desk,
    /// When it happened.
    at: Time,
    now: Time,
    told_up_to: i64,
}

impl Telling {
    fn posted(&self, conn: &mut Conn, post: PostId) -> Result<Option<i64>, Error> {
        let Some(subject) = readable(store::subject(conn, post)?) else { return Ok(None) };
        let mut to = BTreeMap::new();
        if self.told_up_to == 0 {
            let quoted = store::quoted(conn, post)?.into_iter().map(|(_, author)| author);
            to.extend(quoted.map(|member| (member, Kind::Quote)));
            to.extend(store::mentioned(conn, post)?.into_iter().map(|member| (member, Kind::Mention)));
        }
        let (followers, kind) = if subject.number == 1 {
            let followers = store::followers_of_board(conn, subject.board, self.told_up_to, AT_ONCE)?;
            (followers, Kind::Thread)
        } else {
            let followers = store::followers_of_thread(conn, subject.thread, self.told_up_to, AT_ONCE)?;
            (followers, Kind::Reply)
        };
        for follower in &followers {
            to.entry(*follower).or_insert(kind);
        }
        let author = subject.author;
        self.of_post(conn, subject, author, &to)?;
        Ok(rest(&followers))
    }

    fn edited(
        &self,
        conn: &mut Conn,
        post: PostId,
        mentioned: &[MemberId],
        quoted: &[PostId],
    ) -> Result<Option<i64>, Error> {
        let Some(subject) = readable(store::subject(conn, post)?) else { return Ok(None) };
        let still_quoted = store::quoted(conn, post)?.into_iter().filter(|(post, _)| quoted.contains(post));
        let mut to: BTreeMap<MemberId, Kind> =
            still_quoted.map(|(_, author)| (author, Kind::Quote)).collect();
        let still_named = store::mentioned(conn, post)?.into_iter().filter(|one| mentioned.contains(one));
        to.extend(still_named.map(|member| (member, Kind::Mention)));
        let author = subject.author;
        self.of_post(conn, subject, author, &to)?;
        Ok(None)
    }

    fn announced(&self, conn: &mut Conn, thread: ThreadId) -> Result<Option<i64>, Error> {
        let Some(subject) = readable(store::subject_of_thread(conn, thread)?) else { return Ok(None) };
        let members = store::everybody(conn, self.told_up_to, AT_ONCE)?;
        let to = members.iter().map(|member| (*member, Kind::Announcement)).collect();
        let author = subject.author;
        self.of_post(conn, subject, author, &to)?;
        Ok(rest(&members))
    }

    /// Tells of a post, once whatever it is to somebody.
    fn of_post(
        &self,
        conn: &mut Conn,
        subject: Subject,
        actor: MemberId,
        to: &BTreeMap<MemberId, Kind>,
    ) -> Result<(), Error> {
        let key = post_key(subject.thread.0, subject.post.0, subject.number);
        deliver(conn, &self.desk, &News::of_post(key, subject, actor, self.at), to, self.now)
    }

    /// Likes of one post are gathered until they are read. One that was taken back meanwhile is not told.
    fn liked(&self, conn: &mut Conn, post: PostId, by: MemberId) -> Result<Option<i64>, Error> {
        let Some(subject) = readable(store::subject(conn, post)?) else { return Ok(None) };
        if !store::still_likes(conn, post, by)? || !store::note_like(conn, post, by)? {
            return Ok(None);
        }
        let author = subject.author;
        let news = News::of_post(format!("likes {}", post.0), subject, by, self.at);
        let to = BTreeMap::from([(author, Kind::Like)]);
        match store::told(conn, &[author], &news.key)?.get(&author) {
            None => deliver(conn, &self.desk, &news, &to, self.now)?,
            Some((_, is_read)) => {
                let Some(hearer) = hearing(conn, &self.desk, &news, &to)?.pop() else { return Ok(None) };
                if *is_read {
                    let waits = waits_since(&hearer, self.now);
                    store::renew(conn, author, &news.key, by, self.at, waits)?;
                    store::add_unread(conn, &[author], 1)?;
                    send(conn, &self.desk, &news, &[hearer], self.now)?;
                } else {
                    store::gather(conn, author, &news.key, by, self.at)?;
                }
            }
        }
        Ok(None)
    }

    fn accepted(&self, conn: &mut Conn, post: PostId, by: MemberId) -> Result<Option<i64>, Error> {
        let Some(subject) = readable(store::subject(conn, post)?) else { return Ok(None) };
        let to = BTreeMap::from([(subject.author, Kind::Answer)]);
        let news = News::of_post(format!("answer {}", post.0), subject, by, self.at);
        deliver(conn, &self.desk, &news, &to, self.now)?;
        Ok(None)
    }

    /// Tells of an act, or of how an appeal against it was decided.
    fn acted(&self, conn: &mut Conn, act: i64, is_appeal: bool) -> Result<Option<i64>, Error> {
        let Some(found) = store::decision(conn, ActId(act))? else { return Ok(None) };
        let Some(member) = found.member else { return Ok(None) };
        let appeal = match (is_appeal, found.is_reversed) {
            (false, _) => "",
            (true, true) => "granted",
            (true, false) => "rejected",
        };
        let subject = match (found.post, found.thread) {
            (Some(post), _) => store::subject(conn, post)?,
            (None, Some(thread)) => store::subject_of_thread(conn, thread)?,
            (None, None) => None,
        };
        let decided = Decided { act, kind: found.kind, appeal, rule: found.rule, reason: found.reason };
        let key = if is_appeal { format!("appeal {act}") } else { format!("act {act}") };
        let news = News {
            key,
            happened_at: self.at,
            actor: (!is_appeal).then_some(found.actor),
            subject,
            decided: Some(decided),
            detail: appeal.to_owned(),
        };
        deliver(conn, &self.desk, &news, &BTreeMap::from([(member, Kind::Decision)]), self.now)?;
        Ok(None)
    }

    /// Tells whoever waited for it that their post stands. That one does not is an act, and told as one.
    fn let_through(&self, conn: &mut Conn, held: i64) -> Result<Option<i64>, Error> {
        let Some((author, post)) = store::let_through(conn, held)? else { return Ok(None) };
        let subject = store::subject(conn, post)?;
        self.settled(conn, format!("held {held}"), subject, "let-through", &[author])?;
        Ok(None)
    }

    /// Tells whoever reported a post what came of it, and not who decided.
    fn case_closed(&self, conn: &mut Conn, case: i64) -> Result<Option<i64>, Error> {
        let Some((post, outcome)) = store::closed_case(conn, case)? else { return Ok(None) };
        let detail = if outcome == "acted" { "report-acted" } else { "report-closed" };
        let reporters = store::reporters(conn, case)?;
        let subject = store::subject(conn, post)?;
        self.settled(conn, format!("case {case}"), subject, detail, &reporters)?;
        Ok(None)
    }

    /// Tells of something that moderators settled without acting on whoever is told.
    fn settled(
        &self,
        conn: &mut Conn,
        key: String,
        subject: Option<Subject>,
        detail: &str,
        to: &[MemberId],
    ) -> Result<(), Error> {
        let news = News {
            key,
            happened_at: self.at,
            actor: None,
            subject,
            decided: None,
            detail: detail.to_owned(),
        };
        let to = to.iter().map(|member| (*member, Kind::Decision)).collect();
        deliver(conn, &self.desk, &news, &to, self.now)
    }

    /// Tells a member that their verification moved on, and not where to: mails are read by others as well.
    fn verification_moved(&self, conn: &mut Conn, member: MemberId) -> Result<Option<i64>, Error> {
        self.settled(conn, format!("verification {}", rfc3339(self.at)), None, VERIFICATION, &[member])?;
        Ok(None)
    }

    /// Reminds a member of a call, in the page and by mail.
    fn call_soon(
        &self,
        conn: &mut Conn,
        member: MemberId,
        call: i64,
        starts: i64,
    ) -> Result<Option<i64>, Error> {
        let key = format!("call {call} {}", rfc3339(self.at));
        self.settled(conn, key, None, &format!("{CALL_SOON}{starts}"), &[member])?;
        Ok(None)
    }

    fn rank_changed(&self, conn: &mut Conn, member: MemberId) -> Result<Option<i64>, Error> {
        let found = members::store::get(conn, member)?;
        let news = News {
            key: format!("rank {}", rfc3339(found.rank_since)),
            happened_at: self.at,
            actor: None,
            subject: None,
            decided: None,
            detail: found.rank.code().to_owned(),
        };
        deliver(conn, &self.desk, &news, &BTreeMap::from([(member, Kind::Rank)]), self.now)?;
        Ok(None)
    }
}

/// A post that was removed meanwhile is told to nobody.
fn readable(subject: Option<Subject>) -> Option<Subject> {
    subject.filter(|subject| !subject.is_removed)
}

/// Up to whom was told, where there may be more.
fn rest(told: &[MemberId]) -> Option<i64> {
    let is_full = i64::try_from(told.len()).is_ok_and(|told| told >= AT_ONCE);
    told.last().filter(|_| is_full).map(|last| last.0)
}
