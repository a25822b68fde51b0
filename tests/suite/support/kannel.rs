//! A real gateway: Kannel's bearerbox and smsbox, and its fake message centre.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The gateway, until the test ends.
pub struct Kannel {
    folder: TempDir,
    children: Vec<Child>,
    sendsms: u16,
}

const MISSING: &str = "is missing: install the packages kannel and kannel-extras (scripts/test does), \
                       or name the folder where they lie in KANNEL_ROOT";

/// A program of the packages. They lie in the machine's folders, or below the one that the environment names.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests may say where Kannel lies")]
fn program(place: &str) -> PathBuf {
    let root = std::env::var("KANNEL_ROOT").unwrap_or_default();
    let program = PathBuf::from(format!("{root}{place}"));
    assert!(program.exists(), "{place} {MISSING}");
    program
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until somebody listens on a port.
fn wait_for_port(port: u16, what: &str, log: &Path) {
    let patience = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let logged = std::fs::read_to_string(log).unwrap_or_default();
        assert!(Instant::now() < patience, "{what} does not answer: {logged}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Kannel {
    pub fn start() -> Self {
        let programs =
            ["/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"].map(program);
        let folder = TempDir::new().unwrap();
        let [admin, boxes, centre, sendsms] = [(); 4].map(|()| free_port());
        let config = format!(
            "group = core\nadmin-port = {admin}\nadmin-interface = 127.0.0.1\nadmin-password = none-of-them\n\
             smsbox-port = {boxes}\nsmsbox-interface = 127.0.0.1\nbox-allow-ip = 127.0.0.1\n\n\
             group = smsc\nsmsc = fake\nsmsc-id = fake\nport = {centre}\nconnect-allow-ip = 127.0.0.1\n\n\
             group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sendsms}\nsendsms-interface = 127.0.0.1\n\n\
             group = sendsms-user\nusername = forum\npassword = sesame\nuser-allow-ip = 127.0.0.1\n"
        );
        let file = folder.path().join("kannel.conf");
        std::fs::write(&file, config).unwrap();
        let mut kannel = Self { folder, children: Vec::new(), sendsms };
        let [bearerbox, smsbox, fakesmsc] = programs;
        kannel.spawn(&bearerbox, "bearerbox", &[file.to_str().unwrap()]);
        wait_for_port(boxes, "bearerbox", &kannel.log("bearerbox"));
        kannel.spawn(&smsbox, "smsbox", &[file.to_str().unwrap()]);
        wait_for_port(sendsms, "smsbox", &kannel.log("smsbox"));
        // It sends one message of its own and then listens for as long as its input is open.
        kannel.spawn(
            &fakesmsc,
            "fakesmsc",
            &["-H", "127.0.0.1", "-r", &centre.to_string(), "-i", "0.01", "-m", "1", "100 200 nop"],
        );
        kannel
    }

    fn spawn(&mut self, program: &Path, name: &str, arguments: &[&str]) {
        let log = File::create(self.log(name)).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|cause| panic!("{name} does not start: {cause}"));
        self.children.push(child);
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    /// The setting that leads here.
    pub fn setting(&self) -> String {
        format!("kannel+http://forum:sesame@127.0.0.1:{}/cgi-bin/sendsms?from=+15550100", self.sendsms)
    }

    /// What the message centre says it got.
    pub fn centre(&self) -> String {
        std::fs::read_to_string(self.log("fakesmsc")).unwrap()
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
