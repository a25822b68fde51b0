//! What `touchstone doctor` says of sealed images.

use std::fs;

use data_encoding::BASE64;

use super::killed::keep_images;
use crate::support::Installation;
use crate::support::program::{complained, said};

/// A place with two sealed images; with the files of their objects, the first image's first.
fn place_with_images() -> (Installation, [std::path::PathBuf; 2]) {
    let place = Installation::new();
    place.add_member("ada-north", "Ada North", &[]);
    let folder = place.data().join("evidence");
    keep_images(&place, 1);
    let first = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    keep_images(&place, 1);
    let mut all = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let second = all.find(|path| *path != first).unwrap();
    (place, [first, second])
}

/// The things that are wrong, after the command said how many they are.
fn wrong(place: &Installation) -> Vec<String> {
    let output = place.run(&["doctor"]);
    let said = said(&output);
    let wrong: Vec<_> =
        said.lines().filter_map(|line| line.strip_prefix("wrong: ")).map(str::to_owned).collect();
    assert_eq!(output.status.success(), wrong.is_empty(), "{said}");
    let count = match wrong.len() {
        0 => String::new(),
        1 => "touchstone: one thing is wrong\n".to_owned(),
        many => format!("touchstone: {many} things are wrong\n"),
    };
    assert_eq!(complained(&output), count);
    wrong
}

#[test]
fn doctor_counts_the_keys_of_images_and_names_an_older_key_that_still_wraps_them() {
    let (place, _) = place_with_images();
    let file = place.data().join("keys/wrapping.keys");
    let text = fs::read_to_string(&file).unwrap();
    let name = text.lines().last().unwrap().split(' ').next().unwrap().to_owned();
    let told = said(&place.run(&["doctor"]));
    let line = format!("evidence: the keys of 2 images wrapped by {name}, the newest\n");
    assert!(told.contains(&line) && told.ends_with("Nothing is wrong.\n"), "{told}");

    fs::write(&file, format!("{text}key-new {}\n", BASE64.encode(&[7; 32]))).unwrap();
    let sentence = format!("{name} still wraps the keys of 2 images: run touchstone keys rotate.");
    assert!(wrong(&place).contains(&sentence), "{:?}", wrong(&place));
    assert!(place.run(&["keys", "rotate"]).status.success());
    assert_eq!(wrong(&place), [""; 0]);
    let told = said(&place.run(&["doctor"]));
    assert!(told.contains(&format!("keys: {name}, key-new wraps nothing here")), "{told}");
}

#[test]
fn doctor_counts_the_images_whose_keys_do_not_open() {
    let (place, _) = place_with_images();
    // A key opens in its own image's context alone.
    place.sql("UPDATE evidence SET side = 'back'");
    let closed =
        |wrong: Vec<String>| wrong.into_iter().filter(|it| it.contains("sealed image")).collect::<Vec<_>>();
    assert_eq!(
        closed(wrong(&place)),
        ["The keys of 2 sealed images open with no key there is: put the keys back."]
    );

    let (place, _) = place_with_images();
    fs::remove_file(place.data().join("keys/wrapping.keys")).unwrap();
    let found = wrong(&place);
    assert!(found[0].contains("is missing, and nothing that is sealed can be opened"), "{found:?}");
    assert_eq!(closed(found).len(), 1);
}

#[test]
fn doctor_names_an_image_whose_object_is_gone_and_none_that_was_destroyed_or_is_on_its_way() {
    let (place, [first, second]) = place_with_images();
    fs::remove_file(&first).unwrap();
    let object = first.file_name().unwrap().to_string_lossy();
    let sentence = format!(
        "The sealed image 1 of document case 1 is not in the data folder: bring its object {object} back from a backup."
    );
    assert_eq!(wrong(&place), [sentence]);

    place.sql("UPDATE evidence SET kept_at = NULL WHERE id = 1");
    assert_eq!(wrong(&place), [""; 0]);
    fs::remove_file(&second).unwrap();
    assert_eq!(wrong(&place).len(), 1);
    place.sql(
        "UPDATE evidence SET wrapped = NULL, wrapped_by = NULL, destroyed_at = '2026-11-18 12:00:00' WHERE id = 2",
    );
    assert_eq!(wrong(&place), [""; 0]);
}

#[test]
fn doctor_tells_of_the_keys_also_where_the_storage_does_not_answer() {
    let (place, _) = place_with_images();
    let folder = place.data().join("evidence");
    fs::rename(&folder, place.data().join("elsewhere")).unwrap();
    fs::write(&folder, "no folder").unwrap();
    let told = said(&place.run(&["doctor"]));
    assert!(told.contains("keys: all open with the key file"), "{told}");
    let found = wrong(&place);
    assert!(
        found.len() == 1 && found[0].starts_with("The sealed images cannot be looked for: "),
        "{found:?}"
    );
}
