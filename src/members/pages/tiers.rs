//! Tiers from an uploaded list: first what it would do, then doing it.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::TryStreamExt;

use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::members::actions::{self, Line, Preview};
use crate::members::rules::Tier;
use crate::web::{Crumb, Frame, Problems, Site, page_with};

/// Largest list, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// Largest form that brings a list back: a byte takes at most three when it is encoded.
pub(super) const LARGEST_FORM: usize = 3 * LARGEST + 4096;
/// Rows of changes and of unusable lines that the page shows.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "members/tiers.html")]
struct TiersPage {
    frame: Frame,
    problems: Problems,
    name: String,
    list: String,
    preview: Option<Shown>,
    done: bool,
}

/// A preview in words.
struct Shown {
    changes: Vec<ChangeRow>,
    total_changes: usize,
    unchanged: usize,
    unusable: Vec<actions::Unusable>,
    total_unusable: usize,
}

struct ChangeRow {
    line: u64,
    name: String,
    path: String,
    before: Option<Tier>,
    after: Option<Tier>,
}

impl From<Preview> for Shown {
    fn from(preview: Preview) -> Self {
        let row = |change: &actions::Change| ChangeRow {
            line: change.line,
            name: change.member.name.clone(),
            path: crate::paths::member(&change.member.handle),
            before: change.member.tier,
            after: change.tier,
        };
        Self {
            changes: preview.changes.iter().take(SHOWN).map(row).collect(),
            total_changes: preview.changes.len(),
            unchanged: preview.unchanged,
            total_unusable: preview.unusable.len(),
            unusable: preview.unusable.into_iter().take(SHOWN).collect(),
        }
    }
}

fn show(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    page: (String, String, Option<Preview>, bool),
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (name, list, preview, done) = page;
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Tiers from a file", "/admin/tiers")];
    let frame = Frame::new(site, administrator.0.account(), "Tiers from a file").with_crumbs(way);
    page_with(status, &TiersPage { frame, problems, name, list, preview: preview.map(Shown::from), done })
}

pub(super) async fn form(site: web::Data<Site>, administrator: Administrator) -> Result<HttpResponse, Error> {
    let empty = (String::new(), String::new(), None, false);
    show(&site, &administrator, StatusCode::OK, empty, Problems::none())
}

pub(super) async fn preview(
    site: web::Data<Site>,
    administrator: Administrator,
    mut parts: Multipart,
) -> Result<HttpResponse, Error> {
    let (name, bytes) = read_upload(&mut parts).await?;
    let read = read_text(bytes).and_then(|list| Ok((read_lines(&list)?, list)));
    let (lines, list) = match read {
        Ok(read) => read,
        Err(problem) => {
            let problems = Problems::one("file", problem);
            let empty = (name, String::new(), None, false);
            return show(&site, &administrator, StatusCode::UNPROCESSABLE_ENTITY, empty, problems);
        }
    };
    let preview = site.db.read(move |conn| actions::preview_tiers(conn, &lines)).await?;
    show(&site, &administrator, StatusCode::OK, (name, list, Some(preview), false), Problems::none())
}

/// The list comes back with the confirmation, so nothing has to be kept in between.
#[derive(serde::Deserialize)]
pub(super) struct Confirmed {
    #[serde(default)]
    list: String,
    #[serde(default)]
    name: String,
}

pub(super) async fn apply(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<Confirmed>,
) -> Result<HttpResponse, Error> {
    let Confirmed { list, name } = form.into_inner();
    let lines = read_lines(&list).map_err(Error::Refused)?;
    let (by, now) = (administrator.0.id, site.clock.now());
    let done = site.db.write(move |conn| actions::apply_tiers(conn, &lines, by, now)).await?;
    show(&site, &administrator, StatusCode::OK, (name, String::new(), Some(done), true), Problems::none())
}

