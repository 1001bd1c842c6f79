//! `POST lab_orders/{id}/told/`: whom the laboratory told of critical values. The alarm reaches the ordering doctor by
//! itself; that somebody has heard it is what a laboratory writes down.

use kernel::BuiltinRole::{Admin, Doctor, LabTechnician};
use kernel::Code;
use platform::access::Access;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Record;
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};
use sea_query::ExprTrait;

use crate::flag::Flag;
use crate::order::LabOrder;
use crate::result::LabResultValue;

platform::input! {
    /// Who was told.
    pub struct ToldInput {
        /// Whom the laboratory told, and how, such as `Dr Jallow, by phone`.
        told_to: Line<255>,
    }
}

/// Records whom the laboratory told of the order's critical values.
pub struct Told;

impl Verb for Told {
    type On = LabOrder;
    type Input = ToldInput;
    type Answer = One<LabOrder>;
    const NAME: &'static str = "told";
    const SUMMARY: &'static str = "Record who was told of the critical values";
    const DESCRIPTION: &'static str = "Holds for every critical value of the order of which nobody has been told yet. \
        409 `state_conflict` when there is none. A correction to another critical value waits to be told again.";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, LabTechnician])
    }

    async fn of_use(cx: &mut Cx, row: &LabOrder) -> Result<bool, Error> {
        Ok(!untold(cx, row.meta.id).await?.is_empty())
    }

    async fn run(cx: &mut Cx, held: LabOrder, input: ToldInput) -> Result<One<LabOrder>, Error> {
        let waiting = untold(cx, held.meta.id).await?;
        if waiting.is_empty() {
            let text = Text::new("laboratory-nobody-to-tell");
            return Err(Error::refuse(Code::StateConflict, text));
        }
        let (user, now) = (cx.user_id()?, cx.now());
        for value in waiting {
            change_by(cx, value, |value| {
                value.told_to = Sealed::new(Blank::cut(&input.told_to));
                value.told_at = Some(now);
                value.told_by = Some(Ref::new(user));
            })
            .await?;
        }
        Ok(One(held))
    }
}

/// Critical values of an order of which nobody has been told.
async fn untold(cx: &mut Cx, order: i64) -> Result<Vec<LabResultValue>, Error> {
    let mut query = select::<LabResultValue>();
    query
        .and_where(LabResultValue::lab_order.eq(order))
        .and_where(LabResultValue::abnormal_flag.eq(Flag::Critical.as_str()))
        .and_where(LabResultValue::replaced_by.is_null())
        .and_where(LabResultValue::told_at.is_null())
        .and_where(column(LabResultValue::TABLE, "voided_at").is_null());
    cx.unscoped("the values of an order that the caller reaches")
        .records(query)
        .await
}
