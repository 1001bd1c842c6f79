//! Currencies, of which a hospital has one.
//!
//! Amounts are kept in hundredths, whatever the currency. Where it has no smaller unit, as the CFA franc, nothing can be
//! paid but whole units.

use crate::money::Money;

/// Currencies without a minor unit (ISO 4217, list one).
const WHOLE: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
];

/// Currencies whose minor unit is a thousandth or less (ISO 4217, list one), which hundredths cannot hold.
const FINER: [&str; 9] = [
    "BHD", "CLF", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "UYW",
];

/// Whether amounts in this currency can be kept exactly: it is written as an ISO 4217 code, and has two decimals or none.
///
/// ```
/// assert!(kernel::currency::is_kept("GMD") && kernel::currency::is_kept("XOF"));
/// assert!(!kernel::currency::is_kept("TND") && !kernel::currency::is_kept("gmd"));
/// ```
#[must_use]
pub fn is_kept(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && !FINER.contains(&code)
}

/// The smallest amount that can be paid: 0.01, or 1 where there is nothing smaller.
///
/// ```
/// assert_eq!(kernel::currency::smallest("GMD").to_string(), "0.01");
/// assert_eq!(kernel::currency::smallest("XOF").to_string(), "1.00");
/// ```
#[must_use]
pub fn smallest(code: &str) -> Money {
    if WHOLE.contains(&code) {
        Money::UNIT
    } else {
        Money::CENT
    }
}
