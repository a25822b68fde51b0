use super::*;
use askama::Template;
use proptest::prelude::*;

fn words() -> Words {
    Words { id: "waits", title: "Waits <1>".to_owned(), description: "Median & p90".to_owned() }
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()
}

#[test]
fn a_line_is_named_escaped_and_leaves_gaps() {
    let values = vec![Some(1), Some(2), None, Some(4), None, Some(8), Some(3)];
    let series = vec![Series { name: "A&B".to_owned(), values }];
    let svg = Line::new(words(), first(), Unit::Count, series).render().unwrap();
    assert!(
        svg.contains("role=\"img\"") && svg.contains("aria-labelledby=\"waits-title waits-desc\""),
        "{svg}"
    );
    assert!(!svg.contains("<1>") && !svg.contains("A&B") && !svg.contains("style="), "{svg}");
    assert!(svg.contains("1 Nov") && svg.contains("7 Nov"), "{svg}");
    let path = svg.split("class=\"chart-path\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(path.map(|path| path.matches('M').count()), Some(2), "{svg}");
    assert_eq!(svg.matches("<circle").count(), 1, "{svg}");
}

#[test]
fn a_band_is_closed_around_each_stretch() {
    let range = Some(Range { low: 1, middle: 2, high: 4 });
    let svg = Band::new(words(), first(), Unit::Count, "Expected", &[range, range, None, range, range]);
    assert_eq!(svg.areas.len(), 2);
    assert!(svg.areas.iter().all(|area| area.ends_with('Z') && area.matches('L').count() == 3));
    assert!(svg.render().unwrap().contains("Expected"));
}

#[test]
fn bars_say_count_and_share_and_hide_what_is_hidden() {
    let bar = |label: &str, count| Bar { label: label.to_owned(), count };
    let bars = vec![bar("Invited", Some(200)), bar("Came", Some(50)), bar("Left", None)];
    let svg = Bars::new(words(), "fewer than 10", bars).render().unwrap();
    assert!(
        svg.contains("200 (100 %)") && svg.contains("50 (25 %)") && svg.contains("fewer than 10"),
        "{svg}"
    );
    assert_eq!(svg.matches("class=\"chart-bar\"").count(), 2, "{svg}");
}

#[test]
fn nothing_at_all_can_be_drawn() {
    assert!(Line::new(words(), first(), Unit::Seconds, Vec::new()).render().is_ok());
    assert!(Band::new(words(), first(), Unit::Seconds, "", &[]).render().is_ok());
    assert!(Bars::new(words(), "", Vec::new()).render().is_ok());
}

#[test]
fn ticks_are_round() {
    assert_eq!(rules::ticks(0, Unit::Count), [0, 1]);
    assert_eq!(rules::ticks(37, Unit::Count), [0, 10, 20, 30, 40]);
    assert_eq!(rules::ticks(7_000, Unit::Seconds), [0, 1_800, 3_600, 5_400, 7_200]);
    assert_eq!(Unit::Seconds.words(5_400), "90 min");
}

proptest! {
    #[test]
    fn ticks_reach_the_most_and_are_few(most in 0..=i64::MAX / 100, seconds: bool) {
        let ticks = rules::ticks(most, if seconds { Unit::Seconds } else { Unit::Count });
        prop_assert!((2..=5).contains(&ticks.len()));
        prop_assert!(*ticks.last().unwrap() >= most);
    }

    #[test]
    fn runs_hold_every_figure_on_its_day(values in prop::collection::vec(prop::option::of(0..9_i64), 0..50)) {
        let seen: Vec<_> = rules::runs(&values).into_iter().flatten().collect();
        let due: Vec<_> = values.iter().enumerate().filter_map(|(day, value)| Some((day, (*value)?))).collect();
        prop_assert_eq!(seen, due);
    }

    #[test]
    fn dates_are_spread_from_first_to_last(count in 0..400_usize) {
        let days = rules::spread(count, 4);
        prop_assert_eq!(days.len(), count.min(4));
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(days.last().copied(), count.checked_sub(1));
    }
}
