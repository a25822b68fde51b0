//! What lines of a bundle may and may not say.

use super::*;

#[test]
fn the_documented_lines_are_read() {
    let lines = [
        r#"{"kind":"community","version":1,"source":"x"}"#,
        r#"{"kind":"member","id":"m1","handle":"maria-k","name":"Maria K","joined":"2015-03-31T00:00:00Z","roles":["moderator"],"rank":"ace-contributor","tier":"top-rated","badges":["identity-verified"],"signature":"…","profile":"everyone","email":null}"#,
        r#"{"kind":"board","id":"b1","parent":null,"slug":"clients","title":"Clients","about":"…"}"#,
        r#"{"kind":"thread","id":"t1","board":"b1","title":"…","type":"discussion","author":"m1","created":"2015-03-31T02:00:00+02:00"}"#,
        r#"{"kind":"post","id":"p1","thread":"t1","number":41,"total":668,"author":"m1","created":"2015-03-31T00:00:00Z","format":"markdown","body":"…","quotes":"p0"}"#,
        r#"{"kind":"post","id":"p2","thread":"t1","author":"m1","created":"2015-03-31T00:00:00Z","format":"text","body":"…","quotes":["p0","p1"]}"#,
    ];
    for line in lines {
        read(line).unwrap_or_else(|problem| panic!("{line}: {problem}"));
    }
}

#[test]
fn unknown_keys_are_refused_by_name() {
    let problem = read(r#"{"kind":"board","id":"b1","slug":"x","title":"X","colour":"red"}"#).unwrap_err();
    assert!(problem.contains("colour"), "{problem}");
    let problem = read(r#"{"kind":"poll","id":"1"}"#).unwrap_err();
    assert!(problem.contains("poll"), "{problem}");
}

#[test]
fn a_wrong_date_is_shown() {
    let problem =
        read(r#"{"kind":"thread","id":"t","board":"b","title":"x","author":"m","created":"yesterday"}"#);
    assert!(problem.unwrap_err().contains("yesterday"));
}

#[test]
fn a_moment_is_kept_to_the_microsecond_and_written_in_utc() {
    let moment: Moment = serde_json::from_str("\"2015-03-31T02:00:00.1234567+02:00\"").unwrap();
    assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2015-03-31T00:00:00.123456Z\"");
}
