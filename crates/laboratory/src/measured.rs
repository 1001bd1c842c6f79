//! Measured values: exact decimals with four places.

use platform::field::Field;
use serde::Serializer;

/// Decimal places of a measured value.
pub const PLACES: u32 = 4;

/// An exact measured value.
pub type Measured = kernel::Decimal<PLACES>;

/// As a JSON number, or null.
pub(crate) fn show<S: Serializer>(value: &Option<Measured>, to: S) -> Result<S::Ok, S::Error> {
    value.show(to)
}
