//! Messages beside the fields of a form.

use std::collections::BTreeMap;

/// What is wrong, by field name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(BTreeMap<&'static str, String>);

impl Problems {
    /// Nothing wrong yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// One thing wrong.
    #[must_use]
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        let mut problems = Self::none();
        problems.add(field, message);
        problems
    }

    /// Adds a message; the first one for a field stays.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// Notes what `result` says is wrong, and hands on what is right.
    pub fn check<T, E: std::fmt::Display>(&mut self, field: &'static str, result: Result<T, E>) -> Option<T> {
        result.map_err(|problem| self.add(field, problem.to_string())).ok()
    }

    /// Whether all is well.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message for a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_message_for_a_field_stays() {
        let mut problems = Problems::none();
        assert_eq!(problems.check::<u8, _>("age", "x".parse::<u8>()), None);
        problems.add("age", "second");
        assert!(!problems.is_empty());
        assert_eq!(problems.get("age"), Some("invalid digit found in string"));
        assert_eq!(problems.get("name"), None);
    }
}
