//! The table in `docs/performance.md`, from the measurements.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::load::Measured;
use crate::question::{self, Question};
use crate::subject::Subject;
use crate::{Database, Outcome};

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    Floor,
    Audited,
    Unaudited,
}

/// The rounds of one question to one server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) who: Who,
    pub(crate) question: Question,
    pub(crate) rounds: Vec<Measured>,
}

/// Everything about one database of one size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) database: Database,
    /// Of the subject.
    pub(crate) rows: usize,
    pub(crate) cells: Vec<Cell>,
    /// Milliseconds from start to first answer, each time.
    pub(crate) starts: Vec<u64>,
    /// MiB right after the first start.
    pub(crate) idle_memory: Option<u64>,
    /// MiB after a round of questions.
    pub(crate) busy_memory: Option<u64>,
    /// What was left to be done when a round's load ended.
    pub(crate) behind: Vec<Behind>,
    /// Bytes of the template.
    pub(crate) bytes: u64,
}

/// What is left to be done when the load ends.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Behind {
    /// Audit rows to be chained.
    pub(crate) audit: i64,
    /// Jobs.
    pub(crate) jobs: i64,
    /// Milliseconds until all was done, if it was.
    pub(crate) millis: Option<u64>,
    /// Milliseconds until the audit rows were indexed as well, if they were.
    #[serde(default)]
    pub(crate) indexed: Option<u64>,
}

impl Site {
    /// Notes a measurement.
    pub(crate) fn note(&mut self, who: Who, question: Question, measured: Measured) {
        let known = self
            .cells
            .iter_mut()
            .find(|cell| cell.who == who && cell.question == question);
        match known {
            Some(cell) => cell.rounds.push(measured),
            None => self.cells.push(Cell {
                who,
                question,
                rounds: vec![measured],
            }),
        }
    }

    /// The median of each figure over the rounds.
    fn median(&self, who: Who, question: Question) -> Option<Measured> {
        let cell = self
            .cells
            .iter()
            .find(|cell| cell.who == who && cell.question == question)?;
        let middle = |key: &dyn Fn(&Measured) -> f64| -> Option<f64> {
            let mut values: Vec<f64> = cell.rounds.iter().map(key).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^52")]
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "back to the integers they were"
        )]
        Some(Measured {
            rate: middle(&|m| m.rate)?,
            p50: middle(&|m| m.p50 as f64)? as u64,
            p99: middle(&|m| m.p99 as f64)? as u64,
            calm: cell
                .rounds
                .iter()
                .all(|m| m.calm.is_some())
                .then(|| middle(&|m| m.calm.unwrap_or_default() as f64))
                .flatten()
                .map(|micros| micros as u64),
        })
    }
}

/// A whole run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) subject: Subject,
    /// What it ran on, as a list in Markdown.
    pub(crate) machine: String,
    pub(crate) seconds: u64,
    pub(crate) rounds: usize,
    /// Bytes of the program.
    pub(crate) binary: u64,
    pub(crate) sites: Vec<Site>,
}

impl Report {
    /// As Markdown.
    pub(crate) fn markdown(&self) -> Outcome<String> {
        let mut text = String::new();
        writeln!(text, "{}\n", self.machine)?;
        writeln!(
            text,
            "Medians of {} interleaved rounds of {} s each; `wrk -t{} -c{}`. p50 and p99 are those under this full load, *calm* is the p99 with {} connections.\n",
            self.rounds,
            self.seconds,
            crate::load::THREADS,
            question::CONNECTIONS,
            crate::load::CALM
        )?;
        if self.subject == Subject::Hospital {
            writeln!(
                text,
                "Reports, which the floor does not have, are asked for by {} connections instead.\n",
                question::REPORT_CONNECTIONS
            )?;
        }
        let subject = self.subject.name();
        writeln!(
            text,
            "| database | {subject} | question | floor, req/s | p50 / p99 / calm ms | Chelal, req/s | of the floor | p50 / p99 / calm ms | without read audit, req/s | of the floor | p50 / p99 / calm ms |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|---|---|---|---|")?;
        for site in &self.sites {
            for question in Question::value_variants() {
                row(&mut text, site, *question)?;
            }
        }
        writeln!(
            text,
            "\n| database | {subject} | database size | start to first answer | memory when idle | after load | left at the end of a round |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        for site in &self.sites {
            let mut starts = site.starts.clone();
            starts.sort_unstable();
            let start = starts.get(starts.len() / 2).copied().unwrap_or_default();
            let memory = |mib: Option<u64>| mib.map_or("–".into(), |mib| format!("{mib} MiB"));
            writeln!(
                text,
                "| {} | {} | {} MiB | {start} ms | {} | {} | {} |",
                site.database.name(),
                thousands(site.rows as u64),
                thousands(site.bytes / (1 << 20)),
                memory(site.idle_memory),
                memory(site.busy_memory),
                left(&site.behind)
            )?;
        }
        writeln!(
            text,
            "\nThe program is one file of {:.1} MiB.",
            self.binary as f64 / f64::from(1 << 20)
        )?;
        Ok(text)
    }
}

