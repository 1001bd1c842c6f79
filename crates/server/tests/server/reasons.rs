//! Whoever undoes something, or acts against a warning, says why: read out of the declarations.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::Value as Json;

/// Operations with a reason that may be left out, and why.
const OPTIONAL: &[(&str, &str)] = &[
    ("admissions_create", "why somebody comes undoes nothing"),
    (
        "alerts_acknowledge",
        "required of a critical result; of others the contract has none",
    ),
    (
        "appointments_cancel",
        "clients of the earlier service send none",
    ),
    ("appointments_cancel_following", "as of one appointment"),
    ("appointments_create", "why somebody comes undoes nothing"),
    ("beds_assign_patient", "why somebody comes undoes nothing"),
    ("bill_items_create", "required where there is a discount"),
    (
        "breaches_create",
        "required where the authority was told late",
    ),
    (
        "dispensing_logs_post",
        "required where a batch, an alert or a quantity is overridden",
    ),
    (
        "encounters_prescriptions_create",
        "required by a severe alert",
    ),
    (
        "inventory_adjust_stock",
        "clients of the earlier service send none",
    ),
    ("lab_result_values_create", "required of a correction"),
    ("medications_id_dispense_post", "as of a dispensing log"),
    (
        "patients_merge",
        "what the records have in common is kept with the merging",
    ),
    ("prescriptions_create", "required by a severe alert"),
    ("prescriptions_renew", "required by a severe alert"),
    (
        "role_change_requests_create",
        "the Admin who decides may ask",
    ),
    (
        "schedule_exceptions_create",
        "why somebody is away is theirs to tell",
    ),
    (
        "stock_batches_create",
        "required where the day of units that were received becomes a later one",
    ),
    ("waiting_list_create", "why somebody comes undoes nothing"),
];

testkit::on_both! {
    async fn a_reason_is_asked_for_where_something_is_undone(world: &World) {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for operation in world.operations() {
            // A change keeps what it does not mention.
            if operation.method != Method::POST {
                continue;
            }
            let Some(body) = &operation.doc.body else { continue };
            let required: BTreeSet<&str> = body.json["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let fields = body.json["properties"].as_object().into_iter().flatten();
            for (name, schema) in fields {
                if name != "reason" && !name.ends_with("_reason") {
                    continue;
                }
                let asked = required.contains(name.as_str()) && schema["minLength"].as_u64().is_some_and(|least| least > 0);
                if !asked {
                    found.entry(operation.id.clone()).or_default().push(name.clone());
                }
            }
        }
        let known: BTreeSet<&str> = OPTIONAL.iter().map(|(id, _)| *id).collect();
        let new: Vec<_> = found.iter().filter(|(id, _)| !known.contains(id.as_str())).collect();
        assert!(new.is_empty(), "may be left blank, and nobody says why: {new:?}");
        let stale: Vec<_> = known.iter().filter(|id| !found.contains_key(**id)).collect();
        assert!(stale.is_empty(), "no exceptions any more: {stale:?}");
        assert!(OPTIONAL.iter().all(|(_, why)| !why.is_empty()));
    }
}
