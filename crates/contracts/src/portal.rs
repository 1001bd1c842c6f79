//! Events about what patients and staff say to each other.

use serde::{Deserialize, Serialize};

use crate::Event;

/// A secure message was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecureMessageSent {
    /// The message.
    pub message: i64,
}

impl Event for SecureMessageSent {
    const TOPIC: &'static str = "SecureMessageSent";
}

/// Somebody gave feedback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackGiven {
    /// The feedback.
    pub feedback: i64,
}

impl Event for FeedbackGiven {
    const TOPIC: &'static str = "FeedbackGiven";
}

/// Feedback was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackAnswered {
    /// The feedback.
    pub feedback: i64,
}

impl Event for FeedbackAnswered {
    const TOPIC: &'static str = "FeedbackAnswered";
}
