//! The minor unit of the hospital's currency: what is charged, split and paid is a multiple of it.

use kernel::{Money, currency};
use platform::cx::Cx;
use platform::fault::Faults;
use platform::texts::Text;

/// 0.01, or 1 where the currency has no minor unit.
pub(crate) fn of(cx: &Cx) -> Money {
    currency::minor_unit(&cx.app.settings.currency)
}

/// Refuses an amount that is no multiple of the minor unit.
pub(crate) fn check(cx: &Cx, field: &'static str, amount: Money) -> Result<(), Faults> {
    match amount.is_multiple_of(of(cx)) {
        true => Ok(()),
        false => Err(Faults::one(field, text(cx))),
    }
}

/// The message for an amount with decimals in a currency without a minor unit.
pub(crate) fn text(cx: &Cx) -> Text {
    Text::new("billing-minor-unit").with("currency", &cx.app.settings.currency)
}
