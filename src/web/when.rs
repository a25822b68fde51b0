//! A moment on a page: short to read, in full on hover, exact for programs.

use std::fmt;

use crate::clock::{self, Time};

/// Prints a `<time>` element with date and hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When(pub Time);

/// Prints a `<time>` element with the date alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Time);

impl When {
    /// Of a time that a template holds: templates hand over references.
    #[must_use]
    pub fn at(time: &Time) -> Self {
        Self(*time)
    }
}

fn element(f: &mut fmt::Formatter<'_>, time: Time, shown: &str) -> fmt::Result {
    let (exact, full) = (clock::rfc3339(time), clock::in_full(time));
    write!(f, "<time datetime=\"{exact}\" title=\"{full}\">{shown}</time>")
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        element(f, self.0, &clock::date_and_time(self.0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        element(f, self.0, &clock::date(self.0))
    }
}

// Both hold nothing but a time, so there is nothing to escape.
impl askama::filters::HtmlSafe for When {}
impl askama::filters::HtmlSafe for Day {}
