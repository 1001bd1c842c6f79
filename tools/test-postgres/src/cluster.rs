//! The private cluster: found, started, repaired and, by a small background shell, stopped.
//!
//! Its directory `chelal_test_pg_<hash>` in the system's temporary directory holds
//!
//! | name | what |
//! |---|---|
//! | `lock` | locked (`flock`) while somebody starts or stops the cluster |
//! | `users` | every test process holds a shared lock on it while it lives |
//! | `data/`, `log` | PostgreSQL's |
//! | `port`, `password` | where it listens on 127.0.0.1, and what lets the tests in |
//! | `.s.PGSQL.<port>` | its Unix socket |

use std::{
    ffi::OsStr,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    net::TcpListener,
    os::unix::{fs as unix_fs, fs::MetadataExt, fs::PermissionsExt, process::CommandExt},
    path::PathBuf,
    process::Command,
    time::Duration,
};

use tokio_postgres::error::SqlState;

use super::{
    binaries::{Account, Binaries, id, run},
    connect, explain, on_own_thread,
};

/// Seconds without any test process before the cluster is stopped;
/// `CHELAL_TEST_POSTGRES_IDLE_SECONDS` overrides it.
const IDLE_SECONDS: u32 = 60;

/// The role of the tests: it may create databases and, like in production, is no superuser.
pub(super) const ROLE: &str = "chelal_test";

const REAPER: &str = include_str!("reaper.sh");

/// Speed matters here and surviving a power failure does not: a cluster that was not shut down
/// cleanly is made anew. A change here makes a new directory.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
checkpoint_timeout = 30min
max_connections = 400
shared_buffers = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
";

/// Longest path that a socket's address has room for on every Unix.
const MAX_SOCKET_PATH: usize = 103;

/// The share of this process in the cluster; the kernel ends it with the process.
#[derive(Debug)]
pub(super) struct Lease {
    _users: File,
    /// Where the cluster lives.
    pub(super) directory: PathBuf,
}

struct Cluster<'a> {
    binaries: &'a Binaries,
    directory: PathBuf,
    account: Option<Account>,
}

/// Makes sure that the cluster runs, and returns the URL of its maintenance database.
pub(super) fn ensure(binaries: &Binaries) -> Result<(String, Lease), String> {
    let uid = id("-u", None).ok_or("`id -u` failed")?;
    let account = (uid == 0).then(Account::unprivileged).transpose()?;
    let mut hasher = DefaultHasher::new();
    (&binaries.directory, &binaries.version, uid, SETTINGS).hash(&mut hasher);
    let directory = std::env::temp_dir().join(format!("chelal_test_pg_{:016x}", hasher.finish()));
    let cluster = Cluster {
        binaries,
        directory,
        account,
    };
    let shown = cluster.directory.display().to_string();
    let describe = |error: io::Error| format!("{shown}: {error}");

    cluster.prepare_directory(uid).map_err(describe)?;
    let lock = File::options()
        .create(true)
        .append(true)
        .open(cluster.path("lock"))
        .map_err(describe)?;
    lock.lock().map_err(describe)?;
    let users = File::options()
        .create(true)
        .append(true)
        .open(cluster.path("users"))
        .map_err(describe)?;
    users.lock_shared().map_err(describe)?;
    let url = match cluster.running() {
        Some(url) => url,
        None => cluster.start()?,
    };
    let lease = Lease {
        _users: users,
        directory: cluster.directory,
    };
    Ok((url, lease))
}

