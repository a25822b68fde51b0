//! Which file and which room may know which: the tables of ARCHITECTURE.md, held against the sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::{fs, io};

/// The lower layers, lowest first. Each may use those before it, and none knows a room.
const LAYERS: &[&str] =
    &["clock", "colours", "ids", "error", "tokens", "paths", "text", "db", "settings", "sealing", "web"];

/// The rooms. Each may use those before it, apart from the ones named beside it: of these it may name
/// nothing but ids. Of the rooms after it, it may name ids and types. Every page may use `accounts`.
const ROOMS: &[(&str, &str)] = &[
    ("outside", ""),
    ("events", ""),
    ("members", ""),
    ("badges", ""),
    ("boards", ""),
    ("gates", ""),
    ("accounts", ""),
    ("credentials", ""),
    ("acts", ""),
    ("uploads", ""),
    ("threads", "verification moderation"),
    ("verification", "boards accounts threads"),
    ("moderation", "verification"),
    ("announcements", "verification moderation"),
    ("policies", "verification moderation"),
    ("rollouts", "moderation"),
    ("notifications", "verification"),
    ("exchange", "verification moderation notifications"),
    ("jobs", ""),
    ("commands", ""),
];

/// Each kind of file in a room, what it never uses, and what of that it may use all the same. `jobs` and
/// `commands` are the other files of these two rooms. `own` is the room itself, `other` any other; then
/// comes the kind of file, or `type` or `function` for what stands in no file of these kinds.
const FILES: &[(&str, &str, &str)] = &[
    (
        "rules",
        "diesel actix askama getrandom crate::clock::Clock crate::clock::* crate::tokens crate::db crate::web \
         own::store own::actions own::pages other::store other::actions other::pages other::function",
        "",
    ),
    (
        "store",
        "actix askama crate::web own::actions own::pages other::store other::actions other::pages other::function",
        "",
    ),
    (
        "actions",
        "diesel actix askama crate::db::schema crate::web own::pages other::pages",
        "diesel::result diesel::QueryResult",
    ),
    ("pages", "diesel crate::db::schema other::pages", ""),
    ("jobs", "crate::db::schema other::pages", ""),
    ("commands", "crate::db::schema other::pages", ""),
    ("any other file", "crate::db::schema other::pages", ""),
];

/// What breaks the tables in `source`, the file at `file` below `src/`: a line for each.
fn violations(file: &str, source: &str) -> Vec<String> {
    let broken: BTreeSet<(usize, String)> = paths(file, source)
        .into_iter()
        .filter_map(|(line, path)| Some((line, format!("{path}: {}", broken_rule(file, &path)?))))
        .collect();
    broken.iter().map(|(line, what)| format!("src/{file}:{line}: {what}")).collect()
}

/// The rule that the use of `path` breaks in this file, if it does.
fn broken_rule(file: &str, path: &str) -> Option<String> {
    let here: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    let layer = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let room = |name: &str| ROOMS.iter().position(|room| room.0 == name);
    let kind_of = |names: &[&str]| FILES.iter().find(|file| names.contains(&file.0)).map(|file| file.0);
    let (home, names) = (here[0], path.split("::").collect::<Vec<_>>());
    let (target, item) = match names[..] {
        ["crate", target, item, ..] => (target, item),
        ["crate", target] => (target, ""),
        _ => ("", ""),
    };
    // The id of anything may be named anywhere. A room alone does nothing: what is used of it counts.
    if ["lib", "main"].contains(&home) || room(target).is_some() && (item.is_empty() || is_id(item)) {
        return None;
    }
    if let Some(height) = layer(home) {
        let higher = layer(target).is_some_and(|other| other > height);
        return (higher || room(target).is_some()).then(|| format!("{home} stands below {target}"));
    }
    let Some(place) = room(home) else {
        return Some(format!("{home} has no place in the tables of tests/suite/layout.rs"));
    };
    let kind = kind_of(&here[1..]).or_else(|| kind_of(&here[..1])).unwrap_or("any other file");
    let mut used = path.to_owned();
    if let Some(other) = room(target) {
        let part = match kind_of(&names[2..]) {
            Some("rules") if is_type(names[names.len() - 1]) && other != place => "type",
            Some(part) => part,
            None if is_type(item) => "type",
            None => "function",
        };
        if file == "commands/serve.rs" && path.contains("::pages::") && path.ends_with("routes") {
            return None;
        }
        let signs_in = kind == "pages" && target == "accounts";
        let stranger = ROOMS[place].1.split(' ').any(|room| room == target);
        if !signs_in && (stranger || (other > place && part != "type")) {
            return Some(format!("{home} may not know {target}"));
        }
        used = format!("{}::{part}", if other == place { "own" } else { "other" });
    }
    let (_, never, except) = FILES.iter().find(|row| row.0 == kind)?;
    let starts = |list: &'static str| list.split_whitespace().find(|start| used.starts_with(start));
    let rule = starts(never).filter(|_| starts(except).is_none())?;
    Some(format!("{kind} may not use {rule}"))
}

