//! One bed: who lies in it and what can be done, or whom to put into it.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, Kind, Page, ui};

use super::board::number;
use super::{meanwhile, state};
use crate::admission::Admission;
use crate::bed::{Bed, BedStatus};
use crate::{days::bed_days, ward};

/// Free beds that a transfer offers.
const MOST: u64 = 200;

/// The bed in which a patient lies.
pub(super) async fn of_patient(cx: &mut Cx, patient: i64) -> Result<Option<Bed>, Error> {
    let beds: Vec<Bed> = resource::rows(cx, 1, |query| {
        query.and_where(Bed::assigned_patient.eq(patient));
    })
    .await?;
    Ok(beds.into_iter().next())
}

/// What a bed is called in sentences.
pub(super) fn named(ask: &Ask, bed: &Bed) -> String {
    ask.say(&Text::new("wards-bed-named").with("bed", bed.number.to_string()))
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let bed: Bed = cx.load(ask.id()?).await?;
    cx.saw_nothing();
    let ward = bed.ward.map(|ward| ward.get());
    let ward = ward::names(cx, ward).await?.into_values().next();
    let (tone, word) = state(bed.status.as_str());
    let place = html! {
        div.row {
            (ui::pill(tone, &ask.t(word)))
            @if let Some(ward) = &ward { span { (ask.t("wards-ward")) (ask.colon()) (ward) } }
        }
    };
    let title = named(ask, &bed);
    let lies = bed.assigned_patient.map(|patient| patient.get());
    // What was meant for another patient than the one who lies here now is not followed by what could be done to this one.
    if let Some(whom) = meanwhile::other_than(ask, lies) {
        let moved = meanwhile::moved(cx, ask, whom).await?;
        return Ok(Page::new(title, html! { (place) (moved) }));
    }
    let wanted = meanwhile::wanted(ask);
    let Some(patient) = lies else {
        let inner = match (bed.status, wanted) {
            (BedStatus::Available, _) => assign(cx, ask, &bed).await?,
            (_, Some(wanted)) => {
                html! { (available(ask, &bed)) (meanwhile::elsewhere(cx, ask, wanted).await?) }
            }
            _ => html! { (available(ask, &bed)) },
        };
        return Ok(Page::new(title, html! { (place) (inner) }));
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != patient) {
        let elsewhere = meanwhile::elsewhere(cx, ask, wanted).await?;
        return Ok(Page::new(title, html! { (place) (elsewhere) }));
    }
    cx.saw("Bed", bed.meta.id, Some(patient));
    let head = patients::head(cx, ask, patient).await?;
    let stay = stay(cx, ask, patient).await?;
    let transfer = transfer(cx, ask, &bed, patient).await?;
    let body = html! {
        (place)
        (stay)
        div.grid { (transfer) (discharge(ask, &bed, patient)) }
    };
    Ok(head.page(title, &body))
}

/// Since when and why somebody is here, as far as the reader may know.
async fn stay(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let open: Vec<Admission> = resource::rows(cx, 1, |query| {
        query
            .and_where(Admission::patient.eq(patient))
            .and_where(Admission::discharged_at.is_null());
    })
    .await?;
    let Some(open) = open.first() else {
        return Ok(html! {});
    };
    let day = cx.app.zone.to_local(open.admitted_at).date();
    let days = bed_days(day, cx.today());
    let mut facts = vec![
        (ask.t("wards-admitted"), ask.moment(open.admitted_at)),
        (ask.t("wards-day-of"), html! { (days) }),
    ];
    let reason = open.reason.open().to_string();
    if ask.may(crate::admission::CLINICAL_TEXT) && !reason.is_empty() {
        facts.push((ask.t("wards-reason"), html! { (reason) }));
    }
    Ok(html! { (ui::facts(&facts)) div.actions { (wristband(ask, open.meta.id)) } })
}

/// The way to the band around the wrist.
pub(super) fn wristband(ask: &Ask, admission: i64) -> Markup {
    ui::paper("wristband", admission, &ask.t("wards-print-wristband"), "")
}

