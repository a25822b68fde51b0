//! Pages of a thread as ranges of post numbers, and the links between them.

use crate::paths::POSTS_A_PAGE;

/// The last page takes up to so many posts more, rather than leaving them on a page of their own.
pub const STRAGGLERS: i64 = 3;

/// How the numbers 1 to `last` fall into pages of the usual size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The highest number.
    pub last: i64,
}

/// How the numbers 1 to `last` fall into pages of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizedPages {
    /// The highest number.
    pub last: i64,
    /// How many numbers a page holds.
    pub size: i64,
}

impl Pages {
    /// Pages of another size.
    #[must_use]
    pub fn sized(last: i64, size: i64) -> SizedPages {
        SizedPages { last, size: size.max(1) }
    }

    fn usual(self) -> SizedPages {
        Self::sized(self.last, POSTS_A_PAGE)
    }

    /// As [`SizedPages::count`].
    #[must_use]
    pub fn count(self) -> i64 {
        self.usual().count()
    }

    /// As [`SizedPages::page_of`].
    #[must_use]
    pub fn page_of(self, number: i64) -> i64 {
        self.usual().page_of(number)
    }

    /// As [`SizedPages::range`].
    #[must_use]
    pub fn range(self, page: i64) -> (i64, i64) {
        self.usual().range(page)
    }

    /// As [`SizedPages::shown`].
    #[must_use]
    pub fn shown(self, page: i64) -> Vec<Option<i64>> {
        self.usual().shown(page)
    }
}

impl SizedPages {
    /// How many pages there are: at least one.
    #[must_use]
    pub fn count(self) -> i64 {
        let full = self.last.max(0) / self.size;
        let rest = self.last.max(0) % self.size;
        let own_page = i64::from(rest > STRAGGLERS || (rest > 0 && full == 0));
        (full + own_page).max(1)
    }

    /// The page on which a number stands; the nearest page for numbers that were not given.
    #[must_use]
    pub fn page_of(self, number: i64) -> i64 {
        ((number.max(1) - 1) / self.size + 1).min(self.count())
    }

    /// The first and the last number of a page.
    #[must_use]
    pub fn range(self, page: i64) -> (i64, i64) {
        let page = page.clamp(1, self.count());
        let from = (page - 1) * self.size + 1;
        let to = if page == self.count() { self.last.max(from) } else { page * self.size };
        (from, to)
    }

    /// Which page numbers the pager shows around `page`: the first, the last, and two to each side; `None`
    /// stands for a gap.
    #[must_use]
    pub fn shown(self, page: i64) -> Vec<Option<i64>> {
        let count = self.count();
        let near = (page - 2).max(1)..=(page + 2).min(count);
        let mut shown = Vec::new();
        let mut before = 0;
        for number in std::iter::once(1).chain(near).chain(std::iter::once(count)) {
            match number - before {
                ..=0 => continue,
                1 => {}
                2 => shown.push(Some(number - 1)),
                _ => shown.push(None),
            }
            shown.push(Some(number));
            before = number;
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_page_takes_up_to_three_stragglers() {
        let count = |last| Pages { last }.count();
        assert_eq!((count(0), count(1), count(3), count(10)), (1, 1, 1, 1));
        assert_eq!((count(13), count(14), count(20), count(23), count(24)), (1, 2, 2, 2, 3));
        assert_eq!(count(668), 67);
        assert_eq!(Pages { last: 13 }.range(1), (1, 13));
        assert_eq!(Pages { last: 14 }.range(2), (11, 14));
    }

    #[test]
    fn the_pager_shows_ends_and_neighbours() {
        let shown = |last, page| Pages { last }.shown(page);
        assert_eq!(shown(10, 1), [Some(1)]);
        assert_eq!(shown(668, 1), [Some(1), Some(2), Some(3), None, Some(67)]);
        assert_eq!(
            shown(668, 5),
            [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), None, Some(67)]
        );
        assert_eq!(shown(668, 67), [Some(1), None, Some(65), Some(66), Some(67)]);
    }

    #[test]
    fn a_page_may_hold_more_and_takes_no_more_stragglers() {
        let count = |last| Pages::sized(last, 50).count();
        assert_eq!((count(0), count(50), count(53), count(54), count(103)), (1, 1, 1, 2, 2));
        assert_eq!(Pages::sized(53, 50).range(1), (1, 53));
        assert_eq!(Pages::sized(30, 20).page_of(21), 2);
        assert_eq!(Pages { last: 668 }.count(), Pages::sized(668, POSTS_A_PAGE).count());
    }

    proptest! {
        #[test]
        fn every_number_stands_on_exactly_one_page(last in 1_i64..5_000, size in prop::sample::select(vec![10_i64, 20, 50])) {
            let pages = Pages::sized(last, size);
            let mut next = 1;
            for page in 1..=pages.count() {
                let (from, to) = pages.range(page);
                prop_assert_eq!(from, next);
                prop_assert!(to >= from && to - from < size + STRAGGLERS);
                prop_assert_eq!(pages.page_of(from), page);
                prop_assert_eq!(pages.page_of(to), page);
                next = to + 1;
            }
            prop_assert_eq!(next, last + 1);
        }
    }
}
