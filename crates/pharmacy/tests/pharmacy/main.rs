//! The pharmacy as its clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod adjusting;
mod controlled;
mod dispensing;
mod inventory;
mod prescribed;
mod procurement;
mod races;
mod recalling;
mod receiving;
mod replay;
mod reports;
mod scale;
mod shop;
mod stock;
mod stock_takes;
