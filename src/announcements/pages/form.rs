//! The form of an announcement: as it was typed, and what it means.

use crate::announcements::rules::{self, BadTime, Comments, Plan, banner_text, comes_after, in_form, moment};
use crate::announcements::store::Announcement;
use crate::boards::rules::{Access, Board, Standing};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::text::names::Title;
use crate::threads::rules::Body;
use crate::web::Problems;

/// The form as it was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftForm {
    pub board: String,
    pub title: String,
    pub body: String,
    pub audience: Vec<String>,
    pub when: String,
    pub publish_at: String,
    pub ends_at: String,
    pub has_banner: bool,
    pub banner_text: String,
    pub pinned: bool,
    pub comments: String,
    pub comments_from: String,
    pub locks_at_end: bool,
    pub reason: String,
    pub version: i64,
    pub then: String,
}

impl DraftForm {
    /// A form with nothing in it but what most announcements want.
    pub(super) fn empty(board: Option<BoardId>) -> Self {
        Self {
            board: board.map(|board| board.0.to_string()).unwrap_or_default(),
            audience: vec![Access::Anyone.code()],
            when: "now".to_owned(),
            has_banner: true,
            pinned: true,
            comments: "open".to_owned(),
            ..Self::default()
        }
    }

    /// Reads what a browser sends. Unticked boxes are not sent, and the audience has several.
    pub(super) fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "board" => form.board = value,
                "title" => form.title = value,
                "body" => form.body = value,
                "audience" => form.audience.push(value),
                "when" => form.when = value,
                "publish_at" => form.publish_at = value,
                "ends_at" => form.ends_at = value,
                "has_banner" => form.has_banner = true,
                "banner_text" => form.banner_text = value,
                "pinned" => form.pinned = true,
                "comments" => form.comments = value,
                "comments_from" => form.comments_from = value,
                "locks_at_end" => form.locks_at_end = true,
                "reason" => form.reason = value,
                "version" => form.version = value.parse().unwrap_or_default(),
                "then" => form.then = value,
                _ => {}
            }
        }
        form
    }

    pub(super) fn is_for(&self, code: &str) -> bool {
        self.audience.iter().any(|one| one == code)
    }

    /// What the form means, as far as it means something.
    pub(super) fn plan(&self, boards: &[Board], by: &Standing, now: Time) -> (Option<Plan>, Problems) {
        let mut problems = Problems::none();
        let title = problems.check("title", Title::parse(&self.title));
        let body = problems.check("body", Body::parse(&self.body));
        let banner_text = problems.check("banner_text", banner_text(&self.banner_text));
        let publish_at = self.publish_at(&mut problems, now);
        let ends_at = self.ends_at(&mut problems, publish_at, now);
        let comments = self.comments(&mut problems, publish_at, now);
        let audience = self.audience();
        if audience.is_none() {
            problems.add("audience", "Choose who it is for: tick at least one.");
        }
        let board = self.board.parse().ok().map(BoardId);
        match (board, audience) {
            (Some(board), Some(audience)) => {
                problems.check("board", rules::may_stand(boards, board, audience, by));
            }
            (None, _) => problems.add("board", rules::BadBoard::Closed.to_string()),
            _ => {}
        }
        let plan = (|| {
            Some(Plan {
                board: board?,
                title: title?,
                body: body?,
                audience: audience?,
                publish_at,
                ends_at,
                has_banner: self.has_banner,
                banner_text: banner_text?,
                pinned: self.pinned,
                comments: comments?,
                locks_at_end: self.locks_at_end,
            })
        })();
        (plan.filter(|_| problems.is_empty()), problems)
    }

    fn audience(&self) -> Option<Audience> {
        let rules: Option<Vec<Access>> = self.audience.iter().map(|code| Access::parse(code)).collect();
        Audience::of(&rules?)
    }

    fn publish_at(&self, problems: &mut Problems, now: Time) -> Option<Time> {
        if self.when != "at" {
            return None;
        }
        let time = problems.check("publish_at", moment(&self.publish_at))?;
        if time <= now {
            problems.add("publish_at", BadTime::Past.to_string());
        }
        Some(time)
    }

    /// When it ends by itself; nothing typed is never.
    pub(super) fn ends_at(
        &self,
        problems: &mut Problems,
        publish_at: Option<Time>,
        now: Time,
    ) -> Option<Time> {
        if self.ends_at.trim().is_empty() {
            return None;
        }
        let time = problems.check("ends_at", moment(&self.ends_at))?;
        problems.check("ends_at", comes_after(time, publish_at, now));
        Some(time)
    }

    fn comments(&self, problems: &mut Problems, publish_at: Option<Time>, now: Time) -> Option<Comments> {
        let from = if self.comments == "later" {
            let time = problems.check("comments_from", moment(&self.comments_from))?;
            problems.check("comments_from", comes_after(time, publish_at, now));
            Some(time)
        } else {
            None
        };
        let comments = Comments::parse(&self.comments, from);
        if comments.is_none() {
            problems.add("comments", "Choose whether it takes comments.");
        }
        comments
    }
}

impl From<&Announcement> for DraftForm {
    fn from(one: &Announcement) -> Self {
        Self {
            board: one.board.0.to_string(),
            title: one.title.clone(),
            body: one.body.clone(),
            audience: one.audience.rules().into_iter().map(Access::code).collect(),
            when: if one.publish_at.is_some() { "at" } else { "now" }.to_owned(),
            publish_at: in_form(one.publish_at),
            ends_at: in_form(one.ends_at),
            has_banner: one.has_banner,
            banner_text: one.banner_text.clone(),
            pinned: one.pinned,
            comments: one.comments.code().to_owned(),
            comments_from: in_form(one.comments.from()),
            locks_at_end: one.locks_at_end,
            reason: String::new(),
            version: one.version,
            then: String::new(),
        }
    }
}
