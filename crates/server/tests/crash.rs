//! The program is killed while many write: what it had answered is there, and nothing is there by half.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use db::{Db, Statement};
use platform::settings::Settings;
use serde_json::json;
use testkit::{Base, Caller, Installation, MASTER_KEY};

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
