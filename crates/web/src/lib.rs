//! Pages: what people see, served by the same binary as the API.
//!
//! The API is the contract; a page holds no rule. A screen reads what it shows through the scoped
//! [`Cx`](platform::cx::Cx) of one unit of work, and what it changes it posts to a declared operation, in process,
//! with the API's permission, scope, audit, idempotency and limits. Every page works without scripts.
//!
//! # How to write a screen
//!
//! A module says what it brings beside its table of contents, and `server::modules::screens` lists it:
//!
//! ```ignore
//! pub fn screens() -> Screens {
//!     Screens::new("pharmacy")
//!         .screen(Screen::new("/shelf/{id}/", Batch::READ, |cx, ask| Box::pin(shelf(cx, ask))).watches(&["batch"]))
//!         .place(Place::new("nav-shelf", "/shelf/", 's', Batch::READ, 40))
//! }
//!
//! async fn shelf(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
//!     let batch: Batch = cx.load(ask.id()?).await?;
//!     let form = ask.form("batches_recall").on(batch.meta.id).version(batch.meta.version).done("done-recalled");
//!     Ok(Page::new(batch.label(), html! {
//!         (ui::facts(&[(ask.t("field-quantity"), html! { (batch.quantity) })]))
//!         @if ask.may_do("batches_recall") {
//!             (form.show(html! { (form.field("reason")) (form.button("batch-recall")) }))
//!         }
//!     }))
//! }
//! ```
//!
//! - **Reading:** [`Cx::find`](platform::cx::Cx::find) and [`Cx::load`](platform::cx::Cx::load) for one record,
//!   [`platform::resource::rows`] for several, [`platform::resource::search`] for what a search finds; all in the
//!   caller's scope and on record. [`Ask::get`] asks an operation of the API instead, such as a board or a report.
//!   A screen about patients is declared `.patient_data()`.
//! - **Changing:** [`Ask::form`] names an operation by the id of the API document. A post goes to the page's own
//!   address; when the operation refuses, the screen is shown again with what was typed ([`Form::sent`] has the
//!   code and the facts of the refusal, for the way out). When it is done, the next page is [`Form::then`]'s, and
//!   begins with the sentence of [`Form::done`].
//! - **Fields** know their kind and words from the declaration: the texts `field-date-of-birth` and
//!   `choice-status-waiting` (or `choice-waiting`) are theirs in every form; [`Input`] says otherwise where needed.
//! - **Several buttons:** [`Form::or`] with [`Form::button_for`] asks another operation with the same fields;
//!   [`Form::button_then`] keeps what was typed and leads on; [`Form::button_look`] stores nothing and shows the page
//!   again, which sees it in [`Sent::looked_for`]. [`Form::named`] lets them stand outside of the form.
//! - **Answers** that the next page would not say, such as a key that is shown once: with [`Form::tells`] the screen is
//!   shown again and finds it in [`Form::told`].
//! - **Pickers** find what a resource's search finds; [`Screens::finds`] says otherwise, also for what is no record.
//! - **Parts** for all screens are in [`ui`]; style is one file, `assets/chelal.css`; nothing inline.
//! - **Keys:** `data-key="n"` on a link or button is pressed by that letter outside of fields; `data-go="p"` by `g`
//!   and then the letter; `data-row` on rows of lists is walked by `j`, `k` and `Enter`.
//! - **Slots:** [`Ask::slot`] shows what other modules' panels have for a record. The patient's page has `patient`.

mod account;
mod admin;
mod api;
mod ask;
mod assets;
mod convert;
mod draft;
mod find;
mod form;
mod guard;
mod house;
mod input;
mod invited;
mod kind;
mod layout;
mod links;
mod live;
mod looked;
mod page;
mod parts;
mod pick;
mod post;
mod print;
mod reach;
mod refused;
mod screens;
mod sent;
mod serve;
mod session;
mod sign_in;
mod told;
mod two_factor;
pub mod ui;
mod unplaced;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawPathParams, Request};
use axum::response::Response;
use axum::routing::{any, get, post};
use http::{Method, StatusCode, header};
use platform::app::App;
use platform::db::Migration;
use platform::error::Error;
use platform::module::Module;

pub use api::Answer;
pub use ask::Ask;
pub use find::{EMERGENCY, emergency};
pub use form::Form;
pub use input::Input;
pub use kind::{Decimals, Kind};
pub use page::Page;
pub use screens::{Fill, Find, Panel, Place, Scan, Screen, Screens, Show, Who, Workplace};
pub use sent::Sent;

