//! How tests reach PostgreSQL: one server for all test processes of a machine, one database per
//! test.
//!
//! [`server()`] finds the server, in this order:
//!
//! 1. `CHELAL_TEST_POSTGRES=postgres://…`: a server you run; its role needs `CREATEDB`.
//! 2. PostgreSQL's programs on `PATH` or in `/usr/lib/postgresql/*/bin` (the newest first): a
//!    private cluster in the system's temporary directory, started once, shared by all test
//!    processes, and stopped a minute after the last of them has ended.
//! 3. Neither: `None`, and tests of PostgreSQL are left out.
//!
//! `CHELAL_TEST_POSTGRES=off` leaves them out on purpose; `CHELAL_TEST_POSTGRES=required` turns
//! "left out" into a failure, so that a CI run cannot pass by skipping them.
//!
//! ```no_run
//! let Some(server) = test_postgres::server() else { return };
//! let url = server.create_database("billing_refund");
//! // … hand `url` to the application under test …
//! server.drop_database(&url);
//! ```
//!
//! Every function here blocks and may be called with or without a tokio runtime: connections
//! live on a thread of their own. All panic with the cause when the server refuses, because a
//! test has no better answer.

mod binaries;
mod cluster;

use std::{
    sync::OnceLock,
    time::{Duration, UNIX_EPOCH},
};

use tokio_postgres::{Client, Config, NoTls, error::SqlState};

/// Every database made here starts with this; nothing else is ever dropped.
pub const PREFIX: &str = "chelal_test_";

/// Templates live longer than databases of single tests, since later runs start from them.
const TEMPLATE_PREFIX: &str = "chelal_test_template_";

/// After this long a test's database was left behind by a killed run.
const DATABASE_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// After this long a template belongs to a schema nobody tests any more.
const TEMPLATE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// PostgreSQL cuts longer names silently.
const MAX_NAME_BYTES: usize = 63;

/// A PostgreSQL server on which tests may create databases.
#[derive(Debug)]
pub struct TestServer {
    /// URL of the maintenance database.
    url: String,
    /// Keeps the private cluster alive as long as this process.
    lease: Option<cluster::Lease>,
}

/// The server for this process's tests, found or started on the first call; `None` when there is
/// none to be had or `CHELAL_TEST_POSTGRES=off`.
///
/// # Panics
/// When a server should be there and is not: the URL given does not answer, the private cluster
/// does not start, or `CHELAL_TEST_POSTGRES=required` and PostgreSQL is not installed.
pub fn server() -> Option<&'static TestServer> {
    static SERVER: OnceLock<Result<Option<TestServer>, String>> = OnceLock::new();
    match SERVER.get_or_init(find) {
        Ok(server) => server.as_ref(),
        Err(cause) => panic!(
            "PostgreSQL for tests: {cause} (CHELAL_TEST_POSTGRES=off leaves its tests out, \
             CHELAL_TEST_POSTGRES=postgres://… names another server)"
        ),
    }
}

fn find() -> Result<Option<TestServer>, String> {
    let setting = std::env::var("CHELAL_TEST_POSTGRES").unwrap_or_default();
    let server = match setting.as_str() {
        "off" => return Ok(None),
        "" | "required" => match binaries::Binaries::find() {
            Some(binaries) => {
                let (url, lease) = cluster::ensure(&binaries)?;
                TestServer {
                    url,
                    lease: Some(lease),
                }
            }
            None if setting == "required" => return Err("it is required, but not installed".into()),
            None => return Ok(None),
        },
        url => TestServer {
            url: url.to_owned(),
            lease: None,
        },
    };
    server.drop_leftovers()?;
    Ok(Some(server))
}

impl TestServer {
    /// URL of the maintenance database: for looking at the server, not for tables.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The directory of the private cluster, with its `data/` and its `log`, for tests that look at what
    /// reaches the disk; `None` for a server that was given.
    #[must_use]
    pub fn directory(&self) -> Option<&std::path::Path> {
        self.lease.as_ref().map(|lease| lease.directory.as_path())
    }

