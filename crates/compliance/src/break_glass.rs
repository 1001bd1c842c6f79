//! `break-glass/`: a clinician opens a record that they do not reach otherwise.
//!
//! The row is what row scopes ask ([`patients::treated_by`]): as long as it has not ended and not expired, its
//! user treats its patient. Its table is made by `patients`, which every scope knows.

use contracts::GlassBroken;
use identity::user::User;
use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use kernel::{Code, Reach};
use patients::Patient;
use platform::access::{Access, EXECUTE, Grant, Scope};
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource, change_by};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};
use sea_query::{Condition, ExprTrait};

use crate::breach::{self, Severity};
use crate::people::{Verdict, refuse_own};

platform::record! {
    /// A record opened in an emergency: whose, by whom, why, and until when.
    pub struct BreakGlass in "break_glass" for patient {
        client {
            /// Whose record. The caller need not reach it.
            patient: Ref<Patient>,
            /// Why it has to be opened now, in a sentence. The patient may ask for it, and an Admin judges it.
            reason: Sealed<Line<2000>>,
        }
        server {
            /// Who opened it.
            user: Ref<User> = Ref::new(0),
            /// When the record was opened.
            opened_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it closes by itself; the setting `CHELAL_BREAK_GLASS_MINUTES` says how long that takes.
            expires_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it was closed before that.
            ended_at: Option<Timestamp> = None,
            /// Who closed it.
            ended_by: Option<Ref<User>> = None,
            /// When it was judged; null while an Admin still has to.
            reviewed_at: Option<Timestamp> = None,
            /// Who judged it: never who opened it.
            reviewed_by: Option<Ref<User>> = None,
            /// What was found. `not_justified` is a breach.
            verdict: Option<Verdict> = None,
            /// What the judge says of it; only Admins see it.
            review_notes: Sealed<Option<Line<2000>>> = Sealed::new(None),
        }
        hidden {}
    }
}

impl BreakGlass {
    /// The record is still open by it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }
}

impl Resource for BreakGlass {
    const PATH: &'static str = "break-glass";
    const VERBS: &'static str = "cr";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        BreakGlass::patient,
        BreakGlass::user,
        BreakGlass::opened_at,
        BreakGlass::verdict,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["reviewed"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "reviewed",
        "Those that an Admin has judged (`true`), or those that still wait for it (`false`).",
    )];
    const ORDERING: &'static [Column<Self>] = &[BreakGlass::opened_at];
    const OPEN_REFERENCES: &'static [Column<Self>] = &[BreakGlass::patient];
    const LIST: &'static [Column<Self>] = &[
        BreakGlass::patient,
        BreakGlass::user,
        BreakGlass::opened_at,
        BreakGlass::expires_at,
        BreakGlass::verdict,
    ];
    type Extra = ();

    /// In person: nobody breaks the glass in another's name.
    fn access() -> Access {
        Access::nobody()
            .role(Admin, "r")
            .reach(Doctor, "cr", Reach::Own)
            .reach(Nurse, "cr", Reach::Own)
            .in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(Condition::all().add(BreakGlass::user.eq(grant.user))),
        }
    }

    fn withheld(grant: &Grant) -> &'static [Column<Self>] {
        match grant.reach {
            Reach::All => &[],
            _ => &[BreakGlass::review_notes],
        }
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let reviewed = platform::http::call::yes_or_no(name, value)?;
        Ok(Condition::all().add(if reviewed {
            BreakGlass::reviewed_at.is_not_null()
        } else {
            BreakGlass::reviewed_at.is_null()
        }))
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        // An emergency has somebody who is there.
        identity::in_person(cx)?;
        let (user, now) = (cx.user_id()?, cx.now());
        patients::check_there(cx, change.row.patient.get()).await?;
        refuse_second(cx, user, change.row.patient.get()).await?;
        let time =
            SignedDuration::try_from(cx.app.settings.break_glass).map_err(Error::internal)?;
        change.row.user = Ref::new(user);
        change.row.opened_at = now;
        change.row.expires_at = now + time;
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let row = &*change.row;
        let id = row.meta.id;
        // In its own words beside the row's making: the patient's trail shows it as what it is.
        cx.audit(AuditEntry {
            patient: Some(row.patient.get()),
            description: "opened in an emergency".to_owned(),
            ..AuditEntry::new(Action::BreakGlass, "BreakGlass", Some(id))
        });
        cx.emit(&GlassBroken {
            break_glass: id,
            user: row.user.get(),
            patient: row.patient.get(),
            expires_at: row.expires_at,
        })
    }
}

