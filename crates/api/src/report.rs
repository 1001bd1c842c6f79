//! Reports: what a question about a stretch of time is answered, as JSON or as a table for a
//! spreadsheet (`?format=csv`, `?format=xlsx`).
//!
//! A module states the question in SQL and the answer as rows of a struct; parameters, permission,
//! all forms and the document follow.
//!
//! ```ignore
//! #[derive(Default, Serialize, JsonSchema)]
//! struct DoctorsAppointments { doctor_id: i64, doctor_name: String, appointment_count: i64 }
//!
//! Module::new("scheduling").report(
//!     Report::table("report/appointments_by_doctor/", Some("appointments_by_doctor"), DefaultPeriod::Year, |cx, asked| {
//!         Box::pin(by_doctor(cx, asked.period))
//!     })
//!     .may(Access::may(&[BuiltinRole::Admin]))
//!     .summary("Appointments of each doctor"),
//! )
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use sea_query::{Condition, Expr, ExprTrait};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::csv;
use crate::route::{Route, Undecided};
use crate::xlsx;
use db::ToValue;
use engine::access::{Access, Permission};
use engine::call::{Call, Reply, ReplyBody};
use engine::cx::Cx;
use engine::operation::{DefaultDays, Effect, Handler, Operation, Schema};
use records::error::Error;
use records::fault::Faults;
use texts::Text;

/// The forms of an answer.
const FORMS: &str = "json, csv, xlsx";

/// The days that a report is about, where the hospital is; both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first day; from the beginning when none.
    pub start: Option<Date>,
    /// The last day; without end when none.
    pub end: Option<Date>,
}

impl Period {
    /// What a request asks for: `start` and `end`, each optional.
    ///
    /// # Errors
    /// 400 by field for what is no date, and under `end` when it lies before `start`.
    pub fn of(call: &Call) -> Result<Period, Error> {
        let mut faults = Faults::new();
        let mut day = |name: &'static str| {
            let text = call
                .query(name)
                .map(str::trim)
                .filter(|text| !text.is_empty())?;
            faults.note(
                name,
                <Date as records::field::Field>::parse(&Json::from(text)),
            )
        };
        let period = Period {
            start: day("start"),
            end: day("end"),
        };
        if let (Some(start), Some(end)) = (period.start, period.end)
            && end < start
        {
            faults.say("end", Text::new("end-before-start"));
        }
        faults.into_result()?;
        Ok(period)
    }

    /// The same, with a day for each end that was left open.
    fn or(self, start: Date, end: Date) -> Period {
        Period {
            start: self.start.or(Some(start)),
            end: self.end.or(Some(end)),
        }
    }

    /// The condition on a column of days.
    #[must_use]
    pub fn days(&self, column: impl Into<Expr>) -> Condition {
        let column = column.into();
        Condition::all()
            .add_option(self.start.map(|day| column.clone().gte(day.to_value())))
            .add_option(self.end.map(|day| column.clone().lte(day.to_value())))
    }

    /// The moment in which the first day begins, and that in which the last one ends, at the hospital; none where the
    /// period is open.
    #[must_use]
    pub fn bounds(&self, cx: &Cx) -> (Option<Timestamp>, Option<Timestamp>) {
        // What lies at the end of the calendar is no limit.
        let bounds = |day: Date| cx.app.zone.day_bounds(day).ok();
        let from = self.start.and_then(bounds).map(|(from, _)| from);
        let until = self.end.and_then(bounds).map(|(_, until)| until);
        (from, until)
    }

    /// The condition on a column of moments: a day lasts from midnight to midnight at the hospital.
    #[must_use]
    pub fn moments(&self, cx: &Cx, column: impl Into<Expr>) -> Condition {
        let column = column.into();
        let (from, until) = self.bounds(cx);
        Condition::all()
            .add_option(from.map(|from| column.clone().gte(from.to_value())))
            .add_option(until.map(|until| column.clone().lt(until.to_value())))
    }
}

/// The days that a report is about when nobody says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultPeriod {
    /// All there are: only for a total that is found in an index, however many rows there are.
    All,
    /// Today.
    Today,
    /// A year until today, so that the work does not grow with the age of the hospital.
    Year,
}

