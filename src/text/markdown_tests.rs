//! Tests of what members see of what they wrote.

use askama::Template;

use super::*;

fn markdown(source: &str) -> String {
    render(Format::Markdown, source).to_string()
}

fn html(source: &str) -> String {
    render(Format::Html, source).to_string()
}

fn text(source: &str) -> String {
    render(Format::Text, source).to_string()
}

fn link(address: &str, words: &str) -> String {
    format!("<a href=\"{address}\" rel=\"nofollow ugc noopener\">{words}</a>")
}

#[test]
fn the_marks_of_markdown_become_elements() {
    assert_eq!(
        markdown("*a* **b** ~~c~~ `d<`\nsoft  \nhard\n\n> q\n\n1. x\n2. y\n\n---\n"),
        "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;</code>\nsoft<br>hard</p><blockquote><p>q</p></blockquote><ol><li>x</li><li>y</li></ol><hr>"
    );
}

#[test]
fn code_is_kept_to_the_letter() {
    assert_eq!(
        markdown("```rust\n\n  <b> \t&amp; https://a.example\n```"),
        "<pre><code>\n  &lt;b&gt; \t&amp;amp; https://a.example\n</code></pre>"
    );
}

#[test]
fn tables_have_no_alignment() {
    assert_eq!(
        markdown("|a|b|\n|:-|-:|\n|1|2|\n|3|"),
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td></td></tr></tbody></table>"
    );
}

#[test]
fn a_table_of_twenty_columns_is_one_and_of_twenty_one_is_text() {
    let table = |columns: usize| format!("{}\n{}\n", "|a".repeat(columns), "|-".repeat(columns));
    assert!(markdown(&table(20)).starts_with("<table>"));
    assert_eq!(markdown(&table(21)), format!("<p>{}<br>{}</p>", "|a".repeat(21), "|-".repeat(21)));
}

#[test]
fn task_boxes_are_characters() {
    assert_eq!(markdown("- [ ] a\n- [x] b"), "<ul><li>☐ a</li><li>☒ b</li></ul>");
}

#[test]
fn html_in_markdown_is_text() {
    assert_eq!(markdown("a <b>c</b> <!-- d -->"), "<p>a &lt;b&gt;c&lt;/b&gt; &lt;!-- d --&gt;</p>");
    assert_eq!(
        markdown("<div class=x>\n*a*\n</div>\n\n*b*"),
        "<p>&lt;div class=x&gt;<br>*a*<br>&lt;/div&gt;</p><p><em>b</em></p>"
    );
}

#[test]
fn images_are_links_in_their_own_words() {
    assert_eq!(
        markdown("![a *b*](https://x.example/i.png)"),
        format!("<p>{}</p>", link("https://x.example/i.png", "a <em>b</em>"))
    );
    assert_eq!(
        markdown("![](https://x.example/i.png?s=1)"),
        format!("<p>{}</p>", link("https://x.example/i.png?s=1", "i.png"))
    );
    assert_eq!(markdown("![](https://x.example)"), format!("<p>{}</p>", link("https://x.example", "image")));
    assert_eq!(markdown("[![a](https://x.example/i.png)](/t/1)"), format!("<p>{}</p>", link("/t/1", "a")));
    assert_eq!(markdown("![a](data:image/png;base64,xx)![](javascript:x)"), "<p>a</p>");
}

#[test]
fn a_picture_of_this_site_is_shown_and_leads_to_the_whole_of_it() {
    let name = "0123456789abcdef0123456789abcdef-1600x900";
    let shown = |alt: &str| {
        format!(
            "<img src=\"/uploads/{name}-small.jpg\" alt=\"{alt}\" width=\"640\" height=\"360\" loading=\"lazy\" decoding=\"async\">"
        )
    };
    let path = format!("/uploads/{name}.jpg");
    let linked = |alt: &str| link(&path, &shown(alt));
    assert_eq!(
        markdown(&format!("a ![b *c* `d`\ne]({path} \"t\") f")),
        format!("<p>a {} f</p>", linked("b c d e"))
    );
    // A link needs words, and decoration has none.
    assert_eq!(markdown(&format!("![]({path})")), format!("<p>{}</p>", shown("")));
    assert_eq!(markdown(&format!("![a][x]\n\n[x]: {path}")), format!("<p>{}</p>", linked("a")));
    assert_eq!(markdown(&format!("![a ![b](/c) [d](/e)]({path})")), format!("<p>{}</p>", linked("a b d")));
    assert_eq!(markdown(&format!("[![a]({path})](/t/1)")), format!("<p>{}</p>", link("/t/1", &shown("a"))));
    assert_eq!(markdown(&format!("- ![a]({path})\n")), format!("<ul><li>{}</li></ul>", linked("a")));
    assert_eq!(
        markdown(&format!("![a\u{202E}\"><script>&#x202E;&quot; onerror=x]({path})")),
        format!("<p>{}</p>", linked("a&quot;&gt;&lt;script&gt;&quot; onerror=x"))
    );
    let elsewhere = format!("https://x.example{path}");
    assert_eq!(markdown(&format!("![a]({elsewhere})")), format!("<p>{}</p>", link(&elsewhere, "a")));
    let small = format!("/uploads/{name}-small.jpg");
    assert_eq!(markdown(&format!("![a]({small})")), format!("<p>{}</p>", link(&small, "a")));
    assert_eq!(excerpt(&render(Format::Markdown, &format!("![A quay]({path})")), 50), "A quay");
}

