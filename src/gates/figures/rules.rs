//! How sure a share is.

/// Below so many members a figure says little.
pub const FEW: i64 = 10;

/// The 97.5 % point of the normal distribution: 95 % lie between it and its opposite.
const Z: f64 = 1.959_963_984_540_054;

/// A share with the interval in which it lies 95 times in 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share, from 0 to 1.
    pub share: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// `count` of `whole` as a share, with the interval of Wilson (1927), which holds for small counts too and never
/// leaves 0 to 1. Nothing where there is no whole.
#[must_use]
pub fn wilson(count: i64, whole: i64) -> Option<Share> {
    if whole <= 0 {
        return None;
    }
    let (whole, share) = (real(whole), real(count) / real(whole));
    let square = Z * Z;
    let middle = (share + square / (2.0 * whole)) / (1.0 + square / whole);
    let half =
        Z * (share * (1.0 - share) / whole + square / (4.0 * whole * whole)).sqrt() / (1.0 + square / whole);
    Some(Share { share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

/// A count as a real number; as many as there are addresses are enough.
fn real(count: i64) -> f64 {
    u32::try_from(count.max(0)).map_or_else(|_| f64::from(u32::MAX), f64::from)
}

/// What is counted of a test's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Proved a phone number.
    Phone,
    /// Had a document approved.
    Document,
    /// Wrote at least one post.
    Posted,
    /// A post of theirs was reported.
    Reported,
}

impl Measure {
    /// Each, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Document, Self::Posted, Self::Reported];

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Phone => "Verified a phone",
            Self::Document => "Verified a document",
            Self::Posted => "Posted at least once",
            Self::Reported => "Had a post reported",
        }
    }
}

/// The figures of one arm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Members in it.
    pub joined: i64,
    /// Of these, who came from control when the share was raised.
    pub moved: i64,
    /// Who proved a phone number.
    pub phone: i64,
    /// Who had a document approved.
    pub document: i64,
    /// Who wrote at least one post.
    pub posted: i64,
    /// Of whom a post was reported.
    pub reported: i64,
}

impl Counts {
    /// One figure.
    #[must_use]
    pub fn of(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Phone => self.phone,
            Measure::Document => self.document,
            Measure::Posted => self.posted,
            Measure::Reported => self.reported,
        }
    }

    /// Whether a figure, or the arm it is of, is too small to conclude from.
    #[must_use]
    pub fn is_few(&self, measure: Measure) -> bool {
        self.joined < FEW || self.of(measure) < FEW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thousandths(share: Share) -> (i64, i64, i64) {
        let round = |number: f64| format!("{:.0}", number * 1000.0).parse().unwrap();
        (round(share.low), round(share.share), round(share.high))
    }

    #[test]
    fn intervals_are_those_of_wilson() {
        // As published for 10 of 100, 0 of 10, 10 of 10, 81 of 263 (Newcombe 1998).
        assert_eq!(thousandths(wilson(10, 100).unwrap()), (55, 100, 174));
        assert_eq!(thousandths(wilson(0, 10).unwrap()), (0, 0, 278));
        assert_eq!(thousandths(wilson(10, 10).unwrap()), (722, 1000, 1000));
        assert_eq!(thousandths(wilson(81, 263).unwrap()), (255, 308, 366));
    }

    #[test]
    fn nobody_has_no_share() {
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn few_begins_below_ten() {
        let counts = |joined, posted| Counts { joined, posted, ..Counts::default() };
        assert!(!counts(10, 10).is_few(Measure::Posted));
        assert!(counts(10, 9).is_few(Measure::Posted) && counts(9, 9).is_few(Measure::Posted));
    }

    proptest::proptest! {
        #[test]
        fn an_interval_holds_its_share_and_stays_between_nothing_and_all(whole in 1_i64..100_000, part in 0_i64..100_000) {
            let share = wilson(part.min(whole), whole).unwrap();
            proptest::prop_assert!(0.0 <= share.low && share.low <= share.share + 1e-9);
            proptest::prop_assert!(share.share <= share.high + 1e-9 && share.high <= 1.0);
        }
    }
}
