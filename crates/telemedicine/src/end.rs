//! `POST telemedicine/sessions/{id}/end/`: the call is over.

use contracts::CallChange;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor};
use kernel::Reach;
use platform::access::{Access, EXECUTE};
use platform::cx::Cx;
use platform::error::Error;
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;

use crate::session::TelemedicineSession;

/// The answer to ending a call.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Ended {
    /// Always `ended`: nobody can join any more.
    status: &'static str,
    /// When it was ended; the first time, if it was ended before.
    #[schemars(with = "String")]
    ended_at: Timestamp,
}

/// Ends a call for both.
pub(crate) struct End;

impl Verb for End {
    type On = TelemedicineSession;
    type Input = ();
    type Answer = Ended;
    const NAME: &'static str = "end";
    const SUMMARY: &'static str = "End a video call for both";
    const DESCRIPTION: &'static str = "Both are shown out at once, and nobody joins any more: `join_info/` and the socket answer 409. \
        Ending it again answers when it was ended. When the appointment is given another time, the session is active again.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin]).reach(Doctor, EXECUTE, Reach::Own)
    }

    async fn of_use(_cx: &mut Cx, row: &TelemedicineSession) -> Result<bool, Error> {
        Ok(row.is_active)
    }

    async fn run(cx: &mut Cx, held: TelemedicineSession, _: ()) -> Result<Ended, Error> {
        let ended_at = held.ended_at.unwrap_or(cx.now());
        if held.is_active {
            let mut row = held.clone();
            row.is_active = false;
            row.ended_at = Some(ended_at);
            row.called_off = false;
            cx.update(&mut row, &held).await?;
            row.tell(cx);
            row.emit(cx, CallChange::Ended)?;
        }
        Ok(Ended {
            status: "ended",
            ended_at,
        })
    }
}
