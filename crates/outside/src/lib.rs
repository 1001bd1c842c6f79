//! What is outside of the program: its settings, mail, HTTP to others, and the news that nodes tell each other.

pub mod hub;
pub mod mail;
pub mod outgoing;
pub mod settings;
