//! Who a thread exists for.

use diesel_derive_newtype::DieselNewType;

use super::rules::{Access, Standing};

/// Who something exists for: a sum of bits, one for each [`Access`] rule, of which one is enough. Fixed once the
/// thread that carries it is published, so that counts can leave out what is not for everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DieselNewType)]
pub struct Audience(pub i64);

impl Audience {
    /// Everybody, visitors included.
    pub const EVERYONE: Self = Self(1);

    /// Everybody whom one of these rules lets through; nothing where there is none.
    #[must_use]
    pub fn of(rules: &[Access]) -> Option<Self> {
        let bits = Access::all().into_iter().zip(0..).filter(|(rule, _)| rules.contains(rule));
        let sum = bits.map(|(_, place)| 1_i64 << place).sum();
        (sum > 0).then_some(Self(sum))
    }

    /// The rules of which one is enough.
    #[must_use]
    pub fn rules(self) -> Vec<Access> {
        let all = Access::all().into_iter().zip(0..);
        all.filter(|(_, place)| self.0 & (1 << place) != 0).map(|(rule, _)| rule).collect()
    }

    /// Whether it holds for visitors too.
    #[must_use]
    pub fn is_everyone(self) -> bool {
        self.0 & Self::EVERYONE.0 != 0
    }

    /// Whether it exists for somebody of this standing.
    #[must_use]
    pub fn includes(self, standing: &Standing) -> bool {
        self.0 & standing.audiences().0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::rules::{Role, Tier};

    #[test]
    fn an_audience_keeps_its_bits_whatever_is_added_later() {
        let bits = |rules: &[Access]| Audience::of(rules).map(|audience| audience.0);
        assert_eq!(bits(&[Access::Anyone]), Some(1));
        assert_eq!(bits(&[Access::Members]), Some(2));
        assert_eq!(bits(&[Access::Tier(Tier::RisingTalent), Access::Tier(Tier::TopRatedPlus)]), Some(4 + 16));
        assert_eq!(bits(&[Access::Role(Role::Moderator)]), Some(32));
        assert_eq!(bits(&[]), None);
        assert_eq!(Audience(2 + 8).rules(), [Access::Members, Access::Tier(Tier::TopRated)]);
    }

    #[test]
    fn an_audience_includes_whoever_passes_one_of_its_rules() {
        let visitor = Standing::default();
        let member = |tier| Standing { is_member: true, tier, roles: vec![] };
        let top = Audience::of(&[Access::Tier(Tier::TopRated)]).unwrap();
        assert!(Audience::EVERYONE.includes(&visitor));
        assert!(!top.includes(&visitor) && !top.includes(&member(None)));
        assert!(!top.includes(&member(Some(Tier::RisingTalent))));
        assert!(
            top.includes(&member(Some(Tier::TopRated))) && top.includes(&member(Some(Tier::TopRatedPlus)))
        );
        let staff = Standing { is_member: true, tier: None, roles: vec![Role::Moderator] };
        assert!(top.includes(&staff));
        assert!(!Audience::of(&[Access::Role(Role::CommunityManager)]).unwrap().includes(&staff));
    }
}