use house::House;

/// Oldest first.
const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_sessions",
        up: session::tables,
    },
    Migration {
        name: "0002_drafts",
        up: draft::tables,
    },
];

/// The tables and texts of the pages.
pub fn module() -> Module {
    Module::new("web")
        .migrations(MIGRATIONS)
        .table::<draft::PageDraft>()
        .texts(platform::texts!("web"))
        .texts(platform::texts!("web/words", "../texts/words"))
}

/// Every page, made of what the modules bring.
#[derive(Clone)]
pub struct Pages(Arc<House>);

impl Pages {
    /// `api` answers what the pages ask.
    pub fn new(app: &Arc<App>, api: &Router, mut screens: Vec<Screens>) -> Pages {
        screens.extend([
            account::screens(),
            two_factor::screens(),
            reach::screens(),
            invited::screens(),
            find::screens(),
            admin::screens(&app.registry),
        ]);
        Pages(Arc::new(House::new(app, api, screens)))
    }

    /// The pages at their addresses.
    pub fn router(&self) -> Router {
        router(&self.0)
    }

    /// Whether somebody looks for a page there, and no program for an operation.
    pub fn are_meant(request: &Request) -> bool {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return false;
        }
        let path = request.uri().path();
        let accept = request.headers().get(header::ACCEPT);
        let html = accept.is_some_and(|accept| {
            let accept = accept.to_str().unwrap_or_default();
            accept.contains("text/html")
        });
        html && !["/api", "/ws"].iter().any(|root| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The page of an address at which there is none, such as a mistyped one.
    pub async fn nothing(self, request: Request) -> Response {
        match serve::Visit::begin(&self.0, Vec::new(), "nothing", request).await {
            Ok(visit) => refused::page(&visit.ask, Error::not_found()),
            Err(refusal) => *refusal,
        }
    }
}

fn router(house: &Arc<House>) -> Router {
    let mut router = Router::new().route(
        "/assets/{hash}/{name}",
        get(async |Path((hash, name)): Path<(String, String)>| {
            assets::find(&hash, &name).unwrap_or_else(|| refused::status(StatusCode::NOT_FOUND))
        }),
    );
    for address in ["/", "/sign-in"] {
        let house = house.clone();
        router = router.route(
            address,
            any(move |request: Request| sign_in::show(house.clone(), request)),
        );
    }
    let here = house.clone();
    router = router.route(
        "/sign-out",
        post(move |request: Request| sign_in::out(here.clone(), request)),
    );
    let here = house.clone();
    router = router.route(
        "/live",
        get(move |request: Request| live::news(here.clone(), request)),
    );
    let here = house.clone();
    router = router.route(
        "/pick/{*path}",
        get(move |path: Path<String>, request: Request| find::picks(here.clone(), path, request)),
    );
    let here = house.clone();
    router = router.route(
        "/admin/files/{*path}",
        get(move |path: Path<String>, request: Request| find::file(here.clone(), path, request)),
    );
    let here = house.clone();
    router = router.route(
        "/print/{what}/{name}",
        get(move |path: Path<(String, String)>, request: Request| {
            print::paper(here.clone(), path, request)
        }),
    );
    let here = house.clone();
    router = router.route(
        "/files/{resource}/{id}",
        get(move |path: Path<(String, String)>, request: Request| {
            print::file(here.clone(), path, request)
        }),
    );
    for link in &links::LINKS {
        let here = house.clone();
        let methods = any(move |request: Request| links::answer(here.clone(), link, request));
        router = router
            .route(link.path, methods.clone())
            .route(&[link.path, "/"].concat(), methods);
    }
    for screen in house.screens.clone() {
        let address = screen.address.clone();
        let methods = on_screen(house, screen);
        router = router.route(&address, methods.clone());
        // The same page without its last slash.
        let bare = address.trim_end_matches('/');
        if bare != address {
            router = router.route(bare, methods);
        }
    }
    router
}

fn on_screen(house: &Arc<House>, screen: Screen) -> axum::routing::MethodRouter {
    let house = house.clone();
    let answer = move |params: RawPathParams, request: Request| {
        let mut params: Vec<(String, String)> = params
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        params.push((ask::ABOUT.to_owned(), screen.about.to_owned()));
        let answered = serve::screen(house.clone(), screen.clone(), params, request);
        async move { Response::from(answered.await) }
    };
    get(answer.clone()).post(answer)
}
