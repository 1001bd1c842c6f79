//! `chelal serve` and `chelal worker`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use platform::app::App;
use platform::audit::sealer;
use platform::jobs::Worker;
use platform::settings::Settings;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Done, application, parts, say, tell};
use crate::web::{Lifecycle, listen};

/// How long requests under way may take once the program was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until told to stop.
pub(super) async fn serve(settings: Settings, with_worker: bool) -> Done {
    let bind = settings.bind;
    // The address first: nothing is made when another program has it.
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        format!(
            "{bind} cannot be listened on: {error}. Set CHELAL_BIND to another address or port."
        )
    })?;
    let (app, router) = crate::build(parts(settings)?).await.map_err(say)?;
    let lifecycle = app.shared.get::<Lifecycle>().map_err(say)?;
    welcome(&app, listener.local_addr().unwrap_or(bind)).await?;
    let sealer = sealer::start(&app);
    let worker = with_worker.then(|| Worker::start(&app));
    let metrics = match app.settings.metrics_bind {
        Some(address) => Some(tokio::spawn(listen::metrics(app.clone(), address))),
        None => None,
    };
    listen::serve(
        listener,
        router,
        app.settings.request_timeout,
        stopped(),
        DRAIN,
    )
    .await;
    lifecycle.stop();
    tracing::info!("stopping");
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    end(&app, worker, sealer).await
}

/// Works until told to stop.
pub(super) async fn work(settings: Settings) -> Done {
    let app = application(settings).await?;
    let sealer = sealer::start(&app);
    let worker = Worker::start(&app);
    tell("Working. Stop with Ctrl-C.");
    stopped().await;
    end(&app, Some(worker), sealer).await
}

async fn end(app: &Arc<App>, worker: Option<Worker>, sealer: tokio::task::JoinHandle<()>) -> Done {
    if let Some(worker) = worker {
        worker.stop().await;
    }
    sealer.abort();
    // What was written last is linked before the program ends.
    if let Err(error) = sealer::end(app).await {
        tracing::warn!(
            ?error,
            "the last audit rows will be linked at the next start"
        );
    }
    app.db.close().await;
    Ok(())
}

/// Says where it listens and how to get in.
async fn welcome(app: &Arc<App>, at: SocketAddr) -> Done {
    tell(&format!(
        "Chelal {} listens on http://{at}",
        env!("CARGO_PKG_VERSION")
    ));
    tell(&format!("Documentation: http://{at}/docs/"));
    if let Some(link) = identity::setup_link(app).await.map_err(say)? {
        tell(
            "There is no account yet. Make the first administrator with this link, which works once and for 24 hours:",
        );
        tell(&link);
        tell(
            "or on the command line: chelal createsuperuser --username U --email E --password-stdin",
        );
    }
    Ok(())
}

/// Ends when the program is told to stop.
async fn stopped() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
