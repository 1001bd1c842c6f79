//! The servers under load, as processes of their own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::Outcome;
use crate::sink::Place;

/// The account that logs in.
pub(crate) const USER: &str = "bench";

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub(crate) base: String,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    async fn start(mut command: Command, address: SocketAddr, log: &Path) -> Outcome<Server> {
        let log_file = std::fs::File::create(log)?;
        let began = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            .kill_on_drop(true)
            .spawn()?;
        let base = format!("http://{address}");
        let health = format!("{base}/api/health/live/");
        #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
        let client = reqwest::Client::new();
        loop {
            if let Ok(answer) = client.get(&health).send().await
                && answer.status().is_success()
            {
                break;
            }
            if let Some(status) = child.try_wait()? {
                let said = std::fs::read_to_string(log)?;
                return Err(format!("the server ended: {status}\n{said}").into());
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err(format!("the server does not answer; see {}", log.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Server {
            child,
            base,
            started_in: began.elapsed(),
        })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Asks it to end, and waits.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        let id = self.id().to_string();
        Command::new("kill").arg(&id).status().await?;
        let ended = tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await;
        match ended {
            Ok(status) => drop(status?),
            Err(_) => self.child.kill().await?,
        }
        Ok(())
    }
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// The floor over a database.
pub(crate) async fn floor(place: &Place, password: &str, log: &Path) -> Outcome<Server> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("floor")
        .arg("--bind")
        .arg(address.to_string())
        .env("DATABASE_URL", place.url())
        .env("BENCH_PASSWORD", password);
    Server::start(command, address, log).await
}

/// The program as it is shipped.
pub(crate) struct Chelal {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// The file with the master key.
    pub(crate) key_file: PathBuf,
    /// Where it may write besides the database.
    pub(crate) data_dir: PathBuf,
    /// Further arguments of `serve`.
    pub(crate) arguments: Vec<String>,
}

impl Chelal {
    /// A command of it over a database, with nothing of our own environment but the path.
    fn command(&self, place: &Place) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", place.url())
            .env("CHELAL_KEY_FILE", &self.key_file)
            .env("CHELAL_DATA_DIR", &self.data_dir)
            .env("CHELAL_LOG", "warn")
            .current_dir(&self.data_dir);
        command
    }

    /// Serves a database.
    pub(crate) async fn serve(
        &self,
        place: &Place,
        read_audit: bool,
        log: &Path,
    ) -> Outcome<Server> {
        let address = free_address()?;
        let mut command = self.command(place);
        command
            .arg("serve")
            .args(&self.arguments)
            .env("CHELAL_BIND", address.to_string())
            .env("CHELAL_READ_AUDIT", if read_audit { "on" } else { "off" })
            .env("CHELAL_TRUSTED_PROXIES", "127.0.0.1");
        Server::start(command, address, log).await
    }
}
