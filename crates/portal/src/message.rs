//! Messages between a patient and those who treat them, and among staff.

use contracts::SecureMessageSent;
use documents::PatientDocument;
use identity::user::User;
use jiff::Timestamp;
use patients::{Patient, own_patients, treated_by};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::people;
use crate::route_message::{self, Way};

platform::choice! {
    /// From which side to which a message goes.
    pub enum Direction {
        /// The patient, or whoever stands in, wrote it.
        FromPatient = "from_patient",
        /// Staff wrote it to the patient.
        ToPatient = "to_patient",
        /// Among staff; the patient does not see it.
        Staff = "staff",
    }
}

platform::record! {
    /// A message that is read in the program only. Whoever it is for is told that there is one, never what it says.
    pub struct SecureMessage in "secure_message" for patient {
        client {
            /// About whom. To a patient's thread, leave `recipient` out: staff writes to the patient, the patient to those who treat them.
            patient: Option<Ref<Patient>> = None,
            /// To one user. A user who is a patient's account makes it a message to that patient; patients name somebody who treats them.
            recipient: Option<Ref<User>> = None,
            /// In a few words.
            subject: Sealed<Blank<255>>,
            /// What is said.
            message: Sealed<Line<65536>>,
            /// A document of the patient.
            attachment: Option<Ref<PatientDocument>> = None,
        }
        server {
            /// Who wrote it.
            sender: Ref<User> = Ref::new(0),
            /// From which side to which it goes.
            direction: Direction = Direction::Staff,
            /// It belongs to the patient's thread, which all who treat the patient see; else only sender, recipient and patient do.
            team: bool = false,
            /// When it was sent.
            sent_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Somebody on the other side has read it.
            is_read: bool = false,
            /// When it was read first.
            read_at: Option<Timestamp> = None,
            /// Who read it first.
            read_by: Option<Ref<User>> = None,
        }
        hidden {}
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct MessageExtra {
    /// The name of whoever wrote it; the patient's as in the record.
    pub sender_name: String,
    /// The name of the user it is for; empty where it is for all who treat the patient.
    pub recipient_name: String,
}

/// Everybody's own: what one wrote and got, the thread of a patient whom one treats, and a patient's with the hospital.
/// Nothing is changed or removed once it was sent.
impl Resource for SecureMessage {
    const PATH: &'static str = "secure-messages";
    const VERBS: &'static str = "cr";
    const PATIENT_DATA: bool = true;
    const CLIENT_UID: bool = true;
    // Who may be written to is decided by what they have to do with the patient.
    const OPEN_REFERENCES: &'static [Column<Self>] = &[SecureMessage::recipient];
    const FILTERS: &'static [Column<Self>] = &[
        SecureMessage::patient,
        SecureMessage::sender,
        SecureMessage::recipient,
        SecureMessage::direction,
        SecureMessage::is_read,
        SecureMessage::sent_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[SecureMessage::sent_at];
    const LIST: &'static [Column<Self>] = &[
        SecureMessage::sent_at,
        SecureMessage::patient,
        SecureMessage::sender,
        SecureMessage::subject,
        SecureMessage::is_read,
    ];
    type Extra = MessageExtra;

    fn access() -> Access {
        Access::own("cr")
    }

    fn scope(grant: &Grant) -> Scope {
        let about = |patients| column(Self::TABLE, "patient").in_subquery(patients);
        let treated = Condition::all()
            .add(SecureMessage::team.eq(true))
            .add(about(treated_by(grant)));
        let own = Condition::all()
            .add(SecureMessage::direction.ne(Direction::Staff.as_str()))
            .add(about(own_patients(grant)));
        Scope::Where(
            Condition::any()
                .add(SecureMessage::sender.eq(grant.user))
                .add(SecureMessage::recipient.eq(grant.user))
                .add(treated)
                .add(own),
        )
    }

    fn label(&self) -> String {
        self.subject.open().to_string()
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<MessageExtra>, Error> {
        let about = |row: &SecureMessage| row.patient.map(|patient| patient.get());
        let users = |row: &SecureMessage| {
            let both = [Some(row.sender), row.recipient];
            let patient = about(row);
            both.map(|user| user.map(|user| (user.get(), patient)))
        };
        let people: Vec<_> = rows.iter().flat_map(users).flatten().collect();
        let names = people::called(cx, &people).await?;
        let of = |user: Ref<User>, row: &SecureMessage| {
            let name = names.get(&(user.get(), about(row)));
            name.cloned().unwrap_or_default()
        };
        let extra = |row: &SecureMessage| MessageExtra {
            sender_name: of(row.sender, row),
            recipient_name: row.recipient.map_or_else(String::new, |user| of(user, row)),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let row = &mut *change.row;
        let Way {
            direction,
            patient,
            recipient,
            team,
        } = route_message::way(cx, row.patient, row.recipient).await?;
        row.direction = direction;
        row.patient = patient.map(Ref::new);
        row.recipient = recipient.map(Ref::new);
        row.team = team;
        row.sender = Ref::new(cx.user_id()?);
        row.sent_at = cx.now();
        route_message::fits(cx, row).await
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let message = change.row.meta().id;
        cx.emit(&SecureMessageSent { message })
    }
}

/// What marking answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Read {
    /// Always `read`: the message is no longer new to its reader.
    status: &'static str,
    /// When it was read first.
    #[schemars(with = "String")]
    read_at: Timestamp,
}

/// `POST secure-messages/{id}/mark_read/`.
pub struct MarkRead;

impl Verb for MarkRead {
    type On = SecureMessage;
    type Input = ();
    type Answer = Read;
    const NAME: &'static str = "mark_read";
    const SUMMARY: &'static str = "Say that one has read a message";
    const DESCRIPTION: &'static str = "Only the side that it is for does; the sender sees when. Saying it again \
        keeps the first time.";

    fn access() -> Access {
        Access::own("x")
    }

    async fn of_use(cx: &mut Cx, row: &SecureMessage) -> Result<bool, Error> {
        Ok(row.read_at.is_none() && is_for(cx, row).await?)
    }

    async fn run(cx: &mut Cx, held: SecureMessage, _: ()) -> Result<Read, Error> {
        if !is_for(cx, &held).await? {
            return Err(Error::denied());
        }
        let at = held.read_at.unwrap_or_else(|| cx.now());
        if held.read_at.is_none() {
            let mut row = held.clone();
            row.is_read = true;
            row.read_at = Some(at);
            row.read_by = Some(Ref::new(cx.user_id()?));
            cx.update(&mut row, &held).await?;
        }
        Ok(Read {
            status: "read",
            read_at: at,
        })
    }
}

/// Whether a message, which the caller may see, is for the caller.
async fn is_for(cx: &mut Cx, row: &SecureMessage) -> Result<bool, Error> {
    let me = cx.user_id()?;
    if row.sender.get() == me {
        return Ok(false);
    }
    if row.recipient.is_some_and(|user| user.get() == me) {
        return Ok(true);
    }
    let Some(patient) = row.patient else {
        return Ok(false);
    };
    let own = people::is_own(cx, patient.get()).await?;
    Ok(match row.direction {
        Direction::FromPatient => row.team && !own,
        Direction::ToPatient => own,
        Direction::Staff => false,
    })
}
