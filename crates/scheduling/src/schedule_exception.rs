//! Days on which a doctor has other hours, or none.

use identity::user::User;
use jiff::civil::{Date, Time};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::Change;
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::texts::Text;

use crate::booking::check_doctor;
use crate::doctor_schedule::{self, in_order};

platform::record! {
    /// A day on which a doctor has other hours than every week, or none. Several on one day are several stretches of hours, unless one says closed. Appointments that were made before stay.
    pub struct ScheduleException in "schedule_exception" {
        client {
            /// Whose day: an active user with the role Doctor.
            doctor: Ref<User>,
            /// The day.
            date: Date,
            /// Not there at all; so it is when no hours are given.
            closed: bool = false,
            /// When the other hours begin.
            start: Option<Time>,
            /// When they end. An end before the start is on the next day; 00:00 is midnight at the end of the day.
            end: Option<Time>,
            /// Why.
            reason: Sealed<Blank<500>>,
        }
        server {}
        hidden {}
    }
}

impl Resource for ScheduleException {
    const PATH: &'static str = "schedule-exceptions";
    const FILTERS: &'static [Column<Self>] = &[
        ScheduleException::doctor,
        ScheduleException::date,
        ScheduleException::closed,
    ];
    const ORDERING: &'static [Column<Self>] = &[ScheduleException::date];
    type Extra = ();

    fn access() -> Access {
        doctor_schedule::access()
    }

    fn scope(grant: &Grant) -> Scope {
        doctor_schedule::scope("schedule_exception", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let body = change.body;
        let row = &mut *change.row;
        // Who closes a day need not take its hours away first, and who gives hours opens it.
        if row.closed && body.0.contains_key("closed") {
            (row.start, row.end) = (None, None);
        }
        match (row.start, row.end) {
            (None, None) => row.closed = true,
            (Some(start), Some(end)) if in_order(start, end) => row.closed = false,
            (Some(_), Some(_)) => {
                return Err(Error::field("end", Text::new("scheduling-empty-hours")));
            }
            (Some(_), None) => return Err(Error::field("end", Text::new("required"))),
            (None, Some(_)) => return Err(Error::field("start", Text::new("required"))),
        }
        if before.is_none_or(|before| before.doctor != row.doctor) {
            check_doctor(cx, row.doctor.get()).await?;
        }
        Ok(())
    }
}
