//! What is sealed as the program keeps it: in its logs, after damage, and without the right key.

use std::path::Path;

use db::{Db, DbConfig, Statement, ToValue, Value};
use serde_json::json;
use testkit::{Base, Installation};

/// No word of any language, in any spelling.
const MARK: &str = "zqmarkvx";

fn on(base: Base, test: impl AsyncFnOnce(Installation)) {
    if let Some(installation) = Installation::new(base, env!("CARGO_BIN_EXE_chelal")) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(test(installation));
    }
}

async fn database(installation: &Installation) -> Db {
    let config = DbConfig::parse(installation.database_url(), installation.dir()).unwrap();
    Db::connect(&config).await.unwrap()
}

async fn change(db: &Db, sql: &'static str, values: Vec<Value>) {
    assert_eq!(
        db.execute(Statement::raw(sql, values)).await.unwrap(),
        1,
        "{sql}"
    );
}

/// Nothing of what lies there, and not how.
fn says_nothing(text: &str) {
    let text = text.to_lowercase();
    assert!(
        !["seal", "cipher", "sql", MARK]
            .iter()
            .any(|word| text.contains(word)),
        "{text}"
    );
}

/// The wordiest log and a damaged database, while a patient is registered, changed and looked up.
async fn damage_is_an_error_and_nothing_is_said(mut installation: Installation) {
    installation.set("CHELAL_LOG", "trace");
    let installation = installation.with_superuser();
    let server = installation.serve();
    let desk = server.superuser().await;
    let body = json!({
        "first_name": format!("{MARK}first"), "last_name": format!("{MARK}last"), "date_of_birth": "1903-07-19", "gender": "Female",
        "address": format!("{MARK} street"), "email": format!("{MARK}@hospital.example"), "emergency_contact": format!("{MARK} sister"),
    });
    let twin = json!({ "unique_id": "T-2", "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female" });
    let ids = [
        desk.post("patients/", body.clone()).await.is(201)["id"]
            .as_i64()
            .unwrap(),
        desk.post("patients/", twin.clone()).await.is(201)["id"]
            .as_i64()
            .unwrap(),
    ];
    let paths = ids.map(|id| format!("patients/{id}/"));
    desk.patch(&paths[0], json!({ "address": format!("{MARK} lane") }))
        .await
        .is(200);
    desk.patch(&paths[0], json!({ "email": MARK }))
        .await
        .is(400);
    desk.get(&format!("patients/?search={MARK}first"))
        .await
        .is(200);
    desk.request("POST", "patients/")
        .raw(
            "application/json",
            format!("{{\"first_name\": \"{MARK}").into_bytes(),
        )
        .send()
        .await
        .is(400);

    let db = database(&installation).await;
    let sealed = "SELECT sealed FROM patient ORDER BY id";
    let before: Vec<(Vec<u8>,)> = db.all(Statement::raw(sealed, vec![])).await.unwrap();
    let put = "UPDATE patient SET sealed = $1 WHERE id = $2";
    let mut flipped = before[0].0.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let mut other_key = before[0].0.clone();
    other_key[4] ^= 0x40;
    let short = before[0].0[..20].to_vec();
    for damaged in [flipped, other_key, short, Vec::new(), before[1].0.clone()] {
        change(&db, put, vec![damaged.to_value(), ids[0].to_value()]).await;
        for reply in [
            desk.get(&paths[0]).await,
            desk.patch(&paths[0], json!({ "address": "x" })).await,
        ] {
            let said = reply.refuses(503, "damaged");
            let keys: Vec<&String> = said.as_object().unwrap().keys().collect();
            let told = ["code", "detail", "id", "record", "request_id"];
            assert_eq!(keys, told, "{}", reply.text());
            says_nothing(&reply.text());
            assert!(
                installation
                    .logs()
                    .contains(reply.json["request_id"].as_str().unwrap()),
                "{} is not in the log",
                reply.text()
            );
        }
        // The others are shown, and in its place that there is one which cannot be read.
        let list = desk.get("patients/").await;
        let rows = list.is(200).as_array().unwrap();
        assert_eq!(
            (&rows[0]["id"], &rows[1]["id"]),
            (&json!(ids[1]), &json!(ids[0]))
        );
        assert_eq!((rows.len(), &rows[1]["code"]), (2, &json!("damaged")));
        says_nothing(&list.text().replace("unique_id", ""));
        desk.get(&paths[1]).await.is(200);
    }
    change(&db, put, vec![before[0].0.to_value(), ids[0].to_value()]).await;
    desk.get(&paths[0]).await.is(200);

    // Sealed anew, the same is not the same.
    let again = desk.patch(&paths[1], json!({ "address": "x" })).await;
    again.is(200);
    let again = desk.patch(&paths[1], json!({ "address": "" })).await;
    again.is(200);
    let after: Vec<(Vec<u8>,)> = db.all(Statement::raw(sealed, vec![])).await.unwrap();
    let shared = |a: &[u8], b: &[u8]| {
        a.windows(12)
            .any(|part| b.windows(12).any(|other| part == other))
    };
    assert!(
        !shared(&before[1].0[5..], &after[1].0[5..]),
        "equal values are sealed alike"
    );
    db.close().await;

    server.stop();
    let logs = installation.logs();
    assert!(logs.contains("/api/patients/"), "the log says little");
    let leaked: Vec<&str> = logs
        .lines()
        .filter(|line| line.to_lowercase().contains(MARK) || line.contains("1903-07-19"))
        .collect();
    assert!(
        leaked.is_empty(),
        "{} lines such as {}",
        leaked.len(),
        leaked[0]
    );
}

/// Without the key of its database the program does not start, and says why and what to do.
async fn only_the_right_key_opens(mut installation: Installation) {
    let file = installation.dir().join("other.key");
    let says = |installation: &Installation, words: &[&str]| {
        let ended = installation.run(&["serve"]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(matches!(ended.status.code(), Some(1 | 2)), "{ended:?}");
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(
            !said.contains("panicked") && !said.contains("5e01"),
            "{said}"
        );
    };
    let configured = |installation: &mut Installation, key: &str, file: &Path| {
        installation.set("CHELAL_MASTER_KEY", key);
        let file = file.display().to_string();
        installation.set("CHELAL_KEY_FILE", &file);
    };
    configured(&mut installation, &"a70c".repeat(16), Path::new(""));
    says(&installation, &["wrong master key"]);
    configured(&mut installation, "", Path::new(""));
    says(&installation, &["master key", "CHELAL_KEY_FILE"]);
    configured(&mut installation, "5e01", Path::new(""));
    says(
        &installation,
        &["CHELAL_MASTER_KEY", "64 hexadecimal digits"],
    );
    configured(&mut installation, "", &file);
    says(&installation, &["other.key"]);
    assert!(
        !file.exists(),
        "a key was made up for a database that has one"
    );
    std::fs::write(&file, "a70c".repeat(16)).unwrap();
    says(&installation, &["other.key"]);
    configured(&mut installation, &"5e01".repeat(16), Path::new(""));
    installation.serve().stop();
}

#[test]
fn sqlite_damage_is_an_error_and_nothing_is_said() {
    on(Base::Sqlite, damage_is_an_error_and_nothing_is_said);
}

#[test]
fn postgres_damage_is_an_error_and_nothing_is_said() {
    on(Base::Postgres, damage_is_an_error_and_nothing_is_said);
}

#[test]
fn sqlite_only_the_right_key_opens() {
    on(Base::Sqlite, only_the_right_key_opens);
}

#[test]
fn postgres_only_the_right_key_opens() {
    on(Base::Postgres, only_the_right_key_opens);
}
