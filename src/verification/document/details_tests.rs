//! What may be typed, and what the zone says to it.

use super::super::countries::UTOPIA;
use super::*;

const ZONE: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2010, 6, 3).unwrap()
}

fn anna() -> Typed {
    Typed {
        surname: "Eriksson".into(),
        given_names: "Anna Maria".into(),
        birth_date: "1974-08-12".into(),
        number: "L898902C3".into(),
        expiry: "2012-04-15".into(),
        nationality: NO_COUNTRY.into(),
        mrz: ZONE.into(),
        ..Typed::default()
    }
}

fn wrong(typed: &Typed, kind: Kind) -> Vec<&'static str> {
    read(typed, kind, &UTOPIA, today())
        .map_or_else(|wrong| wrong.iter().map(|one| one.0).collect(), |_| Vec::new())
}

#[test]
fn what_agrees_with_the_zone_is_taken() {
    let details = read(&anna(), Kind::Passport, &UTOPIA, today()).unwrap();
    assert_eq!((details.name().as_str(), details.mrz.as_deref()), ("Anna Maria Eriksson", Some(ZONE)));
    assert!(!format!("{details:?}").contains("Eriksson"));
}

#[test]
fn what_the_zone_says_otherwise_stands_beside_its_field() {
    let change = |change: fn(&mut Typed)| {
        let mut typed = anna();
        change(&mut typed);
        wrong(&typed, Kind::Passport)
    };
    assert_eq!(change(|typed| typed.number = "L898902C4".into()), ["number"]);
    assert_eq!(change(|typed| typed.birth_date = "1974-08-13".into()), ["birth_date"]);
    assert_eq!(change(|typed| typed.expiry = "2012-04-16".into()), ["expiry"]);
    assert_eq!(change(|typed| typed.nationality = "FR".into()), ["nationality"]);
    assert_eq!(change(|typed| typed.surname = "Ericsson".into()), ["surname"]);
    assert_eq!(change(|typed| typed.given_names = String::new()), ["given_names"]);
    assert_eq!(
        change(|typed| (typed.surname, typed.names_differ) = ("Ericsson".into(), Some("yes".into()))),
        [""; 0]
    );
    assert_eq!(change(|typed| typed.mrz = ZONE.replace("L898902C36", "L898902C37")), ["mrz"]);
    assert_eq!(change(|typed| typed.mrz = String::new()), ["mrz"]);
    assert_eq!(wrong(&anna(), Kind::IdentityCard), ["mrz"]);
}

#[test]
fn a_document_that_has_expired_is_refused_from_the_day_after() {
    let on = |expiry: &str| {
        let typed = Typed { expiry: expiry.into(), ..anna() };
        let country = countries::find("AT").unwrap();
        read(&typed, Kind::DrivingLicence, country, today()).err().map(|wrong| wrong[0].1.clone())
    };
    assert_eq!(on("2010-06-03"), None);
    assert_eq!(
        on("2010-06-02").as_deref(),
        Some("This document expired on June 2, 2010. Please use one that is still valid.")
    );
    assert!(on("soon").unwrap().contains("1990-03-12"));
}

#[test]
fn a_zone_may_be_missing_only_where_the_kind_may_have_none() {
    let without = Typed { mrz: String::new(), ..anna() };
    let ticked = Typed { no_zone: Some("yes".into()), ..without.clone() };
    assert_eq!(wrong(&ticked, Kind::Passport), ["mrz"]);
    assert_eq!(wrong(&without, Kind::IdentityCard), ["mrz"]);
    assert_eq!(wrong(&ticked, Kind::IdentityCard), [""; 0]);
    assert_eq!(wrong(&without, Kind::DrivingLicence), [""; 0]);
}

#[test]
fn names_are_compared_in_the_letters_of_the_zone() {
    for (typed, zone) in [
        ("Müller", "MUELLER"),
        ("Müller", "MULLER"),
        ("Straße", "STRASSE"),
        ("O’Connor-Smith", "OCONNOR SMITH"),
        ("Nguyễn", "NGUYEN"),
        ("Sørensen", "SOERENSEN"),
        ("Łukasz", "LUKASZ"),
        ("Þór", "THOR"),
        ("Ångström", "AANGSTROEM"),
    ] {
        assert!(is_name(typed, zone, false), "{typed} {zone}");
    }
    assert!(!is_name("Mueller", "MULLER", false));
    assert!(is_name("Papandropoulos", "PAPANDRO", true) && !is_name("Papandropoulos", "PAPANDRO", false));
}

#[test]
fn numbers_and_dates_that_cannot_be_are_refused() {
    let nonsense =
        Typed { number: "<b>".into(), birth_date: "2010-06-03".into(), surname: " ".into(), ..anna() };
    let mut fields = wrong(&nonsense, Kind::DrivingLicence);
    fields.sort_unstable();
    assert_eq!(fields, ["birth_date", "number", "surname"]);
    assert_eq!(bare("l-898 902/c3"), "L898902C3");
}
