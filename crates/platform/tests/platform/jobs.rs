//! Jobs: done exactly once by many workers, taken over from those that die, given up when they cannot
//! succeed.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::hospital::{World, each, open_with};
use jiff::{SignedDuration, Timestamp};
use kernel::Clock;
use ops::doctor::{Level, examine};
use parking_lot::Mutex;
use platform::app::App;
use platform::cx::Cx;
use platform::db::{Ddl, Migration, Statement, ToValue};
use platform::error::Error;
use platform::jobs::{self, Job, JobInfo, Run, Worker, run_due};
use platform::module::Module;
use platform::settings::Loaded;
use platform::unit;
use serde_json::{Value as Json, json};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001",
    up: |ddl: &mut Ddl| {
        ddl.table("tally", |t| {
            t.standard();
            t.int("number");
        });
    },
}];

/// What jobs that work outside the database did: by the database they belong to, since tests run side
/// by side.
static OUTSIDE: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
static NUMBER: AtomicUsize = AtomicUsize::new(0);

async fn tally(cx: &mut Cx, number: i64) -> Result<(), Error> {
    let now = cx.now().to_value();
    let row = "INSERT INTO tally (uid, created_at, updated_at, version, number) VALUES ($1, $2, $2, 1, $3)";
    let values = vec![uuid::Uuid::now_v7().to_value(), now, number.to_value()];
    cx.unscoped("test")
        .execute(Statement::raw(row, values))
        .await?;
    Ok(())
}

fn ran(payload: &Json) {
    let key = payload["key"].as_str().unwrap().to_owned();
    *OUTSIDE.lock().entry(key).or_default() += 1;
}

fn times(key: &str) -> usize {
    OUTSIDE.lock().get(key).copied().unwrap_or(0)
}

fn modules() -> Vec<Module> {
    let job = |kind, run| JobInfo {
        kind,
        run,
        attempts: 3,
        every: None,
    };
    let mut modules = crate::hospital::modules();
    modules.push(
        Module::new("factory")
            .migrations(MIGRATIONS)
            .job(job(
                "factory:tally",
                Run::Inside(|cx, payload| Box::pin(tally(cx, payload.as_i64().unwrap()))),
            ))
            .job(job(
                "factory:half",
                Run::Inside(|cx, _| {
                    Box::pin(async move {
                        tally(cx, -1).await?;
                        Err(Error::internal("after half of the work"))
                    })
                }),
            ))
            .job(job(
                "factory:panic",
                Run::Inside(|_, _| Box::pin(async { panic!("as it should") })),
            ))
            .job(job(
                "factory:long",
                Run::Outside(|_, payload| {
                    Box::pin(async move {
                        ran(&payload);
                        let time = payload["ms"].as_u64().unwrap();
                        tokio::time::sleep(Duration::from_millis(time)).await;
                        Ok(())
                    })
                }),
            ))
            .job(JobInfo {
                every: Some(Duration::from_secs(7200)),
                ..job(
                    "factory:daily",
                    Run::Inside(|cx, _| Box::pin(tally(cx, 7200))),
                )
            }),
    );
    modules
}

