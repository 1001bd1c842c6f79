//! Looks at every record that somebody opened, some rows of the audit trail at a time.
//!
//! Only what shows one patient counts: a page of a list is no deliberate look. Whoever looks first and then
//! works with the record (books, charges, dispenses) had a reason, so an access is judged [`GRACE`] after it
//! happened. The trail is read once and in order; two places say how far: `worked`, for who wrote something
//! about whom, is always ahead of `judged`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use contracts::AccessQuestioned;
use futures_util::future::BoxFuture;
use identity::user::fold;
use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole;
use patients::Patient;
use platform::cx::{Cx, among, column, select};
use platform::db::{Dialect, FromRow, Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use platform::serde_json::{Value as Json, json};
use sea_query::Condition;

use crate::readings;
use crate::review::AccessReview;
use crate::rule::{AccessRule, Facts, RuleKind, questionable};

/// Every ten minutes, and again at once while there is more.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "compliance:watch",
    run: Run::Inside(run),
    attempts: 5,
    every: Some(Duration::from_secs(600)),
};

/// After so long an access is judged.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
/// What was written so long ago is stored, whichever transaction was faster.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);
/// Whoever wrote something about a patient since then has to do with them.
const INVOLVED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Somebody about whom something was written since then is here.
const HERE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A verdict that there was a reason holds so long.
const HOLDS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Rows of the trail that are looked at for work at a time.
const WORK: i64 = 5000;
/// Rows of the trail that are judged at a time.
const JUDGED: i64 = 500;

const WHY: &str = "the program watches over every record";

fn run<'a>(cx: &'a mut Cx, _payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        // One at a time: the others wait here, and find less to do.
        let places = match cx.dialect() {
            Dialect::Sqlite => "SELECT worked, judged FROM access_watch",
            Dialect::Postgres => "SELECT worked, judged FROM access_watch FOR UPDATE",
        };
        let places = Statement::raw(places, vec![]);
        let found: Option<(i64, i64)> = cx.unscoped(WHY).optional(places).await?;
        let Some((worked, judged)) = found else {
            return Err(Error::internal("nobody knows how far the trail was read"));
        };
        let work = note_work(cx, worked).await?;
        let (looks, last) = looks(cx, judged, work.to, work.until - GRACE).await?;
        let full = work.full || last.1;
        judge(cx, looks).await?;
        let step = Statement::raw(
            "UPDATE access_watch SET worked = $1, judged = $2",
            vec![work.to.to_value(), last.0.to_value()],
        );
        cx.unscoped(WHY).execute(step).await?;
        forget(cx).await?;
        if full {
            enqueue(cx, vec![Job::now(JOB.kind, json!(null))])?;
        }
        Ok(())
    })
}

/// How far the trail is known to be written, and whether there is more.
struct Work {
    to: i64,
    until: Timestamp,
    full: bool,
}

/// Notes who wrote something about whom. Opening a record in an emergency is no work with it: it is judged by
/// itself.
async fn note_work(cx: &mut Cx, after: i64) -> Result<Work, Error> {
    let settled = cx.now() - SETTLED;
    let end = Statement::raw(
        "SELECT max(id), count(*) FROM (SELECT id FROM audit_log WHERE id > $1 AND timestamp <= $2 ORDER BY id LIMIT $3) AS next",
        vec![after.to_value(), settled.to_value(), WORK.to_value()],
    );
    let found: Option<(Option<i64>, i64)> = cx.unscoped(WHY).optional(end).await?;
    let (Some(to), count) = found.unwrap_or_default() else {
        return Ok(Work {
            to: after,
            until: settled,
            full: false,
        });
    };
    let note = Statement::raw(
        "INSERT INTO access_work (\"user\", patient, last_at) \
         SELECT coalesce(acting_user, \"user\"), patient, max(timestamp) FROM audit_log \
         WHERE id > $1 AND id <= $2 AND patient IS NOT NULL AND \"user\" IS NOT NULL \
         AND action IN ('create', 'edit', 'delete') AND object_type <> 'BreakGlass' \
         GROUP BY coalesce(acting_user, \"user\"), patient \
         ON CONFLICT (patient, \"user\") DO UPDATE SET last_at = excluded.last_at",
        vec![after.to_value(), to.to_value()],
    );
    cx.unscoped(WHY).execute(note).await?;
    readings::count(cx, after, to).await?;
    let full = count == WORK;
    let until = if full {
        let at = Statement::raw(
            "SELECT timestamp FROM audit_log WHERE id = $1",
            vec![to.to_value()],
        );
        let at: Option<(Timestamp,)> = cx.unscoped(WHY).optional(at).await?;
        at.map_or(settled, |(at,)| at)
    } else {
        settled
    };
    Ok(Work { to, until, full })
}