/// Whom to put into a free bed.
async fn assign(cx: &mut Cx, ask: &Ask, bed: &Bed) -> Result<Markup, Error> {
    if !ask.may_do("beds_assign_patient") {
        return Ok(html! {});
    }
    let patient = match number(ask, "patient") {
        Some(id) => Some(cx.find::<Patient>(id).await?),
        None => None,
    };
    if let Some(patient) = &patient {
        cx.saw_record(patient);
    }
    let form = ask
        .form("beds_assign_patient")
        .on(bed.meta.id)
        .then(["/beds/", &bed.meta.id.to_string(), "/"].concat())
        .done("done-assigned");
    let field = form
        .field("patient_id")
        .label("wards-patient")
        .required(true);
    let field = match &patient {
        Some(patient) => field.value(patient.meta.id).picked(patient.full_name()),
        None => field.focus(),
    };
    Ok(form.show(html! {
        (field)
        (form.field("reason").label("wards-reason").kind(Kind::Text))
        (form.button("wards-assign"))
    }))
}

/// That the bed is clean.
fn available(ask: &Ask, bed: &Bed) -> Markup {
    if !ask.may_do("beds_make_available") {
        return html! {};
    }
    let form = ask
        .form("beds_make_available")
        .on(bed.meta.id)
        .done("done-available");
    form.show(html! { div.actions { (form.button("wards-make-available")) } })
}

/// The free beds, each with the name of its ward.
pub(super) async fn free(cx: &mut Cx, ask: &Ask) -> Result<Vec<(String, String)>, Error> {
    let free: Vec<Bed> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Bed::status.eq(BedStatus::Available.as_str()))
            .order_by(("bed", "ward"), Order::Asc)
            .order_by(("bed", "number"), Order::Asc);
    })
    .await?;
    let wards = free
        .iter()
        .filter_map(|bed| bed.ward)
        .map(|ward| ward.get());
    let wards = ward::names(cx, wards).await?;
    let choices = free.iter().map(|bed| {
        let ward = bed.ward.and_then(|ward| wards.get(&ward.get()));
        let words = match ward {
            Some(ward) => [ward, ", ", &named(ask, bed)].concat(),
            None => named(ask, bed),
        };
        (bed.meta.id.to_string(), words)
    });
    Ok(choices.collect())
}

/// Into which other bed.
async fn transfer(cx: &mut Cx, ask: &Ask, bed: &Bed, patient: i64) -> Result<Markup, Error> {
    if !ask.may_do("beds_transfer") {
        return Ok(html! {});
    }
    let choices = free(cx, ask).await?;
    let inner = if choices.is_empty() {
        html! { p.hint { (ask.t("wards-transfer-none")) } }
    } else {
        let form = ask
            .form("beds_transfer")
            .on(bed.meta.id)
            .version(bed.meta.version)
            .then("/beds/{bed}/")
            .done("done-transferred");
        form.show(html! {
            (form.hidden(meanwhile::WHOM, patient))
            (form.field("to_bed").label("wards-to-bed").kind(Kind::Choice(choices)).required(true))
            (form.button("wards-transfer"))
        })
    };
    Ok(ui::panel(&ask.t("wards-transfer-title"), inner))
}

/// Out of the hospital.
pub(super) fn discharge(ask: &Ask, bed: &Bed, patient: i64) -> Markup {
    if !ask.may_do("beds_discharge_patient") {
        return html! {};
    }
    let form = ask
        .form("beds_discharge_patient")
        .on(bed.meta.id)
        .version(bed.meta.version)
        .then("/beds/")
        .done("done-discharged");
    // Of a form for the bed before, what was typed is kept.
    let typed = ask.sent().and_then(|sent| sent.typed("discharge_summary"));
    let inner = form.show(html! {
        (form.hidden(meanwhile::WHOM, patient))
        (form.field("discharge_summary").label("wards-discharge-summary").kind(Kind::Area).value(typed.unwrap_or_default()))
        (form.button("wards-discharge"))
    });
    ui::panel(&ask.t("wards-discharge-title"), inner)
}
