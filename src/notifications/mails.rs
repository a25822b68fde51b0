//! The words of the mails that tell of something. Plain text: what happened, the words, where to answer, and how
//! to get fewer of them.

use std::sync::Arc;

use super::rules::{BADGES_SHOWN, Kind, badge_ends, call_begins, does, invited};
use super::store::{Listed, Subject};
use super::unsubscribe::{Ends, Signer};
use crate::accounts::mails::Letterhead;
use crate::acts::rules::ActKind;
use crate::clock::date_and_time;
use crate::members::MemberId;
use crate::outside::mail::Mail;
use crate::paths;
use crate::sealing::Keys;
use crate::text::markdown::excerpt;

/// How much of a post a mail holds, in characters.
const WORDS: usize = 700;

/// What writes mails: the letterhead, and what signs the links that end them.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Where links lead, and how the community is called.
    pub letterhead: Letterhead,
    /// Signs the links that end mails.
    pub signer: Signer,
    /// Seal mails in the queue, and open the addresses they go to.
    pub keys: Arc<Keys>,
}

/// To whom a mail goes.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// Who.
    pub member: MemberId,
    /// Their address.
    pub mailbox: &'a str,
}

/// An act as the member whom it concerns reads of it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Its number.
    pub act: i64,
    /// What was done.
    pub kind: ActKind,
    /// `granted` or `rejected`, where it is told that an appeal was decided.
    pub appeal: &'static str,
    /// The rule that it rests on.
    pub rule: String,
    /// Why.
    pub reason: String,
}

impl Desk {
    /// Puts a mail together: the paragraphs, and below them how to get fewer.
    fn mail(&self, to: To<'_>, ends: Ends, subject: String, paragraphs: &[String], why: &str) -> Mail {
        let Letterhead { origin, community } = &self.letterhead;
        let token = self.signer.sign(to.member, ends);
        let unsubscribe = format!("{origin}/unsubscribe/{token}");
        let body = format!(
            "{}\n\n-- \n{community}\n{why}\nChoose what is sent to you: {origin}/settings/notifications\n\
             No more mails of this kind: {unsubscribe}\n",
            paragraphs.join("\n\n")
        );
        Mail { unsubscribe: Some(unsubscribe), ..Mail::new(to.mailbox, subject, body) }
    }

    /// Tells of a post.
    pub fn about_post(&self, to: To<'_>, kind: Kind, actor: &str, subject: &Subject) -> Mail {
        let origin = &self.letterhead.origin;
        let said = format!("{actor} {} “{}”.", does(kind, Some(subject.number), None, ""), subject.title);
        let mut paragraphs = vec![said];
        if !matches!(kind, Kind::Like | Kind::Answer) {
            let words = excerpt(&subject.html, WORDS);
            paragraphs.extend((!words.is_empty()).then_some(words));
        }
        let open = if kind == Kind::Announcement { "Read it" } else { "Read it and answer" };
        paragraphs.push(format!("{open}: {origin}{}", paths::post(subject.post.0)));
        let begins = matches!(kind, Kind::Thread | Kind::Announcement);
        let line = if begins { subject.title.clone() } else { format!("Re: {}", subject.title) };
        let mail = self.mail(to, Ends::Kind(kind), line, &paragraphs, why(kind));
        Mail { conversation: Some(format!("thread-{}", subject.thread.0)), ..mail }
    }

    /// Tells of a decision, with the rule, the reason and the way to the notice.
    pub fn about_decision(&self, to: To<'_>, decided: &Decided, subject: Option<&Subject>) -> Mail {
        let said = does(Kind::Decision, None, Some(decided.kind), decided.appeal);
        let said = match (said.ends_with(" in") || said.ends_with("your thread"), subject) {
            (true, Some(subject)) => format!("{said} “{}”.", subject.title),
            _ => format!("{}.", said.trim_end_matches(" in")),
        };
        let notice = format!("{}{}", self.letterhead.origin, paths::notice(decided.act));
        let paragraphs = [
            said,
            format!("The rule: {}", decided.rule),
            format!("The reason: {}", decided.reason),
            format!("Everything about it, and how to appeal: {notice}"),
        ];
        let line = format!("A decision of the moderators of {}", self.letterhead.community);
        let mail = self.mail(to, Ends::Kind(Kind::Decision), line, &paragraphs, why(Kind::Decision));
        Mail { conversation: Some(format!("act-{}", decided.act)), ..mail }
    }

