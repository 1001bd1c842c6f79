//! The session: an appointment that takes place by video.

use contracts::{CallChange, VideoCallChanged};
use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Receptionist};
use kernel::{Code, Reach};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select};
use platform::db::Dialect;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource, Said};
use platform::texts::Text;
use scheduling::{Appointment, AppointmentStatus};
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait, LockType};
use serde::Serialize;
use uuid::Uuid;

use crate::join_info::{self, JoinInfo};
use crate::meeting::topic;

platform::record! {
    /// A video call for an appointment, between its doctor and its patient. It moves, is called off and ends with the appointment.
    pub struct TelemedicineSession in "telemedicine_session" for patient {
        client {
            /// The appointment that takes place by video; it cannot be changed later, and has one session at most.
            appointment: Ref<Appointment>,
            /// When the call is to begin. When the appointment is given another time, this becomes the appointment's.
            scheduled_start: Timestamp,
            /// When the call is to end, after `scheduled_start`; null when nobody said.
            scheduled_end: Option<Timestamp>,
        }
        server {
            /// The appointment's patient.
            patient: Ref<Patient> = Ref::new(0),
            /// The appointment's doctor.
            doctor: Ref<User> = Ref::new(0),
            /// Whether the two can join. False once the call was ended, or its appointment was completed or will not take place.
            is_active: bool = true,
            /// When it was ended; null while it is active.
            ended_at: Option<Timestamp> = None,
        }
        hidden {
            /// The room: random, and of no use to anybody but the participants.
            room: Line<36> = Line::cut(&Uuid::new_v4().to_string()),
            /// When the appointment began as the session last followed it.
            appointment_start: Timestamp = Timestamp::UNIX_EPOCH,
            /// It ended because of its appointment, and stands again when the appointment does.
            called_off: bool = false,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TelemedicineSessionExtra {
    /// Links and room, as `join_info/` answers them; links are null once the session ended.
    #[serde(flatten)]
    pub join: JoinInfo,
}

impl TelemedicineSession {
    /// Tells those who have the call open to look again.
    pub(crate) fn tell(&self, cx: &mut Cx) {
        cx.tell(topic(&self.room), crate::meeting::LOOK);
    }

    /// Tells other modules what became of it.
    pub(crate) fn emit(&self, cx: &mut Cx, change: CallChange) -> Result<(), Error> {
        cx.emit(&VideoCallChanged {
            telemedicine_session: self.meta.id,
            appointment: self.appointment.get(),
            patient: self.patient.get(),
            change,
            starts_at: self.scheduled_start,
        })
    }
}

/// The refusal of whoever comes to a session that is over.
pub(crate) fn over() -> Error {
    Error::refuse(Code::StateConflict, Text::new("telemedicine-ended"))
}

impl Resource for TelemedicineSession {
    const PATH: &'static str = "telemedicine/sessions";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        TelemedicineSession::appointment,
        TelemedicineSession::patient,
        TelemedicineSession::doctor,
        TelemedicineSession::is_active,
        TelemedicineSession::scheduled_start,
    ];
    const ORDERING: &'static [Column<Self>] = &[TelemedicineSession::scheduled_start];
    // An appointment can be removed; its session ends then.
    const FOLLOWS: &'static [Column<Self>] = &[TelemedicineSession::appointment];
    const LIST: &'static [Column<Self>] = &[
        TelemedicineSession::appointment,
        TelemedicineSession::patient,
        TelemedicineSession::doctor,
        TelemedicineSession::scheduled_start,
        TelemedicineSession::is_active,
    ];
    type Extra = TelemedicineSessionExtra;

    fn access() -> Access {
        Access::nobody()
            .role(Admin, "crud")
            .reach(Doctor, "crud", Reach::Own)
            .role(Receptionist, "cr")
            .roles(&[Nurse, PatientRole], "r")
    }

    /// A doctor's own are those that they hold, a patient's own are theirs.
    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.scheduled_start)]
    }

    fn scope(grant: &Grant) -> Scope {
        match (grant.reach, reach("telemedicine_session", "patient", grant)) {
            (Reach::Own, Scope::Where(own)) => Scope::Where(
                Condition::any()
                    .add(own)
                    .add(TelemedicineSession::doctor.eq(grant.user)),
            ),
            (_, scope) => scope,
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        match change.before {
            None => arrange(cx, row).await?,
            Some(before) if !before.is_active => return Err(over()),
            Some(before) if before.appointment != row.appointment => {
                let text = Text::new("telemedicine-appointment-fixed");
                return Err(Error::field("appointment", text));
            }
            Some(_) => {}
        }
        if row
            .scheduled_end
            .is_some_and(|end| end <= row.scheduled_start)
        {
            let text = Text::new("telemedicine-end-before-start");
            return Err(Error::field("scheduled_end", text));
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        match change.before {
            None => row.emit(cx, CallChange::Arranged),
            Some(before) if before.scheduled_start != row.scheduled_start => {
                row.tell(cx);
                row.emit(cx, CallChange::Moved)
            }
            Some(_) => Ok(()),
        }
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        row.tell(cx);
        if row.is_active {
            row.emit(cx, CallChange::Cancelled)?;
        }
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<TelemedicineSessionExtra>, Error> {
        let infos = join_info::of(cx, rows).await?;
        let extras = infos
            .into_iter()
            .map(|join| TelemedicineSessionExtra { join });
        Ok(extras.collect())
    }

    async fn changeable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.is_active)
    }
}

/// A new session is of the appointment's patient and doctor, and only of an appointment that is still to take place.
async fn arrange(cx: &mut Cx, row: &mut TelemedicineSession) -> Result<(), Error> {
    // Locked, so that it is not called off before the session is there to hear of it.
    let appointment = appointment(cx, row.appointment.get()).await?;
    let appointment = appointment.ok_or_else(Error::not_found)?;
    let status = appointment.status;
    if !status.occupies() || status == AppointmentStatus::Completed {
        let text = Text::new("telemedicine-appointment-state").with("state", status.as_str());
        return Err(Error::refuse(Code::StateConflict, text).with("status", status.as_str()));
    }
    row.patient = appointment.patient;
    row.doctor = appointment.doctor;
    row.appointment_start = appointment.starts_at;
    Ok(())
}

/// An appointment that was not removed, locked.
pub(crate) async fn appointment(cx: &mut Cx, id: i64) -> Result<Option<Appointment>, Error> {
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::id.eq(id))
        .and_where(column(Appointment::TABLE, "voided_at").is_null());
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped("a session follows its appointment, whoever changed it")
        .record(query)
        .await
}
