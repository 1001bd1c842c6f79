//! What people think of the hospital, and what the hospital answers.

use contracts::{FeedbackAnswered, FeedbackGiven};
use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Email, Reach};
use patients::{Patient, own_patients};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};
use sea_query::{Condition, ExprTrait};

platform::choice! {
    /// What feedback is about.
    pub enum FeedbackCategory {
        /// Anything.
        General = "general",
        /// How somebody was treated.
        Care = "care",
        /// Waiting and appointments.
        Waiting = "waiting",
        /// Rooms, beds, food.
        Facilities = "facilities",
        /// Bills and payments.
        Billing = "billing",
        /// This program.
        Program = "program" | "app",
    }
}

platform::choice! {
    /// How far feedback has come.
    pub enum FeedbackStatus {
        /// Nobody has answered.
        New = "new",
        /// The hospital has answered.
        Answered = "answered",
    }
}

platform::record! {
    /// What somebody thinks of the hospital. They see the answer; nobody else but the Admins sees either.
    pub struct Feedback in "feedback" for patient {
        client {
            /// The patient whom it is about, if it is about one.
            patient: Option<Ref<Patient>> = None,
            /// From 1, bad, to 5, very good.
            rating: Option<i64> = None,
            /// What they think.
            message: Sealed<Line<10000>>,
            /// Where they want to be written to, if somewhere else.
            contact_email: Sealed<Blank<254>>,
            /// What it is about.
            category: FeedbackCategory = FeedbackCategory::General,
        }
        server {
            /// The user who gave the feedback.
            user: Ref<User> = Ref::new(0),
            /// How far it has come.
            status: FeedbackStatus = FeedbackStatus::New,
            /// What the hospital answers.
            response: Sealed<Blank<10000>> = Sealed::new(Blank::default()),
            /// Who answered.
            responded_by: Option<Ref<User>> = None,
            /// When it was answered.
            responded_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

impl Resource for Feedback {
    const PATH: &'static str = "feedback";
    const VERBS: &'static str = "cr";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Feedback::patient,
        Feedback::user,
        Feedback::status,
        Feedback::category,
        Feedback::rating,
    ];
    const FOLLOWS: &'static [Column<Self>] = &[Feedback::patient];
    const ORDERING: &'static [Column<Self>] = &[Feedback::rating];
    const LIST: &'static [Column<Self>] = &[
        Feedback::user,
        Feedback::category,
        Feedback::rating,
        Feedback::status,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("cr").role(BuiltinRole::Admin, "cr")
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            Reach::None => Scope::Nothing,
            _ => Scope::Where(
                Condition::any()
                    .add(Feedback::user.eq(grant.user))
                    .add(column(Self::TABLE, "patient").in_subquery(own_patients(grant))),
            ),
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let row = &mut *change.row;
        let mut faults = Faults::new();
        if row.rating.is_some_and(|rating| !(1..=5).contains(&rating)) {
            faults.say("rating", Text::new("portal-rating"));
        }
        let email: &str = row.contact_email.open();
        if !email.is_empty() && Email::parse(email).is_err() {
            faults.say(
                "contact_email",
                Text::new("not-an-email").with("value", email),
            );
        }
        faults.into_result()?;
        if let Some(patient) = row.patient {
            patients::check_current(cx, patient.get()).await?;
        }
        row.user = Ref::new(cx.user_id()?);
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let feedback = change.row.meta().id;
        cx.emit(&FeedbackGiven { feedback })
    }
}

platform::input! {
    /// The hospital's answer.
    pub struct Response {
        /// What the hospital answers.
        response: Line<10000>,
    }
}

/// `POST feedback/{id}/respond/`.
pub struct Respond;

impl Verb for Respond {
    type On = Feedback;
    type Input = Response;
    type Answer = One<Feedback>;
    const NAME: &'static str = "respond";
    const SUMMARY: &'static str = "Answer feedback";
    const DESCRIPTION: &'static str = "Once; whoever gave it is told that there is an answer.";

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    fn offered(row: &Feedback) -> bool {
        row.status == FeedbackStatus::New
    }

    fn not_offered(_row: &Feedback) -> Error {
        Error::refuse(Code::StateConflict, Text::new("portal-feedback-answered"))
    }

    async fn run(cx: &mut Cx, held: Feedback, input: Response) -> Result<One<Feedback>, Error> {
        let mut row = held.clone();
        row.status = FeedbackStatus::Answered;
        row.response = Sealed::new(Blank::cut(&input.response));
        row.responded_by = Some(Ref::new(cx.user_id()?));
        row.responded_at = Some(cx.now());
        cx.update(&mut row, &held).await?;
        let feedback = row.meta.id;
        cx.emit(&FeedbackAnswered { feedback })?;
        Ok(One(row))
    }
}
