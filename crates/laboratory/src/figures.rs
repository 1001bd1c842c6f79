//! What the laboratory contributes to dashboards and reports.

use kernel::BuiltinRole::{Admin, Doctor, LabTechnician};
use platform::access::Access;
use platform::cx::{Cx, column};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use platform::resource::Resource;
use schemars::JsonSchema;
use sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait, Func, Query};
use serde::Serialize;

use crate::catalogue::LabTest;
use crate::items::LabOrderItem;
use crate::order::LabOrder;
use crate::state::LabOrderStatus::{self, Collected, Completed, InProgress, Ordered};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("unread_lab_results", LabOrder::READ, |cx, grant| {
                Box::pin(async move {
                    let mine = is(&[Completed]).add(LabOrder::ordered_by.eq(grant.user));
                    let count = figure::count::<LabOrder>(cx, &grant, Some(mine)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Doctor]),
        )
        .figure(
            Figure::new("pending_lab_orders", LabOrder::READ, |cx, grant| {
                Box::pin(async move {
                    let open = is(&OPEN);
                    let count = figure::count::<LabOrder>(cx, &grant, Some(open)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[LabTechnician]),
        )
        .figure(
            Figure::new("specimens_to_collect", LabOrder::READ, |cx, grant| {
                Box::pin(async move {
                    let ordered = is(&[Ordered]);
                    let count = figure::count::<LabOrder>(cx, &grant, Some(ordered)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[LabTechnician]),
        )
        .figure(
            Figure::new("overdue_lab_orders", LabOrder::READ, |cx, grant| {
                Box::pin(async move {
                    let late = is(&OPEN).add(LabOrder::due_at.lt(cx.now().to_value()));
                    let count = figure::count::<LabOrder>(cx, &grant, Some(late)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[LabTechnician]),
        )
        .report(
            Report::table(
                "clinical-reports/lab_turnaround/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(turnaround(cx, asked)),
            )
            .may(Access::may(&[Admin, LabTechnician]))
            .summary(
                "How long the laboratory takes for each test, from collection to the last result",
            ),
        )
}

const OPEN: [LabOrderStatus; 3] = [Ordered, Collected, InProgress];

fn is(statuses: &[LabOrderStatus]) -> Condition {
    let texts = statuses.iter().map(|status| status.as_str());
    Condition::all().add(LabOrder::status.is_in(texts))
}

/// How long the laboratory takes for a test.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct TestTurnaround {
    /// The `id` of the test in the catalogue.
    lab_test_id: i64,
    /// Its short code.
    test_code: String,
    /// Name of the test.
    test_name: String,
    /// Times that it was done: orders completed in the period, by the day of completion.
    completed: i64,
    /// Minutes from collection to the last result, on average; one decimal.
    average_minutes: f64,
    /// The longest of them, in minutes; one decimal.
    longest_minutes: f64,
    /// Share done within the catalogue's target time, from 0 to 1 with four decimals; null without a target.
    within_target: Option<f64>,
}

async fn turnaround(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<TestTurnaround>, Error> {
    let seconds = match cx.dialect() {
        Dialect::Sqlite => r#"("lab_order"."completed_at" - "lab_order"."collected_at") / 1000000"#,
        Dialect::Postgres => {
            r#"cast(extract(epoch from "lab_order"."completed_at" - "lab_order"."collected_at") as bigint)"#
        }
    };
    let target = r#"60 * CASE WHEN "lab_order"."priority" = 'routine' THEN "lab_test"."turnaround_minutes"
        ELSE coalesce("lab_test"."turnaround_stat_minutes", "lab_test"."turnaround_minutes") END"#;
    let timed = format!("CASE WHEN {target} IS NULL THEN 0 ELSE 1 END");
    let met = format!("CASE WHEN {seconds} <= {target} THEN 1 ELSE 0 END");
    let mut query = Query::select();
    query
        .expr(LabTest::id)
        .expr(LabTest::test_code)
        .expr(LabTest::test_name)
        .expr(Func::count(Expr::col(Asterisk)))
        .expr(Func::cast_as(
            Func::sum(Expr::cust(seconds)),
            Alias::new("bigint"),
        ))
        .expr(Func::max(Expr::cust(seconds)))
        .expr(Func::sum(Expr::cust(timed)))
        .expr(Func::sum(Expr::cust(met)))
        .from("lab_order_item")
        .inner_join(
            "lab_order",
            LabOrder::id.eq(Expr::from(LabOrderItem::lab_order)),
        )
        .inner_join(
            "lab_test",
            LabTest::id.eq(Expr::from(LabOrderItem::lab_test)),
        )
        .and_where(column("lab_order", "voided_at").is_null())
        .and_where(column("lab_order_item", "voided_at").is_null())
        .and_where(LabOrder::collected_at.is_not_null())
        .cond_where(asked.period.moments(cx, LabOrder::completed_at))
        .add_group_by([LabTest::id, LabTest::test_code, LabTest::test_name].map(Expr::from));
    let statement = Statement::build(cx.dialect(), &query);
    type Row = (i64, String, String, i64, i64, i64, i64, i64);
    let mut found: Vec<Row> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    found.sort_by_key(|(id, .., count, _, _, _, _)| (std::cmp::Reverse(*count), *id));
    let rows =
        found.into_iter().map(
            |(id, code, name, count, sum, longest, timed, met)| TestTurnaround {
                lab_test_id: id,
                test_code: code,
                test_name: name,
                completed: count,
                average_minutes: rounded(sum as f64 / Ord::max(count, 1) as f64 / 60.0, 1),
                longest_minutes: rounded(longest as f64 / 60.0, 1),
                within_target: (timed > 0).then(|| rounded(met as f64 / timed as f64, 4)),
            },
        );
    Ok(rows.collect())
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
