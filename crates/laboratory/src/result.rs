//! A result: one value of a test of an order.

use identity::user::User;
use jiff::Timestamp;
use patients::Patient;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Column, Meta};
use platform::resource::{Change, Resource, change_by};
use platform::seal::Sealed;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, Expr, ExprTrait, Query};
use serde::Serialize;

use crate::entering::Entering;
use crate::flag::{Comparator, Flag};
use crate::items::LabOrderItem;
use crate::measured::Measured;
use crate::order::{self, LabOrder};
use crate::parameter::LabParameter;
use crate::state::{LabOrderStatus, after_results};
use crate::view::{self, EarlierView};
use crate::{critical, items};

platform::record! {
    /// One value of a laboratory result. A change is a correction: the earlier value stays visible, and the order needs a new review.
    pub struct LabResultValue in "lab_result_value" for patient {
        client {
            /// Test of the order that it belongs to; cannot be changed.
            lab_order_item: Ref<LabOrderItem>,
            /// Parameter by code or name, such as `K` or `Potassium`. One that the catalogue does not know for the test is kept, but not checked: its flag is what was sent, or null.
            parameter_name: Sealed<Line<255>>,
            /// Value of a numeric parameter, exact, at most four decimals, in the unit of `units`.
            value_numeric: Option<Measured>,
            /// Sign that the analyser puts before the number: `<` or `>`.
            comparator: Option<Comparator>,
            /// Value of a parameter that is no number, or a remark in place of one.
            value_text: Sealed<Blank<65536>>,
            /// Unit. Another unit than the catalogue's is converted on entry, together with the limits sent; one that cannot be converted for certain is refused. The catalogue's unit when left out.
            units: Sealed<Blank<50>>,
            /// Lowest normal value; chosen from the catalogue by sex, age and pregnancy when left out.
            reference_range_low: Option<Measured>,
            /// Highest normal value; chosen from the catalogue by sex, age and pregnancy when left out.
            reference_range_high: Option<Measured>,
            /// Computed when a range is known; what is sent then counts only to raise it to `critical`. Null when nothing is known.
            abnormal_flag: Option<Flag>,
            /// Why an earlier value is corrected: needed with every change of a value, and that of an earlier correction is not this one's.
            correction_reason: Sealed<Blank<500>>,
        }
        server {
            /// Patient of the order.
            patient: Ref<Patient> = Ref::new(0),
            /// Order that it belongs to.
            lab_order: Ref<LabOrder> = Ref::new(0),
            /// Parameter of the catalogue; null when the catalogue does not know it.
            parameter: Option<Ref<LabParameter>> = None,
            /// Value as entered, where it was converted.
            entered_value: Option<Measured> = None,
            /// Unit as entered, where it was converted.
            entered_units: Sealed<Option<Line<50>>> = Sealed::new(None),
            /// When it was entered or corrected.
            result_timestamp: Timestamp = Timestamp::UNIX_EPOCH,
            /// User who entered or corrected it.
            entered_by: Option<Ref<User>> = None,
            /// The value that stands in its place, if it was corrected.
            replaced_by: Option<Ref<LabResultValue>> = None,
            /// Whom the laboratory told of a critical value, and how; empty before.
            told_to: Sealed<Blank<255>> = Sealed::new(Blank::default()),
            /// When they were told; null before.
            told_at: Option<Timestamp> = None,
            /// User who told them.
            told_by: Option<Ref<User>> = None,
        }
        hidden {
            /// What must be unique among the current values of an item: the parameter's id, else a keyed tag of the folded name, which is negative.
            quantity: i64 = 0,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct LabResultValueExtra {
    /// Code of the parameter in the catalogue; null when the catalogue does not know it.
    pub parameter_code: Option<String>,
    /// Values that were corrected, newest first.
    pub earlier: Vec<EarlierView>,
}

impl LabResultValue {
    /// What a correction changes.
    fn said(&self) -> impl PartialEq + use<> {
        let text = self.value_text.open().to_string();
        let range = (self.reference_range_low, self.reference_range_high);
        let name = self.parameter_name.open().to_string();
        let units = self.units.open().to_string();
        (
            name,
            self.value_numeric,
            self.comparator,
            text,
            units,
            range,
            self.abnormal_flag,
        )
    }
}

impl Resource for LabResultValue {
    const PATH: &'static str = "lab_result_values";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        LabResultValue::lab_order_item,
        LabResultValue::lab_order,
        LabResultValue::patient,
        LabResultValue::parameter,
        LabResultValue::abnormal_flag,
        LabResultValue::result_timestamp,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["parameter_code"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "parameter_code",
        "Values of the parameter with this code, such as `K`, in every test that reports it.",
    )];
    const ORDERING: &'static [Column<Self>] = &[LabResultValue::result_timestamp];
    const FOLLOWS: &'static [Column<Self>] = &[LabResultValue::replaced_by];
    const LIST: &'static [Column<Self>] = &[
        LabResultValue::result_timestamp,
        LabResultValue::patient,
        LabResultValue::lab_order,
        LabResultValue::parameter_name,
        LabResultValue::value_numeric,
        LabResultValue::value_text,
        LabResultValue::units,
        LabResultValue::abnormal_flag,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                LabResultValue::lab_order_item,
                LabResultValue::parameter_name,
            ],
        ),
        (
            "group-result",
            &[
                LabResultValue::value_numeric,
                LabResultValue::comparator,
                LabResultValue::value_text,
                LabResultValue::units,
                LabResultValue::abnormal_flag,
                LabResultValue::correction_reason,
            ],
        ),
        (
            "group-limits",
            &[
                LabResultValue::reference_range_low,
                LabResultValue::reference_range_high,
            ],
        ),
    ];
    type Extra = LabResultValueExtra;

    fn access() -> Access {
        order::access()
    }

    fn label(&self) -> String {
        self.parameter_name.open().to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        order::within(
            "lab_result_value",
            Expr::from(LabResultValue::lab_order),
            grant,
        )
    }

    fn listed() -> Option<Condition> {
        Some(Condition::all().add(LabResultValue::replaced_by.is_null()))
    }

    /// `parameter_code` finds a quantity in every test that reports it.
    fn filter(_cx: &Cx, _name: &str, value: &str) -> Result<Condition, Error> {
        let mut named = Query::select();
        named
            .expr(LabParameter::id)
            .from("lab_parameter")
            .and_where(LabParameter::code.eq(value.trim()));
        Ok(Condition::all().add(LabResultValue::parameter.in_subquery(named)))
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let sent = change.body.0.contains_key("abnormal_flag");
        match change.before {
            None => {
                let item: LabOrderItem = cx.load(change.row.lab_order_item.get()).await?;
                let order: LabOrder = cx.hold(item.lab_order.get()).await?;
                let entering = Entering::open(cx, &order).await?;
                entering.free(change.row)?;
                Ok(entering.judge(cx, change.row, sent)?)
            }
            Some(before) => {
                if before.lab_order_item != change.row.lab_order_item
                    || before.replaced_by.is_some()
                {
                    let text = Text::new("laboratory-order-fixed");
                    return Err(Error::field("lab_order_item", text));
                }
                if before.said() == change.row.said() {
                    return Ok(());
                }
                let order: LabOrder = cx.hold(before.lab_order.get()).await?;
                let entering = Entering::open(cx, &order).await?;
                entering.free(change.row)?;
                let body = &change.body.0;
                Ok(entering.correct(cx, change.row, before, body)?)
            }
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let corrected = change
            .before
            .is_some_and(|before| before.said() != change.row.said());
        if let Some(before) = change.before.filter(|_| corrected) {
            let mut earlier = before.clone();
            earlier.meta = Meta::unstored();
            earlier.replaced_by = Some(Ref::new(change.row.meta.id));
            cx.insert(&mut earlier).await?;
        }
        if change.is_new() || corrected {
            let order: LabOrder = cx.hold(change.row.lab_order.get()).await?;
            critical::raise(cx, &order, change.row, change.before).await?;
            follow(cx, order).await?;
        }
        Ok(())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let mut order: LabOrder = cx.hold(row.lab_order.get()).await?;
        critical::deleted(cx, &order, row).await?;
        // What was reviewed is no longer what stands there, and a test without a value is the laboratory's again.
        let was = order.status;
        if was == LabOrderStatus::Reviewed {
            order = change_by(cx, order, |order| order.status = LabOrderStatus::Completed).await?;
        }
        if order.status == LabOrderStatus::Completed && items::is_last_value(cx, row).await? {
            order = change_by(cx, order, |order| order.status = LabOrderStatus::InProgress).await?;
        }
        match order.status == was {
            true => cx.renew(&order, &order).await,
            false => Ok(()),
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<LabResultValueExtra>, Error> {
        let views = view::of_values(cx, rows).await?;
        let extras = views.into_iter().map(|view| LabResultValueExtra {
            parameter_code: view.parameter_code,
            earlier: view.earlier,
        });
        Ok(extras.collect())
    }

    async fn changeable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.replaced_by.is_none())
    }
}

/// The order's state after results were entered or corrected. Its version rises in any case, so that a review with the
/// `If-Match` of the earlier results is stale.
pub(crate) async fn follow(cx: &mut Cx, order: LabOrder) -> Result<(), Error> {
    let all_there = items::all_have_results(cx, order.meta.id).await?;
    let status = after_results(order.status, all_there);
    if status == order.status {
        return cx.renew(&order, &order).await;
    }
    change_by(cx, order, |order| order.status = status).await?;
    Ok(())
}
