//! Clinical reports: diagnoses and vaccinations of a period.

use kernel::BuiltinRole::{Admin, Doctor};
use kernel::Reach;
use platform::access::Access;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use schemars::JsonSchema;
use sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Query};
use serde::Serialize;

use crate::encounter::Encounter;
use crate::rules::{icd10, immunisation};
use crate::vaccination::Vaccination;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .report(
            Report::table(
                "clinical-reports/diagnoses/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(diagnoses(cx, asked)),
            )
            .may(Access::may(&[Admin]).reach(Doctor, "x", Reach::Own))
            .summary("How often each diagnosis was made; a doctor sees their own encounters"),
        )
        .report(
            Report::table(
                "clinical-reports/vaccinations/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(vaccinations(cx, asked)),
            )
            .may(Access::may(&[Admin]))
            .summary("How many doses of each vaccine were given"),
        )
}

/// A diagnosis and how often it was made.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct DiagnosisCount {
    /// ICD-10 code; empty for encounters without one.
    diagnosis_code: String,
    /// The code's title; empty when it is not on the list.
    title: String,
    /// Encounters with this diagnosis.
    count: i64,
}

async fn diagnoses(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<DiagnosisCount>, Error> {
    let mut query = Query::select();
    query
        .expr(Encounter::diagnosis_code)
        .expr(Func::count(Expr::col(Asterisk)))
        .from(Alias::new("encounter"))
        .and_where(Expr::col(("encounter", "voided_at")).is_null())
        .cond_where(asked.period.moments(cx, Encounter::encounter_date))
        .group_by_col(("encounter", "diagnosis_code"));
    let grant = cx.grant();
    if grant.reach != Reach::All {
        query.and_where(Encounter::doctor.eq(grant.user));
    }
    let mut counts: Vec<DiagnosisCount> = counted(cx, &query)
        .await?
        .into_iter()
        .map(|(code, count)| DiagnosisCount {
            title: icd10::title(&code).to_owned(),
            diagnosis_code: code,
            count,
        })
        .collect();
    counts.sort_by(|a, b| (b.count, &a.diagnosis_code).cmp(&(a.count, &b.diagnosis_code)));
    Ok(counts)
}

/// A vaccine and how often it was given.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct VaccinationCount {
    /// CVX code; empty for vaccinations without one.
    code: String,
    /// The vaccine's name in the schedule; empty when it is not part of it.
    vaccine: String,
    /// Number of doses given.
    count: i64,
}

async fn vaccinations(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<VaccinationCount>, Error> {
    let mut query = Query::select();
    query
        .expr(Vaccination::code)
        .expr(Func::count(Expr::col(Asterisk)))
        .from(Alias::new("vaccination"))
        .and_where(Expr::col(("vaccination", "voided_at")).is_null())
        .cond_where(asked.period.days(Vaccination::date_administered))
        .group_by_col(("vaccination", "code"));
    let mut counts: Vec<VaccinationCount> = counted(cx, &query)
        .await?
        .into_iter()
        .map(|(code, count)| VaccinationCount {
            vaccine: immunisation::name(&code).to_owned(),
            code,
            count,
        })
        .collect();
    counts.sort_by(|a, b| (b.count, &a.code).cmp(&(a.count, &b.code)));
    Ok(counts)
}

/// Counts by code; no code is the empty one.
async fn counted(
    cx: &mut Cx,
    query: &sea_query::SelectStatement,
) -> Result<Vec<(String, i64)>, Error> {
    let statement = Statement::build(cx.dialect(), query);
    let rows: Vec<(Option<String>, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(code, count)| (code.unwrap_or_default(), count))
        .collect())
}
