//! The pharmacy as its clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../shop/mod.rs"]
mod shop;

mod adjusting;
mod dispensing;
mod stock;
