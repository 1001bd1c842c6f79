//! What is prescribed most.

use std::collections::HashMap;

use kernel::BuiltinRole::{Admin, Doctor, Pharmacist};
use kernel::Reach;
use kernel::names::fold;
use platform::access::Access;
use platform::audit::Action;
use platform::cx::{Cx, among, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use schemars::JsonSchema;
use sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Order, Query};
use serde::Serialize;

use crate::prescription::{Prescription, PrescriptionStatus};

/// So many medicines are named.
const NAMED: usize = 10;
/// While the index key rotates a name may have two hashes.
const GROUPS: u64 = 20;

/// How often a medicine was prescribed.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct TopMedication {
    /// The medicine's name as last written.
    medication_name: String,
    /// Prescriptions of it, without those that were cancelled.
    count: i64,
}

/// The report.
pub(crate) fn top_prescribed() -> Report {
    Report::table(
        "report/top_prescribed_medications/",
        Some("top_medications"),
        DefaultPeriod::Year,
        |cx, asked| Box::pin(top(cx, asked)),
    )
    .may(Access::may(&[Admin, Pharmacist]).reach(Doctor, "x", Reach::Own))
    .patient_data()
    .summary("The ten medicines prescribed most; a doctor's own prescriptions for a doctor")
}

async fn top(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<TopMedication>, Error> {
    // A rare medicine's name can be as telling as a patient's.
    cx.seen_as(Action::View, "report/top_prescribed_medications/");
    let grant = cx.grant();
    let mut query = Query::select();
    query
        .from(Prescription::TABLE)
        .expr(Func::count(Expr::col(Asterisk)))
        .expr(Func::max(Expr::col(Prescription::id)))
        .and_where(column(Prescription::TABLE, "voided_at").is_null())
        .and_where(Prescription::status.ne(PrescriptionStatus::Cancelled.as_str()))
        .cond_where(asked.period.moments(cx, Prescription::prescribed_at))
        .group_by_col((
            Alias::new(Prescription::TABLE),
            Alias::new("medication_key"),
        ))
        .order_by_expr(Func::count(Expr::col(Asterisk)).into(), Order::Desc)
        .order_by_expr(Func::max(Expr::col(Prescription::id)).into(), Order::Desc)
        .limit(GROUPS);
    if grant.reach != Reach::All {
        query.and_where(Prescription::prescribed_by.eq(grant.user));
    }
    let statement = Statement::build(cx.dialect(), &query);
    let groups: Vec<(i64, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    let names = names(cx, groups.iter().map(|(_, sample)| *sample).collect()).await?;
    let mut top: Vec<TopMedication> = Vec::new();
    for (count, sample) in groups {
        let name = names.get(&sample).cloned().unwrap_or_default();
        match top
            .iter_mut()
            .find(|row| fold(&row.medication_name) == fold(&name))
        {
            Some(row) => row.count += count,
            None => top.push(TopMedication {
                medication_name: name,
                count,
            }),
        }
    }
    top.sort_by_key(|row| std::cmp::Reverse(row.count));
    top.truncate(NAMED);
    Ok(top)
}

/// The names of the latest prescription of each group: a medicine's, and nobody's.
async fn names(cx: &mut Cx, samples: Vec<i64>) -> Result<HashMap<i64, String>, Error> {
    let mut query = select::<Prescription>();
    query.and_where(among(cx.dialect(), Prescription::id, &samples));
    let rows: Vec<Prescription> = cx
        .unscoped("the name of a medicine in a report says nothing of a patient")
        .records(query)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.meta.id, row.medication_name.open().to_string()))
        .collect())
}
