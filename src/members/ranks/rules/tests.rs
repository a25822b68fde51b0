//! What holds of ranks whatever the rules and the figures are.

use proptest::prelude::*;

use super::*;

fn needs(posts: i64, days: i64, likes: i64, answers: i64, clean_days: i64) -> Needs {
    Needs { posts, days, likes, answers, clean_days }
}

fn rules() -> RankRules {
    let all =
        [Needs::default(), needs(10, 14, 0, 0, 0), needs(100, 90, 50, 3, 30), needs(500, 365, 300, 20, 90)];
    RankRules::new(all).unwrap()
}

fn figures(posts: i64, days: i64, likes: i64, answers: i64) -> Figures {
    Figures { posts, days, likes, answers, clean_days: None }
}

#[test]
fn a_rank_is_reached_with_the_last_thing_it_needs() {
    assert_eq!(rank_of(&rules(), &figures(9, 14, 0, 0)), Rank::CommunityMember);
    assert_eq!(rank_of(&rules(), &figures(10, 13, 0, 0)), Rank::CommunityMember);
    assert_eq!(rank_of(&rules(), &figures(10, 14, 0, 0)), Rank::ActiveMember);
    assert_eq!(rank_of(&rules(), &figures(100, 90, 50, 2)), Rank::ActiveMember);
    assert_eq!(rank_of(&rules(), &figures(100, 90, 50, 3)), Rank::AceContributor);
    assert_eq!(rank_of(&rules(), &figures(500, 365, 300, 20)), Rank::CommunityGuru);
}

#[test]
fn a_warning_lowers_a_rank_until_the_days_are_over() {
    let warned = |days| Figures { clean_days: Some(days), ..figures(500, 365, 300, 20) };
    let held = |days| held_rank(&rules(), Rank::CommunityGuru, &warned(days));
    assert_eq!(held(0), Rank::ActiveMember);
    assert_eq!(held(29), Rank::ActiveMember);
    assert_eq!(held(30), Rank::AceContributor);
    assert_eq!(held(89), Rank::AceContributor);
    assert_eq!(held(90), Rank::CommunityGuru);
}

#[test]
fn an_imported_rank_stays_and_comes_back_after_a_warning() {
    let newcomer = figures(0, 0, 0, 0);
    assert_eq!(held_rank(&rules(), Rank::CommunityGuru, &newcomer), Rank::CommunityGuru);
    let warned = Figures { clean_days: Some(3), ..newcomer };
    assert_eq!(held_rank(&rules(), Rank::CommunityGuru, &warned), Rank::ActiveMember);
    let later = Figures { clean_days: Some(90), ..newcomer };
    assert_eq!(held_rank(&rules(), Rank::CommunityGuru, &later), Rank::CommunityGuru);
}

#[test]
fn thresholds_do_not_shrink_from_rank_to_rank() {
    let mut all =
        [Needs::default(), needs(10, 14, 5, 0, 0), needs(100, 90, 50, 3, 30), needs(500, 365, 300, 20, 90)];
    all[2].likes = 4;
    let problem = RankRules::new(all).unwrap_err();
    assert_eq!(problem.to_string(), "Active Member asks for 5 here; a higher rank cannot ask for less.");
    all[2].likes = 5;
    assert!(RankRules::new(all).is_ok());
    all[0].posts = 1;
    assert_eq!(RankRules::new(all), Err(BadRules::First));
}

#[test]
fn numbers_are_whole_and_within_reason() {
    assert_eq!((number("0"), number(" 12 "), number("1000000")), (Ok(0), Ok(12), Ok(GREATEST)));
    for bad in ["", "-1", "1.5", "many", "1000001", "99999999999999999999"] {
        assert_eq!(number(bad), Err(BadNumber), "{bad}");
    }
}

#[test]
fn needs_are_said_in_words() {
    assert_eq!(Needs::default().in_words(), "Everybody begins here.");
    assert_eq!(needs(1, 0, 0, 0, 0).in_words(), "At least 1 post.");
    assert_eq!(needs(10, 14, 0, 0, 0).in_words(), "At least 10 posts and 14 days since joining.");
    assert_eq!(
        needs(100, 90, 50, 3, 30).in_words(),
        "At least 100 posts, 90 days since joining, 50 likes received, 3 accepted answers and 30 days without a warning."
    );
}

/// Rules whose thresholds grow by these steps.
fn any_rules() -> impl Strategy<Value = RankRules> {
    let step = (0_i64..20, 0_i64..20, 0_i64..20, 0_i64..20, 0_i64..20);
    proptest::array::uniform3(step).prop_map(|steps| {
        let mut all = [Needs::default(); 4];
        for (place, (posts, days, likes, answers, clean_days)) in steps.into_iter().enumerate() {
            let below = all[place];
            all[place + 1] = needs(
                below.posts + posts,
                below.days + days,
                below.likes + likes,
                below.answers + answers,
                below.clean_days + clean_days,
            );
        }
        RankRules::new(all).unwrap()
    })
}

fn any_figures() -> impl Strategy<Value = Figures> {
    let clean = proptest::option::of(0_i64..70);
    (0_i64..70, 0_i64..70, 0_i64..70, 0_i64..70, clean).prop_map(
        |(posts, days, likes, answers, clean_days)| Figures { posts, days, likes, answers, clean_days },
    )
}

fn any_rank() -> impl Strategy<Value = Rank> {
    proptest::sample::select(Rank::ALL.to_vec())
}

proptest! {
    #[test]
    fn more_never_gives_a_lower_rank(rules in any_rules(), had in any_figures(), more in any_figures(), rank in any_rank()) {
        let has = Figures {
            posts: had.posts + more.posts,
            days: had.days + more.days,
            likes: had.likes + more.likes,
            answers: had.answers + more.answers,
            clean_days: had.clean_days.zip(more.clean_days).map(|(had, more)| had + more),
        };
        prop_assert!(rank_of(&rules, &has) >= rank_of(&rules, &had));
        prop_assert!(held_rank(&rules, rank, &has) >= held_rank(&rules, rank, &had));
    }

    #[test]
    fn a_rank_is_what_the_figures_give_or_what_was_held(rules in any_rules(), figures in any_figures(), rank in any_rank()) {
        let held = held_rank(&rules, rank, &figures);
        let earned = rank_of(&rules, &figures);
        prop_assert!(held >= earned && held <= earned.max(rank));
        prop_assert_eq!(held_rank(&rules, held.max(rank), &figures), held);
    }

    #[test]
    fn without_a_warning_nobody_falls(rules in any_rules(), figures in any_figures(), rank in any_rank()) {
        let figures = Figures { clean_days: None, ..figures };
        prop_assert!(held_rank(&rules, rank, &figures) >= rank);
    }

    #[test]
    fn every_rank_below_the_held_one_is_met_too(rules in any_rules(), figures in any_figures()) {
        let held = rank_of(&rules, &figures);
        for rank in Rank::ALL.into_iter().filter(|rank| *rank <= held) {
            prop_assert!(Measure::ALL.into_iter().all(|measure| figures.meet(rules.needs(rank), measure)));
        }
    }
}
