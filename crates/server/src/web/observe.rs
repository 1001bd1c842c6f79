//! What is noted of every request: an id, a log line, a count; and the headers every answer carries.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, header};
use platform::http::origin::{self, REQUEST_ID};
use tracing::Span;

/// Where nothing else is said: this is no place for pages, frames or content of others.
static STRICT: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// A request under observation: it has an id; method, route, status and latency are logged and counted. Paths,
/// queries and bodies are never logged: they may name people.
pub(super) struct Noted {
    started: Instant,
    id: Option<HeaderValue>,
    method: Method,
    route: String,
}

impl Noted {
    /// Gives the request its id.
    pub(super) fn begin(request: &mut Request) -> (Noted, Span) {
        let started = Instant::now();
        let id = origin::request_id(request.headers());
        let method = request.method().clone();
        let route = route(request);
        let span = tracing::info_span!("request", %method, %route, request_id = %id);
        let id = HeaderValue::from_str(&id).ok();
        if let Some(id) = &id {
            request.headers_mut().insert(REQUEST_ID, id.clone());
        }
        let noted = Noted {
            started,
            id,
            method,
            route,
        };
        (noted, span)
    }

    /// Notes the answer, and gives it the headers that all have.
    pub(super) fn end(self, span: &Span, response: &mut Response) {
        let latency = self.started.elapsed();
        let status = response.status();
        span.in_scope(|| {
            let ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
            if status.is_server_error() {
                tracing::warn!(status = status.as_u16(), ms, "answered");
            } else {
                tracing::info!(status = status.as_u16(), ms, "answered");
            }
        });
        super::metrics::count(&self.method, &self.route, status, latency);
        let headers = response.headers_mut();
        if let Some(id) = self.id {
            headers.insert(REQUEST_ID, id);
        }
        for (name, value) in &STRICT {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// The declared path, one for all spellings of it; the number of routes is bounded, unlike that of
/// paths.
fn route(request: &Request) -> String {
    let Some(matched) = request.extensions().get::<MatchedPath>() else {
        return "-".to_owned();
    };
    let path = matched.as_str();
    if path.contains("{*") {
        return "-".to_owned();
    }
    let path = path.trim_end_matches('/');
    let rest = path.strip_prefix("/api/v1").or(path.strip_prefix("/api"));
    rest.map_or_else(|| format!("{path}/"), |rest| format!("/api{rest}/"))
}
