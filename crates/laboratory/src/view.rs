//! Orders as they are shown: tests, results and what was corrected, worked out for a whole page at once.

use std::collections::HashMap;

use jiff::Timestamp;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Order};
use serde::Serialize;

use crate::called::Names;
use crate::catalogue::LabTest;
use crate::flag::{Comparator, Flag};
use crate::items::LabOrderItem;
use crate::measured::{self, Measured};
use crate::result::LabResultValue;

/// A test of the catalogue, as orders show it.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct TestView {
    /// Id of the test, by which it is written.
    pub id: i64,
    /// Short code of the test, such as `CBC`.
    pub test_code: String,
    /// Name of the test as shown to people.
    pub test_name: String,
    /// Specimen that it needs.
    pub specimen_type: String,
    /// Department that does it.
    pub department: String,
    /// LOINC code of the test; null when it is not known.
    pub loinc: Option<String>,
}

/// A value that was corrected.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EarlierView {
    /// Id of the earlier value.
    pub id: i64,
    /// Parameter as it was written.
    pub parameter_name: String,
    /// Number, in the unit of `units`.
    #[serde(serialize_with = "measured::show")]
    #[schemars(with = "Option<f64>")]
    pub value_numeric: Option<Measured>,
    /// Sign before the number, `<` or `>`; null without one.
    #[schemars(with = "Option<String>")]
    pub comparator: Option<Comparator>,
    /// The value where it is no number, or a remark in its place.
    pub value_text: String,
    /// Unit of the value (UCUM, such as `mmol/L`).
    pub units: String,
    /// The flag that the value had: `normal`, `abnormal` or `critical`; null when nothing was known.
    #[schemars(with = "Option<String>")]
    pub abnormal_flag: Option<Flag>,
    /// When it was entered.
    #[schemars(with = "String")]
    pub result_timestamp: Timestamp,
    /// User who entered it.
    pub entered_by: Option<i64>,
    /// Another name of `entered_by`.
    pub entered_by_id: Option<i64>,
    /// When it was replaced.
    #[schemars(with = "String")]
    pub replaced_at: Timestamp,
}

/// A current value of a result.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResultView {
    /// Id of the value.
    pub id: i64,
    /// Test of the order that it belongs to.
    pub lab_order_item: i64,
    /// Another name of `lab_order_item`.
    pub lab_order_item_id: i64,
    /// Parameter as it was written.
    pub parameter_name: String,
    /// Parameter of the catalogue; null when the catalogue does not know it.
    pub parameter: Option<i64>,
    /// Another name of `parameter`.
    pub parameter_id: Option<i64>,
    /// Code of the parameter.
    pub parameter_code: Option<String>,
    /// What pages call it: the catalogue's name where the code was written.
    #[serde(skip)]
    #[schemars(skip)]
    pub called: String,
    /// Number, in the unit of `units`.
    #[serde(serialize_with = "measured::show")]
    #[schemars(with = "Option<f64>")]
    pub value_numeric: Option<Measured>,
    /// Sign before the number, `<` or `>`; null without one.
    #[schemars(with = "Option<String>")]
    pub comparator: Option<Comparator>,
    /// The value where it is no number, or a remark in its place.
    pub value_text: String,
    /// Unit of the value (UCUM, such as `mmol/L`).
    pub units: String,
    /// Lowest normal value, in `units`; null without a range.
    #[serde(serialize_with = "measured::show")]
    #[schemars(with = "Option<f64>")]
    pub reference_range_low: Option<Measured>,
    /// Highest normal value, in `units`; null without a range.
    #[serde(serialize_with = "measured::show")]
    #[schemars(with = "Option<f64>")]
    pub reference_range_high: Option<Measured>,
    /// What it means: `normal`, `low`, `high`, `abnormal` or `critical`; null when nothing is known.
    #[schemars(with = "Option<String>")]
    pub abnormal_flag: Option<Flag>,
    /// Value as entered, where it was converted.
    #[serde(serialize_with = "measured::show")]
    #[schemars(with = "Option<f64>")]
    pub entered_value: Option<Measured>,
    /// Unit as entered, where the value was converted.
    pub entered_units: Option<String>,
    /// When it was entered or corrected.
    #[schemars(with = "String")]
    pub result_timestamp: Timestamp,
    /// User who entered or corrected it.
    pub entered_by: Option<i64>,
    /// Another name of `entered_by`.
    pub entered_by_id: Option<i64>,
    /// Why an earlier value was corrected.
    pub correction_reason: String,
    /// Whom the laboratory told of a critical value, and how; empty before.
    pub told_to: String,
    /// When they were told; null before.
    #[schemars(with = "Option<String>")]
    pub told_at: Option<Timestamp>,
    /// Values that were corrected, newest first.
    pub earlier: Vec<EarlierView>,
}

