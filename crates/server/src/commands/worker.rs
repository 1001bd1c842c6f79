//! `chelal worker`: jobs and messages, without the web server.

use std::process::ExitCode;

use ops::boot::Beside;
use platform::jobs::Worker;
use platform::settings::Settings;

use super::{Failure, build, serve, told_to_stop};

pub(super) async fn work(settings: Settings) -> Result<ExitCode, Failure> {
    let told = told_to_stop();
    let (app, _) = build(settings).await?;
    let beside = Beside::start(&app)?;
    let worker = Worker::start(&app);
    tracing::info!("the worker runs");
    told.await;
    tracing::info!("stopping");
    if tokio::time::timeout(serve::PATIENCE, worker.stop())
        .await
        .is_err()
    {
        tracing::warn!("jobs still at work were given up; they are tried again");
    }
    beside.stop(&app).await;
    app.close().await;
    Ok(ExitCode::SUCCESS)
}
