//! What people see of bills: the cash desk, one bill with what is paid on it, and a patient's bills.

mod bill;
mod cash;
mod drawer;
mod lines;
mod parts;
mod patient;
mod pay;
mod payments;
mod today;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use web::{Panel, Place, Screen, Screens};

use crate::bill::Bill;
use crate::cash_session::CashSession;

/// Taking money.
const PAY: Permission = Permission::new("bills", "pay");
const CREATE: Permission = Permission::new("bills", "create");
/// The tables that these screens show.
const SHOWN: &[&str] = &["bill", "bill_item", "payment", "refund_request"];

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    Screens::new("billing")
        .screen(
            Screen::new("/cash", PAY, |cx, ask| Box::pin(cash::show(cx, ask)))
                .patient_data()
                .watches(&["bill", "cash_session", "refund_request"]),
        )
        .screen(
            Screen::new("/drawer", CashSession::READ, |cx, ask| {
                Box::pin(drawer::show(cx, ask))
            })
            .watches(&["cash_session", "payment"]),
        )
        .screen(
            Screen::new("/bills/{id}/", Bill::READ, |cx, ask| {
                Box::pin(bill::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/patients/{id}/bills", Bill::READ, |cx, ask| {
                Box::pin(patient::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .panel(Panel::new("patient-tabs", Bill::READ, 60, |_, ask, id| {
            Box::pin(async move { Ok(Some(patients::tab(ask, id, "bills", "billing-bills"))) })
        }))
        .panel(Panel::new("patient-actions", CREATE, 60, |_, ask, id| {
            Box::pin(async move { Ok(Some(patient::begin(ask, id))) })
        }))
        .panel(
            Panel::new("patient", Bill::READ, 60, |cx, ask, id| {
                Box::pin(patient::panel(cx, ask, id))
            })
            .watches(SHOWN),
        )
        .place(Place::new("nav-cash", "/cash", 'm', PAY, 70))
        .place(Place::new(
            "nav-drawer",
            "/drawer",
            'r',
            CashSession::READ,
            71,
        ))
        .workplace(BuiltinRole::Cashier, "/cash")
}
