//! The program is killed while many write, or the disk of its database is full: what it had answered is there, and
//! nothing is there by half.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use db::{Db, Statement};
use platform::settings::Settings;
use serde_json::json;
use tempfile::TempDir;
use testkit::{Base, Caller, Installation, MASTER_KEY, Reply};

const WRITERS: usize = 6;
const ROUNDS: usize = 3;

/// What one writer was promised: the address of each patient by id, and what was sent last without an
/// answer.
#[derive(Default)]
struct Promised {
    addresses: BTreeMap<i64, String>,
    unanswered: BTreeMap<i64, String>,
}

/// Registers patients and changes them until the server is gone.
async fn write(caller: Caller, writer: String, written: Arc<AtomicUsize>) -> Promised {
    let mut promised = Promised::default();
    for n in 0.. {
        let address = format!("{writer} street {n}");
        let known: Vec<i64> = promised.addresses.keys().copied().collect();
        let changed = (n % 3 == 2).then(|| known[n / 2 % known.len()]);
        let request = match changed {
            Some(id) => {
                promised.unanswered.insert(id, address.clone());
                caller
                    .request("PATCH", &format!("patients/{id}/"))
                    .json(&json!({ "address": address }))
            }
            None => caller.request("POST", "patients/").json(&json!({
                "unique_id": format!("{writer}-{n}"), "first_name": "Awa", "last_name": format!("Bah {writer}"),
                "date_of_birth": "1990-01-01", "gender": "Female", "address": address,
            })),
        };
        let Ok(reply) = request.try_send().await else {
            break;
        };
        reply.is(if changed.is_some() { 200 } else { 201 });
        written.fetch_add(1, Ordering::Relaxed);
        promised.unanswered.remove(&reply.id());
        promised.addresses.insert(reply.id(), address);
    }
    promised
}

async fn number(db: &Db, sql: &'static str) -> i64 {
    db.one::<(i64,)>(Statement::raw(sql, vec![]))
        .await
        .unwrap()
        .0
}

/// Every write left its audit row, its search terms and its number, and nothing else did.
async fn nothing_is_there_by_half(installation: &Installation) {
    let pairs = [
        ("DATABASE_URL", installation.database_url().to_owned()),
        ("CHELAL_DATA_DIR", installation.dir().display().to_string()),
        ("CHELAL_MASTER_KEY", MASTER_KEY.to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::from_pairs(pairs).unwrap().settings;
    let db = Db::connect(&settings.db_config()).await.unwrap();
    let patients = number(&db, "SELECT count(*) FROM patient").await;
    for (what, sql, expected) in [
        (
            "creations on record",
            "SELECT count(*) FROM audit_log WHERE object_type = 'Patient' AND action = 'create'",
            patients,
        ),
        (
            "changes on record",
            "SELECT count(*) FROM audit_log WHERE object_type = 'Patient' AND action = 'edit'",
            number(
                &db,
                "SELECT CAST(COALESCE(sum(version - 1), 0) AS BIGINT) FROM patient",
            )
            .await,
        ),
        (
            "card numbers",
            "SELECT count(DISTINCT patient) FROM patient_identifier",
            patients,
        ),
        (
            "searchable patients",
            "SELECT count(DISTINCT patient) FROM patient_term",
            patients,
        ),
    ] {
        assert_eq!(number(&db, sql).await, expected, "{what}");
    }
    db.close().await;
}

fn survives(base: Base) {
    let Some(installation) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let installation = Arc::new(installation.with_superuser());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut promised: Vec<Promised> = Vec::new();
        for round in 0..ROUNDS {
            let server = installation.serve();
            let caller = server.superuser().await;
            holds(&caller, &promised).await;
            let written = Arc::new(AtomicUsize::new(0));
            let writers: Vec<_> = (0..WRITERS)
                .map(|n| {
                    tokio::spawn(write(
                        caller.clone(),
                        format!("R{round}W{n}"),
                        written.clone(),
                    ))
                })
                .collect();
            // All of them are in full swing, however slow the machine is.
            while written.load(Ordering::Relaxed) < 5 * WRITERS {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..600))).await;
            server.kill();
            for writer in writers {
                promised.push(writer.await.unwrap());
            }
            nothing_is_there_by_half(&installation).await;
            let verified = installation.run(&["audit", "verify"]);
            assert!(verified.status.success(), "{verified:?}");
        }
        let server = installation.serve();
        holds(&server.superuser().await, &promised).await;
        server.stop();
        let verified = installation.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{verified:?}");
    });
}

/// Every patient that was promised has the address that was promised, or the one sent in the moment of
/// the kill.
async fn holds(caller: &Caller, promised: &[Promised]) {
    for Promised {
        addresses,
        unanswered,
    } in promised
    {
        for (id, address) in addresses {
            let shown = caller.get(&format!("patients/{id}/")).await;
            let shown = &shown.is(200)["address"];
            let either = [Some(address), unanswered.get(id)];
            assert!(
                either
                    .into_iter()
                    .flatten()
                    .any(|address| shown.as_str() == Some(address)),
                "patient {id}: {shown}, promised {either:?}"
            );
        }
    }
}

#[test]
fn sqlite_survives_being_killed() {
    survives(Base::Sqlite);
}

#[test]
fn postgres_survives_being_killed() {
    survives(Base::Postgres);
}

/// The database of an installation on a small disk of its own. It outlives the installation.
struct SmallDisk {
    at: PathBuf,
    /// What PostgreSQL calls it, and where it is mounted.
    postgres: Option<(String, TempDir)>,
}

