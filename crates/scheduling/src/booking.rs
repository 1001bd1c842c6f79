//! Whether an appointment may be where it is put.
//!
//! The database refuses overlaps by itself, whoever writes and however many at once. What is looked up
//! here before is for people: who or what is in the way, and when.

use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Reach};
use platform::access::Permission;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::serde_json::json;
use platform::texts::Text;

use crate::appointment::{Appointment, moved, not_from};
use crate::migrations::occupies;
use crate::slot::{Span, hours_and_minutes};
use crate::state::AppointmentStatus;
use crate::{death, hours, offer};

/// Books over a doctor's other appointments.
pub(crate) const OVERBOOK: Permission = Permission::new("appointments", "overbook");

/// An appointment before and after it is written; without a before it is new.
pub(crate) struct BookingChange<'a> {
    pub(crate) before: Option<&'a Appointment>,
    pub(crate) row: &'a Appointment,
}

impl BookingChange<'_> {
    /// What it was differs in something.
    pub(crate) fn differs(&self, differ: impl Fn(&Appointment, &Appointment) -> bool) -> bool {
        self.before.is_none_or(|before| differ(before, self.row))
    }

    /// It takes up time that it did not take up before.
    pub(crate) fn takes_time(&self) -> bool {
        self.row.status.occupies()
            && self.differs(|before, row| {
                !before.status.occupies()
                    || before.span() != row.span()
                    || before.doctor != row.doctor
                    || before.patient != row.patient
                    || before.overbooked != row.overbooked
            })
    }
}

/// Refuses a change that breaks a rule.
///
/// # Errors
/// 400 by field, 403 for overbooking without the permission, 409 when the state does not allow it or the
/// time is taken.
pub(crate) async fn check(
    cx: &mut Cx,
    row: &Appointment,
    before: Option<&Appointment>,
) -> Result<(), Error> {
    if let Some(before) = before {
        check_movable(before, row)?;
    }
    let change = BookingChange { before, row };
    if change.differs(|before, row| before.patient != row.patient) {
        patients::check_there(cx, row.patient.get()).await?;
    }
    if change.differs(|before, row| before.doctor != row.doctor) {
        check_doctor(cx, row.doctor.get()).await?;
    }
    if !change.takes_time() {
        return Ok(());
    }
    if change.differs(|before, row| before.span() != row.span())
        && row.status.is_open()
        && row.ends_at <= cx.now()
        && !row.noted_afterwards
    {
        return Err(Error::field(
            "noted_afterwards",
            Text::new("scheduling-past"),
        ));
    }
    if row.status.is_open() && death::is_dead(cx, row.patient.get()).await? {
        let text = Text::new("scheduling-patient-deceased");
        return Err(Error::refuse(Code::PatientDeceased, text));
    }
    if row.overbooked && cx.grant_of(OVERBOOK).reach == Reach::None {
        return Err(Error::denied().with("permission", OVERBOOK.to_string()));
    }
    cx.take_turn(&[("doctor", row.doctor.get()), ("patient", row.patient.get())])
        .await?;
    if let Some((by, taken)) = patient_taken(cx, row).await? {
        cx.saw(Appointment::NAME, by, Some(row.patient.get()));
        return Err(refusal(cx, "patient", taken, None));
    }
    if !row.overbooked && change.differs(takes_other_time) {
        check_hours(cx, row).await?;
    }
    if !row.overbooked && change.differs(takes_other_time) {
        offer::check_free(cx, row).await?;
    }
    if !row.overbooked
        && let Some((_, taken)) = doctor_taken(cx, row).await?
    {
        let doctor = row.doctor.get();
        let names = identity::names(cx, [doctor]).await?;
        return Err(refusal(cx, "doctor", taken, names.get(&doctor)).with("doctor", doctor));
    }
    Ok(())
}

/// Outcomes are not recorded before their time: a visit of another day has not taken place, and nobody has
/// failed to come who is still expected.
///
/// # Errors
/// 409 `too_early`, with the moment from which on it can be recorded.
pub(crate) fn check_moment(cx: &Cx, row: &Appointment) -> Result<(), Error> {
    let zone = &cx.app.zone;
    let (text, from) = match row.status {
        AppointmentStatus::CheckedIn
        | AppointmentStatus::InProgress
        | AppointmentStatus::Completed
            if row.date > zone.to_local(cx.now()).date() =>
        {
            let midnight = zone.day_bounds(row.date).map_err(Error::internal)?.0;
            (Text::new("scheduling-before-its-day"), midnight)
        }
        // Whoever has come may leave again whenever they like.
        AppointmentStatus::NoShow
            if row.starts_at > cx.now() && row.checked_in_at.or(row.started_at).is_none() =>
        {
            (Text::new("scheduling-before-it-began"), row.starts_at)
        }
        _ => return Ok(()),
    };
    let text = text
        .with("date", row.date)
        .with("time", hours_and_minutes(row.time));
    Err(Error::refuse(Code::TooEarly, text).with("not_before", from.to_string()))
}

/// Who and when is settled once the patient has come; only how long it takes may still change until it is
/// over. An appointment that is made again may be made for another time.
fn check_movable(before: &Appointment, row: &Appointment) -> Result<(), Error> {
    let elsewhere = before.patient != row.patient
        || before.doctor != row.doctor
        || before.date != row.date
        || before.time != row.time
        || before.overbooked != row.overbooked;
    let open = before.status.is_open() || row.status.is_open();
    let under_way = matches!(
        before.status,
        AppointmentStatus::CheckedIn | AppointmentStatus::InProgress
    );
    if (elsewhere && !open) || (moved(before, row) && !open && !under_way) {
        return Err(not_from(before.status));
    }
    Ok(())
}

