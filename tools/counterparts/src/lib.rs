//! Whom Chelal talks to, standing in locally: Twilio, SendGrid and a mail server.
//!
//! They speak over real sockets and hold every request to the provider's published format: what is
//! wrong is refused as the provider would, and noted ([`Twilio::complaints`]). They can be told to
//! misbehave ([`Script`], [`smtp::Script`]), and they count what they accepted, which is what
//! "sent exactly once" is measured by.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test has no better answer than to stop with the cause"
)]

mod http;
mod sendgrid;
pub mod smtp;
mod twilio;

pub use http::{Behaviour, Script};
pub use sendgrid::{Email, SendGrid};
pub use smtp::MailServer;
pub use twilio::{Sms, Twilio};
