//! The commands as the person gives them who installs, backs up and restores: the real program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use identity::credential::totp::{self, TotpSecret};
use kernel::Clock;
use serde_json::json;
use testkit::{Base, Caller, Installation, MASTER_KEY, PASSWORD, SUPERUSER};

const PROGRAM: &str = env!("CARGO_BIN_EXE_chelal");
/// A name that nothing else contains.
const MARKER: &str = "Quzqwelimo";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

#[track_caller]
fn refused(output: &Output, because: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(because), "{}", said(output));
    assert!(!said(output).contains("panicked"), "{}", said(output));
}

/// A fresh machine; PostgreSQL is given a master key, SQLite makes its own.
fn fresh(base: Base) -> Option<Installation> {
    let mut installation = Installation::empty(base, PROGRAM)?;
    if base == Base::Postgres {
        installation.set("CHELAL_MASTER_KEY", MASTER_KEY);
    }
    Some(installation)
}

/// The key file's bytes as they stand in the file.
fn key_file(installation: &Installation) -> Vec<u8> {
    std::fs::read(installation.dir().join("chelal.key")).unwrap()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

async fn register(caller: &Caller, first: &str, last: &str) -> i64 {
    let body = json!({ "first_name": first, "last_name": last, "date_of_birth": "1984-02-29", "gender": "Male" });
    let reply = caller.post("patients/", body).await;
    reply.is(201);
    reply.id()
}

/// RFC 4648, without padding.
fn from_base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for c in text.bytes() {
        let digit = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == c);
        bits = bits << 5 | u32::try_from(digit.unwrap()).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

/// Switches two-factor on and answers the recovery codes.
async fn switch_two_factor_on(caller: &Caller) -> Vec<String> {
    let setup = caller.post("auth/2fa/setup/", json!({})).await;
    let secret = from_base32(setup.is(200)["secret"].as_str().unwrap());
    let code = TotpSecret::from_bytes(&secret)
        .unwrap()
        .code(totp::step(Clock::system().now()));
    let confirmed = caller
        .post("auth/2fa/confirm/", json!({ "code": code }))
        .await;
    let codes = confirmed.is(200)["recovery_codes"]
        .as_array()
        .unwrap()
        .clone();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

/// From an empty directory to a restored hospital elsewhere.
async fn whole_story(base: Base) -> Option<()> {
    let first = fresh(base)?;
    let server = first.serve();
    assert!(first.logs().contains("/setup?token="), "{}", first.logs());
    let first = first.with_superuser();
    let matron = server.superuser().await;
    let marked = register(&matron, "Awa", MARKER).await;
    let body = json!({ "username": "nurse", "password": PASSWORD, "role": 4 });
    matron.post("users/", body).await.is(201);
    let nurse = server.anonymous().sign_in("nurse", PASSWORD).await;
    let recovery = switch_two_factor_on(&nurse).await;

    // Backed up while others write.
    let stop = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = (0..3)
        .map(|n| {
            let (matron, stop) = (matron.clone(), stop.clone());
            tokio::spawn(async move {
                let mut made = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    made.push(register(&matron, "Busy", &format!("Writer{n}")).await);
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                made
            })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let sure = register(&matron, "Before", "Backup").await;
    let file = first.dir().join("hospital.backup");
    let path = file.display().to_string();
    let (backed_up, first) = tokio::task::spawn_blocking({
        let path = path.clone();
        move || (first.run(&["backup", &path]), first)
    })
    .await
    .unwrap();
    assert!(backed_up.status.success(), "{}", said(&backed_up));
    assert!(
        said(&backed_up).contains("keep a copy of the key elsewhere"),
        "{}",
        said(&backed_up)
    );
    stop.store(true, Ordering::Relaxed);
    let mut written = 0;
    for writer in writing {
        written += writer.await.unwrap().len();
    }
    assert!(written > 3, "hardly anybody wrote: {written}");
    let exported = matron
        .get("audit_logs/?action=export&object_type=Backup")
        .await;
    assert_eq!(
        exported.is(200).as_array().unwrap().len(),
        1,
        "{}",
        exported.text()
    );
    refused(&first.run(&["backup", &path]), "exists already");
    server.stop();

    let bytes = std::fs::read(&file).unwrap();
    assert!(!holds(&bytes, MARKER.as_bytes()), "a name in the clear");
    let key = match base {
        Base::Sqlite => key_file(&first),
        Base::Postgres => MASTER_KEY.as_bytes().to_vec(),
    };
    assert!(!holds(&bytes, key.trim_ascii()), "the key is in the backup");

    // Another machine.
    let mut second = Installation::empty(base, PROGRAM)?;
    refused(
        &second.run(&["restore", "nowhere.backup"]),
        "there is no such file",
    );
    refused(&second.run(&["restore", &path]), "CHELAL_MASTER_KEY");
    second.set("CHELAL_MASTER_KEY", &"5e02".repeat(16));
    refused(&second.run(&["restore", &path]), "nothing has been changed");
    assert!(!second.dir().join("chelal.db").exists());
    bring_key(&first, &mut second, base);
    let restored = second.run(&["restore", &path]);
    assert!(restored.status.success(), "{}", said(&restored));
    refused(
        &second.run(&["restore", &path]),
        match base {
            Base::Sqlite => "only where there is no database",
            Base::Postgres => "not empty",
        },
    );
    let verified = second.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    // That it was restored is linked and anchored already.
    let numbers: Vec<u64> = said(&verified)
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    assert!(
        matches!(numbers[..], [linked, 0, anchored] if linked == anchored),
        "{}",
        said(&verified)
    );

    let server = second.serve();
    let matron = server.superuser().await;
    let noted = matron
        .get("audit_logs/?action=other&object_type=Backup")
        .await;
    let noted = noted.is(200).as_array().unwrap().clone();
    assert_eq!(noted.len(), 1, "the restore is on record");
    assert_eq!(noted[0]["username"], "(restore)");
    for id in [marked, sure] {
        matron.get(&format!("patients/{id}/")).await.is(200);
    }
    let found = matron
        .get(&format!("patients/?search={}", &MARKER[..4]))
        .await;
    assert_eq!(found.is(200)[0]["last_name"], MARKER);
    let exported = matron
        .get("audit_logs/?action=export&object_type=Backup")
        .await;
    assert_eq!(
        exported.is(200).as_array().unwrap().len(),
        1,
        "the backup is on record in itself"
    );
    let challenge = server
        .anonymous()
        .post(
            "auth/",
            json!({ "username": "nurse", "password": PASSWORD }),
        )
        .await;
    let challenge = &challenge.is(200)["challenge"];
    let second_step = json!({ "challenge": challenge, "code": recovery[0] });
    server
        .anonymous()
        .post("auth/2fa/", second_step)
        .await
        .is(200);
    register(&matron, "After", "Restore").await;
    server.stop();
    let verified = second.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    let examined = second.run(&["doctor"]);
    assert!(examined.status.success(), "{}", said(&examined));
    Some(())
}

fn bring_key(from: &Installation, to: &mut Installation, base: Base) {
    match base {
        Base::Postgres => to.set("CHELAL_MASTER_KEY", MASTER_KEY),
        Base::Sqlite => {
            let file = PathBuf::from(to.dir()).join("chelal.key");
            std::fs::copy(from.dir().join("chelal.key"), file).unwrap();
            to.set("CHELAL_MASTER_KEY", "");
        }
    }
}

fn run(base: Base) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(whole_story(base));
}

#[test]
fn sqlite_is_backed_up_under_load_and_restored_elsewhere() {
    run(Base::Sqlite);
}

#[test]
fn postgres_is_backed_up_under_load_and_restored_elsewhere() {
    run(Base::Postgres);
}

/// Content that is no whole number of chunks, and looks like a picture.
fn picture(bytes: usize) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    content.extend((0..bytes).map(|at| (at * 7 % 251) as u8));
    content
}

async fn upload(caller: &Caller, patient: i64, name: &str, content: &[u8]) -> i64 {
    let head = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--frontier--\r\n"].concat();
    let path = format!("patients/{patient}/documents/");
    let request = caller.request("POST", &path);
    let made = request
        .raw("multipart/form-data; boundary=frontier", body)
        .send()
        .await;
    made.is(201);
    made.id()
}

fn stored(installation: &Installation) -> Vec<PathBuf> {
    let Ok(shelves) = std::fs::read_dir(installation.dir().join("files")) else {
        return Vec::new();
    };
    let files = shelves
        .flatten()
        .flat_map(|shelf| std::fs::read_dir(shelf.path()).unwrap().flatten());
    files.map(|file| file.path()).collect()
}

/// Documents are uploaded, backed up, and read again on another machine.
async fn documents_story(base: Base) -> Option<()> {
    let first = fresh(base)?;
    let server = first.serve();
    let first = first.with_superuser();
    let matron = server.superuser().await;
    let patient = register(&matron, "Awa", MARKER).await;
    let large = picture(3_000_000);
    let scan = upload(&matron, patient, "scan.png", &large).await;
    let note = upload(
        &matron,
        patient,
        "note.txt",
        "a note about the cough".as_bytes(),
    )
    .await;
    server.stop();
    let file = first.dir().join("hospital.backup");
    let path = file.display().to_string();
    let made = first.run(&["backup", &path]);
    assert!(said(&made).contains("2 documents"), "{}", said(&made));
    let bytes = std::fs::read(&file).unwrap();
    assert!(holds(&bytes, b"files.sha256"));
    assert!(!holds(&bytes, b"about the cough"), "a note in the clear");
    let without = first.dir().join("without.backup").display().to_string();
    let made = first.run(&["backup", &without, "--without-documents"]);
    assert!(said(&made).contains("are not in it"), "{}", said(&made));
    assert!(std::fs::metadata(&without).unwrap().len() + 2_000_000 < bytes.len() as u64);

    // One bit of a document, or a document cut out of the archive: nothing is put anywhere.
    let mut second = Installation::empty(base, PROGRAM)?;
    bring_key(&first, &mut second, base);
    let sealed = std::fs::read(
        stored(&first)
            .into_iter()
            .max_by_key(|file| std::fs::metadata(file).unwrap().len())
            .unwrap(),
    )
    .unwrap();
    let at = bytes
        .windows(64)
        .position(|window| window == &sealed[1_000_000..1_000_064])
        .unwrap();
    let damaged = first.dir().join("damaged.backup");
    let mut changed = bytes.clone();
    changed[at] ^= 1;
    let mut shortened = bytes.clone();
    shortened.drain(at - 512 * 100..at);
    for archive in [&changed, &shortened] {
        std::fs::write(&damaged, archive).unwrap();
        refused(
            &second.run(&["restore", &damaged.display().to_string()]),
            "is not a whole backup",
        );
        assert!(stored(&second).is_empty(), "{:?}", stored(&second));
        assert!(!second.dir().join("chelal.db").exists());
    }

    // Wiped, and put back on another machine.
    let restored = second.run(&["restore", &path]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(
        said(&restored).contains("2, each with its file"),
        "{}",
        said(&restored)
    );
    let server = second.serve();
    let matron = server.superuser().await;
    for (document, content) in [(scan, large.as_slice()), (note, b"a note about the cough")] {
        let got = matron.get(&format!("documents/{document}/download/")).await;
        assert_eq!(got.status, 200);
        assert_eq!(got.bytes, content, "the bytes of documents/{document}/");
    }
    server.stop();
    let examined = second.run(&["doctor"]);
    assert!(
        said(&examined).contains("documents: 2 are kept, each with its file"),
        "{}",
        said(&examined)
    );

    // A file that is lost is named, and does not keep the rest from being saved.
    let smallest = stored(&second)
        .into_iter()
        .min_by_key(|file| std::fs::metadata(file).unwrap().len());
    std::fs::remove_file(smallest.unwrap()).unwrap();
    let examined = second.run(&["doctor"]);
    assert_eq!(examined.status.code(), Some(1), "{}", said(&examined));
    assert!(
        said(&examined).contains(&format!("documents/{note}/")),
        "{}",
        said(&examined)
    );
    let again = second.dir().join("again.backup").display().to_string();
    let made = second.run(&["backup", &again]);
    assert!(
        said(&made).contains("1 documents; 1 more have lost their file"),
        "{}",
        said(&made)
    );

    // Without documents, the database is restored and says what is missing until the folder is there.
    let mut third = Installation::empty(base, PROGRAM)?;
    bring_key(&first, &mut third, base);
    let restored = third.run(&["restore", &without]);
    assert!(
        said(&restored).contains("the backup was made without them"),
        "{}",
        said(&restored)
    );
    for from in stored(&first) {
        let shelf = third
            .dir()
            .join("files")
            .join(from.parent().unwrap().file_name().unwrap());
        std::fs::create_dir_all(&shelf).unwrap();
        std::fs::copy(&from, shelf.join(from.file_name().unwrap())).unwrap();
    }
    let examined = third.run(&["doctor"]);
    assert!(examined.status.success(), "{}", said(&examined));
    Some(())
}

#[test]
fn documents_are_carried_by_a_backup_on_sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(documents_story(Base::Sqlite));
}

#[test]
fn documents_are_carried_by_a_backup_on_postgres() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(documents_story(Base::Postgres));
}

/// The demo has a past, and its books and shelves agree with it.
async fn three_months_add_up(address: std::net::SocketAddr, password: &str) {
    let admin = Caller::at(address).sign_in("admin", password).await;
    let books = admin.get("financial-reports/reconciliation/").await;
    for row in books.is(200).as_array().unwrap() {
        assert_eq!(row["agrees"], true, "{row}");
    }
    for (path, least) in [
        ("encounters/?status=signed", 80),
        ("bills/?status=Paid", 15),
        ("bills/?status=Partially Paid", 5),
        ("bills/?status=Open", 5),
        ("insurance-claims/?status=paid", 5),
        ("insurance-claims/?status=submitted", 1),
        ("admissions/?open=true", 2),
        ("goods-received-notes/", 4),
        ("lab_orders/?status=Reviewed", 40),
        ("lab_orders/?status=Ordered", 1),
        ("lab_orders/?status=Completed", 1),
    ] {
        let path = path.replace(' ', "%20");
        let found = admin.get(&path).await.is(200).as_array().unwrap().len();
        assert!(found >= least, "{path}: {found}");
    }
    let before = Clock::system().now() - jiff::SignedDuration::from_hours(24 * 70);
    let before = before.strftime("%F");
    let path = format!("medications/stock_as_of/?date={before}");
    assert!(
        !admin
            .get(&path)
            .await
            .is(200)
            .as_array()
            .unwrap()
            .is_empty()
    );
    let doctor = Caller::at(address).sign_in("dr.jallow", password).await;
    let alerts = doctor.get("alerts/?unread=true").await;
    assert!(alerts.text().contains("critical_lab"), "{}", alerts.text());
}

/// A sum that somebody changed past the ledger is named with its bill.
#[test]
fn doctor_proves_the_books() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hospital = fresh(Base::Sqlite).unwrap();
    let server = hospital.serve();
    let hospital = hospital.with_superuser();
    runtime.block_on(async {
        let matron = server.superuser().await;
        let patient = register(&matron, "Awa", MARKER).await;
        let bill = json!({ "patient": patient, "total_amount": 500 });
        let bill = matron.post("bills/", bill).await;
        bill.is(201);
        let path = format!("bills/{}/payments/", bill.id());
        let body = json!({ "amount": 120, "method": "Cash" });
        matron.post(&path, body).await.is(201);
    });
    server.stop();
    let examined = hospital.run(&["doctor"]);
    let sound = "money ledger: every balance";
    assert!(said(&examined).contains(sound), "{}", said(&examined));
    let past_the_ledger = "UPDATE bill SET balance_due = balance_due - 1000, outstanding = outstanding - 1000, \
                           written_off_amount = written_off_amount + 1000";
    runtime.block_on(async {
        use db::{Db, DbConfig, DbUrl, Statement};
        let file = DbUrl::Sqlite(hospital.dir().join("chelal.db"));
        let db = Db::connect(&DbConfig::new(file)).await.unwrap();
        let changed = db
            .execute(Statement::raw(past_the_ledger, Vec::new()))
            .await;
        assert_eq!(changed.unwrap(), 1);
        db.close().await;
    });
    let examined = hospital.run(&["doctor"]);
    assert_eq!(examined.status.code(), Some(1), "{}", said(&examined));
    for found in [
        "what the patient owes on bill 1 says 37000, and its entries 38000",
        "what was written off on bill 1 says 1000, and its entries 0",
    ] {
        assert!(said(&examined).contains(found), "{}", said(&examined));
    }
}