/// Another time of the doctor's than before.
fn takes_other_time(before: &Appointment, row: &Appointment) -> bool {
    before.span() != row.span()
        || before.doctor != row.doctor
        || before.overbooked
        || !before.status.occupies()
}

/// A doctor whose hours are written down is booked within them.
async fn check_hours(cx: &mut Cx, row: &Appointment) -> Result<(), Error> {
    let doctor = row.doctor.get();
    let Some(open) = hours::around(cx, doctor, row.date).await? else {
        return Ok(());
    };
    if hours::within(&open.all, &row.span()) {
        return Ok(());
    }
    let local = |at| hours_and_minutes(cx.app.zone.to_local(at).time());
    let shown: Vec<String> = open
        .day
        .iter()
        .map(|hours| format!("{}–{}", local(hours.span.from), local(hours.span.to)))
        .collect();
    let name = identity::names(cx, [doctor]).await?.remove(&doctor);
    let text = if shown.is_empty() {
        Text::new("scheduling-not-there")
    } else {
        Text::new("scheduling-outside-hours").with("hours", shown.join(", "))
    };
    let text = text
        .with("doctor", name.unwrap_or_default())
        .with("date", row.date);
    Err(Error::refuse(Code::OutsideSchedule, text)
        .with("doctor", doctor)
        .with("hours", shown))
}

/// Only doctors who work here have appointments, and administrators who wrote down hours of their own: in a small
/// house one person is both.
pub(crate) async fn check_doctor(cx: &mut Cx, doctor: i64) -> Result<(), Error> {
    check_role(cx, doctor, false).await
}

/// Who may have hours: doctors who work here, and administrators.
pub(crate) async fn check_may_have_hours(cx: &mut Cx, doctor: i64) -> Result<(), Error> {
    check_role(cx, doctor, true).await
}

async fn check_role(cx: &mut Cx, doctor: i64, for_hours: bool) -> Result<(), Error> {
    let statement = Statement::raw(
        "SELECT is_active, role, EXISTS (SELECT 1 FROM doctor_schedule WHERE doctor = app_user.id) \
         FROM app_user WHERE id = $1",
        values([&doctor]),
    );
    let found: Option<(bool, Option<i64>, bool)> = cx
        .unscoped("who is a doctor here is no secret")
        .optional(statement)
        .await?;
    let sees_patients = |role: i64, has_hours: bool| {
        role == BuiltinRole::Doctor.id()
            || (role == BuiltinRole::Admin.id() && (for_hours || has_hours))
    };
    match found {
        Some((active, Some(role), has_hours)) if sees_patients(role, has_hours) => {
            if active {
                return Ok(());
            }
            let text = Text::new("scheduling-doctor-inactive");
            Err(Error::field("doctor", text))
        }
        _ => Err(Error::field("doctor", Text::new("scheduling-not-a-doctor"))),
    }
}

/// Which appointment the doctor has at that time. Appointments that count are disjoint, so only the last that begins
/// before the end can be in the way: one row of the index, however many there are.
async fn doctor_taken(cx: &mut Cx, row: &Appointment) -> Result<Option<(i64, Span)>, Error> {
    const SQL: &str = concat!(
        "SELECT id, starts_at, ends_at FROM (\
         SELECT id, starts_at, ends_at FROM appointment \
         WHERE doctor = $1 AND starts_at < $3 AND id <> $4 AND NOT overbooked AND ",
        occupies!(),
        " ORDER BY starts_at DESC LIMIT 1) AS last WHERE ends_at > $2"
    );
    taken(cx, SQL, row.doctor.get(), row).await
}

/// Which appointment the patient has at that time.
async fn patient_taken(cx: &mut Cx, row: &Appointment) -> Result<Option<(i64, Span)>, Error> {
    const SQL: &str = concat!(
        "SELECT id, starts_at, ends_at FROM (\
         SELECT id, starts_at, ends_at FROM appointment \
         WHERE patient = $1 AND starts_at < $3 AND id <> $4 AND ",
        occupies!(),
        " ORDER BY starts_at DESC LIMIT 1) AS last WHERE ends_at > $2"
    );
    taken(cx, SQL, row.patient.get(), row).await
}

async fn taken(
    cx: &mut Cx,
    sql: &'static str,
    whose: i64,
    row: &Appointment,
) -> Result<Option<(i64, Span)>, Error> {
    let bound = values([&whose, &row.starts_at, &row.ends_at, &row.meta().id]);
    let found: Option<(i64, Timestamp, Timestamp)> = cx
        .unscoped("time is taken whoever may see by whom")
        .optional(Statement::raw(sql, bound))
        .await?;
    Ok(found.map(|(by, from, to)| (by, Span { from, to })))
}

/// Says who is taken and when, and nothing of what for or with whom.
fn refusal(cx: &Cx, who: &str, taken: Span, doctor: Option<&String>) -> Error {
    let (from, to) = (
        cx.app.zone.to_local(taken.from),
        cx.app.zone.to_local(taken.to),
    );
    let text = match doctor {
        Some(name) => Text::new("scheduling-doctor-taken").with("doctor", name),
        None => Text::new("scheduling-patient-taken"),
    };
    let text = text
        .with("date", from.date())
        .with("from", hours_and_minutes(from.time()))
        .with("to", hours_and_minutes(to.time()));
    Error::refuse(Code::AppointmentOverlap, text)
        .with("conflict", who)
        .with(
            "taken",
            json!({ "starts_at": taken.from.to_string(), "ends_at": taken.to.to_string() }),
        )
}
