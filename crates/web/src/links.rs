//! The pages behind links that are printed or mailed: the first account, an invitation, a password reset.
//!
//! The token is in the link's query once and in the form from then on, and no page names it to another server.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use maud::{Markup, html};
use platform::error::Error;
use serde_json::{Map, Value as Json, json};

use crate::api::Question;
use crate::ask::{Ask, value};
use crate::house::House;
use crate::page::Page;
use crate::serve::{Visit, written};
use crate::ui::{self, Tone};
use crate::{refused, sign_in};

/// A form is a few lines; a token is some hundred bytes.
const LARGEST: usize = 64 * 1024;

/// What a field is, so that browsers and password managers help with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Username,
    Email,
    /// Asked for twice.
    NewPassword,
}

struct Field {
    name: &'static str,
    label: &'static str,
    sort: Sort,
    optional: bool,
}

const PASSWORD: Field = Field {
    name: "new_password",
    label: "page-password",
    sort: Sort::NewPassword,
    optional: false,
};

/// A form: its texts, and the operation that it asks.
struct Form {
    api: &'static str,
    intro: &'static str,
    button: &'static str,
    /// What is said when it is done; the API's own words when it is empty.
    done: &'static str,
    fields: &'static [Field],
}

/// A page that a link opens.
pub(crate) struct Link {
    /// Its address.
    pub(crate) path: &'static str,
    title: &'static str,
    form: Form,
    /// What it says when the link was not followed as a whole.
    no_token: &'static str,
    /// What it asks without a token.
    without: Option<Form>,
    /// Whoever is done is signed in with what they typed.
    enters: bool,
}

pub(crate) const LINKS: [Link; 3] = [
    Link {
        path: "/setup",
        title: "page-setup-title",
        form: Form {
            api: "/api/setup/",
            intro: "page-setup-intro",
            button: "page-setup-button",
            done: "",
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
        },
        no_token: "page-setup-no-token",
        without: None,
        enters: true,
    },
    Link {
        path: "/accept-invitation",
        title: "page-invitation-title",
        form: Form {
            api: "/api/auth/accept-invitation/",
            intro: "page-invitation-intro",
            button: "page-invitation-button",
            done: "page-invitation-done",
            fields: &[PASSWORD],
        },
        no_token: "page-invitation-no-token",
        without: None,
        enters: false,
    },
    Link {
        path: "/password-reset",
        title: "page-reset-title",
        form: Form {
            api: "/api/auth/password-reset/confirm/",
            intro: "page-reset-intro",
            button: "page-reset-button",
            done: "page-reset-done",
            fields: &[PASSWORD],
        },
        no_token: "",
        without: Some(Form {
            api: "/api/auth/password-reset/",
            intro: "page-reset-ask",
            button: "page-reset-ask-button",
            done: "",
            fields: &[Field {
                name: "email",
                label: "page-login",
                sort: Sort::Username,
                optional: false,
            }],
        }),
        enters: false,
    },
];