/// Rust's own custom: types and constants begin with a capital.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

fn is_id(name: &str) -> bool {
    is_type(name) && name.ends_with("Id")
}

/// Every path that the code uses, with its line: those brought in by `use`, and those written out in
/// full. Comments are left out, and so are the unit tests at the end of the file.
fn paths(file: &str, source: &str) -> Vec<(usize, String)> {
    let code = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut lines = code.lines().map(without_comment).zip(1..);
    let (mut found, mut names) = (Vec::new(), HashMap::new());
    while let Some((line, number)) = lines.next() {
        let start =
            line.trim_start_matches("pub").trim_start_matches("(crate)").trim_start_matches("(super)");
        if let Some(tree) = start.trim_start().strip_prefix("use ") {
            let mut tree = tree.to_owned();
            while !tree.contains(';') {
                let Some((more, _)) = lines.next() else { break };
                tree.push_str(more);
            }
            for leaf in leaves(tree.trim_end_matches(';')) {
                let (path, name) = leaf.split_once(" as ").unwrap_or((&leaf, ""));
                let path = from_crate(file, path.trim_end_matches("::self"));
                let last = path.rsplit("::").next().unwrap_or_default();
                // What a type can do was looked at where the type came in.
                if !is_type(last) {
                    names.insert(if name.is_empty() { last } else { name }.to_owned(), path.clone());
                }
                found.push((number, path));
            }
        } else {
            let words = line.split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter));
            let written = words.map(|word| word.trim_matches(':')).filter(|word| word.contains("::"));
            found.extend(written.map(|path| (number, from_crate(file, path))));
        }
    }
    for (_, path) in &mut found {
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        if let Some(whole) = names.get(first).filter(|_| !rest.is_empty()) {
            *path = format!("{whole}::{rest}");
        }
    }
    found
}

/// The line up to its comment; the `//` of an address in a string is none.
fn without_comment(line: &str) -> &str {
    let quotes = |at: usize| line[..at].matches('"').count();
    let comment = line.match_indices("//").find(|(at, _)| quotes(*at) % 2 == 0);
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

/// The single paths of a `use`: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((start, rest)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    let group = rest.rsplit_once('}').map_or(rest, |(group, _)| group);
    let mut depth = 0;
    let parts = group.split(|letter: char| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{}{leaf}", start.trim())).collect()
}

/// What begins with `self` or `super` in this file, as `crate` would say it.
fn from_crate(file: &str, path: &str) -> String {
    let mut module: Vec<&str> = file.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
    let mut rest = path.strip_prefix("self::").unwrap_or(path);
    if rest == path && !path.starts_with("super::") {
        return path.to_owned();
    }
    while let Some(above) = rest.strip_prefix("super::") {
        module.pop();
        rest = above;
    }
    ["crate"].into_iter().chain(module).chain([rest]).collect::<Vec<_>>().join("::")
}

/// Every Rust file below `src/`, by its path from there, with its text.
fn sources() -> io::Result<BTreeMap<String, String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![source.clone()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&source).unwrap_or(&path).to_string_lossy();
                files.insert(name.replace('\\', "/"), fs::read_to_string(&path)?);
            }
        }
    }
    assert!(!files.is_empty(), "no sources found");
    Ok(files)
}

