//! The real program, started as its user would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running server.
pub struct Program {
    child: Child,
    pub origin: String,
    pub greeting: Vec<String>,
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
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
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
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = command(data, database);
        command
            .args(["--listen", &format!("127.0.0.1:{port}"), "serve"])
            .args(arguments);
        command.envs(environment.iter().copied());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            out.lines().map_while(Result::ok).for_each(|line| {
                // The test may have ended already.
                let _ = send.send(line);
            });
        });
        let origin = format!("http://127.0.0.1:{port}");
        let mut program = Self {
            child,
            origin,
            greeting: Vec::new(),
        };
        program.wait();
        program.greeting = lines.try_iter().collect();
        program
    }

    fn wait(&mut self) {
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if ureq::get(format!("{}/readyz", self.origin)).call().is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended with {status}");
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        panic!("the server does not answer");
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and says how it did.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
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
    pub body: String,
}

impl Client {
    pub fn new(program: &Program) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false);
        let config = config.timeout_global(Some(Duration::from_secs(60))).build();
        Self {
            agent: config.into(),
            origin: program.origin.clone(),
            cookie: None,
        }
    }

    /// Signs in with a password.
    pub fn sign_in(&mut self, login: &str, password: &str) {
        let answer = self
            .post("/login", &[("login", login), ("password", password)])
            .unwrap();
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
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let (location, cookie) = (header("location"), header("set-cookie"));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned));
    let mut body = String::new();
    response.body_mut().as_reader().read_to_string(&mut body)?;
    Ok(Answer {
        status: response.status().as_u16(),
        location,
        cookie,
        body,
    })
}
