//! How fast Chelal is, and on how many patients and appointments: see `docs/performance.md`.
//!
//! `run` makes a realistic database for each size (once; it is kept and copied), serves it with the program as it is
//! shipped, and asks it the same questions as a floor server beside it: a bare axum handler over the plain driver.
//! `floor` is that server. What there is much of is a [`Subject`]: its [`Question`]s are asked of it, and its figures have
//! a place of their own in the document.

#![expect(clippy::print_stdout, reason = "a command line program answers there")]

mod application;
mod books;
mod calendar;
mod cluster;
mod document;
mod floor;
mod hospital;
mod ledger;
mod lines;
mod load;
mod machine;
mod maker;
mod names;
mod people;
mod person;
mod process;
mod question;
mod register;
mod report;
mod rows;
mod run;
mod shelf;
mod sink;
mod sockets;
mod staff;
mod subject;
mod thick;
mod work;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use kernel::{Clock, HospitalZone};
use serde::{Deserialize, Serialize};

use cluster::Cluster;
use maker::Maker;
use process::Chelal;
use question::Question;
use report::Report;
use sink::Place;
use subject::{Stock, Subject};

/// Chelal's own allocator: the floor gets the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whatever goes wrong ends the run with its reason.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        }
    }
}

#[derive(Parser)]
#[command(about = "How fast Chelal is, beside a bare handler over the plain driver")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures, and prints the tables of docs/performance.md.
    Run(Run),
    /// What a thousand open WebSockets cost, and whether a hundred others hear everything.
    Sockets(sockets::Sockets),
    /// Makes the databases that a run would make, and nothing else.
    Generate(Run),
    /// Serves the application as the environment says; started by `run --embedded`.
    Serve,
    /// Serves the floor; started by `run`.
    Floor {
        /// Where to listen.
        #[arg(long)]
        bind: SocketAddr,
        /// The floor's database.
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database: String,
        /// The password that logs in.
        #[arg(long, env = "BENCH_PASSWORD", hide_env_values = true)]
        password: String,
    },
}

#[derive(clap::Args)]
struct Run {
    /// Sizes of the register. Where no sizes at all are given: 1000,100000,1000000.
    #[arg(long, value_delimiter = ',')]
    patients: Vec<usize>,
    /// Numbers of appointments. Where no sizes at all are given: 1000,100000,3000000.
    #[arg(long, value_delimiter = ',')]
    appointments: Vec<usize>,
    /// Numbers of movements of stock and of bills, as many of the one as of the other. None unless they are given.
    #[arg(long, value_delimiter = ',')]
    hospital: Vec<usize>,
    /// With --hospital: so many people at work at once are measured instead.
    #[arg(long, default_value_t = 0)]
    people: usize,
    /// Seconds that each of them pauses between requests.
    #[arg(long, default_value_t = 5.0)]
    pause: f64,
    /// Which databases.
    #[arg(long, value_delimiter = ',', default_value = "sqlite,postgres")]
    databases: Vec<Database>,
    /// Length of a measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Measurements of each question; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only these questions. Default: all.
    #[arg(long, value_delimiter = ',')]
    questions: Vec<Question>,
    /// Another seed makes other people and appointments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the databases are kept: 20 GB for the sizes above. Default: chelal-bench in the system's temporary directory.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// The program. Default: it is built, and lies beside this one.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Serves the application from this program instead of the one that is shipped: no jobs, no sealer of the audit trail.
    #[arg(long)]
    embedded: bool,
    /// A further argument of `chelal serve`, such as --no-worker.
    #[arg(long, allow_hyphen_values = true)]
    serve_argument: Vec<String>,
    /// Puts the tables into this document, each subject's in its own place.
    #[arg(long)]
    write: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    match Arguments::parse().command {
        Command::Run(run) => measure(&run, true).await,
        Command::Sockets(wanted) => {
            let binary = binary(false, wanted.server.as_deref())?;
            sockets::measure(&wanted, binary).await
        }
        Command::Generate(run) => measure(&run, false).await,
        Command::Serve => application::serve().await,
        Command::Floor {
            bind,
            database,
            password,
        } => floor::serve(&Place::parse(&database), bind, &password).await,
    }
}

