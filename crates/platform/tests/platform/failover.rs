//! PostgreSQL fails over, freezes, or is cut off: nothing that was acknowledged is lost, every job is done
//! exactly once, and the program comes back by itself.
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use counterparts::Pooler;
use counterparts::wire::{Cut, State, Wire, server_of};
use db::{Db, DbConfig, DbError, Ddl, Migration, Statement, ToValue};
use jiff::SignedDuration;
use kernel::Clock;
use ops::boot::Beside;
use parking_lot::Mutex;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::hub::Signal;
use platform::jobs::{self, Job, JobInfo, Run, Worker};
use platform::module::Module;
use platform::settings::Settings;
use platform::unit;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001",
    up: |ddl: &mut Ddl| {
        ddl.table("heard", |t| {
            t.standard();
            t.int("number");
        });
    },
}];

async fn hear(cx: &mut Cx, number: i64) -> Result<(), Error> {
    let row = "INSERT INTO heard (uid, created_at, updated_at, version, number) VALUES ($1, $2, $2, 1, $3)";
    let values = vec![
        uuid::Uuid::now_v7().to_value(),
        cx.now().to_value(),
        number.to_value(),
    ];
    cx.unscoped("test")
        .execute(Statement::raw(row, values))
        .await?;
    Ok(())
}

fn modules() -> Vec<Module> {
    let mut modules = crate::hospital::modules();
    modules.push(Module::new("drill").migrations(MIGRATIONS).job(JobInfo {
        kind: "drill:hear",
        run: Run::Inside(|cx, payload| Box::pin(hear(cx, payload.as_i64().unwrap()))),
        attempts: 3,
        every: None,
    }));
    modules
}

fn patient(mut settings: Settings, answer: u64) -> Settings {
    settings.db_answer = Duration::from_secs(answer);
    settings
}

async fn node(dir: &std::path::Path, name: &str, url: &str) -> Arc<App> {
    let dir = dir.join(name);
    std::fs::create_dir_all(&dir).unwrap();
    let settings = patient(crate::hospital::settings(&dir, url), 2);
    crate::hospital::open_with(settings, Clock::system(), modules()).await
}

async fn queue(app: &Arc<App>, number: i64) -> Result<(), Error> {
    unit::program(app, "test", move |cx| {
        let job = Job::now("drill:hear", number.into());
        Box::pin(std::future::ready(jobs::enqueue(cx, vec![job])))
    })
    .await
}

