//! Whose record is shown, and the way between these pages.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use sea_query::Order;
use web::{Ask, Page, ui};

/// A parent of more children says for whom.
const MOST: u64 = 50;

/// Whose record is shown, and those that could be.
pub(super) struct Whose {
    /// The patient whom the page is about.
    pub(super) patient: Patient,
    others: Vec<Patient>,
    /// It is the reader's own record, and not that of somebody for whom they stand in.
    pub(super) own: bool,
}

/// The patient of the query, else the reader, else the first for whom they stand in; none when nothing is linked to the
/// reader's account.
pub(super) async fn whose(cx: &mut Cx, ask: &Ask) -> Result<Option<Whose>, Error> {
    let user = cx.user_id()?;
    let mut all: Vec<Patient> = resource::rows(cx, MOST, |query| {
        query.order_by(("patient", "id"), Order::Asc);
    })
    .await?;
    let is_own = |patient: &Patient| patient.user.is_some_and(|own| own.get() == user);
    let asked = ask
        .query("patient")
        .and_then(|text| text.parse::<i64>().ok());
    let at = match asked {
        Some(id) => Some(
            all.iter()
                .position(|patient| patient.meta.id == id)
                .ok_or_else(Error::not_found)?,
        ),
        None => all
            .iter()
            .position(is_own)
            .or((!all.is_empty()).then_some(0)),
    };
    Ok(at.map(|at| {
        let patient = all.remove(at);
        Whose {
            own: is_own(&patient),
            patient,
            others: all,
        }
    }))
}

impl Whose {
    /// The address of another of these pages, about the same patient.
    pub(super) fn to(&self, path: &str) -> String {
        let id = self.patient.meta.id.to_string();
        match self.others.is_empty() {
            true => path.to_owned(),
            false => [path, "?patient=", &id].concat(),
        }
    }

    /// A page with the way to the others.
    pub(super) fn page(&self, ask: &Ask, title: String, body: &Markup) -> Page {
        let tabs = [
            ("/me", "portal-tab-me"),
            ("/me/messages", "portal-tab-messages"),
            ("/me/details", "portal-tab-details"),
            ("/me/access", "portal-tab-access"),
        ];
        let banner = html! {
            div.row {
                strong { (self.patient.full_name()) }
                span { (&**self.patient.unique_id.open()) }
                @for other in &self.others {
                    a href=(ask.here(&[("patient", &other.meta.id.to_string())])) { (other.full_name()) }
                }
            }
        };
        let body = html! {
            nav.tabs aria-label=(ask.t("portal-tabs")) {
                @for (path, text) in tabs {
                    a href=(self.to(path)) aria-current=[(ask.path().trim_end_matches('/') == path).then_some("page")] { (ask.t(text)) }
                }
            }
            (body)
        };
        Page::new(title, body).banner(banner)
    }
}

/// Nothing is linked to the reader's account.
pub(super) fn nobody(cx: &mut Cx, ask: &Ask) -> Page {
    cx.saw_nothing();
    Page::new(ask.t("nav-me"), ui::empty(&ask.t("portal-nobody"), None))
}
