//! Keys rotate beside a server at work, and the rotation is killed in between.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use db::{Db, DbConfig, Statement};
use serde_json::json;
use testkit::{Base, Caller, Installation};

fn somebody(n: usize) -> serde_json::Value {
    json!({
        "first_name": format!("Awa{n}"), "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
    })
}

/// Registers, finds and reads patients until told to stop; returns how many there are then.
async fn work(caller: Caller, mut n: usize, stop: Arc<AtomicBool>) -> usize {
    while !stop.load(Ordering::Relaxed) {
        let made = caller.post("patients/", somebody(n)).await;
        made.is(201);
        let found = caller.get(&format!("patients/?search=awa{n}")).await;
        assert_eq!(found.is(200)[0]["id"], made.json["id"], "{}", found.text());
        caller
            .get(&format!("patients/{}/", n % 20 + 1))
            .await
            .is(200);
        n += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    n
}

async fn number(installation: &Installation, sql: &'static str) -> i64 {
    let config = DbConfig::parse(installation.database_url(), installation.dir()).unwrap();
    let db = Db::connect(&config).await.unwrap();
    let (n,) = db.one::<(i64,)>(Statement::raw(sql, vec![])).await.unwrap();
    db.close().await;
    n
}

fn rotates(base: Base) {
    let Some(installation) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let installation = Arc::new(installation.with_superuser());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = installation.serve();
        let desk = server.superuser().await;
        for n in 0..20 {
            desk.post("patients/", somebody(n)).await.is(201);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let worker = tokio::spawn(work(desk.clone(), 20, stop.clone()));
        for which in ["data", "index"] {
            let rotate = ["keys", "rotate", "--which", which];
            // Killed once it has begun: a new key is there, and the old one still at work.
            let mut killed = installation
                .command(&rotate)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let retiring = "SELECT count(*) FROM data_key WHERE state = 'retiring'";
            while number(&installation, retiring).await == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..2600))).await;
            killed.kill().unwrap();
            killed.wait().unwrap();
            let again = installation.clone();
            let done = tokio::task::spawn_blocking(move || again.run(&rotate))
                .await
                .unwrap();
            assert!(done.status.success(), "{done:?}");
            assert_eq!(number(&installation, retiring).await, 0, "{which}");
        }
        stop.store(true, Ordering::Relaxed);
        let made = worker.await.unwrap();
        assert_eq!(
            number(&installation, "SELECT count(*) FROM patient").await,
            made as i64
        );
        assert_eq!(
            number(
                &installation,
                "SELECT count(*) FROM (SELECT DISTINCT substr(sealed, 1, 5) FROM patient) AS used"
            )
            .await,
            1,
            "a patient is still sealed with the old key"
        );
        assert_eq!(
            number(
                &installation,
                "SELECT count(*) FROM (SELECT DISTINCT generation FROM patient_term) AS used"
            )
            .await,
            1,
            "the old index is still there"
        );
        for n in [0, 7, made - 1] {
            let found = desk.get(&format!("patients/?search=awa{n}")).await;
            let names = found.is(200).to_string();
            assert!(names.contains(&format!("\"Awa{n}\"")), "{names}");
        }
        server.stop();
        let verified = installation.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{verified:?}");
    });
}

#[test]
fn sqlite_keys_rotate_beside_a_server_at_work() {
    rotates(Base::Sqlite);
}

#[test]
fn postgres_keys_rotate_beside_a_server_at_work() {
    rotates(Base::Postgres);
}
