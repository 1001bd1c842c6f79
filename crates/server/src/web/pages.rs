//! What people look at: the API document and the page that shows it.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use platform::app::App;
use platform::error::Error;
use platform::{docs_page, openapi};

use super::refused;

/// `docs/` and `schema/`; the latter two also below `/api/`.
pub(super) fn routes(app: &Arc<App>) -> Router {
    // Most servers are never asked for it, and it is the longest part of their start.
    let written = Arc::new(OnceLock::new());
    let mut router = Router::new();
    for prefix in ["", "/api", "/api/v1"] {
        let (app, written) = (app.clone(), written.clone());
        let schema = get(move |headers: HeaderMap| {
            let (app, written) = (app.clone(), written.clone());
            async move {
                let (document, etag) = written.get_or_init(|| write(&app));
                schema(&headers, document.clone(), etag)
            }
        });
        router = router
            .route(&format!("{prefix}/schema"), schema.clone())
            .route(&format!("{prefix}/schema/"), schema);
    }
    let app = app.clone();
    router
        .route("/docs/", get(async || asset("").unwrap_or_default()))
        .route(
            "/docs/{*path}",
            get(move |Path(path): Path<String>, request: Request| {
                let app = app.clone();
                async move {
                    asset(&path)
                        .unwrap_or_else(|| refused(&app, request.headers(), Error::not_found()))
                }
            }),
        )
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/api/docs", get(async || Redirect::temporary("/docs/")))
        .route("/api/docs/", get(async || Redirect::temporary("/docs/")))
        .route("/api/v1/docs/", get(async || Redirect::temporary("/docs/")))
}

/// The document and its tag.
fn write(app: &App) -> (Bytes, String) {
    let document = openapi::document(&app.registry, &openapi::Info::default());
    let document = Bytes::from(document.to_string());
    let etag = format!("\"{:016x}\"", fingerprint(&document));
    (document, etag)
}

fn asset(path: &str) -> Option<Response> {
    let (content_type, body) = docs_page::asset(path)?;
    let mut response = typed(content_type, Bytes::from_static(body));
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(docs_page::CSP),
    );
    Some(response)
}

fn typed(content_type: &'static str, body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn schema(headers: &HeaderMap, document: Bytes, etag: &str) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let mut response = if known == Some(etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        typed("application/json", document)
    };
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// Tells one version of the document from another; FNV-1a.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
