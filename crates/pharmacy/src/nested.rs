//! `items` inside the body of the record that they belong to.

use std::collections::HashSet;

use platform::cx::{Cx, among, column};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::record::{Body, Record};
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use sea_query::Query;

/// The most items of one body.
const MOST: usize = 500;

/// Parses `items`; none when the body has none. `names` pairs other names with the declared ones, `parent`
/// is the reference that is filled in later, and `check` refuses an item or answers its medication.
///
/// # Errors
/// 400 under `items`, item by item.
pub(crate) async fn parse<R: Record>(
    cx: &mut Cx,
    body: &Body,
    names: &[(&str, &str)],
    parent: &str,
    check: impl Fn(&R) -> Result<i64, Error>,
) -> Result<Vec<R>, Error> {
    let list = match body.0.get("items") {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(list)) => list,
        Some(_) => return Err(Error::field("items", Text::new("not-a-list"))),
    };
    if list.len() > MOST {
        return Err(Error::field(
            "items",
            Text::new("too-big").with("max", MOST),
        ));
    }
    let mut rows = Vec::with_capacity(list.len());
    let mut medications = Vec::with_capacity(list.len());
    let mut faults: Vec<Option<Faults>> = Vec::with_capacity(list.len());
    for item in list {
        match one::<R>(item, names, parent)
            .map_err(Error::from)
            .and_then(|row| Ok((check(&row)?, row)))
        {
            Ok((medication, row)) => {
                rows.push(row);
                medications.push(medication);
                faults.push(None);
            }
            Err(Error::Invalid(wrong)) => {
                medications.push(0);
                faults.push(Some(wrong));
            }
            Err(error) => return Err(error),
        }
    }
    let known = known(cx, &medications).await?;
    for (fault, medication) in faults.iter_mut().zip(&medications) {
        if fault.is_none() && !known.contains(medication) {
            let text = Text::new("pharmacy-unknown").with("id", medication);
            *fault = Some(Faults::one("medication_item", text));
        }
    }
    if faults.iter().any(Option::is_some) {
        let mut all = Faults::new();
        all.put("items", Fault::Items(faults));
        return Err(all.into());
    }
    Ok(rows)
}

/// The body says yes to something; forms say it as text.
pub(crate) fn flag(body: &Body, name: &str) -> bool {
    match body.0.get(name) {
        Some(Json::Bool(said)) => *said,
        Some(Json::String(said)) => said == "true",
        _ => false,
    }
}

fn one<R: Record>(item: &Json, names: &[(&str, &str)], parent: &str) -> Result<R, Faults> {
    let Some(object) = item.as_object() else {
        return Err(Faults::one(
            platform::fault::NON_FIELD,
            Text::new("body-not-object"),
        ));
    };
    let mut body = Body(object.clone());
    body.fold(names)?;
    body.0.insert(parent.to_owned(), json!(1));
    R::create(&body)
}

/// Those of the medications that exist.
async fn known(cx: &mut Cx, ids: &[i64]) -> Result<HashSet<i64>, Error> {
    let mut query = Query::select();
    query
        .columns(["id"])
        .from("medication_item")
        .and_where(among(cx.dialect(), column("medication_item", "id"), ids));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64,)> = cx
        .unscoped("the formulary is open to everybody who works with stock")
        .all(statement)
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
