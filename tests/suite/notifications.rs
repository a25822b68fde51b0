//! What members are told of: once, the right ones, in the page and by mail.

mod killed;
mod mails;
mod outbox;
mod pages;
mod who;

use diesel::connection::SimpleConnection;
use touchstone::events;
use touchstone::events::rules::Event;
use touchstone::exchange::store::check;
use touchstone::jobs::Jobs;
use touchstone::members::{self, MemberId};
use touchstone::outside;
use touchstone::outside::store::Queued;
use touchstone::threads::PostId;

use crate::support::{Person, TestSite, tables};

/// A site with a board, and what works beside it.
pub struct Scene {
    pub site: TestSite,
    pub jobs: Jobs,
}

impl Scene {
    pub fn new() -> Self {
        let site = TestSite::start();
        site.open_board("craft");
        let jobs = site.forum.jobs(None);
        Self { site, jobs }
    }

    /// Everything that happened so far is told.
    pub async fn tell(&self) {
        self.jobs.drain_outbox().await.unwrap();
        let wrong = self.site.read(check::all);
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    pub fn sql(&self, statements: &str) {
        let statements = statements.to_owned();
        self.site.write(move |conn| Ok(conn.batch_execute(&statements)?));
    }

    pub fn id(&self, who: &Person) -> MemberId {
        let handle = who.handle.clone();
        self.site.read(|conn| Ok(members::store::find(conn, &handle)?)).unwrap().id
    }

    pub fn happens(&self, event: Event) {
        let now = self.site.clock.now();
        self.site.write(move |conn| Ok(events::store::add(conn, &event, now)?));
    }

    /// The words of a member's notifications, the newest first.
    pub async fn told(&self, who: &Person) -> Vec<String> {
        self.site.get(who, "/notifications").await.expect(200).texts(".notifications .row-title")
    }

    /// How many are unread, as the head of each page says.
    pub async fn unread(&self, who: &Person) -> String {
        self.site.get(who, "/").await.expect(200).text(".bell .visually-hidden")
    }

    /// Mails in the queue, the oldest first.
    pub fn mails(&self) -> Vec<Queued> {
        let keys = self.site.keys();
        let mut mails = self.site.read(|conn| Ok(outside::store::newest(conn, &keys, 5_000)?));
        mails.reverse();
        mails
    }

    pub fn mails_to(&self, who: &Person) -> Vec<Queued> {
        let to = format!("{}@example.org", who.handle);
        self.mails().into_iter().filter(|queued| queued.mail.to == to).collect()
    }

    pub fn lines(&self, query: &str) -> Vec<String> {
        self.site.read(|conn| Ok(tables::lines(conn, query)))
    }

    /// The post at this place: `/t/1/slug/2`.
    pub fn post_at(&self, place: &str) -> PostId {
        let parts: Vec<&str> = place.split('/').collect();
        let (thread, number) = (parts[2], parts.get(4).copied().unwrap_or("1"));
        let query = format!(
            "SELECT CAST(id AS TEXT) AS line FROM posts WHERE thread_id = {thread} AND number = {number}"
        );
        PostId(self.lines(&query)[0].parse().unwrap())
    }

    pub fn mention(&self, post: PostId, who: &Person) {
        let member = self.id(who).0;
        self.sql(&format!("INSERT INTO post_mentions (post_id, member_id) VALUES ({}, {member})", post.0));
    }

    pub fn quote(&self, post: PostId, quoted: PostId) {
        self.sql(&format!(
            "INSERT INTO post_quotes (post_id, quoted_id, quoted_version) VALUES ({}, {}, 1)",
            post.0, quoted.0
        ));
    }

    /// Likes a post, and says so.
    pub fn like(&self, post: PostId, who: &Person) {
        let by = self.id(who);
        self.sql(&format!(
            "INSERT INTO post_likes (post_id, member_id, liked_at) VALUES ({}, {}, '2026-11-18 12:00:00')",
            post.0, by.0
        ));
        self.count_likes(post, 1);
        self.happens(Event::Liked { post, by });
    }

    fn count_likes(&self, post: PostId, change: i64) {
        self.sql(&format!(
            "UPDATE posts SET likes = likes + {change} WHERE id = {0};
             UPDATE members SET likes_received = likes_received + {change} WHERE id = (SELECT author_id FROM posts WHERE id = {0})",
            post.0
        ));
    }

    pub fn unlike(&self, post: PostId, who: &Person) {
        let by = self.id(who).0;
        self.sql(&format!("DELETE FROM post_likes WHERE post_id = {} AND member_id = {by}", post.0));
        self.count_likes(post, -1);
    }

    /// Sets a member's level in a thread, however it stood.
    pub fn thread_level(&self, who: &Person, thread: &str, level: &str) {
        let (member, thread) = (self.id(who).0, thread.split('/').nth(2).unwrap());
        self.sql(&format!(
            "DELETE FROM thread_members WHERE member_id = {member} AND thread_id = {thread};
             INSERT INTO thread_members (member_id, thread_id, level) VALUES ({member}, {thread}, '{level}')"
        ));
    }

    pub fn board_level(&self, who: &Person, board: &str, level: &str) {
        let member = self.id(who).0;
        self.sql(&format!(
            "INSERT INTO board_members (member_id, board_id, level) SELECT {member}, id, '{level}' FROM boards WHERE slug = '{board}'"
        ));
    }

    pub fn block(&self, who: &Person, blocked: &Person) {
        let (member, blocked) = (self.id(who).0, self.id(blocked).0);
        self.sql(&format!(
            "INSERT INTO member_blocks (member_id, blocked_id, blocked_at) VALUES ({member}, {blocked}, '2026-11-18 12:00:00')"
        ));
    }
}
