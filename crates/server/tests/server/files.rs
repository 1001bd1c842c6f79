//! Files of patients in a program that runs: it is killed half-way through an upload, many go up and down at once, and
//! they lie in an S3-compatible store.

use std::path::PathBuf;
use std::time::Duration;

use db::{Db, Statement};
use platform::settings::Settings;
use serde_json::json;
use testkit::{Base, Caller, Installation, MASTER_KEY, Process, Reply};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// As large as files may be, and how many at once.
const LARGE: usize = 25_000_000;
const MANY: u8 = 10;
/// What receiving and sending them may take: far less than the 250 MB that they are.
const MEMORY: u64 = 96 << 20;

fn content(number: u8, size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.resize(size, b'a' + number);
    content
}

/// A form with a file.
fn form(content: &[u8]) -> Vec<u8> {
    let mut body = b"--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"scan.pdf\"\r\n\r\n".to_vec();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    body
}

async fn upload(caller: &Caller, path: &str, content: &[u8]) -> Reply {
    let request = caller.request("POST", path);
    let form = form(content);
    request
        .raw("multipart/form-data; boundary=frontier", form)
        .send()
        .await
}

async fn documents_of(caller: &Caller) -> String {
    let body = json!({ "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female" });
    let patient = caller.post("patients/", body).await.id();
    format!("patients/{patient}/documents/")
}

/// Files in the folder, half-written ones included.
fn stored(installation: &Installation) -> Vec<PathBuf> {
    let shelves = std::fs::read_dir(installation.dir().join("files"));
    let shelves = shelves.into_iter().flatten().flatten();
    let files = shelves.flat_map(|shelf| {
        std::fs::read_dir(shelf.path())
            .into_iter()
            .flatten()
            .flatten()
    });
    files.map(|file| file.path()).collect()
}

fn installed(base: Base) -> Option<Installation> {
    let installation = Installation::new(base, env!("CARGO_BIN_EXE_chelal"))?;
    Some(installation.with_superuser())
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

/// Sends the beginning of an upload and no more; the connection stays open as long as it is held.
async fn half_an_upload(server: &Process, caller: &Caller, path: &str) -> TcpStream {
    let body = form(&content(0, LARGE));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /api/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=frontier\r\nContent-Length: {}\r\n\r\n",
        caller.token.as_deref().unwrap_or_default(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..body.len() / 2]).await.unwrap();
    stream
}

