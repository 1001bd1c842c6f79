//! An operation that shows patient data is answered only when the audit trail was told whose.
use std::sync::Arc;

use crate::hospital::{Guest, World, add_guest, each, open_with, settings_with};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kernel::Clock;
use platform::app::App;
use platform::audit::Action;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::operation::{Effect, Operation};
use platform::record::Record;
use platform::route::Route;
use tower::ServiceExt;

/// Shows a guest's name as `how` says: which traces the handler leaves, and what it answers.
async fn show(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    match call.query("how").unwrap_or_default() {
        "saw" => cx.saw(Guest::NAME, 1, Some(1)),
        "seen_as" => cx.seen_as(Action::Export, "guests"),
        "saw_nothing" => cx.saw_nothing(),
        "empty" => return Ok(Reply::empty(StatusCode::NO_CONTENT)),
        "refused" => return Err(Error::not_found()),
        "stream" => {
            let pieces = futures_util::stream::once(async { Ok("Awa".into()) });
            return Ok(Reply::download("text/csv", "guests.csv", Box::pin(pieces)));
        }
        _ => {}
    }
    Reply::ok(&"Awa")
}

fn route(method: Method, path: &str, effect: Effect) -> Operation {
    Route::new(method, "guests", path, effect, |cx, call| {
        Box::pin(show(cx, call))
    })
    .open()
    .patient_data()
    .answers::<String>(200)
    .done()
}

async fn app(world: &World) -> Arc<App> {
    let shows = Module::new("shows")
        .route(route(Method::GET, "show/", Effect::Read))
        .route(route(Method::POST, "show/", Effect::Write))
        .route(route(Method::POST, "show/own/", Effect::Own));
    let modules = crate::hospital::modules()
        .into_iter()
        .chain([shows])
        .collect();
    let settings = settings_with(&world.dir, &world.url, crate::hospital::MASTER);
    open_with(settings, Clock::system(), modules).await
}

async fn ask(app: &Arc<App>, method: &Method, path: &str, how: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/{path}?how={how}"))
        .body(Body::empty())
        .unwrap();
    let response = platform::http::router(app).oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn patient_data_is_not_answered_before_the_audit_trail_was_told_whose() {
    each(|world| async move {
        add_guest(&world.app, "Awa").await;
        let app = app(&world).await;
        for (method, path) in [
            (Method::GET, "show/"),
            (Method::POST, "show/"),
            (Method::POST, "show/own/"),
        ] {
            for how in ["", "stream"] {
                let (status, body) = ask(&app, &method, path, how).await;
                assert_eq!(status, 500, "{method} {path} {how:?}: {body}");
                assert!(!body.contains("Awa"), "{method} {path} {how:?}: {body}");
            }
            for (how, expected) in [
                ("saw", 200),
                ("seen_as", 200),
                ("saw_nothing", 200),
                ("empty", 204),
                ("refused", 404),
            ] {
                let (status, body) = ask(&app, &method, path, how).await;
                assert_eq!(status, expected, "{method} {path} {how}: {body}");
            }
        }
        let views = "SELECT count(*) FROM audit_log WHERE action IN ('view', 'export')";
        assert_eq!(world.number(views).await, 6, "saw and seen_as, three times");
        app.close().await;
    })
    .await;
}
