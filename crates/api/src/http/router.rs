//! Every declared operation under its path, in both spellings and both versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::routing::{MethodFilter, MethodRouter, on};

use super::limit::Limiter;
use super::serve::{nowhere, serve};
use engine::app::App;
use engine::operation::Operation;

/// The routes below `/api/` and `/api/v1/`, and the sockets below `/ws/`.
pub fn router(app: &Arc<App>) -> Router {
    let mut paths: BTreeMap<&str, Vec<Arc<Operation>>> = BTreeMap::new();
    for operation in app.registry.operations() {
        paths
            .entry(operation.path.as_str())
            .or_default()
            .push(operation.clone());
    }
    let limiter = Arc::new(Limiter::new(app.settings.rate_limit));
    let mut router = Router::new();
    for (path, operations) in paths {
        let methods = methods(app, &limiter, &operations);
        // A path without the last slash is the same resource: no redirect that loses a body.
        for prefix in ["/api/", "/api/v1/"] {
            let full = format!("{prefix}{path}");
            router = router
                .route(full.trim_end_matches('/'), methods.clone())
                .route(&full, methods.clone());
        }
    }
    router = router.merge(crate::socket::routes(app));
    for prefix in ["/api", "/api/", "/api/{*rest}"] {
        let app = app.clone();
        router = router.route(
            prefix,
            axum::routing::any(move |request: Request| nowhere(app.clone(), request, None)),
        );
    }
    router
}

fn methods(app: &Arc<App>, limiter: &Arc<Limiter>, operations: &[Arc<Operation>]) -> MethodRouter {
    let mut methods = MethodRouter::new();
    let mut allowed: Vec<&str> = Vec::new();
    for operation in operations {
        let Ok(filter) = MethodFilter::try_from(operation.method.clone()) else {
            continue;
        };
        allowed.push(operation.method.as_str());
        let (app, limiter, operation) = (app.clone(), limiter.clone(), operation.clone());
        let route: Arc<str> = format!("{} {}", operation.method, operation.path).into();
        methods = methods.merge(on(
            filter,
            move |params: RawPathParams, request: Request| {
                let params = params
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                serve(
                    app.clone(),
                    limiter.clone(),
                    operation.clone(),
                    route.clone(),
                    params,
                    request,
                )
            },
        ));
    }
    let (app, allowed) = (app.clone(), allowed.join(", "));
    methods.fallback(move |request: Request| nowhere(app.clone(), request, Some(allowed.clone())))
}
