//! The audit chain: linked, guarded, and every falsification found.
use std::sync::Arc;
use std::time::Duration;

use crate::hospital::{World, add_guest, each};
use platform::app::App;
use platform::audit::verify::{Problem, Verdict, verify, verify_tail};
use platform::audit::{Action, AuditEntry, sealer};
use platform::db::{Dialect, Statement, ToValue};
use platform::unit;
use proptest::prelude::*;
use seal::{GENESIS, chain};

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
    verify(app.unguarded("test"), &app.settings, &world.anchor())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_linked_and_anchored() {
    each(|world| async move {
        fill(&world, 8).await;
        unit::program(&world.app, "export", |cx| {
            Box::pin(async move {
                let entry = AuditEntry::new(Action::Export, "Guest", None);
                cx.audit(entry.of_patients([71, 72]));
                Ok(())
            })
        })
        .await
        .unwrap();
        let head = sealer::seal_now(&world.app).await.unwrap();
        let in_order = "SELECT count(*) FROM audit_link l JOIN audit_log a ON a.id = l.audit_log \
                        WHERE l.sequence = (SELECT count(*) FROM audit_log b WHERE b.id <= a.id)";
        assert_eq!(world.number(in_order).await, 9);
        let text = std::fs::read_to_string(world.anchor()).unwrap();
        assert!(
            text.lines()
                .last()
                .unwrap()
                .starts_with(&format!("{} ", head.sequence))
        );
        // Nothing new, no new line.
        sealer::seal_now(&world.app).await.unwrap();
        assert_eq!(std::fs::read_to_string(world.anchor()).unwrap(), text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(world.anchor())
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let verdict = check(&world).await;
        assert!(verdict.is_intact(), "{verdict}");
        assert_eq!((verdict.linked, verdict.waiting), (9, 0));
        assert_eq!(verdict.anchored, Some(9));
        add_guest(&world.app, "Waits").await;
        let verdict = check(&world).await;
        assert_eq!((verdict.linked, verdict.waiting, verdict.bad), (9, 1, None));
        let tail = verify_tail(world.db(), &world.app.settings, 3)
            .await
            .unwrap();
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
            "DELETE FROM audit_log WHERE id = 2",
            "DELETE FROM audit_log WHERE id NOT IN (SELECT audit_log FROM audit_link)",
            "UPDATE audit_log SET description = 'nothing'",
            "UPDATE audit_log SET patients = ',1,2,'",
            "UPDATE audit_log SET mac = sealed WHERE id = 1",
            "UPDATE audit_link SET sequence = 90 WHERE sequence = 4",
            "UPDATE audit_link SET audit_log = 90 WHERE sequence = 4",
            "UPDATE audit_link SET hash = hash WHERE sequence = 4",
            "DELETE FROM audit_link WHERE sequence = 4",
        ] {
            let refused = world.db().execute(Statement::raw(sql, vec![])).await;
            let text = refused.expect_err(sql).to_string();
            assert!(text.contains("the audit trail cannot be"), "{sql}: {text}");
        }
        if world.url.starts_with("postgres") {
            for sql in ["TRUNCATE audit_log", "TRUNCATE audit_link"] {
                world
                    .db()
                    .execute(Statement::raw(sql, vec![]))
                    .await
                    .expect_err(sql);
            }
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
            let verdict = verify(node.unguarded("test"), &node.settings, &anchor)
                .await
                .unwrap();
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
            node.close().await;
        }
    })
    .await;
}

