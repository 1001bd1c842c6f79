//! Runs a test on every database: SQLite in a temporary directory always, and PostgreSQL when
//! `CHELAL_TEST_POSTGRES` holds the URL of a server where databases may be created.

#![expect(clippy::unwrap_used, unreachable_pub, reason = "shared by test files")]

use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use platform::db::{Db, DbConfig, Statement};

/// An empty database of its own.
pub struct TestDb {
    pub db: Db,
    pub config: DbConfig,
    /// Kept until the test has ended.
    pub dir: std::path::PathBuf,
}

impl TestDb {
    async fn open(config: DbConfig, dir: &Path) -> Self {
        let opened = Self {
            db: Db::connect(&config).await.unwrap(),
            config,
            dir: dir.to_owned(),
        };
        assert!(opened.dir.is_dir() && opened.config.readers > 0);
        opened
    }
}

/// Runs `test` on an empty database of each kind, with the settings as `adjust` leaves them.
pub async fn with_config<F: Future<Output = ()>>(
    adjust: impl Fn(&mut DbConfig),
    test: impl Fn(TestDb) -> F,
) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = DbConfig::parse("sqlite://test.db", dir.path()).unwrap();
    adjust(&mut config);
    let opened = TestDb::open(config, dir.path()).await;
    let handle = opened.db.clone();
    test(opened).await;
    handle.close().await;

    let Ok(server) = std::env::var("CHELAL_TEST_POSTGRES") else {
        return;
    };
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("chelal_test_{}_{count}", std::process::id());
    let dir = tempfile::tempdir().unwrap();
    let admin = DbConfig::parse(&server, dir.path()).unwrap();
    let admin = Db::connect(&admin).await.unwrap();
    let run = |sql: String| {
        admin.execute(Statement {
            sql: sql.into(),
            values: vec![],
        })
    };
    run(format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let mut config = DbConfig::parse(&format!("{base}/{name}"), dir.path()).unwrap();
    adjust(&mut config);
    let opened = TestDb::open(config, dir.path()).await;
    let handle = opened.db.clone();
    test(opened).await;
    handle.close().await;
    run(format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
}

/// Runs `test` on an empty database of each kind.
pub async fn each<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    with_config(|_| {}, test).await;
}

/// A statement without values.
pub fn sql(text: &'static str) -> Statement {
    Statement::raw(text, vec![])
}
