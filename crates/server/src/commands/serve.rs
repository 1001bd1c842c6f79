//! `chelal serve`: the web server, and the worker unless that runs elsewhere.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ops::boot::Beside;
use platform::app::App;
use platform::jobs::Worker;
use platform::settings::Settings;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Failure, build, told_to_stop};
use crate::listen::{self, Limits};
use crate::tls::Tls;
use crate::web::{Lifecycle, metrics_router};

/// How long the worker may take to finish the jobs it holds; then their leases end by themselves.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Leaves jobs and messages to `chelal worker`
    #[arg(long)]
    no_worker: bool,
}

pub(super) async fn serve(settings: Settings, args: &Args) -> Result<ExitCode, Failure> {
    listen::open_files();
    // Before the database is touched: most failed starts are a second server on the same port.
    let listener = bind(settings.bind, "CHELAL_BIND").await?;
    let tls = Tls::configured(&settings).map_err(Failure::Misconfigured)?;
    let told = told_to_stop();
    let figures = match settings.metrics_bind {
        Some(address) => Some(bind(address, "CHELAL_METRICS_BIND").await?),
        None => None,
    };
    let (app, router) = build(settings).await?;
    let beside = Beside::start(&app)?;
    let worker = (!args.no_worker).then(|| Worker::start(&app));
    greet(&app, &listener).await?;

    let (stop, stopped) = watch::channel(false);
    let until = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is a stop as well.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let lifecycle = app.shared.get::<Lifecycle>()?;
    let signal = async {
        told.await;
        tracing::info!("stopping");
        lifecycle.stop();
        // Load balancers see that readiness is gone while requests are still answered.
        tokio::time::sleep(app.settings.drain).await;
        let _ = stop.send(true);
    };
    let figures = async {
        if let Some(listener) = figures {
            let router = metrics_router(&app);
            listen::serve(listener, router, Limits::default(), until(stopped.clone())).await;
        }
    };
    let followed = tls
        .clone()
        .map(|tls| tokio::spawn(async move { tls.follow().await }));
    let ends = until(stopped.clone());
    let served = listen::serve_with(listener, router, Limits::default(), tls, ends);
    tokio::join!(signal, figures, served);
    if let Some(followed) = followed {
        followed.abort();
    }

    if let Some(worker) = worker
        && tokio::time::timeout(PATIENCE, worker.stop()).await.is_err()
    {
        tracing::warn!("jobs still at work were given up; they are tried again");
    }
    beside.stop(&app).await;
    app.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn bind(address: std::net::SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Misconfigured(format!(
            "{setting}: nobody can listen on {address}: {error}. Stop the other program, or choose another port."
        ))
    })
}

/// Says where to go and, on an empty installation, how to get in.
#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
async fn greet(app: &Arc<App>, listener: &TcpListener) -> Result<(), Failure> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    let url = app.settings.public_url();
    let way_in = match identity::bootstrap::setup_link(app).await? {
        Some(link) => format!(
            "There is no account yet. Make the first one here (works once, for a day):\n  {link}\nor with: chelal createsuperuser --username NAME --email ADDRESS --password-stdin"
        ),
        None => format!("Sign in: {url}/"),
    };
    let scheme = match app.settings.tls_cert {
        Some(_) => "https",
        None => "http",
    };
    println!(
        "Chelal {} listens on {scheme}://{address}\nAPI documentation: {url}/docs/\n{way_in}",
        env!("CARGO_PKG_VERSION")
    );
    Ok(())
}
