//! The real program in processes of its own, for what only a process can show: being killed, two of
//! them on one database, what they write to files and logs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::base::{Base, Fresh};
use crate::client::Caller;
use crate::world::{MASTER_KEY, PASSWORD, prepare, schema_key};

/// The name of the account that [`Installation::with_superuser`] makes.
pub const SUPERUSER: &str = "matron";

/// The program, a prepared database and the settings to run with.
pub struct Installation {
    binary: PathBuf,
    settings: BTreeMap<String, String>,
    fresh: Fresh,
}

/// A server at work; killed with the value.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Installation {
    /// A new one; `None` where there is no PostgreSQL. `binary` is `env!("CARGO_BIN_EXE_chelal")`.
    pub fn new(base: Base, binary: &str) -> Option<Installation> {
        let fresh = Fresh::new(base, schema_key(), prepare)?;
        let mut installation = Installation::at(fresh, binary);
        installation.set("CHELAL_MASTER_KEY", MASTER_KEY);
        Some(installation)
    }

    /// One where nothing is yet, not even a master key, as on a fresh machine; `None` where there is no
    /// PostgreSQL.
    pub fn empty(base: Base, binary: &str) -> Option<Installation> {
        Some(Installation::at(Fresh::empty(base)?, binary))
    }

    fn at(fresh: Fresh, binary: &str) -> Installation {
        let settings = [
            ("CHELAL_BIND", "127.0.0.1:0".to_owned()),
            ("CHELAL_DATA_DIR", fresh.dir.path().display().to_string()),
            ("DATABASE_URL", fresh.url.clone()),
            ("CHELAL_RATE_LIMIT", "0".to_owned()),
            ("CHELAL_DRAIN_SECONDS", "0".to_owned()),
        ];
        Installation {
            binary: binary.into(),
            settings: settings
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            fresh,
        }
    }

    /// Makes the account [`SUPERUSER`] with [`PASSWORD`].
    #[must_use]
    pub fn with_superuser(self) -> Installation {
        let made = self.run_with(
            &[
                "createsuperuser",
                "--username",
                SUPERUSER,
                "--password-stdin",
            ],
            PASSWORD,
        );
        assert!(made.status.success(), "{made:?}");
        self
    }

    /// Changes a setting; an empty value is none.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// The directory of the database, the keys, the logs and the anchor of the audit chain.
    pub fn dir(&self) -> &Path {
        self.fresh.dir.path()
    }

    /// The database's address.
    pub fn database_url(&self) -> &str {
        &self.fresh.url
    }

    /// The program with arguments and nothing but the settings in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.settings)
            .current_dir(self.dir())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    /// Runs a command to its end, with something on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that can be run");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that ends without reading is no mistake of the test.
        drop(stdin.write_all(input.as_bytes()));
        drop(stdin);
        child.wait_with_output().expect("a program that ends")
    }

    /// What standard output and standard error of `serve` received so far, from all its runs.
    pub fn logs(&self) -> String {
        ["out.log", "err.log"]
            .map(|name| fs::read_to_string(self.dir().join(name)).unwrap_or_default())
            .concat()
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    /// When it ends instead, or does not listen within a minute.
    pub fn serve(&self) -> Process {
        self.serve_with(&[])
    }

    /// As [`Installation::serve`], with arguments.
    ///
    /// # Panics
    /// As [`Installation::serve`].
    pub fn serve_with(&self, arguments: &[&str]) -> Process {
        let append = |name: &str| {
            let mut file = File::options();
            file.create(true)
                .append(true)
                .open(self.dir().join(name))
                .expect("a log that can be written")
        };
        let said = self.dir().join("out.log");
        let before = fs::read_to_string(&said).unwrap_or_default().len();
        let mut child = self
            .command(&[&["serve"], arguments].concat())
            .stdout(append("out.log"))
            .stderr(append("err.log"))
            .spawn()
            .expect("a program that can be run");
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let text = fs::read_to_string(&said).unwrap_or_default();
            let address = text[before..]
                .lines()
                .find_map(|line| line.split_once("listens on http://")?.1.parse().ok());
            if let Some(address) = address {
                return Process { child, address };
            }
            let ended = child.try_wait().expect("a process that can be asked");
            assert!(
                ended.is_none() && Instant::now() < patience,
                "the server does not start ({ended:?}):\n{}",
                self.logs()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Process {
    /// Somebody anonymous who sends it requests.
    pub fn anonymous(&self) -> Caller {
        Caller::at(self.address)
    }

    /// Signs [`SUPERUSER`] in.
    pub async fn superuser(&self) -> Caller {
        self.anonymous().sign_in(SUPERUSER, PASSWORD).await
    }

    /// The most memory that it has had so far, in bytes, where the system tells.
    #[must_use]
    pub fn most_memory(&self) -> Option<u64> {
        self.bytes("VmHWM:")
    }

    /// The memory that it has now, without the program itself, in bytes, where the system tells.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.bytes("RssAnon:")
    }

    fn bytes(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// `kill -9`: it learns nothing and finishes nothing.
    pub fn kill(mut self) {
        self.end();
    }

    /// Tells it to stop, and waits until it has.
    ///
    /// # Panics
    /// When it ends otherwise than well.
    pub fn stop(mut self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(told.is_ok_and(|status| status.success()));
        let status = self.child.wait().expect("a process that ends");
        assert!(status.success(), "{status}");
    }

    fn end(&mut self) {
        // One that has ended already needs no signal.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
