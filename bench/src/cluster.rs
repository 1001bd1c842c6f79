//! A PostgreSQL server of our own, as careful with the disk as one of a hospital.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::sink::connect;

/// What differs from PostgreSQL's defaults. Durability does not: `fsync`, `synchronous_commit` and
/// `full_page_writes` are on, and said again lest a distribution think otherwise.
pub(crate) const SETTINGS: &str = "listen_addresses = '127.0.0.1'
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 1GB
effective_cache_size = 8GB
maintenance_work_mem = 1GB
max_wal_size = 8GB
checkpoint_timeout = 15min
random_page_cost = 1.1
max_connections = 200
timezone = 'UTC'
";

/// A running server; stopped when dropped.
pub(crate) struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    account: Option<(u32, u32)>,
    port: u16,
    password: String,
}

impl Cluster {
    /// Makes it on the first call, then starts it.
    pub(crate) fn start(directory: &Path) -> Outcome<Cluster> {
        let programs = programs().ok_or("PostgreSQL's initdb and pg_ctl are not installed")?;
        fs::create_dir_all(directory)?;
        let account = account()?;
        if let Some((user, group)) = account {
            chown(directory, Some(user), Some(group))?;
        }
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
        let free = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let port = free.local_addr()?.port();
        drop(free);
        let mut cluster = Cluster {
            directory: directory.to_owned(),
            programs,
            account,
            port,
            password: String::new(),
        };
        let secret = directory.join("password");
        if !directory.join("data/PG_VERSION").exists() {
            fs::write(&secret, uuid::Uuid::new_v4().simple().to_string())?;
            if let Some((user, group)) = account {
                chown(&secret, Some(user), Some(group))?;
            }
            cluster.run(
                "initdb",
                &[
                    "--pgdata=data",
                    "--pwfile=password",
                    "--username=chelal",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                ],
            )?;
            let path = directory.join("data/postgresql.conf");
            let text = fs::read_to_string(&path)?;
            fs::write(path, format!("{text}\n{SETTINGS}"))?;
        }
        cluster.password = fs::read_to_string(&secret)?.trim().to_owned();
        if directory.join("data/postmaster.pid").exists() {
            // Left behind by a run that was killed.
            let _ = cluster.run("pg_ctl", &["stop", "-D", "data", "-m", "fast"]);
        }
        let options = format!(
            "-p {port} -c unix_socket_directories='{}'",
            directory.display()
        );
        cluster.run(
            "pg_ctl",
            &["start", "-w", "-D", "data", "-l", "log", "-o", &options],
        )?;
        Ok(cluster)
    }

    /// The process that all others of the server are children of.
    pub(crate) fn id(&self) -> Option<u32> {
        let path = self.directory.join("data/postmaster.pid");
        fs::read_to_string(path)
            .ok()?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://chelal:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// Whether there is such a database.
    pub(crate) async fn has(&self, database: &str) -> Outcome<bool> {
        let client = connect(&self.url("postgres")).await?;
        let found = client
            .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&database])
            .await?;
        Ok(found.is_some())
    }

    /// Creates a database, as a copy of another if one is named.
    pub(crate) async fn create(&self, database: &str, of: Option<&str>) -> Outcome<()> {
        let client = connect(&self.url("postgres")).await?;
        let of = of.unwrap_or("template0");
        let sql = format!("CREATE DATABASE \"{database}\" TEMPLATE \"{of}\" STRATEGY file_copy");
        // Whoever filled the template may not quite have hung up.
        for _ in 0..50 {
            match client.batch_execute(&sql).await {
                Err(error)
                    if error.code() == Some(&tokio_postgres::error::SqlState::OBJECT_IN_USE) =>
                {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                done => return Ok(done?),
            }
        }
        Err(format!("{of} stays in use").into())
    }

    /// Renames a database that is complete.
    pub(crate) async fn rename(&self, from: &str, to: &str) -> Outcome<()> {
        let client = connect(&self.url("postgres")).await?;
        client
            .batch_execute(&format!("ALTER DATABASE \"{from}\" RENAME TO \"{to}\""))
            .await?;
        Ok(())
    }

    /// Drops a database, if there is one.
    pub(crate) async fn drop_database(&self, database: &str) -> Outcome<()> {
        let client = connect(&self.url("postgres")).await?;
        client
            .batch_execute(&format!(
                "DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"
            ))
            .await?;
        Ok(())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Outcome<()> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.directory);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        // Not captured: the server would keep the pipe open.
        let status = command.stdout(std::process::Stdio::null()).status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program}: {status}; see {}/log", self.directory.display()).into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["stop", "-D", "data", "-m", "fast"]);
    }
}

/// The newest of Debian's, or those on the path.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    let path = std::env::var_os("PATH")?;
    found
        .into_iter()
        .rev()
        .map(|(_, directory)| directory)
        .chain(std::env::split_paths(&path))
        .find(|directory| directory.join("initdb").exists())
}

/// PostgreSQL does not run as root: then it runs as `postgres`.
fn account() -> Outcome<Option<(u32, u32)>> {
    let number = |arguments: &[&str]| -> Outcome<u32> {
        let output = Command::new("id").args(arguments).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    if number(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((
        number(&["-u", "postgres"])?,
        number(&["-g", "postgres"])?,
    )))
}