fn row(text: &mut String, site: &Site, question: Question) -> Outcome<()> {
    let floor = site.median(Who::Floor, question);
    let audited = site.median(Who::Audited, question);
    let unaudited = site.median(Who::Unaudited, question);
    if floor.is_none() && audited.is_none() {
        return Ok(());
    }
    let against = |measured: Option<Measured>| match measured {
        Some(measured) => {
            let share = floor.map(|floor| format!("{:.2}", measured.rate / floor.rate));
            format!(
                "{} | {} | {}",
                rate(measured.rate),
                share.unwrap_or_else(|| "–".to_owned()),
                latency(&measured)
            )
        }
        None => "– | – | –".to_owned(),
    };
    let plain = floor.map_or_else(
        || "– | –".to_owned(),
        |floor| format!("{} | {}", rate(floor.rate), latency(&floor)),
    );
    writeln!(
        text,
        "| {} | {} | {} | {plain} | {} | {} |",
        site.database.name(),
        thousands(site.rows as u64),
        question.name(),
        against(audited),
        against(unaudited)
    )?;
    Ok(())
}

/// The most of each.
fn left(behind: &[Behind]) -> String {
    let most = |of: fn(&Behind) -> i64| behind.iter().map(of).max().unwrap_or_default();
    let later = |done: &str, of: fn(&Behind) -> Option<u64>| {
        let after: Option<Vec<u64>> = behind.iter().map(of).collect();
        after.map_or(format!("not {done}"), |millis| {
            let most = millis.into_iter().max().unwrap_or_default();
            format!("{done} {:.1} s later", most as f64 / 1000.0)
        })
    };
    let done = later("done", |behind| behind.millis);
    let indexed = later("indexed", |behind| behind.indexed);
    format!(
        "{} audit rows, {} jobs, {done}, {indexed}",
        thousands(most(|behind| behind.audit).unsigned_abs()),
        thousands(most(|behind| behind.jobs).unsigned_abs())
    )
}

fn latency(measured: &Measured) -> String {
    let millis = |micros: u64| {
        let millis = micros as f64 / 1000.0;
        if millis < 10.0 {
            format!("{millis:.2}")
        } else {
            format!("{millis:.0}")
        }
    };
    let calm = measured.calm.map_or("–".to_owned(), millis);
    format!(
        "{} / {} / {calm}",
        millis(measured.p50),
        millis(measured.p99)
    )
}

fn rate(rate: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "requests in a second"
    )]
    if rate < 1000.0 {
        format!("{rate:.0}")
    } else {
        thousands(rate.round() as u64)
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ratios() {
        let measured = |rate: f64| Measured {
            rate,
            p50: 400,
            p99: 12_000,
            calm: Some(900),
        };
        let mut site = Site {
            database: Database::Sqlite,
            rows: 1_000_000,
            cells: Vec::new(),
            starts: vec![30, 10, 20],
            idle_memory: Some(9),
            busy_memory: None,
            behind: vec![Behind {
                audit: 5,
                jobs: 0,
                millis: Some(100),
                indexed: Some(2400),
            }],
            bytes: 3 << 20,
        };
        for rate in [9_000.0, 30_000.0, 10_000.0] {
            site.note(Who::Floor, Question::Retrieve, measured(rate));
            site.note(Who::Audited, Question::Retrieve, measured(rate / 2.0));
        }
        let report = Report {
            subject: Subject::Patients,
            machine: "- here".into(),
            seconds: 1,
            rounds: 3,
            binary: 1 << 20,
            sites: vec![site],
        };
        let text = report.markdown().unwrap_or_default();
        let row = "| SQLite | 1,000,000 | retrieve | 10,000 | 0.40 / 12 / 0.90 | 5,000 | 0.50 | 0.40 / 12 / 0.90 | – | – | – |";
        assert!(text.contains(row), "{text}");
        assert!(
            text.contains("| 3 MiB | 20 ms | 9 MiB | – | 5 audit rows, 0 jobs, done 0.1 s later, indexed 2.4 s later |"),
            "{text}"
        );
    }
}