#[test]
fn licences_are_told() {
    let place = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    let told = said(&place.run(&["licences"])).to_lowercase();
    for part in ["mit license", "sil open font license", "apache license"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_backup_makes_and_changes_nothing() {
    let empty = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    refused(
        &empty.run(&["backup", "hospital.backup"]),
        "there is no database",
    );
    let left: Vec<_> = std::fs::read_dir(empty.dir()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn in_a_wrong_directory_no_command_makes_a_hospital() {
    let wrong = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    for command in [
        &["audit", "verify"][..],
        &["keys", "rotate"],
        &[
            "createsuperuser",
            "--username",
            "matron",
            "--password-stdin",
        ],
        &["import-patients", "patients.csv"],
        &["send-appointment-reminders"],
        &["worker"],
    ] {
        let ran = wrong.run_with(command, PASSWORD);
        assert_eq!(ran.status.code(), Some(2), "{command:?}: {}", said(&ran));
        assert!(
            said(&ran).contains("there is no database at"),
            "{}",
            said(&ran)
        );
        let left: Vec<_> = std::fs::read_dir(wrong.dir()).unwrap().collect();
        assert!(left.is_empty(), "{command:?}: {left:?}");
    }
}

#[test]
fn an_empty_postgres_is_no_hospital_either() {
    let Some(wrong) = Installation::empty(Base::Postgres, PROGRAM) else {
        return;
    };
    let ran = wrong.run(&["audit", "verify"]);
    assert_eq!(ran.status.code(), Some(2), "{}", said(&ran));
    assert!(
        said(&ran).contains("the database is empty"),
        "{}",
        said(&ran)
    );
}

/// `script` gives the program a terminal of its own, whose input is what is typed.
#[test]
fn createsuperuser_asks_twice_and_shows_nothing() {
    let place = Installation::new(Base::Sqlite, PROGRAM).unwrap();
    let typed = |first: &str, second: &str, name: &str| {
        let command = format!("{PROGRAM} createsuperuser --username {name}");
        let child = place.command(&[]);
        let asked = std::process::Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .env_clear()
            .envs(
                child
                    .get_envs()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
            )
            .env("PATH", "/usr/bin:/bin")
            .env("SHELL", "/bin/sh")
            .current_dir(place.dir())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn();
        let mut asked = asked.unwrap();
        let mut stdin = asked.stdin.take().unwrap();
        for line in [first, second] {
            // As fast as people type: what comes before the question is thrown away.
            std::thread::sleep(std::time::Duration::from_millis(1500));
            writeln!(stdin, "{line}").unwrap();
        }
        let done = asked.wait_with_output().unwrap();
        drop(stdin);
        done
    };
    let made = typed(PASSWORD, PASSWORD, "matron");
    assert!(made.status.success(), "{}", said(&made));
    assert!(
        said(&made).contains("matron may sign in"),
        "{}",
        said(&made)
    );
    assert!(!said(&made).contains(PASSWORD), "{}", said(&made));
    let differs = typed(PASSWORD, "something else", "other");
    assert!(
        !differs.status.success() && said(&differs).contains("differ"),
        "{}",
        said(&differs)
    );
    // Without a terminal it does not wait for one.
    let silent = place.run(&["createsuperuser", "--username", "third"]);
    assert_eq!(silent.status.code(), Some(2), "{}", said(&silent));
    assert!(
        said(&silent).contains("--password-stdin"),
        "{}",
        said(&silent)
    );
}

/// A real hospital's reminders would be shown on the terminal and taken for sent.
#[test]
fn a_demo_leaves_a_real_hospital_alone() {
    let hospital = Installation::new(Base::Sqlite, PROGRAM).unwrap();
    let dir = hospital.dir().display().to_string();
    let ran = hospital.run(&["demo", "--dir", &dir]);
    assert_eq!(ran.status.code(), Some(2), "{}", said(&ran));
    assert!(
        said(&ran).contains("was not made by `chelal demo`"),
        "{}",
        said(&ran)
    );
}

/// Half of it would be taken for all, and nobody was told the passwords.
#[test]
fn a_demo_that_was_stopped_half_way_says_what_to_do() {
    let around = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    let dir = around.dir().join("demo");
    let kept = ["demo", "--dir", dir.to_str().unwrap()];
    let mut child = around.command(&kept).spawn().unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !dir.join("chelal.db").exists() {
        assert!(std::time::Instant::now() < until, "it makes no database");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let again = around.run(&kept);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    for part in [
        "was stopped before it was finished",
        "Delete the directory and start again",
    ] {
        assert!(said(&again).contains(part), "{}", said(&again));
    }
}

/// A load balancer learns from readiness that requests go elsewhere, before connections are refused.
#[test]
fn a_server_that_is_told_to_stop_says_so_first() {
    let mut hospital = Installation::new(Base::Sqlite, PROGRAM).unwrap();
    hospital.set("CHELAL_DRAIN_SECONDS", "3");
    let server = hospital.serve();
    let nobody = server.anonymous();
    let stopping = std::thread::spawn(move || server.stop());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(2);
        loop {
            let ready = nobody.get("health/ready/").await;
            if ready.status == 503 {
                assert_eq!(ready.json["status"], "stopping");
                break;
            }
            assert!(std::time::Instant::now() < until, "{}", ready.text());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // Whoever is sent here all the same is served.
        nobody.get("health/live/").await.is(200);
        nobody.get("patients/").await.is(401);
    });
    stopping.join().unwrap();
}

/// Each proof of a password takes 19 MiB for a moment.
#[test]
fn memory_that_a_password_took_is_given_back() {
    const AT_ONCE: usize = 4;
    const ROUNDS: usize = 50;
    // What stays besides are caches; a fortieth of what 200 proofs take.
    const MORE: u64 = 96 << 20;
    let installation = Installation::new(Base::Sqlite, PROGRAM)
        .unwrap()
        .with_superuser();
    let server = installation.serve();
    let Some(before) = server.memory() else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for _ in 0..ROUNDS {
            let signing_in: Vec<_> = (0..AT_ONCE).map(|_| server.superuser()).collect();
            futures_util::future::join_all(signing_in).await;
        }
    });
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while server.memory().unwrap() > before + MORE {
        assert!(
            std::time::Instant::now() < patience,
            "{before} bytes before, {:?} after {} sign-ins",
            server.memory(),
            AT_ONCE * ROUNDS
        );
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    server.stop();
}

#[test]
fn doctor_says_what_to_mend_and_exits_with_it() {
    let mut hospital = Installation::new(Base::Sqlite, PROGRAM).unwrap();
    let examined = hospital.run(&["doctor"]);
    assert_eq!(examined.status.code(), Some(0), "{}", said(&examined));
    assert!(
        said(&examined).contains("Everything works;"),
        "{}",
        said(&examined)
    );
    hospital.set("CHELAL_MASTER_KEY", &"5e02".repeat(16));
    let examined = hospital.run(&["doctor"]);
    assert_eq!(examined.status.code(), Some(1), "{}", said(&examined));
    assert!(
        said(&examined).contains("to be mended"),
        "{}",
        said(&examined)
    );
    hospital.set("CHELAL_BIND", "somewhere");
    let examined = hospital.run(&["doctor"]);
    assert_eq!(examined.status.code(), Some(2), "{}", said(&examined));
    assert!(
        said(&examined).contains("CHELAL_BIND"),
        "{}",
        said(&examined)
    );
}

/// The directory is of the demo's own making, and the installation's settings are not its own.
#[test]
fn a_demo_has_everybody_and_leaves_nothing() {
    let around = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let log = around.dir().join("demo.log");
    let mut child = around
        .command(&["demo"])
        .env("TMPDIR", around.dir())
        .stdout(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(120);
    let address = loop {
        let said = text(&log);
        let address = said
            .lines()
            .find_map(|line| line.split_once("listens on http://")?.1.parse().ok());
        if let Some(address) = address {
            break address;
        }
        assert!(
            child.try_wait().unwrap().is_none() && std::time::Instant::now() < until,
            "{said}"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let printed = text(&log);
    let password = printed
        .split_once("the password  ")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap()
        .to_owned();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for role in [
            "admin",
            "dr.jallow",
            "dr.touray",
            "reception",
            "nurse",
            "pharmacy",
            "lab",
            "cashier",
            "patient",
        ] {
            assert!(printed.contains(&format!("  {role} ")), "{printed}");
            Caller::at(address)
                .sign_in(role, &password)
                .await
                .get("dashboard/")
                .await
                .is(200);
        }
        let patient = Caller::at(address).sign_in("patient", &password).await;
        assert_eq!(
            patient
                .get("patients/")
                .await
                .is(200)
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let reception = Caller::at(address).sign_in("reception", &password).await;
        assert!(
            reception
                .get("patients/")
                .await
                .is(200)
                .as_array()
                .unwrap()
                .len()
                > 20
        );
        let queue = reception.get("appointments/queue/").await;
        assert!(
            queue.is(200).as_array().unwrap().len() >= 6,
            "{}",
            queue.text()
        );
        for (dashboard, figure) in [
            ("reception", "patient_queue"),
            ("reception", "today_schedule"),
            ("dr.jallow", "today_appointments"),
            ("nurse", "pending_tasks"),
            ("patient", "upcoming_appointments"),
        ] {
            let caller = Caller::at(address).sign_in(dashboard, &password).await;
            let shown = caller.get("dashboard/").await;
            assert!(
                shown.is(200)[figure].as_i64() > Some(0),
                "{figure}: {}",
                shown.text()
            );
        }
        three_months_add_up(address, &password).await;
        for path in ["resources/", "resource-bookings/", "doctor-schedules/"] {
            assert!(
                !reception
                    .get(path)
                    .await
                    .is(200)
                    .as_array()
                    .unwrap()
                    .is_empty(),
                "{path}"
            );
        }
        // The worker plans reminders of what is to come.
        let planned = async || {
            let list = reception
                .get("appointment-notifications/?notification_type=reminder&limit=1")
                .await;
            list.is(200)["count"].as_i64()
        };
        let until = std::time::Instant::now() + std::time::Duration::from_secs(120);
        while planned().await < Some(30) {
            assert!(
                std::time::Instant::now() < until,
                "{:?} reminders",
                planned().await
            );
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
    let ended = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(ended.unwrap().success() && child.wait().unwrap().success());
    let left: Vec<_> = std::fs::read_dir(around.dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["demo.log"], "the demo's directory is still there");
}

#[test]
fn the_account_that_the_link_makes_is_the_superuser() {
    let installation = Installation::empty(Base::Sqlite, PROGRAM).unwrap();
    let server = installation.serve();
    let logs = installation.logs();
    let token = logs
        .split_once("/setup?token=")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap()
        .to_owned();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let nobody = server.anonymous();
        let page = nobody.get(&format!("/setup?token={token}")).await;
        page.is(200);
        let form = |password: &str| {
            format!("token={token}&username={SUPERUSER}&email=&password={password}&password_again={password}").replace(' ', "+")
        };
        let send = |form: String| nobody.request("POST", "/setup").header("sec-fetch-site", "same-origin").raw("application/x-www-form-urlencoded", form.into_bytes()).send();
        send(form("short")).await.is(400);
        send(form(PASSWORD)).await.is(303);
        let again = nobody.get(&format!("/setup?token={token}")).await;
        assert!(again.status == 400 && again.text().contains("was used already"), "{}", again.text());
        send(form(PASSWORD)).await.is(401);
        let matron = server.superuser().await;
        matron.get("audit_logs/").await.is(200);
    });
    server.stop();
}