async fn until(what: &str, seconds: u64, holds: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within {seconds} s: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_is_done_exactly_once_whatever_happens_to_the_connections() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("failover");
    let dir = tempfile::tempdir().unwrap();
    let wires = [
        Wire::to(server_of(&url)).await,
        Wire::to(server_of(&url)).await,
    ];
    let mut nodes = Vec::new();
    for (at, wire) in wires.iter().enumerate() {
        nodes.push(node(dir.path(), &format!("node{at}"), &wire.through(&url)).await);
    }
    let workers: Vec<Worker> = nodes
        .iter()
        .map(|app| Worker::with_lease(app, SignedDuration::from_secs(6)))
        .collect();

    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (next, done) = (
        Arc::new(AtomicI64::new(1)),
        Arc::new(AtomicBool::new(false)),
    );
    let writers: Vec<_> = nodes
        .iter()
        .cloned()
        .map(|app| {
            let (acknowledged, next, done) = (acknowledged.clone(), next.clone(), done.clone());
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if queue(&app, number).await.is_ok() {
                        acknowledged.lock().insert(number);
                    }
                    tokio::time::sleep(Duration::from_millis(4)).await;
                }
            })
        })
        .collect();

    let second = || tokio::time::sleep(Duration::from_secs(1));
    second().await;
    for wire in &wires {
        for how in [Cut::Close, Cut::Reset] {
            wire.cut(how);
            second().await;
        }
    }
    for state in [State::Deaf, State::Frozen, State::Refusing] {
        for wire in &wires {
            wire.set(state);
            tokio::time::sleep(Duration::from_millis(3200)).await;
            if state != State::Frozen {
                wire.cut(Cut::Reset);
            }
            wire.set(State::Open);
        }
        // Each fault is over before the next.
        let before = acknowledged.lock().len();
        until("writes are acknowledged again", 20, async || {
            acknowledged.lock().len() > before + 20
        })
        .await;
    }
    done.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }

    let direct = Db::connect(&DbConfig::parse(&url, dir.path()).unwrap())
        .await
        .unwrap();
    let count = async |sql: &'static str| -> i64 {
        direct
            .one::<(i64,)>(Statement::raw(sql, vec![]))
            .await
            .unwrap()
            .0
    };
    // Well within a lease after the last fault: released, not waited for.
    until("every job is done", 20, async || {
        count("SELECT count(*) FROM job WHERE kind = 'drill:hear' AND state <> 'done'").await == 0
    })
    .await;
    let heard: Vec<(i64,)> = direct
        .all(Statement::raw(
            "SELECT number FROM heard ORDER BY number",
            vec![],
        ))
        .await
        .unwrap();
    let once: BTreeSet<i64> = heard.iter().map(|(number,)| *number).collect();
    assert_eq!(once.len(), heard.len(), "none was done twice");
    let missing: Vec<_> = acknowledged.lock().difference(&once).copied().collect();
    assert_eq!(missing, Vec::<i64>::new(), "acknowledged, and not done");
    assert!(heard.len() > 200, "{}", heard.len());
    for worker in workers {
        worker.stop().await;
    }
    for app in nodes {
        app.close().await;
    }
    direct.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_claim_was_lost_is_released_while_its_worker_lives() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("lost_claim");
    let dir = tempfile::tempdir().unwrap();
    let app = node(dir.path(), "node", &url).await;
    // The lease is long, and the worker renews it: only what it has in hand.
    let worker = Worker::with_lease(&app, SignedDuration::from_secs(3));
    queue(&app, 1).await.unwrap();
    let state = async || -> Vec<(String, String, i64)> {
        app.unguarded("a test looks at the rows")
            .all(Statement::raw(
                "SELECT state, worker, attempts FROM job WHERE kind = 'drill:hear' ORDER BY id",
                vec![],
            ))
            .await
            .unwrap()
    };
    until("the first job is done", 10, async || {
        state().await[0].0 == "done"
    })
    .await;
    // What a claim leaves behind whose COMMIT was answered to nobody.
    let name = state().await[0].1.clone();
    let back = "UPDATE job SET state = 'running', worker = $1, attempts = 1, finished_at = NULL, \
                lease_until = now() + interval '1 hour' WHERE kind = 'drill:hear'";
    app.unguarded("a test looks at the rows")
        .execute(Statement::raw(back, vec![name.to_value()]))
        .await
        .unwrap();
    until("the lost job is done again", 5, async || {
        state().await[0].0 == "done"
    })
    .await;
    assert_eq!(state().await[0].2, 1, "the lost attempt did not count");
    worker.stop().await;
    app.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_prepared_behind_a_pooler_in_transaction_mode() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("pooler");
    let dir = tempfile::tempdir().unwrap();
    let pooler = Pooler::before(server_of(&url)).await;
    let mut config = DbConfig::parse(&pooler.through(&url), dir.path()).unwrap();
    config.statement_cache = false;
    config.pool_size = 4;
    let db = Db::connect(&config).await.unwrap();
    db.execute(Statement::raw(
        "CREATE TABLE box (id BIGINT PRIMARY KEY, at TIMESTAMPTZ NOT NULL, kept BYTEA, of UUID)",
        vec![],
    ))
    .await
    .unwrap();
    let writers = (0..4_i64).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                let id = writer * 50 + n;
                let now = Clock::system().now();
                let insert = |id: i64| {
                    let sql = "INSERT INTO box (id, at, kept, of) VALUES ($1, $2, $3, $4)";
                    let of = uuid::Uuid::now_v7().to_value();
                    let kept = Some(vec![1_u8, 2]).to_value();
                    Statement::raw(sql, vec![id.to_value(), now.to_value(), kept, of])
                };
                let mut tx = db.begin().await.unwrap();
                tx.execute(insert(id)).await.unwrap();
                tx.execute(insert(id + 1000)).await.unwrap();
                // Sent in one breath with the COMMIT, as units of work do.
                tx.commit().await.unwrap();
                let found: (i64,) = db
                    .one(Statement::raw(
                        "SELECT count(*) FROM box WHERE id IN ($1, $2)",
                        vec![id.to_value(), (id + 1000).to_value()],
                    ))
                    .await
                    .unwrap();
                assert_eq!(found, (2,));
                // A failed statement leaves nothing behind, either.
                assert!(matches!(
                    db.execute(insert(id)).await,
                    Err(DbError::Unique { .. })
                ));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    for _ in 0..12 {
        let (prepared,): (i64,) = db
            .one(Statement::raw(
                "SELECT count(*) FROM pg_prepared_statements",
                vec![],
            ))
            .await
            .unwrap();
        assert!(prepared <= 1, "{prepared} stay prepared");
    }
    db.close().await;
    drop(pooler);
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_written_to_is_passed_over_and_left() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("standby");
    let dir = tempfile::tempdir().unwrap();
    let config = DbConfig::parse(&url, dir.path()).unwrap();
    let db = Db::connect(&config).await.unwrap();
    db.execute(Statement::raw("CREATE TABLE box (id BIGINT)", vec![]))
        .await
        .unwrap();
    let write = || Statement::raw("INSERT INTO box VALUES (1)", vec![]);
    // As a standby answers: sessions that are open already stay open.
    let name = url.rsplit_once('/').unwrap().1.to_owned();
    let alter = |on: &'static str| {
        let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
        let maintenance = DbConfig::parse(server.url(), dir.path()).unwrap();
        async move {
            let other = Db::connect(&maintenance).await.unwrap();
            let mut tx = other.begin().await.unwrap();
            tx.batch(sql).await.unwrap();
            tx.commit().await.unwrap();
            other.close().await;
        }
    };
    alter("on").await;
    let mut tx = db.begin().await.unwrap();
    tx.batch("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY".to_owned())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = db.execute(write()).await;
    assert!(
        matches!(refused, Err(DbError::Unavailable(_))),
        "{refused:?}"
    );
    // The session is not used again, and a new one is not to be had.
    let refused = db.execute(write()).await;
    assert!(
        matches!(&refused, Err(DbError::Unavailable(why)) if why.contains("does not allow writes")),
        "{refused:?}"
    );
    alter("off").await;
    assert_eq!(db.execute(write()).await, Ok(1), "no restart is needed");
    db.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_host_does_not_hide_the_others() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("hosts");
    let dir = tempfile::tempdir().unwrap();
    let real = server_of(&url);
    let silent = Wire::to(real).await;
    silent.set(State::Frozen);
    let both = url.replace(&real.to_string(), &format!("{},{real}", silent.address));
    let started = Instant::now();
    let db = Db::connect(&DbConfig::parse(&both, dir.path()).unwrap())
        .await
        .unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    let one: (i64,) = db.one(Statement::raw("SELECT 1", vec![])).await.unwrap();
    assert_eq!(one, (1,));
    db.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_is_not_answered_ends_and_its_connection_with_it() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("silence");
    let dir = tempfile::tempdir().unwrap();
    let wire = Wire::to(server_of(&url)).await;
    let mut config = DbConfig::parse(&wire.through(&url), dir.path()).unwrap();
    config.answer_limit = Duration::from_millis(500);
    let db = Db::connect(&config).await.unwrap();
    let one = || db.one::<(i64,)>(Statement::raw("SELECT 1", vec![]));
    assert_eq!(one().await, Ok((1,)));
    wire.set(State::Deaf);
    let started = Instant::now();
    let silent = one().await;
    assert!(matches!(silent, Err(DbError::Unavailable(_))), "{silent:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    wire.set(State::Open);
    assert_eq!(one().await, Ok((1,)), "on another connection");
    db.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_whose_audit_row_cannot_be_stored_is_unavailable_and_no_fault_of_ours() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let url = server.create_database("read_audit");
    let dir = tempfile::tempdir().unwrap();
    let app = node(dir.path(), "node", &url).await;
    let id = crate::hospital::add_guest(&app, "Awa").await;
    app.unguarded("a test looks at the rows")
        .execute(Statement::raw(
            "ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (pg_terminate_backend(pg_backend_pid())) NOT VALID",
            vec![],
        ))
        .await
        .unwrap();
    let read = unit::read(&app, &unit::Opening::program("test"), move |cx| {
        Box::pin(async move {
            cx.saw("guest", id, Some(id));
            Ok(())
        })
    })
    .await;
    assert!(matches!(read, Err(Error::Db(error)) if error.is_passing()));
    app.close().await;
    server.drop_database(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_sqlite_file_look_again_once_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("shared.db").display());
    let first = node(dir.path(), "first", &url).await;
    let mut heard = first.hub.subscribe("");
    let alone = Beside::start(&first).unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(2500), async {
        while heard.recv().await != Some(Signal::Reconnected) {}
    });
    assert!(quiet.await.is_err(), "nobody else is there");
    let second = node(dir.path(), "second", &url).await;
    let other = Beside::start(&second).unwrap();
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        while heard.recv().await != Some(Signal::Reconnected) {}
    });
    assert!(told.await.is_ok(), "told that there may be news");
    other.stop(&second).await;
    alone.stop(&first).await;
    let left = std::fs::read_dir(dir.path()).unwrap();
    let left = left.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains(".node-")
    });
    assert_eq!(left.count(), 0, "nothing is left behind");
}