    /// Has everything written to the data files: dropping a database does, and needs no superuser.
    pub fn checkpoint(&self) {
        self.drop_database(&self.create_database("checkpoint"));
    }

    /// Creates an empty UTF-8 database and returns its URL. `name_hint` (letters, digits and `_`;
    /// others become `_`, the end may be cut) appears in its name, so that one left behind tells
    /// which test it was.
    pub fn create_database(&self, name_hint: &str) -> String {
        let name = unique_name(name_hint);
        self.execute(&format!(
            "CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"
        ));
        with_database(&self.url, &name)
    }

    /// Creates a database as a copy of `template` (a name from [`TestServer::template`], or the
    /// URL or name of any database of the same owner) and returns its URL. Copying a migrated
    /// database takes tens of milliseconds where migrating takes seconds. Waits up to 10 s for
    /// others to leave the template, as PostgreSQL copies no database that is in use.
    pub fn create_from_template(&self, template: &str) -> String {
        let source = database_of(template);
        let name = unique_name("copy");
        let statement = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{source}\"");
        self.with_client(async |client| {
            let mut patience = 100;
            loop {
                match client.batch_execute(&statement).await {
                    Err(error)
                        if error.code() == Some(&SqlState::OBJECT_IN_USE) && patience > 0 =>
                    {
                        patience -= 1;
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    result => return result,
                }
            }
        })
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
        with_database(&self.url, &name)
    }

    /// The name of a database to copy from with [`TestServer::create_from_template`]: made once
    /// for all processes and filled by `fill`, which gets its URL and must have closed its
    /// connections when it returns. `key` names the content (a hash of the migrations, say): the
    /// same key means the same tables. A panic in `fill` leaves no template behind.
    pub fn template(&self, key: &str, fill: impl FnOnce(&str)) -> String {
        let suffix = format!("_{}", identifier(key, 30));
        // Held through `fill`, so that other processes wait for the finished template.
        let lock = Holder::new(&self.url, &format!("{TEMPLATE_PREFIX}{suffix}"));
        let known = self
            .names()
            .unwrap_or_else(|error| panic!("listing databases: {error}"));
        let found = known.into_iter().find(|name| {
            name.strip_prefix(TEMPLATE_PREFIX).is_some_and(|rest| {
                rest.strip_suffix(&suffix)
                    .is_some_and(|secs| secs.bytes().all(|byte| byte.is_ascii_digit()))
            })
        });
        let name = found.unwrap_or_else(|| {
            let unfinished = self.create_database("unfinished_template");
            fill(&unfinished);
            let name = format!("{TEMPLATE_PREFIX}{}{suffix}", now().as_secs());
            let unfinished = database_of(&unfinished);
            self.execute(&format!(
                "ALTER DATABASE \"{unfinished}\" RENAME TO \"{name}\""
            ));
            name
        });
        drop(lock);
        name
    }

    /// Drops a database (its URL or name), disconnecting whoever still uses it; nothing happens
    /// when it is gone already.
    ///
    /// # Panics
    /// When its name does not start with [`PREFIX`].
    pub fn drop_database(&self, database: &str) {
        let name = database_of(database);
        assert!(
            name.starts_with(PREFIX),
            "{name} is not a database of the tests"
        );
        let statement = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        // An autovacuum worker at work there is not ours to end; it is gone in a moment.
        for _ in 0..50 {
            match self.with_client(async |client| client.batch_execute(&statement).await) {
                Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                _ => break,
            }
        }
        self.execute(&statement);
    }

