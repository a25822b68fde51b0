//! No source may take long: what grows faster than the post is found here.

use std::time::{Duration, Instant};

use super::markdown::{Format, MAX_CHARACTERS, render};

/// How long the slowest post may take.
const LIMIT: Duration =
    if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(50) };

/// What is repeated to fill a post.
const REPEATED: [&str; 98] = [
    "[",
    "(",
    "*",
    "_",
    "`",
    ">",
    "-",
    "|",
    "~",
    "<",
    "&",
    "![",
    "![](",
    "[](",
    "[a](",
    "[a](<b",
    "](",
    "]",
    "[]",
    "[a]",
    "[a][",
    "![[",
    "[![a](b)](",
    "*a ",
    "_a ",
    "**a ",
    "~~a ",
    "*a_",
    "**a __b ",
    "a**b",
    "***",
    "* ",
    "- ",
    "+ ",
    "> ",
    ">> ",
    "1. ",
    "1) ",
    "- > ",
    "> - ",
    "> 1. - ",
    "a\n",
    "a\n\n",
    "- a\n",
    "-\n",
    "- a\n\n",
    "> a\n",
    ">\n",
    "\n",
    " ",
    "\t",
    "    a\n",
    "# a\n",
    "#\n",
    "a\n=\n",
    "---\n",
    "a  \n",
    "\\\n",
    "\\",
    "\\*",
    "`a",
    "`` ` ",
    "```\n",
    "~~~\n",
    "|a",
    "|-",
    "|a|b|\n|-|-|\n",
    "a|b\n",
    "|\n",
    "<a",
    "</a",
    "<a ",
    "<a href=\"",
    "<!--",
    "<!-",
    "<!A",
    "<?",
    "<![CDATA[",
    "<div>\n",
    "<b>",
    "<a b='",
    "<!---->",
    "-->",
    "&amp",
    "&amp;",
    "&#x",
    "&#1;",
    "http://a",
    "https://a.example ",
    "a@b.",
    "a@b.c ",
    "://",
    "www.",
    "www.a ",
    "\u{202E}",
    "é",
    "😀",
    "[a]: /b\n",
];

/// HTML that makes parsers go back, copy or nest.
const HTML: [&str; 24] = [
    "<b>",
    "<b><i>",
    "<p><b>",
    "<b><p>",
    "<a href=x>",
    "<b></i>",
    "<div>",
    "</div>",
    "<table><tr><td>",
    "<table>",
    "<li>",
    "<ul><li>",
    "<svg>",
    "<math><mi>",
    "<script>",
    "<style>",
    "<select>",
    "<b id=1><object></b></object>",
    "<p></p><b>",
    "<font color=1>",
    "<nobr>",
    "<button><p>",
    "<img alt=a src=b>",
    "<pre>",
];

fn filled(pattern: &str) -> String {
    pattern.chars().cycle().take(MAX_CHARACTERS).collect()
}

fn in_halves(first: &str, second: &str) -> String {
    let half = MAX_CHARACTERS / 2;
    first.chars().cycle().take(half).chain(second.chars().cycle().take(half)).collect()
}

