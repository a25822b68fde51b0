//! Tests of the names, signatures and titles that members choose.

use super::*;

fn name(typed: &str) -> Result<String, NameProblem> {
    DisplayName::parse(typed).map(|name| name.as_str().to_owned())
}

fn handle(typed: &str) -> Result<String, NameProblem> {
    Handle::parse(typed).map(|handle| handle.as_str().to_owned())
}

fn title(typed: &str) -> Result<String, NameProblem> {
    Title::parse(typed).map(|title| title.as_str().to_owned())
}

fn signature(typed: &str) -> Result<String, NameProblem> {
    Signature::parse(typed).map(|signature| signature.as_str().to_owned())
}

#[test]
fn names_of_many_alphabets_are_taken() {
    for typed in [
        "Ada",
        "O'Neill",
        "O’Neill",
        "Jean-Luc Picard",
        "J. R. R. Tolkien",
        "Søren",
        "José",
        "Nguyễn Thị",
        "Мария",
        "Ελένη",
        "山田太郎",
        "さくら ケン",
        "김민수",
        "שרה",
        "محمد",
        "प्रिया",
        "Ann 3",
        "ศรี",
        "Hồ 2",
        "a_b",
        "Łukasz",
        "Zoë",
    ] {
        assert_eq!(name(typed).as_deref(), Ok(typed));
    }
}

#[test]
fn spaces_are_folded_and_letters_composed() {
    assert_eq!(name("  Ada \t\u{A0} K ").as_deref(), Ok("Ada K"));
    assert_eq!(name("Jose\u{301}").as_deref(), Ok("José"));
}

#[test]
fn a_name_has_two_to_forty_characters() {
    assert_eq!(name(""), Err(NameProblem::NameTooShort));
    assert_eq!(name("A"), Err(NameProblem::NameTooShort));
    assert!(name("Al").is_ok());
    assert!(name(&"é".repeat(40)).is_ok());
    assert_eq!(name(&"é".repeat(41)), Err(NameProblem::NameTooLong));
}

#[test]
fn a_name_has_a_letter() {
    for typed in ["12", "--", "'.'", "1-2"] {
        assert_eq!(name(typed), Err(NameProblem::NoLetter), "{typed}");
    }
}

#[test]
fn check_marks_are_refused() {
    for typed in ["Ada ✓", "✔ Ada", "Ada✅", "Ada ☑️"] {
        assert_eq!(name(typed), Err(NameProblem::CheckMark));
    }
}

#[test]
fn emoji_symbols_and_markup_are_refused() {
    for typed in [
        "Ada 😀",
        "Ada 🛡",
        "Ada™",
        "Ada ★",
        "<b>Ada",
        "Ada & Bo",
        "ada@x",
        "Ⓥ Ada",
        "Ada:",
        "ａｄａ",
        "𝕬da",
        "a/b",
        "Ada\u{FE0F}",
    ] {
        assert!(
            matches!(name(typed), Err(NameProblem::Character(_) | NameProblem::Invisible)),
            "{typed}: {:?}",
            name(typed)
        );
    }
}

#[test]
fn what_cannot_be_seen_is_refused() {
    for typed in [
        "Ad\u{202E}a",
        "Ad\u{200F}a",
        "Ad\u{200B}a",
        "Ad\u{200D}a",
        "Ad\u{AD}a",
        "Ad\u{0}a",
        "Ad\u{2066}a",
        "Ad\u{FEFF}a",
        "Ad\u{E0041}a",
        "ᅠAda",
    ] {
        assert_eq!(name(typed), Err(NameProblem::Invisible), "{typed:?}");
    }
}

#[test]
fn mixed_alphabets_are_refused() {
    for typed in ["Mаria", "Adа", "Αda", "раypal", "Ada Мария", "Ada ٣ 3"] {
        assert_eq!(name(typed), Err(NameProblem::MixedAlphabets), "{typed}");
    }
}

#[test]
fn heaps_of_accents_are_refused() {
    assert!(name("A\u{331}da").is_ok());
    assert!(name("Aq\u{331}\u{323}\u{307}a").is_ok());
    assert_eq!(name("Aq\u{331}\u{323}\u{307}\u{308}a"), Err(NameProblem::Accents));
    assert_eq!(name("Aq\u{331}\u{331}a"), Err(NameProblem::Accents));
    assert_eq!(name("A \u{331}da"), Err(NameProblem::Accents));
}

