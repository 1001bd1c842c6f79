//! A line of a bill.

use kernel::Money;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::{Body, Column};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::ExprTrait;
use serde::Serialize;

use crate::bill::{Bill, billing};
use crate::book;
use crate::ledger::EntryKind;
use crate::lines;
use crate::service_catalog::ServiceCatalog;

platform::choice! {
    /// What a line was charged for by the program.
    pub enum SourceKind {
        /// A signed encounter.
        Encounter = "encounter",
        /// A test of a laboratory order.
        LabOrderItem = "lab_order_item",
        /// A dispensing log.
        Dispense = "dispense",
        /// The bed days of an admission.
        Admission = "admission",
    }
}

platform::record! {
    /// A line of a bill.
    pub struct BillItem in "bill_item" for patient {
        client {
            /// The bill that it is on.
            bill: Ref<Bill>,
            /// The service that is charged; null for anything else.
            service: Option<Ref<ServiceCatalog>>,
            /// What is charged; the service's name when it is left out.
            description: Sealed<Blank<500>>,
            /// Price of one, in the hospital's currency; the service's price when it is left out.
            amount: Money = Money::ZERO,
            /// Number of units, 1 or more.
            quantity: i64 = 1,
            /// What is taken off the whole line, in the hospital's currency.
            discount: Money = Money::ZERO,
            /// Why a discount is given; required with one.
            discount_reason: Sealed<Blank<500>>,
        }
        server {
            /// The patient who is charged: the bill's.
            patient: Ref<Patient> = Ref::new(0),
            /// What the line comes to: price times quantity less the discount; below 0 for a credit.
            line_total: Money = Money::ZERO,
            /// What the program charged it for; null for lines that people wrote.
            source_type: Option<SourceKind> = None,
            /// The id of the record of the kind `source_type` that it was charged for; null for lines that people wrote.
            source_id: Option<i64> = None,
            /// The line that it takes back; null unless it is a credit.
            credit_of: Option<Ref<BillItem>> = None,
            /// No price was known when the program charged it. The bill is not opened before the line has one, or is free with a reason in `discount_reason`.
            unpriced: bool = false,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BillItemExtra {
    /// Name of the service; null without one.
    pub service_name: Option<String>,
}

impl Resource for BillItem {
    const PATH: &'static str = "bill-items";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("unit_price", BillItem::amount),
        ("total_price", BillItem::line_total),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        BillItem::bill,
        BillItem::patient,
        BillItem::service,
        BillItem::source_type,
        BillItem::unpriced,
    ];
    const FOLLOWS: &'static [Column<Self>] = &[BillItem::bill];
    const LIST: &'static [Column<Self>] = &[
        BillItem::description,
        BillItem::quantity,
        BillItem::amount,
        BillItem::discount,
        BillItem::line_total,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                BillItem::bill,
                BillItem::service,
                BillItem::description,
                BillItem::amount,
                BillItem::quantity,
            ],
        ),
        (
            "group-discount",
            &[BillItem::discount, BillItem::discount_reason],
        ),
    ];
    type Extra = BillItemExtra;

    fn access() -> Access {
        billing()
    }

    fn label(&self) -> String {
        self.description.open().to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("bill_item", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        // A line stays on its bill, and a credit stays as it was booked.
        if let Some(before) = change.before
            && (before.bill != change.row.bill || before.credit_of.is_some())
        {
            let bill: Bill = cx.hold(before.bill.get()).await?;
            return Err(bill.refused());
        }
        let bill: Bill = cx.hold(change.row.bill.get()).await?;
        bill.check_chargeable()?;
        change.row.patient = bill.patient;
        let named = change.row.service.map(|service| service.get());
        let services = lines::services(cx, named.into_iter().collect()).await?;
        lines::complete(cx, change.row, change.before, change.body, &services)?;
        // A service that costs nothing is free for everybody; what else is free, is so for a reason.
        let row = &mut *change.row;
        row.unpriced &= row.amount.is_zero()
            && row.service == change.before.and_then(|before| before.service)
            && row.discount_reason.open().is_empty();
        check_priced(row, change.body)
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let bill: Bill = cx.hold(change.row.bill.get()).await?;
        book::retotal(cx, bill, None, EntryKind::Charge).await?;
        Ok(())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let bill: Bill = cx.hold(row.bill.get()).await?;
        bill.check_chargeable()?;
        if row.credit_of.is_some() {
            return Err(bill.refused());
        }
        book::retotal(cx, bill, Some(row.meta.id), EntryKind::Charge).await?;
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<BillItemExtra>, Error> {
        let ids = rows.iter().filter_map(|row| row.service);
        let names = lines::service_names(cx, ids.map(|service| service.get()).collect()).await?;
        let extra = |row: &BillItem| BillItemExtra {
            service_name: row
                .service
                .and_then(|service| names.get(&service.get()).cloned()),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn changeable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        stays_open(cx, row).await
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        stays_open(cx, row).await
    }
}

/// Who gives a price of 0 to what has none is not told that it is done while the line stays without one. Who sends the
/// line back as it was read says in it that it has no price.
fn check_priced(row: &BillItem, body: &Body) -> Result<(), Error> {
    let given = body.0.get("amount").is_some_and(|amount| !amount.is_null());
    if row.unpriced && given && !body.0.contains_key("unpriced") {
        return Err(Error::field(
            "discount_reason",
            Text::new("billing-free-why"),
        ));
    }
    Ok(())
}

/// Whether a line can still be changed or taken off its bill.
async fn stays_open(cx: &mut Cx, row: &BillItem) -> Result<bool, Error> {
    let mut query = select::<Bill>();
    query.and_where(Bill::id.eq(row.bill.get()));
    let bill: Option<Bill> = cx
        .unscoped("the state of the bill whose line is shown")
        .record(query)
        .await?;
    Ok(row.credit_of.is_none() && bill.is_some_and(|bill| bill.check_chargeable().is_ok()))
}