async fn read_upload(parts: &mut Multipart) -> Result<(String, Vec<u8>), Error> {
    let broken = |cause: actix_multipart::MultipartError| {
        tracing::debug!(%cause, "an upload broke off");
        Error::Refused("The file did not arrive whole. Choose it once more.".to_owned())
    };
    let mut found = (String::new(), Vec::new());
    while let Some(mut part) = parts.try_next().await.map_err(broken)? {
        let disposition = part.content_disposition();
        let is_file = disposition.and_then(|about| about.get_name()) == Some("file");
        let name = disposition.and_then(|about| about.get_filename()).unwrap_or("the file").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.try_next().await.map_err(broken)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(Error::TooLarge(
                    "Keep the list within 2 MiB; you can upload it in parts.".into(),
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        if is_file {
            found = (name, bytes);
        }
    }
    Ok(found)
}

/// The list as text, without the mark that some programs put in front of it.
fn read_text(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes)
        .map_err(|_| "The file is not UTF-8 text. Save it as “CSV UTF-8” and try again.".to_owned())?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Reads `handle,tier` with a heading line.
fn read_lines(list: &str) -> Result<Vec<Line>, String> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(list.as_bytes());
    let headings = reader.headers().map_err(|_| EXPECTED.to_owned())?.clone();
    let column = |name: &str| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name));
    let (Some(handle), Some(tier)) = (column("handle"), column("tier")) else {
        return Err(EXPECTED.to_owned());
    };
    let mut lines = Vec::new();
    let mut lines_before = LineCount::new(list);
    for record in reader.records() {
        let record = record.map_err(|cause| format!("The file cannot be read as CSV: {cause}."))?;
        let cell = |place: usize| record.get(place).unwrap_or_default().to_owned();
        let line = lines_before.at(record.position().map_or(0, csv::Position::byte));
        lines.push(Line {
            line,
            handle: cell(handle).trim_start_matches('@').to_lowercase(),
            // A missing cell is not “none”: taking a tier away must be said.
            tier: record.get(tier).map_or_else(
                || "(nothing)".to_owned(),
                |text| {
                    if text.is_empty() { "(nothing)".to_owned() } else { text.to_owned() }
                },
            ),
        });
    }
    if lines.is_empty() {
        Err("The list has a heading, but no lines below it.".to_owned())
    } else {
        Ok(lines)
    }
}

/// Counts lines as an editor does. The reader's own count stands before the rest of a Windows line ending and
/// before empty lines.
struct LineCount<'a> {
    list: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> LineCount<'a> {
    fn new(list: &'a str) -> Self {
        Self { list: list.as_bytes(), counted: 0, line: 1 }
    }

    /// The line of the record that the reader began at this byte; never asked for an earlier one than before.
    fn at(&mut self, byte: u64) -> u64 {
        let begun = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.list.get(self.counted) {
            if self.counted >= begun && !matches!(here, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*here == b'\n');
            self.counted += 1;
        }
        self.line
    }
}

const EXPECTED: &str =
    "The first line must be a heading with the columns handle and tier, such as: handle,tier";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_heading_in_any_order() {
        let lines = read_lines("Tier,note,Handle\nTop Rated,x,@Maria-K\nnone,y,leo-p\n").unwrap();
        assert_eq!(lines[0], Line { line: 2, handle: "maria-k".to_owned(), tier: "Top Rated".to_owned() });
        assert_eq!(lines[1].line, 3);
    }

    #[test]
    fn an_empty_cell_takes_no_tier_away() {
        let lines = read_lines("handle,tier\nmaria-k,\nleo-p\n").unwrap();
        assert!(lines.iter().all(|line| crate::members::rules::tier_from_text(&line.tier).is_none()));
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for (list, expected) in [
            ("handle,tier\na,none\nb,none\n", [2, 3]),
            ("handle,tier\r\na,none\r\nb,none\r\n", [2, 3]),
            ("handle,tier\n\n\na,none\n\nb,none", [4, 6]),
            ("handle,tier,note\na,none,\"two\nlines\"\nb,none,\n", [2, 4]),
        ] {
            let lines: Vec<u64> = read_lines(list).unwrap().iter().map(|line| line.line).collect();
            assert_eq!(lines, expected, "{list:?}");
        }
    }

    #[test]
    fn a_list_without_headings_is_refused() {
        assert_eq!(read_lines("maria-k,top-rated\n"), Err(EXPECTED.to_owned()));
        assert!(read_lines("").is_err());
        assert!(read_lines("handle,tier\n").is_err());
    }
}
