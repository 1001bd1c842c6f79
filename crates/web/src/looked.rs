//! Pickers of a form that was sent: what is looked up for browsers without scripts, and how what was picked is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use platform::error::Error;
use platform::module::TableInfo;
use platform::operation::Operation;

use crate::ask::Ask;
use crate::pick;
use crate::sent::{LOOKED, Sent};

/// Looks a record up for a picker, for browsers without scripts.
pub(crate) async fn look(
    ask: &Arc<Ask>,
    operation: &Operation,
    sent: &mut Sent,
    name: &str,
) -> Result<(), Error> {
    let typed = sent.typed(&[name, "__q"].concat()).unwrap_or_default();
    let own = sent.typed(&[name, pick::OWN].concat());
    if let Some(found) = own.and_then(|path| ask.house.find(path)) {
        let found = pick::found(ask, found, typed).await?;
        sent.found.insert(name.to_owned(), found);
        return Ok(());
    }
    let Some(info) = picks(ask, operation, sent, name) else {
        return Ok(());
    };
    let found = pick::candidates(ask, &info, typed).await?;
    sent.found.insert(name.to_owned(), found);
    Ok(())
}

/// The resource among whose records a picker picks.
fn picks(ask: &Ask, operation: &Operation, sent: &Sent, name: &str) -> Option<TableInfo> {
    let own = sent.typed(&[name, pick::OWN].concat());
    let table = operation.doc.body.as_ref().and_then(|body| {
        let schema = body.json.get("properties")?.get(name)?;
        let schema = schema
            .get("anyOf")
            .and_then(|all| all.get(0))
            .unwrap_or(schema);
        schema.get("x-references")?.as_str().map(str::to_owned)
    });
    let mut tables = ask.app().registry.tables();
    let info = tables.find(|info| {
        let meant = match &table {
            Some(table) => info.table == table.as_str(),
            None => Some(info.path) == own,
        };
        meant && !info.path.is_empty()
    });
    info.cloned()
}

/// A resource, and which of its records were picked by which fields.
type Picks = (TableInfo, Vec<(String, i64)>);

/// What was picked is called when the form is shown again: its screen knows only what it began with. One query for each
/// resource, of those that the reader reaches.
pub(crate) async fn name_picked(
    ask: &Arc<Ask>,
    operation: &Operation,
    sent: &mut Sent,
) -> Result<(), Error> {
    let mut wanted: BTreeMap<&'static str, Picks> = BTreeMap::new();
    for (field, _) in sent.pairs() {
        let Some(name) = field.strip_prefix(LOOKED) else {
            continue;
        };
        let id = sent.typed(name).and_then(|id| id.parse().ok());
        let info = picks(ask, operation, sent, name);
        if let Some((id, info)) = id.zip(info) {
            let all = wanted
                .entry(info.path)
                .or_insert_with(|| (info, Vec::new()));
            all.1.push((name.to_owned(), id));
        }
    }
    for (info, picked) in wanted.into_values() {
        let ids: Vec<i64> = picked.iter().map(|(_, id)| *id).collect();
        let called = pick::labels(ask, &info, &ids).await?;
        let called: BTreeMap<i64, String> = called.into_iter().collect();
        let named = picked.into_iter();
        let named = named.filter_map(|(name, id)| Some((name, called.get(&id)?.clone())));
        sent.called.extend(named);
    }
    Ok(())
}
