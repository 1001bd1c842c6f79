//! What the parameters of a list ask for: which rows, and which contain a text.

use jiff::Timestamp;
use sea_query::{Condition, Expr, ExprTrait};
use serde_json::Value as Json;

use super::Resource;
use super::view::Visible;
use db::{ToValue, Value};
use engine::call::Call;
use engine::cx::{Cx, column};
use records::column::{named, names};
use records::error::Error;
use records::fault::{Fault, Faults};
use records::field::Kind;
use records::record::{FieldInfo, to_filter};
use texts::Text;

/// Query parameters that are no filters.
const RESERVED: &[&str] = &[
    "limit",
    "offset",
    "page",
    "page_size",
    "cursor",
    "ordering",
    "search",
    "labels",
    "format",
];
/// As many values may a filter name at once.
const MOST_VALUES: usize = 500;
const OPERATORS: &[&str] = &["gte", "lte", "in"];

/// What the query's filters ask for.
pub(super) fn conditions<R: Resource>(cx: &Cx, call: &Call) -> Result<Condition, Error> {
    filtered::<R>(cx, call, &[])
}

/// What the query's filters ask for, for an export of a resource's rows that takes parameters of its own besides.
///
/// # Errors
/// 400 for filters that there are not, or values that make no sense.
pub fn filtered<R: Resource>(cx: &Cx, call: &Call, besides: &[&str]) -> Result<Condition, Error> {
    let mut all = Condition::all();
    let mut faults = Faults::new();
    let visible = Visible::to::<R>(cx, &cx.grant());
    for (name, value) in
        call.head.query.iter().filter(|(name, _)| {
            !RESERVED.contains(&name.as_str()) && !besides.contains(&name.as_str())
        })
    {
        if R::OWN_FILTERS.contains(&name.as_str()) {
            if !value.is_empty() {
                all = all.add(R::filter(cx, name, value)?);
            }
            continue;
        }
        let Some((field, operator)) = filter::<R>(name) else {
            faults.say(
                name,
                Text::new("unknown-filter")
                    .with("name", name)
                    .with("valid", valid::<R>().join(", ")),
            );
            continue;
        };
        // An empty value means no filter.
        if value.is_empty() {
            continue;
        }
        match condition::<R>(cx, &field, operator, value) {
            // Whether a row is found would tell what is kept from the caller.
            Ok(_) if visible.withheld(field.name) => all = all.add(Expr::val(1).eq(0)),
            Ok(condition) => all = all.add(condition),
            Err(fault) => faults.put(name, fault),
        }
    }
    faults.into_result()?;
    Ok(all)
}

struct Filter {
    name: &'static str,
    kind: Kind,
    parse: fn(&Json) -> Result<Value, Fault>,
}

impl From<&FieldInfo> for Filter {
    fn from(field: &FieldInfo) -> Filter {
        Filter {
            name: field.name,
            kind: field.shape.kind,
            parse: field.to_filter,
        }
    }
}

fn standard(name: &str) -> Option<Filter> {
    match name {
        "id" => Some(Filter {
            name: "id",
            kind: Kind::Int,
            parse: to_filter::<i64>,
        }),
        "uid" => Some(Filter {
            name: "uid",
            kind: Kind::Uuid,
            parse: to_filter::<uuid::Uuid>,
        }),
        "created_at" => Some(Filter {
            name: "created_at",
            kind: Kind::Timestamp,
            parse: to_filter::<jiff::Timestamp>,
        }),
        "updated_at" => Some(Filter {
            name: "updated_at",
            kind: Kind::Timestamp,
            parse: to_filter::<jiff::Timestamp>,
        }),
        _ => None,
    }
}

/// The declared filter behind a parameter's name, and its operator.
fn filter<R: Resource>(parameter: &str) -> Option<(Filter, &str)> {
    let (name, operator) = parameter.split_once("__").unwrap_or((parameter, ""));
    if !operator.is_empty() && !OPERATORS.contains(&operator) {
        return None;
    }
    let name = R::ALIASES
        .iter()
        .find(|(other, _)| *other == name)
        .map_or(name, |(_, field)| field.name);
    let name = if R::info(name).is_none() {
        name.strip_suffix("_id").unwrap_or(name)
    } else {
        name
    };
    let found = if named(R::FILTERS, name) {
        R::info(name).map(Filter::from)
    } else {
        standard(name)
    };
    // Yes and no have no order.
    found
        .filter(|field| operator.is_empty() || field.kind != Kind::Bool)
        .map(|field| (field, operator))
}

fn condition<R: Resource>(
    cx: &Cx,
    field: &Filter,
    operator: &str,
    value: &str,
) -> Result<Expr, Fault> {
    if field.kind == Kind::Timestamp
        && let Ok(day) = kernel::dates::parse_date(value)
        && let Ok((from, until)) = cx.app.zone.day_bounds(day)
        && operator != "in"
    {
        return Ok(on_day::<R>(field, operator, from, until));
    }
    let parse = |text: &str| (field.parse)(&Json::String(text.to_owned())).map(Expr::val);
    let column = column(R::TABLE, field.name);
    Ok(match operator {
        "gte" => column.gte(parse(value)?),
        "lte" => column.lte(parse(value)?),
        "in" => {
            let values: Vec<&str> = value.split(',').filter(|v| !v.is_empty()).collect();
            if values.len() > MOST_VALUES {
                let text = Text::new("too-many-values").with("max", MOST_VALUES);
                return Err(Fault::Said(vec![text]));
            }
            let values = values.into_iter().map(parse);
            column.is_in(values.collect::<Result<Vec<Expr>, _>>()?)
        }
        _ => column.eq(parse(value)?),
    })
}

/// A moment by a day at the hospital: from its beginning, until its end, or within it.
fn on_day<R: Resource>(field: &Filter, operator: &str, from: Timestamp, until: Timestamp) -> Expr {
    let column = || column(R::TABLE, field.name);
    let (begun, not_over) = (column().gte(from.to_value()), column().lt(until.to_value()));
    match operator {
        "gte" => begun,
        "lte" => not_over,
        _ => begun.and(not_over),
    }
}

fn valid<R: Resource>() -> Vec<&'static str> {
    let own = R::OWN_FILTERS.iter().copied();
    let mut valid: Vec<&str> = names(R::FILTERS).chain(own).collect();
    valid.extend(["id", "uid", "created_at", "updated_at"]);
    valid.extend(RESERVED);
    valid
}
