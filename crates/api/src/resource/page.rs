//! Which part of a list is wanted, and how the next one is reached.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_query::{
    Alias, Condition, Expr, ExprTrait, IntoCondition, NullOrdering, Order, SelectStatement,
};
use serde_json::Value as Json;

use engine::call::Call;
use records::error::Error;
use records::record::Record;
use texts::Text;

/// The most rows that one answer holds.
pub(super) const MOST: u64 = 1000;
const DEFAULT_SIZE: u64 = 50;
/// The query parameters that choose a part of a list.
pub(super) const PAGING: [&str; 5] = ["limit", "offset", "page", "page_size", "cursor"];

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Page {
    /// A bare array of the first rows.
    Bare,
    /// So many rows after skipping some.
    Window { limit: u64, offset: u64 },
    /// So many rows after the one that the cursor names.
    After { limit: u64, cursor: Option<Cursor> },
}

/// The sort values of the last row of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor(pub Vec<Json>);

impl Cursor {
    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(Json::Array(self.0.clone()).to_string())
    }

    /// The row's id, which is among the keys of every order.
    pub(super) fn id(&self, keys: &[Key]) -> Option<i64> {
        let at = keys.iter().position(|key| key.name == "id")?;
        self.0.get(at)?.as_i64()
    }

    fn decode(text: &str, keys: usize) -> Result<Cursor, Error> {
        let bad = || Error::field("cursor", Text::new("bad-cursor"));
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let values: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        if values.len() == keys {
            Ok(Cursor(values))
        } else {
            Err(bad())
        }
    }
}

fn number(call: &Call, name: &'static str, least: u64) -> Result<Option<u64>, Error> {
    match call.query(name) {
        None | Some("") => Ok(None),
        Some(text) => match text.parse::<u64>() {
            // Beyond this no table reaches, and the database's integers end.
            Ok(number) if number >= least && number <= 1 << 40 => Ok(Some(number)),
            _ => Err(Error::field(name, Text::new("bad-page").with("name", name))),
        },
    }
}

/// Counts pages, rather than rows to skip.
pub(super) fn by_page(call: &Call) -> bool {
    let given = |name| call.query(name).is_some_and(|text| !text.is_empty());
    given("page") && !given("offset")
}

impl Page {
    pub(super) fn from_query(call: &Call, keys: usize, bare: bool) -> Result<Page, Error> {
        let limit = number(call, "limit", 1)?.or(number(call, "page_size", 1)?);
        let offset = number(call, "offset", 0)?;
        let page = number(call, "page", 1)?;
        let size = std::cmp::min(limit.unwrap_or(DEFAULT_SIZE), MOST);
        if let Some(cursor) = call.query("cursor") {
            let cursor = if cursor.is_empty() {
                None
            } else {
                Some(Cursor::decode(cursor, keys)?)
            };
            return Ok(Page::After {
                limit: size,
                cursor,
            });
        }
        Ok(match (limit, offset, page) {
            (None, None, None) if bare => Page::Bare,
            (_, Some(offset), _) => Page::Window {
                limit: size,
                offset,
            },
            (_, None, Some(page)) => Page::Window {
                limit: size,
                offset: (page - 1).saturating_mul(size),
            },
            (_, None, None) => Page::Window {
                limit: size,
                offset: 0,
            },
        })
    }

    pub(super) fn limit(&self) -> u64 {
        match self {
            Page::Bare => MOST,
            Page::Window { limit, .. } | Page::After { limit, .. } => *limit,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        match self {
            Page::Window { offset, .. } => *offset,
            _ => 0,
        }
    }
}

/// A sort key: a column and its direction. What is not known counts as less than everything else, on both
/// databases.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub name: &'static str,
    pub descending: bool,
}

impl Key {
    /// May be null.
    fn nullable<R: Record>(&self) -> bool {
        R::info(self.name).is_some_and(|field| field.shape.nullable)
    }
}

/// What every list can be sorted by.
pub(super) const STANDARD: [&str; 3] = ["id", "created_at", "updated_at"];