/// What runs every hour is due.
async fn the_hour_is_over(installation: &Installation) {
    let pairs = [
        ("DATABASE_URL", installation.database_url().to_owned()),
        ("CHELAL_DATA_DIR", installation.dir().display().to_string()),
        ("CHELAL_MASTER_KEY", MASTER_KEY.to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::from_pairs(pairs).unwrap().settings;
    let db = Db::connect(&settings.db_config()).await.unwrap();
    db.execute(Statement::raw("DELETE FROM job_schedule", vec![]))
        .await
        .unwrap();
    db.close().await;
}

fn leaves_no_orphan(base: Base) {
    let Some(installation) = installed(base) else {
        return;
    };
    run(async {
        let server = installation.serve();
        let caller = server.superuser().await;
        let path = documents_of(&caller).await;
        let kept = upload(&caller, &path, &content(1, 200_000)).await;
        kept.is(201);
        let held = half_an_upload(&server, &caller, &path).await;
        // It has begun to write.
        for _ in 0..500 {
            if stored(&installation).len() > 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(stored(&installation).len() > 1, "nothing was begun");
        server.kill();
        drop(held);
        let server = installation.serve();
        let caller = server.superuser().await;
        assert_eq!(
            caller.get(&path).await.is(200).as_array().unwrap().len(),
            1,
            "no row without its file"
        );
        // The hourly round takes away what nobody names, once it is an hour old.
        let hour_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for file in stored(&installation) {
            std::fs::File::options()
                .write(true)
                .open(file)
                .unwrap()
                .set_modified(hour_ago)
                .unwrap();
        }
        server.stop();
        the_hour_is_over(&installation).await;
        let server = installation.serve();
        for _ in 0..500 {
            if stored(&installation).len() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(
            stored(&installation).len(),
            1,
            "the half-written one is gone"
        );
        let caller = server.superuser().await;
        let content = caller
            .get(&format!("documents/{}/download/", kept.id()))
            .await;
        assert_eq!(content.text().len(), 200_000);
        server.stop();
    });
}

fn takes_little_memory(base: Base) {
    let Some(installation) = installed(base) else {
        return;
    };
    run(async {
        let server = installation.serve();
        let caller = server.superuser().await;
        let path = documents_of(&caller).await;
        upload(&caller, &path, &content(0, 1_000)).await.is(201);
        let Some(before) = server.most_memory() else {
            return;
        };
        let up = (0..MANY).map(|number| {
            let (caller, path) = (caller.clone(), path.clone());
            tokio::spawn(async move { upload(&caller, &path, &content(number, LARGE)).await })
        });
        let mut ids = Vec::new();
        for made in up.collect::<Vec<_>>() {
            ids.push(made.await.unwrap().id());
        }
        let down = ids.into_iter().map(|id| {
            let caller = caller.clone();
            tokio::spawn(async move {
                caller
                    .get(&format!("documents/{id}/download/"))
                    .await
                    .text()
                    .len()
            })
        });
        for size in down.collect::<Vec<_>>() {
            assert_eq!(size.await.unwrap(), LARGE);
        }
        let grown = server.most_memory().unwrap() - before;
        assert!(grown < MEMORY, "{} MB", grown >> 20);
        server.stop();
    });
}

#[test]
fn an_upload_that_is_killed_half_way_leaves_no_orphan() {
    leaves_no_orphan(Base::Sqlite);
}

#[test]
fn many_large_files_at_once_take_little_memory() {
    takes_little_memory(Base::Sqlite);
}

#[test]
fn files_lie_in_an_s3_compatible_store() {
    let Some(mut installation) = installed(Base::Sqlite) else {
        return;
    };
    run(async {
        let store = counterparts::S3::start().await;
        for (name, value) in [
            ("CHELAL_FILES_S3", "s3://hospital/chelal"),
            ("AWS_ENDPOINT", store.url.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
        ] {
            installation.set(name, value);
        }
        let server = installation.serve();
        let caller = server.superuser().await;
        let path = documents_of(&caller).await;
        // In several parts and in one.
        let (large, small) = (content(1, 12_000_000), content(2, 5_000));
        let made = [
            upload(&caller, &path, &large).await.id(),
            upload(&caller, &path, &small).await.id(),
        ];
        for (id, content) in made.into_iter().zip([&large, &small]) {
            let got = caller.get(&format!("documents/{id}/download/")).await;
            assert_eq!(got.status, 200);
            assert!(
                got.text().as_bytes() == content.as_slice(),
                "{id} came back otherwise"
            );
        }
        let kept = store.objects();
        assert_eq!(kept.len(), 2);
        for (key, object) in &kept {
            assert!(key.starts_with("hospital/chelal/"), "{key}");
            assert!(
                !object.windows(8).any(|part| part == b"%PDF-1.7"),
                "nothing lies there in the clear"
            );
        }
        // What is refused is taken away again, and nothing stays begun.
        let refused = upload(&caller, &path, b"MZ\x90\0 a program").await;
        refused.complains_about("file");
        for _ in 0..200 {
            if store.objects().len() == 2 && store.unfinished() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!((store.objects().len(), store.unfinished()), (2, 0));
        assert_eq!(store.complaints(), Vec::<String>::new());
        // A store that fails is said, and nothing is lost or half there.
        store.script.always(counterparts::Behaviour::Answer(
            403,
            "<Error><Code>AccessDenied</Code></Error>",
        ));
        let down = upload(&caller, &path, &small).await;
        assert!(down.status.is_server_error(), "{}", down.status);
        store.script.always(counterparts::Behaviour::Usual);
        assert_eq!(caller.get(&path).await.is(200).as_array().unwrap().len(), 2);
        upload(&caller, &path, &small).await.is(201);
        server.stop();
    });
}
