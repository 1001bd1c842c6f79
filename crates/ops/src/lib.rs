//! Starting it, backing it up, restoring it, and finding out what is wrong with it; and the platform's own tables.

pub mod backup;
pub mod boot;
pub mod doctor;
pub mod migrations;
mod notices;
