//! What was charged and has no price yet: named when its bill is opened, listed in a report, raised as an alert.

use kernel::{Code, Reach};
use platform::access::Permission;
use platform::alert::{Alert, Urgency, Wanted};
use platform::cx::{Cx, select};
use platform::db::Statement;
use platform::error::Error;
use platform::report::ReportRequest;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Order};
use serde::Serialize;

use crate::bill_item::BillItem;

/// Lines that are looked at: more are named when these have a price.
const MOST: u64 = 1000;
/// Lines that are named in a refusal.
const NAMED: usize = 20;
/// Whoever opens bills is told of what has no price.
const OPEN: Permission = Permission::new("bills", "open");
/// As the index of such lines has it: SQLite uses that for these words only.
const UNPRICED: &str = r#""bill_item"."unpriced" AND "bill_item"."voided_at" IS NULL"#;

/// Refuses to open a draft with lines that have no price yet.
///
/// # Errors
/// 409 `state_conflict`, which names the lines.
pub(crate) async fn check(cx: &mut Cx, bill: i64) -> Result<(), Error> {
    let found = lines(cx, Some(bill)).await?;
    if found.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = found.iter().take(NAMED).map(called).collect();
    let named: Vec<Json> = found
        .iter()
        .take(NAMED)
        .map(|line| json!({ "id": line.meta.id, "description": called(line) }))
        .collect();
    let text = Text::new("billing-without-price")
        .with("count", found.len())
        .with("names", names.join(", "));
    Err(Error::refuse(Code::StateConflict, text).with("unpriced", Json::Array(named)))
}

fn called(line: &BillItem) -> String {
    line.description.open().to_string()
}

/// Lines without a price, the oldest first: of one bill, or of all drafts.
async fn lines(cx: &mut Cx, bill: Option<i64>) -> Result<Vec<BillItem>, Error> {
    let mut query = select::<BillItem>();
    query
        .and_where(Expr::cust(UNPRICED))
        .order_by(("bill_item", "id"), Order::Asc)
        .limit(MOST);
    if let Some(bill) = bill {
        query.and_where(BillItem::bill.eq(bill));
    }
    cx.unscoped("what has no price is told to those who may open bills")
        .records(query)
        .await
}

/// Something that was charged and has no price.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct WithoutPrice {
    /// What was charged, as on the bills.
    description: String,
    /// What it was charged for, such as `lab_order_item`; null for lines that people wrote.
    source_type: Option<&'static str>,
    /// How many lines of bills have no price for it.
    lines: i64,
    /// The day on which the first of them was charged, where the hospital is.
    since: String,
}

/// The report: what has no price, the most frequent first.
pub(crate) async fn report(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<WithoutPrice>, Error> {
    let mut rows: Vec<WithoutPrice> = Vec::new();
    for line in lines(cx, None).await? {
        let day = cx.app.zone.today(line.meta.created_at);
        let early = asked.period.start.is_some_and(|start| day < start);
        if early || asked.period.end.is_some_and(|end| day > end) {
            continue;
        }
        let (description, source) = (called(&line), line.source_type.map(|kind| kind.as_str()));
        let known = rows
            .iter_mut()
            .find(|row| row.description == description && row.source_type == source);
        match known {
            Some(row) => row.lines += 1,
            None => rows.push(WithoutPrice {
                description,
                source_type: source,
                lines: 1,
                since: day.to_string(),
            }),
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.lines));
    Ok(rows)
}

/// The alert of those who may open bills.
pub(crate) async fn alerts(cx: &mut Cx, _wanted: Wanted) -> Result<Vec<Alert>, Error> {
    if cx.grant_of(OPEN).reach == Reach::None {
        return Ok(Vec::new());
    }
    let found: Option<(i64,)> = cx
        .unscoped("what has no price is told to those who may open bills")
        .optional(Statement::raw(
            "SELECT COUNT(*) FROM bill_item WHERE unpriced AND voided_at IS NULL",
            Vec::new(),
        ))
        .await?;
    let count = found.map_or(0, |(count,)| count);
    if count == 0 {
        return Ok(Vec::new());
    }
    let text = Text::new("billing-alert-unpriced").with("count", count);
    Ok(vec![Alert {
        id: None,
        kind: "charge_without_price".to_owned(),
        severity: Urgency::Warning,
        message: cx.app.texts.render(cx.origin.language, &text),
        patient: None,
        patient_id: None,
        is_read: false,
        created_at: cx.now(),
    }])
}
