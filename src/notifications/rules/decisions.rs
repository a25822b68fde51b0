//! What was decided, in words.

use super::details::{BADGE_ENDS, BADGES_SHOWN, CALL_SOON, INVITED, ROLLOUT_OPENED, VERIFICATION};
use crate::acts::rules::ActKind;

/// What staff decided.
pub(super) fn decision(act: Option<ActKind>, detail: &str) -> &'static str {
    match (detail, act) {
        (soon, _) if soon.starts_with(CALL_SOON) => "Your live call is near: look at its page",
        (ends, _) if ends.starts_with(BADGE_ENDS) => {
            "Your badge Identity Verified ends soon: its page says when, and what you can do"
        }
        (invitation, _) if invitation.starts_with("invited 0 ") => {
            "You are invited to Identity Verified: its page says until when, and what it takes"
        }
        (invitation, _) if invitation.starts_with(INVITED) => {
            "Your invitation to Identity Verified is still open: its page says until when"
        }
        (BADGES_SHOWN, _) => "Your badge Identity Verified is shown now, together with everyone else’s",
        (ROLLOUT_OPENED, _) => "Identity Verified opens to you: its page says where you stand in the order",
        (VERIFICATION, _) => "Your verification moved on: look at its page",
        ("granted", _) => "Your appeal was granted",
        ("rejected", _) => "Your appeal was rejected",
        ("let-through", _) => "A moderator let your post through in",
        ("report-acted", _) => "Moderators acted on what you reported in",
        ("report-closed", _) => "Moderators found no broken rule in what you reported in",
        (_, Some(ActKind::Remove)) => "A moderator removed your post in",
        (_, Some(ActKind::Restore)) => "A moderator put your post back in",
        (_, Some(ActKind::Edit)) => "A moderator edited your post in",
        (_, Some(ActKind::Note)) => "A moderator added a note to your post in",
        (_, Some(ActKind::HideRevision)) => "A moderator took a version of your post out of the history in",
        (_, Some(ActKind::Lock)) => "A moderator locked your thread",
        (_, Some(ActKind::Unlock)) => "A moderator opened your thread",
        (_, Some(ActKind::Move)) => "A moderator moved your thread",
        (_, Some(ActKind::Split)) => "A moderator split your thread",
        (_, Some(ActKind::Merge)) => "A moderator merged your thread",
        (_, Some(ActKind::Pin)) => "A moderator pinned your thread",
        (_, Some(ActKind::Unpin)) => "A moderator unpinned your thread",
        (_, Some(ActKind::Retitle)) => "A moderator changed the title of your thread",
        (_, Some(ActKind::Warn)) => "A moderator warned you",
        (_, Some(ActKind::Silence)) => "A moderator silenced you for some time",
        (_, Some(ActKind::Suspend)) => "A moderator suspended you for some time",
        (_, Some(ActKind::Refuse)) => "A moderator did not let your post through",
        (_, Some(ActKind::Approve)) => "A moderator let your post through",
        (_, Some(ActKind::Reverse)) => "A decision about you was taken back",
        (_, None) => "A moderator decided something about you",
    }
}