/// Somebody looked at a record.
#[derive(Debug, Clone, Copy)]
struct Look {
    row: i64,
    user: i64,
    patient: i64,
    at: Timestamp,
}

/// A row of the trail: its id, who, whom, when, what.
type Row = (i64, Option<i64>, Option<i64>, Timestamp, String);

/// The next looks that are old enough, the first of each user at each patient; how far that goes, and whether there
/// may be more.
async fn looks(
    cx: &mut Cx,
    after: i64,
    to: i64,
    until: Timestamp,
) -> Result<(Vec<Look>, (i64, bool)), Error> {
    let statement = Statement::raw(
        "SELECT id, coalesce(acting_user, \"user\"), patient, timestamp, action FROM audit_log \
         WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        vec![after.to_value(), to.to_value(), JUDGED.to_value()],
    );
    let rows: Vec<Row> = cx.unscoped(WHY).all(statement).await?;
    let read = i64::try_from(rows.len()).map_err(Error::internal)?;
    let (mut last, mut pairs, mut looks) = (after, BTreeSet::new(), Vec::new());
    let mut ended = false;
    for (row, user, patient, at, action) in rows {
        if at > until {
            ended = true;
            break;
        }
        last = row;
        if let (Some(user), Some(patient), "view" | "print" | "export") =
            (user, patient, action.as_str())
            && pairs.insert((user, patient))
        {
            looks.push(Look {
                row,
                user,
                patient,
                at,
            });
        }
    }
    Ok((looks, (last, read == JUDGED && !ended)))
}

/// A user as the rules know them.
struct Person {
    surname: String,
    address: String,
    is_staff: bool,
}

/// A patient as the rules know them.
struct Subject {
    surname: String,
    address: String,
    user: Option<i64>,
}

/// What is known of everybody in a batch: a fixed number of questions.
struct Known {
    people: HashMap<i64, Person>,
    subjects: HashMap<i64, Subject>,
    treats: HashSet<(i64, i64)>,
    opened: Vec<(i64, i64, Timestamp, Timestamp)>,
    work: BTreeMap<i64, Vec<(i64, Timestamp)>>,
    figures: HashSet<i64>,
    settled: HashSet<(i64, i64)>,
}

async fn judge(cx: &mut Cx, looks: Vec<Look>) -> Result<(), Error> {
    if looks.is_empty() {
        return Ok(());
    }
    let rules: Vec<AccessRule> = cx.unscoped(WHY).records(select::<AccessRule>()).await?;
    let known = known(cx, &looks).await?;
    let mut asked = 0;
    for look in looks {
        let Some(facts) = facts(cx, &known, &look) else {
            continue;
        };
        if let Some(reasons) = questionable(&facts, &rules) {
            ask(cx, &look, &reasons).await?;
            asked += 1;
        }
    }
    if asked > 0 {
        let open = Statement::raw(
            "SELECT count(*) FROM access_review WHERE verdict IS NULL",
            vec![],
        );
        let open: Option<(i64,)> = cx.unscoped(WHY).optional(open).await?;
        cx.emit(&AccessQuestioned {
            open: open.map_or(asked, |(open,)| open),
        })?;
    }
    Ok(())
}

