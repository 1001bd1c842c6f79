//! The document around every page.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use kernel::BuiltinRole;
use maud::{DOCTYPE, Markup, html};

use crate::ask::Ask;
use crate::form::KEY;
use crate::page::Page;
use crate::{assets, guard, ui};

/// The whole document.
pub(crate) fn document(ask: &Ask, page: Page, watches: &[&str]) -> String {
    let refused = ask.sent().is_some_and(|sent| !sent.status().is_success());
    let signed_in = ask.actor().user().is_some();
    let title = if refused {
        [&ask.t("form-error"), ask.colon(), &page.title].concat()
    } else {
        page.title.clone()
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(ask.language()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Chelal" }
                link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::address("chelal.css"));
                script type="module" src=(assets::address("chelal.js")) {}
            }
            body.bare[page.bare || !signed_in]
                data-watch=[(!watches.is_empty()).then(|| watches.join(" "))]
                data-saving=(ask.t("script-saving")) data-still=(ask.t("script-still"))
                data-leave=(ask.t("script-leave")) data-offline=(ask.t("script-offline")) data-kept=(ask.t("script-kept")) data-unsent=(ask.t("script-unsent")) data-out=(ask.t("script-signed-out")) data-enter=(ask.t("sign-in-title")) data-keys=(ask.t("script-keys")) {
                a.skip href="#main" { (ask.t("page-skip")) }
                @if signed_in && !page.bare { (top(ask)) }
                @if let Some(banner) = &page.banner { div.banner { (banner) } }
                main #main .wide[page.wide] tabindex="-1" {
                    @if let Some(done) = &ask.done { (ui::notice(ui::Tone::Good, html! { p { (done) } })) }
                    @if let Some(waiting) = &ask.draft { (crate::draft::notice(ask, waiting)) }
                    @if page.heading { h1 { (page.title) } }
                    div #live { (page.body) }
                }
            }
        }
    };
    markup.into_string()
}

/// Navigation, find box, account.
fn top(ask: &Ask) -> Markup {
    // Patients have pages of their own, and look nobody up.
    let role = ask.actor().user().and_then(|user| user.role);
    let patient = role == Some(BuiltinRole::Patient.id());
    let places =
        ask.house.places.iter().filter(|place| {
            ask.admits(place.who) && (!patient || place.address.starts_with("/me"))
        });
    let name = ask
        .actor()
        .user()
        .map(|user| user.username.to_string())
        .unwrap_or_default();
    html! {
        header.top {
            a.brand href="/" { "Chelal" }
            nav aria-label=(ask.t("page-nav")) {
                @for place in places {
                    a href=(place.address) data-go=(place.key) title={ "g " (place.key) }
                        aria-current=[ask.path().starts_with(place.address).then_some("page")] { (ask.t(place.text)) }
                }
            }
            @if !patient {
                form.find role="search" action="/find" {
                    input type="search" name="q" aria-label=(ask.t("page-find")) placeholder=(ask.t("page-find")) autocomplete="off"
                        data-find;
                    kbd aria-hidden="true" { "/" }
                }
            }
            div.me {
                a href="/account/" { (name) }
                form method="post" action="/sign-out" { button.quiet { (ask.t("page-sign-out")) } }
            }
        }
    }
}

/// What a page shows, as an entity tag: forms' keys are made anew each time and are no part of it.
pub(crate) fn state(html: &str) -> String {
    let mut hasher = DefaultHasher::new();
    html.hash(&mut hasher);
    ["\"", &hasher.finish().to_string(), "\""].concat()
}

/// A document as it is sent: each form with an idempotency key of its own.
pub(crate) fn respond(status: StatusCode, html: &str) -> Response {
    let mut out = String::with_capacity(html.len() + 64);
    let mut parts = html.split(KEY);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(&uuid::Uuid::new_v4().to_string());
        out.push_str(part);
    }
    let mut response = Response::new(Body::from(out));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    guard::headers(&mut response);
    response
}
