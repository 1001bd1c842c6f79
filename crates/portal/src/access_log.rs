//! `patients/{id}/access_log/`: who looked at a record, in words that its patient understands.

use std::collections::HashMap;

use jiff::Timestamp;
use kernel::Reach;
use patients::Patient;
use platform::access::Permission;
use platform::audit::{Action, AuditLog};
use platform::cx::{Cx, among, column, select, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::record::Record;
use platform::resource::Resource;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, ExprTrait, Order, Query};
use serde::Serialize;

/// Reading who looked at a record.
pub(crate) const ACCESS_LOG: Permission = Permission::new("patients", "access_log");

/// Entries of a page.
const PAGE: u64 = 50;
/// Records that were merged into one.
const MERGED: i64 = 20;

/// Somebody looked at the record, or changed something in it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Looked {
    /// Its number, by which the next page begins.
    id: i64,
    /// When the record was looked at.
    #[schemars(with = "String")]
    pub(crate) at: Timestamp,
    /// Who: what they work as or, where the hospital wishes so, their name and what they work as.
    who: String,
    /// What they did: `view`, `edit`, `create`, `delete`, `export`, `print`, `search`, `break_glass`, `other`.
    action: &'static str,
    /// A sentence about it, in the caller's language.
    pub(crate) text: String,
    /// It was done by somebody who stands in for the patient.
    proxy: bool,
    /// The record was opened in an emergency by somebody who does not treat the patient.
    pub(crate) emergency: bool,
}

/// A page of them, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AccessLog {
    /// Who looked at the record, the latest first; at most 50.
    pub(crate) results: Vec<Looked>,
    /// What `before` asks for the next page; null on the last.
    pub(crate) next_before: Option<i64>,
}

pub(crate) async fn show(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let patient: Patient = cx.load(call.id()?).await?;
    cx.saw_record(&patient);
    let before = before(call)?;
    Reply::ok(&page(cx, &patient, before).await?)
}

/// Entries before one, or the latest.
pub(crate) async fn page(
    cx: &mut Cx,
    patient: &Patient,
    before: Option<i64>,
) -> Result<AccessLog, Error> {
    let mut rows = rows(cx, patient, before).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next_before = rows.last().filter(|_| more).map(|row| row.meta.id);
    let people = people(cx, &rows, patient.meta.id).await?;
    // The patient and who stands in for them read of "your record"; who oversees the house reads who did it.
    let own = matches!(cx.grant_of(ACCESS_LOG).reach, Reach::Own | Reach::None);
    let said = |row| match own {
        true => said(cx, row, &people),
        false => overseen(cx, row, &people),
    };
    let results = rows.iter().map(said).collect();
    Ok(AccessLog {
        results,
        next_before,
    })
}

fn before(call: &Call) -> Result<Option<i64>, Error> {
    let given = call.query("before").filter(|text| !text.is_empty());
    let number = |text: &str| {
        text.parse()
            .map_err(|_| Error::field("before", Text::new("not-an-integer")))
    };
    given.map(number).transpose()
}

/// What others than the patient did, in this record and in those that were merged into it.
async fn rows(cx: &mut Cx, patient: &Patient, before: Option<i64>) -> Result<Vec<AuditLog>, Error> {
    let sql = "SELECT id FROM patient WHERE merged_into = $1 ORDER BY id LIMIT $2";
    let why = "a patient may know who looked at their record";
    let merged: Vec<(i64,)> = cx
        .unscoped(why)
        .all(Statement::raw(sql, values([&patient.meta.id, &MERGED])))
        .await?;
    let mut about = Condition::any();
    for id in merged.iter().map(|(id,)| *id).chain([patient.meta.id]) {
        about = about.add(AuditLog::filter(cx, "patient", &id.to_string())?);
    }
    let mut query = select::<AuditLog>();
    query
        .cond_where(about)
        .and_where(AuditLog::user.is_not_null())
        .order_by(AuditLog::id, Order::Desc)
        .limit(PAGE + 1);
    if let Some(user) = patient.user {
        let own = AuditLog::user.ne(user.get());
        query.and_where(own.or(AuditLog::acting_user.is_not_null()));
    }
    if let Some(before) = before {
        query.and_where(column(AuditLog::TABLE, "id").lt(before));
    }
    cx.unscoped(why).records(query).await
}

/// Who somebody is, for a patient.
struct Person {
    name: String,
    role: String,
    proxy: bool,
}

