//! All patients as CSV, streamed: memory is bounded at any number of patients.
//!
//! The export is on record before the first byte leaves. Cells that a spreadsheet would take for a
//! formula get an apostrophe before them, as OWASP advises against CSV injection; phone numbers stay as they are dialled.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use platform::access::Scope;
use platform::app::App;
use platform::audit::Action;
use platform::csv::{file, harmless, write};
use platform::cx::{Cx, column, select};
use platform::db::{Damage, DbError, Statement};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::record::{Found, Record};
use platform::resource::{Resource, filtered};
use platform::texts::Text;
use sea_query::{Alias, Condition, Expr, ExprTrait, Order};

use crate::patient::Patient;

/// The fields of a row, after `id` and `uid`.
const FIELDS: &[&str] = &[
    "unique_id",
    "first_name",
    "last_name",
    "date_of_birth",
    "gender",
    "contact_info",
    "email",
    "address",
    "known_allergies",
    "national_id",
    "emergency_contact",
    "preferred_language",
    "contact_preference",
    "deceased_at",
];
/// The column of the given name.
const FIRST_NAME: usize = 3;
/// So many rows leave as one piece.
const PIECE: usize = 100;

/// `GET patients/export/?format=csv` and `GET patients/export_csv/`.
pub(crate) async fn export(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let format = call.query("format").unwrap_or("csv");
    if !format.eq_ignore_ascii_case("csv") && !format.is_empty() {
        let text = Text::new("not-a-choice")
            .with("value", format)
            .with("choices", "csv");
        return Err(Error::field("format", text));
    }
    let mut query = select::<Patient>();
    query
        .and_where(column(Patient::TABLE, "voided_at").is_null())
        .order_by((Alias::new(Patient::TABLE), Alias::new("id")), Order::Asc);
    if let Some(listed) = Patient::listed() {
        query.cond_where(listed);
    }
    query.cond_where(filtered::<Patient>(cx, call, &["format", "purpose"])?);
    match Patient::scope(&cx.grant()) {
        Scope::All => {}
        Scope::Nothing => return Err(Error::denied()),
        Scope::Where(condition) => {
            query.cond_where(condition);
        }
    }
    if for_research(call)? {
        query.cond_where(Condition::all().add(Expr::cust(AGREED_TO_RESEARCH)));
        cx.seen_as(Action::Export, "patients for research");
    } else {
        cx.seen_as(Action::Export, Patient::PATH);
    }
    let statement = Statement::build(cx.dialect(), &query).with_keys(cx.app.ring());
    let rows = cx
        .app
        .unguarded("rows are streamed past the unit; the query is scoped, and the export on record")
        .stream::<Found<Patient>>(statement);
    Ok(Reply::download(
        "text/csv; charset=utf-8",
        "patients.csv",
        Box::pin(pieces(cx.app.clone(), cx.origin.language, rows)),
    ))
}

/// Whose latest word on research is yes. Silence is no: research needs consent that was given (GDPR Art. 9 (2) a).
/// Whoever does not agree that their data is used at all does not agree to research either.
const AGREED_TO_RESEARCH: &str = "\"patient\".\"id\" IN (SELECT said.patient FROM consent AS said \
     WHERE said.consent_type = 'research' AND said.voided_at IS NULL AND said.given AND said.revoked_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM consent AS later WHERE later.patient = said.patient \
     AND later.consent_type = 'research' AND later.voided_at IS NULL \
     AND (later.given_at > said.given_at OR (later.given_at = said.given_at AND later.id > said.id)))) \
     AND \"patient\".\"id\" NOT IN (SELECT confinement.patient FROM confinement)";

/// What the export is for.
fn for_research(call: &Call) -> Result<bool, Error> {
    match call.query("purpose").unwrap_or_default() {
        "" => Ok(false),
        "research" => Ok(true),
        other => {
            let text = Text::new("not-a-choice")
                .with("value", other)
                .with("choices", "research");
            Err(Error::field("purpose", text))
        }
    }
}

/// The header, then the rows, some at a time.
fn pieces(
    app: Arc<App>,
    language: &'static str,
    rows: impl Stream<Item = Result<Found<Patient>, DbError>> + Send,
) -> impl Stream<Item = Result<Bytes, Error>> + Send {
    let header = ["id", "uid"]
        .iter()
        .chain(FIELDS)
        .chain(&["created_at", "updated_at"]);
    let header = file([header.map(|name| (*name).to_owned()).collect()]);
    let rows = rows.ready_chunks(PIECE).map(move |rows| {
        let cells: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| match row?.0 {
                Ok(row) => Ok(cells(&row)),
                // The keys were exchanged while the file was on its way: it ends, and is asked for again.
                Err(damage) if damage.lacks_key => Err(DbError::Damaged(damage)),
                Err(damage) => Ok(unreadable(&app, language, &damage)),
            })
            .collect::<Result<_, _>>()?;
        write(cells)
    });
    futures_util::stream::once(async { header }).chain(rows)
}

/// In the place of a record that cannot be read: which one, and why there is nothing else.
fn unreadable(app: &App, language: &str, damage: &Damage) -> Vec<String> {
    let said = app.said_of(language, damage);
    let detail = said.get("detail").and_then(|json| json.as_str());
    let mut cells = vec![String::new(); FIELDS.len() + 4];
    cells[0] = damage.id.to_string();
    cells[FIRST_NAME] = detail
        .map(|detail| harmless(detail.to_owned()))
        .unwrap_or_default();
    cells
}

fn cells(row: &Patient) -> Vec<String> {
    let mut cells = vec![row.meta.id.to_string(), row.meta.uid.to_string()];
    cells.extend(FIELDS.iter().map(|name| match row.field(name) {
        Some(platform::serde_json::Value::String(text)) => harmless(text),
        Some(platform::serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }));
    cells.extend([
        row.meta.created_at.to_string(),
        row.meta.updated_at.to_string(),
    ]);
    cells
}
