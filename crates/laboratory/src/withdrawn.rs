//! What a patient is told while results that they could see are corrected: that the earlier ones no longer count, and no
//! value.

use jiff::Timestamp;
use patients::reach;
use platform::access::{Access, Permission, Scope};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::record::Record;
use platform::resource::Resource;
use platform::route::Route;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::order::LabOrder;
use crate::state::LabOrderStatus;
use crate::view;

/// Orders that are told of, the latest first.
const MOST: u64 = 20;

/// An order whose results were withdrawn from the patient.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Withdrawn {
    /// Id of the order.
    pub id: i64,
    /// The patient whose order it is.
    pub patient: i64,
    /// The tests, or what was asked for in words.
    pub tests: Vec<String>,
    /// When it was ordered.
    #[schemars(with = "String")]
    pub order_date: Timestamp,
    /// When the results were withdrawn.
    #[schemars(with = "Option<String>")]
    pub withdrawn_at: Option<Timestamp>,
    /// Whether corrected results are expected: not of an order that was cancelled since.
    pub is_being_checked: bool,
}

/// Those of the patients in the caller's reach, or of one of them.
///
/// # Errors
/// When the database fails.
pub async fn withdrawn(cx: &mut Cx, patient: Option<i64>) -> Result<Vec<Withdrawn>, Error> {
    let reach = reach(LabOrder::TABLE, "patient", &cx.grant_of(LabOrder::READ));
    let mut query = select::<LabOrder>();
    query
        .and_where(LabOrder::withdrawn_at.is_not_null())
        .and_where(column(LabOrder::TABLE, "voided_at").is_null())
        .order_by((LabOrder::TABLE, "id"), Order::Desc)
        .limit(MOST);
    match reach {
        Scope::All => {}
        Scope::Nothing => return Ok(Vec::new()),
        Scope::Where(reach) => {
            query.cond_where(reach);
        }
    }
    if let Some(patient) = patient {
        query.and_where(LabOrder::patient.eq(patient));
    }
    let rows: Vec<LabOrder> = cx
        .unscoped("the reach is part of the query, without what only reviewed orders have")
        .records(query)
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let mut items = view::of_orders(cx, &ids).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        cx.saw_record(row);
        let items = items.remove(&row.meta.id).unwrap_or_default();
        let written = row.test_name.open().to_string();
        let written = Some(written).filter(|written| !written.is_empty());
        all.push(Withdrawn {
            id: row.meta.id,
            patient: row.patient.get(),
            tests: written
                .into_iter()
                .chain(items.into_iter().map(|item| item.lab_test.test_name))
                .collect(),
            order_date: row.order_date,
            withdrawn_at: row.withdrawn_at,
            is_being_checked: row.status != LabOrderStatus::Cancelled,
        });
    }
    Ok(all)
}

/// Says it in the portal.
pub(crate) fn route() -> Operation {
    Route::get(
        "patient-portal",
        "patient-portal/laborders/withdrawn/",
        |cx, call| Box::pin(answer(cx, call)),
    )
    .may(
        Permission::new("patient-portal", "laborders"),
        Access::own("x"),
    )
    .patient_data()
    .answers::<Vec<Withdrawn>>(200)
    .summary("The caller's own laboratory orders whose results were withdrawn for a correction, without values")
    .done()
}

async fn answer(cx: &mut Cx, _: &Call) -> Result<Reply, Error> {
    cx.saw_nothing();
    Reply::ok(&withdrawn(cx, None).await?)
}