/// Those who did it, by one statement each for what they are and for whom they stand in.
async fn people(
    cx: &mut Cx,
    rows: &[AuditLog],
    patient: i64,
) -> Result<HashMap<i64, Person>, Error> {
    let mut ids: Vec<i64> = rows.iter().filter_map(doer).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let why = "a patient may know what those who looked work as";
    let mut names = identity::names(cx, ids.iter().copied()).await?;
    let user = |name: &str| (Alias::new("app_user"), Alias::new(name.to_owned()));
    let mut query = Query::select();
    query
        .column(user("id"))
        .column((Alias::new("role"), Alias::new("name")))
        .from("app_user")
        .inner_join(
            "role",
            sea_query::Expr::col((Alias::new("role"), Alias::new("id"))).equals(user("role")),
        )
        .and_where(among(cx.dialect(), identity::user::User::id, &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let roles: Vec<(i64, String)> = cx.unscoped(why).all(statement).await?;
    let sql =
        r#"SELECT DISTINCT "user" FROM patient_proxy WHERE patient = $1 ORDER BY "user" LIMIT $2"#;
    let most = 200_i64;
    let proxies: Vec<(i64,)> = cx
        .unscoped(why)
        .all(Statement::raw(
            sql,
            vec![patient.to_value(), most.to_value()],
        ))
        .await?;
    let mut roles: HashMap<i64, String> = roles.into_iter().collect();
    let mut person = |id: i64| Person {
        name: names.remove(&id).unwrap_or_default(),
        role: roles.remove(&id).unwrap_or_default(),
        proxy: proxies.contains(&(id,)),
    };
    Ok(ids.into_iter().map(|id| (id, person(id))).collect())
}

/// Who did it: the delegate, where one did it for another.
fn doer(row: &AuditLog) -> Option<i64> {
    row.acting_user.or(row.user)
}

fn said(cx: &Cx, row: &AuditLog, people: &HashMap<i64, Person>) -> Looked {
    let language = cx.actor.language.unwrap_or(cx.origin.language);
    let render = |text: &Text| cx.app.texts.render(language, text);
    let person = doer(row).and_then(|id| people.get(&id));
    let proxy = person.is_some_and(|person| person.proxy);
    let named = cx.app.settings.access_log_names;
    let who = match person {
        Some(person) if person.proxy => {
            render(&Text::new("access-proxy").with("name", &person.name))
        }
        Some(person) if person.role.is_empty() => render(&Text::new("access-somebody")),
        Some(person) if named => format!("{} ({})", person.name, person.role),
        Some(person) => person.role.clone(),
        None => render(&Text::new("access-somebody")),
    };
    let what = render(&Text::new(thing(&row.object_type)));
    let text = Text::new(deed(row.action))
        .with("who", &who)
        .with("what", what);
    Looked {
        id: row.meta.id,
        at: row.timestamp,
        action: row.action.as_str(),
        text: render(&text),
        who,
        proxy,
        emergency: row.action == Action::BreakGlass,
    }
}

/// The same for those who oversee the house: by name, and of the patient.
fn overseen(cx: &Cx, row: &AuditLog, people: &HashMap<i64, Person>) -> Looked {
    let language = cx.actor.language.unwrap_or(cx.origin.language);
    let render = |text: &Text| cx.app.texts.render(language, text);
    let person = doer(row).and_then(|id| people.get(&id));
    let who = match person {
        Some(person) if person.proxy => {
            render(&Text::new("access-of-proxy").with("name", &person.name))
        }
        Some(person) if person.name.is_empty() => row.username.to_string(),
        Some(person) if person.role.is_empty() => person.name.clone(),
        Some(person) => format!("{} ({})", person.name, person.role),
        None => row.username.to_string(),
    };
    let deed = match row.action {
        Action::BreakGlass => "access-of-emergency",
        other => deed(other),
    };
    let what = render(&Text::new(thing_of(&row.object_type)));
    let text = Text::new(deed).with("who", &who).with("what", what);
    Looked {
        id: row.meta.id,
        at: row.timestamp,
        action: row.action.as_str(),
        text: render(&text),
        who,
        proxy: person.is_some_and(|person| person.proxy),
        emergency: row.action == Action::BreakGlass,
    }
}

/// The sentence for what was done.
fn deed(action: Action) -> &'static str {
    match action {
        Action::View | Action::Search => "access-view",
        Action::Edit => "access-edit",
        Action::Create => "access-create",
        Action::Delete => "access-delete",
        Action::Export => "access-export",
        Action::Print => "access-print",
        Action::BreakGlass => "access-emergency",
        _ => "access-other",
    }
}

/// What a kind of record is called of somebody.
fn thing_of(object_type: &str) -> &'static str {
    match thing(object_type) {
        "access-what-person" => "access-of-person",
        "access-what-visit" => "access-of-visit",
        "access-what-laboratory" => "access-of-laboratory",
        "access-what-prescription" => "access-of-prescription",
        "access-what-appointment" => "access-of-appointment",
        "access-what-bill" => "access-of-bill",
        "access-what-document" => "access-of-document",
        "access-what-message" => "access-of-message",
        "access-what-stay" => "access-of-stay",
        _ => "access-of-record",
    }
}

/// What patients call a kind of record.
fn thing(object_type: &str) -> &'static str {
    match object_type {
        "Patient" => "access-what-person",
        "Encounter" | "EncounterAddendum" | "Vitals" => "access-what-visit",
        "LabOrder" | "LabOrderItem" | "LabResultValue" => "access-what-laboratory",
        "Prescription" => "access-what-prescription",
        "Appointment" => "access-what-appointment",
        "Bill" | "BillItem" | "Payment" => "access-what-bill",
        "PatientDocument" => "access-what-document",
        "SecureMessage" => "access-what-message",
        "Admission" | "Bed" | "BedStay" => "access-what-stay",
        _ => "access-what-record",
    }
}
