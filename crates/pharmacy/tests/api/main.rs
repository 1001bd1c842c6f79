//! The pharmacy as its clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../shop/mod.rs"]
mod shop;

mod adjusting;
mod controlled;
mod dispensing;
mod inventory;
mod prescribed;
mod procurement;
mod recalling;
mod reports;
mod stock;
mod stock_takes;