impl DefaultPeriod {
    /// The period that is answered. Whoever gives a start asks for all since then; whoever gives only an
    /// end, for the year until then.
    fn fill(self, asked: Period, today: Date) -> Period {
        match (self, asked) {
            (DefaultPeriod::All, _) | (_, Period { start: Some(_), .. }) => asked,
            (DefaultPeriod::Today, Period { end: None, .. }) => asked.or(today, today),
            (DefaultPeriod::Today | DefaultPeriod::Year, Period { end, .. }) => {
                let end = end.unwrap_or(today);
                asked.or(a_year_until(end), end)
            }
        }
    }

    /// The days, from the one on which it is asked.
    fn days(self) -> DefaultDays {
        match self {
            DefaultPeriod::All => |_| [None, None],
            DefaultPeriod::Today => |today| [Some(today), Some(today)],
            DefaultPeriod::Year => |today| [Some(a_year_until(today)), Some(today)],
        }
    }

    /// What the document says of `start` and of `end`.
    fn words(self) -> [&'static str; 2] {
        match self {
            DefaultPeriod::All => [
                "The first day; from the beginning when it is left out.",
                "The last day; without end when it is left out.",
            ],
            DefaultPeriod::Today => [
                "The first day; when it is left out, today, or a year before `end`.",
                "The last day; when it is left out, today, or without end after `start`.",
            ],
            DefaultPeriod::Year => [
                "The first day; when it is left out, a year before `end`.",
                "The last day; when it is left out, today, or without end after `start`.",
            ],
        }
    }
}

/// The first of the days of a year that ends with this one.
fn a_year_until(end: Date) -> Date {
    let before = end.checked_sub(Span::new().years(1));
    before
        .and_then(|day| day.tomorrow())
        // At the beginning of the calendar there is none before.
        .unwrap_or(Date::MIN)
}

/// What was asked.
#[derive(Debug, Clone, Copy)]
pub struct ReportRequest<'a> {
    /// About which days.
    pub period: Period,
    /// The request, for further parameters.
    pub call: &'a Call,
}

/// Answers one row.
pub type OneRow<R> = for<'a> fn(&'a mut Cx, ReportRequest<'a>) -> BoxFuture<'a, Result<R, Error>>;
/// Answers rows.
pub type ManyRows<R> =
    for<'a> fn(&'a mut Cx, ReportRequest<'a>) -> BoxFuture<'a, Result<Vec<R>, Error>>;

/// What a row of a report is: a struct with the columns as its fields. `Default` tells the columns of
/// a table without rows.
pub trait ReportRow: Serialize + JsonSchema + Default + Send + 'static {}
impl<R: Serialize + JsonSchema + Default + Send + 'static> ReportRow for R {}

/// A report. Nobody may ask for it until [`Report::may`] says who.
pub struct Report {
    route: Route<Undecided>,
    permission: Permission,
    access: Access,
}

impl Report {
    /// A report of one row: JSON answers the row itself.
    pub fn one<R: ReportRow>(path: &'static str, usual: DefaultPeriod, run: OneRow<R>) -> Report {
        let answer: Handler = Arc::new(move |cx, call| {
            Box::pin(async move {
                let (period, form) = (Period::of(call)?, Form::of(call)?);
                let period = usual.fill(period, cx.today());
                let row = run(cx, ReportRequest { period, call }).await?;
                match form {
                    Form::Json => Reply::ok(&row),
                    Form::Csv => csv_table(call, &[row]),
                    Form::Xlsx => workbook(cx, call, &[row])?.await,
                }
            })
        });
        Report::new(path, usual, answer, Schema::of::<R>())
    }

    /// A report of rows: JSON answers them as an array, below `key` when there is one.
    pub fn table<R: ReportRow>(
        path: &'static str,
        key: Option<&'static str>,
        usual: DefaultPeriod,
        run: ManyRows<R>,
    ) -> Report {
        let answer: Handler = Arc::new(move |cx, call| {
            Box::pin(async move {
                let (period, form) = (Period::of(call)?, Form::of(call)?);
                let period = usual.fill(period, cx.today());
                let rows = run(cx, ReportRequest { period, call }).await?;
                match (form, key) {
                    (Form::Csv, _) => csv_table(call, &rows),
                    (Form::Xlsx, _) => workbook(cx, call, &rows)?.await,
                    (Form::Json, None) => Reply::ok(&rows),
                    (Form::Json, Some(key)) => Reply::ok(&BTreeMap::from([(key, rows)])),
                }
            })
        });
        let row = Schema::of::<R>();
        let schema = match key {
            None => Schema { list: true, ..row },
            Some(key) => Schema {
                name: None,
                json: json!({
                    "type": "object",
                    "properties": { key: { "type": "array", "items": row.json, "description": "The rows of the report." } },
                    "required": [key],
                }),
                list: false,
            },
        };
        Report::new(path, usual, answer, schema)
    }

