//! A whole run: every database at every size, floor and Chelal in turn.

use std::time::{Duration, Instant};

use crate::load::{self, Asked, Login, Scripts};
use crate::maker::{Maker, Pair};
use crate::process;
use crate::question::Question;
use crate::report::{Behind, Site, Who};
use crate::sink::{Place, Sink};
use crate::subject::Stock;
use crate::{Database, Outcome};

/// What a first start may take to look at everybody once.
const FIRST_JOBS: Duration = Duration::from_secs(600);

/// How it is measured.
pub(crate) struct Plan {
    pub(crate) seconds: u64,
    pub(crate) rounds: usize,
    /// Only these.
    pub(crate) questions: Vec<Question>,
}

impl Plan {
    /// Turns of the load generator at one question to one server: in each round one to get warm and one that counts.
    pub(crate) fn turns(&self) -> usize {
        self.rounds * 2
    }
}

/// Measures one database at one size.
pub(crate) async fn site(
    maker: &Maker<'_>,
    plan: &Plan,
    scripts: &Scripts,
    database: Database,
    stock: Stock,
) -> Outcome<Site> {
    maker.templates(database, stock).await?;
    let pair = maker.copies(database, stock).await?;
    let mut site = Site {
        database,
        rows: stock.size,
        cells: Vec::new(),
        starts: Vec::new(),
        idle_memory: None,
        busy_memory: None,
        behind: Vec::new(),
        bytes: size(&pair.chelal).await?,
    };
    let logs = maker.directory;
    let nobody = Login::default();
    let floor = process::floor(&pair.floor, maker.password, &logs.join("floor.log")).await?;
    let (writing, steady): (Vec<Question>, Vec<Question>) = plan
        .questions
        .iter()
        .partition(|question| question.writes());
    let readings = steady
        .iter()
        .copied()
        .filter(|question| question.is_reading());
    // Those that write come last, because the tables grow by them.
    for (first, then) in [(&steady, readings.collect()), (&writing, Vec::new())] {
        for round in 0..plan.rounds {
            if first.is_empty() {
                break;
            }
            let asked = scripts.asked(stock, &floor.base, &nobody);
            let known: Vec<Question> = first
                .iter()
                .copied()
                .filter(|question| question.has_floor())
                .collect();
            measure(plan, &asked, round, &known, Who::Floor, &mut site).await?;
            for (read_audit, who, questions) in
                [(true, Who::Audited, first), (false, Who::Unaudited, &then)]
            {
                if questions.is_empty() {
                    continue;
                }
                let server = maker
                    .chelal
                    .serve(&pair.chelal, read_audit, &logs.join("chelal.log"))
                    .await?;
                site.starts
                    .push(u64::try_from(server.started_in.as_millis())?);
                if site.idle_memory.is_none() {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    site.idle_memory = crate::machine::memory(server.id());
                }
                if read_audit {
                    first_jobs(&pair).await?;
                }
                let pages = questions.iter().any(|question| question.is_page());
                let login = log_in(&scripts.asked(stock, &server.base, &nobody), pages).await?;
                let asked = scripts.asked(stock, &server.base, &login);
                measure(plan, &asked, round, questions, who, &mut site).await?;
                site.busy_memory = crate::machine::memory(server.id()).max(site.busy_memory);
                if read_audit {
                    let behind = settle(&pair).await?;
                    site.behind.push(behind);
                }
                server.stop().await?;
            }
        }
    }
    floor.stop().await?;
    maker.discard(database).await?;
    Ok(site)
}

async fn measure(
    plan: &Plan,
    asked: &Asked<'_>,
    round: usize,
    questions: &[Question],
    who: Who,
    site: &mut Site,
) -> Outcome<()> {
    for question in questions.iter().copied() {
        load::once(asked, question, round).await?;
        // Connections, statements and pages get warm.
        load::drive(asked, question, 2 * round, question.connections(), 1).await?;
        let measured = load::measure(asked, question, 2 * round + 1, plan.seconds).await?;
        eprintln!(
            "{} {} {} {who:?} round {}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            site.database.name(),
            site.rows,
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

/// A real token, as a client gets it, and a browser's cookie where pages are asked for.
async fn log_in(asked: &Asked<'_>, pages: bool) -> Outcome<Login> {
    let answer = load::once(asked, Question::Login, 0).await?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let token = answer["access"]
        .as_str()
        .ok_or("a login answers an access token")?
        .to_owned();
    let cookie = match pages {
        true => load::sign_in(asked).await?,
        false => String::new(),
    };
    Ok(Login { token, cookie })
}

/// Waits until the jobs of a first start are done, which look at every patient once.
async fn first_jobs(pair: &Pair) -> Outcome<()> {
    let mut watch = Watch::open(&pair.chelal).await?;
    let began = Instant::now();
    while watch.jobs().await? > 0 {
        if began.elapsed() > FIRST_JOBS {
            return Err("the jobs of the first start do not end".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    settle(pair).await?;
    Ok(())
}

/// Waits until every audit row is chained and every job is done.
async fn settle(pair: &Pair) -> Outcome<Behind> {
    let mut watch = Watch::open(&pair.chelal).await?;
    let began = Instant::now();
    let (audit, jobs) = (watch.unchained().await?, watch.jobs().await?);
    let mut left = audit + jobs;
    let mut moved = Instant::now();
    // Where nothing is done at all there is nothing to wait for.
    while left > 0 && moved.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = watch.unchained().await? + watch.jobs().await?;
        if now < left {
            moved = Instant::now();
        }
        left = now;
    }
    let millis = u64::try_from(began.elapsed().as_millis())?;
    // The next measurement is to have the processors for itself.
    let mut indexed = watch.unindexed().await?;
    let mut moved = Instant::now();
    while indexed > 0 && moved.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = watch.unindexed().await?;
        if now < indexed {
            moved = Instant::now();
        }
        indexed = now;
    }
    Ok(Behind {
        audit,
        jobs,
        millis: (left == 0).then_some(millis),
        indexed: (indexed == 0).then_some(u64::try_from(began.elapsed().as_millis())?),
    })
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
        let sql = "SELECT count(*) FROM audit_log \
                   WHERE id > (SELECT coalesce(max(audit_log), 0) FROM audit_link)";
        self.number(sql).await
    }

    /// Full segments of the trail that have no index yet of whom they are about.
    async fn unindexed(&mut self) -> Outcome<i64> {
        let sql = "SELECT (SELECT coalesce(max(audit_log), 0) FROM audit_link) / 16384 \
                   - (SELECT coalesce(max(id), 0) FROM audit_segment)";
        self.number(sql).await
    }

    async fn jobs(&mut self) -> Outcome<i64> {
        self.number("SELECT count(*) FROM job WHERE state IN ('pending', 'running')")
            .await
    }

    async fn number(&mut self, sql: &str) -> Outcome<i64> {
        match self {
            Watch::Sqlite(conn) => Ok(conn.query_row(sql, [], |row| row.get(0))?),
            Watch::Postgres(sink) => sink.number(sql).await,
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
