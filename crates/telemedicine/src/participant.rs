//! The two who meet, and whether somebody is one of them.

use kernel::Reach;
use platform::app::App;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::resource::Resource;
use platform::socket::Guest;
use scheduling::AppointmentStatus;
use serde::{Deserialize, Serialize};

use crate::link;
use crate::session::{self, TelemedicineSession};

/// The part that somebody has in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The appointment's doctor.
    Doctor,
    /// The appointment's patient.
    Patient,
}

impl Role {
    /// As in addresses and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Doctor => "doctor",
            Role::Patient => "patient",
        }
    }
}

/// A call as it is now.
pub(crate) struct Call {
    pub(crate) session: i64,
    pub(crate) patient: i64,
    pub(crate) scheduled_start: jiff::Timestamp,
    /// Can be joined.
    pub(crate) is_open: bool,
    doctor: i64,
    /// The patient's account.
    account: Option<i64>,
}

impl Call {
    /// The call in a room; none when there is no such room.
    ///
    /// Who takes part is read from the appointment itself: what became of it a moment ago counts at once, also
    /// before the session has followed.
    pub(crate) async fn find(app: &App, room: &str) -> Result<Option<Call>, Error> {
        type Row = (
            i64,
            i64,
            jiff::Timestamp,
            bool,
            i64,
            i64,
            String,
            Option<i64>,
        );
        let sql = "SELECT s.id, s.patient, s.scheduled_start, s.is_active, a.patient, a.doctor, a.status, p.\"user\" \
             FROM telemedicine_session s JOIN appointment a ON a.id = s.appointment JOIN patient p ON p.id = s.patient \
             WHERE s.room = $1 AND s.voided_at IS NULL AND a.voided_at IS NULL";
        let found: Option<Row> = app
            .unguarded("who may join a call is decided by what this answers")
            .optional(Statement::raw(sql, vec![room.to_value()]))
            .await?;
        Ok(found.map(
            |(session, patient, scheduled_start, is_active, whose, doctor, status, account)| {
                let gone = [
                    AppointmentStatus::Cancelled,
                    AppointmentStatus::NoShow,
                    AppointmentStatus::Completed,
                ];
                Call {
                    session,
                    patient,
                    scheduled_start,
                    is_open: is_active
                        && patient == whose
                        && !gone.iter().any(|it| it.as_str() == status),
                    doctor,
                    account,
                }
            },
        ))
    }

    /// The part that a user has in it.
    pub(crate) fn role_of(&self, user: i64) -> Option<Role> {
        if user == self.doctor {
            Some(Role::Doctor)
        } else if self.account == Some(user) {
            Some(Role::Patient)
        } else {
            None
        }
    }

    /// The call that a guest asks for, and the part they have in it.
    ///
    /// # Errors
    /// 403 for whoever has none, whether there is such a room or not; 409 once it is over.
    pub(crate) async fn of(guest: &Guest) -> Result<(Call, Role), Error> {
        let room = guest.param("room");
        let call = Call::find(&guest.app, room)
            .await?
            .ok_or_else(Error::denied)?;
        let role = match guest.letter() {
            // Who wrote themselves in with a link was looked at by `live::letter`.
            Some(letter) => {
                let claims = link::open(&guest.app, letter)?;
                (claims.room == room && claims.fits(&call)).then_some(claims.role)
            }
            None => guest
                .actor()
                .user_id()
                .filter(|_| guest.reach(TelemedicineSession::READ) != Reach::None)
                .and_then(|user| call.role_of(user)),
        };
        let role = role.ok_or_else(Error::denied)?;
        if call.is_open {
            Ok((call, role))
        } else {
            Err(session::over())
        }
    }
}
