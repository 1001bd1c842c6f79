//! Events about money.

use serde::{Deserialize, Serialize};

use crate::Event;

/// A refund that somebody asked for was approved or rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDecided {
    /// The request.
    pub refund_request: i64,
    /// Whether the money is given back.
    pub approved: bool,
}

impl Event for RefundDecided {
    const TOPIC: &'static str = "RefundDecided";
}