/// A test of an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ItemView {
    /// Id of the item.
    pub id: i64,
    /// Order that it belongs to.
    pub lab_order: i64,
    /// Another name of `lab_order`.
    pub lab_order_id: i64,
    /// Test of the catalogue.
    pub lab_test: TestView,
    /// Id of the test.
    pub lab_test_id: i64,
    /// Notes for the laboratory.
    pub notes_for_lab: String,
    /// Current results.
    pub results: Vec<ResultView>,
}

const WHY: &str = "whoever sees an order sees its tests and results";

/// The tests of orders, by order.
pub(crate) async fn of_orders(
    cx: &mut Cx,
    orders: &[i64],
) -> Result<HashMap<i64, Vec<ItemView>>, Error> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = select::<LabOrderItem>();
    query
        .and_where(among(cx.dialect(), LabOrderItem::lab_order, orders))
        .and_where(column("lab_order_item", "voided_at").is_null())
        .order_by(LabOrderItem::id, Order::Asc);
    let items: Vec<LabOrderItem> = cx.unscoped(WHY).records(query).await?;
    let mut by_order: HashMap<i64, Vec<ItemView>> = HashMap::new();
    for view in of_items(cx, &items).await? {
        by_order.entry(view.lab_order).or_default().push(view);
    }
    Ok(by_order)
}

/// Tests of orders, in their order.
pub(crate) async fn of_items(cx: &mut Cx, items: &[LabOrderItem]) -> Result<Vec<ItemView>, Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut tests: Vec<i64> = items.iter().map(|item| item.lab_test.get()).collect();
    tests.sort_unstable();
    tests.dedup();
    let mut query = select::<LabTest>();
    query.and_where(among(cx.dialect(), LabTest::id, &tests));
    let tests: Vec<LabTest> = cx.unscoped(WHY).records(query).await?;
    let tests: HashMap<i64, TestView> = tests
        .into_iter()
        .map(|test| (test.meta.id, shown(test)))
        .collect();
    let ids: Vec<i64> = items.iter().map(|item| item.meta.id).collect();
    let mut results = results(cx, &ids).await?;
    let views = items.iter().map(|item| ItemView {
        id: item.meta.id,
        lab_order: item.lab_order.get(),
        lab_order_id: item.lab_order.get(),
        lab_test: tests.get(&item.lab_test.get()).cloned().unwrap_or_default(),
        lab_test_id: item.lab_test.get(),
        notes_for_lab: item.notes_for_lab.open().to_string(),
        results: results.remove(&item.meta.id).unwrap_or_default(),
    });
    Ok(views.collect())
}

fn shown(test: LabTest) -> TestView {
    TestView {
        id: test.meta.id,
        test_code: test.test_code.to_string(),
        test_name: test.test_name.to_string(),
        specimen_type: test.specimen_type.to_string(),
        department: test.department.to_string(),
        loinc: test.loinc.map(|loinc| loinc.to_string()),
    }
}