/// Answers a request for such a page.
pub(crate) async fn answer(house: Arc<House>, link: &'static Link, request: Request) -> Response {
    let mut visit = match Visit::begin(&house, Vec::new(), link.path, request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    let pairs = if visit.ask.head.method == Method::POST {
        match visit.pairs(LARGEST).await {
            Ok(pairs) => pairs,
            Err(error) => return refused::page(&visit.ask, error),
        }
    } else {
        visit.ask.head.query.clone()
    };
    let token = value(&pairs, "token").unwrap_or_default().to_owned();
    let form = if token.is_empty() {
        link.without.as_ref()
    } else {
        Some(&link.form)
    };
    let Some(form) = form else {
        let posted = visit.ask.head.method == Method::POST;
        let status = if posted {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        let said = ui::notice(Tone::Warning, html! { p { (visit.ask.t(link.no_token)) } });
        return written(
            &visit,
            Page::new(visit.ask.t(link.title), said)
                .bare()
                .status(status),
            &[],
        );
    };
    if visit.ask.head.method != Method::POST {
        if !token.is_empty()
            && let Some(why) = used_up(&mut visit, link, &token).await
        {
            let body = html! {
                (ui::notice(Tone::Warning, html! { p { (why) } }))
                p.actions { (ui::action("/sign-in", &visit.ask.t("sign-in-title"))) }
            };
            let page = Page::new(visit.ask.t(link.title), body).bare();
            return written(&visit, page.status(StatusCode::BAD_REQUEST), &[]);
        }
        let body = asked(&visit.ask, link, form, &token, &[], &Map::new());
        return written(&visit, Page::new(visit.ask.t(link.title), body).bare(), &[]);
    }
    match send(&mut visit, link, form, &token, &pairs).await {
        Ok(response) => response,
        Err(error) => refused::page(&visit.ask, error),
    }
}

/// Why a link cannot be used any more, so that nobody fills a form in for nothing.
async fn used_up(visit: &mut Visit, link: &Link, token: &str) -> Option<String> {
    let body = json!({ "purpose": link.path.trim_start_matches('/'), "token": token });
    let asked = visit
        .ask
        .put(Question::post("/api/auth/check-link/", &body));
    let answer = asked.await.ok()?;
    match answer.status {
        StatusCode::BAD_REQUEST => said(answer.json.get("token")?),
        _ => None,
    }
}

async fn send(
    visit: &mut Visit,
    link: &Link,
    form: &Form,
    token: &str,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    let given = |name: &str| value(pairs, name).unwrap_or_default();
    let title = visit.ask.t(link.title);
    let differs = |field: &&Field| {
        field.sort == Sort::NewPassword && given(field.name) != given(&again(field))
    };
    if let Some(field) = form.fields.iter().find(differs) {
        let faults =
            Map::from_iter([(again(field), json!([visit.ask.t("page-passwords-differ")]))]);
        let body = asked(&visit.ask, link, form, token, pairs, &faults);
        return Ok(written(
            visit,
            Page::new(title, body)
                .bare()
                .status(StatusCode::BAD_REQUEST),
            &[],
        ));
    }
    let mut body = Map::new();
    if !token.is_empty() {
        body.insert("token".to_owned(), token.into());
    }
    for field in form
        .fields
        .iter()
        .filter(|field| !(field.optional && given(field.name).is_empty()))
    {
        body.insert(field.name.to_owned(), given(field.name).into());
    }
    let answer = visit
        .ask
        .put(Question::post(form.api, &Json::Object(body)))
        .await?;
    if !answer.status.is_success() {
        let faults = answer.json.as_object().cloned().unwrap_or_default();
        let body = asked(&visit.ask, link, form, token, pairs, &faults);
        return Ok(written(
            visit,
            Page::new(title, body).bare().status(answer.status),
            &[],
        ));
    }
    if link.enters {
        return sign_in::enter(visit, given("username"), given("password")).await;
    }
    let said = match answer.json.get("detail").and_then(Json::as_str) {
        Some(detail) if form.done.is_empty() => detail.to_owned(),
        _ => visit.ask.t(form.done),
    };
    let body = html! {
        (ui::notice(Tone::Good, html! { p { (said) } }))
        p.actions { (ui::action("/sign-in", &visit.ask.t("sign-in-title"))) }
    };
    Ok(written(visit, Page::new(title, body).bare(), &[]))
}

/// The name of the second input of a password.
fn again(field: &Field) -> String {
    [field.name, "_again"].concat()
}

/// The form, with what was sent before (passwords aside) and what the API said of it.
fn asked(
    ask: &Ask,
    link: &Link,
    form: &Form,
    token: &str,
    sent: &[(String, String)],
    faults: &Map<String, Json>,
) -> Markup {
    let of_form = |name: &str| {
        form.fields
            .iter()
            .any(|field| field.name == name || again(field) == name)
    };
    let general = faults
        .iter()
        .filter(|(name, _)| !of_form(name) && !matches!(name.as_str(), "code" | "request_id"));
    let general: Vec<String> = general.filter_map(|(_, json)| said(json)).collect();
    let wrong = faults.keys().any(|name| of_form(name));
    html! {
        p { (ask.t(form.intro)) }
        @if !general.is_empty() || wrong {
            div.summary #error-summary role="alert" tabindex="-1" {
                @for said in &general { p { (said) } }
                @if wrong { p { (ask.t("form-check")) } }
            }
        }
        form.form.narrow method="post" action=(link.path) {
            @if !token.is_empty() { input type="hidden" name="token" value=(token); }
            @for (at, field) in form.fields.iter().enumerate() {
                (input(ask, field, field.name, field.label, sent, faults, at == 0))
                @if field.sort == Sort::NewPassword {
                    (input(ask, field, &again(field), "page-password-again", sent, faults, false))
                }
            }
            button.primary { (ask.t(form.button)) }
        }
    }
}

fn said(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Array(texts) => Some(
            texts
                .iter()
                .filter_map(Json::as_str)
                .collect::<Vec<_>>()
                .join(" "),
        ),
        _ => None,
    }
}

fn input(
    ask: &Ask,
    field: &Field,
    name: &str,
    label: &'static str,
    sent: &[(String, String)],
    faults: &Map<String, Json>,
    first: bool,
) -> Markup {
    let fault = faults.get(name).and_then(said);
    let secret = field.sort == Sort::NewPassword;
    let hint = secret && name == field.name;
    let (kind, complete) = match field.sort {
        Sort::Username => ("text", "username"),
        Sort::Email => ("email", "email"),
        Sort::NewPassword => ("password", "new-password"),
    };
    let mut described = Vec::new();
    if hint {
        described.push([name, "-hint"].concat());
    }
    if fault.is_some() {
        described.push([name, "-error"].concat());
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    let shown = (!secret).then(|| value(sent, name).unwrap_or_default());
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(name) { (ask.t(label)) @if field.optional { " " small { (ask.t("form-optional")) } } }
            input id=(name) name=(name) type=(kind) autocomplete=(complete) value=[shown] autocapitalize="none"
                spellcheck="false" required[!field.optional] aria-invalid=[fault.is_some().then_some("true")]
                aria-describedby=[described] autofocus[first];
            @if hint { p.hint id={ (name) "-hint" } { (ask.t("page-password-hint")) } }
            @if let Some(fault) = &fault { p.error id={ (name) "-error" } { (fault) } }
        }
    }
}