impl Cluster<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The name can be foretold, so that another user of the machine might have put something
    /// there first.
    fn prepare_directory(&self, uid: u32) -> io::Result<()> {
        match fs::create_dir(&self.directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let metadata = fs::symlink_metadata(&self.directory)?;
        let owner = self.account.map_or(uid, |account| account.uid);
        if !metadata.is_dir() || (metadata.uid() != uid && metadata.uid() != owner) {
            return Err(io::Error::other("exists and belongs to somebody else"));
        }
        fs::set_permissions(&self.directory, fs::Permissions::from_mode(0o700))?;
        if let Some(Account { uid, gid }) = self.account {
            unix_fs::chown(&self.directory, Some(uid), Some(gid))?;
        }
        Ok(())
    }

    fn url(&self, role: &str, port: u16) -> io::Result<String> {
        let password = fs::read_to_string(self.path("password"))?;
        Ok(format!(
            "postgres://{role}:{}@127.0.0.1:{port}/postgres",
            password.trim()
        ))
    }

    /// The URL, if the cluster is there and answers.
    fn running(&self) -> Option<String> {
        let port = fs::read_to_string(self.path("port"))
            .ok()?
            .trim()
            .parse()
            .ok()?;
        let url = self.url(ROLE, port).ok()?;
        // Starting and stopping happen under our lock: one that is busy with either soon settles.
        for _ in 0..50 {
            match on_own_thread(async || connect(&url).await) {
                Ok(_) => return Some(url),
                Err(error) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => {
                    return Some(url);
                }
                Err(error) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) => {}
                Err(_) => return None,
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        None
    }

    /// Starts the cluster, from a new data directory when the old one is missing, was not shut
    /// down cleanly (nothing was ever flushed) or does not start.
    fn start(&self) -> Result<String, String> {
        let data = self.path("data");
        let mut usable = data.join("PG_VERSION").is_file();
        if data.join("postmaster.pid").exists() {
            drop(self.pg_ctl(["stop", "-m", "immediate"]));
            usable = false;
        }
        let mut failure = String::new();
        // More than once: a port that was free may be taken before PostgreSQL gets to it.
        for _ in 0..3 {
            match self.try_start(usable) {
                Ok(url) => return Ok(url),
                Err(error) => failure = error,
            }
            drop(self.pg_ctl(["stop", "-m", "immediate"]));
            usable = false;
        }
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        Err(format!("{failure}\n{log}"))
    }

    fn try_start(&self, usable: bool) -> Result<String, String> {
        let describe = |error: io::Error| format!("{}: {error}", self.directory.display());
        if !usable {
            self.initialise()?;
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(describe)?;
        let port = listener.local_addr().map_err(describe)?.port();
        drop(listener);
        let log = self.path("log");
        drop(fs::remove_file(&log));
        let option = format!("-p {port}");
        let arguments: [&OsStr; 8] = [
            "start".as_ref(),
            "-w".as_ref(),
            "-t".as_ref(),
            "60".as_ref(),
            "-l".as_ref(),
            log.as_ref(),
            "-o".as_ref(),
            option.as_ref(),
        ];
        self.pg_ctl(arguments)?;
        let url = self.url(ROLE, port).map_err(describe)?;
        if !usable {
            self.create_role(port)?;
        }
        on_own_thread(async || connect(&url).await).map_err(|error| explain(&error))?;
        fs::write(self.path("port"), port.to_string()).map_err(describe)?;
        self.start_reaper()?;
        Ok(url)
    }

    fn initialise(&self) -> Result<(), String> {
        let describe = |error: io::Error| format!("{}: {error}", self.directory.display());
        let data = self.path("data");
        if let Err(error) = fs::remove_dir_all(&data)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(describe(error));
        }
        let password = self.path("password");
        drop(fs::remove_file(&password));
        fs::write(&password, uuid::Uuid::new_v4().simple().to_string()).map_err(describe)?;
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).map_err(describe)?;
        if let Some(Account { uid, gid }) = self.account {
            unix_fs::chown(&password, Some(uid), Some(gid)).map_err(describe)?;
        }
        // `password`: the traffic stays on this machine, and SCRAM costs each connection of an
        // unoptimised test binary tens of milliseconds.
        run(self
            .command("initdb")
            .arg("--pgdata")
            .arg(&data)
            .arg("--pwfile")
            .arg(&password)
            .args([
                "--username=postgres",
                "--auth=password",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]))?;
        let socket = self.path(".s.PGSQL.65535");
        let directory = if socket.as_os_str().len() > MAX_SOCKET_PATH {
            String::new()
        } else {
            self.directory.display().to_string().replace('\'', "''")
        };
        let configuration = data.join("postgresql.conf");
        let mut text = fs::read_to_string(&configuration).map_err(describe)?;
        text.push_str(SETTINGS);
        text.push_str(&format!("unix_socket_directories = '{directory}'\n"));
        fs::write(configuration, text).map_err(describe)
    }

    fn create_role(&self, port: u16) -> Result<(), String> {
        let read = || {
            Ok::<_, io::Error>((
                self.url("postgres", port)?,
                fs::read_to_string(self.path("password"))?,
            ))
        };
        let (url, password) = read().map_err(|error| error.to_string())?;
        let statement = format!(
            "CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{}'",
            password.trim()
        );
        on_own_thread(async || connect(&url).await?.batch_execute(&statement).await)
            .map_err(|error| explain(&error))
    }

    /// Starts the shell that will stop the cluster. It outlives us and holds none of our files:
    /// a test runner waits for its tests' output to be closed.
    fn start_reaper(&self) -> Result<(), String> {
        let pid = fs::read_to_string(self.path("data/postmaster.pid"))
            .map_err(|error| error.to_string())?;
        let pid = pid.lines().next().unwrap_or_default();
        let idle = std::env::var("CHELAL_TEST_POSTGRES_IDLE_SECONDS").ok();
        let idle: u32 = idle
            .and_then(|text| text.parse().ok())
            .unwrap_or(IDLE_SECONDS);
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            r#"command -v flock || { echo "flock(1) is missing" >&2; exit 1; }
            sh -c "$0" chelal-test-reaper "$@" </dev/null >/dev/null 2>&1 &"#,
            REAPER,
        ]);
        shell.arg(&self.directory).arg(pid).arg(idle.to_string());
        run(shell.current_dir("/").process_group(0))
    }

    fn pg_ctl(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<(), String> {
        run(self
            .command("pg_ctl")
            .arg("-D")
            .arg(self.path("data"))
            .args(arguments))
    }

    /// One of PostgreSQL's programs, as the user it has to run as, and untouched by the settings
    /// of the developer's own PostgreSQL.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.directory.join(program));
        command.current_dir(&self.directory);
        for variable in [
            "PGDATA",
            "PGPORT",
            "PGHOST",
            "PGUSER",
            "PGDATABASE",
            "PGOPTIONS",
        ] {
            command.env_remove(variable);
        }
        if let Some(Account { uid, gid }) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}
