//! Transactions: durable when acknowledged, gone when dropped, exact when they race.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::common::{TestDb, each, sql, with_config};
use db::{Db, DbError, Dialect, Retryable, Statement, ToValue, Tx};
use futures_util::future::join_all;

async fn table(db: &Db) {
    db.execute(sql(
        "CREATE TABLE box (id BIGINT PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0))",
    ))
    .await
    .unwrap();
}

fn insert(id: i64) -> Statement {
    let n = id % 7;
    Statement::raw(
        "INSERT INTO box (id, n) VALUES ($1, $2)",
        vec![id.to_value(), n.to_value()],
    )
}

async fn count(db: &Db) -> i64 {
    db.one::<(i64,)>(sql("SELECT count(*) FROM box"))
        .await
        .unwrap()
        .0
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_and_rollback() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.dialect(), db.dialect());
        assert_eq!(tx.execute(insert(1)).await, Ok(1));
        assert_eq!(
            tx.few::<(i64,)>(sql("SELECT id FROM box")).await,
            Ok(vec![(1,)])
        );
        assert_eq!(count(&db).await, 0, "not visible before its commit");
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 1);

        let mut tx = db.begin().await.unwrap();
        tx.execute(insert(2)).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(count(&db).await, 1);

        // Nothing was said: nothing to commit.
        db.begin().await.unwrap().commit().await.unwrap();
        db.begin().await.unwrap().rollback().await.unwrap();

        // After an error only a rollback is possible.
        let mut tx = db.begin().await.unwrap();
        tx.execute(insert(3)).await.unwrap();
        assert!(tx.execute(insert(3)).await.is_err());
        assert!(matches!(
            tx.execute(insert(4)).await,
            Err(DbError::Other(_))
        ));
        assert!(matches!(tx.commit().await, Err(DbError::Other(_))));
        assert_eq!(count(&db).await, 1);

        // A row misread harms nothing.
        let mut tx = db.begin().await.unwrap();
        tx.execute(insert(5)).await.unwrap();
        assert!(
            tx.one::<(String,)>(sql("SELECT n FROM box WHERE id = 5"))
                .await
                .is_err()
        );
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_statements_are_committed_in_their_order_or_not_at_all() {
    let doubled = |more: i64| {
        Statement::raw(
            "UPDATE box SET n = n * 2 + $1 WHERE id = 1",
            vec![more.to_value()],
        )
    };
    let test = |TestDb { db, .. }: TestDb| async move {
        table(&db).await;
        // Given statements whose order matters, more than are sent in one breath, none of them known yet;
        // as the whole of a transaction and as its end.
        for begun in [false, true] {
            db.execute(sql("DELETE FROM box")).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            let first = Statement::raw("INSERT INTO box (id, n) VALUES (1, 0)", vec![]);
            let mut last = Vec::new();
            if begun {
                tx.execute(first).await.unwrap();
            } else {
                last.push(first);
            }
            last.extend((0..40).map(|at| doubled(at % 2)));
            // When the transaction ends with them,
            tx.finish(last).await.unwrap();
            // then each saw what those before it did.
            let expected = (0..40).fold(0, |n, at| n * 2 + at % 2);
            let (n,): (i64,) = db.one(sql("SELECT n FROM box WHERE id = 1")).await.unwrap();
            assert_eq!(n, expected);
        }
        // Given one among them that breaks a rule, wherever it stands,
        for at in [0, 2, 4] {
            let mut last: Vec<Statement> = (10..14).map(insert).collect();
            last.insert(at, insert(1));
            let mut tx = db.begin().await.unwrap();
            tx.execute(insert(2)).await.unwrap();
            // then that is the answer, and nothing is stored.
            let error = tx.finish(last).await.unwrap_err();
            assert!(matches!(error, DbError::Unique { .. }), "{error:?}");
            assert_eq!(count(&db).await, 1);
        }
        // One that makes no sense ends it as well, and the connection serves on.
        for wrong in ["INSERT INTO nowhere (id) VALUES (1)", "SELECT $1"] {
            let tx = db.begin().await.unwrap();
            let last = vec![insert(3), Statement::raw(wrong, vec![])];
            assert!(tx.finish(last).await.is_err());
        }
        left_alone(&db).await;
        assert_eq!(count(&db).await, 1);
        let mut failed = db.begin().await.unwrap();
        failed.execute(insert(1)).await.unwrap_err();
        assert!(failed.finish(vec![insert(4)]).await.is_err());
        assert_eq!(count(&db).await, 1);
    };
    each(test).await;
    // Behind a pooler, where nothing stays prepared.
    with_config(|config| config.statement_cache = false, test).await;
}

