//! What can be paid: any amount of hundredths, or whole units where the currency has nothing smaller.

use kernel::{Money, currency};
use platform::cx::Cx;
use platform::fault::Faults;
use platform::texts::Text;

/// The smallest amount that can be paid here.
pub(crate) fn smallest(cx: &Cx) -> Money {
    currency::smallest(&cx.app.settings.currency)
}

/// Refuses an amount that nobody can pay.
pub(crate) fn check(cx: &Cx, field: &'static str, amount: Money) -> Result<(), Faults> {
    match amount.is_multiple_of(smallest(cx)) {
        true => Ok(()),
        false => Err(Faults::one(field, text(cx))),
    }
}

/// Says that amounts are whole here.
pub(crate) fn text(cx: &Cx) -> Text {
    Text::new("billing-not-payable").with("currency", &cx.app.settings.currency)
}
