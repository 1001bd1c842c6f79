//! `GET telemedicine/sessions/{id}/join_info/`: each participant's own link.

use std::collections::HashSet;

use kernel::Reach;
use platform::access::Right;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use platform::resource::Resource;
use platform::route::Route;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::link::{self, Holder};
use crate::participant::Role;
use crate::session::{self, TelemedicineSession};

/// What it takes to join. A participant sees only their own link, the other is null. Who arranges calls for others sees
/// both: the patient's, to hand to a patient without an account, and the doctor's, which asks the doctor to come from
/// their own account.
#[derive(Debug, Default, Clone, Serialize, JsonSchema)]
pub struct JoinInfo {
    /// The doctor's link, for one hour; null for everybody else.
    pub join_url_doctor: Option<String>,
    /// The patient's link, for one hour; null for everybody else.
    pub join_url_patient: Option<String>,
    /// The room, as in `/ws/telemedicine/<room>/`. Knowing it lets nobody in.
    pub video_room_id: String,
}

pub(crate) fn route() -> Operation {
    Route::get(
        TelemedicineSession::PATH,
        "telemedicine/sessions/{id}/join_info/",
        |cx, call| Box::pin(join_info(cx, call)),
    )
    .with::<TelemedicineSession>(Right::Read, Without::Nothing)
    .patient_data()
    .conflicts()
    .answers::<JoinInfo>(200)
    .summary("The links by which a video call is joined")
    .description(
        "A participant sees only their own link; it works for one hour and while their session lasts, so ask for another \
         right before the call. 409 `state_conflict` once the call was ended or its appointment will not take place; when \
         the appointment was given another time, the links work again.",
    )
    .done()
}

async fn join_info(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: TelemedicineSession = cx.load(call.id()?).await?;
    cx.saw_record(&row);
    if !row.is_active {
        return Err(session::over());
    }
    let info = of(cx, std::slice::from_ref(&row)).await?.pop();
    Reply::ok(&info.unwrap_or_default())
}

/// What the caller needs to join these sessions.
pub(crate) async fn of(cx: &mut Cx, rows: &[TelemedicineSession]) -> Result<Vec<JoinInfo>, Error> {
    let caller = Caller::of(cx).await?;
    rows.iter().map(|row| caller.info(cx, row)).collect()
}

/// Who asks, as far as links are concerned.
struct Caller {
    user: Option<i64>,
    /// Their sign-in; none for keys, and for delegates, who do not sit in another's place in a call.
    sign_in: Option<Uuid>,
    /// The records of patients who they are.
    own: HashSet<i64>,
    /// Arranges calls for others.
    arranges: bool,
}

impl Caller {
    async fn of(cx: &mut Cx) -> Result<Caller, Error> {
        let actor = cx.actor.clone();
        let signed_in = actor.user().filter(|user| user.acting.is_none());
        let user = actor.user_id();
        let own: Vec<(i64,)> = match user {
            None => Vec::new(),
            Some(user) => {
                let sql = r#"SELECT id FROM patient WHERE "user" = $1 AND voided_at IS NULL"#;
                cx.unscoped("whether the caller is a patient")
                    .few(Statement::raw(sql, vec![user.to_value()]))
                    .await?
            }
        };
        Ok(Caller {
            user,
            sign_in: signed_in.and_then(|user| user.session),
            own: own.into_iter().map(|(id,)| id).collect(),
            arranges: cx.grant_of(TelemedicineSession::CREATE).reach == Reach::All,
        })
    }

    /// The part that the caller has in a session.
    fn role(&self, row: &TelemedicineSession) -> Option<Role> {
        if self.user == Some(row.doctor.get()) {
            Some(Role::Doctor)
        } else if self.own.contains(&row.patient.get()) {
            Some(Role::Patient)
        } else {
            None
        }
    }

    fn info(&self, cx: &Cx, row: &TelemedicineSession) -> Result<JoinInfo, Error> {
        let mut info = JoinInfo {
            video_room_id: row.room.to_string(),
            ..JoinInfo::default()
        };
        if !row.is_active {
            return Ok(info);
        }
        let link = |role, holder| link::url(&cx.app, row, role, holder, cx.now());
        match (self.role(row), self.user.zip(self.sign_in)) {
            (Some(Role::Doctor), Some(own)) => {
                info.join_url_doctor = link(Role::Doctor, Holder::SignedIn(own))?;
            }
            (Some(Role::Patient), Some(own)) => {
                info.join_url_patient = link(Role::Patient, Holder::SignedIn(own))?;
            }
            (None, _) if self.arranges => {
                info.join_url_doctor = link(Role::Doctor, Holder::Anybody)?;
                info.join_url_patient = link(Role::Patient, Holder::Anybody)?;
            }
            _ => {}
        }
        Ok(info)
    }
}
