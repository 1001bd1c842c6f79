//! `chelal load-diagnoses` and `chelal add-drug-safety`: a site's own lists from CSV files, checked whole before anything
//! of them is stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use formulary::safety::Table;
use platform::settings::Settings;
use platform::unit;

use super::{Failure, build, said};

#[derive(Debug, clap::Args)]
pub(super) struct DiagnosesArgs {
    /// A CSV file in UTF-8 with the columns code, title and, if wanted, rank (1 to 3)
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct DrugSafetyArgs {
    /// The table of the drug-safety pack that the rows belong to, such as interactions or synonyms
    #[arg(value_parser = table)]
    table: String,
    /// A CSV file in UTF-8 with the columns of that table
    file: PathBuf,
    /// Where the rows come from and who checked them
    #[arg(long, default_value = "")]
    notes: String,
}

fn table(name: &str) -> Result<String, String> {
    match Table::parse(name) {
        Some(table) => Ok(table.as_str().to_owned()),
        None => Err(format!(
            "one of {}",
            Table::ALL.map(Table::as_str).join(", ")
        )),
    }
}

async fn text(file: &Path) -> Result<String, Failure> {
    let named = |error| Failure::Failed(format!("{}: {error}", file.display()));
    tokio::fs::read_to_string(file).await.map_err(named)
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn diagnoses(
    settings: Settings,
    args: DiagnosesArgs,
) -> Result<ExitCode, Failure> {
    let csv = text(&args.file).await?;
    let (app, _) = build(settings).await?;
    let done = unit::program(&app, "load-diagnoses", move |cx| {
        let csv = csv.clone();
        Box::pin(async move { clinical::site_diagnosis::load(cx, &csv).await })
    });
    let done = done.await.map_err(|error| said(&app.texts, &error));
    app.close().await;
    let loaded = done.map_err(|why| Failure::Failed(format!("{}: {why}", args.file.display())))?;
    println!("{loaded} diagnoses are loaded.");
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn drug_safety(
    settings: Settings,
    args: DrugSafetyArgs,
) -> Result<ExitCode, Failure> {
    let csv = text(&args.file).await?;
    let (app, _) = build(settings).await?;
    let (table, notes) = (args.table, args.notes);
    let done = unit::program(&app, "add-drug-safety", move |cx| {
        let (table, csv, notes) = (table.clone(), csv.clone(), notes.clone());
        Box::pin(async move {
            formulary::safety_addition::add(cx, &table, &csv, &notes).await?;
            let pack = formulary::pack::current(cx).await?;
            Ok(pack.version().to_owned())
        })
    });
    let done = done.await.map_err(|error| said(&app.texts, &error));
    app.close().await;
    let version = done.map_err(|why| Failure::Failed(format!("{}: {why}", args.file.display())))?;
    println!("The rows count from now on: drug-safety pack {version}.");
    Ok(ExitCode::SUCCESS)
}