/// Values of items with what was corrected, by item.
async fn results(cx: &mut Cx, items: &[i64]) -> Result<HashMap<i64, Vec<ResultView>>, Error> {
    let only = among(cx.dialect(), LabResultValue::lab_order_item, items);
    let rows = values(cx, only).await?;
    let (current, replaced): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.replaced_by.is_none());
    let mut by_item: HashMap<i64, Vec<ResultView>> = HashMap::new();
    for view in with_codes(cx, &current, by_current(replaced)).await? {
        by_item.entry(view.lab_order_item).or_default().push(view);
    }
    Ok(by_item)
}

/// Values as they are shown, in their order.
pub(crate) async fn of_values(
    cx: &mut Cx,
    rows: &[LabResultValue],
) -> Result<Vec<ResultView>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let only = among(cx.dialect(), LabResultValue::replaced_by, &ids);
    let earlier = by_current(values(cx, only).await?);
    with_codes(cx, rows, earlier).await
}

async fn values(cx: &mut Cx, only: Expr) -> Result<Vec<LabResultValue>, Error> {
    let mut query = select::<LabResultValue>();
    query
        .and_where(only)
        .and_where(column("lab_result_value", "voided_at").is_null())
        .order_by(LabResultValue::id, Order::Asc);
    cx.unscoped(WHY).records(query).await
}

/// What was corrected, by the value that stands there now; newest first.
fn by_current(replaced: Vec<LabResultValue>) -> HashMap<i64, Vec<EarlierView>> {
    let mut earlier: HashMap<i64, Vec<EarlierView>> = HashMap::new();
    for row in replaced.into_iter().rev() {
        let Some(current) = row.replaced_by else {
            continue;
        };
        earlier.entry(current.get()).or_default().push(EarlierView {
            id: row.meta.id,
            parameter_name: row.parameter_name.open().to_string(),
            value_numeric: row.value_numeric,
            comparator: row.comparator,
            value_text: row.value_text.open().to_string(),
            units: row.units.open().to_string(),
            abnormal_flag: row.abnormal_flag,
            result_timestamp: row.result_timestamp,
            entered_by: row.entered_by.map(|user| user.get()),
            entered_by_id: row.entered_by.map(|user| user.get()),
            replaced_at: row.meta.created_at,
        });
    }
    earlier
}

/// The parameters' codes with one query for all.
async fn with_codes(
    cx: &mut Cx,
    rows: &[LabResultValue],
    mut earlier: HashMap<i64, Vec<EarlierView>>,
) -> Result<Vec<ResultView>, Error> {
    let names = Names::of(cx, rows).await?;
    let views = rows.iter().map(|row| {
        shown_value(
            row,
            &names,
            earlier.remove(&row.meta.id).unwrap_or_default(),
        )
    });
    Ok(views.collect())
}

fn shown_value(row: &LabResultValue, names: &Names, earlier: Vec<EarlierView>) -> ResultView {
    let parameter = row.parameter.map(|parameter| parameter.get());
    ResultView {
        id: row.meta.id,
        lab_order_item: row.lab_order_item.get(),
        lab_order_item_id: row.lab_order_item.get(),
        parameter_name: row.parameter_name.open().to_string(),
        parameter,
        parameter_id: parameter,
        parameter_code: names.code(row).map(str::to_owned),
        called: names.name(row),
        value_numeric: row.value_numeric,
        comparator: row.comparator,
        value_text: row.value_text.open().to_string(),
        units: row.units.open().to_string(),
        reference_range_low: row.reference_range_low,
        reference_range_high: row.reference_range_high,
        abnormal_flag: row.abnormal_flag,
        entered_value: row.entered_value,
        entered_units: row
            .entered_units
            .open()
            .as_ref()
            .map(|units| units.to_string()),
        result_timestamp: row.result_timestamp,
        entered_by: row.entered_by.map(|user| user.get()),
        entered_by_id: row.entered_by.map(|user| user.get()),
        correction_reason: row.correction_reason.open().to_string(),
        told_to: row.told_to.open().to_string(),
        told_at: row.told_at,
        earlier,
    }
}