async fn node(world: &World, clock: Clock) -> Arc<App> {
    let name = format!("node{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    open_with(world.node_settings(&name), clock, modules()).await
}

async fn queue(app: &Arc<App>, queued: Vec<Job>) {
    unit::program(app, "test", move |cx| {
        Box::pin(std::future::ready(jobs::enqueue(cx, queued.clone())))
    })
    .await
    .unwrap();
}

async fn number(app: &App, sql: &'static str) -> i64 {
    let statement = Statement::raw(sql, vec![]);
    app.unguarded("test")
        .one::<(i64,)>(statement)
        .await
        .unwrap()
        .0
}

/// State, attempts and last error of every job that does not run by itself.
async fn rows(app: &App) -> Vec<(String, i64, String)> {
    let sql = "SELECT state, attempts, last_error FROM job WHERE kind LIKE 'factory:%' AND kind <> 'factory:daily' ORDER BY id";
    app.unguarded("test")
        .all(Statement::raw(sql, vec![]))
        .await
        .unwrap()
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not within 15 s: {what}");
}

fn morning() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_workers_do_five_hundred_jobs_exactly_once() {
    each(|world| async move {
        let (one, two) = (
            node(&world, Clock::system()).await,
            node(&world, Clock::system()).await,
        );
        let queued = (0..500).map(|n| Job::now("factory:tally", json!(n)));
        queue(&one, queued.collect()).await;
        let workers = [&one, &one, &two, &two].map(Worker::start);
        until("all is done", async || {
            number(
                &one,
                "SELECT count(*) FROM job WHERE kind = 'factory:tally' AND state = 'done'",
            )
            .await
                == 500
        })
        .await;
        for worker in workers {
            worker.stop().await;
        }
        let counted = "SELECT count(*) FROM tally WHERE number < 500";
        let distinct = "SELECT count(DISTINCT number) FROM tally WHERE number < 500";
        assert_eq!(
            (number(&one, counted).await, number(&one, distinct).await),
            (500, 500)
        );
        assert!(
            number(
                &one,
                "SELECT count(DISTINCT worker) FROM job WHERE kind = 'factory:tally'"
            )
            .await
                > 1,
            "the work was shared"
        );
        two.close().await;
        one.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_held_is_done_by_another() {
    each(|world| async move {
        let survivor = node(&world, Clock::system()).await;
        let key = world.dir.display().to_string();
        let long = json!({ "key": key, "ms": 1500 });
        let lease = SignedDuration::from_millis(600);
        queue(&survivor, vec![Job::now("factory:long", long)]).await;

        // A runtime that is shut down takes everything with it in the middle of the work.
        let settings = world.node_settings("doomed");
        let doomed = tokio::runtime::Runtime::new().unwrap();
        let started = doomed.spawn(async move {
            let app = open_with(settings, Clock::system(), modules()).await;
            std::mem::forget(Worker::with_lease(&app, lease));
        });
        started.await.unwrap();
        until("the job has begun", async || times(&key) == 1).await;
        doomed.shutdown_background();

        let worker = Worker::with_lease(&survivor, lease);
        until("the job is done", async || {
            rows(&survivor).await[0].0 == "done"
        })
        .await;
        assert_eq!((times(&key), rows(&survivor).await[0].1), (2, 2));
        worker.stop().await;
        survivor.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_is_held_for_as_long_as_it_takes() {
    each(|world| async move {
        let (one, two) = (
            node(&world, Clock::system()).await,
            node(&world, Clock::system()).await,
        );
        let key = world.dir.display().to_string();
        queue(
            &one,
            vec![Job::now("factory:long", json!({ "key": key, "ms": 3000 }))],
        )
        .await;
        let lease = SignedDuration::from_millis(900);
        let workers = [&one, &two].map(|app| Worker::with_lease(app, lease));
        until("the job has begun", async || times(&key) > 0).await;
        // Others are not kept waiting by it.
        queue(&one, vec![Job::now("factory:tally", json!(1))]).await;
        until("another is done meanwhile", async || {
            rows(&one).await[1].0 == "done"
        })
        .await;
        assert_eq!(rows(&one).await[0].0, "running");
        until("the job is done", async || rows(&one).await[0].0 == "done").await;
        assert_eq!((times(&key), rows(&one).await[0].1), (1, 1));
        for worker in workers {
            worker.stop().await;
        }
        two.close().await;
        one.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_succeed_is_tried_again_ever_later_and_then_given_up() {
    each(|world| async move {
        let clock = Clock::fixed(morning());
        let app = node(&world, clock.clone()).await;
        let good = || Job::now("factory:tally", json!(1));
        let kinds = ["factory:panic", "factory:half"];
        let poison = kinds.map(|kind| Job::now(kind, Json::Null));
        queue(&app, poison.into_iter().chain([good()]).collect()).await;
        let mut pauses = Vec::new();
        for attempt in 1..=3 {
            while run_due(&app).await.unwrap() > 0 {}
            let rows = rows(&app).await;
            assert_eq!(rows[2].0, "done");
            for (state, attempts, said) in &rows[..2] {
                let expected = if attempt < 3 { "pending" } else { "dead" };
                assert_eq!((state.as_str(), *attempts), (expected, attempt), "{said}");
                assert_eq!(said, "failed; the log says why under the job's number");
            }
            let next = "SELECT run_at FROM job WHERE kind = 'factory:panic'";
            let (next,) = app
                .unguarded("test")
                .one::<(Timestamp,)>(Statement::raw(next, vec![]))
                .await
                .unwrap();
            pauses.push(next.duration_since(clock.now()).as_secs_f64());
            clock.advance(SignedDuration::from_secs(11));
        }
        assert!(
            (2.5..=5.0).contains(&pauses[0]) && (5.0..=10.0).contains(&pauses[1]),
            "{pauses:?}"
        );
        // Half of the work was never kept, and nobody tries again.
        clock.advance(SignedDuration::from_hours(1));
        while run_due(&app).await.unwrap() > 0 {}
        assert_eq!(
            number(&app, "SELECT count(*) FROM tally WHERE number = -1").await,
            0
        );
        assert_eq!(
            number(
                &app,
                "SELECT count(*) FROM job WHERE state = 'dead' AND attempts = 3"
            )
            .await,
            2
        );
        let settings = app.settings.clone();
        app.close().await;
        let notices = Vec::new();
        let loaded = Loaded { settings, notices };
        let found = examine(Ok(loaded), modules(), clock.now()).await;
        let jobs = found
            .iter()
            .find(|finding| finding.check == "jobs")
            .unwrap();
        assert_eq!(jobs.level, Level::Warn);
        assert!(jobs.text.contains("1 × factory:panic"), "{jobs}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_takes_its_worker_with_it_is_given_up_too() {
    each(|world| async move {
        let clock = Clock::fixed(morning());
        let app = node(&world, clock.clone()).await;
        queue(&app, vec![Job::now("factory:tally", json!(1)), Job::now("factory:tally", json!(2))]).await;
        world.run(
            "UPDATE job SET state = 'running', attempts = 3, worker = 'gone', lease_until = $1 WHERE id = (SELECT min(id) FROM job WHERE kind = 'factory:tally')",
            vec![(morning() - SignedDuration::from_secs(1)).to_value()],
        ).await;
        while run_due(&app).await.unwrap() > 0 {}
        let rows = rows(&app).await;
        assert_eq!((rows[0].0.as_str(), rows[1].0.as_str()), ("dead", "done"), "{rows:?}");
        assert!(rows[0].2.contains("vanished"), "{rows:?}");
        app.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_job_does_not_hold_up_the_others() {
    each(|world| async move {
        let app = node(&world, Clock::fixed(morning())).await;
        queue(&app, vec![Job::now("factory:tally", json!(1)), Job::now("factory:tally", json!(2))]).await;
        world.run(
            "UPDATE job SET sealed = (SELECT sealed FROM job WHERE id = (SELECT max(id) FROM job)) WHERE id = (SELECT max(id) - 1 FROM job)",
            vec![],
        ).await;
        while run_due(&app).await.unwrap() > 0 {}
        let rows = rows(&app).await;
        assert_eq!((rows[0].0.as_str(), rows[1].0.as_str()), ("dead", "done"), "{rows:?}");
        app.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_by_itself_runs_once_on_all_nodes_together() {
    each(|world| async move {
        let clock = Clock::fixed(morning());
        let mut nodes = Vec::new();
        for _ in 0..3 {
            nodes.push(node(&world, clock.clone()).await);
        }
        for round in 1..=3 {
            for _ in 0..3 {
                let all = nodes.iter().map(|app| {
                    let app = Arc::clone(app);
                    tokio::spawn(async move { run_due(&app).await.unwrap() })
                });
                for ran in futures_util::future::join_all(all).await {
                    ran.unwrap();
                }
            }
            assert_eq!(number(&nodes[0], "SELECT count(*) FROM tally").await, round);
            clock.advance(SignedDuration::from_hours(2));
        }
        for app in nodes {
            app.close().await;
        }
    })
    .await;
}
