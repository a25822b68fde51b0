//! Pictures and sealed images in a bucket of an S3 server that is not ours: s3s-fs, which checks every signature.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tempfile::TempDir;
use touchstone::members::rules::Role;
use touchstone::outside::storage::{self, Storage};
use touchstone::settings::{Bucket, Settings, StorageSettings};
use touchstone::verification::document::rules::State;
use touchstone::verification::evidence::actions;

use super::{case, folder, holders, image, keep, open, place, sweep, try_keep};
use crate::support::TestSite;
use crate::support::look::id_of;

/// The server, on a free port, with one bucket.
struct Server {
    child: Child,
    port: u16,
    root: TempDir,
}

#[expect(clippy::disallowed_methods, reason = "the script that built the server says where it is")]
fn program() -> Option<String> {
    std::env::var("S3_SERVER").ok()
}

impl Server {
    /// `None` where there is no such program.
    fn start() -> Option<Self> {
        let Some(program) = program() else {
            let said = "not run: S3_SERVER names no S3 server; scripts/test builds one";
            let _ = writeln!(std::io::stderr(), "{said}");
            return None;
        };
        let root = TempDir::new().unwrap();
        std::fs::create_dir(root.path().join("pictures")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--access-key", "key", "--secret-key", "hush"])
            .arg(root.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "the S3 server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { child, port, root })
    }

    fn settings(&self, site: &TestSite, secret: &str) -> Settings {
        let mut settings = Settings::clone(&site.forum.site.settings);
        settings.storage = StorageSettings::S3(Box::new(Bucket {
            name: "pictures".to_owned(),
            prefix: "forum".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port).parse().unwrap()),
            region: "eu-central-1".to_owned(),
            key: "key".to_owned(),
            secret: secret.to_owned(),
        }));
        settings
    }

    /// The files below a folder of the bucket.
    fn files(&self, folder: &str) -> usize {
        let folder = self.root.path().join("pictures/forum").join(folder);
        std::fs::read_dir(folder)
            .map_or(0, |entries| entries.filter(|entry| entry.as_ref().unwrap().path().is_file()).count())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn assert_keeps(storage: &Arc<dyn Storage>) {
    let name = |number: u8| format!("a{number}-9x9.png");
    assert_eq!(storage.list().await.unwrap(), Vec::<String>::new());
    for number in 0..3 {
        storage.put(name(number), "image/png", vec![number; 70_000]).await.unwrap();
        storage.put(name(number), "image/png", vec![number; 70_001]).await.unwrap();
    }
    let mut listed = storage.list().await.unwrap();
    listed.sort_unstable();
    assert_eq!(listed, [name(0), name(1), name(2)]);
    assert_eq!(storage.get(name(1)).await.unwrap().unwrap().bytes, 70_001);
    assert!(storage.has(name(2)).await.unwrap());
    for number in 0..3 {
        storage.delete(name(number)).await.unwrap();
        assert!(!storage.has(name(number)).await.unwrap());
        assert!(storage.get(name(number)).await.unwrap().is_none());
    }
}

#[actix_web::test]
async fn pictures_are_kept_in_a_bucket_of_a_real_server() {
    let Some(server) = Server::start() else { return };
    let site = TestSite::start();
    assert_keeps(&storage::open(&server.settings(&site, "hush")).unwrap()).await;
    let stranger = storage::open(&server.settings(&site, "other")).unwrap();
    let why = stranger.put("b-9x9.png".to_owned(), "image/png", vec![1]).await.unwrap_err();
    assert!(!why.to_string().contains("hush"), "{why}");
    assert_eq!(server.files(""), 0);
}

#[actix_web::test]
async fn evidence_lives_and_ends_in_a_bucket_of_a_real_server() {
    let Some(server) = Server::start() else { return };
    let mut site = TestSite::start();
    let settings = server.settings(&site, "hush");
    let (pictures, vault) = (storage::open(&settings).unwrap(), storage::open_vault(&settings).unwrap());
    pictures.put("a-9x9.png".to_owned(), "image/png", vec![1]).await.unwrap();
    site.forum = site.forum.with_vault(Arc::clone(&vault));
    site.member("ada-north");
    site.staff("vera-agent", &[Role::VerificationAgent]);
    let (vera, own) = (id_of(&site, "vera-agent"), case(&site, "ada-north"));

    let id = keep(&site, "ada-north", own, 5).await;
    keep(&site, "ada-north", own, 6).await;
    let rest = format!("{}0123", &vault.list().await.unwrap()[0][..8]);
    vault.put(rest, "application/octet-stream", vec![1]).await.unwrap();
    assert_eq!(pictures.list().await.unwrap(), ["a-9x9.png"], "each has a folder of its own");
    assert!(holders(server.root.path(), b"what only image 5 shows").is_empty());
    assert!(!folder(&site).exists());
    place(&site, own, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(1))));
    assert_eq!(open(&site, id, vera, Role::VerificationAgent).await.unwrap(), image(5));

    sweep(&site).await;
    assert_eq!(vault.list().await.unwrap().len(), 2, "what nobody knows is gone");
    let (keys, now) = (site.forum.vault.clone(), site.clock.now());
    site.write(move |conn| actions::end_case(conn, keys.keys(), own, now));
    sweep(&site).await;
    assert_eq!((server.files("evidence"), server.files("")), (0, 1));
}

#[actix_web::test]
async fn a_server_that_refuses_keeps_no_evidence() {
    let Some(server) = Server::start() else { return };
    let mut site = TestSite::start();
    let vault = storage::open_vault(&server.settings(&site, "other")).unwrap();
    site.forum = site.forum.with_vault(vault);
    site.member("ada-north");
    let own = case(&site, "ada-north");
    assert!(try_keep(&site, "ada-north", own, image(1)).await.is_err());
    assert_eq!(server.files("evidence"), 0);
}
