//! Tests of what is told about a change.

use proptest::prelude::*;

use super::*;

/// The rows in short: ` same`, `-removed`, `+added`, and changed lines as `[-went-]{+came+}`.
fn told(old: &str, new: &str) -> Vec<String> {
    Diff::between(old, new).rows.iter().map(tell).collect()
}

fn tell(row: &Row) -> String {
    let pieces: String = row
        .pieces
        .iter()
        .map(|piece| match (row.kind, piece.change) {
            (Kind::Changed, Change::Removed) => format!("[-{}-]", piece.text),
            (Kind::Changed, Change::Added) => format!("{{+{}+}}", piece.text),
            _ => piece.text.clone(),
        })
        .collect();
    let sign = match row.kind {
        Kind::Same => " ",
        Kind::Changed => "~",
        Kind::Removed => "-",
        Kind::Added => "+",
    };
    format!("{sign}{pieces}")
}

fn side(rows: &[Row], old: bool) -> String {
    let lines = rows.iter().filter_map(|row| if old { row.old() } else { row.new_side() });
    let lines = lines.map(|pieces| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_word_that_changed_stands_alone() {
    assert_eq!(
        told("The office opens at nine.", "The office opens at ten."),
        ["~The office opens at [-nine-]{+ten+}."]
    );
}

#[test]
fn words_that_changed_side_by_side_are_one_change() {
    assert_eq!(
        told("I saw the quick brown fox in the yard.", "I saw the slow red fox in the yard."),
        ["~I saw the [-quick brown-]{+slow red+} fox in the yard."]
    );
}

#[test]
fn letters_are_never_told_apart() {
    assert_eq!(
        told("Say colour here, as we do", "Say color here, as we do"),
        ["~Say [-colour-]{+color+} here, as we do"]
    );
}

#[test]
fn a_line_that_reads_quite_otherwise_is_two() {
    assert_eq!(
        told("One thing entirely.", "Something else now!"),
        ["-One thing entirely.", "+Something else now!"]
    );
}

#[test]
fn lines_that_come_and_go_leave_the_others() {
    assert_eq!(told("a\nb\nc", "a\nc\nd"), [" a", "-b", " c", "+d"]);
    assert_eq!(told("", "a"), ["-", "+a"]);
}

#[test]
fn a_changed_line_finds_its_counterpart_among_new_ones() {
    assert_eq!(
        told("Bring a lamp and a rope.\nend", "A new line first.\nBring a lamp and a knife.\nend"),
        ["+A new line first.", "~Bring a lamp and a [-rope-]{+knife+}.", " end"]
    );
}

#[test]
fn writing_without_spaces_is_told_apart_too() {
    assert_eq!(told("我们明天早上见面吧", "我们后天早上见面吧"), ["~我们[-明-]{+后+}天早上见面吧"]);
}

#[test]
fn the_same_text_has_no_changes() {
    let diff = Diff::between("a\n\nb", "a\n\nb");
    assert!(diff.is_empty());
    assert_eq!(diff.near(3), [Shown::Gap(3)]);
}

#[test]
fn far_from_a_change_lines_are_counted() {
    let old: Vec<String> = (0..20).map(|line| format!("line {line}")).collect();
    let mut new = old.clone();
    new[10] = "other words".to_owned();
    let diff = Diff::between(&old.join("\n"), &new.join("\n"));
    let shown = diff.near(2);
    assert_eq!(shown.first(), Some(&Shown::Gap(8)));
    assert_eq!(shown.last(), Some(&Shown::Gap(7)));
    assert_eq!(shown.len(), 8);
}

#[test]
fn hostile_texts_end_in_time_and_still_add_up() {
    let long = |pattern: &str, other: &str| {
        let text = |seed: usize| -> String {
            (0..25_000).map(|at| if (at * at + at * seed) % 7 < 3 { pattern } else { other }).collect()
        };
        (text(3), text(5))
    };
    for (one, two) in [("a ", "b "), ("a\n", "b\n"), ("a", "b"), ("\n", " "), ("a b\n", "b a\n"), (".", "!")]
    {
        let (old, new) = long(one, two);
        let begun = Instant::now();
        let diff = Diff::between(&old, &new);
        assert!(begun.elapsed() < TIME * 10, "{one:?} {two:?} took {:?}", begun.elapsed());
        assert_eq!((side(&diff.rows, true), side(&diff.rows, false)), (old, new));
    }
}

#[test]
fn without_time_the_lines_are_told() {
    let diff =
        Diff::until("same\nThe office opens at nine.", "same\nThe office opens at ten.", Instant::now());
    assert!(diff.rows.iter().all(|row| row.kind != Kind::Changed));
}

fn text() -> impl Strategy<Value = String> {
    let parts = [
        "a",
        "b",
        "the",
        "word",
        " ",
        " ",
        "\n",
        "\n\n",
        ".",
        "é",
        "e\u{301}",
        "👩\u{200D}🚀",
        "漢",
        "don't",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(old in text(), new in text()) {
        let diff = Diff::between(&old, &new);
        prop_assert_eq!(side(&diff.rows, true), old.clone());
        prop_assert_eq!(side(&diff.rows, false), new.clone());
        prop_assert_eq!(diff.is_empty(), old == new);
    }

    #[test]
    fn rows_hold_what_their_kind_says(old in text(), new in text()) {
        for row in Diff::between(&old, &new).rows {
            prop_assert!(row.pieces.iter().all(|piece| !piece.text.is_empty()));
            prop_assert!(row.pieces.windows(2).all(|two| two[0].change != two[1].change));
            let allowed = |piece: &Piece| match row.kind {
                Kind::Same => piece.is_same(),
                Kind::Removed => piece.is_removed(),
                Kind::Added => piece.is_added(),
                Kind::Changed => true,
            };
            prop_assert!(row.pieces.iter().all(allowed));
        }
    }

    #[test]
    fn any_texts_at_all_add_up(old in any::<String>(), new in any::<String>()) {
        let diff = Diff::between(&old, &new);
        prop_assert_eq!(side(&diff.rows, true), old);
        prop_assert_eq!(side(&diff.rows, false), new);
    }

    #[test]
    fn every_row_is_shown_or_counted(old in text(), new in text(), context in 0usize..4) {
        let diff = Diff::between(&old, &new);
        let counted: usize =
            diff.near(context).iter().map(|shown| match shown { Shown::Row(_) => 1, Shown::Gap(rows) => *rows }).sum();
        prop_assert_eq!(counted, diff.rows.len());
    }
}