#[test]
fn a_handle_is_small_letters_digits_and_single_hyphens() {
    assert_eq!(handle("Ada-K2").as_deref(), Ok("ada-k2"));
    assert_eq!(handle(" ada ").as_deref(), Ok("ada"));
    for typed in ["-ada", "ada-", "a--b", "a b", "a_b", "ädä", "@ada", "a.b", "аda"] {
        assert_eq!(handle(typed), Err(NameProblem::HandleCharacters), "{typed}");
    }
}

#[test]
fn a_handle_has_two_to_thirty_characters() {
    assert_eq!(handle("a"), Err(NameProblem::HandleLength));
    assert!(handle("ab").is_ok());
    assert!(handle(&"a".repeat(30)).is_ok());
    assert_eq!(handle(&"a".repeat(31)), Err(NameProblem::HandleLength));
}

#[test]
fn the_forums_own_words_are_no_handles() {
    for typed in [
        "admin",
        "Administrator",
        "MODERATOR",
        "staff",
        "touchstone",
        "support",
        "system",
        "everyone",
        "all",
        "here",
        "new",
        "edit",
        "verified",
    ] {
        assert_eq!(handle(typed), Err(NameProblem::HandleReserved), "{typed}");
    }
    assert!(handle("admin-ada").is_ok());
}

#[test]
fn a_title_counts_characters_not_bytes() {
    assert_eq!(title("four"), Err(NameProblem::TitleTooShort));
    assert!(title("fives").is_ok());
    assert!(title(&"ü".repeat(120)).is_ok());
    assert_eq!(title(&"ü".repeat(121)), Err(NameProblem::TitleTooLong));
    assert_eq!(title("  a   b  "), Err(NameProblem::TitleTooShort));
    assert_eq!(title("a\u{200B}\u{200B}\u{200B}\u{200B}"), Err(NameProblem::TitleTooShort));
}

#[test]
fn a_title_is_one_clean_line() {
    assert_eq!(title("  Two   words\there\n").as_deref(), Ok("Two words here"));
    assert_eq!(title("Two\nlines"), Err(NameProblem::TitleLines));
    assert_eq!(title("Ada is ✓ verified"), Err(NameProblem::CheckMark));
    assert_eq!(title("abc\u{202E}def"), Err(NameProblem::Invisible));
    assert_eq!(title("abc\u{7}def"), Err(NameProblem::Invisible));
    assert!(title("Is 😀 <b>fine</b>?").is_ok());
}

#[test]
fn a_signature_may_be_empty_and_holds_no_badge() {
    assert_eq!(signature("").as_deref(), Ok(""));
    assert_eq!(signature("  Sharpen  often ").as_deref(), Ok("Sharpen often"));
    assert_eq!(signature("a\nb"), Err(NameProblem::SignatureLines));
    assert_eq!(signature("✓ verified"), Err(NameProblem::CheckMark));
    assert_eq!(signature("🛡 staff"), Err(NameProblem::BadgePicture));
    assert_eq!(signature("abc\u{202E}d"), Err(NameProblem::Invisible));
    assert!(signature(&"é".repeat(200)).is_ok());
    assert_eq!(signature(&"é".repeat(201)), Err(NameProblem::SignatureTooLong));
}

#[test]
fn a_slug_is_small_ascii_words() {
    assert_eq!(slug("How to sharpen a chisel?"), "how-to-sharpen-a-chisel");
    assert_eq!(slug("Straße, Ærø & Łódź — it’s ½"), "strasse-aero-lodz-its-1-2");
    assert_eq!(slug("山田"), "thread");
    assert_eq!(slug(" --- "), "thread");
    assert_eq!(slug(""), "thread");
}

#[test]
fn a_slug_ends_with_a_word_within_eighty_bytes() {
    let long = slug(&"seven77 ".repeat(20));
    assert_eq!(long, "seven77-".repeat(10).trim_end_matches('-'));
    assert_eq!(long.len(), 79);
    assert_eq!(slug(&"x".repeat(200)).len(), 80);
}

#[test]
fn every_problem_is_a_sentence() {
    for problem in [
        NameProblem::NameTooShort,
        NameProblem::Character('<'),
        NameProblem::HandleCharacters,
        NameProblem::TitleTooLong,
    ] {
        let text = problem.to_string();
        assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
    }
    assert_eq!(NameProblem::TitleTooLong.to_string(), "Keep the title within 120 characters.");
}
