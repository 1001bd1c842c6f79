//! A whole run: every database at every size, floor and Chelal in turn.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::{self, Question, Scripts};
use crate::process::{self, Chelal, Server, USER};
use crate::register::{Maker, Pair};
use crate::report::{Site, Who};
use crate::sink::{Place, Sink};
use crate::{Database, Outcome};

/// How it is measured.
pub(crate) struct Plan {
    pub(crate) seconds: u64,
    pub(crate) rounds: usize,
    /// Only these.
    pub(crate) questions: Vec<Question>,
}

/// Measures one database at one size.
pub(crate) async fn site(
    maker: &Maker<'_>,
    chelal: &Chelal,
    plan: &Plan,
    scripts: &Scripts,
    database: Database,
) -> Outcome<Site> {
    maker.templates(database, scripts.patients).await?;
    let pair = maker.copies(database, scripts.patients).await?;
    let mut site = Site {
        database,
        patients: scripts.patients,
        cells: Vec::new(),
        starts: Vec::new(),
        idle_memory: None,
        busy_memory: None,
        unchained: Vec::new(),
        size: size(&pair.chelal).await?,
    };
    let logs = maker.directory;
    let floor = process::floor(&pair.floor, maker.password, &logs.join("floor.log")).await?;
    let asked = |among: &[Question]| -> Vec<Question> {
        let wanted = |question: &&Question| plan.questions.contains(question);
        among.iter().filter(wanted).copied().collect()
    };
    for (first, then) in [
        (asked(&Question::STEADY), asked(&Question::READINGS)),
        // Last, because the tables grow by it.
        (asked(&[Question::Create]), Vec::new()),
    ] {
        for round in 0..plan.rounds {
            if first.is_empty() {
                break;
            }
            measure(
                plan,
                scripts,
                &floor,
                "",
                round,
                &first,
                Who::Floor,
                &mut site,
            )
            .await?;
            for (read_audit, who, questions) in
                [(true, Who::Audited, &first), (false, Who::Unaudited, &then)]
            {
                if questions.is_empty() {
                    continue;
                }
                let server = chelal
                    .serve(&pair.chelal, read_audit, &logs.join("chelal.log"))
                    .await?;
                site.starts
                    .push(u64::try_from(server.started_in.as_millis())?);
                if site.idle_memory.is_none() {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    site.idle_memory = crate::machine::memory(server.id());
                }
                let token = log_in(scripts, &server).await?;
                measure(
                    plan, scripts, &server, &token, round, questions, who, &mut site,
                )
                .await?;
                site.busy_memory = crate::machine::memory(server.id()).max(site.busy_memory);
                if read_audit {
                    let behind = settle(&pair).await?;
                    site.unchained.push(behind);
                }
                server.stop().await?;
            }
        }
    }
    floor.stop().await?;
    maker.discard(database).await?;
    Ok(site)
}

#[expect(clippy::too_many_arguments, reason = "called twice, from one place")]
async fn measure(
    plan: &Plan,
    scripts: &Scripts,
    server: &Server,
    token: &str,
    round: usize,
    questions: &[Question],
    who: Who,
    site: &mut Site,
) -> Outcome<()> {
    for question in questions.iter().copied() {
        load::once(scripts, &server.base, token, question).await?;
        // Connections, statements and pages get warm.
        load::drive(scripts, &server.base, token, question, round, 1).await?;
        let measured =
            load::drive(scripts, &server.base, token, question, round, plan.seconds).await?;
        eprintln!(
            "{} {} {} {who:?} round {}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            site.database.name(),
            site.patients,
            question.name(),
            round + 1,
            measured.rate,
            measured.p50 as f64 / 1000.0,
            measured.p99 as f64 / 1000.0
        );
        site.note(who, question, measured);
    }
    Ok(())
}

/// A real token, as a client gets it.
async fn log_in(scripts: &Scripts, server: &Server) -> Outcome<String> {
    let answer = load::once(scripts, &server.base, "", Question::Login).await?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    Ok(answer["access"]
        .as_str()
        .ok_or("a login answers an access token")?
        .to_owned())
}

/// The body of a login.
pub(crate) fn login(password: &str) -> String {
    serde_json::json!({ "username": USER, "password": password }).to_string()
}

/// Waits until every audit row is chained: how many were not, and how long it took.
async fn settle(pair: &Pair) -> Outcome<(i64, u64)> {
    let mut watch = Watch::open(&pair.chelal).await?;
    let began = Instant::now();
    let behind = watch.unchained().await?;
    let mut left = behind;
    let mut moved = Instant::now();
    // Where nothing is chained at all there is nothing to wait for.
    while left > 0 && moved.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = watch.unchained().await?;
        if now < left {
            moved = Instant::now();
        }
        left = now;
    }
    Ok((behind, u64::try_from(began.elapsed().as_millis())?))
}

/// A look at the database beside the server.
enum Watch {
    Sqlite(rusqlite::Connection),
    Postgres(Sink),
}

impl Watch {
    async fn open(place: &Place) -> Outcome<Watch> {
        Ok(match place {
            Place::Sqlite(path) => {
                let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
                Watch::Sqlite(rusqlite::Connection::open_with_flags(path, flags)?)
            }
            Place::Postgres(_) => Watch::Postgres(Sink::open(place).await?),
        })
    }

    async fn unchained(&mut self) -> Outcome<i64> {
        const SQL: &str = "SELECT count(*) FROM audit_log \
                           WHERE id > (SELECT coalesce(max(audit_log), 0) FROM audit_link)";
        match self {
            Watch::Sqlite(conn) => Ok(conn.query_row(SQL, [], |row| row.get(0))?),
            Watch::Postgres(sink) => sink.number(SQL).await,
        }
    }
}

async fn size(place: &Place) -> Outcome<u64> {
    Ok(match place {
        Place::Sqlite(path) => std::fs::metadata(path)?.len(),
        Place::Postgres(_) => Sink::open(place)
            .await?
            .number("SELECT pg_database_size(current_database())")
            .await?
            .unsigned_abs(),
    })
}

/// Writes what the scripts read.
pub(crate) fn scripts(
    directory: &Path,
    work: &Path,
    seed: u64,
    patients: usize,
    password: &str,
) -> Outcome<Scripts> {
    let register = crate::names::Register::new();
    let searches = work.join("searches.txt");
    let texts: Vec<String> = crate::person::searches(&register, seed, 2000)
        .iter()
        .map(|text| crate::load::encode(text))
        .collect();
    std::fs::write(&searches, texts.join("\n"))?;
    let bodies = work.join("bodies.txt");
    let people = crate::person::run(&register, seed ^ 0xC0FFEE, 0, 2000, 2000);
    let lines: Vec<String> = people
        .iter()
        .map(|person| person.body().to_string())
        .collect();
    std::fs::write(&bodies, lines.join("\n"))?;
    Ok(Scripts {
        directory: directory.to_owned(),
        searches,
        bodies,
        login: login(password),
        patients,
    })
}
