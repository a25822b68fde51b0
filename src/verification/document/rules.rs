//! The states of a case, and who may move it where: the table that everything about documents follows.

use chrono::TimeDelta;

use crate::clock::Time;

/// How long an attempt waits for its member to go on.
pub const PATIENCE: TimeDelta = TimeDelta::days(7);
/// How long a decision against the member can be appealed.
pub const APPEAL: TimeDelta = TimeDelta::days(30);
/// How often a member may be asked to send better images before a senior agent takes the case.
pub const RESUBMISSIONS: i64 = 3;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The member agreed; no document is chosen yet.
    Consented,
    /// A document is chosen, and images are missing.
    Uploading,
    /// Every image is there; what is typed is checked, and the member looks it over.
    Checking,
    /// In the queue.
    Submitted,
    /// An agent holds it.
    InReview,
    /// The document was found good.
    Approved,
    /// The member is asked for something better.
    Resubmit,
    /// Waits for a second or a senior agent.
    Referred,
    /// Decided against the member.
    Declined,
    /// The member took it back.
    Withdrawn,
    /// The member did not go on in time.
    Expired,
}

impl State {
    /// Every state there is.
    pub const ALL: [Self; 11] = [
        Self::Consented,
        Self::Uploading,
        Self::Checking,
        Self::Submitted,
        Self::InReview,
        Self::Approved,
        Self::Resubmit,
        Self::Referred,
        Self::Declined,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The state's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::Uploading => "uploading",
            Self::Checking => "checking",
            Self::Submitted => "submitted",
            Self::InReview => "in-review",
            Self::Approved => "approved",
            Self::Resubmit => "resubmit",
            Self::Referred => "referred",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the member is the one who has to go on.
    #[must_use]
    pub fn is_with_member(self) -> bool {
        matches!(self, Self::Consented | Self::Uploading | Self::Checking | Self::Resubmit)
    }

    /// Whether it waits for an agent, or is with one.
    #[must_use]
    pub fn is_with_agents(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview | Self::Referred)
    }

    /// Whether this attempt is over; another may begin.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Approved | Self::Declined | Self::Withdrawn | Self::Expired)
    }
}

/// Who may take a case from the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Any agent.
    Ordinary,
    /// A second agent: somebody else said that the document is not genuine.
    Second,
    /// A senior agent.
    Senior,
}

impl Class {
    /// Every class there is.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::Second, Self::Senior];

    /// The class's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Second => "second",
            Self::Senior => "senior",
        }
    }

    /// The class of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// What kind of reason it is, and so how exactly the member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// About the images: told exactly.
    Quality,
    /// About whether it is the member's document: told as a class.
    Matching,
    /// About whether the document is genuine: told as a class, and decided by two agents.
    Fraud,
}

/// Why a case is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A side is not shown.
    SideMissing,
    /// It cannot be read.
    Blurred,
    /// A part is covered, cut off or in glare.
    Covered,
    /// Its date has passed.
    DocumentExpired,
    /// This kind of document is not accepted.
    TypeNotAccepted,
    /// What was typed is not what the document says.
    TypedDiffers,
    /// The name is not the account's.
    OtherName,
    /// The document belongs to somebody else.
    OtherPerson,
    /// The same document stands behind another account.
    OtherAccount,
    /// It was altered.
    Altered,
    /// It is no genuine document.
    NotGenuine,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 11] = [
        Self::SideMissing,
        Self::Blurred,
        Self::Covered,
        Self::DocumentExpired,
        Self::TypeNotAccepted,
        Self::TypedDiffers,
        Self::OtherName,
        Self::OtherPerson,
        Self::OtherAccount,
        Self::Altered,
        Self::NotGenuine,
    ];

    /// The reason's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SideMissing => "side-missing",
            Self::Blurred => "blurred",
            Self::Covered => "covered",
            Self::DocumentExpired => "document-expired",
            Self::TypeNotAccepted => "type-not-accepted",
            Self::TypedDiffers => "typed-differs",
            Self::OtherName => "other-name",
            Self::OtherPerson => "other-person",
            Self::OtherAccount => "other-account",
            Self::Altered => "altered",
            Self::NotGenuine => "not-genuine",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(self) -> ReasonKind {
        match self {
            Self::SideMissing
            | Self::Blurred
            | Self::Covered
            | Self::DocumentExpired
            | Self::TypeNotAccepted
            | Self::TypedDiffers => ReasonKind::Quality,
            Self::OtherName | Self::OtherPerson | Self::OtherAccount => ReasonKind::Matching,
            Self::Altered | Self::NotGenuine => ReasonKind::Fraud,
        }
    }

    /// What an agent chooses from.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SideMissing => "A side is missing",
            Self::Blurred => "It cannot be read",
            Self::Covered => "A part is covered, cut off or in glare",
            Self::DocumentExpired => "The document has expired",
            Self::TypeNotAccepted => "This kind of document is not accepted",
            Self::TypedDiffers => "What was typed is not what the document says",
            Self::OtherName => "The name is not the one on the account",
            Self::OtherPerson => "The document belongs to somebody else",
            Self::OtherAccount => "The same document stands behind another account",
            Self::Altered => "The document was altered",
            Self::NotGenuine => "It is no genuine document",
        }
    }

    /// What the member reads: exact where it helps to do better, and a class where it would help to cheat.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::SideMissing => {
                "A side of the document is missing. Please photograph every side that is asked for."
            }
            Self::Blurred => {
                "The images are too blurred to read. Hold the camera still, in daylight, and wait until it is sharp."
            }
            Self::Covered => {
                "A part of the document is covered, cut off or in glare. Lay it flat, away from lamps, with all four corners in the picture."
            }
            Self::DocumentExpired => "The document has expired. Please use one that is still valid.",
            Self::TypeNotAccepted => {
                "This kind of document is not accepted for your country. The list of accepted documents says which are."
            }
            Self::TypedDiffers => {
                "What you typed is not what the document says. Please type it exactly as it is printed."
            }
            Self::OtherName | Self::OtherPerson | Self::OtherAccount => {
                "We could not match the document with this account."
            }
            Self::Altered | Self::NotGenuine => "We could not accept the document as it was shown to us.",
        }
    }
}

