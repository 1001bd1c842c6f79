//! Registering patients from a table: `patients/import/`, and the command of that name.
//!
//! A row is one patient. What a row would do can be asked first; then the rows that can be taken are taken, or all are
//! or none. A row that was taken before is known again, also in another file and after a cut: the record's `uid` is the
//! one that the row names, or follows from what the row says, under the index key.

mod table;

use std::collections::{BTreeMap, HashMap};

use kernel::Code;
use platform::access::{Access, Permission};
use platform::app::App;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::field::Line;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::record::{Body, Record};
use platform::resource::{Change, Resource};
use platform::route::{Route, Run};
use platform::texts::Text;
use platform::unit::{self, Opening};
use platform::verb::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

use crate::duplicates::{self, Facts, PossibleDuplicate};
use crate::identifier;
use crate::patient::Patient;
use crate::patient::country_code;

pub use table::{Row, rows};

/// The most rows of one request: so long nobody else registers on SQLite.
pub const MOST: usize = 500;

platform::choice! {
    /// What is done when some rows cannot be taken.
    pub enum ImportMode {
        /// The others are taken, and the report says which were not.
        Rows = "rows",
        /// None is taken.
        All = "all",
    }
}

platform::choice! {
    /// What is done with a row that may be somebody who is registered.
    pub enum ImportDuplicates {
        /// It is not taken, and the report says who it may be.
        Skip = "skip",
        /// It is registered all the same.
        Create = "create",
    }
}

platform::input! {
    /// A table of patients.
    pub struct ImportInput {
        /// The table as CSV with a heading, at most 500 rows; commas or semicolons between the cells. The heading names fields of a patient, such as `first_name,last_name,date_of_birth,gender,contact_info`; a row may name its own `uid`.
        csv: Line<1000000>,
        /// Only say what each row would do; `false` does it.
        dry_run: bool = true,
        /// What is done when some rows cannot be taken.
        mode: ImportMode = ImportMode::Rows,
        /// What is done with a row that may be somebody who is registered.
        duplicates: ImportDuplicates = ImportDuplicates::Skip,
    }
}

/// What came of a row, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A patient is registered.
    Created,
    /// It was taken before; nothing is changed.
    Already,
    /// It may be somebody who is registered; it is not taken.
    Duplicate,
    /// Something is wrong with it.
    Failed,
}

/// What came of one row, or would.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RowReport {
    /// The line of the table; the heading is line 1.
    pub line: u64,
    /// What came of it, or would.
    pub outcome: Outcome,
    /// The patient's id; null where none was registered.
    pub id: Option<i64>,
    /// What is wrong, by column.
    pub errors: BTreeMap<String, Vec<String>>,
    /// Who it may be, the likeliest first.
    pub possible_duplicates: Vec<PossibleDuplicate>,
    /// An earlier line of the same table that may be the same person.
    pub like_line: Option<u64>,
}

/// What came of a table, or would.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Nothing was stored; it is what would come of it.
    pub dry_run: bool,
    /// Rows of the table.
    pub rows: usize,
    /// Patients registered.
    pub created: usize,
    /// Rows that were taken before.
    pub already: usize,
    /// Rows that may be somebody who is registered.
    pub duplicates: usize,
    /// Rows with something wrong.
    pub failed: usize,
    /// Each row, in its order.
    pub results: Vec<RowReport>,
}

impl Report {
    fn add(&mut self, row: RowReport) {
        self.rows += 1;
        match row.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Already => self.already += 1,
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Failed => self.failed += 1,
        }
        self.results.push(row);
    }
}

/// How a table is taken.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Nothing is stored.
    pub dry_run: bool,
    /// What is done when some rows cannot be taken.
    pub mode: ImportMode,
    /// What is done with a row that may be somebody who is registered.
    pub duplicates: ImportDuplicates,
}

