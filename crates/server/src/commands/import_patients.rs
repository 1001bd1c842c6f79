//! `chelal import-patients`: registers the patients of a table.

use std::path::PathBuf;
use std::process::ExitCode;

use patients::import::{How, ImportDuplicates, ImportMode, Outcome, Report, Row, rows, take};
use platform::settings::Settings;
use platform::unit::Opening;

use super::{Failure, build, said};

/// So many rows are taken in one transaction.
const PART: usize = 250;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A CSV file in UTF-8 whose heading names fields of a patient, such as first_name,last_name,date_of_birth,gender
    file: PathBuf,
    /// Registers; without it, only says what each row would do
    #[arg(long)]
    apply: bool,
    /// Begins only when every row can be taken
    #[arg(long)]
    all: bool,
    /// Registers also who may be somebody who is registered
    #[arg(long)]
    with_duplicates: bool,
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn import(settings: Settings, args: &Args) -> Result<ExitCode, Failure> {
    let named = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("{}: {error}", args.file.display()))
    };
    let text = tokio::fs::read_to_string(&args.file)
        .await
        .map_err(|error| named(&error))?;
    let (app, _) = build(settings).await?;
    let opening = Opening::program("import");
    let table = rows(&text).map_err(|error| named(&said(&app.texts, &error)))?;
    let mut how = How {
        dry_run: !args.apply,
        mode: ImportMode::Rows,
        duplicates: match args.with_duplicates {
            true => ImportDuplicates::Create,
            false => ImportDuplicates::Skip,
        },
    };
    if args.apply && args.all {
        how.dry_run = true;
        let tried = parts(&app, &opening, &table, how, "looked at").await?;
        if tried.failed + tried.duplicates > 0 {
            app.close().await;
            println!("Nothing is stored, since some rows cannot be taken.");
            tell(&tried);
            return Ok(ExitCode::FAILURE);
        }
        how.dry_run = false;
    }
    let word = if how.dry_run { "looked at" } else { "taken" };
    let done = parts(&app, &opening, &table, how, word).await;
    app.close().await;
    let total = done?;
    tell(&total);
    Ok(match total.failed + total.duplicates {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Takes the table in parts, each in a transaction: what was taken stays when the next is cut off, and is known again.
#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
async fn parts(
    app: &std::sync::Arc<platform::app::App>,
    opening: &Opening,
    table: &[Row],
    how: How,
    word: &str,
) -> Result<Report, Failure> {
    let mut total = Report {
        dry_run: how.dry_run,
        ..Report::default()
    };
    for part in table.chunks(PART) {
        let report = take(app, opening, part.to_vec(), how).await?;
        total.rows += report.rows;
        total.created += report.created;
        total.already += report.already;
        total.duplicates += report.duplicates;
        total.failed += report.failed;
        total.results.extend(report.results);
        println!("  {} of {} rows {word}", total.rows, table.len());
    }
    Ok(total)
}

/// The sums, and each row that was not taken, with why.
#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
fn tell(report: &Report) {
    for row in &report.results {
        match row.outcome {
            Outcome::Failed => {
                for (column, said) in &row.errors {
                    println!("line {}: {column}: {}", row.line, said.join(" "));
                }
            }
            Outcome::Duplicate => {
                let known = row.possible_duplicates.iter();
                let who: Vec<String> = known
                    .map(|found| format!("patient {} ({} %)", found.id, found.score))
                    .chain(row.like_line.map(|line| format!("line {line}")))
                    .collect();
                println!("line {}: may be {}", row.line, who.join(", "));
            }
            Outcome::Created | Outcome::Already => {}
        }
    }
    let verb = match report.dry_run {
        true => "would be registered",
        false => "registered",
    };
    println!(
        "{} rows: {} {verb}, {} there already, {} may be somebody who is registered, {} with something wrong.",
        report.rows, report.created, report.already, report.duplicates, report.failed
    );
}