/// What an agent decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The document is good.
    Approve,
    /// Something better is needed.
    Resubmit(Reason),
    /// A senior agent has to look.
    Refer,
    /// The document is not accepted.
    Decline(Reason),
}

/// What an agent's verdict has to stand beside: what was decided about the case before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// How often the member was asked for something better.
    pub resubmissions: i64,
    /// Whether another agent already said that the document is not genuine.
    pub fraud_by_other: bool,
}

/// What may happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The member chose kind and country.
    Choose,
    /// The last image that was missing came.
    Complete,
    /// An image was taken out, so that one is missing.
    Reopen,
    /// The member sent it off.
    Submit,
    /// The member took it back.
    Withdraw,
    /// The member appealed.
    Appeal,
    /// The member did not go on in time.
    Expire,
    /// An agent took it.
    Claim,
    /// The agent gave it back, or the claim ran out.
    Release,
    /// The agent decided.
    Decide(Verdict),
}

/// Where a move leads: the state, and who may take the case then.
pub type Place = (State, Class);

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not possible any more: the case has moved on. Look at its page for where it stands.")]
pub struct NoSuchMove;

/// Where `step` leads from `from`.
///
/// # Errors
/// When the table has no such move.
pub fn next(from: Place, step: Move, past: Past) -> Result<Place, NoSuchMove> {
    use State::{
        Checking, Consented, Declined, Expired, InReview, Referred, Resubmit, Submitted, Uploading, Withdrawn,
    };
    let (state, class) = from;
    let waiting = || if class == Class::Ordinary { Submitted } else { Referred };
    match (state, step) {
        (Consented | Uploading | Checking | Resubmit, Move::Choose) | (Checking | Resubmit, Move::Reopen) => {
            Ok((Uploading, Class::Ordinary))
        }
        (Uploading | Resubmit, Move::Complete) => Ok((Checking, Class::Ordinary)),
        (Checking, Move::Submit) if past.resubmissions >= RESUBMISSIONS => Ok((Referred, Class::Senior)),
        (Checking, Move::Submit) => Ok((Submitted, Class::Ordinary)),
        (Submitted | Referred, Move::Claim) => Ok((InReview, class)),
        (InReview, Move::Release) => Ok((waiting(), class)),
        (InReview, Move::Decide(verdict)) => Ok(decided(class, verdict, past)),
        (Declined, Move::Appeal) => Ok((Referred, Class::Senior)),
        (state, Move::Withdraw) if !state.is_over() => Ok((Withdrawn, Class::Ordinary)),
        (state, Move::Expire) if state.is_with_member() => Ok((Expired, Class::Ordinary)),
        _ => Err(NoSuchMove),
    }
}

/// Where a verdict leads. That a document is not genuine takes two agents; where a second one sees it
/// otherwise, a senior agent decides.
fn decided(class: Class, verdict: Verdict, past: Past) -> Place {
    let is_fraud = matches!(verdict, Verdict::Decline(reason) if reason.kind() == ReasonKind::Fraud);
    match verdict {
        Verdict::Refer => (State::Referred, Class::Senior),
        Verdict::Decline(_) if is_fraud && !past.fraud_by_other => (State::Referred, Class::Second),
        _ if class == Class::Second && !is_fraud => (State::Referred, Class::Senior),
        Verdict::Approve => (State::Approved, Class::Ordinary),
        Verdict::Resubmit(_) => (State::Resubmit, Class::Ordinary),
        Verdict::Decline(_) => (State::Declined, Class::Ordinary),
    }
}

/// Whether an attempt that its member last touched then is over.
#[must_use]
pub fn is_expired(state: State, touched_at: Time, now: Time) -> bool {
    state.is_with_member() && now - touched_at >= PATIENCE
}

/// Whether a decision of then can still be appealed.
#[must_use]
pub fn may_appeal(decided_at: Time, appealed_at: Option<Time>, now: Time) -> bool {
    appealed_at.is_none() && now - decided_at <= APPEAL
}

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A passport.
    Passport,
    /// A national identity card.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
    /// A residence permit.
    ResidencePermit,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 4] =
        [Self::Passport, Self::IdentityCard, Self::DrivingLicence, Self::ResidencePermit];

    /// The kind's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity-card",
            Self::DrivingLicence => "driving-licence",
            Self::ResidencePermit => "residence-permit",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::IdentityCard => "Identity card",
            Self::DrivingLicence => "Driving licence",
            Self::ResidencePermit => "Residence permit",
        }
    }

    /// The sides that have to be photographed.
    #[must_use]
    pub fn sides(self) -> &'static [Side] {
        match self {
            Self::Passport => &[Side::Front],
            Self::IdentityCard | Self::DrivingLicence | Self::ResidencePermit => &[Side::Front, Side::Back],
        }
    }
}

/// Which side of the document an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The front, or a passport's page with the photograph.
    Front,
    /// The back.
    Back,
    /// Something else that helps.
    Other,
}

impl Side {
    /// Every side there is.
    pub const ALL: [Self; 3] = [Self::Front, Self::Back, Self::Other];

    /// The side's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Other => "other",
        }
    }

    /// The side of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Front => "Front",
            Self::Back => "Back",
            Self::Other => "Something else",
        }
    }
}
