//! What a record's page offers fits its state: what is offered is not refused for it, and what is not offered would change
//! nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Method;
use platform::module::TableInfo;
use platform::operation::Operation;
use serde_json::Value as Json;

use super::{Place, ROLES, Twins, by_chance, place_of, tables};

/// States of a resource that are looked at.
const STATES: usize = 5;
/// Resources of which more than one state is looked at.
const VARIED: usize = 25;
/// What a record is refused for its state with.
const OF_STATE: [&str; 4] = [
    "state_conflict",
    "encounter_signed",
    "bed_occupied",
    "bed_not_available",
];
/// Refused for what another record lacks, and said so with the remedy: whoever looks for the button has to learn it.
const ELSEWHERE: [(&str, &str); 5] = [
    // The patient who was chosen, merged into another.
    ("medications_id_dispense_post", "state_conflict"),
    ("patients_invite", "state_conflict"),
    ("stock_takes_post", "state_conflict"),
    ("bills_open", "state_conflict"),
    // The encounter that was chosen for it, not its own.
    ("prescriptions_renew", "encounter_signed"),
];

/// Looks at records in every state that they came to.
pub(super) async fn fit(t: &mut Twins<'_>) {
    let mut varied = 0;
    for info in tables(t.api) {
        let all = by_chance(t.api);
        let own: Vec<_> = all.filter(|operation| is_of(&info, operation)).collect();
        if own.is_empty() {
            continue;
        }
        t.look_around().await;
        let askers = i64::try_from(ROLES.len()).unwrap();
        let ids = t.known.get(info.table).cloned().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for id in ids
            .into_iter()
            .filter(|id| info.table != "app_user" || *id > askers)
        {
            let Some(record) = read(t, &info, id).await else {
                continue;
            };
            if seen.len() < STATES && seen.insert(state(&info, &record)) {
                one(t, &info, &own, id).await;
            }
        }
        varied += usize::from(seen.len() > 1);
    }
    assert!(
        varied >= VARIED,
        "only {varied} resources were seen in more than one state"
    );
}

/// What is done to one record of a resource.
fn is_of(info: &TableInfo, operation: &Operation) -> bool {
    let rest = operation.path.strip_prefix(info.path);
    let rest = rest.and_then(|rest| rest.strip_prefix("/{id}/"));
    rest.is_some_and(|rest| rest.trim_end_matches('/').find(['/', '{']).is_none())
}

/// The choices that the record stands at.
fn state(info: &TableInfo, record: &Json) -> String {
    let chosen = info.fields.iter().filter(|field| {
        let schema = (field.schema)();
        let one = schema["anyOf"].get(0).unwrap_or(&schema);
        one["enum"].is_array() || one["type"] == "boolean"
    });
    let values = chosen.map(|field| record[field.name].to_string());
    values.collect::<Vec<_>>().join(" ")
}

async fn read(t: &Twins<'_>, info: &TableInfo, id: i64) -> Option<Json> {
    let found = t.callers[0].1.get(&format!("{}/{id}/", info.path)).await;
    found.status.is_success().then_some(found.json)
}

async fn one(t: &mut Twins<'_>, info: &TableInfo, own: &[Arc<Operation>], id: i64) {
    let mut own = own.to_vec();
    own.sort_by_key(|operation| operation.method == Method::DELETE);
    for operation in own {
        let Some(page) = place_of(t.api, &operation, &[("id", id)]).page else {
            continue;
        };
        if t.asker(&[&operation]).await != Some(0) {
            continue;
        }
        let shown = t.visitors[0]
            .1
            .get(&format!("/admin/{}/{id}/", info.path))
            .await;
        let Some(before) = read(t, info, id).await else {
            return;
        };
        let schema = operation.doc.body.as_ref().map(|body| body.json.clone());
        let body = match schema {
            Some(schema) => t.chance.object(&schema, &t.known, 40),
            None => Some(Json::Object(Default::default())),
        };
        let Some(Json::Object(body)) = body else {
            continue;
        };
        let offered = shown.text().contains(&format!("href=\"{page}\""));
        let place = match offered {
            true => Place::of(page, Some(id)),
            false => Place::bare(&[("id", id)]),
        };
        let done = t.ask(0, &operation, &place, body.clone()).await;
        t.settle().await;
        let after = read(t, info, id).await;
        let moved = after.as_ref().map(|row| &row["version"]) != Some(&before["version"]);
        let code = t.last.clone().unwrap_or_default();
        let elsewhere = ELSEWHERE.contains(&(operation.id.as_str(), code.as_str()));
        let fault = match (offered, done.is_some()) {
            // A change is offered as long as some field can change, and refused for the others.
            (true, false) if operation.method == Method::PATCH => continue,
            (true, false) if OF_STATE.contains(&&*code) && !elsewhere => "is offered and refused",
            (false, true) if moved => "is not offered and was done",
            _ => continue,
        };
        let why = t.refused.get(&operation.id).cloned().unwrap_or_default();
        t.faults
            .push(format!("{} of {id} {fault}: {before} {why}", operation.id));
    }
}