/// One at a time: a second would only have to be judged as well.
async fn refuse_second(cx: &mut Cx, user: i64, patient: i64) -> Result<(), Error> {
    cx.take_turn(&[("break_glass", user)]).await?;
    let mut query = select::<BreakGlass>();
    query.cond_where(
        Condition::all()
            .add(BreakGlass::user.eq(user))
            .add(BreakGlass::patient.eq(patient))
            .add(BreakGlass::ended_at.is_null())
            .add(BreakGlass::expires_at.gt(platform::db::ToValue::to_value(&cx.now()))),
    );
    query.limit(1);
    let open: Option<BreakGlass> = cx
        .unscoped("what the caller opened themselves")
        .record(query)
        .await?;
    match open {
        Some(open) => {
            let until = cx.app.zone.to_local(open.expires_at);
            let until = until.strftime("%Y-%m-%d %H:%M");
            let text = Text::new("compliance-already-open").with("until", until);
            Err(Error::refuse(Code::StateConflict, text).with("break_glass", open.meta.id))
        }
        None => Ok(()),
    }
}

/// `POST break-glass/{id}/end/`.
pub(crate) struct End;

impl Verb for End {
    type On = BreakGlass;
    type Input = ();
    type Answer = One<BreakGlass>;
    const NAME: &'static str = "end";
    const SUMMARY: &'static str = "Close the record again, before its time is over";
    const DESCRIPTION: &'static str = "At once, also for what is open on other screens. Who opened it may, and an Admin. 409 `state_conflict` when it is closed.";

    fn access() -> Access {
        Access::nobody()
            .role(Admin, EXECUTE)
            .reach(Doctor, EXECUTE, Reach::Own)
            .reach(Nurse, EXECUTE, Reach::Own)
    }

    fn offered(row: &BreakGlass) -> bool {
        row.ended_at.is_none()
    }

    async fn run(cx: &mut Cx, held: BreakGlass, _: ()) -> Result<One<BreakGlass>, Error> {
        let (now, user) = (cx.now(), cx.user_id()?);
        change_by(cx, held, |row| end(row, now, user))
            .await
            .map(One)
    }
}

/// What expired has ended by itself, and stays as it was.
fn end(row: &mut BreakGlass, now: Timestamp, user: i64) {
    if row.is_open(now) {
        row.ended_at = Some(now);
        row.ended_by = Some(Ref::new(user));
    }
}

platform::input! {
    /// What an Admin finds.
    pub(crate) struct ReviewInput {
        /// Whether there was a reason to open the record.
        verdict: Verdict,
        /// What speaks for it, or against.
        notes: Option<Line<2000>>,
    }
}

/// `POST break-glass/{id}/review/`.
pub(crate) struct Review;

impl Verb for Review {
    type On = BreakGlass;
    type Input = ReviewInput;
    type Answer = One<BreakGlass>;
    const NAME: &'static str = "review";
    const SUMMARY: &'static str = "Judge whether the record was opened for a reason";
    const DESCRIPTION: &'static str = "Once, and never by who opened it (403). `not_justified` closes the record at once and registers a breach.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin]).in_person()
    }

    fn offered(row: &BreakGlass) -> bool {
        row.reviewed_at.is_none()
    }

    async fn run(
        cx: &mut Cx,
        held: BreakGlass,
        input: ReviewInput,
    ) -> Result<One<BreakGlass>, Error> {
        refuse_own(cx, held.user.get())?;
        let (now, judge) = (cx.now(), cx.user_id()?);
        if input.verdict == Verdict::NotJustified {
            let until = if held.is_open(now) {
                now
            } else {
                held.ended_at.unwrap_or(held.expires_at)
            };
            let accesses = breach::Accesses {
                user: held.user.get(),
                from: held.opened_at,
                until,
            };
            let words = format!(
                "Record opened without a reason: break-glass {}",
                held.meta.id
            );
            breach::register(cx, words, Severity::High, accesses).await?;
        }
        change_by(cx, held, |row| {
            row.reviewed_at = Some(now);
            row.reviewed_by = Some(Ref::new(judge));
            row.verdict = Some(input.verdict);
            row.review_notes = Sealed::new(input.notes);
            if input.verdict == Verdict::NotJustified {
                end(row, now, judge);
            }
        })
        .await
        .map(One)
    }
}
