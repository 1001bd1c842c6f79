//! Currencies and their minor units (ISO 4217). A hospital has one currency.
//!
//! Amounts are stored in hundredths, whatever the currency. In one without a minor unit, such as the CFA franc, what is
//! charged and paid is a multiple of 1.

use crate::money::Money;

/// Currencies without a minor unit (ISO 4217, list one).
const WHOLE: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
];

/// Currencies with a minor unit below a hundredth (ISO 4217, list one), which hundredths cannot represent.
const FINER: [&str; 9] = [
    "BHD", "CLF", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "UYW",
];

/// Whether amounts in this currency can be stored exactly: an ISO 4217 code of a currency with two decimals or none.
///
/// ```
/// assert!(kernel::currency::is_kept("GMD") && kernel::currency::is_kept("XOF"));
/// assert!(!kernel::currency::is_kept("TND") && !kernel::currency::is_kept("gmd"));
/// ```
#[must_use]
pub fn is_kept(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && !FINER.contains(&code)
}

/// The minor unit of a currency: 0.01, or 1 where it has none.
///
/// ```
/// assert_eq!(kernel::currency::minor_unit("GMD").to_string(), "0.01");
/// assert_eq!(kernel::currency::minor_unit("XOF").to_string(), "1.00");
/// ```
#[must_use]
pub fn minor_unit(code: &str) -> Money {
    if WHOLE.contains(&code) {
        Money::UNIT
    } else {
        Money::CENT
    }
}
