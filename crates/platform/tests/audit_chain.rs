//! The audit chain: linked, guarded, and every falsification found.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod hospital;

use std::sync::Arc;
use std::time::Duration;

use hospital::{World, add_guest, each};
use platform::audit::verify::{Problem, Verdict, verify, verify_tail};
use platform::audit::{Action, AuditEntry, AuditLog, sealer};
use platform::db::{Statement, ToValue};
use platform::record::{Loaded, Record};
use platform::seal::{GENESIS, chain};
use platform::unit;
use proptest::prelude::*;

/// Guests enough for `rows` rows, with an anchored head after every four.
async fn fill(world: &World, rows: i64) {
    sealer::seal_now(&world.app).await.unwrap();
    while sealer::end(&world.app).await.unwrap().sequence < rows {
        for n in 0..4 {
            add_guest(&world.app, &format!("Guest {n}")).await;
        }
        sealer::seal_now(&world.app).await.unwrap();
    }
}

async fn check(world: &World) -> Verdict {
    let app = &world.app;
    verify(&app.db, &app.settings, &world.anchor())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_linked_indexed_and_anchored() {
    each(|world| async move {
        fill(&world, 8).await;
        unit::program(&world.app, "export", |cx| {
            Box::pin(async move {
                let entry = AuditEntry::new(Action::Export, "Guest", None);
                cx.audit(entry.detailed(serde_json::json!({ "patients": [71, 72] })));
                Ok(())
            })
        })
        .await
        .unwrap();
        let head = sealer::seal_now(&world.app).await.unwrap();
        let last = world
            .rows::<(i64,)>(
                "SELECT p.patient FROM audit_patient p JOIN audit_log a ON a.id = p.audit_log \
                 WHERE a.action = 'export' ORDER BY p.patient",
            )
            .await;
        assert_eq!(last, [(71,), (72,)]);
        assert_eq!(
            world.number("SELECT count(*) FROM audit_log WHERE sequence IS NULL").await,
            0
        );
        let one_each = "SELECT count(*) FROM audit_patient p JOIN audit_log a ON a.id = p.audit_log \
                        WHERE a.patient = p.patient AND a.action = 'create'";
        assert_eq!(world.number(one_each).await, 8);
        let text = std::fs::read_to_string(world.anchor()).unwrap();
        assert!(text.lines().last().unwrap().starts_with(&format!("{} ", head.sequence)));
        // Nothing new, no new line.
        sealer::seal_now(&world.app).await.unwrap();
        assert_eq!(std::fs::read_to_string(world.anchor()).unwrap(), text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(world.anchor()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let verdict = check(&world).await;
        assert!(verdict.is_intact(), "{verdict}");
        assert_eq!((verdict.linked, verdict.waiting), (9, 0));
        assert_eq!(verdict.anchored, Some(9));
        add_guest(&world.app, "Waits").await;
        let verdict = check(&world).await;
        assert_eq!((verdict.linked, verdict.waiting, verdict.bad), (9, 1, None));
        let tail = verify_tail(world.db(), &world.app.settings, 3).await.unwrap();
        assert_eq!((tail.linked, tail.bad), (3, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_refuse_what_would_falsify() {
    each(|world| async move {
        fill(&world, 4).await;
        add_guest(&world.app, "Waits").await;
        for sql in [
            "DELETE FROM audit_log WHERE sequence = 2",
            "DELETE FROM audit_log WHERE sequence IS NULL",
            "UPDATE audit_log SET description = 'nothing'",
            "UPDATE audit_log SET mac = hash WHERE sequence = 1",
            "UPDATE audit_log SET sequence = 90 WHERE sequence = 4",
            "UPDATE audit_log SET hash = previous_hash WHERE sequence = 4",
            "UPDATE audit_log SET previous_hash = NULL WHERE sequence = 4",
        ] {
            let refused = world.db().execute(Statement::raw(sql, vec![])).await;
            let text = refused.expect_err(sql).to_string();
            assert!(text.contains("the audit trail cannot be"), "{sql}: {text}");
        }
        if world.url.starts_with("postgres") {
            let sql = "TRUNCATE audit_log, audit_patient";
            world
                .db()
                .execute(Statement::raw(sql, vec![]))
                .await
                .expect_err(sql);
        }
        // A rotation seals again.
        world
            .run("UPDATE audit_log SET sealed = sealed", vec![])
            .await;
        assert!(check(&world).await.is_intact());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_server_is_verified_while_it_writes() {
    each(|world| async move {
        let sealing = sealer::start(&world.app);
        let app = Arc::clone(&world.app);
        let writing = tokio::spawn(async move {
            for n in 0..150 {
                add_guest(&app, &format!("Guest {n}")).await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        while !writing.is_finished() {
            let verdict = check(&world).await;
            if verdict
                .bad
                .as_ref()
                .is_some_and(|bad| bad.problem == Problem::AnchorMissing)
            {
                // The first second.
                assert!(!world.anchor().exists() || verdict.anchored.is_none());
            } else {
                assert!(verdict.is_intact(), "{verdict}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        writing.await.unwrap();
        tokio::time::sleep(Duration::from_millis(2200)).await;
        let verdict = check(&world).await;
        assert_eq!((verdict.linked, verdict.waiting), (150, 0), "{verdict}");
        assert_eq!(verdict.anchored, Some(150));
        sealing.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_seal_in_turn_and_each_anchor_proves_the_whole() {
    each(|world| async move {
        let nodes = [world.node("a").await, world.node("b").await];
        let sealing: Vec<_> = nodes.iter().map(sealer::start).collect();
        let mut writing = tokio::task::JoinSet::new();
        for app in nodes.clone() {
            writing.spawn(async move {
                for n in 0..60 {
                    add_guest(&app, &format!("Guest {n}")).await;
                    if n % 20 == 0 {
                        sealer::seal_now(&app).await.unwrap();
                    }
                }
            });
        }
        while let Some(done) = writing.join_next().await {
            done.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(2200)).await;
        for node in &nodes {
            let anchor = node.settings.audit_anchor_path();
            let verdict = verify(&node.db, &node.settings, &anchor).await.unwrap();
            assert!(verdict.is_intact(), "{verdict}");
            assert_eq!((verdict.linked, verdict.anchored), (120, Some(120)));
        }
        // All anchors at once, as an auditor would collect them.
        let all = world.dir.join("all");
        std::fs::create_dir_all(&all).unwrap();
        for (n, node) in nodes.iter().enumerate() {
            let anchor = node.settings.audit_anchor_path();
            std::fs::copy(anchor, all.join(format!("{n}.log"))).unwrap();
        }
        assert!(
            verify(world.db(), &world.app.settings, &all)
                .await
                .unwrap()
                .is_intact()
        );
        sealing.iter().for_each(tokio::task::JoinHandle::abort);
        for node in nodes {
            node.db.close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_anchor_is_made_good() {
    each(|world| async move {
        fill(&world, 8).await;
        // The machine stopped in the middle of a line: what it had promised before still counts.
        let text = std::fs::read_to_string(world.anchor()).unwrap();
        std::fs::write(world.anchor(), &text[..text.len() - 40]).unwrap();
        assert!(check(&world).await.is_intact());
        sealer::seal_now(&world.app).await.unwrap();
        let verdict = check(&world).await;
        assert!(verdict.is_intact(), "{verdict}");
        assert_eq!(verdict.anchored, Some(8));
        let text = std::fs::read_to_string(world.anchor()).unwrap();
        assert!(text.lines().rev().nth(1).unwrap().ends_with(" torn"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anchors_tell_what_the_table_cannot() {
    each(|world| async move {
        fill(&world, 12).await;
        world.drop_guards().await;
        let good = std::fs::read_to_string(world.anchor()).unwrap();

        std::fs::write(world.anchor(), good.replacen("4 ", "3 ", 1)).unwrap();
        let bad = check(&world).await.bad.unwrap();
        assert!(
            matches!(bad.problem, Problem::AnchorForged { line: 2, .. }),
            "{bad}"
        );
        std::fs::write(world.anchor(), format!("nonsense\n{good}")).unwrap();
        let bad = check(&world).await.bad.unwrap();
        assert!(
            matches!(bad.problem, Problem::AnchorForged { line: 1, .. }),
            "{bad}"
        );
        std::fs::remove_file(world.anchor()).unwrap();
        let bad = check(&world).await.bad.unwrap();
        assert_eq!(bad.problem, Problem::AnchorMissing);
        std::fs::write(world.anchor(), &good).unwrap();
        assert!(check(&world).await.is_intact());

        // Two authentic rows change places and the whole chain is computed anew, as anybody can.
        for (from, to) in [(6_i64, 900_i64), (7, 6), (900, 7)] {
            let sql = "UPDATE audit_log SET sequence = $1 WHERE sequence = $2";
            world.run(sql, vec![to.to_value(), from.to_value()]).await;
        }
        let mut query = platform::cx::select::<AuditLog>();
        query.order_by(sea_query::Alias::new("sequence"), sea_query::Order::Asc);
        let statement = Statement::build(world.db().dialect(), &query).with_keys(world.app.ring());
        let rows: Vec<Loaded<AuditLog>> = world.db().all(statement).await.unwrap();
        let mut hash = GENESIS;
        for (Loaded(row), sequence) in rows.iter().zip(1..) {
            let previous = hash;
            let mut link = row.canonical();
            link.extend_from_slice(&row.mac.0);
            hash = chain(&previous, sequence, &link);
            let sql = "UPDATE audit_log SET hash = $1, previous_hash = $2 WHERE id = $3";
            let values = vec![
                hash.as_slice().to_value(),
                previous.as_slice().to_value(),
                row.meta().id.to_value(),
            ];
            world.run(sql, values).await;
        }
        let bad = check(&world).await.bad.unwrap();
        assert_eq!((bad.problem, bad.sequence), (Problem::Relinked, Some(8)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn falsified_waiting_rows_are_found_and_hold_up_nobody() {
    each(|world| async move {
        fill(&world, 4).await;
        world.drop_guards().await;
        add_guest(&world.app, "First").await;
        add_guest(&world.app, "Second").await;
        let sealed = "UPDATE audit_log SET sealed = (SELECT sealed FROM audit_log WHERE sequence = 1) \
                      WHERE id = (SELECT min(id) FROM audit_log WHERE sequence IS NULL)";
        world.run(sealed, vec![]).await;
        let bad = check(&world).await.bad.unwrap();
        assert_eq!((bad.problem, bad.sequence), (Problem::Changed, None));
        assert_eq!(sealer::seal_now(&world.app).await.unwrap().sequence, 5);
        let bad = check(&world).await.bad.unwrap();
        assert_eq!((bad.problem, bad.sequence), (Problem::Changed, None));
    })
    .await;
}

/// One thing an attacker does at a place of the chain; it shows there and not before.
#[derive(Debug, Clone, Copy)]
enum Attack {
    Edit(usize),
    Reseal,
    Unlink,
    Delete,
    Insert(i64),
    Swap(i64, bool),
    Cut,
}

const ROWS: i64 = 16;

fn attack() -> impl Strategy<Value = (i64, Attack)> {
    let attack = prop_oneof![
        (0..EDITS.len()).prop_map(Attack::Edit),
        Just(Attack::Reseal),
        Just(Attack::Unlink),
        Just(Attack::Delete),
        (1..=ROWS).prop_map(Attack::Insert),
        (1..ROWS, any::<bool>()).prop_map(|(by, whole)| Attack::Swap(by, whole)),
        Just(Attack::Cut),
    ];
    (1..=ROWS, attack)
}

const EDITS: &[&str] = &[
    "UPDATE audit_log SET description = description || '.' WHERE sequence = $1",
    "UPDATE audit_log SET username = 'nobody' WHERE sequence = $1",
    "UPDATE audit_log SET \"user\" = 99 WHERE sequence = $1",
    "UPDATE audit_log SET patient = NULL WHERE sequence = $1",
    "UPDATE audit_log SET object_id = 12345 WHERE sequence = $1",
    "UPDATE audit_log SET action = 'print' WHERE sequence = $1",
    "UPDATE audit_log SET ip_address = '10.0.0.1' WHERE sequence = $1",
    "UPDATE audit_log SET mac = hash WHERE sequence = $1",
    "UPDATE audit_log SET \"timestamp\" = created_at, created_at = \"timestamp\", request_id = 'x' WHERE sequence = $1",
];

const COLUMNS: &str = "created_at, updated_at, version, sealed, \"timestamp\", \"user\", username, \
    acting_user, action, object_type, object_id, patient, description, ip_address, request_id, hash, \
    previous_hash, mac";

async fn strike(world: &World, at: i64, attack: Attack) {
    let one = vec![at.to_value()];
    match attack {
        Attack::Edit(which) => drop(world.run(EDITS[which], one).await),
        Attack::Reseal => {
            let sql = "UPDATE audit_log SET sealed = (SELECT sealed FROM original WHERE sequence <> $1 \
                       ORDER BY sequence LIMIT 1) WHERE sequence = $1";
            world.run(sql, one).await;
        }
        Attack::Unlink => {
            let sql = "UPDATE audit_log SET hash = mac WHERE sequence = $1";
            world.run(sql, one).await;
        }
        Attack::Delete => {
            world
                .run("DELETE FROM audit_log WHERE sequence = $1", one)
                .await;
        }
        Attack::Cut => {
            world
                .run("DELETE FROM audit_log WHERE sequence >= $1", one)
                .await;
        }
        Attack::Insert(of) => {
            let shift = "UPDATE audit_log SET sequence = sequence + 1 WHERE sequence >= $1";
            world.run(shift, one).await;
            let mut copy = Statement::raw(
                "",
                vec![
                    at.to_value(),
                    uuid::Uuid::now_v7().to_value(),
                    of.to_value(),
                ],
            );
            let bytes = if world.url.starts_with("sqlite") {
                "blob"
            } else {
                "uuid"
            };
            copy.sql = format!(
                "INSERT INTO audit_log (sequence, uid, {COLUMNS}) SELECT CAST($1 AS bigint), \
                 CAST($2 AS {bytes}), {COLUMNS} FROM original WHERE sequence = $3"
            )
            .into();
            world.db().execute(copy).await.unwrap();
        }
        Attack::Swap(by, whole) => {
            let other = at + by;
            let sql = if whole {
                // With its place in the chain: the row carries the other's links.
                "UPDATE audit_log SET sequence = o.sequence, hash = o.hash, previous_hash = o.previous_hash \
                 FROM original o WHERE o.sequence = $1 AND audit_log.sequence = $2"
            } else {
                "UPDATE audit_log SET sequence = $1 WHERE sequence = $2"
            };
            let park = "UPDATE audit_log SET sequence = $1 WHERE sequence = $2";
            world
                .run(park, vec![900_i64.to_value(), at.to_value()])
                .await;
            world.run(sql, vec![at.to_value(), other.to_value()]).await;
            world
                .run(sql, vec![other.to_value(), 900_i64.to_value()])
                .await;
        }
    }
}

async fn restore(world: &World) {
    world.run("DELETE FROM audit_patient", vec![]).await;
    world.run("DELETE FROM audit_log", vec![]).await;
    world
        .run("INSERT INTO audit_log SELECT * FROM original", vec![])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_falsified_record_is_always_named() {
    each(|world| async move {
        fill(&world, ROWS).await;
        world.drop_guards().await;
        world
            .run("CREATE TABLE original AS SELECT * FROM audit_log", vec![])
            .await;
        restore(&world).await;
        assert!(check(&world).await.is_intact());
        let config = ProptestConfig {
            cases: 60,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let handle = tokio::runtime::Handle::current();
        let attacks = prop::collection::vec(attack(), 1..4);
        let done = runner.run(&attacks, |mut attacks| {
            // From the end on: what is done at a place leaves everything before it alone.
            attacks.sort_by_key(|(at, _)| -at);
            attacks.dedup_by_key(|(at, _)| *at);
            let first = attacks.last().map(|(at, _)| *at);
            let verdict = tokio::task::block_in_place(|| {
                handle.block_on(async {
                    restore(&world).await;
                    for (at, attack) in &attacks {
                        strike(&world, *at, *attack).await;
                    }
                    check(&world).await
                })
            });
            let found = verdict.bad.as_ref().and_then(|bad| bad.sequence);
            prop_assert_eq!(found, first, "{}", verdict);
            Ok(())
        });
        done.unwrap();
        restore(&world).await;
        assert!(check(&world).await.is_intact());
    })
    .await;
}
