//! The pages behind links that are printed or mailed: the first account, an invitation, a password reset.
//!
//! They work without JavaScript. A form is posted to its own page, which asks the API as any client does
//! and shows what it answers; no rule stands here. The token is in the link's query once and in the form
//! from then on, and no page names it to another server.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode, header};
use platform::app::App;
use platform::error::Error;
use platform::http::origin;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use tower::ServiceExt;

use super::page::{Field, Form, Page, Sort};
use super::refused;

/// A form is a few lines; a token is some hundred bytes.
const LARGEST: usize = 64 * 1024;

const PASSWORD: Field = Field {
    name: "new_password",
    label: "page-password",
    sort: Sort::NewPassword,
    optional: false,
};

const SETUP: Form = Form {
    path: "/setup",
    api: "/api/setup/",
    title: "page-setup-title",
    intro: "page-setup-intro",
    button: "page-setup-button",
    done: "page-setup-done",
    fields: &[
        Field {
            name: "username",
            label: "page-username",
            sort: Sort::Username,
            optional: false,
        },
        Field {
            name: "email",
            label: "page-email",
            sort: Sort::Email,
            optional: true,
        },
        Field {
            name: "password",
            ..PASSWORD
        },
    ],
};

const INVITATION: Form = Form {
    path: "/accept-invitation",
    api: "/api/auth/accept-invitation/",
    title: "page-invitation-title",
    intro: "page-invitation-intro",
    button: "page-invitation-button",
    done: "page-invitation-done",
    fields: &[PASSWORD],
};

const RESET: Form = Form {
    path: "/password-reset",
    api: "/api/auth/password-reset/confirm/",
    title: "page-reset-title",
    intro: "page-reset-intro",
    button: "page-reset-button",
    done: "page-reset-done",
    fields: &[PASSWORD],
};

const ASK: Form = Form {
    path: "/password-reset",
    api: "/api/auth/password-reset/",
    title: "page-reset-title",
    intro: "page-reset-ask",
    button: "page-reset-ask-button",
    // The API's answer is shown.
    done: "",
    fields: &[Field {
        name: "email",
        label: "page-login",
        sort: Sort::Username,
        optional: false,
    }],
};

/// What a page is for.
#[derive(Clone, Copy)]
struct Link {
    /// With a token.
    form: &'static Form,
    /// Without one: another form, or a sentence that says where the link is.
    without: Without,
}

#[derive(Clone, Copy)]
enum Without {
    Form(&'static Form),
    Text(&'static str),
}

#[derive(Clone)]
struct Pages {
    app: Arc<App>,
    api: Router,
    link: Link,
}

/// The pages, each with and without a last slash; `api` answers what they ask.
pub(super) fn routes(app: &Arc<App>, api: &Router) -> Router {
    let links = [
        Link {
            form: &SETUP,
            without: Without::Text("page-setup-no-token"),
        },
        Link {
            form: &INVITATION,
            without: Without::Text("page-invitation-no-token"),
        },
        Link {
            form: &RESET,
            without: Without::Form(&ASK),
        },
    ];
    links.into_iter().fold(Router::new(), |router, link| {
        let pages = Pages {
            app: app.clone(),
            api: api.clone(),
            link,
        };
        let methods = get(show).post(send).with_state(pages);
        router
            .route(link.form.path, methods.clone())
            .route(&format!("{}/", link.form.path), methods)
    })
}

async fn show(State(pages): State<Pages>, request: Request) -> Response {
    let page = Page::for_reader(&pages.app, request.headers());
    let sent = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let token = value(&sent, "token");
    match (token, pages.link.without) {
        ("", Without::Text(text)) => page.says(StatusCode::OK, pages.link.form.title, text),
        ("", Without::Form(form)) => page.form(StatusCode::OK, form, "", &[], &Map::new()),
        (token, _) => page.form(StatusCode::OK, pages.link.form, token, &[], &Map::new()),
    }
}

async fn send(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let page = Page::for_reader(&pages.app, &parts.headers);
    let Ok(body) = to_bytes(body, LARGEST).await else {
        let code = kernel::Code::PayloadTooLarge;
        let text = platform::texts::Text::new("payload-too-large").with("limit", LARGEST);
        return refused(&pages.app, &parts.headers, Error::refuse(code, text));
    };
    let sent = pairs(&body);
    let token = value(&sent, "token");
    let form = match (token, pages.link.without) {
        ("", Without::Form(form)) => form,
        ("", Without::Text(text)) => {
            return page.says(StatusCode::BAD_REQUEST, pages.link.form.title, text);
        }
        _ => pages.link.form,
    };
    if let Some(field) = form.fields.iter().find(|field| {
        field.sort == Sort::NewPassword && value(&sent, field.name) != value(&sent, &field.again())
    }) {
        let said = page.text("page-passwords-differ");
        let faults = Map::from_iter([(field.again(), json!([said]))]);
        return page.form(StatusCode::BAD_REQUEST, form, token, &sent, &faults);
    }
    let mut ask = Map::new();
    if !token.is_empty() {
        ask.insert("token".to_owned(), token.into());
    }
    for field in form.fields {
        let given = value(&sent, field.name);
        if !(given.is_empty() && field.optional) {
            ask.insert(field.name.to_owned(), given.into());
        }
    }
    let Some(inner) = asking(
        form.api,
        &parts.headers,
        parts.extensions,
        &Json::Object(ask),
    ) else {
        let error = Error::internal("a page cannot ask the API");
        return refused(&pages.app, &parts.headers, error);
    };
    let Ok(answer) = pages.api.clone().oneshot(inner).await;
    let status = answer.status();
    let answered = to_bytes(answer.into_body(), 1 << 20)
        .await
        .unwrap_or_default();
    let answered: Map<String, Json> = serde_json::from_slice(&answered).unwrap_or_default();
    if status.is_success() {
        return match answered.get("detail").and_then(Json::as_str) {
            Some(detail) if form.done.is_empty() => page.says_this(form.title, detail),
            _ => page.done(form.title, form.done),
        };
    }
    page.form(status, form, token, &sent, &answered)
}

/// The same caller's request to the API. What a browser adds by itself is left out: a page never acts
/// with somebody's session.
fn asking(
    path: &str,
    from: &HeaderMap,
    extensions: http::Extensions,
    body: &Json,
) -> Option<Request> {
    let mut request = Request::new(Body::from(body.to_string()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().ok()?;
    *request.headers_mut() = from.clone();
    *request.extensions_mut() = extensions;
    let headers = request.headers_mut();
    for name in [
        header::AUTHORIZATION,
        header::COOKIE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        headers.remove(name);
    }
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    Some(request)
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(encoded).unwrap_or_default()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}

/// The reader's language, as the API would answer them.
pub(super) fn language(app: &App, headers: &HeaderMap) -> &'static str {
    origin::language(app, headers)
}