/// Whoever takes an id early and commits late must not be passed over.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_simultaneous_writers_are_all_linked_in_the_order_of_their_ids() {
    const WRITERS: usize = 12;
    const EACH: usize = 25;
    each(|world| async move {
        let mut writing = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let app = Arc::clone(&world.app);
            writing.spawn(async move {
                for n in 0..EACH {
                    // Some commit at once, others with many rows.
                    let rows = if n % 5 == 0 { 40 } else { 1 };
                    unit::program(&app, "test", move |cx| {
                        Box::pin(async move {
                            for row in 0..rows {
                                let object = Some((writer * 1000 + row) as i64);
                                cx.audit(AuditEntry::new(Action::Other, "Guest", object));
                            }
                            Ok(())
                        })
                    })
                    .await
                    .unwrap();
                }
            });
        }
        while !writing.is_empty() {
            sealer::seal_now(&world.app).await.unwrap();
            while writing.try_join_next().is_some() {}
        }
        // A sealer that did not get its turn leaves rows to the next.
        let all = (WRITERS * EACH * (4 + 40) / 5) as i64;
        for _ in 0..50 {
            if sealer::seal_now(&world.app).await.unwrap().sequence == all {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let verdict = check(&world).await;
        assert!(verdict.is_intact(), "{verdict}");
        assert_eq!((verdict.linked, verdict.waiting), (all as u64, 0));
        let disorder = "SELECT count(*) FROM audit_link a JOIN audit_link b ON b.sequence = a.sequence + 1 \
                        WHERE b.audit_log <= a.audit_log";
        assert_eq!(world.number(disorder).await, 0);
    })
    .await;
}