    /// Puts a database that nobody uses on a disk of its own, for tests of what happens when that is full, and answers
    /// what [`TestServer::leave`] takes. The disk's directory must be empty and belong to whom
    /// [`TestServer::directory`] belongs to.
    ///
    /// # Panics
    /// When the server was given: its superuser is not ours.
    pub fn move_to(&self, database: &str, directory: &std::path::Path) -> String {
        let (name, space) = (database_of(database), unique_name("disk"));
        self.as_superuser(&[
            format!(
                "CREATE TABLESPACE \"{space}\" LOCATION '{}'",
                directory.display()
            ),
            format!("ALTER DATABASE \"{name}\" SET TABLESPACE \"{space}\""),
        ]);
        space
    }

    /// Leaves a disk on which no database is any more.
    ///
    /// # Panics
    /// As [`TestServer::move_to`].
    pub fn leave(&self, disk: &str) {
        self.as_superuser(&[format!("DROP TABLESPACE \"{disk}\"")]);
    }

    fn as_superuser(&self, statements: &[String]) {
        assert!(
            self.lease.is_some(),
            "the superuser of a server that was given is not ours"
        );
        let url = self.url.replacen(cluster::ROLE, "postgres", 1);
        let done = on_own_thread(async || {
            let client = connect(&url).await?;
            for statement in statements {
                client.batch_execute(statement).await?;
            }
            Ok::<_, tokio_postgres::Error>(())
        });
        done.unwrap_or_else(|error| panic!("{statements:?}: {}", explain(&error)));
    }

