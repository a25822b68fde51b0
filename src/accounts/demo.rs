//! The people whom one can be in a demo, one of each kind.

use crate::members::rules::monogram;

/// Somebody of the demo whom one can be.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Name in addresses.
    pub handle: &'static str,
    /// Name that people read.
    pub name: &'static str,
    /// What kind of user.
    pub kind: &'static str,
    /// What there is to try.
    pub about: &'static str,
}

impl Person {
    /// Initials for the round picture.
    #[must_use]
    pub fn monogram(&self) -> String {
        monogram(self.name)
    }
}

/// One of each kind of user.
pub const PEOPLE: [Person; 8] = [
    Person {
        handle: "maria-k",
        name: "Maria K",
        kind: "A verified member",
        about: "Top Rated Plus, with the Identity Verified badge. Reads, replies, starts threads.",
    },
    Person {
        handle: "daniel-r",
        name: "Daniel R",
        kind: "An eligible member",
        about: "Top Rated Plus without the badge: is shown the way to verification.",
    },
    Person {
        handle: "leo-p",
        name: "Leo P",
        kind: "A newcomer",
        about: "Rising Talent, and not eligible yet.",
    },
    Person {
        handle: "oliver-h",
        name: "Oliver H",
        kind: "A client",
        about: "Hires. His payment method is verified.",
    },
    Person {
        handle: "goran-m",
        name: "Goran M",
        kind: "A moderator",
        about: "Removes posts with a reason, locks and pins threads.",
    },
    Person { handle: "lena-h", name: "Lena H", kind: "A community manager", about: "Starts announcements." },
    Person {
        handle: "noor-v",
        name: "Noor V",
        kind: "A verification agent",
        about: "Will work the agents' desk.",
    },
    Person {
        handle: "tomasz-w",
        name: "Tomasz W",
        kind: "An administrator",
        about: "Boards, roles and tiers, by hand or from a file.",
    },
];
