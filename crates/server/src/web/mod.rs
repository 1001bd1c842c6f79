//! The web server around the operations: what every request passes, and what is served besides them.

mod cors;
mod guard;
mod health;
mod metrics;
mod observe;
mod pages;

pub use health::Lifecycle;
pub(crate) use metrics::own_router as metrics_router;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use http::{HeaderMap, HeaderValue, header};
use platform::app::App;
use platform::error::Error;
use platform::http::origin::{self, REQUEST_ID};
use tower::{Layer, ServiceExt};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::CorsLayer;
use tracing::Instrument;

use self::observe::Noted;

/// Every route, and what every request passes on its way there. Nothing else is put around an operation anywhere.
///
/// # Errors
/// When the application was not made by [`crate::build`].
pub(crate) fn router(app: &Arc<App>) -> Result<Router, Error> {
    let lifecycle = app.shared.get::<Lifecycle>()?;
    let api = platform::http::router(app);
    let people = ::web::Pages::new(app, &api, crate::modules::screens());
    let routes = api
        .clone()
        .merge(health::routes(app, &lifecycle))
        .merge(pages::routes(app))
        .merge(people.router().layer(compressed()))
        .merge(metrics::routes(app));
    let app_here = app.clone();
    Ok(routes
        .fallback(move |request: Request| {
            let (app, people) = (app_here.clone(), people.clone());
            async move {
                match ::web::Pages::are_meant(&request) {
                    true => people.nothing(request).await,
                    false => refused(&app, request.headers(), Error::not_found()),
                }
            }
        })
        .layer(from_fn_with_state(Arc::new(Passage::new(app)), pass))
        // Makes the routes now; they are made anew for each request otherwise.
        .with_state(()))
}

/// Pages and their files are read over slow lines. Answers of the API are not compressed: most are small, and programs
/// in the house ask for them by the thousand.
fn compressed() -> CompressionLayer<impl Predicate> {
    let small = SizeAbove::new(1024);
    CompressionLayer::new().compress_when(
        small
            .and(NotForContentType::SSE)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::const_new("application/pdf")),
    )
}

/// What every request passes.
struct Passage {
    gate: guard::Gate,
    cors: CorsLayer,
}

impl Passage {
    fn new(app: &Arc<App>) -> Passage {
        Passage {
            gate: guard::Gate::new(app),
            cors: cors::layer(&app.settings),
        }
    }
}

/// From the outside in: request id, log span, metrics and security headers; CORS; then limits, timeout and panics.
async fn pass(
    State(passage): State<Arc<Passage>>,
    mut request: Request,
    next: Next,
) -> axum::response::Response {
    let (noted, span) = Noted::begin(&mut request);
    let answered = async {
        if request.headers().contains_key(header::ORIGIN) {
            let inner = passage.clone();
            let inner = tower::service_fn(move |request| {
                let (passage, next) = (inner.clone(), next.clone());
                async move { Ok::<_, Infallible>(guard::guard(&passage.gate, request, next).await) }
            });
            match passage.cors.layer(inner).oneshot(request).await {
                Ok(response) => response,
            }
        } else {
            let mut response = guard::guard(&passage.gate, request, next).await;
            cors::vary(&mut response);
            response
        }
    };
    let mut response = answered.instrument(span.clone()).await;
    noted.end(&span, &mut response);
    response
}

/// Whom to answer when a request does not reach its operation.
struct Asker {
    id: Option<HeaderValue>,
    language: Option<HeaderValue>,
}

impl Asker {
    fn of(headers: &HeaderMap) -> Asker {
        Asker {
            id: headers.get(REQUEST_ID).cloned(),
            language: headers.get(header::ACCEPT_LANGUAGE).cloned(),
        }
    }

    fn id(&self) -> String {
        origin::request_id_of(self.id.as_ref())
    }

    /// The answer, in the shape of all others.
    fn refused(&self, app: &App, error: Error) -> axum::response::Response {
        let (id, language) = (self.id(), origin::language_of(app, self.language.as_ref()));
        let reply = platform::http::refusal(app, language, &id, error);
        platform::http::respond(reply, &id)
    }
}

/// The answer to a request that did not reach an operation.
fn refused(app: &App, headers: &HeaderMap, error: Error) -> axum::response::Response {
    Asker::of(headers).refused(app, error)
}