fn each(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

fn made() -> Vec<(String, String)> {
    [deep(), wide(), halves()].concat()
}

fn deep() -> Vec<(String, String)> {
    vec![
        ("list that deepens".to_owned(), each(170, |level| format!("{}- a\n", " ".repeat(level * 2)))),
        ("deep quote, lazy lines".to_owned(), format!("{}a\n{}", "> ".repeat(5_000), "b\n".repeat(10_000))),
        ("deep list, blank lines".to_owned(), format!("{}a\n{}", "- ".repeat(7_500), "\n".repeat(15_000))),
        (
            "deep list, indented lines".to_owned(),
            format!("{}a\n{}", "- ".repeat(5_000), " b\n".repeat(6_600)),
        ),
        ("deep emphasis".to_owned(), format!("{}a{}", "*".repeat(14_999), "*".repeat(15_000))),
        ("deep emphasis, mixed".to_owned(), format!("{}b{}", "*a _".repeat(3_700), "_a* ".repeat(3_700))),
        ("backtick runs".to_owned(), each(240, |length| format!("{} ", "`".repeat(length + 1)))),
        ("reference bomb".to_owned(), format!("[a]: /{}\n\n{}", "b".repeat(10_000), "[a] ".repeat(5_000))),
        (
            "reference title bomb".to_owned(),
            format!("[a]: /b '{}'\n\n{}", "c".repeat(15_000), "[a] ".repeat(3_700)),
        ),
        (
            "many references".to_owned(),
            each(2_000, |at| format!("[{at}]: /b\n")) + &each(1_500, |at| format!("[{at}] ")),
        ),
        ("unknown references".to_owned(), each(4_000, |at| format!("[{at}][] "))),
    ]
}

fn wide() -> Vec<(String, String)> {
    let columns = |count: usize| format!("{}\n{}\n", "|a".repeat(count), "|-".repeat(count));
    vec![
        ("wide table".to_owned(), columns(7_000)),
        ("wide table, empty rows".to_owned(), format!("{}{}", columns(3_000), "|\n".repeat(9_000))),
        ("table of twenty, short rows".to_owned(), format!("{}{}", columns(20), "a\n".repeat(14_900))),
        ("many small tables".to_owned(), "|a|\n|-|\n|b|\n\n".repeat(2_100)),
        ("images in images".to_owned(), format!("{}{}", "![".repeat(5_000), "](a)".repeat(5_000))),
        ("nested parentheses".to_owned(), format!("[a]({}{})", "(".repeat(14_000), ")".repeat(14_000))),
        ("long word".to_owned(), "a.".repeat(15_000)),
        ("long address".to_owned(), format!("http://{}", "a.".repeat(14_900))),
        ("many hosts of other alphabets".to_owned(), "http://ä.ö ".repeat(2_700)),
        ("entities that grow".to_owned(), "&ngE;".repeat(6_000)),
        ("non-breaking spaces".to_owned(), "a\u{A0}".repeat(15_000)),
        (
            "b with attributes, then paragraphs".to_owned(),
            format!("<p>{}</p>{}", each(600, |at| format!("<b id={at}>")), "<p>x</p>".repeat(2_000)),
        ),
        ("comments that never end".to_owned(), format!("<!--{}", "--!".repeat(9_000))),
        (
            "end tags looked for in vain".to_owned(),
            format!("{}{}", "<svg><math><title>".repeat(800), "</s".repeat(5_000)),
        ),
    ]
}

fn halves() -> Vec<(String, String)> {
    [
        ("[", "]"),
        ("*a ", "b*"),
        ("<", ">"),
        ("![", "](b)"),
        ("`", "a`"),
        ("(", ")"),
        ("- ", "\n"),
        ("> ", "\n"),
        ("<b>", "</b>"),
        ("<div>", "</div>"),
        ("_", "*"),
        ("[a](", ")"),
        ("~~", "a~~"),
    ]
    .into_iter()
    .map(|(first, second)| (format!("{first:?} then {second:?}"), in_halves(first, second)))
    .collect()
}

fn sources() -> Vec<(String, String)> {
    let repeated = REPEATED.into_iter().chain(HTML).map(|pattern| (format!("{pattern:?}"), filled(pattern)));
    repeated.chain(made()).collect()
}

fn time(format: Format, source: &str) -> Duration {
    // The machine may be busy with something else the first time.
    let mut best = Duration::MAX;
    for _ in 0..4 {
        let begun = Instant::now();
        let rendered = render(format, source);
        best = best.min(begun.elapsed());
        drop(rendered);
        if best < LIMIT / 2 {
            break;
        }
    }
    best
}

#[test]
fn no_post_takes_long() {
    let mut times: Vec<(Duration, String)> = Vec::new();
    for (name, source) in sources() {
        for format in [Format::Markdown, Format::Html, Format::Text] {
            times.push((time(format, &source), format!("{name} as {}", format.code())));
        }
    }
    let slow: Vec<_> = times.iter().filter(|(time, _)| *time >= LIMIT).collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn an_import_of_the_greatest_length_takes_no_more_than_its_share() {
    for pattern in ["[a](", "*a _", "> ", "- a\n", "<b>a</b>", "<p>a<br>", "a@b.c ", "|a|b|\n|-|-|\n", "a\n"]
    {
        let source: String = pattern.chars().cycle().take(super::markdown::MAX_IMPORT_CHARACTERS).collect();
        for format in [Format::Markdown, Format::Html, Format::Text] {
            let taken = time(format, &source);
            assert!(taken < LIMIT * 10, "{pattern:?} as {}: {taken:?}", format.code());
        }
    }
}