#[test]
fn addresses_become_links_except_in_links_and_code() {
    assert_eq!(
        markdown("https://a.example/b_c_d?e=1&f"),
        format!("<p>{}</p>", link("https://a.example/b_c_d?e=1&amp;f", "https://a.example/b_c_d?e=1&amp;f"))
    );
    assert_eq!(
        markdown("<ada@a.example>"),
        format!("<p>{}</p>", link("mailto:ada@a.example", "ada@a.example"))
    );
    assert_eq!(markdown("[https://a.example](/b)"), format!("<p>{}</p>", link("/b", "https://a.example")));
    assert_eq!(markdown("`https://a.example`"), "<p><code>https://a.example</code></p>");
}

#[test]
fn links_that_may_lead_nowhere_are_words() {
    for address in [
        "javascript:alert(1)",
        "JAVASCRIPT&colon;alert(1)",
        "java&#x09;script:x",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "relative",
        "https://bank.example@evil.example",
    ] {
        assert_eq!(markdown(&format!("[a]({address})")), "<p>a</p>", "{address}");
    }
}

#[test]
fn headings_begin_at_the_third_level_and_skip_none() {
    assert_eq!(
        markdown("# a\n### b\n###### c\n# d\n## e"),
        "<h3>a</h3><h4>b</h4><h5>c</h5><h3>d</h3><h4>e</h4>"
    );
    assert_eq!(markdown("###### a"), "<h3>a</h3>");
    assert_eq!(html("<h6>a</h6><h2>b</h2><h1>c</h1>"), "<h3>a</h3><h4>b</h4><h3>c</h3>");
}

#[test]
fn nesting_ends_at_sixteen() {
    let deep = html(&format!("{}a", "<blockquote>".repeat(40)));
    assert_eq!(deep.matches("<blockquote>").count(), 16);
    assert!(deep.contains('a'));
    assert_eq!(
        markdown(&format!("{} a", ">".repeat(40))),
        "<blockquote><blockquote><p>…</p></blockquote></blockquote>"
    );
    let lines: Vec<String> = (0..30).map(|level| format!("{}- {level}\n", "  ".repeat(level))).collect();
    let list = markdown(&lines.concat());
    assert_eq!(list.matches("<ul>").count(), 16);
    assert!(list.contains("14<ul><li>15<br>16<br>17"), "{list}");
}

#[test]
fn a_long_row_of_dashes_is_still_a_rule() {
    assert_eq!(markdown(&"- ".repeat(60)), "<hr>");
    assert_eq!(markdown(&format!("{}a", "- ".repeat(60))).matches("<ul>").count(), 16);
}

#[test]
fn bidi_overrides_and_controls_are_stripped_however_they_are_written() {
    assert_eq!(markdown("a\u{202E}b&#x202E;c\0d&#8238;e\u{2066}f\u{FFF9}g\r\nh"), "<p>abcdefg\nh</p>");
    assert_eq!(html("<p>a\u{202E}b&#x202E;c\0d</p>"), "<p>abcd</p>");
    assert_eq!(text("a\u{202E}b\rc"), "<p>ab<br>c</p>");
}

#[test]
fn characters_without_width_stay_except_in_links() {
    assert_eq!(markdown("می\u{200C}روم"), "<p>می\u{200C}روم</p>");
    assert_eq!(
        markdown("[a\u{200B}b](https://x\u{200B}.example)"),
        format!("<p>{}</p>", link("https://x.example", "ab"))
    );
}

