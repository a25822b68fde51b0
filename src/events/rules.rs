//! What can happen that others are told of.

use serde::{Deserialize, Serialize};

use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::threads::{PostId, ThreadId};

/// Something that happened. It names rows and holds no words: whoever tells of it reads them as they are then.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A post was written, the first of a thread or an answer.
    Posted {
        /// The post.
        post: PostId,
    },
    /// A post's words changed.
    Edited {
        /// The post.
        post: PostId,
        /// Whom the new words name and the old ones did not.
        mentioned: Vec<MemberId>,
        /// The authors whose posts the new words quote and the old ones did not.
        quoted: Vec<PostId>,
    },
    /// A post was liked.
    Liked {
        /// The post.
        post: PostId,
        /// By whom.
        by: MemberId,
    },
    /// An answer was accepted.
    Accepted {
        /// The answer.
        post: PostId,
        /// By whom.
        by: MemberId,
    },
    /// Staff acted on a member or on what they wrote.
    Acted {
        /// The number of the act.
        act: i64,
    },
    /// An appeal was decided.
    AppealDecided {
        /// The number of the act that was appealed.
        act: i64,
    },
    /// A case was closed: whoever reported is told what came of it.
    CaseClosed {
        /// The number of the case.
        case: i64,
    },
    /// A post that was held was let through, or not.
    HoldDecided {
        /// The number of what was held.
        held: i64,
    },
    /// An announcement was published.
    Announced {
        /// Its thread.
        thread: ThreadId,
    },
    /// A member's rank changed.
    RankChanged {
        /// Whose.
        member: MemberId,
    },
    /// A member's verification moved on. What it moved to stands on its page alone.
    VerificationMoved {
        /// Whose.
        member: MemberId,
    },
    /// A booked call of a member begins soon.
    CallSoon {
        /// Whose.
        member: MemberId,
        /// The number of the call.
        call: i64,
        /// When it begins, in seconds since 1970.
        starts: i64,
    },
    /// A member's badge ends soon.
    BadgeEnds {
        /// Whose.
        member: MemberId,
        /// The number of the grant.
        grant: i64,
        /// Which reminder it is: 1 is the first.
        reminder: i64,
        /// When it ends, in seconds since 1970.
        ends: i64,
    },
    /// A member was invited to a rollout, or is reminded of it.
    Invited {
        /// Who.
        member: MemberId,
        /// To which.
        rollout: RolloutId,
        /// In which wave: an invitation may come a second time.
        wave: i64,
        /// Which reminder it is; 0 is the invitation.
        reminder: i64,
        /// Until when it can be answered, in seconds since 1970.
        until: i64,
    },
    /// The badges that a rollout held are shown.
    BadgesShown {
        /// Which.
        rollout: RolloutId,
    },
    /// A rollout opened: those in it who asked to be told of it are told.
    RolloutOpened {
        /// Which.
        rollout: RolloutId,
    },
}

impl Event {
    /// The event's name in the database.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Posted { .. } => "posted",
            Self::Edited { .. } => "edited",
            Self::Liked { .. } => "liked",
            Self::Accepted { .. } => "accepted",
            Self::Acted { .. } => "acted",
            Self::AppealDecided { .. } => "appeal-decided",
            Self::CaseClosed { .. } => "case-closed",
            Self::HoldDecided { .. } => "hold-decided",
            Self::Announced { .. } => "announced",
            Self::RankChanged { .. } => "rank-changed",
            Self::VerificationMoved { .. } => "verification-moved",
            Self::CallSoon { .. } => "call-soon",
            Self::BadgeEnds { .. } => "badge-ends",
            Self::Invited { .. } => "invited",
            Self::BadgesShown { .. } => "badges-shown",
            Self::RolloutOpened { .. } => "rollout-opened",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_as_it_was_written() {
        let event = Event::Edited { post: PostId(7), mentioned: vec![MemberId(2)], quoted: vec![] };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(text, r#"{"event":"edited","post":7,"mentioned":[2],"quoted":[]}"#);
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        assert!(text.contains(event.kind()));
    }
}
