//! A session follows its appointment.
//!
//! Events only say that something happened: what becomes of the session follows from the appointment as it is now, so
//! they may come late, twice or in another order.

use contracts::CallChange;
use jiff::Timestamp;
use platform::cx::{Cx, column, select};
use platform::db::Dialect;
use platform::error::Error;
use platform::field::Line;
use platform::record::Record;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::{ExprTrait, LockType};
use uuid::Uuid;

use crate::session::{self, TelemedicineSession};

/// Makes the session of an appointment, if it has one, what it should be.
pub(crate) async fn follow(cx: &mut Cx, appointment: i64) -> Result<(), Error> {
    // The appointment first, as whoever arranges a session does.
    let stands = session::appointment(cx, appointment).await?;
    let Some(before) = of(cx, appointment).await? else {
        return Ok(());
    };
    let mut row = before.clone();
    let Some(change) = step(&mut row, stands.as_ref(), cx.now()) else {
        return Ok(());
    };
    cx.update(&mut row, &before).await?;
    // Who is in the room that it had learns that it is another now.
    before.tell(cx);
    if before.is_active || row.is_active {
        row.emit(cx, change)?;
    }
    Ok(())
}

/// An appointment's session, locked.
async fn of(cx: &mut Cx, appointment: i64) -> Result<Option<TelemedicineSession>, Error> {
    let mut query = select::<TelemedicineSession>();
    query
        .and_where(TelemedicineSession::appointment.eq(appointment))
        .and_where(column(TelemedicineSession::TABLE, "voided_at").is_null());
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped("a session follows its appointment, whoever changed it")
        .record(query)
        .await
}

/// What becomes of a session, given its appointment as it is now (`None` when it was removed).
fn step(
    row: &mut TelemedicineSession,
    appointment: Option<&Appointment>,
    now: Timestamp,
) -> Option<CallChange> {
    let Some(appointment) = appointment.filter(|it| it.status.occupies()) else {
        return end(row, now, true).then_some(CallChange::Cancelled);
    };
    if appointment.status == AppointmentStatus::Completed {
        return end(row, now, false).then_some(CallChange::Ended);
    }
    let mut changed = false;
    if row.patient != appointment.patient {
        // The links of whoever was to come before lead nowhere any more.
        row.patient = appointment.patient;
        row.room = Line::cut(&Uuid::new_v4().to_string());
        changed = true;
    }
    if row.doctor != appointment.doctor {
        row.doctor = appointment.doctor;
        changed = true;
    }
    if row.appointment_start != appointment.starts_at {
        let length = row
            .scheduled_end
            .map(|end| end.duration_since(row.scheduled_start));
        row.appointment_start = appointment.starts_at;
        row.scheduled_start = appointment.starts_at;
        row.scheduled_end = length.and_then(|length| row.scheduled_start.checked_add(length).ok());
        changed = true;
    }
    // Another time, doctor or patient is another call; one that was called off takes place after all.
    if !row.is_active && (changed || row.called_off) {
        row.is_active = true;
        row.ended_at = None;
        row.called_off = false;
        changed = true;
    }
    changed.then_some(CallChange::Moved)
}

/// Ends a session; whether it was not ended before.
fn end(row: &mut TelemedicineSession, now: Timestamp, called_off: bool) -> bool {
    if !row.is_active {
        return false;
    }
    row.is_active = false;
    row.ended_at = Some(now);
    row.called_off = called_off;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::record::Body;
    use serde_json::{Value as Json, json};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn record<R: Record>(body: &Json) -> R {
        R::create(&Body(body.as_object().unwrap().clone())).unwrap()
    }

    fn appointment(patient: i64, doctor: i64, starts_at: &str, status: &str) -> Appointment {
        let mut row: Appointment = record(&json!({
            "patient": patient, "doctor": doctor, "date": "2027-05-27", "time": "10:00", "status": status,
        }));
        row.starts_at = at(starts_at);
        row
    }

    fn session(state: &str) -> TelemedicineSession {
        let mut row: TelemedicineSession = record(&json!({
            "appointment": 1, "scheduled_start": "2027-05-27T10:05:00Z", "scheduled_end": "2027-05-27T10:30:00Z",
        }));
        row.patient = platform::field::Ref::new(1);
        row.doctor = platform::field::Ref::new(2);
        row.appointment_start = at(TEN);
        if state != "active" {
            end(&mut row, at(TEN), state == "called off");
        }
        row
    }

    const TEN: &str = "2027-05-27T10:00:00Z";
    const ELEVEN: &str = "2027-05-28T11:00:00Z";

    #[test]
    fn the_session_is_what_the_appointment_makes_of_it() {
        use CallChange::{Cancelled, Ended, Moved};
        let of = appointment;
        let cases = [
            ("active", Some(of(1, 2, TEN, "scheduled")), None, true),
            ("active", Some(of(1, 2, TEN, "in_progress")), None, true),
            (
                "active",
                Some(of(1, 2, ELEVEN, "scheduled")),
                Some(Moved),
                true,
            ),
            (
                "active",
                Some(of(1, 3, TEN, "scheduled")),
                Some(Moved),
                true,
            ),
            (
                "active",
                Some(of(4, 2, TEN, "scheduled")),
                Some(Moved),
                true,
            ),
            (
                "active",
                Some(of(1, 2, TEN, "cancelled")),
                Some(Cancelled),
                false,
            ),
            (
                "active",
                Some(of(1, 2, TEN, "no_show")),
                Some(Cancelled),
                false,
            ),
            ("active", None, Some(Cancelled), false),
            (
                "active",
                Some(of(1, 2, TEN, "completed")),
                Some(Ended),
                false,
            ),
            // Ended by somebody: it stays so, unless it is to be held again.
            ("ended", Some(of(1, 2, TEN, "scheduled")), None, false),
            ("ended", Some(of(1, 2, TEN, "completed")), None, false),
            ("ended", None, None, false),
            (
                "ended",
                Some(of(1, 2, ELEVEN, "scheduled")),
                Some(Moved),
                true,
            ),
            // Called off with its appointment, which stands again.
            (
                "called off",
                Some(of(1, 2, TEN, "scheduled")),
                Some(Moved),
                true,
            ),
            ("called off", Some(of(1, 2, TEN, "cancelled")), None, false),
            (
                "called off",
                Some(of(1, 2, ELEVEN, "cancelled")),
                None,
                false,
            ),
        ];
        for (state, appointment, change, active) in cases {
            let shown = format!("{state} {appointment:?}");
            let mut row = session(state);
            assert_eq!(
                step(&mut row, appointment.as_ref(), at(TEN)),
                change,
                "{shown}"
            );
            assert_eq!(row.is_active, active, "{shown}");
            assert_eq!(row.is_active, row.ended_at.is_none(), "{shown}");
            // Heard again, it changes nothing more.
            assert_eq!(
                step(&mut row, appointment.as_ref(), at(TEN)),
                None,
                "{shown}"
            );
        }
    }

    #[test]
    fn a_call_that_moves_keeps_its_length_and_its_room() {
        let mut row = session("active");
        let room = row.room.to_string();
        step(
            &mut row,
            Some(&appointment(1, 2, ELEVEN, "scheduled")),
            at(TEN),
        );
        assert_eq!(row.scheduled_start, at(ELEVEN));
        assert_eq!(row.scheduled_end, Some(at("2027-05-28T11:25:00Z")));
        assert_eq!(row.room.to_string(), room);
        step(
            &mut row,
            Some(&appointment(4, 2, ELEVEN, "scheduled")),
            at(TEN),
        );
        assert_ne!(row.room.to_string(), room);
    }
}
