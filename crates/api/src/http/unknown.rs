//! What a request names that its operation does not know. A misspelt name that is ignored answers another question
//! than the one that was asked.
//!
//! Names of the query are refused always. Keys of the body are refused when the client asks for it with
//! `Prefer: handling=strict` (RFC 7240, 4.4): older clients write back whatever they read.

use serde_json::Value as Json;

use super::call::{Call, Reply};
use engine::operation::Need;
use records::error::Error;
use records::fault::Faults;
use texts::Text;

/// Refuses what the operation does not know.
pub(super) fn refuse(call: &Call) -> Result<(), Error> {
    let mut faults = Faults::new();
    names_of_query(call, &mut faults);
    if is_strict(call) {
        keys_of_body(call, &mut faults)?;
    }
    Ok(faults.into_result()?)
}

/// Says that the client's wish was heard.
pub(super) fn confirm(call: &Call, reply: &mut Reply) {
    if is_strict(call) {
        reply.header("preference-applied", "handling=strict");
    }
}

fn is_strict(call: &Call) -> bool {
    let wishes = call.head.headers.get_all("prefer").iter();
    wishes
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|wish| {
            wish.replace(' ', "")
                .eq_ignore_ascii_case("handling=strict")
        })
}

fn names_of_query(call: &Call, faults: &mut Faults) {
    let known = &call.operation.doc.query;
    // Links that are followed come with whatever others added; lists know more names than the document has room for,
    // and look for themselves.
    if call.operation.any_query || matches!(call.operation.need, Need::Open) {
        return;
    }
    for (name, _) in &call.head.query {
        let plain = name.strip_suffix("_id").unwrap_or(name);
        if known
            .iter()
            .any(|(known, _, _)| known == name || known == plain)
        {
            continue;
        }
        let valid: Vec<&str> = known.iter().map(|(name, _, _)| name.as_str()).collect();
        let text = match valid.is_empty() {
            true => Text::new("unknown-parameter"),
            false => Text::new("unknown-filter").with("valid", valid.join(", ")),
        };
        faults.say(name, text.with("name", name));
    }
}

fn keys_of_body(call: &Call, faults: &mut Faults) -> Result<(), Error> {
    let Some(known) = call.operation.doc.body.as_ref() else {
        return Ok(());
    };
    let (Some(known), Json::Object(body)) = (known.json["properties"].as_object(), call.json()?)
    else {
        return Ok(());
    };
    for name in body.keys().filter(|name| !known.contains_key(*name)) {
        let valid: Vec<&str> = known.keys().map(String::as_str).collect();
        let text = Text::new("unknown-key").with("name", name);
        faults.say(name, text.with("valid", valid.join(", ")));
    }
    Ok(())
}
