//! Hundreds of people at work at once, each pausing between requests as people do: how long they wait, and how much of the
//! processors they take.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::BuiltinRole;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use crate::machine::{self, Busy};
use crate::maker::Maker;
use crate::names::Register;
use crate::process::Server;
use crate::sink::Sink;
use crate::subject::Stock;
use crate::work::{Day, Took, Worker};
use crate::{Database, Outcome, books, calendar, person, staff, thick};

/// Sign-ins under way at the same time.
const AT_ONCE: usize = 4;
/// Slots that may be booked, and texts to search for.
const MANY: usize = 50_000;
const SEARCHES: usize = 2000;

/// How many there are and what they do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) people: usize,
    pub(crate) pause: Duration,
    pub(crate) seconds: u64,
}

/// Measures one database; a table.
pub(crate) async fn measure(
    maker: &Maker<'_>,
    crowd: Crowd,
    database: Database,
    stock: Stock,
) -> Outcome<String> {
    maker.templates(database, stock).await?;
    let pair = maker.copies(database, stock).await?;
    let test = Sink::open(&pair.chelal).await?.number(thick::TEST).await?;
    let log = maker.directory.join("chelal.log");
    let server = maker.chelal.serve(&pair.chelal, true, &log).await?;
    let done = at_work(maker, crowd, &server, database, stock, test).await;
    server.stop().await?;
    maker.discard(database).await?;
    done
}

async fn at_work(
    maker: &Maker<'_>,
    crowd: Crowd,
    server: &Server,
    database: Database,
    stock: Stock,
    test: i64,
) -> Outcome<String> {
    #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
    let client = reqwest::Client::new();
    let day = Day {
        base: server.base.clone(),
        client,
        patients: stock.patients(),
        today: maker.today,
        test,
        pause: crowd.pause,
        searches: person::searches(&Register::new(), maker.seed, SEARCHES),
        free: calendar::free(maker.today, stock.patients(), MANY).collect(),
        booked: AtomicUsize::new(0),
        debts: (1, books::apart(stock.size)),
        paid: AtomicUsize::new(0),
        waiting: Mutex::default(),
        ordered: Mutex::default(),
        prescribed: Mutex::default(),
    };
    let mut people = staff::people();
    spread(&mut people, crowd.people);
    let people: Vec<(usize, BuiltinRole, String)> = stream::iter(people.into_iter().enumerate())
        .map(|(at, (role, name))| sign_in(&day, maker.password, at, role, name))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    // What signing in left to be done is done.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let from = Instant::now() + crowd.pause;
    let until = from + Duration::from_secs(crowd.seconds);
    let working = people.into_iter().map(|(at, role, token)| {
        let rng = SmallRng::seed_from_u64(maker.seed ^ (at as u64 + 1));
        let worker = Worker {
            day: &day,
            role,
            token,
            rng,
            took: Vec::new(),
            from,
            until,
        };
        day_of(worker)
    });
    let busy = async {
        tokio::time::sleep_until(from.into()).await;
        let before = busy(maker, server, database);
        tokio::time::sleep_until(until.into()).await;
        let after = busy(maker, server, database);
        (before, after)
    };
    let (took, (before, after)) = tokio::join!(futures_util::future::try_join_all(working), busy);
    let mut by: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for (what, took) in took?.into_iter().flatten() {
        by.entry(what).or_default().push(took);
    }
    table(crowd, database, by, after.since(before))
}

/// Somebody's day.
async fn day_of(mut worker: Worker<'_>) -> Outcome<Vec<Took>> {
    // Not everybody comes at the same moment.
    let late = worker.rng.random_range(0.0..1.0);
    tokio::time::sleep(worker.day.pause.mul_f64(late)).await;
    while !worker.is_over() {
        worker.work().await?;
    }
    Ok(worker.took)
}

/// So many of all, of each role in the same share.
fn spread<T>(all: &mut Vec<T>, wanted: usize) {
    let (have, mut at) = (all.len(), 0);
    all.retain(|_| {
        at += 1;
        at * wanted / have > (at - 1) * wanted / have
    });
}

async fn sign_in(
    day: &Day,
    password: &str,
    at: usize,
    role: BuiltinRole,
    name: String,
) -> Outcome<(usize, BuiltinRole, String)> {
    let body = json!({ "username": name, "password": password }).to_string();
    let answer = day
        .client
        .post(format!("{}/api/auth/", day.base))
        .header("content-type", "application/json")
        // Attempts are limited by address.
        .header(
            "x-forwarded-for",
            format!("10.1.{}.{}", at / 200, at % 200 + 1),
        )
        .body(body)
        .send()
        .await?;
    let text = answer.text().await?;
    let json: Json = serde_json::from_str(&text)?;
    let token = json["access"]
        .as_str()
        .ok_or_else(|| format!("{name}: {text}"))?;
    Ok((at, role, token.to_owned()))
}

fn busy(maker: &Maker<'_>, server: &Server, database: Database) -> Busy {
    let cluster = maker.cluster.filter(|_| database == Database::Postgres);
    Busy {
        program: machine::busy(server.id()),
        database: cluster
            .and_then(crate::cluster::Cluster::id)
            .map_or(0.0, machine::busy_with_children),
    }
}

fn table(
    crowd: Crowd,
    database: Database,
    by: BTreeMap<&str, Vec<Duration>>,
    busy: Busy,
) -> Outcome<String> {
    let mut text = String::new();
    let all: usize = by.values().map(Vec::len).sum();
    let seconds = crowd.seconds as f64;
    let rate = all as f64 / seconds;
    let (program, served) = (busy.program / seconds, busy.database / seconds);
    writeln!(
        text,
        "**{}**: {} people with a pause of {} s between requests; {rate:.0} requests/s took {program:.2} processors of the \
         program{}: {:.0} requests/s for each processor at work.\n",
        database.name(),
        crowd.people,
        crowd.pause.as_secs_f64(),
        match database {
            Database::Sqlite => String::new(),
            Database::Postgres => format!(" and {served:.2} of the database"),
        },
        rate / (program + served)
    )?;
    writeln!(
        text,
        "| request | number | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|"
    )?;
    let mut whole = Vec::with_capacity(all);
    for (what, mut took) in by {
        row(&mut text, what, &mut took)?;
        whole.extend(took);
    }
    row(&mut text, "all", &mut whole)?;
    Ok(text)
}

fn row(text: &mut String, what: &str, took: &mut [Duration]) -> Outcome<()> {
    took.sort_unstable();
    let at = |percent: usize| {
        let place = (took.len() * percent).div_ceil(100).saturating_sub(1);
        took.get(place)
            .map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    let (p50, p95, p99) = (at(50), at(95), at(99));
    Ok(writeln!(
        text,
        "| {what} | {} | {p50:.1} | {p95:.1} | {p99:.1} |",
        took.len()
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_of_all_are_spread() {
        let mut all: Vec<usize> = (0..500).collect();
        spread(&mut all, 50);
        assert_eq!(all, (9..500).step_by(10).collect::<Vec<_>>());
        spread(&mut all, 50);
        assert_eq!(all.len(), 50);
    }
}
