//! Whether the program lives, and whether it can serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use platform::app::App;
use platform::db::Statement;
use platform::http::call::Reply;
use serde_json::json;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// `health/`, `health/live/` and `health/ready/`, in every spelling.
pub(super) fn routes(app: &Arc<App>, lifecycle: &Lifecycle) -> Router {
    let mut router = Router::new();
    for prefix in ["", "/api", "/api/v1"] {
        for (path, must_serve) in [("/health", false), ("/health/ready", true)] {
            let (app, lifecycle) = (app.clone(), lifecycle.clone());
            let handler = get(move || {
                let (app, lifecycle) = (app.clone(), lifecycle.clone());
                async move { report(&app, &lifecycle, must_serve).await }
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
async fn report(app: &App, lifecycle: &Lifecycle, must_serve: bool) -> Response {
    let database = database_answers(app).await;
    let stopping = lifecycle.is_stopping();
    let well = database && !stopping;
    let status = if well || (!must_serve && database) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let state = match (database, stopping) {
        (_, true) => "stopping",
        (true, false) => "ok",
        (false, false) => "unavailable",
    };
    answer(
        status,
        &json!({
            "status": state,
            "database": if database { "ok" } else { "unavailable" },
            "version": env!("CARGO_PKG_VERSION"),
        }),
    )
}

async fn database_answers(app: &App) -> bool {
    let asked = app
        .unguarded("health asks for nothing but an answer")
        .one::<(i64,)>(Statement::raw("SELECT 1", Vec::new()));
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok((1,))))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let reply = Reply::json(status, body).unwrap_or_else(|_| Reply::empty(status));
    platform::http::respond(reply, "")
}
