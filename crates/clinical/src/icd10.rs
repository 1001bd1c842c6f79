//! `icd10/`: looking up a diagnosis while it is typed.

use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::route::Route;
use platform::serde_json::json;
use platform::texts::Text;

use crate::rules::icd10::{Diagnosis, search};

/// Entries of an answer, when nobody says how many, and at most.
const COUNT: (usize, usize) = (20, 100);

/// Adds it to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.route(
        Route::get("icd10", "icd10/", |cx, call| Box::pin(look_up(cx, call)))
            .signed_in()
            .answers::<Vec<Diagnosis>>(200)
            .query(
                "search",
                json!({ "type": "string" }),
                "The beginning of a code, or beginnings of words of the title in English, French or Swahili.",
            )
            .query(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": COUNT.1, "default": COUNT.0 }),
                "Entries of the answer.",
            )
            .summary("Look up a diagnosis by code or words")
            .description("The exact code first, then codes, then titles; among these the common diagnoses first.")
            .done(),
    )
}

async fn look_up(_cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let limit = match call.query("limit").filter(|text| !text.is_empty()) {
        None => COUNT.0,
        Some(text) => match text.parse::<usize>() {
            Ok(limit @ 1..) => limit.min(COUNT.1),
            _ => {
                return Err(Error::field(
                    "limit",
                    Text::new("bad-page").with("name", "limit"),
                ));
            }
        },
    };
    let asked = call.query("search").unwrap_or_default();
    Reply::ok(&search(&[], asked, limit))
}
