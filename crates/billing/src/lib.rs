//! Billing: what is charged, who pays for it, and where the money is.
//!
//! # Promises
//!
//! - Every change of a bill's sums goes through `sums`, which answers the ledger transfers that belong to it: bill
//!   and ledger cannot tell different stories. `chelal doctor` compares them.
//! - More than is owed is never booked, however many pay at once: the bill is locked, and the database refuses a bill
//!   whose sums do not add up.
//! - A dispense, a test or a stay is charged once, whatever order its events come in; what is cancelled leaves the
//!   draft, or becomes a credit on a bill that was opened.
//! - What was charged without a known price is on the draft and says so; the draft is not opened before somebody gave it one.
//! - Cash that is given back was in the drawer that it left.
//! - Money is split to the last cent, receipts are numbered without gaps, and the ledger is only ever added to.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod added;
mod ageing;
mod allocate;
pub mod bill;
pub mod bill_item;
pub mod bill_status;
pub mod bill_verbs;
pub mod bill_view;
mod book;
pub mod cash_session;
pub mod claim;
mod claim_state;
pub mod count;
mod coverage;
mod figures;
mod gather;
mod hear;
pub mod insurance;
mod ledger;
mod line;
mod lines;
mod migrations;
mod minor_unit;
pub mod pay;
pub mod payment;
pub mod payment_method;
mod printed;
pub mod refund_request;
pub mod remittance;
mod reports;
mod screens;
pub mod service_catalog;
pub mod service_price;
mod split;
mod sums;
mod takings;
mod tell;
mod unpriced;

pub use bill::Bill;
pub use bill_item::BillItem;
pub use payment::Payment;
pub use screens::screens;

use cash_session::CashSession;
use claim::InsuranceClaim;
use insurance::InsuranceDetail;
use patients::Patient;
use platform::access::{Access, Permission};
use platform::module::Module;
use platform::resource::list;
use platform::route::Route;
use refund_request::RefundRequest;
use service_catalog::ServiceCatalog;
use service_price::ServicePrice;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("billing")
        .migrations(migrations::MIGRATIONS)
        .texts(platform::texts!("billing"))
        .proof(ledger::proof())
        .resource::<ServiceCatalog>()
        .resource::<ServicePrice>()
        .resource::<InsuranceDetail>()
        .resource::<Bill>()
        .resource::<BillItem>()
        .resource::<Payment>()
        .resource::<RefundRequest>()
        .resource::<InsuranceClaim>()
        .resource::<CashSession>()
        .alerts(|cx, wanted| Box::pin(unpriced::alerts(cx, wanted)))
        .nested::<ServiceCatalog, ServicePrice>("prices", "l")
        .nested::<Bill, Payment>("payments", "lc")
        .nested::<Patient, Bill>("bills", "l")
        .route(
            Route::get("patient-portal", "patient-portal/bills/", |cx, call| {
                Box::pin(list::<Bill>(cx, call))
            })
            .may(Permission::new("patient-portal", "bills"), Access::own("x"))
            .patient_data()
            .answers_list::<Bill>()
            .summary("The caller's own bills")
            .done(),
        );
    let module = bill_verbs::declare(module);
    let module = refund_request::declare(module);
    let module = remittance::declare(module);
    let module = cash_session::declare(module);
    let module = takings::declare(module);
    let module = hear::declare(module);
    let module = tell::declare(module);
    let module = reports::declare(module);
    let module = printed::declare(module);
    figures::declare(module)
}
