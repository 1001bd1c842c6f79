//! A resource served again below a record that its rows belong to, such as `patients/{id}/allergies/`.
//!
//! Nothing is written twice: the request is turned into one to the resource itself, with the record it
//! stands below filled in, and the generic handlers answer it under the resource's own permission. The
//! record above must be in the caller's reach, else there is nothing (404), whatever lies below it.

use std::sync::Arc;

use http::Method;
use serde_json::{Map, Value as Json};

use super::{Resource, operations};
use engine::call::Call;
use engine::cx::Cx;
use engine::operation::Operation;
use records::error::Error;
use records::record::{Body, Record};

/// The operations of `R` below one record of `P`, at `{P}/{id}/{sub}/`. `verbs` says which: `l`ist and
/// `c`reate there, and `r`etrieve, `u`pdate and `d`elete at `{sub_id}/` below it.
///
/// The field that names the record above is [`Record::PATIENT`] where `P` is what that field refers
/// to, else the first reference to `P`; it must be one of [`Resource::FILTERS`]. Without such a field
/// there are no operations.
pub(crate) fn nested<P: Resource, R: Resource>(
    module: &'static str,
    sub: &str,
    verbs: &str,
) -> Vec<Operation> {
    let Some(field) = field::<P, R>() else {
        return Vec::new();
    };
    operations::<R>(module)
        .into_iter()
        .filter_map(|mut operation| {
            let one = operation.path.contains("{id}");
            let letter = match (operation.method.as_str(), one) {
                ("GET", false) => 'l',
                ("POST", _) => 'c',
                ("GET", true) => 'r',
                ("DELETE", _) => 'd',
                _ => 'u',
            };
            if !verbs.contains(letter) {
                return None;
            }
            let name = operation.id.rsplit('_').next().unwrap_or_default();
            operation.id = format!("{}_{sub}_{name}", P::PATH).replace('-', "_");
            operation.tag = P::PATH;
            operation.path = format!("{}/{{id}}/{sub}/", P::PATH);
            if one {
                operation.path.push_str("{sub_id}/");
            }
            let inner = operation.run.clone();
            operation.run = Arc::new(move |cx, call| {
                let inner = inner.clone();
                Box::pin(async move {
                    let call = below::<P, R>(cx, call, field, one).await?;
                    inner(cx, &call).await
                })
            });
            Some(operation)
        })
        .collect()
}

/// The field of `R` that names a record of `P`.
fn field<P: Record, R: Resource>() -> Option<&'static str> {
    let names = |name: &str| R::info(name).is_some_and(|f| f.shape.reference == Some(P::TABLE));
    R::PATIENT.filter(|name| names(name)).or_else(|| {
        R::FIELDS
            .iter()
            .find(|field| field.shape.reference == Some(P::TABLE))
            .map(|field| field.name)
    })
}

/// The same request to the resource itself.
async fn below<P: Resource, R: Resource>(
    cx: &mut Cx,
    call: &Call,
    field: &'static str,
    one: bool,
) -> Result<Call, Error> {
    let read = match !one && call.head.method == Method::POST {
        true => call.if_match()?,
        false => None,
    };
    let above: P = match read {
        // What is added to a record by the version that was read of it, such as a payment, is added to that one.
        Some(_) => cx.hold(call.id()?).await?,
        None => cx.find(call.id()?).await?,
    };
    super::check_version(&above, read)?;
    let id = above.meta().id;
    if P::PATIENT_DATA {
        // That nothing is there is something one learns about the record above.
        cx.saw_record(&above);
    }
    let mut call = call.clone();
    if one {
        let sub = call.param("sub_id").to_owned();
        call.params = vec![("id".to_owned(), sub)];
        let row: R = cx.load(call.id()?).await?;
        if row.field(field).and_then(|value| value.as_i64()) != Some(id) {
            return Err(Error::not_found());
        }
    } else {
        for said in [field.to_owned(), format!("{field}_id")] {
            let asked = call.query(&said).map(Json::from);
            let asked = asked.map(|value| Body(Map::from_iter([(said, value)])));
            asked.unwrap_or_default().check_path(field, id)?;
        }
        let mut head = (*call.head).clone();
        head.query
            .retain(|(name, _)| name != field && *name != format!("{field}_id"));
        head.query.push((field.to_owned(), id.to_string()));
        call.head = Arc::new(head);
    }
    let body = match call.json() {
        Ok(Json::Object(body)) => Some(body),
        Ok(Json::Null) if call.head.method == Method::POST => Some(Map::new()),
        _ => None,
    };
    if let Some(body) = body {
        let mut body = Body(body);
        body.check_path(field, id)?;
        body.0.remove(&format!("{field}_id"));
        body.0.insert(field.to_owned(), id.into());
        call.body = Json::Object(body.0).to_string().into();
    }
    Ok(call)
}
