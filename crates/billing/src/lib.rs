//! Billing: what is charged, who pays for it, and where the money is.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod ageing;
mod allocate;
pub mod bill_status;
mod coverage;
mod ledger;
mod line;
pub mod payment_method;
mod sums;