    /// Drops what killed runs left behind. One that is still in use stays: a long test is not a
    /// killed one.
    fn drop_leftovers(&self) -> Result<(), String> {
        let now = now();
        let describe = |error| format!("{}: {}", without_password(&self.url), explain(&error));
        for name in self.names().map_err(describe)? {
            if is_leftover(&name, now) {
                let statement = format!("DROP DATABASE IF EXISTS \"{name}\"");
                // Another process may be dropping it, too.
                drop(self.with_client(async |client| client.batch_execute(&statement).await));
            }
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, tokio_postgres::Error> {
        self.with_client(async |client| {
            let rows = client
                .query(
                    "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
                    &[&PREFIX],
                )
                .await?;
            rows.iter().map(|row| row.try_get(0)).collect()
        })
    }

    fn execute(&self, statement: &str) {
        self.with_client(async |client| client.batch_execute(statement).await)
            .unwrap_or_else(|error| panic!("{statement}: {}", explain(&error)));
    }

    fn with_client<T: Send>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error> + Send,
    ) -> Result<T, tokio_postgres::Error> {
        on_own_thread(async || {
            let client = connect(&self.url).await?;
            work(&client).await
        })
    }
}

/// Holds an advisory lock of the server by a connection on a thread of its own.
struct Holder {
    release: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Holder {
    fn new(url: &str, name: &str) -> Self {
        let (url, name) = (url.to_owned(), name.to_owned());
        let (release, released) = tokio::sync::oneshot::channel();
        let (held, wait) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            on_own_thread(async || {
                let lock = async {
                    let client = connect(&url).await?;
                    client
                        .execute("SELECT pg_advisory_lock(hashtext($1))", &[&name])
                        .await?;
                    Ok::<_, tokio_postgres::Error>(client)
                };
                let client = lock.await;
                let failed = client.as_ref().err().map(explain);
                if held.send(failed).is_ok() {
                    // Ends by a message or by its sender going away: both mean release.
                    drop(released.await);
                }
            });
        });
        match wait.recv() {
            Ok(None) => Self {
                release: Some(release),
                thread: Some(thread),
            },
            Ok(Some(error)) => panic!("advisory lock: {error}"),
            Err(_) => panic!("advisory lock: its thread ended"),
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.release.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Connects; the connection is driven by the current runtime and ends with its client.
async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let mut config: Config = url.parse()?;
    config
        .connect_timeout(Duration::from_secs(15))
        .application_name("chelal_tests");
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Runs asynchronous work to its end on a new thread, since the caller may be inside a runtime, where
/// blocking on another is refused.
fn on_own_thread<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime
                .unwrap_or_else(|error| panic!("starting a runtime: {error}"))
                .block_on(work())
        });
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The message with its cause: the driver's own `Display` leaves out what the server said.
fn explain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn now() -> Duration {
    UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// `chelal_test_<seconds since 1970>_<hint>_<12 hexadecimal digits>`: old ones can be told by name.
fn unique_name(hint: &str) -> String {
    let tail = uuid::Uuid::new_v4().simple().to_string();
    let tail = tail.get(..12).unwrap_or(&tail);
    let head = format!("{PREFIX}{}_", now().as_secs());
    let room = MAX_NAME_BYTES - head.len() - tail.len() - 1;
    format!("{head}{}_{tail}", identifier(hint, room))
}

/// Lower-case letters, digits and `_` only: no quoting to get wrong, one byte a letter.
fn identifier(text: &str, max: usize) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    text.chars().take(max).map(plain).collect()
}

fn is_leftover(name: &str, now: Duration) -> bool {
    let (rest, lifetime) = match name.strip_prefix(TEMPLATE_PREFIX) {
        Some(rest) => (rest, TEMPLATE_LIFETIME),
        None => (
            name.strip_prefix(PREFIX).unwrap_or_default(),
            DATABASE_LIFETIME,
        ),
    };
    let made = rest
        .split('_')
        .next()
        .and_then(|seconds| seconds.parse().ok());
    made.is_some_and(|made| Duration::from_secs(made) + lifetime < now)
}

/// Where the path of a URL begins and ends: between authority and query.
fn path_of(url: &str) -> (usize, usize) {
    let end = url.find('?').unwrap_or(url.len());
    let authority = url.find("://").map_or(0, |at| at + 3);
    let start = url
        .get(authority..end)
        .and_then(|rest| rest.find('/'))
        .map_or(end, |at| authority + at);
    (start, end)
}

fn with_database(url: &str, name: &str) -> String {
    let (start, end) = path_of(url);
    format!(
        "{}/{name}{}",
        url.get(..start).unwrap_or_default(),
        url.get(end..).unwrap_or_default()
    )
}

/// The database's name in a URL, or the name itself.
fn database_of(url_or_name: &str) -> &str {
    if !url_or_name.contains("://") {
        return url_or_name;
    }
    let (start, end) = path_of(url_or_name);
    url_or_name
        .get(start..end)
        .unwrap_or_default()
        .trim_start_matches('/')
}

fn without_password(url: &str) -> &str {
    url.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_database_of_a_url_and_nothing_else() {
        let cases = [
            ("postgres://u:p@h:1/postgres", "postgres://u:p@h:1/x"),
            ("postgres://u:p@h:1", "postgres://u:p@h:1/x"),
            (
                "postgres://h/a?sslmode=disable&x=/y",
                "postgres://h/x?sslmode=disable&x=/y",
            ),
            ("postgres://h?host=/tmp", "postgres://h/x?host=/tmp"),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "x"), expected);
            assert_eq!(database_of(expected), "x");
        }
        assert_eq!(database_of("plain_name"), "plain_name");
    }

    #[test]
    fn names_are_unique_plain_and_short_enough() {
        let name = unique_name("Ward “A”: two patients, one bed; and a very long story about them");
        assert!(name.len() <= MAX_NAME_BYTES, "{name}");
        assert!(name.starts_with(PREFIX));
        assert!(
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
            "{name}"
        );
        assert_ne!(unique_name("a"), unique_name("a"));
    }

    #[test]
    fn only_old_databases_of_tests_are_leftovers() {
        let now = Duration::from_secs(1_000_000);
        let cases = [
            ("chelal_test_990000_x_0123", true),
            ("chelal_test_999000_x_0123", false),
            ("chelal_test_template_990000_key", false),
            ("chelal_test_template_900000_key", true),
            ("chelal_test_by_hand", false),
            ("chelal", false),
            ("990000_x", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_leftover(name, now), expected, "{name}");
        }
    }
}