impl SmallDisk {
    /// None where this user may not mount one, or make a place for PostgreSQL on it.
    fn under(base: Base, installation: &Installation) -> Option<SmallDisk> {
        match base {
            Base::Sqlite => {
                let database = installation.dir().join("chelal.db");
                let copy = std::fs::read(&database).unwrap();
                let disk = SmallDisk::mounted(installation.dir())?;
                std::fs::write(&database, copy).unwrap();
                Some(disk)
            }
            Base::Postgres => {
                let server = testkit::postgres::server()?;
                let owner = std::fs::metadata(server.directory()?).unwrap();
                let place = TempDir::with_prefix("chelal-test-").unwrap();
                let mut disk = SmallDisk::mounted(place.path())?;
                chown(place.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
                let name = server.move_to(installation.database_url(), place.path());
                disk.postgres = Some((name, place));
                Some(disk)
            }
        }
    }

    fn mounted(at: &Path) -> Option<SmallDisk> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"])
            .arg(at)
            .output();
        let at = at.to_owned();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(SmallDisk { at, postgres: None })
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.at.join("ballast")).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while ballast.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.at.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let (Some((name, _)), Some(server)) = (&self.postgres, testkit::postgres::server()) {
            server.leave(name);
        }
        drop(Command::new("umount").arg("--lazy").arg(&self.at).status());
    }
}

async fn register(caller: &Caller, n: usize) -> Reply {
    let body = json!({ "unique_id": format!("N-{n}"), "first_name": "Awa", "last_name": format!("Bah {n}"), "date_of_birth": "1990-01-01", "gender": "Female" });
    caller.post("patients/", body).await
}

async fn number_of_patients(caller: &Caller) -> usize {
    let all = caller.get("patients/?limit=1&offset=0").await;
    usize::try_from(all.is(200)["count"].as_u64().unwrap()).unwrap()
}

/// Registers until there is no place left in what is there already.
async fn register_until_full(caller: &Caller) -> (usize, Reply) {
    for n in 0..5_000 {
        let reply = register(caller, n).await;
        if reply.status != 201 {
            return (n, reply);
        }
    }
    panic!("the disk has room for ever");
}

#[expect(clippy::print_stderr, reason = "what was not tested is said")]
fn says_so_when_the_disk_is_full(base: Base) {
    let Some(installation) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let Some(disk) = SmallDisk::under(base, &installation) else {
        eprintln!("not tested: this user may not mount a small disk");
        return;
    };
    let installation = installation.with_superuser();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = installation.serve();
        let caller = server.superuser().await;
        // Given a hospital whose disk is full,
        disk.fill();
        // when people go on working, then they are told what is the matter and what to do,
        let (made, refused) = register_until_full(&caller).await;
        let said = refused.refuses(503, "unavailable");
        assert!(said["detail"].as_str().unwrap().contains("disk"), "{said}");
        assert_eq!(refused.header("retry-after"), "5");
        for path in ["health/", "health/ready/"] {
            let health = caller.get(path).await;
            assert_eq!(health.is(503)["database"], "full", "{path}");
        }
        // nothing fails otherwise, and what leaves no trace can be read.
        for n in 0..20 {
            let refused = register(&caller, made).await;
            assert!(
                [201, 503].contains(&refused.status.as_u16()),
                "{n}: {}",
                refused.text()
            );
            let read = caller.get("patients/?limit=1").await;
            assert!(
                [200, 503].contains(&read.status.as_u16()),
                "{}",
                read.text()
            );
        }
        caller.get("roles/").await.is(200);
        // A backup on another disk can be made, and `doctor` says what to mend and leaves nothing behind.
        let elsewhere = TempDir::with_prefix("chelal-test-").unwrap();
        let file = elsewhere.path().join("full.backup").display().to_string();
        let backup = installation.run(&["backup", &file]);
        assert!(backup.status.success(), "{backup:?}");
        let doctor = installation.run(&["doctor"]);
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        if base == Base::Sqlite {
            assert!(
                !doctor.status.success() && said.contains("a disk that is full"),
                "{said}"
            );
        }
        let left = std::fs::read_dir(installation.dir()).unwrap();
        let left = left.filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with(".chelal-doctor")
        });
        assert_eq!(left.count(), 0);
        // When there is room again, then work goes on by itself, with all that was answered and nothing by half.
        disk.make_room();
        let made = number_of_patients(&caller).await;
        register(&caller, 10_000).await.is(201);
        let patience = std::time::Instant::now() + Duration::from_secs(30);
        while caller.get("health/ready/").await.status != 200 {
            assert!(std::time::Instant::now() < patience, "it stays unready");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(number_of_patients(&caller).await, made + 1);
        server.stop();
        nothing_is_there_by_half(&installation).await;
        let verified = installation.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{verified:?}");
        // The backup is whole.
        let mut copy = Installation::empty(Base::Sqlite, env!("CARGO_BIN_EXE_chelal")).unwrap();
        copy.set("CHELAL_MASTER_KEY", MASTER_KEY);
        let restored = copy.run(&["restore", &file]);
        assert!(restored.status.success(), "{restored:?}");
        nothing_is_there_by_half(&copy).await;
    });
}

#[test]
fn sqlite_says_so_when_the_disk_is_full() {
    says_so_when_the_disk_is_full(Base::Sqlite);
}

#[test]
fn postgres_says_so_when_the_disk_is_full() {
    says_so_when_the_disk_is_full(Base::Postgres);
}
