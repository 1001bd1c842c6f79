//! Finding a patient: one box for name, number and phone.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::Order;
use web::{Ask, Page, ui};

use super::{age_of, sex};
use crate::patient::Patient;

/// Rows that are shown; whoever is not among them is found by another letter.
const MOST: u64 = 30;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let asked = ask.query("q").unwrap_or_default();
    let found: Vec<Patient> = if asked.is_empty() {
        // Whoever was registered last is asked for most.
        resource::rows(cx, MOST, |query| {
            query.order_by(("patient", "id"), Order::Desc);
        })
        .await?
    } else {
        resource::search(cx, asked, MOST).await?
    };
    let may = ask.may_do("patients_create");
    let body = html! {
        form.form.inline role="search" {
            label for="q" { (ask.t("patients-find")) }
            input id="q" type="search" name="q" value=(asked) autocomplete="off" autofocus[!(found.is_empty() && asked.is_empty() && may)];
            button.primary { (ask.t("patients-find-button")) }
        }
        @if asked.is_empty() && found.is_empty() {
            (ui::empty(&ask.t("patients-none-yet"), may.then(|| html! {
                a.button.primary href="/patients/new" data-key="n" autofocus { (ask.t("patients-register")) kbd aria-hidden="true" { "n" } }
            })))
        } @else {
            @if found.is_empty() {
                (ui::empty(&ask.say(&Text::new("patients-find-nobody").with("asked", asked)), Some(web::emergency(ask))))
            } @else {
                @if asked.is_empty() { h2 { (ask.t("patients-newest")) } }
                (list(cx, ask, &found))
            }
            @if may { (register(ask, asked)) }
        }
    };
    Ok(Page::new(ask.t("nav-patients"), body))
}

/// The way to register somebody who was not found, with what was typed.
fn register(ask: &Ask, asked: &str) -> Markup {
    if asked.is_empty() {
        return html! { p { (ui::primary("/patients/new", &ask.t("patients-register"), "n")) } };
    }
    let query = serde_urlencoded::to_string([("q", asked)]).unwrap_or_default();
    let address = ["/patients/new?", &query].concat();
    let words = ask.say(&Text::new("patients-register-asked").with("asked", asked));
    html! { p { a.button href=(address) data-key="n" { (words) kbd aria-hidden="true" { "n" } } } }
}

fn list(cx: &Cx, ask: &Ask, found: &[Patient]) -> Markup {
    let heads = [
        "patients-name",
        "patients-age",
        "field-gender",
        "patients-number",
        "patients-last-visit",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = found.iter().map(|patient| row(cx, ask, patient)).collect();
    ui::table(&heads, &rows)
}

fn row(cx: &Cx, ask: &Ask, patient: &Patient) -> Vec<Markup> {
    let id = patient.meta.id.to_string();
    let address = ["/patients/", &id, "/"].concat();
    let last = patient.last_appointment_at;
    vec![
        ui::link(&address, &patient.full_name()),
        html! { (age_of(ask, patient, cx.today())) },
        html! { (sex(ask, patient.gender)) },
        html! { (&**patient.unique_id.open()) },
        html! {
            @match last {
                Some(at) if at > cx.now() => { span { (ask.t("patients-expected")) " " (ask.moment(at)) } },
                Some(at) => { (ask.day(cx.app.zone.to_local(at).date())) },
                None => { (ask.t("patients-never")) },
            }
        },
    ]
}