/// Waits until no dropped transaction is under way any more. On SQLite whatever came before a write is
/// done with it; PostgreSQL is told of the end, or of the loss of a connection, a moment later, and a
/// `COMMIT` that was sent before its future was dropped may still take place.
async fn left_alone(db: &Db) {
    if db.dialect() == Dialect::Sqlite {
        return;
    }
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()";
    // The server itself ends transactions that are forgotten, but not before fifteen seconds.
    let begun = Instant::now();
    while db.one::<(i64,)>(sql(busy)).await != Ok((0,)) {
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "a transaction stays open"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_futures_roll_back() {
    with_config(
        |c| c.pool_size = 4,
        |TestDb { db, .. }| async move {
            table(&db).await;
            // A transaction of several statements, dropped after a time that grows from nothing to
            // more than it needs, so that it is hit at every point.
            let committed = Arc::new(AtomicU32::new(0));
            for i in 0..300_u32 {
                let done = Arc::clone(&committed);
                let work = async {
                    let mut tx = db.begin().await.unwrap();
                    tx.execute(insert(i64::from(i) * 2)).await.unwrap();
                    let found = tx
                        .all::<(i64,)>(sql("SELECT n FROM box WHERE id >= 0 LIMIT 3"))
                        .await;
                    assert!(!found.unwrap().is_empty());
                    tx.execute(insert(i64::from(i) * 2 + 1)).await.unwrap();
                    tx.commit().await.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                };
                let _dropped =
                    tokio::time::timeout(Duration::from_micros(u64::from(i) * 10), work).await;
            }
            // Held over an await and dropped.
            for i in 0..50 {
                let mut tx = db.begin().await.unwrap();
                tx.execute(insert(1_000_000 + i)).await.unwrap();
                drop(tx);
            }
            // Every connection is clean.
            let writers = (0..16).map(|i| db.execute(insert(2_000_000 + i)));
            for result in join_all(writers).await {
                assert_eq!(result, Ok(1));
            }
            left_alone(&db).await;
            // All or nothing, each time.
            let sums = "SELECT \
                (SELECT count(*) FROM box WHERE id < 2000000), \
                (SELECT count(*) FROM box a JOIN box b ON b.id = a.id + 1 \
                 WHERE a.id % 2 = 0 AND b.id < 2000000), \
                (SELECT count(*) FROM box WHERE id >= 1000000)";
            let (rows, pairs, held) = db.one::<(i64, i64, i64)>(sql(sums)).await.unwrap();
            assert_eq!((rows, held), (pairs * 2, 16));
            assert!(pairs >= i64::from(committed.load(Ordering::Relaxed)));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unawaited_statement_does_not_commit_quietly() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        db.execute(insert(1)).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute(insert(2)).await.unwrap();
        // Sent, perhaps; its failure is never seen.
        {
            let mut failing = Box::pin(tx.execute(insert(1)));
            let _pending = futures_util::poll!(failing.as_mut());
        }
        let result = tx.commit().await;
        assert!(result.is_err(), "{result:?}");
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

async fn take(db: &Db) -> Result<bool, DbError> {
    db.transaction(|tx: &mut Tx| {
        Box::pin(async move {
            let lock = match tx.dialect() {
                Dialect::Sqlite => "SELECT n FROM box WHERE id = 1",
                Dialect::Postgres => "SELECT n FROM box WHERE id = 1 FOR UPDATE",
            };
            let (n,) = tx.one::<(i64,)>(sql(lock)).await?;
            if n == 0 {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
            let update = Statement::raw(
                "UPDATE box SET n = $1 WHERE id = 1",
                vec![(n - 1).to_value()],
            );
            tx.execute(update).await?;
            Ok(true)
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn guarded_decrements_are_exact() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        db.execute(sql("INSERT INTO box (id, n) VALUES (1, 50)"))
            .await
            .unwrap();
        let takers = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut taken = 0;
                for _ in 0..10 {
                    taken += i64::from(take(&db).await.unwrap());
                }
                taken
            })
        });
        let taken: i64 = join_all(takers).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(taken, 50);
        assert_eq!(db.one::<(i64,)>(sql("SELECT n FROM box")).await, Ok((0,)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grouped_transactions_do_not_touch_each_other() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        let tasks = (0..200_i64).map(|i| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                tx.execute(insert(i * 2)).await.unwrap();
                tx.execute(insert(i * 2 + 1)).await.unwrap();
                match i % 4 {
                    0 => tx.rollback().await.unwrap(),
                    1 => drop(tx),
                    2 => {
                        assert!(tx.execute(insert(i * 2)).await.is_err());
                        assert!(tx.commit().await.is_err());
                    }
                    _ => tx.commit().await.unwrap(),
                }
            })
        });
        for task in join_all(tasks).await {
            task.unwrap();
        }
        // Dropped ones may still be on their way out.
        let ids: Vec<(i64,)> = db.all(sql("SELECT id FROM box ORDER BY id")).await.unwrap();
        let expected = (0..200)
            .filter(|i| i % 4 == 3)
            .flat_map(|i| [(i * 2,), (i * 2 + 1,)]);
        assert_eq!(ids, expected.collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_writers_are_all_acknowledged() {
    with_config(
        |c| c.acquire_timeout = Duration::from_secs(60),
        |TestDb { db, .. }| async move {
            table(&db).await;
            let started = Instant::now();
            let tasks = (0..1000).map(|i| {
                let db = db.clone();
                tokio::spawn(async move { db.execute(insert(i)).await })
            });
            for task in join_all(tasks).await {
                assert_eq!(task.unwrap(), Ok(1));
            }
            assert_eq!(count(&db).await, 1000);
            assert!(started.elapsed() < Duration::from_secs(30));
        },
    )
    .await;
}

#[derive(Debug)]
enum Failure {
    Db(DbError),
    Rule,
}

impl From<DbError> for Failure {
    fn from(e: DbError) -> Self {
        Self::Db(e)
    }
}

impl Retryable for Failure {
    fn retryable(&self) -> bool {
        matches!(self, Self::Db(e) if e.is_retryable())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn losers_are_retried_and_rules_are_not() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        let tries = Arc::new(AtomicU32::new(0));
        let result = db
            .transaction(|tx| {
                let attempt = tries.fetch_add(1, Ordering::Relaxed);
                Box::pin(async move {
                    tx.execute(insert(i64::from(attempt))).await?;
                    if attempt < 2 {
                        return Err(Failure::Db(DbError::Busy));
                    }
                    Ok(attempt)
                })
            })
            .await;
        assert!(matches!(result, Ok(2)), "{result:?}");
        assert_eq!(count(&db).await, 1, "the first attempts left nothing");

        tries.store(0, Ordering::Relaxed);
        let run = |error: fn() -> Failure| {
            let tries = Arc::clone(&tries);
            let db = db.clone();
            async move {
                db.transaction(|_| {
                    tries.fetch_add(1, Ordering::Relaxed);
                    Box::pin(async move { Err::<(), _>(error()) })
                })
                .await
            }
        };
        assert!(matches!(run(|| Failure::Rule).await, Err(Failure::Rule)));
        assert_eq!(tries.swap(0, Ordering::Relaxed), 1);
        let given_up = run(|| Failure::Db(DbError::Busy)).await;
        assert!(matches!(given_up, Err(Failure::Db(DbError::Busy))));
        assert_eq!(tries.load(Ordering::Relaxed), 6);
    })
    .await;
}

/// Two transactions that lock two rows in opposite order: PostgreSQL kills one, SQLite runs one
/// after the other. Either way both succeed in the end.
#[tokio::test(flavor = "multi_thread")]
async fn deadlocks_are_retried() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        db.execute(sql("INSERT INTO box (id, n) VALUES (1, 0), (2, 0)"))
            .await
            .unwrap();
        let add = |first: i64, second: i64| {
            let db = db.clone();
            tokio::spawn(async move {
                db.transaction::<_, DbError>(|tx| {
                    Box::pin(async move {
                        for id in [first, second] {
                            let sql = "UPDATE box SET n = n + 1 WHERE id = $1";
                            tx.execute(Statement::raw(sql, vec![id.to_value()])).await?;
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                        Ok(())
                    })
                })
                .await
            })
        };
        let (a, b) = (add(1, 2), add(2, 1));
        assert_eq!((a.await.unwrap(), b.await.unwrap()), (Ok(()), Ok(())));
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT min(n) FROM box")).await,
            Ok((2,))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_transactions_are_rolled_back() {
    with_config(
        |c| c.tx_time_limit = Duration::from_millis(200),
        |TestDb { db, .. }| async move {
            table(&db).await;
            let mut idle = db.begin().await.unwrap();
            idle.execute(insert(1)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(600)).await;
            let late = idle.execute(insert(2)).await;
            assert!(matches!(late, Err(DbError::Timeout)), "{late:?}");
            assert!(idle.commit().await.is_err());
            // It stands in nobody's way.
            assert_eq!(db.execute(insert(1)).await, Ok(1));

            let mut idle = db.begin().await.unwrap();
            idle.execute(insert(3)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(600)).await;
            let late = idle.commit().await;
            assert!(matches!(late, Err(DbError::Timeout)), "{late:?}");
            assert_eq!(count(&db).await, 1);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_ones_turn_has_an_end() {
    with_config(
        |c| (c.acquire_timeout, c.pool_size) = (Duration::from_millis(200), 1),
        |TestDb { db, .. }| async move {
            table(&db).await;
            let mut holder = db.begin().await.unwrap();
            holder.execute(insert(1)).await.unwrap();
            let started = Instant::now();
            assert_eq!(db.execute(insert(2)).await, Err(DbError::Timeout));
            assert!(started.elapsed() < Duration::from_secs(2));
            holder.commit().await.unwrap();
            assert_eq!(db.execute(insert(3)).await, Ok(1));
            assert_eq!(count(&db).await, 2, "what timed out was not done");
        },
    )
    .await;
}

/// A finished transaction is not kept waiting by one that has begun but only read.
#[tokio::test(flavor = "multi_thread")]
async fn a_reading_transaction_does_not_delay_a_finished_one() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        for i in 0..5 {
            let begun = Instant::now();
            let first = async {
                let result = db.execute(insert(i * 2)).await;
                (result, begun.elapsed() < Duration::from_millis(250))
            };
            let slow = async {
                let mut tx = db.begin().await.unwrap();
                tx.all::<(i64,)>(sql("SELECT id FROM box")).await.unwrap();
                tokio::time::sleep(Duration::from_millis(300)).await;
                tx.execute(insert(1000 + i)).await.unwrap();
                tx.commit().await.unwrap();
            };
            let (first, (), second) = tokio::join!(first, slow, db.execute(insert(i * 2 + 1)));
            assert_eq!(first, (Ok(1), true));
            assert_eq!(second, Ok(1));
        }
        assert_eq!(count(&db).await, 15);
    })
    .await;
}

/// A command beside the running server writes the same file, through its own writer.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_decrement_exactly() {
    each(|TestDb { db, config, .. }| async move {
        table(&db).await;
        db.execute(sql("INSERT INTO box (id, n) VALUES (1, 60)"))
            .await
            .unwrap();
        let other = Db::connect(&config).await.unwrap();
        let takers = (0..8).map(|i| {
            let db = if i % 2 == 0 {
                db.clone()
            } else {
                other.clone()
            };
            tokio::spawn(async move {
                let mut taken = 0;
                for k in 0..10_i64 {
                    taken += i64::from(take(&db).await.unwrap());
                    assert_eq!(db.execute(insert(1000 * (i + 1) + k)).await, Ok(1));
                }
                taken
            })
        });
        let taken: i64 = join_all(takers).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(taken, 60);
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT n FROM box WHERE id = 1"))
                .await,
            Ok((0,))
        );
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_consistent_while_writes_go_on() {
    each(|TestDb { db, dir, config }| async move {
        if db.dialect() == Dialect::Postgres {
            assert!(db.backup_to(dir.join("x.db")).await.is_err());
            return;
        }
        table(&db).await;
        let writer = {
            let db = db.clone();
            tokio::spawn(async move {
                for i in 0..400_i64 {
                    // Two rows at a time: an odd number would be half a transaction.
                    let mut tx = db.begin().await.unwrap();
                    tx.execute(insert(i * 2)).await.unwrap();
                    tx.execute(insert(i * 2 + 1)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        };
        let mut seen = Vec::new();
        for i in 0..5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let name = format!("copy{i}.db");
            db.backup_to(dir.join(&name)).await.unwrap();
            let mut copy = config.clone();
            copy.url = db::DbUrl::Sqlite(dir.join(&name));
            let copy = Db::connect(&copy).await.unwrap();
            seen.push(count(&copy).await);
            let check = copy.one::<(String,)>(sql("PRAGMA integrity_check")).await;
            assert_eq!(check, Ok(("ok".to_owned(),)));
            copy.close().await;
        }
        writer.await.unwrap();
        assert!(
            seen.iter().all(|n| n % 2 == 0) && seen.is_sorted(),
            "{seen:?}"
        );
        assert_eq!(count(&db).await, 800);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_write_ahead_log_stays_small_and_the_file_private() {
    each(|TestDb { db, dir, .. }| async move {
        table(&db).await;
        let stats = db.stats().await;
        assert_eq!(stats.wal_bytes.is_some(), db.dialect() == Dialect::Sqlite);
        if db.dialect() == Dialect::Postgres {
            assert!(stats.pool_size >= 1 && stats.pool_in_use == 0, "{stats:?}");
            return;
        }
        let wide = "CREATE TABLE wide (id BIGINT PRIMARY KEY, text TEXT NOT NULL)";
        db.execute(sql(wide)).await.unwrap();
        let text = "x".repeat(20_000);
        for i in 0..3000_i64 {
            let mut tx = db.begin().await.unwrap();
            let returning =
                "INSERT INTO wide (id, text) VALUES ($1, $2) RETURNING id, length(text)";
            let values = vec![i.to_value(), text.as_str().to_value()];
            tx.one::<(i64, i64)>(Statement::raw(returning, values))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        // Of 60 MB written.
        assert!(
            db.stats().await.wal_bytes.unwrap() < 20_000_000,
            "{:?}",
            db.stats().await
        );
        #[cfg(unix)]
        for file in std::fs::read_dir(&dir).unwrap() {
            let file = file.unwrap();
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "{file:?} can be read by others");
        }
        // A read that writes is refused: only the writer thread writes.
        assert!(
            db.all::<(i64,)>(sql("DELETE FROM box RETURNING id"))
                .await
                .is_err()
        );
    })
    .await;
}

/// More endless reads than there are readers, all given up.
#[tokio::test(flavor = "multi_thread")]
async fn abandoned_reads_end() {
    with_config(
        |c| c.readers = 2,
        |TestDb { db, .. }| async move {
            if db.dialect() == Dialect::Postgres {
                return;
            }
            let endless = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) \
                       SELECT count(*) FROM c";
            for _ in 0..6 {
                let read = db.all::<(i64,)>(sql(endless));
                assert!(
                    tokio::time::timeout(Duration::from_millis(50), read)
                        .await
                        .is_err()
                );
            }
            assert_eq!(db.all::<(i64,)>(sql("SELECT 1")).await, Ok(vec![(1,)]));
            let reads = (0..4).map(|_| db.all::<(i64,)>(sql("SELECT 2")));
            assert!(join_all(reads).await.iter().all(Result::is_ok));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_database_says_so() {
    each(|TestDb { db, .. }| async move {
        table(&db).await;
        db.execute(insert(1)).await.unwrap();
        db.close().await;
        let late = db.execute(insert(2)).await;
        assert!(matches!(late, Err(DbError::Unavailable(_))), "{late:?}");
        let late = db.all::<(i64,)>(sql("SELECT id FROM box")).await;
        assert!(matches!(late, Err(DbError::Unavailable(_))), "{late:?}");
        let late = db.few::<(i64,)>(sql("SELECT id FROM box")).await;
        assert!(matches!(late, Err(DbError::Unavailable(_))), "{late:?}");
    })
    .await;
}