#[test]
fn imported_html_keeps_what_a_post_may_hold() {
    assert_eq!(
        html(
            "<div>One<div>Two <b>bold</b></div><br>Three</div><ul><li>a<li>b</ul><table><tr><td align=left>c</table>"
        ),
        "<p>One</p><p>Two <strong>bold</strong></p><p>Three</p><ul><li>a</li><li>b</li></ul><table><tbody><tr><td>c</td></tr></tbody></table>"
    );
    assert_eq!(
        html("<pre>\na\n  b</pre><blockquote>c</blockquote>"),
        "<pre>a\n  b</pre><blockquote><p>c</p></blockquote>"
    );
    assert_eq!(
        html("<ol start=3><li>a</ol><ol start=x><li>b</ol>"),
        "<ol start=\"3\"><li>a</li></ol><ol><li>b</li></ol>"
    );
}

#[test]
fn imported_images_are_links_or_nothing() {
    assert_eq!(
        html("<img src='https://x.example/a.png' alt='A &amp; B'>"),
        format!("<p>{}</p>", link("https://x.example/a.png", "A &amp; B"))
    );
    assert_eq!(
        html("<img src=https://x.example/a.png>"),
        format!("<p>{}</p>", link("https://x.example/a.png", "a.png"))
    );
    assert_eq!(html("<p>a<img src='https://x.example/?a b'></p>"), "<p>a</p>");
    assert_eq!(html("<a href=/f><img src=/t.png alt=t></a>"), format!("<p>{}</p>", link("/f", "t")));
}

#[test]
fn marks_that_close_in_the_wrong_order_or_not_at_all_are_closed() {
    assert_eq!(html("<b><i>a</b>b</i>"), "<p><strong><em>a</em></strong><em>b</em></p>");
    assert_eq!(html("<p><b>a</p>b"), "<p><strong>a</strong></p><p>b</p>");
    assert_eq!(html("<a href=/x><div>a</div></a>"), format!("<p>{}</p>", link("/x", "a")));
}

#[test]
fn html_with_too_many_tags_is_plain_text() {
    assert_eq!(html(&"<b>a</b>".repeat(2_501)), format!("<p>{}</p>", "a".repeat(2_501)));
    assert_eq!(html(&format!("{}x", "<blockquote>".repeat(201))), "<p>x</p>");
    assert_eq!(html(&format!("{}x", "<blockquote>".repeat(199))).matches("<blockquote>").count(), 16);
}

#[test]
fn scripts_and_styles_are_not_read_aloud() {
    assert_eq!(
        html("a<script>b</script><style>c</style><svg><text>d</text></svg><noscript>e</noscript>f"),
        "<p>af</p>"
    );
    assert_eq!(html("a<svg>b"), "<p>ab</p>");
}

#[test]
fn a_source_longer_than_an_import_may_be_is_cut() {
    let whole = text(&"ü".repeat(MAX_IMPORT_CHARACTERS));
    assert_eq!(text(&"ü".repeat(MAX_IMPORT_CHARACTERS + 1)), whole);
}

#[test]
fn rendering_twice_gives_the_same() {
    let source = "# a\n\n[b]: https://x.example 'c'\n\n* [b] ![d][b]\n\n|e|\n|-|\n|f|";
    assert_eq!(markdown(source), markdown(source));
}

#[test]
fn an_excerpt_is_words_without_markup() {
    let post = render(Format::Markdown, "# Head\n\nOne *two*three &amp; `<four>`\n\n- a\n- b");
    assert_eq!(excerpt(&post, 100), "Head One twothree & <four> a b");
    assert_eq!(excerpt(&post, 30), "Head One twothree & <four> a b");
    assert_eq!(excerpt(&post, 29), "Head One twothree & <four> a…");
    assert_eq!(excerpt(&post, 12), "Head One…");
    assert_eq!(excerpt(&post, 3), "He…");
    assert_eq!(excerpt(&post, 0), "");
}

#[test]
fn every_format_has_its_word() {
    for format in [Format::Markdown, Format::Text, Format::Html] {
        assert_eq!(Format::parse(format.code()), Some(format));
    }
    assert_eq!(Format::parse("bbcode"), None);
}

#[derive(Template)]
#[template(source = "{{ post }}|{{ post.as_str() }}", ext = "html")]
struct Page<'p> {
    post: &'p SafeHtml,
}

#[derive(Template)]
#[template(source = "{{ row.body }}", ext = "html")]
struct Row {
    row: Body,
}

struct Body {
    body: SafeHtml,
}

#[test]
fn templates_print_a_post_as_it_is_and_escape_what_is_not_one() {
    let post = render(Format::Text, "a");
    assert_eq!(Page { post: &post }.render().unwrap(), "<p>a</p>|&#60;p&#62;a&#60;/p&#62;");
    assert_eq!(Row { row: Body { body: post } }.render().unwrap(), "<p>a</p>");
}
