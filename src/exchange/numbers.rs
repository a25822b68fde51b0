//! Which number an imported post gets. Nobody is lost: a number that stands twice in the source goes to the
//! first line, and the later one takes the nearest number that nobody claims.

use std::collections::{HashMap, HashSet};

/// The numbers of one thread.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Numbers that lines of the source claim.
    claimed: HashSet<i64>,
    /// Numbers that posts have.
    taken: HashSet<i64>,
    highest: i64,
    /// How far from a doubled number the search went: what was taken there stays taken.
    searched: HashMap<i64, i64>,
}

/// A number, and whether it is another than the source's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The number.
    pub number: i64,
    /// Whether the source's number was taken.
    pub is_doubled: bool,
}

impl Numbers {
    /// Notes that a line of the source claims a number.
    pub fn claim(&mut self, number: i64) {
        self.claimed.insert(number);
    }

    /// Notes that a post has a number already.
    pub fn take(&mut self, number: i64) {
        self.taken.insert(number);
        self.highest = self.highest.max(number);
    }

    /// The highest number that a post has, or 0.
    #[must_use]
    pub fn highest(&self) -> i64 {
        self.highest
    }

    /// Gives a number: the wanted one, the nearest free one where it is taken, the next where none is wanted.
    pub fn give(&mut self, wanted: Option<i64>) -> Given {
        let given = match wanted {
            Some(number) if !self.taken.contains(&number) => Given { number, is_doubled: false },
            Some(number) => Given { number: self.nearest_free(number), is_doubled: true },
            None => Given { number: self.next_free(), is_doubled: false },
        };
        self.take(given.number);
        given
    }

    fn is_free(&self, number: i64) -> bool {
        number > 0 && !self.taken.contains(&number) && !self.claimed.contains(&number)
    }

    fn next_free(&self) -> i64 {
        let mut number = self.highest + 1;
        while !self.is_free(number) {
            number += 1;
        }
        number
    }

    fn nearest_free(&mut self, number: i64) -> i64 {
        let mut distance = self.searched.get(&number).copied().unwrap_or(1);
        let found = loop {
            if self.is_free(number + distance) {
                break number + distance;
            }
            if self.is_free(number - distance) {
                break number - distance;
            }
            distance += 1;
        };
        self.searched.insert(number, distance);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn given(wanted: &[Option<i64>]) -> Vec<i64> {
        let mut numbers = Numbers::default();
        wanted.iter().flatten().for_each(|number| numbers.claim(*number));
        wanted.iter().map(|number| numbers.give(*number).number).collect()
    }

    #[test]
    fn without_numbers_posts_are_counted_in_order() {
        assert_eq!(given(&[None, None, None]), [1, 2, 3]);
    }

    #[test]
    fn a_doubled_number_goes_to_the_nearest_that_nobody_claims() {
        assert_eq!(given(&[Some(1), Some(2), Some(2), Some(3)]), [1, 2, 4, 3]);
        assert_eq!(given(&[Some(1), Some(5), Some(5)]), [1, 5, 6]);
        assert_eq!(given(&[Some(5), Some(6), Some(5)]), [5, 6, 4]);
    }

    #[test]
    fn a_post_without_a_number_leaves_claimed_ones_alone() {
        assert_eq!(given(&[Some(1), None, Some(2)]), [1, 3, 2]);
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice(wanted in proptest::collection::vec(proptest::option::of(1_i64..40), 0..60)) {
            let numbers = given(&wanted);
            let distinct: HashSet<i64> = numbers.iter().copied().collect();
            prop_assert_eq!(distinct.len(), numbers.len());
            prop_assert!(numbers.iter().all(|number| *number > 0));
        }

        #[test]
        fn the_first_line_of_a_number_keeps_it(wanted in proptest::collection::vec(1_i64..40, 0..60)) {
            let numbers = given(&wanted.iter().copied().map(Some).collect::<Vec<_>>());
            for (place, number) in wanted.iter().enumerate() {
                let is_first = !wanted[..place].contains(number);
                prop_assert_eq!(is_first, numbers[place] == *number);
            }
        }
    }
}
