//! What people see of the pharmacy: what waits to be dispensed, and dispensing it.

mod aside;
mod count;
mod counts;
mod dispense;
mod doubts;
mod line;
mod panels;
mod parts;
mod queue;
mod receive;
mod received;
mod scan;
mod shelf;
mod ways;
mod witness;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use web::{Panel, Place, Screen, Screens};

use crate::dispensing_log::DispensingLog;
use crate::goods_received_note::GoodsReceivedNote;
use crate::stock_take::StockTake;

/// Working in the pharmacy: whoever hands out medicines.
const DISPENSE: Permission = DispensingLog::CREATE;
/// The tables that these screens show.
const SHOWN: &[&str] = &[
    "prescription",
    "dispensing_log",
    "stock_batch",
    "medication_item",
    "purchase_order",
    "set_aside",
];

/// The tables of counts.
const COUNTED: &[&str] = &["stock_take", "stock_take_line"];

/// The module's screens, and its places in the navigation.
pub fn screens() -> Screens {
    Screens::new("pharmacy")
        .screen(
            Screen::new("/pharmacy", DISPENSE, |cx, ask| {
                Box::pin(queue::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/prescriptions/{id}/dispense", DISPENSE, |cx, ask| {
                Box::pin(dispense::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/pharmacy/witness", witness::WITNESS, |cx, ask| {
                Box::pin(witness::show(cx, ask))
            })
            .patient_data()
            .watches(&["dispensing_log", "stock_adjustment"]),
        )
        .screen(
            Screen::new("/pharmacy/receive", GoodsReceivedNote::CREATE, |cx, ask| {
                Box::pin(receive::show(cx, ask))
            })
            .watches(&["purchase_order"]),
        )
        .screen(
            Screen::new("/pharmacy/counts/", StockTake::READ, |cx, ask| {
                Box::pin(counts::show(cx, ask))
            })
            .watches(COUNTED),
        )
        .screen(
            Screen::new("/pharmacy/counts/{id}/", StockTake::READ, |cx, ask| {
                Box::pin(count::show(cx, ask))
            })
            .watches(COUNTED),
        )
        .panel(witness_panel("pharmacy"))
        .panel(witness_panel("ward"))
        .panel(witness_panel("clinic"))
        .place(Place::new("nav-pharmacy", "/pharmacy", 'x', DISPENSE, 70))
        .scans(|cx, code| Box::pin(scan::batch(cx, code)))
        .workplace(BuiltinRole::Pharmacist, "/pharmacy")
}

/// Controlled substances wait for a second person on the workplaces of those who may be it.
fn witness_panel(slot: &'static str) -> Panel {
    Panel::new(slot, witness::WITNESS, 90, |cx, ask, _| {
        Box::pin(witness::panel(cx, ask))
    })
    .watches(&["dispensing_log", "stock_adjustment"])
}
