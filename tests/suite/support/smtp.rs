//! A mail server as small as RFC 5321 allows.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A mail server that keeps what it takes.
pub struct Sink {
    pub port: u16,
    pub taken: Arc<Mutex<Vec<Taken>>>,
    /// While this is set, a mail's words are read and never answered.
    pub hangs: Arc<AtomicBool>,
    /// Mails whose words came while it hung.
    pub unanswered: Arc<Mutex<Vec<Taken>>>,
}

/// A mail as the server got it.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub data: String,
}

impl Taken {
    /// A line of the mail's head.
    pub fn head(&self, name: &str) -> Option<&str> {
        let (heads, _) = self.data.split_once("\n\n").unwrap();
        heads.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    /// The words, with quoted-printable lines put together again.
    pub fn words(&self) -> String {
        let (_, body) = self.data.split_once("\n\n").unwrap();
        body.replace("=\n", "").replace("=3D", "=").replace("=E2=80=9C", "“").replace("=E2=80=9D", "”")
    }
}

impl Sink {
    /// A server that answers each recipient with this line.
    pub fn start(recipient: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, taken: Arc::default(), hangs: Arc::default(), unanswered: Arc::default() };
        let (taken, hangs, unanswered) =
            (Arc::clone(&sink.taken), Arc::clone(&sink.hangs), Arc::clone(&sink.unanswered));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (taken, hangs, unanswered) =
                    (Arc::clone(&taken), Arc::clone(&hangs), Arc::clone(&unanswered));
                // A client that goes away in the middle is no failure of the server's.
                std::thread::spawn(move || talk(client, recipient, &taken, &hangs, &unanswered));
            }
        });
        sink
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it took so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

fn talk(
    client: TcpStream,
    recipient: &str,
    taken: &Mutex<Vec<Taken>>,
    hangs: &AtomicBool,
    unanswered: &Mutex<Vec<Taken>>,
) -> std::io::Result<()> {
    let mut out = client.try_clone()?;
    let mut lines = BufReader::new(client).lines();
    let mut mail = Taken::default();
    out.write_all(b"220 sink.example\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer = match line.to_ascii_uppercase() {
            verb if verb.starts_with("EHLO") => "250-sink.example\r\n250 8BITMIME",
            verb if verb.starts_with("MAIL FROM:") => {
                line[10..].clone_into(&mut mail.from);
                "250 fine"
            }
            verb if verb.starts_with("RCPT TO:") => {
                line[8..].clone_into(&mut mail.to);
                recipient
            }
            verb if verb == "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.data.push('\n');
                }
                if hangs.load(Ordering::SeqCst) {
                    unanswered.lock().unwrap().push(std::mem::take(&mut mail));
                    // Until the client is gone.
                    return lines.by_ref().try_for_each(|line| line.map(|_| ()));
                }
                taken.lock().unwrap().push(std::mem::take(&mut mail));
                "250 taken"
            }
            verb if verb == "QUIT" => {
                return out.write_all(b"221 bye\r\n");
            }
            _ => "250 fine",
        };
        out.write_all(answer.as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    Ok(())
}

/// Waits until there is something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < patience, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
