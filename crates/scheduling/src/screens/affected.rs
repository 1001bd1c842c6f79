//! Whom to call because their doctor is away: on the page of the day that was closed, and at the desk.

use std::collections::HashMap;

use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{ExprTrait, Order};
use web::Ask;
use web::ui;

use super::parts::clock;
use crate::affected;
use crate::appointment::Appointment;
use crate::schedule_exception::ScheduleException;
use crate::state::AppointmentStatus;

/// Appointments that the page of a day names.
const MOST: u64 = 100;
/// Appointments that the desk is shown; the rest is behind a link.
const DESK: u64 = 10;
/// All of them, as a list.
const ALL: &str = "/admin/appointments/?affected=true&ordering=starts_at";

/// Those whom one changed day touches.
pub(super) async fn of_day(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let row: ScheduleException = cx.find(id).await?;
    let touched = affected::of(cx, std::slice::from_ref(&row)).await?;
    let ids: Vec<i64> = touched.into_iter().flat_map(|one| one.affected).collect();
    if ids.is_empty() || !ask.may(Appointment::READ) {
        return Ok(None);
    }
    let dialect = cx.dialect();
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(among(dialect, Appointment::id, &ids))
            .order_by(("appointment", "starts_at"), Order::Asc);
    })
    .await?;
    let inner = list(cx, ask, &rows).await?;
    Ok(Some(ui::panel(&ask.t("scheduling-to-call"), inner)))
}

/// The next ones of all doctors; nothing where nobody has to be called.
pub(super) async fn desk(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    let now = cx.now();
    let rows: Vec<Appointment> = resource::rows(cx, DESK + 1, |query| {
        let open = [
            AppointmentStatus::Scheduled,
            AppointmentStatus::Pending,
            AppointmentStatus::CheckedIn,
        ];
        query
            .cond_where(affected::condition())
            .and_where(Appointment::starts_at.gte(now.to_value()))
            .and_where(Appointment::status.is_in(open.map(AppointmentStatus::as_str)))
            .order_by(("appointment", "starts_at"), Order::Asc)
            .order_by(("appointment", "id"), Order::Asc);
    })
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let more = rows.len() as u64 > DESK;
    let shown = rows.len().min(usize::try_from(DESK).unwrap_or(usize::MAX));
    let inner = list(cx, ask, &rows[..shown]).await?;
    let inner = html! {
        (inner)
        @if more { p { (ui::action(ALL, &ask.t("scheduling-to-call-all"))) } }
    };
    Ok(Some(ui::panel(&ask.t("scheduling-to-call"), inner)))
}

/// When, who, with whom, and by which number they are reached, for those who may read the patient.
async fn list(cx: &mut Cx, ask: &Ask, rows: &[Appointment]) -> Result<Markup, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.patient.get()).collect();
    let dialect = cx.dialect();
    let patients: Vec<Patient> = match ask.may(Patient::READ) && !ids.is_empty() {
        true => {
            resource::rows(cx, ids.len() as u64, |query| {
                query.and_where(among(dialect, Patient::id, &ids));
            })
            .await?
        }
        false => Vec::new(),
    };
    let patients: HashMap<i64, &Patient> = patients.iter().map(|row| (row.meta.id, row)).collect();
    let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
    Ok(html! {
        ul.entries { @for row in rows { li data-row {
            span {
                a href={ "/appointments/" (row.meta.id) "/" } {
                    (ui::day_words(ask, cx.app.zone.to_local(row.starts_at).date())) " " b { (clock(ask, row.starts_at)) }
                }
                @if let Some(patient) = patients.get(&row.patient.get()) {
                    " · " a href={ "/patients/" (row.patient.get()) "/" } { (patient.full_name()) }
                    @if !patient.contact_info.open().is_empty() { " · " span.whole { (&**patient.contact_info.open()) } }
                }
                @if let Some(doctor) = doctors.get(&row.doctor.get()) { " · " (doctor) }
            }
        } } }
    })
}
