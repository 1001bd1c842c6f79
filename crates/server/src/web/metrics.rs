//! Figures for Prometheus at `/metrics`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use parking_lot::RwLock;
use platform::app::App;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use subtle::ConstantTimeEq;

use super::refused;

/// Bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// The process's figures: `metrics` knows one recorder only. `None` when somebody else set it up.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?;
    builder.install_recorder().ok()
});

/// What is counted of one route, method and status.
#[derive(Clone)]
struct Series {
    requests: metrics::Counter,
    latency: metrics::Histogram,
}

/// By route, then by method and status. Routes are the declared ones, so there is an end to them.
type AllSeries = HashMap<String, HashMap<(&'static str, u16), Series>>;

/// Looked up by name once; names are put together and looked for again on each request otherwise.
static SERIES: LazyLock<RwLock<AllSeries>> = LazyLock::new(RwLock::default);

/// Counts a request.
pub(super) fn count(method: &Method, route: &str, status: StatusCode, latency: Duration) {
    // Methods may be invented by clients; labels must not be.
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let known = known.into_iter().find(|known| method == *known);
    let key = (known.unwrap_or("other"), status.as_u16());
    let series = SERIES
        .read()
        .get(route)
        .and_then(|route| route.get(&key).cloned());
    let series = series.unwrap_or_else(|| {
        let made = Series::of(key.0, route, status);
        let mut all = SERIES.write();
        all.entry(route.to_owned())
            .or_default()
            .insert(key, made.clone());
        made
    });
    series.requests.increment(1);
    series.latency.record(latency.as_secs_f64());
}

impl Series {
    fn of(method: &'static str, route: &str, status: StatusCode) -> Series {
        let route = route.to_owned();
        Series {
            requests: metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned()),
            latency: metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route),
        }
    }
}

/// `/metrics` for whoever shows the token; without one it does not exist here.
pub(super) fn routes(app: &Arc<App>) -> Router {
    LazyLock::force(&RECORDER);
    let app = app.clone();
    let handler = get(move |request: Request| {
        let app = app.clone();
        async move {
            if shows_token(&app, request.headers()) {
                page(&app).await
            } else {
                refused(&app, request.headers(), Error::not_found())
            }
        }
    });
    Router::new()
        .route("/metrics", handler.clone())
        .route("/metrics/", handler)
}

/// `/metrics` alone, for an address of its own that needs no token.
pub(crate) fn own_router(app: &Arc<App>) -> Router {
    let app = app.clone();
    Router::new().route(
        "/metrics",
        get(move || {
            let app = app.clone();
            async move { page(&app).await }
        }),
    )
}

fn shows_token(app: &App, headers: &HeaderMap) -> bool {
    let Some(token) = &app.settings.metrics_token else {
        return false;
    };
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|shown| bool::from(shown.as_bytes().ct_eq(token.expose().as_bytes())))
}

async fn page(app: &App) -> Response {
    let Some(recorder) = &*RECORDER else {
        return StatusCode::NOT_FOUND.into_response();
    };
    measure(app).await;
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        recorder.render(),
    )
        .into_response()
}

/// Takes the figures that are asked for, not counted.
async fn measure(app: &App) {
    let stats = app
        .unguarded("figures of the database, about nobody")
        .stats()
        .await;
    set("db_pool_size", stats.pool_size as u64);
    set("db_pool_in_use", stats.pool_in_use as u64);
    if let Some(bytes) = stats.wal_bytes {
        set("db_wal_bytes", bytes);
    }
    let now = app.clock.now();
    let due = "SELECT count(*) FROM job WHERE state = 'pending' AND run_at <= $1";
    match engine::waiting::oldest(app.unguarded("metrics of the installation"), now).await {
        Ok(waiting) => {
            let age = |since: Option<Timestamp>| {
                let seconds = since.map_or(0, |at| now.as_second() - at.as_second());
                u64::try_from(seconds).unwrap_or(0)
            };
            set("jobs_oldest_due_seconds", age(waiting.job));
            set("audit_oldest_unsealed_seconds", age(waiting.audit_row));
        }
        Err(error) => tracing::warn!(%error, "the age of what waits could not be taken"),
    }
    let asked = [
        ("jobs_due", due, vec![now.to_value()]),
        (
            "jobs_running",
            "SELECT count(*) FROM job WHERE state = 'running'",
            Vec::new(),
        ),
        (
            "jobs_dead",
            "SELECT count(*) FROM job WHERE state = 'dead'",
            Vec::new(),
        ),
        (
            "audit_unsealed",
            "SELECT count(*) FROM audit_log WHERE id > (SELECT coalesce(max(audit_log), 0) FROM audit_link)",
            Vec::new(),
        ),
    ];
    for (name, sql, values) in asked {
        match app
            .unguarded("figures of the database, about nobody")
            .all::<(i64,)>(Statement::raw(sql, values))
            .await
        {
            Ok(rows) => set(name, rows.first().map_or(0, |(n,)| n.unsigned_abs())),
            Err(error) => tracing::warn!(%error, name, "a figure could not be taken"),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "gauges are floating-point; exact to 2^53"
)]
fn set(name: &'static str, value: u64) {
    metrics::gauge!(name).set(value as f64);
}
