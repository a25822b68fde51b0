//! The real program, started as its user would.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use touchstone::db::Conn;

use super::database::TestDatabase;
use super::site::PASSWORD;

/// A running server.
pub struct Program {
    child: Child,
    pub origin: String,
    pub greeting: Vec<String>,
    log: PathBuf,
}

/// The program on a machine: its data folder and its database.
pub struct Installation {
    pub database: TestDatabase,
}

impl Installation {
    /// On an empty database, never started.
    pub fn new() -> Self {
        Self { database: TestDatabase::empty() }
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.database.folder.path().join("data")
    }

    /// A command, not run yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.data(), &self.database.address());
        command.args(arguments);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run(self.command(arguments), "")
    }

    /// Starts a server.
    pub fn serve(&self) -> Program {
        Program::serve(&self.data(), &self.database.address(), &[])
    }

    /// Adds a member with [`PASSWORD`] from the command line.
    pub fn add_member(&self, handle: &str, name: &str, arguments: &[&str]) {
        let email = format!("{handle}@example.org");
        let mut adding =
            self.command(&["member", "add", "--handle", handle, "--name", name, "--email", &email]);
        adding.args(arguments);
        let output = run(adding, PASSWORD);
        assert!(output.status.success(), "{}", complained(&output));
    }

    /// Changes the database behind the program's back.
    pub fn sql(&self, statements: &str) {
        let mut conn = Conn::open(&self.database.url).unwrap();
        conn.batch_execute(statements).unwrap_or_else(|cause| panic!("{statements}: {cause}"));
    }
}

/// The program, with an environment of its own.
pub fn command(data: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchstone"));
    command.env_clear().current_dir(data.parent().unwrap());
    command.arg("--data").arg(data).arg("--database").arg(database);
    command
}

/// Runs a command to its end, with this on its standard input.
pub fn run(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that ends before it reads everything closes the pipe, and that is its right.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What a program said on standard output.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a program complained of.
pub fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

impl Program {
    /// Starts a server and waits until it answers.
    pub fn serve(data: &Path, database: &str, arguments: &[&str]) -> Self {
        Self::serve_with(data, database, arguments, &[])
    }

    /// Starts a server with these environment variables.
    pub fn serve_with(data: &Path, database: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        // Between looking for a free port and taking it, another program may take it.
        for _ in 0..5 {
            if let Some(program) = Self::try_to_serve(data, database, arguments, environment) {
                return program;
            }
        }
        panic!("no port stays free long enough");
    }

    fn try_to_serve(
        data: &Path,
        database: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(data, database);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "serve"]).args(arguments);
        command.envs(environment.iter().copied());
        let beside = |name: &str| data.parent().unwrap().join(format!("{port}.{name}"));
        let (said, log) = (beside("out"), beside("log"));
        let mut child =
            command.stdout(File::create(&said).unwrap()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_mins(2);
        loop {
            let logged = std::fs::read_to_string(&log).unwrap();
            if logged.contains("\"listening\"") {
                break;
            }
            if let Some(status) = child.try_wait().unwrap() {
                let logged = std::fs::read_to_string(&log).unwrap();
                assert!(logged.contains("cannot be listened on"), "the server ended with {status}: {logged}");
                return None;
            }
            assert!(Instant::now() < patience, "the server does not answer: {logged}");
            std::thread::sleep(Duration::from_millis(10));
        }
        // It listens before it hears signals; once it answers, it does.
        let origin = format!("http://127.0.0.1:{port}");
        ureq::get(format!("{origin}/readyz")).call().unwrap();
        let greeting = std::fs::read_to_string(&said).unwrap();
        Some(Self { child, origin, greeting: greeting.lines().map(str::to_owned).collect(), log })
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The host and port where it listens.
    pub fn address(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// The most memory that it held at once so far, in bytes. Pages of the program's own file are not counted: a build
    /// for tests has many, and the kernel takes them back whenever it needs room.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
        };
        of("VmHWM:") - of("RssFile:")
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and says how it did.
    pub fn terminate(self) -> ExitStatus {
        self.ask_to_end();
        self.ended()
    }

    /// Asks it to end, and does not wait.
    pub fn ask_to_end(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until it has ended, and says how.
    pub fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser without a screen: follows nothing by itself, and keeps its cookie.
pub struct Client {
    agent: ureq::Agent,
    origin: String,
    cookie: Option<String>,
}

/// An answer to a [`Client`].
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub cookie: Option<String>,
    pub request_id: Option<String>,
    pub body: String,
}

impl Client {
    pub fn new(program: &Program) -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let config = config.timeout_global(Some(Duration::from_mins(1))).build();
        Self { agent: config.into(), origin: program.origin.clone(), cookie: None }
    }

    /// Signs in with a password.
    pub fn sign_in(&mut self, login: &str, password: &str) {
        let answer = self.post("/login", &[("login", login), ("password", password)]).unwrap();
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.cookie = answer.cookie;
    }

    /// Takes another's session.
    pub fn with_cookie(mut self, cookie: Option<String>) -> Self {
        self.cookie = cookie;
        self
    }

    /// The session's cookie.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.clone()
    }

    pub fn get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.get(format!("{}{path}", self.origin));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        answer(request.call()?)
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("{}{path}", self.origin));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        answer(request.send_form(fields.iter().copied())?)
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (location, cookie, request_id) = (header("location"), header("set-cookie"), header("x-request-id"));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned));
    let mut body = String::new();
    response.body_mut().as_reader().read_to_string(&mut body)?;
    Ok(Answer { status: response.status().as_u16(), location, cookie, request_id, body })
}