#[test]
fn files_and_rooms_know_only_what_they_may() {
    let files = sources().unwrap();
    let broken: Vec<_> = files.iter().flat_map(|(file, source)| violations(file, source)).collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// A case is the name of a file and its lines, with bars between them.
fn found_in(case: &str) -> (String, Vec<String>) {
    let (file, source) = case.split_once(" | ").unwrap_or_default();
    let source = source.replace(" | ", "\n");
    (format!("src/{file}:{}: ", source.lines().count()), violations(file, &source))
}

/// Each case breaks one rule, in its last line.
fn assert_caught(cases: &[&str]) {
    for case in cases {
        let (place, found) = found_in(case);
        assert!(found.len() == 1 && found[0].starts_with(&place), "{case}\n{found:?}");
    }
}

#[test]
fn a_planted_violation_between_files_is_caught() {
    assert_caught(&[
        "boards/rules.rs | use diesel::prelude::*;",
        "boards/rules.rs | pub fn age(clock: &crate::clock::Clock) {}",
        "boards/rules.rs | use super::store;",
        "boards/rules.rs | use crate::members; | let it = members::newest();",
        "boards/store.rs | use crate::{members, text}; | members::store::find(conn, id)",
        "boards/store.rs | fn answer() -> actix_web::HttpResponse {}",
        "boards/store/sqlite.rs | use super::super::actions;",
        "boards/actions.rs | use crate::db::{self, Conn}; | let it = db::schema::boards::id;",
        "boards/actions.rs | use diesel::{result::Error, ExpressionMethods};",
        "boards/actions.rs | #[derive(askama::Template)]",
        "boards/pages.rs | pub(crate) use crate::{accounts::{self, pages as forms}, db::Db};",
        "boards/pages/edit.rs | let all = 1; | use crate::members::pages::profile;",
        "boards/tree.rs | use crate::db::schema::boards;",
        "jobs/mail.rs | use crate::threads::pages;",
        "commands/import.rs | use crate::threads::pages::*;",
        "commands/import.rs | app.configure(crate::threads::pages::routes)",
    ]);
}

#[test]
fn a_planted_violation_between_rooms_is_caught() {
    assert_caught(&[
        "members/actions.rs | use crate::threads::actions;",
        "members/mod.rs | pub use crate::boards::newest;",
        "boards/actions.rs | use crate::accounts::Viewer; | use crate::accounts::passwords;",
        "threads/pages.rs | let policy: crate::verification::Policy;",
        "threads/actions.rs | use crate::moderation as desk; | desk::rules::may_remove(role)",
        "verification/pages.rs | use super::super::threads::rules;",
        "web/pager.rs | use crate::members::Member;",
        "text/names.rs | use crate::members; | let name = members::rules::parse(text);",
        "clock.rs | use crate::db::Conn;",
        "helpers.rs | use std::fmt;",
    ]);
}

#[test]
fn what_the_tables_allow_passes() {
    for case in [
        "paths.rs | use crate::threads; | fn thread(id: threads::ThreadId) {}",
        "boards/rules.rs | use crate::{clock::{Time, date}, members::rules::Rank, threads::ThreadId};",
        "boards/rules.rs | // use diesel::prelude::*; | let a = \"http://a\"; // crate::db::Conn",
        "boards/rules.rs | fn f() {} | #[cfg(test)] | mod tests { | use crate::db::Conn;",
        "boards/store.rs | use crate::db::schema::{boards, members}; | members::id.eq(boards::id)",
        "boards/store.rs | use crate::badges::rules::Badge; | use super::rules::Title;",
        "boards/actions.rs | use crate::members; | let e: diesel::result::Error = members::store::find();",
        "boards/pages.rs | use actix_web::web; | use crate::accounts::Viewer; | web::Data::new(1)",
        "badges/marks.rs | use crate::members; | members::store::by_ids(conn, ids)",
        "members/pages.rs | crate::accounts::session::Viewer::new(super::store::find())",
        "threads/store.rs | use crate::verification::CaseId;",
        "commands/serve.rs | use crate::threads; | app.configure(threads::pages::routes)",
        "commands/export.rs | use crate::{jobs, threads}; | threads::all(); jobs::actions::run();",
    ] {
        let (_, found) = found_in(case);
        assert!(found.is_empty(), "{case}\n{found:?}");
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    for (file, source) in sources().unwrap() {
        let lines = source.lines().count();
        assert!(lines <= 400, "src/{file} has {lines} lines: it is two things");
    }
}

#[test]
fn the_architecture_names_every_dependency_and_every_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();

    let mut names = BTreeSet::new();
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let crates = manifest.get(kind).and_then(toml::Value::as_table);
        names.extend(crates.into_iter().flat_map(toml::Table::keys).map(|name| format!("`{name}`")));
    }
    for (file, _) in sources().unwrap() {
        names.extend(file.split_once('/').map(|(room, _)| format!("{room}/")));
    }
    names.retain(|name| !text.contains(name));
    assert!(names.is_empty(), "ARCHITECTURE.md does not name {names:?}");
}