    fn new(path: &'static str, usual: DefaultPeriod, answer: Handler, schema: Schema) -> Report {
        let [start, end] = usual.words();
        let date = || json!({ "type": "string", "format": "date" });
        let route = Route::handled(Method::GET, "reports", path, Effect::Read, answer)
            .answer(schema)
            .query("start", date(), start)
            .query("end", date(), end)
            .default_days(usual.days())
            .query(
                "format",
                json!({ "type": "string", "enum": ["json", "csv", "xlsx"], "default": "json" }),
                "The form of the answer: JSON, a table as text, or a workbook.",
            );
        let (resource, verb) = path
            .trim_end_matches('/')
            .rsplit_once('/')
            .unwrap_or(("report", path));
        Report {
            route,
            permission: Permission::new(resource, verb),
            access: Access::nobody(),
        }
    }

    /// Who may ask; everybody else is refused. The permission is named after the path:
    /// `report/patient_count/` needs `report:patient_count`.
    #[must_use]
    pub fn may(mut self, access: Access) -> Report {
        self.access = access;
        self
    }

    /// One line for the document.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Report {
        self.route = self.route.summary(summary);
        self
    }

    /// A further query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, schema: Json, what: &str) -> Report {
        self.route = self.route.query(name, schema, what);
        self
    }

    /// Names patients: it is answered only when `rows` says whom; see [`Cx::saw`], [`Cx::seen_as`] and
    /// [`Cx::saw_nothing`].
    #[must_use]
    pub fn patient_data(mut self) -> Report {
        self.route = self.route.patient_data();
        self
    }

    /// The operation.
    pub(crate) fn done(self) -> Operation {
        self.route.may(self.permission, self.access).done()
    }
}

enum Form {
    Json,
    Csv,
    Xlsx,
}

impl Form {
    fn of(call: &Call) -> Result<Form, Error> {
        match call.query("format").unwrap_or_default() {
            "" | "json" => Ok(Form::Json),
            "csv" => Ok(Form::Csv),
            "xlsx" => Ok(Form::Xlsx),
            other => Err(Error::field(
                "format",
                Text::new("not-a-choice")
                    .with("value", other)
                    .with("choices", FORMS),
            )),
        }
    }
}

/// The rows as a text file that the browser saves.
fn csv_table<R: ReportRow>(call: &Call, rows: &[R]) -> Result<Reply, Error> {
    Ok(file(call, "csv", "text/csv; charset=utf-8", sheet(rows)?))
}

/// The rows as a workbook that the browser saves. It is made beside the async workers.
fn workbook<'a, R: ReportRow>(
    cx: &Cx,
    call: &'a Call,
    rows: &[R],
) -> Result<impl Future<Output = Result<Reply, Error>> + Send + use<'a, R>, Error> {
    if rows.len() >= xlsx::MOST_ROWS {
        let text = Text::new("too-many-rows").with("most", xlsx::MOST_ROWS - 1);
        return Err(Error::field("format", text));
    }
    let schema = Schema::of::<R>().json;
    let names = cells(&R::default())?.into_iter().map(|(name, _)| name);
    let columns: Vec<_> = names
        .map(|name| xlsx::Column {
            money: schema["properties"][&name]["multipleOf"] == json!(0.01),
            name,
        })
        .collect();
    let values = |row| Ok(cells(row)?.into_iter().map(|(_, value)| value).collect());
    let rows: Vec<Vec<Json>> = rows.iter().map(values).collect::<Result<_, Error>>()?;
    let zone = cx.app.zone.clone();
    Ok(async move {
        let written = tokio::task::spawn_blocking(move || xlsx::write(&columns, &rows, &zone));
        let bytes = written.await.map_err(Error::internal)??;
        Ok(file(call, "xlsx", xlsx::MEDIA_TYPE, bytes))
    })
}

