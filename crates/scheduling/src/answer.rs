//! What patients answer: that they come, or that they cannot, wherever they say so. The rules are the same in the
//! portal, behind a link and by text message.
//!
//! A visit is confirmed once and cancelled once; saying it again changes nothing. Who has confirmed may still cancel;
//! what is cancelled is booked anew at the desk.

use identity::user::User;
use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole::{Admin, Nurse, Patient as PatientRole, Receptionist};
use kernel::{Code, Reach};
use patients::Patient;
use platform::access::Access;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Ref;
use platform::record::{Meta, Record};
use platform::resource::change_by;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::appointment::Appointment;
use crate::state::AppointmentStatus;

platform::choice! {
    /// What is answered.
    pub enum Answer {
        /// They come.
        Confirm = "confirm",
        /// They cannot come.
        Cancel = "cancel",
    }
}

platform::choice! {
    /// Where it was said.
    pub enum AnswerChannel {
        /// In the portal.
        Portal = "portal",
        /// Behind the link of an e-mail.
        Link = "link",
        /// By text message.
        Sms = "sms",
        /// To somebody at the desk, or on the phone.
        Desk = "desk",
    }
}

platform::record! {
    /// An answer that changed something.
    pub struct VisitAnswer in "visit_answer" for patient {
        client {}
        server {
            /// To which appointment.
            appointment: Ref<Appointment> = Ref::new(0),
            /// Whose.
            patient: Ref<Patient> = Ref::new(0),
            /// What was answered.
            answer: Answer = Answer::Confirm,
            /// Where.
            channel: AnswerChannel = AnswerChannel::Portal,
            /// Who was signed in; nobody behind a link or a text message.
            answered_by: Option<Ref<User>> = None,
        }
        hidden {}
    }
}

/// What an answer did.
#[derive(Debug, Clone)]
pub enum Answered {
    /// It is so from now on.
    Now(Appointment),
    /// It was so already.
    Already(Appointment),
}

impl Answered {
    /// The appointment as it is now.
    pub fn appointment(self) -> Appointment {
        match self {
            Answered::Now(row) | Answered::Already(row) => row,
        }
    }
}

/// Cancellations are counted over so many days.
const COUNTED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What an answer to an appointment comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Take,
    Already,
    Past,
    Closed,
    TooLate,
}

/// The hospital's rule, but for how often.
fn judge(row: &Appointment, answer: Answer, now: Timestamp, cancel_hours: u16) -> Verdict {
    let late = SignedDuration::from_hours(i64::from(cancel_hours));
    match answer {
        Answer::Cancel if row.status == AppointmentStatus::Cancelled => Verdict::Already,
        _ if !row.status.is_open() => Verdict::Closed,
        _ if row.starts_at <= now => Verdict::Past,
        Answer::Confirm if row.confirmed_at.is_some() => Verdict::Already,
        Answer::Cancel if row.starts_at.duration_since(now) < late => Verdict::TooLate,
        Answer::Confirm | Answer::Cancel => Verdict::Take,
    }
}

/// Takes a patient's answer. The appointment is held, so that of answers at once one is first.
///
/// # Errors
/// 409 `state_conflict` when the visit is over, too near, or cancelled too often by the patient's own hand.
pub async fn answer(
    cx: &mut Cx,
    held: Appointment,
    answer: Answer,
    channel: AnswerChannel,
) -> Result<Answered, Error> {
    let hours = cx.app.settings.cancel_hours;
    let refused = |text: Text| Err(Error::refuse(Code::StateConflict, text));
    match judge(&held, answer, cx.now(), hours) {
        Verdict::Already => return Ok(Answered::Already(held)),
        Verdict::Closed => {
            let text = Text::new("scheduling-answer-closed");
            return refused(text.with("state", held.status.as_str()));
        }
        Verdict::Past => return refused(Text::new("scheduling-answer-past")),
        Verdict::TooLate => {
            let text = Text::new("scheduling-answer-late");
            return refused(text.with("hours", i64::from(hours)));
        }
        Verdict::Take => {}
    }
    if answer == Answer::Cancel && channel != AnswerChannel::Desk {
        not_too_often(cx, held.patient.get()).await?;
    }
    let now = cx.now();
    let row = match answer {
        Answer::Confirm => change_by(cx, held, |row| row.confirmed_at = Some(now)).await?,
        Answer::Cancel => {
            change_by(cx, held, |row| row.status = AppointmentStatus::Cancelled).await?
        }
    };
    let mut said = VisitAnswer {
        meta: Meta::unstored(),
        appointment: row.reference(),
        patient: row.patient,
        answer,
        channel,
        answered_by: cx.actor.user_id().map(Ref::new),
    };
    cx.insert(&mut said).await?;
    Ok(Answered::Now(row))
}