/// Nothing where the question was answered, or is no question: one's own record, or a patient's own account.
fn facts(cx: &Cx, known: &Known, look: &Look) -> Option<Facts> {
    let (person, subject) = (
        known.people.get(&look.user)?,
        known.subjects.get(&look.patient)?,
    );
    let pair = (look.user, look.patient);
    if !person.is_staff || subject.user == Some(look.user) || known.settled.contains(&pair) {
        return None;
    }
    let work = known.work.get(&look.patient).map_or(&[][..], Vec::as_slice);
    let wrote = |since: SignedDuration| {
        work.iter()
            .filter(move |(_, last)| *last >= look.at - since)
            .map(|(user, _)| *user)
    };
    let broke_glass = known.opened.iter().any(|(user, patient, from, until)| {
        (*user, *patient) == pair && *from <= look.at && look.at < *until
    });
    let works_here = |user: i64| {
        known
            .people
            .get(&user)
            .is_some_and(|person| person.is_staff)
    };
    Some(Facts {
        same_surname: !person.surname.is_empty() && person.surname == subject.surname,
        same_address: !person.address.is_empty() && person.address == subject.address,
        colleague: subject.user.is_some_and(works_here),
        public_figure: known.figures.contains(&look.patient),
        involved: known.treats.contains(&pair)
            || broke_glass
            || wrote(INVOLVED).any(|user| user == look.user),
        visited: wrote(HERE).next().is_some(),
        at: cx.app.zone.to_local(look.at),
    })
}

async fn known(cx: &mut Cx, looks: &[Look]) -> Result<Known, Error> {
    let set = |of: fn(&Look) -> i64| -> Vec<i64> {
        looks
            .iter()
            .map(of)
            .collect::<BTreeSet<i64>>()
            .into_iter()
            .collect()
    };
    let (users, patients) = (set(|look| look.user), set(|look| look.patient));
    let rows = by_id_or_account(cx, &patients, &users).await?;
    let accounts: Vec<i64> = users
        .iter()
        .copied()
        .chain(
            rows.iter()
                .filter_map(|row| row.user.map(|user| user.get())),
        )
        .collect();
    let mut known = Known {
        people: people(cx, &accounts).await?,
        subjects: HashMap::new(),
        treats: pairs(cx, TREATS, &users, &patients)
            .await?
            .into_iter()
            .collect(),
        opened: pairs(cx, OPENED, &users, &patients).await?,
        work: BTreeMap::new(),
        figures: HashSet::new(),
        settled: HashSet::new(),
    };
    for row in rows {
        let address = fold(row.address.open());
        let user = row.user.map(|user| user.get());
        if let Some(person) = user.and_then(|user| known.people.get_mut(&user)) {
            person.address.clone_from(&address);
        }
        let surname = fold(row.last_name.open());
        known.subjects.insert(
            row.meta.id,
            Subject {
                surname,
                address,
                user,
            },
        );
    }
    for (patient, user, last) in of(cx, WORKED, &patients).await? {
        known.work.entry(patient).or_default().push((user, last));
    }
    let figures: Vec<(i64,)> = of(cx, FIGURES, &patients).await?;
    known.figures = figures.into_iter().map(|(patient,)| patient).collect();
    let settled: Vec<(i64, i64, Option<Timestamp>)> =
        pairs(cx, SETTLED_PAIRS, &users, &patients).await?;
    let holds = cx.now() - HOLDS;
    known.settled = settled
        .into_iter()
        .filter(|(.., decided)| decided.is_none_or(|at| at >= holds))
        .map(|(user, patient, _)| (user, patient))
        .collect();
    Ok(known)
}

