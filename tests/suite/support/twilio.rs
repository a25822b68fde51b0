//! A service that answers as Twilio's published description says, and refuses what it does not allow.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// The parts of the published `OpenAPI` document that are used here.
const DOCUMENT: &str = include_str!("fixtures/twilio-messages-calls.json");

/// The account that the mock knows.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const TOKEN: &str = "a-token/with+signs";

/// A request that was let in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub form: BTreeMap<String, String>,
}

/// The mock, until the test ends.
pub struct Mock {
    port: u16,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    /// What was wrong with requests, in words.
    pub wrong: Arc<Mutex<Vec<String>>>,
    /// An answer in place of the usual one: status and body.
    pub answer: Arc<Mutex<Option<(u16, String)>>>,
}

impl Mock {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mock = Self { port, asked: Arc::default(), wrong: Arc::default(), answer: Arc::default() };
        let (asked, wrong, answer) =
            (Arc::clone(&mock.asked), Arc::clone(&mock.wrong), Arc::clone(&mock.answer));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let answered = answer_to(&client, &asked, &wrong, &answer);
                let (status, body) = answered.unwrap_or((500, String::new()));
                let head = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = (&client).write_all(format!("{head}{body}").as_bytes());
            }
        });
        mock
    }

    /// The setting that leads here.
    pub fn setting(&self) -> String {
        let token = TOKEN.replace('/', "%2F").replace('+', "%2B");
        format!("twilio+http://{ACCOUNT}:{token}@127.0.0.1:{}?from=+15550100", self.port)
    }
}

fn answer_to(
    client: &TcpStream,
    asked: &Mutex<Vec<Asked>>,
    wrong: &Mutex<Vec<String>>,
    answer: &Mutex<Option<(u16, String)>>,
) -> std::io::Result<(u16, String)> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut heads = BTreeMap::new();
    loop {
        let mut head = String::new();
        reader.read_line(&mut head)?;
        let Some((name, value)) = head.trim().split_once(": ") else { break };
        heads.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = heads.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    if let Some(answer) = answer.lock().unwrap().clone() {
        return Ok(answer);
    }
    match check(&path, &heads, &form) {
        Ok(example) => {
            asked.lock().unwrap().push(Asked { path, form });
            Ok((201, example))
        }
        Err(why) => {
            wrong.lock().unwrap().push(why);
            Ok((400, "{\"code\": 21211, \"message\": \"The number +4915112345678 is not valid\"}".to_owned()))
        }
    }
}

/// Holds a request against the document, and answers with its example.
fn check(
    path: &str,
    heads: &BTreeMap<String, String>,
    form: &BTreeMap<String, String>,
) -> Result<String, String> {
    let signed = data_encoding::BASE64.encode(format!("{ACCOUNT}:{TOKEN}").as_bytes());
    if heads.get("authorization") != Some(&format!("Basic {signed}")) {
        return Err("not signed in".to_owned());
    }
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let pattern = path.replace(ACCOUNT, "{AccountSid}");
    let operation = &document["paths"][&pattern]["post"];
    let schema = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    let fields = schema["properties"].as_object().ok_or_else(|| format!("no such path: {path}"))?;
    for required in schema["required"].as_array().into_iter().flatten() {
        if !form.contains_key(required.as_str().unwrap()) {
            return Err(format!("{required} is missing"));
        }
    }
    for (name, value) in form {
        let field = fields.get(name).ok_or_else(|| format!("{name} is no field"))?;
        match (field["type"].as_str(), field["format"].as_str()) {
            (Some("integer"), _) if value.parse::<i64>().is_err() => {
                return Err(format!("{name} is no number"));
            }
            (Some("string"), Some("uri")) if url::Url::parse(value).is_err() => {
                return Err(format!("{name} is no address"));
            }
            (Some("string"), Some("phone-number" | "endpoint")) if !value.starts_with('+') => {
                return Err(format!("{name} is no number of a phone"));
            }
            (Some("string"), Some("twiml")) => {
                roxmltree::Document::parse(value).map_err(|cause| format!("{name}: {cause}"))?;
            }
            _ => {}
        }
    }
    Ok(operation["responses"]["201"]["content"]["application/json"]["example"].to_string())
}