/// Refuses one cancellation more than the hospital allows; a patient's are counted one after the other.
async fn not_too_often(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    cx.take_turn(&[("visit-answers", patient)]).await?;
    let sql = "SELECT count(*) FROM visit_answer WHERE patient = $1 AND answer = 'cancel' \
               AND channel <> 'desk' AND created_at > $2";
    let since = cx.now() - COUNTED;
    let values = vec![patient.to_value(), since.to_value()];
    let counted: Option<(i64,)> = cx
        .unscoped("the hospital's rule counts what the patient cancelled")
        .optional(Statement::raw(sql, values))
        .await?;
    let most = i64::from(cx.app.settings.cancellations);
    if counted.is_some_and(|(count,)| count >= most) {
        let text = Text::new("scheduling-answer-often");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    Ok(())
}

/// When a patient last gave an answer to a visit behind a link.
///
/// # Errors
/// When the database fails.
pub async fn given_by_link(
    cx: &mut Cx,
    visit: &Appointment,
    answer: Answer,
) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT max(created_at) FROM visit_answer WHERE appointment = $1 AND patient = $2 \
               AND answer = $3 AND channel = 'link'";
    let values = vec![
        visit.meta.id.to_value(),
        visit.patient.get().to_value(),
        answer.as_str().to_value(),
    ];
    let last: Option<(Option<Timestamp>,)> = cx
        .unscoped("a link is used once, whoever asks")
        .optional(Statement::raw(sql, values))
        .await?;
    Ok(last.and_then(|(at,)| at))
}

/// Whether an answer would change something now.
pub fn is_taken(cx: &Cx, row: &Appointment, answer: Answer) -> bool {
    judge(row, answer, cx.now(), cx.app.settings.cancel_hours) == Verdict::Take
}

/// `POST appointments/{id}/confirm/`.
pub(crate) struct Confirm;

impl Verb for Confirm {
    type On = Appointment;
    type Input = ();
    type Answer = One<Appointment>;
    const NAME: &'static str = "confirm";
    const SUMMARY: &'static str = "Confirm that the patient comes";
    const DESCRIPTION: &'static str = "The patient, whoever stands in for them, or the desk for somebody who called. \
        Saying it again changes nothing. A visit that is moved is confirmed anew.";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Nurse, PatientRole])
    }

    async fn of_use(cx: &mut Cx, row: &Appointment) -> Result<bool, Error> {
        Ok(is_taken(cx, row, Answer::Confirm))
    }

    async fn run(cx: &mut Cx, held: Appointment, _: ()) -> Result<One<Appointment>, Error> {
        let channel = match cx.grant().reach {
            Reach::Own => AnswerChannel::Portal,
            _ => AnswerChannel::Desk,
        };
        let answered = answer(cx, held, Answer::Confirm, channel).await?;
        Ok(One(answered.appointment()))
    }
}

/// `POST appointments/{id}/decline/`.
pub(crate) struct Decline;

impl Verb for Decline {
    type On = Appointment;
    type Input = ();
    type Answer = One<Appointment>;
    const NAME: &'static str = "decline";
    const SUMMARY: &'static str = "Cancel one's own coming visit";
    const DESCRIPTION: &'static str = "Within the hospital's rules: how long before the visit, and how often in 90 \
        days. Whoever may not do it here any more is told to call. Saying it again changes nothing.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[PatientRole])
    }

    async fn of_use(cx: &mut Cx, row: &Appointment) -> Result<bool, Error> {
        Ok(is_taken(cx, row, Answer::Cancel))
    }

    async fn run(cx: &mut Cx, held: Appointment, _: ()) -> Result<One<Appointment>, Error> {
        let answered = answer(cx, held, Answer::Cancel, AnswerChannel::Portal).await?;
        Ok(One(answered.appointment()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AppointmentStatus::{Cancelled, CheckedIn, Completed, NoShow, Pending, Scheduled};
    use platform::record::Body;
    use platform::serde_json::json;

    #[test]
    fn what_an_answer_comes_to() {
        let now: Timestamp = "2026-11-25T06:00:00Z".parse().unwrap();
        let visit = |status: AppointmentStatus, hours: i64, confirmed: bool| {
            let body = json!({ "patient": 1, "doctor": 2, "date": "2026-11-25", "time": "10:00" });
            let mut row = Appointment::create(&Body(body.as_object().unwrap().clone())).unwrap();
            row.status = status;
            row.starts_at = now + SignedDuration::from_hours(hours);
            row.confirmed_at = confirmed.then_some(now);
            row
        };
        use Answer::{Cancel, Confirm};
        use Verdict::{Already, Closed, Past, Take, TooLate};
        for (row, answer, verdict) in [
            (visit(Scheduled, 24, false), Confirm, Take),
            (visit(Pending, 24, false), Confirm, Take),
            (visit(Scheduled, 24, true), Confirm, Already),
            (visit(Scheduled, 24, true), Cancel, Take),
            (visit(Scheduled, 4, false), Cancel, Take),
            (visit(Scheduled, 3, false), Cancel, TooLate),
            (visit(Scheduled, 3, false), Confirm, Take),
            (visit(Scheduled, 0, false), Confirm, Past),
            (visit(Scheduled, -1, true), Cancel, Past),
            (visit(Cancelled, 24, false), Cancel, Already),
            (visit(Cancelled, 24, true), Confirm, Closed),
            (visit(CheckedIn, 24, false), Cancel, Closed),
            (visit(Completed, -2, false), Confirm, Closed),
            (visit(NoShow, -2, false), Cancel, Closed),
        ] {
            assert_eq!(
                judge(&row, answer, now, 4),
                verdict,
                "{:?} {answer:?}",
                row.status
            );
        }
    }
}
