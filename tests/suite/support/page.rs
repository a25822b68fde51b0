//! An answer, looked at by selector.

use actix_web::http::StatusCode;
use scraper::{Html, Selector};

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The body to the letter, for what is no text.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("{} leads nowhere: {}", self.status, self.body))
    }

    /// The words of the first element that matches, with white space folded.
    pub fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap_or_else(|| panic!("no {selector} in {}", self.body))
    }

    /// The words of every element that matches.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let fold = |element: scraper::ElementRef<'_>| {
            element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        Html::parse_document(&self.body).select(&Selector::parse(selector).unwrap()).map(fold).collect()
    }

    /// An attribute of every element that matches.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    /// An attribute of the first element that matches.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        self.attributes(selector, name)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {selector}[{name}] in {}", self.body))
    }

    /// How many elements match.
    pub fn count(&self, selector: &str) -> usize {
        Html::parse_document(&self.body).select(&Selector::parse(selector).unwrap()).count()
    }

    /// Asserts the status, showing the page when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}
