//! The tests of an order.

use clinical::encounter::{check_unsigned, hold_open};
use patients::Patient;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, column, select, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::field::{Blank, Ref};
use platform::record::{Body, Column, Meta, Record};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait};
use serde::Serialize;
use serde_json::Value as Json;

use crate::catalogue::LabTest;
use crate::order::{self, LabOrder, not_from};
use crate::result::LabResultValue;
use crate::view::{self, ResultView, TestView};
use crate::{due, order_news};

platform::record! {
    /// A test of a laboratory order.
    pub struct LabOrderItem in "lab_order_item" for patient {
        client {
            /// Order that it belongs to; cannot be changed.
            lab_order: Ref<LabOrder>,
            /// Test of the catalogue; written as an id, shown as an object. Cannot be changed.
            lab_test: Ref<LabTest>,
            /// Notes for the laboratory; they stay once the encounter is signed.
            notes_for_lab: Sealed<Blank<2000>>,
        }
        server {
            /// Patient of the order.
            patient: Ref<Patient> = Ref::new(0),
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct LabOrderItemExtra {
    /// Test of the catalogue.
    pub lab_test: TestView,
    /// Id of the test.
    pub lab_test_id: i64,
    /// Current results, with what was corrected.
    pub results: Vec<ResultView>,
}

impl Resource for LabOrderItem {
    const PATH: &'static str = "lab_order_items";
    /// A test leaves the order only with the order: whoever charges for it hears of nothing else.
    const VERBS: &'static str = "cru";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        LabOrderItem::lab_order,
        LabOrderItem::lab_test,
        LabOrderItem::patient,
    ];
    const REPLACED: &'static [Column<Self>] = &[LabOrderItem::lab_test];
    const FOLLOWS: &'static [Column<Self>] = &[LabOrderItem::lab_order];
    const LIST: &'static [Column<Self>] = &[
        LabOrderItem::lab_order,
        LabOrderItem::patient,
        LabOrderItem::lab_test,
        LabOrderItem::notes_for_lab,
    ];
    type Extra = LabOrderItemExtra;

    fn access() -> Access {
        order::access()
    }

    fn scope(grant: &Grant) -> Scope {
        order::within("lab_order_item", Expr::from(LabOrderItem::lab_order), grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if let Some(before) = change.before {
            let fixed = |row: &Self| (row.lab_order, row.lab_test);
            if fixed(before) != fixed(change.row) {
                return Err(Error::field(
                    "lab_test",
                    Text::new("laboratory-order-fixed"),
                ));
            }
        }
        let order: LabOrder = cx.hold(change.row.lab_order.get()).await?;
        if !order.status.is_open() {
            return Err(not_from(order.status));
        }
        if change.changed(|row| row.notes_for_lab.open().to_string()) {
            check_unsigned(cx, order.encounter.get()).await?;
        }
        if change.is_new() {
            hold_open(cx, order.encounter.get()).await?;
            let unknown = unavailable(cx, &[change.row.lab_test.get()]).await?;
            if let Some(text) = unknown.into_iter().next() {
                return Err(Error::field("lab_test_id", text.1));
            }
            change.row.patient = order.patient;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let order: LabOrder = cx.hold(change.row.lab_order.get()).await?;
        let after = match change.is_new() {
            true => added(cx, order.clone(), std::slice::from_ref(change.row)).await?,
            false => order.clone(),
        };
        cx.renew(&after, &order).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let order: LabOrder = cx.hold(row.lab_order.get()).await?;
        cx.renew(&order, &order).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<LabOrderItemExtra>, Error> {
        let views = view::of_items(cx, rows).await?;
        let extras = views.into_iter().map(|view| LabOrderItemExtra {
            lab_test_id: view.lab_test_id,
            lab_test: view.lab_test,
            results: view.results,
        });
        Ok(extras.collect())
    }
}

/// What a client says of a test to be ordered.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) lab_test: i64,
    pub(crate) notes_for_lab: Sealed<Blank<2000>>,
}

/// The tests that a body names under `items`, checked; each complaint stands at its item.
pub(crate) async fn wanted(cx: &mut Cx, items: Option<&Json>) -> Result<Vec<Wanted>, Error> {
    let Some(items) = items.filter(|items| !items.is_null()) else {
        return Ok(Vec::new());
    };
    let Some(items) = items.as_array().filter(|items| items.len() <= MOST) else {
        return Err(Error::field(
            "items",
            Text::new("laboratory-items").with("max", MOST),
        ));
    };
    let mut faults: Vec<Option<Faults>> = vec![None; items.len()];
    let mut wanted = Vec::with_capacity(items.len());
    for (item, fault) in items.iter().zip(&mut faults) {
        match parse(item) {
            Ok(item) => wanted.push(item),
            Err(found) => *fault = Some(found),
        }
    }
    if faults.iter().all(Option::is_none) {
        let tests: Vec<i64> = wanted.iter().map(|item| item.lab_test).collect();
        for (test, text) in unavailable(cx, &tests).await? {
            for (item, fault) in wanted.iter().zip(&mut faults) {
                if item.lab_test == test {
                    *fault = Some(Faults::one("lab_test_id", text.clone()));
                }
            }
        }
    }
    if faults.iter().any(Option::is_some) {
        let mut all = Faults::new();
        all.put("items", Fault::Items(faults));
        return Err(all.into());
    }
    Ok(wanted)
}

/// Tests in one request.
pub(crate) const MOST: usize = 100;

fn parse(item: &Json) -> Result<Wanted, Faults> {
    let Some(object) = item.as_object() else {
        return Err(Faults::one("lab_test_id", Text::new("required")));
    };
    let mut object = object.clone();
    if let Some(id) = object.remove("lab_test_id") {
        object.insert("lab_test".to_owned(), id);
    }
    let body = Body(object);
    let mut faults = Faults::new();
    let lab_test = body.create::<Ref<LabTest>>("lab_test", None, &mut faults);
    let notes_for_lab = body.create("notes_for_lab", None, &mut faults);
    match (lab_test, notes_for_lab) {
        (Some(lab_test), Some(notes_for_lab)) => Ok(Wanted {
            lab_test: lab_test.get(),
            notes_for_lab,
        }),
        _ => Err(faults),
    }
}

/// Those of the tests that cannot be ordered, and why.
async fn unavailable(cx: &mut Cx, tests: &[i64]) -> Result<Vec<(i64, Text)>, Error> {
    if tests.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select::<LabTest>();
    query.and_where(among(cx.dialect(), LabTest::id, tests));
    let known: Vec<LabTest> = cx
        .unscoped("whoever orders a test may know whether it is offered")
        .records(query)
        .await?;
    let mut tests: Vec<i64> = tests.to_vec();
    tests.sort_unstable();
    tests.dedup();
    let refused =
        tests
            .into_iter()
            .filter_map(|id| match known.iter().find(|test| test.meta.id == id) {
                Some(test) if test.is_active => None,
                Some(test) => {
                    let text = Text::new("laboratory-test-inactive");
                    Some((id, text.with("test", &test.test_name)))
                }
                None => {
                    let text = Text::new("unknown-reference").with("id", id);
                    Some((id, text.with("kind", "lab test")))
                }
            });
    Ok(refused.collect())
}

/// Removes the tests of an order that is removed.
pub(crate) async fn remove_all(cx: &mut Cx, order: i64) -> Result<(), Error> {
    let mut query = select::<LabOrderItem>();
    query
        .and_where(LabOrderItem::lab_order.eq(order))
        .and_where(column(LabOrderItem::TABLE, "voided_at").is_null());
    let items: Vec<LabOrderItem> = cx
        .unscoped("whoever removes an order removes all its tests")
        .records(query)
        .await?;
    cx.remove_all(&items).await
}

/// Stores the tests that the body of a new order names.
pub(crate) async fn ordered(
    cx: &mut Cx,
    order: &LabOrder,
    body: &Body,
) -> Result<Vec<LabOrderItem>, Error> {
    let wanted = wanted(cx, body.0.get("items")).await?;
    store(cx, order, wanted).await
}

/// Stores tests of an order.
pub(crate) async fn store(
    cx: &mut Cx,
    order: &LabOrder,
    wanted: Vec<Wanted>,
) -> Result<Vec<LabOrderItem>, Error> {
    let rows = wanted.into_iter().map(|item| LabOrderItem {
        meta: Meta::unstored(),
        lab_order: Ref::new(order.meta.id),
        lab_test: Ref::new(item.lab_test),
        notes_for_lab: item.notes_for_lab,
        patient: order.patient,
    });
    let mut rows: Vec<LabOrderItem> = rows.collect();
    cx.insert_all(&mut rows).await?;
    Ok(rows)
}

/// What follows from tests added to an order that stands; answers the order as it is then.
pub(crate) async fn added(
    cx: &mut Cx,
    order: LabOrder,
    items: &[LabOrderItem],
) -> Result<LabOrder, Error> {
    order_news::ordered(cx, &order, items)?;
    let targets = due::targets(cx, order.meta.id).await?;
    let mut row = order.clone();
    row.due_at = due::of(&order, targets);
    cx.update(&mut row, &order).await?;
    Ok(row)
}

/// Whether an order has any result.
pub(crate) async fn has_results(cx: &mut Cx, order: i64) -> Result<bool, Error> {
    let statement = Statement::raw(
        "SELECT id FROM lab_result_value WHERE lab_order = $1 AND voided_at IS NULL LIMIT 1",
        vec![order.to_value()],
    );
    let found: Option<(i64,)> = cx
        .unscoped("an order with results is not cancelled, whoever asks")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}

/// Every test of an order has a current result.
pub(crate) async fn all_have_results(cx: &mut Cx, order: i64) -> Result<bool, Error> {
    let statement = Statement::raw(
        "SELECT i.id FROM lab_order_item i WHERE i.lab_order = $1 AND i.voided_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM lab_result_value v WHERE v.lab_order_item = i.id AND v.replaced_by IS NULL AND v.voided_at IS NULL) LIMIT 1",
        vec![order.to_value()],
    );
    let missing: Option<(i64,)> = cx
        .unscoped("whether an order is complete follows from all of its tests")
        .optional(statement)
        .await?;
    Ok(missing.is_none())
}

/// Whether a test has no other value than this one, which stands for it.
pub(crate) async fn is_last_value(cx: &mut Cx, row: &LabResultValue) -> Result<bool, Error> {
    if row.replaced_by.is_some() {
        return Ok(false);
    }
    let statement = Statement::raw(
        "SELECT id FROM lab_result_value WHERE lab_order_item = $1 AND id <> $2 AND replaced_by IS NULL \
         AND voided_at IS NULL LIMIT 1",
        values([&row.lab_order_item.get(), &row.meta.id]),
    );
    let other: Option<(i64,)> = cx
        .unscoped("whether a test is done follows from all of its values")
        .optional(statement)
        .await?;
    Ok(other.is_none())
}

/// The tests of an order.
pub(crate) async fn of_order(cx: &mut Cx, order: i64) -> Result<Vec<LabOrderItem>, Error> {
    let mut query = select::<LabOrderItem>();
    query
        .and_where(LabOrderItem::lab_order.eq(order))
        .and_where(column("lab_order_item", "voided_at").is_null());
    cx.unscoped("the tests of an order that the caller reaches")
        .records(query)
        .await
}
