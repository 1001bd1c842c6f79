//! Figures and alerts: dashboards and statistics, put together from what the modules declare.
//!
//! This crate counts nothing. A module that can count something declares a
//! [`Figure`](platform::figure::Figure), and whatever it can tell about a stretch of time as a
//! [`Report`](platform::report::Report); here stands only which keys existing clients expect of a
//! dashboard, so that a figure whose module is not part of this hospital is 0 instead of missing.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod alerts;
mod dashboard;

use platform::module::Module;
use platform::route::Route;
use platform::serde_json::json;

pub use dashboard::{STATISTICS, promised};

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("reports")
        .route(
            Route::get("reports", "dashboard/", |cx, _| {
                Box::pin(dashboard::dashboard(cx))
            })
            .signed_in()
            .answers::<dashboard::Figures>(200)
            .summary("What matters now, by the caller's role")
            .done(),
        )
        .route(
            Route::get("reports", "dashboard-stats/", |cx, _| {
                Box::pin(dashboard::statistics(cx))
            })
            .signed_in()
            .answers::<dashboard::Figures>(200)
            .summary("The hospital in numbers")
            .done(),
        )
        .route(
            Route::get("alerts", "alerts/", |cx, call| {
                Box::pin(alerts::list(cx, call))
            })
            .signed_in()
            .answers::<alerts::Page>(200)
            .query(
                "unread",
                json!({ "type": "boolean" }),
                "Only alerts that nobody acknowledged.",
            )
            .query(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
                "So many at most.",
            )
            .query(
                "offset",
                json!({ "type": "integer", "minimum": 0 }),
                "After so many.",
            )
            .query(
                "page",
                json!({ "type": "integer", "minimum": 1 }),
                "The page's number, from 1, in the place of `offset`.",
            )
            .query(
                "page_size",
                json!({ "type": "integer", "minimum": 1 }),
                "Another name of `limit`.",
            )
            .query(
                "cursor",
                json!({ "type": "string", "maxLength": 0 }),
                "Empty, as clients of lists send it; further alerts are asked for by `offset`.",
            )
            .summary("What the caller must look at, the newest first")
            .done(),
        )
}