/// Reads `-date,time`; `id` always comes last, so that the order is total.
pub(super) fn keys<R: Record>(text: &str, allowed: &[&'static str]) -> Result<Vec<Key>, Error> {
    let mut keys: Vec<Key> = Vec::new();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (descending, wanted) = part
            .strip_prefix('-')
            .map_or((false, part), |rest| (true, rest));
        let wanted = if R::info(wanted).is_none() {
            wanted.strip_suffix("_id").unwrap_or(wanted)
        } else {
            wanted
        };
        let Some(name) = allowed
            .iter()
            .chain(&STANDARD)
            .find(|name| **name == wanted)
        else {
            let valid: Vec<&str> = allowed.iter().chain(&STANDARD).copied().collect();
            let text = Text::new("not-sortable")
                .with("name", wanted)
                .with("valid", valid.join(", "));
            return Err(Error::field("ordering", text));
        };
        if !keys.iter().any(|key| key.name == *name) {
            keys.push(Key { name, descending });
        }
    }
    if !keys.iter().any(|key| key.name == "id") {
        let descending = keys.last().is_none_or(|key| key.descending);
        keys.push(Key {
            name: "id",
            descending,
        });
    }
    Ok(keys)
}

/// Orders a query by the keys.
pub(super) fn order<R: Record>(query: &mut SelectStatement, keys: &[Key]) {
    for key in keys {
        let (order, nulls) = if key.descending {
            (Order::Desc, NullOrdering::Last)
        } else {
            (Order::Asc, NullOrdering::First)
        };
        let column = (Alias::new(R::TABLE), Alias::new(key.name));
        if key.nullable::<R>() {
            query.order_by_with_nulls(column, order, nulls);
        } else {
            query.order_by(column, order);
        }
    }
}

/// The rows after the one that the cursor names: `(a > x) or (a = x and b > y) or …`, each key in its
/// own direction.
pub(super) fn after<R: Record>(keys: &[Key], cursor: &Cursor) -> Result<Condition, Error> {
    let mut values = Vec::with_capacity(keys.len());
    for (key, json) in keys.iter().zip(&cursor.0) {
        if json.is_null() && key.nullable::<R>() {
            values.push(None);
            continue;
        }
        let parse = match key.name {
            "id" => records::record::to_filter::<i64>,
            "created_at" | "updated_at" => records::record::to_filter::<jiff::Timestamp>,
            name => R::info(name)
                .map(|field| field.to_filter)
                .ok_or_else(Error::not_found)?,
        };
        let value = parse(json).map_err(|_| Error::field("cursor", Text::new("bad-cursor")))?;
        values.push(Some(Expr::val(value)));
    }
    let column = |key: &Key| engine::cx::column(R::TABLE, key.name);
    let mut any = Condition::any();
    for (at, key) in keys.iter().enumerate() {
        let further = match (&values[at], key.descending) {
            (Some(value), false) => column(key).gt(value.clone()).into_condition(),
            (Some(value), true) if key.nullable::<R>() => Condition::any()
                .add(column(key).lt(value.clone()))
                .add(column(key).is_null()),
            (Some(value), true) => column(key).lt(value.clone()).into_condition(),
            (None, false) => column(key).is_not_null().into_condition(),
            // Nothing comes after what counts least.
            (None, true) => continue,
        };
        let mut all = Condition::all();
        for (earlier, value) in keys.iter().zip(&values).take(at) {
            all = all.add(match value {
                Some(value) => column(earlier).eq(value.clone()),
                None => column(earlier).is_null(),
            });
        }
        any = any.add(all.add(further));
    }
    Ok(any)
}

/// The cursor that names a row.
pub(super) fn cursor_of<R: Record>(row: &R, keys: &[Key]) -> Cursor {
    let meta = row.meta();
    Cursor(
        keys.iter()
            .map(|key| match key.name {
                "id" => Json::from(meta.id),
                "created_at" => Json::String(meta.created_at.to_string()),
                "updated_at" => Json::String(meta.updated_at.to_string()),
                name => row.field(name).unwrap_or_default(),
            })
            .collect(),
    )
}
