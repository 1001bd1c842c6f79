//! `audit_logs/`: who saw or changed what, found by whom and what it was about.

use std::time::Duration;

use platform::audit::verify::{Problem, verify};
use platform::audit::{Action, AuditEntry, sealer};
use platform::db::Statement;
use platform::unit;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// More than the index of subjects takes at a time.
const MANY: i64 = 16_400;

/// As if so many requests had been: each about one of a hundred patients, every tenth a list of three,
/// and each about an object of its own.
async fn busy_day(world: &World) {
    unit::program(&world.app, "test", |cx| {
        Box::pin(async move {
            for n in 0..MANY {
                let entry = AuditEntry::new(Action::View, "Chart", Some(1_000_000 + n));
                cx.audit(if n % 10 == 0 {
                    entry.of_patients([n % 100 + 1, 777, 5000 + n])
                } else {
                    entry.of_patient(Some(n % 100 + 1))
                });
            }
            Ok(())
        })
    })
    .await
    .expect("a busy day");
}

async fn segments(world: &World) -> i64 {
    let built = Statement::raw("SELECT count(*) FROM audit_segment", vec![]);
    world
        .app
        .unguarded("test")
        .one::<(i64,)>(built)
        .await
        .expect("a number")
        .0
}

/// How many rows a question finds, and the newest of them.
async fn found(admin: &Caller, query: &str) -> (u64, Json) {
    let answer = admin.get(&format!("audit-logs/?limit=1&{query}")).await;
    let count = answer.is(200)["count"].as_u64().expect("a count");
    (count, answer.is(200)["results"][0].clone())
}

/// What the day left, wherever the index stands.
async fn questions(admin: &Caller) {
    for (query, count) in [
        ("patient=2", 164),
        ("patient_id=2", 164),
        ("patient=1", 164),
        ("patient=777", 1640),
        ("patient=5010", 1),
        ("patient=5011", 0),
        ("object_id=1000003", 1),
        ("object_id=1016399", 1),
        ("patient=2&object_id=1000001", 1),
        ("patient=3&object_id=1000001", 0),
        ("patient__in=2,4&object_id=1000001", 1),
        ("patient=77", 164),
        ("patient=7", 164),
    ] {
        // Asking leaves rows, too: of reading the trail.
        let query = &format!("object_type=Chart&{query}");
        let (rows, newest) = found(admin, query).await;
        assert_eq!(rows, count, "{query}: {newest}");
    }
}

testkit::on_both! {
    async fn rows_are_found_by_their_subjects_before_and_after_they_are_indexed(world: &World) {
        let admin = world.admin().await;
        admin.get("audit_logs/?patient=many").await.complains_about("patient");
        busy_day(world).await;
        assert_eq!(segments(world).await, 0);
        questions(&admin).await;
        let sealing = sealer::start(&world.app);
        for _ in 0..600 {
            if segments(world).await == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        sealing.abort();
        assert_eq!(segments(world).await, 1, "the first segment is full and indexed");
        questions(&admin).await;
        // What came after it is found without an index.
        let made = admin.post("patients/", json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
        })).await;
        let (count, newest) = found(&admin, &format!("patient={}&action=create", made.id())).await;
        assert_eq!((count, &newest["object_type"]), (1, &json!("Patient")));
        // The index is part of what is verified.
        sealer::seal_now(&world.app).await.expect("a sealed trail");
        let check = async || {
            let app = &world.app;
            let verdict = verify(app.unguarded("a test looks at the rows"), &app.settings, &app.settings.audit_anchor_path()).await;
            verdict.expect("a verdict").bad.map(|bad| bad.problem)
        };
        assert_eq!(check().await, None);
        let hide = "DELETE FROM audit_posting WHERE subject = 777 AND audit_log = \
                    (SELECT max(audit_log) FROM audit_posting WHERE subject = 777)";
        let hidden = world.app.unguarded("a test looks at the rows").execute(Statement::raw(hide, vec![])).await;
        assert_eq!(hidden.expect("an entry"), 1);
        assert_eq!(check().await, Some(Problem::Index { segment: 1 }));
    }

    async fn a_row_tells_its_place_in_the_chain(world: &World) {
        let admin = world.admin().await;
        admin.post("patients/", json!({
            "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
        })).await.is(201);
        let (_, newest) = found(&admin, "action=create").await;
        assert_eq!((&newest["sequence"], &newest["hash"]), (&json!(null), &json!(null)));
        let head = sealer::seal_now(&world.app).await.expect("a sealed trail");
        admin.get("patients/").await.is(200);
        sealer::seal_now(&world.app).await.expect("a sealed trail");
        let (_, listed) = found(&admin, "action=view&object_type=Patient").await;
        assert_eq!(listed["sequence"], json!(head.sequence + 1));
        let hash = head.hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(listed["previous_hash"], json!(hash));
        assert_eq!(listed["hash"].as_str().map(str::len), Some(64));
        let one = admin.get(&format!("audit_logs/{}/", listed["id"])).await;
        assert_eq!(one.is(200)["sequence"], listed["sequence"]);
    }
}