async fn measure(wanted: &Run, ask: bool) -> Outcome<()> {
    let directory = match &wanted.directory {
        Some(directory) => std::path::absolute(directory)?,
        None => std::env::temp_dir().join("chelal-bench"),
    };
    std::fs::create_dir_all(&directory)?;
    let key_file = directory.join("master.key");
    maker::key_file(&key_file)?;
    let chelal = Chelal {
        binary: binary(wanted.embedded, wanted.server.as_deref())?,
        key_file,
        data_dir: directory.clone(),
        arguments: wanted.serve_argument.clone(),
    };
    let cluster = if wanted.databases.contains(&Database::Postgres) {
        Some(Cluster::start(&directory.join("postgres"))?)
    } else {
        None
    };
    let password = password(&directory)?;
    let maker = Maker {
        directory: &directory,
        cluster: cluster.as_ref(),
        chelal: &chelal,
        password: &password,
        seed: wanted.seed,
        today: calendar::monday(HospitalZone::default().today(Clock::system().now())),
    };
    for (subject, sizes) in wanted.subjects() {
        if !ask {
            for database in &wanted.databases {
                for size in sizes.iter().copied() {
                    maker.templates(*database, Stock { subject, size }).await?;
                }
            }
            continue;
        }
        if subject == Subject::Hospital && wanted.people > 0 {
            let version = version(cluster.as_ref()).await?;
            wanted.crowds(&maker, &sizes, version.as_deref()).await?;
            continue;
        }
        let plan = wanted.plan(subject);
        let lines = lines::write(&directory, &plan, wanted.seed, maker.today, &password)?;
        let mut report = Report {
            subject,
            machine: machine::describe(version(cluster.as_ref()).await?.as_deref()),
            seconds: wanted.seconds,
            rounds: wanted.rounds,
            binary: std::fs::metadata(&chelal.binary)?.len(),
            sites: Vec::new(),
        };
        for database in &wanted.databases {
            for size in sizes.iter().copied() {
                let stock = Stock { subject, size };
                let site = run::site(&maker, &plan, &lines, *database, stock).await?;
                report.sites.push(site);
                let json = serde_json::to_string_pretty(&report)?;
                let figures = format!("figures-{}.json", subject.name());
                std::fs::write(directory.join(figures), json)?;
            }
        }
        let tables = report.markdown()?;
        println!("{tables}");
        if let Some(document) = &wanted.write {
            document::put(document, subject.name(), &tables)?;
        }
    }
    Ok(())
}

impl Run {
    /// What there shall be how much of.
    fn subjects(&self) -> Vec<(Subject, Vec<usize>)> {
        let mut given = vec![
            (Subject::Patients, self.patients.clone()),
            (Subject::Appointments, self.appointments.clone()),
            (Subject::Hospital, self.hospital.clone()),
        ];
        given.retain(|(_, sizes)| !sizes.is_empty());
        if given.is_empty() {
            given = vec![
                (Subject::Patients, vec![1000, 100_000, 1_000_000]),
                (Subject::Appointments, vec![1000, 100_000, 3_000_000]),
            ];
        }
        given
    }

    /// Measures people at work.
    async fn crowds(
        &self,
        maker: &Maker<'_>,
        sizes: &[usize],
        postgres: Option<&str>,
    ) -> Outcome<()> {
        let crowd = people::Crowd {
            people: self.people,
            pause: std::time::Duration::from_secs_f64(self.pause),
            seconds: self.seconds,
        };
        let mut tables = vec![machine::describe(postgres)];
        for database in &self.databases {
            for size in sizes.iter().copied() {
                let subject = Subject::Hospital;
                let stock = Stock { subject, size };
                tables.push(people::measure(maker, crowd, *database, stock).await?);
            }
        }
        let tables = tables.join("\n\n");
        println!("{tables}");
        match &self.write {
            Some(document) => document::put(document, "people", &tables),
            None => Ok(()),
        }
    }

    fn plan(&self, subject: Subject) -> run::Plan {
        let all = Question::value_variants().iter().copied();
        let wanted = |question: &Question| {
            let named = self.questions.is_empty() || self.questions.contains(question);
            named && question.subject() == subject
        };
        run::Plan {
            seconds: self.seconds,
            rounds: self.rounds,
            questions: all.filter(wanted).collect(),
        }
    }
}

/// The program, built if nobody says where it is.
fn binary(embedded: bool, server: Option<&Path>) -> Outcome<PathBuf> {
    if embedded {
        return Ok(std::env::current_exe()?);
    }
    if let Some(path) = server {
        return Ok(std::path::absolute(path)?);
    }
    if cfg!(debug_assertions) {
        return Err("measure what is shipped: cargo run --release -p chelal-bench".into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["build", "--release", "-p", "chelal", "--bin", "chelal"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if !status.success() {
        return Err("the program does not build".into());
    }
    Ok(std::env::current_exe()?.with_file_name("chelal"))
}

/// The account's password: made up once, since the templates keep its hash.
fn password(directory: &Path) -> Outcome<String> {
    let path = directory.join("account-password");
    if !path.exists() {
        std::fs::write(&path, format!("Bench-{}", uuid::Uuid::new_v4().simple()))?;
    }
    Ok(std::fs::read_to_string(path)?)
}

async fn version(cluster: Option<&Cluster>) -> Outcome<Option<String>> {
    let Some(cluster) = cluster else {
        return Ok(None);
    };
    let client = sink::connect(&cluster.url("postgres")).await?;
    let row = client.query_one("SHOW server_version", &[]).await?;
    let text: String = row.try_get(0)?;
    Ok(text.split_whitespace().next().map(str::to_owned))
}