/// A file named after the report.
fn file(call: &Call, ending: &str, media_type: &'static str, bytes: bytes::Bytes) -> Reply {
    let path = call.operation.path.trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or("report");
    let mut reply = Reply::download(
        media_type,
        &format!("{name}.{ending}"),
        Box::pin(futures_util::stream::empty()),
    );
    reply.status = StatusCode::OK;
    reply.body = ReplyBody::Whole(bytes);
    reply
}

/// A line of column names, then a line for each row.
fn sheet<R: ReportRow>(rows: &[R]) -> Result<bytes::Bytes, Error> {
    let mut lines = vec![
        cells(&R::default())?
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
    ];
    for row in rows {
        let cells = cells(row)?.into_iter().map(|(_, value)| match value {
            Json::Null => String::new(),
            Json::String(text) => csv::harmless(text),
            other => other.to_string(),
        });
        lines.push(cells.collect());
    }
    csv::file(lines)
}

/// A row's columns in the order of its struct, which a map of JSON would not keep.
fn cells<R: Serialize>(row: &R) -> Result<Vec<(String, Json)>, Error> {
    struct Cells(Vec<(String, Json)>);
    impl<'de> Deserialize<'de> for Cells {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct InOrder;
            impl<'de> Visitor<'de> for InOrder {
                type Value = Cells;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a struct")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells, A::Error> {
                    let mut cells = Vec::new();
                    while let Some(cell) = map.next_entry()? {
                        cells.push(cell);
                    }
                    Ok(Cells(cells))
                }
            }
            from.deserialize_map(InOrder)
        }
    }
    let text = serde_json::to_vec(row)?;
    Ok(serde_json::from_slice::<Cells>(&text)?.0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[derive(Default, Serialize, JsonSchema)]
    struct Sold {
        what: String,
        amount: f64,
        by: Option<String>,
    }

    #[test]
    fn what_is_left_open_is_filled_without_going_back_to_the_beginning() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let today = day("2028-02-29");
        for (usual, asked, answered) in [
            (DefaultPeriod::All, [None, None], [None, None]),
            (
                DefaultPeriod::All,
                [None, Some("2027-05-27")],
                [None, Some("2027-05-27")],
            ),
            (
                DefaultPeriod::Today,
                [None, None],
                [Some("2028-02-29"), Some("2028-02-29")],
            ),
            (
                DefaultPeriod::Today,
                [Some("2027-05-27"), None],
                [Some("2027-05-27"), None],
            ),
            (
                DefaultPeriod::Today,
                [None, Some("2027-05-27")],
                [Some("2026-05-28"), Some("2027-05-27")],
            ),
            (
                DefaultPeriod::Year,
                [None, None],
                [Some("2027-03-01"), Some("2028-02-29")],
            ),
            (
                DefaultPeriod::Year,
                [Some("2020-01-01"), None],
                [Some("2020-01-01"), None],
            ),
            (
                DefaultPeriod::Year,
                [None, Some("2027-12-31")],
                [Some("2027-01-01"), Some("2027-12-31")],
            ),
            (
                DefaultPeriod::Year,
                [Some("2020-01-01"), Some("2027-12-31")],
                [Some("2020-01-01"), Some("2027-12-31")],
            ),
        ] {
            let period = |[start, end]: [Option<&str>; 2]| Period {
                start: start.map(day),
                end: end.map(day),
            };
            let filled = usual.fill(period(asked), today);
            assert_eq!(filled, period(answered), "{usual:?} {asked:?}");
        }
    }

    #[test]
    fn columns_keep_their_order_and_text_stays_text() {
        let sold = |what: &str, amount, by: Option<&str>| Sold {
            what: what.to_owned(),
            amount,
            by: by.map(str::to_owned),
        };
        let rows = [
            sold("=1+1", -12.5, Some("Awa, Dr.")),
            sold("X-ray", 3.0, None),
        ];
        assert_eq!(
            String::from_utf8(sheet(&rows).unwrap().to_vec()).unwrap(),
            "\u{feff}what,amount,by\r\n'=1+1,-12.5,\"Awa, Dr.\"\r\nX-ray,3.0,\r\n"
        );
        assert_eq!(sheet::<Sold>(&[]).unwrap(), "\u{feff}what,amount,by\r\n");
    }
}
