//! How sockets are opened, and how it is noticed that a guest may no longer stay.

mod enter;
mod watch;

pub(crate) use enter::routes;
