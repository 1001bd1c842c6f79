//! Who stands in for a patient: a parent for a child, until it is of age; somebody who cares, because the patient
//! agreed, until a day.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use identity::user::User;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use kernel::{BuiltinRole, Code};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Ref};
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use platform::verb::{One, Verb};
use sea_query::{ExprTrait, Order};

use crate::patient::Patient;
use crate::{check_current, reach};

/// Somebody who cares is let in for so many days at most; then the patient is asked again.
pub const LONGEST_DAYS: i64 = 731;

platform::choice! {
    /// Why somebody stands in for a patient.
    pub enum ProxyKind {
        /// The child's parent or guardian. Ends when the child comes of age.
        Parent = "parent" | "guardian",
        /// Somebody who cares for the patient, because the patient agreed. Ends on a day.
        Carer = "carer",
    }
}

platform::record! {
    /// A user who sees and does in the portal, in their own name, what the patient may see and do there.
    pub struct PatientProxy in "patient_proxy" for patient {
        client {
            /// The patient for whom the user stands in.
            patient: Ref<Patient>,
            /// Who stands in; signs in with an account of their own.
            user: Ref<User>,
            /// Why the user stands in: as a parent or guardian, or as a carer.
            kind: ProxyKind,
            /// A carer's last day, at most two years from now; a parent's follows from the child's day of birth and the hospital's rule, and is left out.
            ends_on: Option<Date> = None,
            /// The patient agreed, in person or in writing; a carer needs it.
            agreed: bool = false,
            /// Circumstances, such as who was present when the patient agreed.
            notes: Sealed<Blank<2000>>,
        }
        server {
            /// Who recorded it.
            created_by: Option<Ref<User>> = None,
            /// When it ended: the day came, the child came of age, or somebody ended it.
            ended_at: Option<Timestamp> = None,
        }
        hidden {
            /// When it is over at the latest. A parent's tells no more of the day of birth than the year, which is known: the day itself is watched by a job.
            until: Timestamp = Timestamp::UNIX_EPOCH,
        }
    }
}

impl Resource for PatientProxy {
    const PATH: &'static str = "patient-proxies";
    const VERBS: &'static str = "cr";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        PatientProxy::patient,
        PatientProxy::user,
        PatientProxy::kind,
    ];
    // Whoever stands in need not be known to the one who records it otherwise.
    const OPEN_REFERENCES: &'static [Column<Self>] = &[PatientProxy::user];
    const FOLLOWS: &'static [Column<Self>] = &[PatientProxy::patient];
    const LIST: &'static [Column<Self>] = &[
        PatientProxy::patient,
        PatientProxy::user,
        PatientProxy::kind,
        PatientProxy::ends_on,
        PatientProxy::ended_at,
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Doctor, Nurse, Patient, Receptionist};
        Access::nobody()
            .roles(&[Admin, Receptionist], "cr")
            .roles(&[Doctor, Nurse, Patient], "r")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("patient_proxy", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let patient = change.row.patient.get();
        check_current(cx, patient).await?;
        let child: Patient = cx.find(patient).await?;
        let today = cx.today();
        let rule = Rule {
            today,
            age: cx.app.settings.proxy_age,
            born: *child.date_of_birth.open(),
            own_account: child.user == Some(change.row.user),
        };
        let day = rule.until(change.row)?;
        change.row.until = cx
            .app
            .zone
            .to_utc(day, Time::midnight())
            .map_err(Error::internal)?;
        change.row.created_by = cx.actor.user_id().map(Ref::new);
        Ok(())
    }
}

/// What decides until when somebody may stand in.
struct Rule {
    today: Date,
    age: u8,
    born: Date,
    own_account: bool,
}

impl Rule {
    /// The first day on which it is over at the latest.
    fn until(&self, row: &PatientProxy) -> Result<Date, Faults> {
        let mut faults = Faults::new();
        if self.own_account {
            faults.say("user", Text::new("patients-proxy-self"));
        }
        let latest = self.today.saturating_add(LONGEST_DAYS.days());
        let day = match (row.kind, row.ends_on) {
            (ProxyKind::Parent, Some(_)) => {
                faults.say("ends_on", Text::new("patients-proxy-parent-day"));
                None
            }
            (ProxyKind::Parent, None) => {
                if of_age(self.born, self.age) <= self.today {
                    let text = Text::new("patients-proxy-of-age");
                    faults.say("kind", text.with("age", i64::from(self.age)));
                }
                of_age(self.born, self.age).last_of_year().tomorrow().ok()
            }
            (ProxyKind::Carer, Some(day)) if day < self.today || day > latest => {
                faults.say("ends_on", Text::new("patients-proxy-carer-day"));
                None
            }
            (ProxyKind::Carer, Some(day)) => Some(day.saturating_add(1.day())),
            (ProxyKind::Carer, None) => {
                faults.say("ends_on", Text::new("patients-proxy-carer-day"));
                None
            }
        };
        if row.kind == ProxyKind::Carer && !row.agreed {
            faults.say("agreed", Text::new("patients-proxy-agreed"));
        }
        faults.into_result()?;
        Ok(day.unwrap_or(self.today))
    }
}

