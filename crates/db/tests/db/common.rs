//! Runs a test on every database: SQLite in a temporary directory always, and PostgreSQL where
//! there is one.

use std::future::Future;
use std::path::Path;

use db::{Db, DbConfig, Statement};

/// An empty database of its own.
pub(crate) struct TestDb {
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
pub(crate) async fn with_config<F: Future<Output = ()>>(
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

    let Some(server) = test_postgres::server() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let url = server.create_database("platform");
    let mut config = DbConfig::parse(&url, dir.path()).unwrap();
    adjust(&mut config);
    let opened = TestDb::open(config, dir.path()).await;
    let handle = opened.db.clone();
    test(opened).await;
    handle.close().await;
    server.drop_database(&url);
}

/// Runs `test` on an empty database of each kind.
pub(crate) async fn each<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    with_config(|_| {}, test).await;
}

/// A statement without values.
pub(crate) fn sql(text: &'static str) -> Statement {
    Statement::raw(text, vec![])
}