/// The same, made to happen: one writer is held between being given its id and its commit. SQLite's one
/// writer cannot come into that state.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_linked_past_a_writer_who_holds_an_id() {
    const HELD: i64 = 777;
    each(|world| async move {
        if world.db().dialect() != Dialect::Postgres {
            return;
        }
        let note = |app: Arc<App>, object: i64| async move {
            let noting = unit::program(&app, "test", move |cx| {
                Box::pin(async move {
                    cx.audit(AuditEntry::new(Action::Other, "Guest", Some(object)));
                    Ok(())
                })
            });
            noting.await.unwrap();
        };
        // Given a gate in the way of one writer,
        for sql in [
            "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN PERFORM pg_advisory_xact_lock_shared(4242); RETURN NULL; END'",
            "CREATE TRIGGER gate AFTER INSERT ON audit_log FOR EACH ROW WHEN (NEW.object_id = 777) \
             EXECUTE FUNCTION gate()",
        ] {
            world.run(sql, vec![]).await;
        }
        let mut gate = world.db().begin().await.unwrap();
        let close = Statement::raw("SELECT pg_advisory_xact_lock(4242)", vec![]);
        gate.execute(close).await.unwrap();
        let held = tokio::spawn(note(Arc::clone(&world.app), HELD));
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted";
        while world.number(waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // when another commits a row with a later id meanwhile,
        note(Arc::clone(&world.app), 778).await;
        // then it waits for its place in the chain,
        assert_eq!(sealer::seal_now(&world.app).await.unwrap().sequence, 0);
        // and both find it in the order of their ids.
        gate.rollback().await.unwrap();
        held.await.unwrap();
        assert_eq!(sealer::seal_now(&world.app).await.unwrap().sequence, 2);
        let order: Vec<(i64,)> = world
            .rows("SELECT a.object_id FROM audit_link l JOIN audit_log a ON a.id = l.audit_log ORDER BY l.sequence")
            .await;
        assert_eq!(order, [(HELD,), (HELD + 1,)]);
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
        let mut rows: Vec<(i64, Vec<u8>)> = world
            .rows("SELECT a.id, a.mac FROM audit_log a ORDER BY a.id")
            .await;
        rows.swap(5, 6);
        world.run("DELETE FROM audit_link", vec![]).await;
        let mut hash = GENESIS;
        for ((id, mac), sequence) in rows.iter().zip(1_i64..) {
            hash = chain(&hash, sequence, mac);
            let sql = "INSERT INTO audit_link (sequence, audit_log, hash) VALUES ($1, $2, $3)";
            let values = vec![
                sequence.to_value(),
                id.to_value(),
                hash.as_slice().to_value(),
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
        let sealed = "UPDATE audit_log SET sealed = (SELECT sealed FROM audit_log WHERE id = 1) \
                      WHERE id = (SELECT max(audit_log) + 1 FROM audit_link)";
        world.run(sealed, vec![]).await;
        let bad = check(&world).await.bad.unwrap();
        assert_eq!((bad.problem, bad.sequence), (Problem::Changed, None));
        assert_eq!(sealer::seal_now(&world.app).await.unwrap().sequence, 6);
        let bad = check(&world).await.bad.unwrap();
        assert_eq!((bad.problem, bad.sequence), (Problem::Changed, Some(5)));
    })
    .await;
}

/// One thing an attacker does at a place of the chain; it shows there and not before.
#[derive(Debug, Clone, Copy)]
enum Attack {
    Edit(usize),
    Reseal,
    Relink,
    /// Of the row, of its link, or of both.
    Delete(bool, bool),
    Insert(i64),
    /// Of the numbers of two links, or of the rows that they are about.
    Swap(i64, bool),
    Cut,
}

const ROWS: i64 = 16;

fn attack() -> impl Strategy<Value = (i64, Attack)> {
    let attack = prop_oneof![
        (0..EDITS.len()).prop_map(Attack::Edit),
        Just(Attack::Reseal),
        Just(Attack::Relink),
        any::<bool>().prop_map(|row| Attack::Delete(row, !row)),
        Just(Attack::Delete(true, true)),
        (1..=ROWS).prop_map(Attack::Insert),
        (1..ROWS, any::<bool>()).prop_map(|(by, rows)| Attack::Swap(by, rows)),
        Just(Attack::Cut),
    ];
    (1..=ROWS, attack)
}

/// Of the row whose link has the number `$1`.
const EDITS: &[&str] = &[
    "description = description || '.'",
    "username = 'nobody'",
    "\"user\" = 99",
    "patient = NULL",
    "patients = ',1,2,'",
    "object_id = 12345",
    "action = 'print'",
    "ip_address = '10.0.0.1'",
    "mac = sealed",
    "\"timestamp\" = created_at, created_at = \"timestamp\", request_id = 'x'",
    "sealed = (SELECT sealed FROM original WHERE id <> audit_log.id ORDER BY id LIMIT 1)",
];

const COLUMNS: &str = "created_at, updated_at, version, sealed, \"timestamp\", \"user\", username, \
    acting_user, action, object_type, object_id, patient, patients, description, ip_address, request_id, mac";

async fn sql(world: &World, text: String, numbers: &[i64]) {
    let mut statement = Statement::raw("", numbers.iter().map(ToValue::to_value).collect());
    statement.sql = text.clone().into();
    let done = world.db().execute(statement).await;
    done.unwrap_or_else(|error| panic!("{text}: {error}"));
}

async fn strike(world: &World, at: i64, attack: Attack) {
    let of = |at: &str| format!("(SELECT audit_log FROM linked WHERE sequence = {at})");
    match attack {
        Attack::Edit(which) => {
            let text = format!(
                "UPDATE audit_log SET {} WHERE id = {}",
                EDITS[which],
                of("$1")
            );
            sql(world, text, &[at]).await;
        }
        Attack::Reseal => Box::pin(strike(world, at, Attack::Edit(EDITS.len() - 1))).await,
        Attack::Relink => {
            let text = "UPDATE audit_link SET hash = (SELECT mac FROM original LIMIT 1) WHERE sequence = $1";
            sql(world, text.to_owned(), &[at]).await;
        }
        Attack::Delete(row, link) => {
            if row {
                sql(
                    world,
                    format!("DELETE FROM audit_log WHERE id = {}", of("$1")),
                    &[at],
                )
                .await;
            }
            if link {
                sql(
                    world,
                    "DELETE FROM audit_link WHERE sequence = $1".to_owned(),
                    &[at],
                )
                .await;
            }
        }
        Attack::Cut => {
            let rows = "DELETE FROM audit_log WHERE id IN (SELECT audit_log FROM linked WHERE sequence >= $1)";
            sql(world, rows.to_owned(), &[at]).await;
            sql(
                world,
                "DELETE FROM audit_link WHERE sequence >= $1".to_owned(),
                &[at],
            )
            .await;
        }
        Attack::Insert(copied) => {
            // One statement would meet its own rows on SQLite.
            for by in ["+ 1000", "- 999"] {
                let shift =
                    format!("UPDATE audit_link SET sequence = sequence {by} WHERE sequence >= $1");
                sql(world, shift, &[at]).await;
            }
            let uid = if world.url.starts_with("sqlite") {
                "randomblob(16)"
            } else {
                "gen_random_uuid()"
            };
            let copy = format!(
                "INSERT INTO audit_log (id, uid, {COLUMNS}) SELECT {at} + 5000, {uid}, {COLUMNS} FROM original WHERE id = {}",
                of("$1")
            );
            sql(world, copy, &[copied]).await;
            let link = format!(
                "INSERT INTO audit_link (sequence, audit_log, hash) SELECT {at}, {at} + 5000, hash FROM linked WHERE sequence = $1"
            );
            sql(world, link, &[copied]).await;
        }
        Attack::Swap(by, rows) => {
            let what = if rows { "audit_log" } else { "sequence" };
            let (one, other) = (at, at + by);
            // Beyond the end there is nothing to exchange with: the link goes there alone.
            let value = |of: i64| {
                format!("coalesce((SELECT {what} FROM linked WHERE sequence = {of}), {of} + 7000)")
            };
            for (from, to) in [
                (value(one), "9000".to_owned()),
                (value(other), value(one)),
                ("9000".to_owned(), value(other)),
            ] {
                let text = format!("UPDATE audit_link SET {what} = {to} WHERE {what} = {from}");
                sql(world, text, &[]).await;
            }
        }
    }
}

async fn restore(world: &World) {
    for (table, kept) in [("audit_log", "original"), ("audit_link", "linked")] {
        sql(world, format!("DELETE FROM {table}"), &[]).await;
        sql(
            world,
            format!("INSERT INTO {table} SELECT * FROM {kept}"),
            &[],
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_falsified_record_is_always_named() {
    each(|world| async move {
        fill(&world, ROWS).await;
        world.drop_guards().await;
        for (table, kept) in [("audit_log", "original"), ("audit_link", "linked")] {
            sql(
                &world,
                format!("CREATE TABLE {kept} AS SELECT * FROM {table}"),
                &[],
            )
            .await;
        }
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

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_hides_records_is_found_out() {
    each(|world| async move {
        fill(&world, 4).await;
        sealer::seal_now(&world.app).await.unwrap();
        assert!(check(&world).await.is_intact());
        world
            .run("INSERT INTO audit_segment VALUES (1)", vec![])
            .await;
        let hidden = Some(Problem::Index { segment: 1 });
        assert_eq!(check(&world).await.bad.map(|bad| bad.problem), hidden);
        let tail = verify_tail(world.db(), &world.app.settings, 3).await;
        assert_eq!(tail.unwrap().bad.map(|bad| bad.problem), hidden);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_record_is_outside_of_what_is_verified() {
    each(|world| async move {
        fill(&world, 4).await;
        add_guest(&world.app, "Waits").await;
        world.drop_guards().await;
        for (change, back) in [
            (
                "UPDATE audit_log SET version = 2 WHERE id = 2",
                "UPDATE audit_log SET version = 1 WHERE id = 2",
            ),
            (
                "UPDATE audit_log SET created_at = (SELECT max(created_at) FROM audit_log WHERE id = 3) WHERE id = 2",
                "UPDATE audit_log SET created_at = timestamp WHERE id = 2",
            ),
            (
                "UPDATE audit_log SET updated_at = (SELECT max(created_at) FROM audit_log WHERE id = 3) WHERE id = 2",
                "UPDATE audit_log SET updated_at = timestamp WHERE id = 2",
            ),
        ] {
            world.run(change, vec![]).await;
            let verdict = check(&world).await;
            let bad = verdict.bad.expect(change);
            assert_eq!((bad.id, bad.problem), (Some(2), Problem::Changed), "{change}");
            world.run(back, vec![]).await;
            assert!(check(&world).await.is_intact(), "{back}");
        }
    })
    .await;
}
