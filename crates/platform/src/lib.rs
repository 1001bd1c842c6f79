//! chelal-platform

pub mod docs_page;
