//! Removes files that no row came to name, such as those of a process that was killed in between.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use platform::app::App;
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::jobs::{JobInfo, Run};
use platform::serde_json::Value as Json;
use platform::unit::{self, Opening};
use sea_query::ExprTrait;
use uuid::Uuid;

use crate::patient_document::PatientDocument;

/// Once an hour.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "documents:sweep",
    run: Run::Outside(|app, _: Json| Box::pin(async move { sweep(&app).await.map(|_| ()) })),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

/// Removes the files that no row names and that are older than an hour; returns how many.
///
/// # Errors
/// When the store or the database cannot be reached.
pub async fn sweep(app: &Arc<App>) -> Result<usize, Error> {
    let named = |files: Vec<Uuid>| named(app.clone(), files);
    let removed = app.files.sweep(app.clock.now(), named).await?;
    if removed > 0 {
        tracing::info!(removed, "files without a row were removed");
    }
    Ok(removed)
}

/// Which of some files a row names, voided ones included.
fn named(app: Arc<App>, files: Vec<Uuid>) -> BoxFuture<'static, Result<HashSet<Uuid>, Error>> {
    Box::pin(async move {
        let opening = Opening::program("documents:sweep");
        let rows = unit::read(&app, &opening, move |cx| {
            let names: Vec<String> = files.iter().map(Uuid::to_string).collect();
            Box::pin(rows(cx, names))
        });
        let rows = rows.await?;
        let names = rows.iter().map(|row| Uuid::try_parse(&row.file));
        Ok(names.filter_map(Result::ok).collect())
    })
}

async fn rows(cx: &mut Cx, files: Vec<String>) -> Result<Vec<PatientDocument>, Error> {
    let mut query = select::<PatientDocument>();
    query.and_where(PatientDocument::file.is_in(files));
    cx.unscoped("a file is kept as long as any row names it")
        .records(query)
        .await
}
