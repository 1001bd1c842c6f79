//! `access-reviews/`: accesses without a reason that the program knows, for a person to judge.

use identity::user::User;
use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole::Admin;
use kernel::Reach;
use patients::CareSource;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Resource, change_by};
use platform::seal::Sealed;
use platform::verb::{One, Verb};
use sea_query::{Condition, ExprTrait};

use crate::breach::{self, Severity};
use crate::own_care::OWN;
use crate::people::{Verdict, refuse_own};

/// A breach that is found begins this long before the access that was asked about, and ends as long after it.
const AROUND: SignedDuration = SignedDuration::from_hours(24);

platform::record! {
    /// An access without a reason that the program knows. The patient is named by the record that was seen: merging moves none.
    pub struct AccessReview in "access_review" {
        client {}
        server {
            /// Who looked: the delegate, where somebody looked in another's name.
            user: Ref<User> = Ref::new(0),
            /// At whose record.
            patient: i64 = 0,
            /// When, for the first time since nobody was asked about it.
            seen_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// The row of the audit trail.
            audit_log: i64 = 0,
            /// The rules that apply, with commas between them; see `access-rules/`. `own_booking`, `own_visit`, `own_admission`: somebody who reaches only their own patients booked one who was not with themselves, or recorded that they saw or admitted one.
            reasons: Blank<500> = Blank::default(),
            /// What was found; null while nobody has judged.
            verdict: Option<Verdict> = None,
            /// When it was judged.
            decided_at: Option<Timestamp> = None,
            /// Who judged it: never who looked.
            decided_by: Option<Ref<User>> = None,
            /// What the judge says of it.
            notes: Sealed<Option<Line<2000>>> = Sealed::new(None),
            /// The breach that was registered when there was no reason.
            breach: Option<i64> = None,
        }
        hidden {}
    }
}

impl Resource for AccessReview {
    const PATH: &'static str = "access-reviews";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        AccessReview::user,
        AccessReview::patient,
        AccessReview::seen_at,
        AccessReview::verdict,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["open"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "open",
        "Those that nobody has judged yet (`true`), or those with a verdict (`false`).",
    )];
    const ORDERING: &'static [Column<Self>] = &[AccessReview::seen_at];
    const LIST: &'static [Column<Self>] = &[
        AccessReview::seen_at,
        AccessReview::user,
        AccessReview::patient,
        AccessReview::reasons,
        AccessReview::verdict,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(Admin, "r").in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Nothing,
        }
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let open = platform::http::call::yes_or_no(name, value)?;
        Ok(Condition::all().add(if open {
            AccessReview::verdict.is_null()
        } else {
            AccessReview::verdict.is_not_null()
        }))
    }
}

platform::input! {
    /// What an Admin finds.
    pub(crate) struct DecideInput {
        /// Whether there was a reason to look.
        verdict: Verdict,
        /// What speaks for it, or against.
        notes: Option<Line<2000>>,
    }
}

/// `POST access-reviews/{id}/decide/`.
pub(crate) struct Decide;

impl Verb for Decide {
    type On = AccessReview;
    type Input = DecideInput;
    type Answer = One<AccessReview>;
    const NAME: &'static str = "decide";
    const SUMMARY: &'static str = "Judge whether there was a reason to look";
    const DESCRIPTION: &'static str = "Once, and never by who looked (403). `justified`: nobody is asked about this user and this patient for 90 days, and who took the patient into their own care keeps them. `not_justified` ends what they gave themselves at once, and registers a breach with the accesses of the day around it.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin]).in_person()
    }

    fn offered(row: &AccessReview) -> bool {
        row.verdict.is_none()
    }

    async fn run(
        cx: &mut Cx,
        held: AccessReview,
        input: DecideInput,
    ) -> Result<One<AccessReview>, Error> {
        refuse_own(cx, held.user.get())?;
        let (now, judge) = (cx.now(), cx.user_id()?);
        let breach = match input.verdict {
            Verdict::Justified => {
                keep_in_care(cx, &held).await?;
                None
            }
            Verdict::NotJustified => {
                patients::end_own_care(cx, held.patient, held.user.get()).await?;
                let accesses = breach::Accesses {
                    user: held.user.get(),
                    from: held.seen_at - AROUND,
                    until: held.seen_at + AROUND,
                };
                let words = format!(
                    "Record seen without a reason: access-reviews {}",
                    held.meta.id
                );
                Some(breach::register(cx, words, Severity::Medium, accesses).await?)
            }
        };
        change_by(cx, held, |row| {
            row.verdict = Some(input.verdict);
            row.decided_at = Some(now);
            row.decided_by = Some(Ref::new(judge));
            row.notes = Sealed::new(input.notes);
            row.breach = breach;
        })
        .await
        .map(One)
    }
}

/// Who took a patient into their own care, until the end of the day, keeps them once another person found it right.
async fn keep_in_care(cx: &mut Cx, review: &AccessReview) -> Result<(), Error> {
    if !review
        .reasons
        .split(',')
        .any(|reason| reason.trim().starts_with(OWN))
    {
        return Ok(());
    }
    let since = [(review.user.get(), cx.now())];
    patients::take_into_care(cx, review.patient, &since, CareSource::Assigned).await
}