/// Declares `POST patients/import/`.
pub(crate) fn route() -> Operation {
    let run: Run = |cx, call| Box::pin(answer(cx, call));
    Route::post(Patient::PATH, "patients/import/", run)
        .may(
            Permission::new(Patient::PATH, "import"),
            Access::may(&[kernel::BuiltinRole::Admin]),
        )
        .patient_data()
        .own_units()
        .takes::<ImportInput>()
        .answers::<Report>(200)
        .conflicts()
        .summary("Register patients from a table")
        .description(
            "A dry run first: what each row would do, what is wrong with it by column, and who it may be already. A row \
             that was taken before is `already` there, so that a table may be sent again, whole or in parts. With \
             `mode` `all`, 409 `conflict` with the report as `report` when some row cannot be taken; nothing is \
             stored then.",
        )
        .done()
}

async fn answer(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    cx.saw_nothing();
    let input = ImportInput::parse(&call.body_for(&[])?)?;
    let how = How {
        dry_run: input.dry_run,
        mode: input.mode,
        duplicates: input.duplicates,
    };
    let rows = rows(&input.csv)?;
    if rows.len() > MOST {
        let text = Text::new("patients-import-too-many").with("most", MOST as i64);
        return Err(Error::field("csv", text));
    }
    let opening = Opening {
        actor: cx.actor.clone(),
        origin: cx.origin.clone(),
        reach: cx.grant().reach,
    };
    let report = take(&cx.app.clone(), &opening, rows, how).await?;
    Reply::ok(&report)
}

/// Takes rows in one transaction.
///
/// # Errors
/// 409 `conflict` with the report when all or none were to be taken; or when the database fails.
pub async fn take(
    app: &Arc<App>,
    opening: &Opening,
    rows: Vec<Row>,
    how: How,
) -> Result<Report, Error> {
    let rows = Arc::new(rows);
    let done = unit::write(app, opening, move |cx| {
        let rows = Arc::clone(&rows);
        Box::pin(async move {
            let report = each(cx, &rows, how).await?;
            let refused = how.mode == ImportMode::All && report.failed + report.duplicates > 0;
            if !refused && !how.dry_run {
                return Ok(report);
            }
            // What was stored to see what would come of it goes with the transaction.
            let text = Text::new("patients-import-not-all");
            let report = platform::serde_json::to_value(report)?;
            Err(Error::refuse(Code::Conflict, text).with("report", report))
        })
    })
    .await;
    match done {
        Err(Error::Refused(refusal)) if how.dry_run && refusal.facts.contains_key("report") => {
            let report = refusal.facts.get("report").cloned().unwrap_or_default();
            Ok(platform::serde_json::from_value(report)?)
        }
        done => done,
    }
}

async fn each(cx: &mut Cx, rows: &[Row], how: How) -> Result<Report, Error> {
    // Two that import the same people at once see each other's.
    cx.take_turn(&[("patients-import", 0)]).await?;
    let uids: Vec<Uuid> = rows.iter().map(|row| uid(cx, row)).collect();
    let mut known = known(cx, &uids).await?;
    let mut taken = Vec::new();
    let mut report = Report {
        dry_run: how.dry_run,
        ..Report::default()
    };
    for (row, uid) in rows.iter().zip(uids) {
        let done = match known.get(&uid) {
            Some((id, false)) => RowReport::of(row, Outcome::Already, Some(*id)),
            Some((_, true)) => failed(
                cx,
                row,
                Error::field("uid", Text::new("patients-import-removed")),
            )?,
            None => register(cx, row, uid, how, &mut taken).await?,
        };
        if let (Outcome::Created, Some(id)) = (done.outcome, done.id) {
            known.insert(uid, (id, false));
        }
        report.add(done);
    }
    if how.dry_run {
        // Numbers that were tried out are nobody's.
        report.results.iter_mut().for_each(|row| {
            if row.outcome == Outcome::Created {
                row.id = None;
            }
        });
    }
    Ok(report)
}

/// The record's `uid`: what the row says it is, or what follows from all that the row says. Nobody without the index
/// key can tell one from the other, or try names.
fn uid(cx: &Cx, row: &Row) -> Uuid {
    row.uid.unwrap_or_else(|| {
        let (_, digest) = cx
            .app
            .ring()
            .search_digest("patient.import", &row.identity());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    })
}