/// These patients, and whoever of these users is a patient as well.
async fn by_id_or_account(
    cx: &mut Cx,
    patients: &[i64],
    users: &[i64],
) -> Result<Vec<Patient>, Error> {
    let dialect = cx.dialect();
    let mut query = select::<Patient>();
    query.cond_where(
        Condition::any()
            .add(among(dialect, column(Patient::TABLE, "id"), patients))
            .add(among(dialect, column(Patient::TABLE, "user"), users)),
    );
    cx.unscoped(WHY).records(query).await
}

async fn people(cx: &mut Cx, users: &[i64]) -> Result<HashMap<i64, Person>, Error> {
    let rows: Vec<(i64, String, Option<i64>, bool)> = of(
        cx,
        "SELECT id, last_name, role, is_superuser FROM app_user WHERE id",
        users,
    )
    .await?;
    let person = |(id, surname, role, is_superuser): (i64, String, Option<i64>, bool)| {
        let staff = role.is_some_and(|role| role != BuiltinRole::Patient.id());
        let person = Person {
            surname: fold(&surname),
            address: String::new(),
            is_staff: is_superuser || staff,
        };
        (id, person)
    };
    Ok(rows.into_iter().map(person).collect())
}

const TREATS: &str = "SELECT \"user\", patient FROM care_relationship WHERE patient";
const OPENED: &str = "SELECT \"user\", patient, opened_at, coalesce(ended_at, expires_at) FROM break_glass WHERE patient";
const SETTLED_PAIRS: &str = "SELECT \"user\", patient, decided_at FROM access_review WHERE patient";
const WORKED: &str = "SELECT patient, \"user\", last_at FROM access_work WHERE patient";
const FIGURES: &str = "SELECT DISTINCT patient FROM public_figure WHERE patient";

fn in_list(dialect: Dialect, number: usize) -> String {
    match dialect {
        Dialect::Sqlite => format!("IN (SELECT value FROM json_each(${number}))"),
        Dialect::Postgres => {
            format!("= ANY (ARRAY(SELECT jsonb_array_elements_text(${number}::jsonb)::bigint))")
        }
    }
}

/// Rows of a question that ends with the column that is among these numbers.
async fn of<T: FromRow>(cx: &mut Cx, ask: &'static str, ids: &[i64]) -> Result<Vec<T>, Error> {
    let mut statement = Statement::raw("", vec![json!(ids).to_value()]);
    statement.sql = format!("{ask} {}", in_list(cx.dialect(), 1)).into();
    cx.unscoped(WHY).all(statement).await
}

/// The same, of some users.
async fn pairs<T: FromRow>(
    cx: &mut Cx,
    ask: &'static str,
    users: &[i64],
    patients: &[i64],
) -> Result<Vec<T>, Error> {
    let values = vec![json!(patients).to_value(), json!(users).to_value()];
    let dialect = cx.dialect();
    let mut statement = Statement::raw("", values);
    statement.sql = format!(
        "{ask} {} AND \"user\" {}",
        in_list(dialect, 1),
        in_list(dialect, 2)
    )
    .into();
    cx.unscoped(WHY).all(statement).await
}

async fn ask(cx: &mut Cx, look: &Look, reasons: &[RuleKind]) -> Result<(), Error> {
    let reasons: Vec<&str> = reasons.iter().map(|kind| kind.as_str()).collect();
    let mut row = AccessReview {
        meta: Meta::unstored(),
        user: Ref::new(look.user),
        patient: look.patient,
        seen_at: look.at,
        audit_log: look.row,
        reasons: Blank::cut(&reasons.join(",")),
        verdict: None,
        decided_at: None,
        decided_by: None,
        notes: Sealed::new(None),
        breach: None,
    };
    cx.insert(&mut row).await
}

/// What was written too long ago to be asked for goes.
async fn forget(cx: &mut Cx) -> Result<(), Error> {
    let statement = Statement::raw(
        "DELETE FROM access_work WHERE last_at < $1",
        vec![(cx.now() - INVOLVED - GRACE - HERE).to_value()],
    );
    cx.unscoped("what has expired").execute(statement).await?;
    Ok(())
}
