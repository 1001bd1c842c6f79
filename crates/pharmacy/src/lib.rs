//! The pharmacy: stock that is always exactly right.
//!
//! # Promises
//! - Quantities change only through the ledger ([`stock_movement::Stock`]): every unit on a shelf is explained by
//!   movements that are never edited, and `chelal doctor` proves that the sums agree.
//! - No batch falls below zero and none is dispensed that has expired, is quarantined or was recalled, at any
//!   concurrency.
//! - Units are whole. What expires first leaves first, across as many batches as needed.
//! - Mistakes are reversed, once, and exactly to where the units came from.
//!
//! # How stock moves
//! Every operation takes the turn of the medications that it concerns ([`ledger::turn`]), reads the shelf, decides by a
//! pure rule (`rules`), stores its own record and posts. To add another way for stock to move: a record with its
//! audit entry, a [`stock_movement::MovementKind`], and [`ledger::post`].
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod access;
pub mod adjust_inventory;
mod alerts;
pub mod count_stock_take;
pub mod dispense;
pub mod dispensing_log;
mod figures;
pub mod goods_received_note;
mod grn_doubts;
pub mod grn_item;
pub mod inventory_item;
mod inventory_medications;
mod item;
mod label;
mod migrations;
mod names;
mod nested;
pub mod post_stock_take;
mod prescription_paper;
pub mod purchase_order;
pub mod purchase_order_item;
pub mod recall;
mod receive;
mod reports;
pub mod reverse_adjustment;
mod rules;
mod screens;
pub mod set_aside;
mod shelf;
pub mod stock_adjustment;
pub mod stock_batch;
pub mod stock_location;
pub mod stock_movement;
pub mod stock_take;
pub mod stock_take_line;
pub mod witness_adjustment;
mod witnessing;

pub use screens::screens;

use formulary::MedicationItem;
use jiff::civil::Date;
use kernel::Reach;
use patients::Patient;
use platform::access::{Grant, Scope};
use platform::error::Error;
use platform::module::Module;
use platform::texts::Text;

use crate::adjust_inventory::AdjustInventory;
use crate::count_stock_take::CountStockTake;
use crate::dispense::{ReverseDispense, Witness};
use crate::dispensing_log::DispensingLog;
use crate::goods_received_note::GoodsReceivedNote;
use crate::grn_item::GrnItem;
use crate::inventory_item::InventoryItem;
use crate::post_stock_take::PostStockTake;
use crate::purchase_order::{CancelOrder, PurchaseOrder, SubmitOrder};
use crate::purchase_order_item::PurchaseOrderItem;
use crate::reverse_adjustment::ReverseAdjustment;
use crate::set_aside::SetAside;
use crate::stock_adjustment::StockAdjustment;
use crate::stock_batch::StockBatch;
use crate::stock_location::StockLocation;
use crate::stock_movement::{Stock, StockMovement};
use crate::stock_take::StockTake;
use crate::stock_take_line::StockTakeLine;
use crate::witness_adjustment::WitnessAdjustment;

/// The most units of one movement: sums of a billion movements stay within 64 bits.
pub(crate) const MOST_UNITS: i64 = 1_000_000_000;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("pharmacy")
        .migrations(migrations::MIGRATIONS)
        .proof(ledger::proof::<Stock>("stock ledger"))
        .texts(platform::texts!("pharmacy"))
        .seed(|cx| Box::pin(stock_location::seed(cx)))
        .resource::<StockLocation>()
        .resource::<StockBatch>()
        .resource::<StockMovement>()
        .resource::<DispensingLog>()
        .resource::<SetAside>()
        .resource::<StockAdjustment>()
        .resource::<PurchaseOrder>()
        .resource::<PurchaseOrderItem>()
        .resource::<GoodsReceivedNote>()
        .resource::<GrnItem>()
        .resource::<StockTake>()
        .resource::<StockTakeLine>()
        .resource::<InventoryItem>()
        .nested::<MedicationItem, StockBatch>("batches", "l")
        .nested::<MedicationItem, StockMovement>("movements", "l")
        .nested::<StockTake, StockTakeLine>("lines", "lc")
        .nested::<Patient, DispensingLog>("dispensing_logs", "l")
        .verb::<Witness>()
        .verb::<ReverseDispense>()
        .verb::<ReverseAdjustment>()
        .verb::<WitnessAdjustment>()
        .verb::<SubmitOrder>()
        .verb::<CancelOrder>()
        .verb::<CountStockTake>()
        .verb::<PostStockTake>()
        .verb::<AdjustInventory>()
        .route(dispense::item_route())
        .route(dispense::log_route())
        .route(label::declare())
        .route(prescription_paper::declare())
        .verb::<recall::Recall>()
        .route(inventory_medications::route())
        .alerts(|cx, wanted| Box::pin(alerts::alerts(cx, wanted)));
    reports::declare(figures::declare(module))
}

/// Stock has no owner: who may read it reads all of it.
pub(crate) fn everything(grant: &Grant) -> Scope {
    match grant.reach {
        Reach::All | Reach::Assigned => Scope::All,
        Reach::Own | Reach::None => Scope::Nothing,
    }
}

/// A day that packages can bear.
pub(crate) fn check_day(name: &str, day: Date) -> Result<(), Error> {
    if (1990..=2199).contains(&day.year()) {
        Ok(())
    } else {
        Err(Error::field(name, Text::new("pharmacy-day")))
    }
}