/// The day on which somebody reaches an age; who was born on 29 February does on 28 February of other years.
fn of_age(born: Date, age: u8) -> Date {
    born.saturating_add(i64::from(age).years())
}

/// `POST patient-proxies/{id}/end/`.
pub struct EndProxy;

impl Verb for EndProxy {
    type On = PatientProxy;
    type Input = ();
    type Answer = One<PatientProxy>;
    const NAME: &'static str = "end";
    const SUMMARY: &'static str = "End that somebody stands in for a patient";
    const DESCRIPTION: &'static str =
        "At once, for everything. The patient may do it, whoever stands in, and the front desk.";
    const GRAVE: bool = true;

    fn access() -> Access {
        use BuiltinRole::{Admin, Patient, Receptionist};
        Access::may(&[Admin, Receptionist, Patient])
    }

    fn offered(row: &PatientProxy) -> bool {
        row.ended_at.is_none()
    }

    fn not_offered(_row: &PatientProxy) -> Error {
        Error::refuse(Code::StateConflict, Text::new("patients-proxy-ended"))
    }

    async fn run(cx: &mut Cx, held: PatientProxy, _: ()) -> Result<One<PatientProxy>, Error> {
        let mut row = held.clone();
        row.ended_at = Some(cx.now());
        cx.update(&mut row, &held).await?;
        Ok(One(row))
    }
}

/// Ends what is over. A parent's right ends on the child's birthday, which only the sealed record tells, so all are
/// looked at again and again; the year after, it is over in any case.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "patients:proxies",
    run: Run::Inside(sweep),
    attempts: 5,
    every: Some(Duration::from_secs(3600)),
};

const WHY: &str = "the program ends what is over, whoever recorded it";
/// Rows looked at in one transaction.
const BATCH: u64 = 500;

fn sweep<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let mut query = select::<PatientProxy>();
        query
            .and_where(PatientProxy::ended_at.is_null())
            .and_where(PatientProxy::id.gt(payload["after"].as_i64().unwrap_or(0)))
            .order_by(PatientProxy::id, Order::Asc)
            .limit(BATCH);
        let rows: Vec<PatientProxy> = cx.unscoped(WHY).records(query).await?;
        let born = births(cx, &rows).await?;
        let (now, today, age) = (cx.now(), cx.today(), cx.app.settings.proxy_age);
        for before in &rows {
            let grown = before.kind == ProxyKind::Parent
                && born
                    .get(&before.patient.get())
                    .is_some_and(|born| of_age(*born, age) <= today);
            if grown || before.until <= now {
                let mut row = before.clone();
                row.ended_at = Some(now);
                cx.update(&mut row, before).await?;
            }
        }
        match rows.last() {
            Some(last) if rows.len() as u64 == BATCH => {
                let further = json!({ "after": last.meta.id });
                enqueue(cx, vec![Job::now(JOB.kind, further)])
            }
            _ => Ok(()),
        }
    })
}

/// When the children among the patients were born.
async fn births(cx: &mut Cx, rows: &[PatientProxy]) -> Result<HashMap<i64, Date>, Error> {
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| row.kind == ProxyKind::Parent)
        .map(|row| row.patient.get())
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = select::<Patient>();
    query.and_where(among(cx.dialect(), Patient::id, &ids));
    let children: Vec<Patient> = cx.unscoped(WHY).records(query).await?;
    let born = children
        .iter()
        .map(|child| (child.meta.id, *child.date_of_birth.open()));
    Ok(born.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use platform::record::{Body, Record};

    #[test]
    fn until_when_somebody_may_stand_in() {
        let row = |more: Json| {
            let mut body = json!({ "patient": 1, "user": 2 });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            PatientProxy::create(&Body(body.as_object().unwrap().clone())).unwrap()
        };
        let rule = |born| Rule {
            today: date(2026, 11, 23),
            age: 18,
            born,
            own_account: false,
        };
        let child = date(2016, 2, 29);
        let parent = json!({ "kind": "parent" });
        assert_eq!(
            rule(child).until(&row(parent.clone())),
            Ok(date(2035, 1, 1))
        );
        for (born, body, wrong) in [
            (date(2008, 11, 23), parent.clone(), "kind"),
            (
                child,
                json!({ "kind": "parent", "ends_on": "2027-01-01" }),
                "ends_on",
            ),
            (child, json!({ "kind": "carer", "agreed": true }), "ends_on"),
            (
                child,
                json!({ "kind": "carer", "agreed": true, "ends_on": "2026-11-22" }),
                "ends_on",
            ),
            (
                child,
                json!({ "kind": "carer", "agreed": true, "ends_on": "2028-11-24" }),
                "ends_on",
            ),
            (
                child,
                json!({ "kind": "carer", "ends_on": "2027-01-01" }),
                "agreed",
            ),
        ] {
            let refused = rule(born).until(&row(body.clone()));
            assert!(refused.is_err_and(|faults| faults.has(wrong)), "{body}");
        }
        assert!(rule(date(2008, 11, 24)).until(&row(parent)).is_ok());
        let last = json!({ "kind": "carer", "agreed": true, "ends_on": "2026-11-23" });
        assert_eq!(rule(child).until(&row(last)), Ok(date(2026, 11, 24)));
        assert_eq!(of_age(child, 18), date(2034, 2, 28));
    }
}