/// The patients of these `uid`s, with whether they were removed.
async fn known(cx: &mut Cx, uids: &[Uuid]) -> Result<HashMap<Uuid, (i64, bool)>, Error> {
    use sea_query::{Expr, ExprTrait, Query};
    let wanted = uids.iter().map(|uid| {
        let value = platform::db::ToValue::to_value(uid);
        Expr::val(value)
    });
    let mut query = Query::select();
    query
        .columns(["id", "uid", "voided_at"])
        .from(Patient::TABLE)
        .and_where(Expr::col("uid").is_in(wanted));
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64, Uuid, Option<jiff::Timestamp>)> = cx
        .unscoped("whoever imports a row again learns that it is there")
        .all(statement)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, uid, voided)| (uid, (id, voided.is_some())))
        .collect())
}

/// Registers the patient of a row by the rules of `patients/`, unless something is wrong with it.
/// What those who were registered before it in the table are found by is stored with the commit: they are compared
/// here.
async fn register(
    cx: &mut Cx,
    row: &Row,
    uid: Uuid,
    how: How,
    taken: &mut Vec<(u64, Facts)>,
) -> Result<RowReport, Error> {
    if let Some(fault) = &row.fault {
        return failed(cx, row, Error::Invalid(fault.clone()));
    }
    let mut body = Body(row.fields.clone());
    if let Err(error) = Patient::fold(cx, &mut body).await {
        return failed(cx, row, error);
    }
    let mut patient = match Patient::create(&body) {
        Ok(patient) => patient,
        Err(faults) => return failed(cx, row, Error::Invalid(faults)),
    };
    patient.meta_mut().uid = uid;
    let mut change = Change {
        row: &mut patient,
        before: None,
        body: &body,
    };
    match Patient::prepare(cx, &mut change).await {
        Ok(()) => {}
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => return failed(cx, row, error),
        Err(error) => return Err(error),
    }
    if identifier::is_taken_by_anybody(cx, change.row).await? {
        let number = change.row.unique_id.open().to_string();
        let text = Text::new("taken").with("value", number);
        return failed(cx, row, Error::field("unique_id", text));
    }
    duplicates::take_turns(cx, change.row).await?;
    let facts = Facts::of(change.row, country_code(cx));
    let mut report = RowReport::of(row, Outcome::Duplicate, None);
    report.possible_duplicates = duplicates::of(cx, change.row).await?;
    let like = taken
        .iter()
        .find(|(_, other)| duplicates::alike(&facts, other));
    report.like_line = like.map(|(line, _)| *line);
    let may_be_known = like.is_some() || !report.possible_duplicates.is_empty();
    if may_be_known && how.duplicates == ImportDuplicates::Skip {
        return Ok(report);
    }
    // From here on a failure is one of the database, and of all rows.
    cx.insert(change.row).await?;
    Patient::stored(cx, &change).await?;
    taken.push((row.line, facts));
    report.outcome = Outcome::Created;
    report.id = Some(patient.meta().id);
    Ok(report)
}

/// A row with something wrong, in the caller's words.
fn failed(cx: &Cx, row: &Row, error: Error) -> Result<RowReport, Error> {
    let language = cx.actor.language.unwrap_or(cx.origin.language);
    let mut report = RowReport::of(row, Outcome::Failed, None);
    match error {
        Error::Invalid(faults) => {
            for (column, said) in faults.render(&cx.app.texts, language) {
                let said = match said {
                    platform::serde_json::Value::Array(said) => said
                        .iter()
                        .map(|text| {
                            text.as_str()
                                .map_or_else(|| text.to_string(), str::to_owned)
                        })
                        .collect(),
                    other => vec![other.to_string()],
                };
                report.errors.insert(column, said);
            }
        }
        Error::Refused(refusal) => {
            let said = cx.app.texts.render(language, &refusal.text);
            report
                .errors
                .insert(platform::fault::NON_FIELD.to_owned(), vec![said]);
        }
        other => return Err(other),
    }
    Ok(report)
}

impl RowReport {
    fn of(row: &Row, outcome: Outcome, id: Option<i64>) -> RowReport {
        RowReport {
            line: row.line,
            outcome,
            id,
            errors: BTreeMap::new(),
            possible_duplicates: Vec::new(),
            like_line: None,
        }
    }
}
