//! Whether the program lives, and whether it can serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use platform::app::App;
use platform::db::{DbError, Dialect, Statement, ToValue};
use platform::http::call::Reply;
use serde_json::json;

const WHY: &str = "health asks the database itself, on behalf of nobody";

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long what was found holds.
const FRESH: Duration = Duration::from_secs(1);

/// Where the program stands between start and stop. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle(Arc<AtomicBool>);

impl Lifecycle {
    /// From now on no new work should be sent here.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the program is stopping.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the database was found to be, a moment ago at most: probes are open to everybody, and each look is a
/// write.
#[derive(Debug, Clone, Default)]
struct Probe(Arc<tokio::sync::Mutex<Option<(Instant, Database)>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    Ok,
    /// It answers, and has no room for what is written.
    Full,
    Unavailable,
}

impl Database {
    fn word(self) -> &'static str {
        match self {
            Database::Ok => "ok",
            Database::Full => "full",
            Database::Unavailable => "unavailable",
        }
    }
}

/// `health/`, `health/live/` and `health/ready/`, in every spelling.
pub(super) fn routes(app: &Arc<App>, lifecycle: &Lifecycle) -> Router {
    let mut router = Router::new();
    let probe = Probe::default();
    for prefix in ["", "/api", "/api/v1"] {
        for (path, must_serve) in [("/health", false), ("/health/ready", true)] {
            let (app, lifecycle, probe) = (app.clone(), lifecycle.clone(), probe.clone());
            let handler = get(move || {
                let (app, lifecycle, probe) = (app.clone(), lifecycle.clone(), probe.clone());
                async move { report(&app, &lifecycle, &probe, must_serve).await }
            });
            router = router
                .route(&format!("{prefix}{path}"), handler.clone())
                .route(&format!("{prefix}{path}/"), handler);
        }
        let live = get(|| async { answer(StatusCode::OK, &json!({ "status": "ok" })) });
        router = router
            .route(&format!("{prefix}/health/live"), live.clone())
            .route(&format!("{prefix}/health/live/"), live);
    }
    router
}

/// What is well and what is not. `health/` reports; `health/ready/` is a 503 unless all is well, so that
/// a load balancer sends the work elsewhere.
async fn report(app: &App, lifecycle: &Lifecycle, probe: &Probe, must_serve: bool) -> Response {
    let database = probe.look(app).await;
    let stopping = lifecycle.is_stopping();
    let well = database == Database::Ok;
    let status = if well && !(must_serve && stopping) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let state = match (well, stopping) {
        (_, true) => "stopping",
        (true, false) => "ok",
        (false, false) => "unavailable",
    };
    let mut said = json!({
        "status": state,
        "database": database.word(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    if let Some(why) = app.unguarded(WHY).refused() {
        said["detail"] = why.into();
    }
    answer(status, &said)
}

impl Probe {
    async fn look(&self, app: &App) -> Database {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = *last
            && at.elapsed() < FRESH
        {
            return found;
        }
        let found = match can_write(app).await {
            // What takes more room than the probe was refused a moment ago.
            Database::Ok if app.room.is_short() => Database::Full,
            found => found,
        };
        *last = Some((Instant::now(), found));
        found
    }
}

/// Whether the database takes a write. A standby answers every question and takes none; a full disk is found by
/// writing only.
async fn can_write(app: &App) -> Database {
    let asked = tokio::time::timeout(
        PATIENCE,
        app.unguarded(WHY)
            .one::<(i64,)>(Statement::raw("SELECT 1", Vec::new())),
    );
    if !matches!(asked.await, Ok(Ok((1,)))) {
        return Database::Unavailable;
    }
    let write = Statement::raw(
        "INSERT INTO job_schedule (kind, next_run_at) VALUES ('platform:health', $1) \
         ON CONFLICT (kind) DO UPDATE SET next_run_at = excluded.next_run_at",
        vec![app.clock.now().to_value()],
    );
    match tokio::time::timeout(PATIENCE, app.unguarded(WHY).execute(write)).await {
        Ok(Ok(_)) => Database::Ok,
        Ok(Err(DbError::Full(_))) => Database::Full,
        // A long write of somebody else's is no reason to send work elsewhere.
        Ok(Err(DbError::Busy | DbError::Timeout | DbError::Retry(_))) => Database::Ok,
        Err(_) if app.unguarded(WHY).dialect() == Dialect::Sqlite => Database::Ok,
        Ok(Err(_)) | Err(_) => Database::Unavailable,
    }
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let reply = Reply::json(status, body).unwrap_or_else(|_| Reply::empty(status));
    platform::http::respond(reply, "")
}
