//! Whom Chelal talks to, standing in locally: Twilio, SendGrid, a mail server and an S3-compatible store; and what may stand between it
//! and PostgreSQL: a network that fails ([`wire`]) and a pooler ([`Pooler`]).
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
mod pooler;
mod s3;
mod sendgrid;
pub mod smtp;
mod twilio;
pub mod wire;

pub use http::{Behaviour, Script};
pub use pooler::Pooler;
pub use s3::S3;
pub use sendgrid::{Email, SendGrid};
pub use smtp::MailServer;
pub use twilio::{Sms, Twilio};