    /// Tells of something that moderators settled without acting on whoever is told.
    pub fn about_settled(&self, to: To<'_>, detail: &str, subject: Option<&Subject>) -> Mail {
        let said = does(Kind::Decision, None, None, detail);
        let said = match subject {
            Some(subject) => format!("{said} “{}”.", subject.title),
            None => format!("{}.", said.trim_end_matches(" in")),
        };
        let post = subject.filter(|subject| !subject.is_removed).map(|subject| subject.post.0);
        let link = post.map(|post| format!("Read it: {}{}", self.letterhead.origin, paths::post(post)));
        let paragraphs: Vec<String> = std::iter::once(said).chain(link).collect();
        let title = format!("News from the moderators of {}", self.letterhead.community);
        self.mail(to, Ends::Kind(Kind::Decision), title, &paragraphs, why(Kind::Decision))
    }

    /// Tells that a verification moved on, and nothing of what it came to.
    pub fn about_verification(&self, to: To<'_>) -> Mail {
        let paragraphs = [
            "Your verification moved on. What came of it stands on its page and nowhere else.".to_owned(),
            format!("Look at it: {}/verification", self.letterhead.origin),
        ];
        let title = "Your verification moved on".to_owned();
        self.mail(to, Ends::Kind(Kind::Decision), title, &paragraphs, why(Kind::Decision))
    }

    /// Reminds of a call that is near.
    pub fn about_call(&self, to: To<'_>, detail: &str) -> Option<Mail> {
        let begins = date_and_time(call_begins(detail)?);
        let origin = &self.letterhead.origin;
        let paragraphs = [
            format!("Your live call begins on {begins} UTC. The waiting room opens 10 minutes before."),
            format!("Test camera and microphone before: {origin}/verification/call/test"),
            format!("Come in, change the time or cancel: {origin}/verification/call"),
        ];
        let title = format!("Your live call on {begins} UTC");
        Some(self.mail(to, Ends::Kind(Kind::Decision), title, &paragraphs, why(Kind::Decision)))
    }

    /// Invites to a rollout, or reminds of it.
    pub fn about_invitation(&self, to: To<'_>, detail: &str) -> Option<Mail> {
        let (reminder, until) = invited(detail)?;
        let (origin, until) = (&self.letterhead.origin, date_and_time(until));
        let begins = if reminder == 0 {
            format!(
                "You are invited to have your identity verified. The invitation is open until {until} UTC."
            )
        } else if reminder == 3 {
            format!(
                "Three days are left: your invitation to have your identity verified is open until {until} UTC."
            )
        } else {
            format!("Your invitation to have your identity verified is open until {until} UTC.")
        };
        let paragraphs = [
            begins,
            "It takes a phone code, photos of a document, and a live call of about 12 minutes with an agent.".to_owned(),
            "It is your choice. If you decline, or do nothing, your account is not affected in any way; the badge will not be shown.".to_owned(),
            format!("Accept, decline, or read how it goes: {origin}/verification/invitation"),
        ];
        let title = match reminder {
            0 => "You are invited to Identity Verified".to_owned(),
            _ => format!("Your invitation to Identity Verified is open until {until} UTC"),
        };
        Some(self.mail(to, Ends::Kind(Kind::Decision), title, &paragraphs, why(Kind::Decision)))
    }

    /// Tells that badges are shown that were held, or that a rollout opened to somebody who waited for it.
    pub fn about_rollout(&self, to: To<'_>, detail: &str) -> Mail {
        let said = does(Kind::Decision, None, None, detail);
        let here = if detail == BADGES_SHOWN { "/verification/badge" } else { "/verification/invitation" };
        let paragraphs = [format!("{said}."), format!("Look at it: {}{here}", self.letterhead.origin)];
        let title =
            if detail == BADGES_SHOWN { "Your badge is shown" } else { "Identity Verified opens to you" };
        self.mail(to, Ends::Kind(Kind::Decision), title.to_owned(), &paragraphs, why(Kind::Decision))
    }

