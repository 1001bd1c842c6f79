//! Figures and alerts.
#![expect(clippy::unwrap_used, reason = "tests")]

mod alerts;
mod figures;
