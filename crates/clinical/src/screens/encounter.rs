//! One visit: the note while it is written, what was measured, prescribed and ordered, and the signature; afterwards
//! what stands there, and what was added.

use std::collections::HashMap;

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Kind, Page};

use super::{measures, medicines, note, start};
use crate::encounter::{Encounter, EncounterStatus, READ_TEXT};
use crate::encounter_addendum::EncounterAddendum;
use crate::vitals::Vitals;

/// Addenda that are shown.
const MOST: u64 = 100;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let row: Encounter = cx.load(ask.id()?).await?;
    cx.saw_record(&row);
    let head = patients::head(cx, ask, row.patient.get()).await?;
    let addenda = addenda(cx, &row).await?;
    let people = [row.doctor, row.signed_by].into_iter().flatten();
    let people = people.chain(addenda.iter().filter_map(|one| one.author));
    let names = identity::names(cx, people.map(|user| user.get())).await?;
    // What was signed stays what it was, whatever is measured later.
    let vitals = match (ask.may(Vitals::READ), row.status) {
        (true, EncounterStatus::Open) => measures::last(cx, row.patient.get()).await?,
        (true, EncounterStatus::Signed) => measures::of_visit(cx, row.meta.id).await?,
        (false, _) => Vec::new(),
    };
    let seen = measures::seen(&cx.app.zone, &vitals, &head.patient);
    let note = note::show(cx, ask, &row).await?;
    let judged = measures::judged(ask, measures::recent(&vitals), &head.patient);
    let medicines = medicines::panel(cx, ask, &row, note.prescribe.as_ref()).await?;
    let more = ask.slot(cx, "encounter", row.meta.id).await?;
    let day = cx.app.zone.to_local(row.encounter_date).date();
    let title = Text::new("clinical-visit-of").with("day", ui::day_words(ask, day));
    let body = html! {
        (state(ask, &row, &names))
        @if ask.may(Vitals::READ) {
            section.panel aria-label=(ask.t("clinical-vitals")) {
                (measures::strip(ask, &seen))
                (judged)
                @if let Some(measure) = &note.measure { (measure) }
            }
        }
        (note.body)
        (medicines)
        (more)
        @if let Some(end) = &note.end { (end) }
        (added(ask, &row, &addenda, &names))
    };
    Ok(head.page(ask.say(&title), &body))
}

/// How far it is, whose it is, and when it was kept last.
fn state(ask: &Ask, row: &Encounter, names: &HashMap<i64, String>) -> Markup {
    let named = |user: Option<i64>| user.and_then(|user| names.get(&user)).cloned();
    let doctor = named(row.doctor.map(|doctor| doctor.get())).unwrap_or_default();
    let kept = ask.app().zone.to_local(row.meta.updated_at);
    html! {
        div.row {
            @match row.status {
                EncounterStatus::Open => {
                    (ui::pill(Tone::Warning, &ask.t("clinical-visit-open")))
                },
                EncounterStatus::Signed => {
                    (ui::pill(Tone::Good, &ask.t("clinical-visit-signed")))
                    @if let Some(at) = row.signed_at {
                        span { (named(row.signed_by.map(|user| user.get())).unwrap_or_default()) ", " (ask.moment(at)) }
                    }
                },
            }
            span { (ask.t("clinical-doctor")) (ask.colon()) (doctor) }
            @if let Some(appointment) = row.appointment {
                a href={ "/appointments/" (appointment.get()) "/" } { (ask.t("clinical-appointment")) }
            }
            @if row.status == EncounterStatus::Open {
                small { (ask.say(&Text::new("clinical-kept").with("time", kept.strftime("%H:%M").to_string()))) }
            }
        }
        @if row.status == EncounterStatus::Signed && ask.may(super::BEGIN) {
            div.actions { (ui::primary("/clinic", &ask.t("clinical-next-patient"), "n")) }
        }
    }
}

async fn addenda(cx: &mut Cx, row: &Encounter) -> Result<Vec<EncounterAddendum>, Error> {
    let id = row.meta.id;
    resource::rows(cx, MOST, |query| {
        query
            .and_where(EncounterAddendum::encounter.eq(id))
            .order_by(("encounter_addendum", "id"), Order::Asc);
    })
    .await
}

/// What was added after the signature, and the form to add more.
fn added(
    ask: &Ask,
    row: &Encounter,
    addenda: &[EncounterAddendum],
    names: &HashMap<i64, String>,
) -> Markup {
    if !ask.may(READ_TEXT) || (row.status == EncounterStatus::Open && addenda.is_empty()) {
        return html! {};
    }
    let form = ask.form("encounter_addenda_create").done("done-addendum");
    let inner = html! {
        @for one in addenda {
            p.text { (one.text.open().to_string()) }
            p.hint {
                (one.author.and_then(|author| names.get(&author.get())).cloned().unwrap_or_default())
                ", " (ask.moment(one.meta.created_at))
            }
        }
        @if row.status == EncounterStatus::Signed && ask.may_do("encounter_addenda_create") {
            (form.show(html! {
                (form.hidden("encounter", row.meta.id))
                (form.field("text").label("clinical-addendum").kind(Kind::Area).required(true))
                (form.button("clinical-addendum-add"))
            }))
        } @else if addenda.is_empty() {
            p.hint { (ask.t("clinical-addenda-none")) }
        }
    };
    ui::panel(&ask.t("clinical-addenda"), inner)
}

/// The address of the page on which medicines of a visit are prescribed.
pub(super) fn prescribing(encounter: i64) -> String {
    [&start::address(encounter), "prescribe"].concat()
}
