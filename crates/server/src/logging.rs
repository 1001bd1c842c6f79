//! Log lines, on standard error.

use std::io::IsTerminal;

use platform::settings::{LogFormat, Settings};
use tracing_subscriber::EnvFilter;

/// Starts logging as the settings say, and logs panics: where, and what only if it was written in the
/// source, since anything put together at run time may hold personal data.
///
/// # Errors
/// When `CHELAL_LOG` is not understood; the text says how to write it.
pub(crate) fn start(settings: &Settings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        format!("CHELAL_LOG is not understood: {error}. Give a level, or levels by part, such as CHELAL_LOG=info,platform=debug")
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // A line that cannot be written, on a full disk, would otherwise be complained about where it cannot be
        // written, and that is a panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| format!("logging does not start: {error}"))?;
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let said = panic.payload().downcast_ref::<&'static str>();
        tracing::error!(location, said, "panicked");
    }));
    Ok(())
}
