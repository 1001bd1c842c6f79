//! `chelal openapi`.

use std::process::ExitCode;

use platform::module::Registry;
use platform::openapi;

use super::tell;
use crate::modules::modules;

/// Prints the API document.
pub(super) fn openapi() -> ExitCode {
    let mut all = vec![platform::migrations::module()];
    all.extend(modules());
    let document = openapi::document(&Registry::new(all), &openapi::Info::default());
    match serde_json::to_string_pretty(&document) {
        Ok(text) => {
            tell(&text);
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}
