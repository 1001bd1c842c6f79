//! The address of a printed record: `print/{what}/{id}/`.

use paper::Sheet;
use platform::route::{Route, Run, Undecided};
use platform::serde_json::json;

/// Begins a route at `print/{what}/{id}/` for a record of `tag`. Who may read the record may print it: say so with
/// [`Route::with`].
pub fn route(tag: &'static str, what: &str, run: Run, sheets: &[Sheet]) -> Route<Undecided> {
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name()).collect();
    let usual = names.first().copied().unwrap_or_default();
    Route::get(tag, &format!("print/{what}/{{id}}/"), run)
        .own_units()
        .patient_data()
        .query(
            "paper",
            json!({ "type": "string", "enum": names }),
            &format!("The paper; `{usual}` when it is left out."),
        )
        .query(
            "language",
            json!({ "type": "string", "enum": ["en", "fr", "sw"] }),
            "The language of the headings; the patient's own when it is left out.",
        )
        .answers_file("application/pdf")
}

/// What a route says of ids and codes.
pub const DESCRIPTION: &str = "The id may end in `.pdf`. The document is made of what is on record now, so that one printed again after a change shows the change.";
