//! What each badge says and does not say, in words for anybody.

use crate::badges::rules::Badge;

/// What a badge says and does not say, in words for anybody.
pub(super) struct Meaning {
    pub short: &'static str,
    pub says: &'static [(&'static str, &'static str, &'static str)],
    pub does_not_say: &'static str,
    /// Who checks, and how long it counts.
    pub by_whom: &'static str,
}

pub(super) fn meaning(badge: Badge) -> Meaning {
    match badge {
        Badge::IdentityVerified => Meaning {
            short: "A government document was read and its holder was seen in a live video call, under a published policy.",
            says: &[
                (
                    "document",
                    "A document passed",
                    "Photographed by the member, its machine-readable lines checked against what was typed, and read by an agent.",
                ),
                (
                    "video",
                    "A live call passed",
                    "An agent compared the face with the document. Nothing is recorded, and no machine matches faces.",
                ),
                (
                    "user",
                    "This name was bound",
                    "The badge belongs to the display name that was checked. Whoever changes the name loses the badge until the new name is checked.",
                ),
            ],
            does_not_say: "It does not say that a member is good at their work, that you should pay first, or that they are \
                           to be trusted. It carries no authority here. A member without it has not failed anything: \
                           verifying is optional, and not doing it changes nothing else.",
            by_whom: "Two people, never one: whoever decided about the document is never the one who held the call, and \
                      the database refuses a badge where they are the same. Of every badge in which something was \
                      flagged, and of a share drawn by chance, somebody who took part in neither looks before it is \
                      shown.",
        },
        Badge::PhoneVerified => Meaning {
            short: "A code sent to a phone number came back. It says that the number was within reach, not whose it is.",
            says: &[(
                "phone",
                "A code came back",
                "Sent by text message or call, and typed in within ten minutes.",
            )],
            does_not_say: "It does not say who the member is, or that the number is in their name.",
            by_whom: "The system alone, by a code that is good once.",
        },
        Badge::PaymentMethodVerified => Meaning {
            short: "The marketplace told us that this client has a payment method that works.",
            says: &[(
                "card",
                "A payment method worked",
                "Told by the marketplace through a signed message. We never see the card or account.",
            )],
            does_not_say: "It does not say how much a client can pay, or that they will.",
            by_whom: "The marketplace, which takes it back when the payment method ends.",
        },
        Badge::BackgroundCheckPassed => Meaning {
            short: "An outside agency reported a check as passed, with the member's consent and within a stated scope.",
            says: &[(
                "shield",
                "An agency checked",
                "The member agreed to the check, saw the result first and chose to share it. The report itself is never stored here.",
            )],
            does_not_say: "It does not say anything outside the scope and the date of the check. A member without it may never have been asked.",
            by_whom: "An agency outside this community, which reports to the member first.",
        },
    }
}
