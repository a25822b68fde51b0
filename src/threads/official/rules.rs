//! What may be listed, and how the list is arranged.

use crate::members::rules::Role;

/// Why an answer cannot be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotList {
    /// It is the thread's first post.
    #[error("The first post is no answer. List answers that staff gave below it.")]
    First,
    /// It was removed.
    #[error("This post is removed, so it cannot be listed.")]
    Removed,
    /// Its author is no staff.
    #[error(
        "Only answers by staff are official. Accept a member's answer instead, or quote it in one of your own."
    )]
    NotStaff,
}

/// Whether an answer of this number, by somebody with these roles, may be listed.
///
/// # Errors
/// The reason, in words for the manager.
pub fn may_list(number: i64, is_removed: bool, author: &[Role]) -> Result<(), MayNotList> {
    match (number, is_removed, author) {
        (..=1, _, _) => Err(MayNotList::First),
        (_, true, _) => Err(MayNotList::Removed),
        (_, _, []) => Err(MayNotList::NotStaff),
        _ => Ok(()),
    }
}

/// Where an answer moves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Nearer to the first post.
    Up,
    /// Further from it.
    Down,
}

impl Direction {
    /// The direction of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            _ => None,
        }
    }
}

/// The two places that change when the one at `place` of `length` moves; at the end of the list none does.
#[must_use]
pub fn neighbours(place: usize, length: usize, direction: Direction) -> Option<(usize, usize)> {
    match direction {
        Direction::Up => place.checked_sub(1).map(|above| (above, place)),
        Direction::Down => Some((place, place + 1)).filter(|(_, below)| *below < length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_staff_are_listed_and_nothing_else() {
        let staff = [Role::Moderator];
        assert_eq!(may_list(1, false, &staff), Err(MayNotList::First));
        assert_eq!(may_list(2, true, &staff), Err(MayNotList::Removed));
        assert_eq!(may_list(2, false, &[]), Err(MayNotList::NotStaff));
        assert_eq!(may_list(2, false, &staff), Ok(()));
    }

    #[test]
    fn the_first_goes_no_further_up_and_the_last_no_further_down() {
        assert_eq!(neighbours(0, 3, Direction::Up), None);
        assert_eq!(neighbours(2, 3, Direction::Down), None);
        assert_eq!(neighbours(1, 3, Direction::Up), Some((0, 1)));
        assert_eq!(neighbours(1, 3, Direction::Down), Some((1, 2)));
    }
}
