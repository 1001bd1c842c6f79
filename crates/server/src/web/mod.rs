//! The web server around the operations: what every request passes, and what is served besides them.

mod cors;
mod forms;
mod guard;
mod health;
mod limit;
mod metrics;
mod observe;
mod page;
mod pages;

pub use health::Lifecycle;
pub(crate) use metrics::own_router as metrics_router;
pub(crate) use page::module as pages_module;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use http::HeaderMap;
use platform::app::App;
use platform::error::Error;
use platform::http::origin;

/// Every route under every layer.
///
/// From the outside in: request id, log span, metrics and security headers; CORS; then limits, timeout
/// and panics. Nothing else is put around an operation anywhere.
///
/// # Errors
/// When the application was not made by [`crate::build`].
pub(crate) fn router(app: &Arc<App>) -> Result<Router, Error> {
    let lifecycle = app.shared.get::<Lifecycle>()?;
    let api = platform::http::router(app);
    let routes = api
        .clone()
        .merge(forms::routes(app, &api))
        .merge(health::routes(app, &lifecycle))
        .merge(pages::routes(app))
        .merge(metrics::routes(app));
    let app_here = app.clone();
    Ok(routes
        .fallback(move |request: Request| {
            let app = app_here.clone();
            async move { refused(&app, request.headers(), Error::not_found()) }
        })
        .layer(from_fn_with_state(guard::Gate::new(app), guard::guard))
        .layer(cors::layer(&app.settings))
        .layer(from_fn(observe::observe)))
}

/// Whom to answer when a request does not reach its operation.
struct Asker {
    id: String,
    language: &'static str,
}

impl Asker {
    fn of(app: &App, headers: &HeaderMap) -> Asker {
        Asker {
            id: origin::request_id(headers),
            language: origin::language(app, headers),
        }
    }

    /// The answer, in the shape of all others.
    fn refused(&self, app: &App, error: Error) -> axum::response::Response {
        let reply = platform::http::refusal(app, self.language, &self.id, error);
        platform::http::respond(reply, &self.id)
    }
}

/// The answer to a request that did not reach an operation.
fn refused(app: &App, headers: &HeaderMap, error: Error) -> axum::response::Response {
    Asker::of(app, headers).refused(app, error)
}