/// A host that was frozen while another was promoted wakes up and leads again: it does not know what was acknowledged
/// since, and what it is given would be lost when the cluster notices.
#[tokio::test(flavor = "multi_thread")]
async fn a_former_primary_gets_no_writes_and_is_named() {
    let Some(server) = test_postgres::server() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let settings = crate::hospital::settings(dir.path(), &server.create_database("lineage"));
    let db = Db::connect(&settings.db_config()).await.unwrap();
    db.execute(Statement::raw(
        "CREATE TABLE written (id bigint)",
        Vec::new(),
    ))
    .await
    .unwrap();
    db.close().await;
    // Given a node that wrote to the promoted one, and remembers it beyond its restart,
    let file = dir.path().join("database-timeline");
    let known = std::fs::read_to_string(&file).unwrap();
    let (cluster, timeline) = known.trim().split_once(' ').unwrap();
    let timeline: u32 = timeline.parse().unwrap();
    std::fs::write(&file, format!("{cluster} {}\n", timeline + 1)).unwrap();
    // when it meets the former primary, then that one is not used, and both are named.
    let refused = Db::connect(&settings.db_config()).await.err().unwrap();
    assert!(matches!(refused, DbError::Unavailable(_)), "{refused:?}");
    let said = refused.to_string();
    let named = [
        format!("timeline {timeline}"),
        format!("timeline {}", timeline + 1),
    ];
    assert!(
        named.iter().all(|name| said.contains(name.as_str())),
        "{said}"
    );
    // It is still so when it is asked again; once the promoted one answers, it is served.
    assert!(Db::connect(&settings.db_config()).await.is_err());
    std::fs::write(&file, format!("{cluster} {timeline}\n")).unwrap();
    let db = Db::connect(&settings.db_config()).await.unwrap();
    assert_eq!(db.refused(), None);
    db.close().await;
}