    /// Reminds of a badge that ends.
    pub fn about_badge(&self, to: To<'_>, detail: &str) -> Option<Mail> {
        let ends = date_and_time(badge_ends(detail)?);
        let origin = &self.letterhead.origin;
        let paragraphs = [
            format!(
                "Your badge Identity Verified counts until {ends} UTC. After that it is not shown any more, here or elsewhere."
            ),
            format!(
                "If you want to keep it, have your identity checked anew before then: {origin}/verification\n\
                 Your badge stays as it is until the new one is shown."
            ),
            "If you do nothing, your account is not affected in any way; the badge will not be shown."
                .to_owned(),
            "The page says the time on your own clock.".to_owned(),
        ];
        let title = format!("Your badge ends on {ends} UTC");
        Some(self.mail(to, Ends::Kind(Kind::Decision), title, &paragraphs, why(Kind::Decision)))
    }

    /// Tells of a rank.
    pub fn about_rank(&self, to: To<'_>, code: &str) -> Mail {
        let said = does(Kind::Rank, None, None, code);
        let paragraphs =
            [format!("{said}."), format!("How ranks are earned: {}/ranks", self.letterhead.origin)];
        self.mail(to, Ends::Kind(Kind::Rank), said, &paragraphs, why(Kind::Rank))
    }

    /// The daily mail: what waited, grouped by thread, and how much more there is.
    pub fn daily(&self, to: To<'_>, entries: &[Listed], more: usize) -> Mail {
        let origin = &self.letterhead.origin;
        let mut threads: Vec<(String, Vec<String>)> = Vec::new();
        for entry in entries {
            let title = entry.place.as_ref().map_or_else(String::new, |place| place.title.clone());
            let line = format!("  {}\n  {origin}{}", line_of(entry), paths::notification(entry.id.0));
            match threads.iter_mut().find(|(known, _)| *known == title) {
                Some((_, lines)) => lines.push(line),
                None => threads.push((title, vec![line])),
            }
        }
        let mut paragraphs: Vec<String> = threads
            .into_iter()
            .map(|(title, lines)| {
                let lines = lines.join("\n");
                if title.is_empty() { lines } else { format!("{title}\n{lines}") }
            })
            .collect();
        if more > 0 {
            paragraphs.push(format!("And {more} more: {origin}/notifications"));
        }
        let line = format!("News from {}", self.letterhead.community);
        self.mail(to, Ends::Daily, line, &paragraphs, "You get at most one such mail a day.")
    }
}

/// One entry of the daily mail, without the thread's title, which stands above it.
fn line_of(entry: &Listed) -> String {
    let number = entry.place.as_ref().and_then(|place| place.post).map(|(_, number, _)| number);
    let does = does(entry.kind, number, entry.act.map(|act| act.kind), &entry.detail);
    let does = does.strip_suffix(" in").or_else(|| does.strip_suffix(" of")).unwrap_or(&does);
    match &entry.actor {
        Some(actor) if entry.gathered > 1 => format!("{actor} and {} others {does}", entry.gathered - 1),
        Some(actor) => format!("{actor} {does}"),
        None => does.to_owned(),
    }
}

/// Why somebody gets a mail.
fn why(kind: Kind) -> &'static str {
    match kind {
        Kind::Mention => "You get this because the post names you.",
        Kind::Quote => "You get this because the post quotes you.",
        Kind::Reply => "You get this because you follow this thread.",
        Kind::Thread => "You get this because you follow this board.",
        Kind::Like => "You get this because you wrote the post.",
        Kind::Answer => "You get this because you wrote the answer.",
        Kind::Decision => "You get this because the decision concerns you.",
        Kind::Announcement => "You get this because the announcement is meant for you.",
        Kind::Rank => "You get this because it is your rank.",
    }
}
