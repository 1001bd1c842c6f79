//! Fresh databases, copied from one that was migrated and seeded once.

use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the tests' server.
    Postgres,
}

/// A database that nobody else uses, dropped with the value.
pub(crate) struct Fresh {
    pub(crate) dir: TempDir,
    pub(crate) url: String,
}

impl Fresh {
    /// A copy of the prepared database; `None` where there is no PostgreSQL. `prepare` migrates and
    /// seeds the original and closes it; it is called once for each schema, and `key` names the schema.
    pub(crate) fn new(base: Base, key: &str, prepare: impl Fn(&str, &Path)) -> Option<Fresh> {
        let dir = TempDir::with_prefix("chelal-test-").expect("a temporary directory");
        let url = match base {
            Base::Sqlite => {
                static ORIGINAL: OnceLock<TempDir> = OnceLock::new();
                let original = ORIGINAL.get_or_init(|| {
                    let dir = TempDir::with_prefix("chelal-test-").expect("a temporary directory");
                    prepare("sqlite://chelal.db", dir.path());
                    dir
                });
                std::fs::copy(
                    original.path().join("chelal.db"),
                    dir.path().join("chelal.db"),
                )
                .expect("a copy of the prepared database");
                "sqlite://chelal.db".to_owned()
            }
            Base::Postgres => {
                let server = test_postgres::server()?;
                let template = server.template(key, |url| prepare(url, dir.path()));
                server.create_from_template(&template)
            }
        };
        Some(Fresh { dir, url })
    }

    /// A place where no database is yet: an empty directory, or an empty database on the tests' server.
    pub(crate) fn empty(base: Base) -> Option<Fresh> {
        let dir = TempDir::with_prefix("chelal-test-").expect("a temporary directory");
        let url = match base {
            Base::Sqlite => "sqlite://chelal.db".to_owned(),
            Base::Postgres => test_postgres::server()?.create_database("empty"),
        };
        Some(Fresh { dir, url })
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.url.starts_with("postgres")
            && let Some(server) = test_postgres::server()
        {
            server.drop_database(&self.url);
        }
    }
}
