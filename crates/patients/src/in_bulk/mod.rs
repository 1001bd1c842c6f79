//! Many patients at once: files in, files out.

pub mod bulk;
pub(crate) mod export;
pub mod import;
