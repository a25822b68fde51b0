//! Every address of the site, as a function of what it shows. Templates and redirects take them from here.

/// How many posts a page of a thread holds.
pub const POSTS_A_PAGE: i64 = 10;

/// Where members see where they stand with verification.
pub const VERIFICATION: &str = "/verification";
/// Where a member's invitation stands.
pub const INVITATION: &str = "/verification/invitation";

/// A board.
#[must_use]
pub fn board(slug: &str) -> String {
    format!("/b/{slug}")
}

/// The form for a new thread in a board.
#[must_use]
pub fn new_thread(board_slug: &str) -> String {
    format!("/b/{board_slug}/new")
}

/// A thread's first page.
#[must_use]
pub fn thread(id: i64, slug: &str) -> String {
    format!("/t/{id}/{slug}")
}

/// A page of a thread; the first has the bare address.
#[must_use]
pub fn thread_page(id: i64, slug: &str, page: i64) -> String {
    if page <= 1 { thread(id, slug) } else { format!("/t/{id}/{slug}?page={page}") }
}

/// A post by its number in the thread.
#[must_use]
pub fn post_number(id: i64, slug: &str, number: i64) -> String {
    format!("/t/{id}/{slug}/{number}")
}

/// A post, for good.
#[must_use]
pub fn post(id: i64) -> String {
    format!("/p/{id}")
}

/// How a post came to be what it is.
#[must_use]
pub fn post_history(id: i64) -> String {
    format!("/p/{id}/history")
}

/// A thread for printing.
#[must_use]
pub fn print(id: i64, slug: &str) -> String {
    format!("/t/{id}/{slug}/print")
}

/// A thread's newest posts as an Atom feed.
#[must_use]
pub fn thread_feed(id: i64, slug: &str) -> String {
    format!("/t/{id}/{slug}/feed")
}

/// A board's newest threads as an Atom feed.
#[must_use]
pub fn board_feed(slug: &str) -> String {
    format!("/b/{slug}/feed")
}

/// The newest threads of all boards as an Atom feed.
#[must_use]
pub fn feed() -> String {
    "/feed".to_owned()
}

/// A member.
#[must_use]
pub fn member(handle: &str) -> String {
    format!("/u/{handle}")
}

/// One of a member's notifications: leads on to what it tells of.
#[must_use]
pub fn notification(id: i64) -> String {
    format!("/notifications/{id}")
}

/// What a member reads of an act that concerns them.
#[must_use]
pub fn notice(act: i64) -> String {
    format!("/notices/{act}")
}

/// What a badge means.
#[must_use]
pub fn badge(code: &str) -> String {
    format!("/badges/{code}")
}

/// What was checked of a member, and when.
#[must_use]
pub fn badges_of(handle: &str) -> String {
    format!("/badges/of/{handle}")
}

/// A rule of the community in one version of them.
#[must_use]
pub fn rule(version: i64, number: i64) -> String {
    format!("/rules/{version}#rule-{number}")
}

/// What waits for approval, for whoever wrote it.
#[must_use]
pub fn held(id: i64) -> String {
    format!("/held/{id}")
}

/// Everything that was reported about one post.
#[must_use]
pub fn case(id: i64) -> String {
    format!("/moderation/cases/{id}")
}

/// Signing in, and then going on to `next`.
#[must_use]
pub fn login(next: &str) -> String {
    going_on("/login", next)
}

/// Showing a second factor after the password, and then going on to `next`.
#[must_use]
pub fn login_factor(next: &str) -> String {
    going_on("/login/second-factor", next)
}

/// Showing one's second factor for the agents' desk, and then going on to `next`.
#[must_use]
pub fn show_factor(next: &str) -> String {
    going_on("/agent/sign-in", next)
}

/// One's second factors, for an agent who has none.
#[must_use]
pub fn add_factor() -> String {
    "/settings/second-factor?needed=desk".to_owned()
}

fn going_on(page: &str, next: &str) -> String {
    if next.is_empty() || next == "/" {
        return page.to_owned();
    }
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{page}?{query}")
}

/// `next` when it leads to a page of this site, and the home page otherwise: a link from elsewhere must not
/// send anybody on to another site after signing in.
#[must_use]
pub fn within_site(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        // Nothing else can stand in a header.
        && next.chars().all(|c| c.is_ascii_graphic());
    if is_local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_has_the_bare_address() {
        assert_eq!(thread_page(7, "hello", 1), "/t/7/hello");
        assert_eq!(thread_page(7, "hello", 3), "/t/7/hello?page=3");
    }

    #[test]
    fn going_on_after_signing_in_stays_on_this_site() {
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\nb",
            "/é",
        ] {
            assert_eq!(within_site(elsewhere), "/", "{elsewhere}");
        }
        assert_eq!(within_site("/t/7/hello?page=3"), "/t/7/hello?page=3");
        assert_eq!(login("/t/7/a?page=2"), "/login?next=%2Ft%2F7%2Fa%3Fpage%3D2");
    }
}
