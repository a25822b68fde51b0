//! How settings are found and refused.

use super::*;

fn read(given: &Given, environment: &[(&str, &str)], file: &str) -> Result<Settings, String> {
    let look_up = |name: &str| {
        environment.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    Settings::from_sources(given, &look_up, file).map_err(|bad| bad.to_string())
}

#[test]
fn without_anything_set_the_defaults_hold() {
    let settings = read(&Given::default(), &[], "").unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.origin(), "http://127.0.0.1:8080");
    assert_eq!(settings.database, DatabaseUrl::Sqlite("data/touchstone.db".into()));
    assert!(!settings.is_https());
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let given = Given { listen: Some("127.0.0.1:1".to_owned()), ..Given::default() };
    let environment = [("TOUCHSTONE_LISTEN", "127.0.0.1:2"), ("TOUCHSTONE_NAME", "From the environment")];
    let settings =
        read(&given, &environment, "listen = '127.0.0.1:3'\nname = 'x'\ndata = '/srv/forum'").unwrap();
    assert_eq!(settings.listen.port(), 1);
    assert_eq!(settings.name, "From the environment");
    assert_eq!(settings.database, DatabaseUrl::Sqlite("/srv/forum/touchstone.db".into()));
}

#[test]
fn a_bad_setting_names_itself_its_value_and_what_would_be_right() {
    let message = read(&Given::default(), &[("TOUCHSTONE_LISTEN", "eighty")], "").unwrap_err();
    assert_eq!(
        message,
        "TOUCHSTONE_LISTEN is \"eighty\", but must be an address and port such as 127.0.0.1:8080"
    );
    let wrong = |file: &str| read(&Given::default(), &[], file).unwrap_err();
    assert!(wrong("database = 'mysql://x'").starts_with("database in touchstone.toml is \"mysql://x\""));
    assert!(wrong("url = 'https://forum.example/path'").contains("without a path"));
    assert!(wrong("accent = 'red'").contains("#0b6e4f"));
    assert!(wrong("accent = '#ffff00'").contains("contrast"));
    assert!(wrong("accent_dark = '#000080'").contains("contrast"));
    assert!(wrong("log = 'a=b=c'").contains("filter"));
    assert!(wrong("prot = 1").contains("a setting that exists"));
    assert!(wrong("proxies = true").contains("a text in quotes"));
}

#[test]
fn a_refused_address_does_not_show_its_password() {
    let message = read(&Given::default(), &[("TOUCHSTONE_SMTP_URL", "imap://me:secret@mail.example")], "");
    assert!(!message.unwrap_err().contains("secret"));
}
