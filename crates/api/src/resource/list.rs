//! Lists: search, order and pages, all bounded; what is filtered by is in [`filters`](super::filters).

use kernel::Reach;
use sea_query::{ExprTrait, SelectStatement};
use serde_json::{Map, Value as Json};

use super::count::{self, Count};
use super::filters::conditions;
use super::page::{self, Key, Page};
use super::view::Visible;
use super::{Found, Resource, View};
use db::{Damage, DbError};
use engine::call::{Call, Reply, yes_or_no};
use engine::cx::{Cx, among, column, select};
use engine::inside::InsideUnit;
use records::column::names;
use records::error::Error;
use texts::Text;

/// So many rows of an index are read in place.
const FEW: u64 = 100;

/// Answers a list: a bare array unless a page is asked for.
///
/// # Errors
/// 400 for filters, orders or pages that make no sense.
pub async fn list<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    answer::<R>(cx, call, true).await
}

/// Answers a list that always has the `results` form.
///
/// # Errors
/// As [`list`].
pub async fn list_results<R: Resource>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    answer::<R>(cx, call, false).await
}

async fn answer<R: Resource>(cx: &mut Cx, call: &Call, bare: bool) -> Result<Reply, Error> {
    let asked = call.query("ordering").filter(|o| !o.is_empty());
    let visible = Visible::to::<R>(cx, &cx.grant());
    // Nobody sorts by what they are not shown.
    let sortable: Vec<&'static str> = names(R::ORDERING)
        .filter(|name| asked.is_none() || !visible.withheld(name))
        .collect();
    let keys = page::keys::<R>(asked.unwrap_or_else(|| R::usual_order(call)), &sortable)?;
    let wanted = Page::from_query(call, keys.len(), bare)?;
    let conditions = conditions::<R>(cx, call)?;
    let text = call.query("search").map(str::trim).unwrap_or_default();
    let found = if text.is_empty() {
        None
    } else {
        let found = R::search(cx, text).await?;
        if found.is_none() {
            // Answering every row would say that all of them match.
            return Err(Error::field("search", Text::new("not-searchable")));
        }
        found
    };
    as_json(call)?;
    if !text.is_empty() {
        cx.seen_as(engine::audit::Action::Search, R::PATH);
    }
    let grant = cx.grant();
    let Some(mut query) = cx.in_reach::<R>(&grant) else {
        return render::<R>(cx, call, &wanted, &keys, Vec::new(), Count::Exactly(0)).await;
    };
    query.cond_where(conditions);
    if let Some(usual) = R::usual_rows(cx, call) {
        query.cond_where(usual);
    }
    if let Some(listed) = R::listed() {
        query.cond_where(listed);
    }
    match found {
        Some(Found::Ranked(ids)) => ranked::<R>(cx, call, &wanted, &keys, query, ids).await,
        Some(Found::Where(condition)) => {
            query.cond_where(condition);
            ordered::<R>(cx, call, &wanted, &keys, query).await
        }
        None => ordered::<R>(cx, call, &wanted, &keys, query).await,
    }
}

/// Lists are JSON; asking for them otherwise gets no silent JSON instead.
fn as_json(call: &Call) -> Result<(), Error> {
    match call.query("format").unwrap_or_default() {
        "" | "json" => Ok(()),
        other => {
            let text = Text::new("not-a-choice").with("value", other);
            Err(Error::field("format", text.with("choices", "json")))
        }
    }
}

/// The rows in the list's own order.
async fn ordered<R: Resource>(
    cx: &mut Cx,
    call: &Call,
    wanted: &Page,
    keys: &[Key],
    mut query: SelectStatement,
) -> Result<Reply, Error> {
    let key = count::key(cx, call, R::usual_rows(cx, call).is_some());
    let countable = query.clone();
    if let Page::After {
        cursor: Some(cursor),
        ..
    } = wanted
    {
        query.cond_where(page::after::<R>(keys, cursor)?);
    }
    page::order::<R>(&mut query, keys);
    // One more than asked for tells whether there is a next page.
    query.limit(wanted.limit() + 1);
    if wanted.offset() > 0 {
        query.offset(wanted.offset());
    }
    if sorts::<R>(call) {
        query = chosen_first::<R>(query, keys);
    }
    // The newest rows of a table cost what they are; a filter may have to look at many to find few.
    let plain = cx.grant().reach == Reach::All
        && call
            .head
            .query
            .iter()
            .all(|(name, _)| page::PAGING.contains(&name.as_str()));
    let rows: Vec<R> = if plain && wanted.limit() <= FEW && wanted.offset() <= FEW {
        cx.few_to_show(query).await?
    } else {
        cx.rows_to_show(query).await?
    };
    let first = matches!(
        wanted,
        Page::Bare | Page::Window { offset: 0, .. } | Page::After { cursor: None, .. }
    );
    let found = (rows.len() + damaged::<R>(cx).len()) as u64;
    let count = if first && found <= wanted.limit() {
        Count::Exactly(found)
    } else {
        count::count(cx, key, &countable).await?
    };
    render::<R>(cx, call, wanted, keys, rows, count).await
}

/// Whether what is found has to be sorted: an index that finds a range has it in an order of its own.
fn sorts<R: Resource>(call: &Call) -> bool {
    let mut names = call.head.query.iter().map(|(name, _)| name.as_str());
    names.any(|name| name.contains("__") || R::OWN_FILTERS.contains(&name))
}

/// The same rows by way of their ids, so that only those that are answered are read and carried through
/// the sorting as a whole.
fn chosen_first<R: Resource>(mut query: SelectStatement, keys: &[Key]) -> SelectStatement {
    let id = || column(R::TABLE, "id");
    query.clear_selects().expr(id());
    let mut rows = select::<R>();
    rows.and_where(id().in_subquery(query));
    page::order::<R>(&mut rows, keys);
    rows
}

/// The rows that a search ranked, best first, unless another order is asked for.
async fn ranked<R: Resource>(
    cx: &mut Cx,
    call: &Call,
    wanted: &Page,
    keys: &[Key],
    mut query: SelectStatement,
    ids: Vec<i64>,
) -> Result<Reply, Error> {
    if ids.is_empty() {
        return render::<R>(cx, call, wanted, keys, Vec::new(), Count::Exactly(0)).await;
    }
    query.and_where(among(cx.dialect(), column(R::TABLE, "id"), &ids));
    if call.query("ordering").is_some_and(|o| !o.is_empty()) {
        return ordered::<R>(cx, call, wanted, keys, query).await;
    }
    let mut rows: Vec<R> = cx.few_to_show(query).await?;
    let rank = |row: &R| ids.iter().position(|id| *id == row.meta().id);
    rows.sort_by_key(rank);
    let count = Count::Exactly((rows.len() + damaged::<R>(cx).len()) as u64);
    let rows: Vec<R> = match wanted {
        // Whoever is not found any more has nobody after them, rather than everybody once more.
        Page::After {
            cursor: Some(cursor),
            ..
        } => {
            let last = cursor.id(keys);
            let after = ids.iter().position(|id| Some(*id) == last);
            let after = after.unwrap_or(ids.len());
            rows.into_iter()
                .filter(|row| rank(row) > Some(after))
                .collect()
        }
        _ => rows.into_iter().skip(wanted.offset() as usize).collect(),
    };
    render::<R>(cx, call, wanted, keys, rows, count).await
}

async fn render<R: Resource>(
    cx: &mut Cx,
    call: &Call,
    wanted: &Page,
    keys: &[Key],
    mut rows: Vec<R>,
    count: Count,
) -> Result<Reply, Error> {
    let broken = damaged::<R>(cx);
    let more = (rows.len() + broken.len()) as u64 > wanted.limit();
    if let (true, true, Some(damage)) = (more, rows.is_empty(), broken.into_iter().next()) {
        // Of no row it is known where it stands, so nobody could go on from here.
        return Err(DbError::Damaged(damage).into());
    }
    rows.truncate(wanted.limit() as usize);
    let labels = match call.query("labels") {
        Some(text) if !text.is_empty() => yes_or_no("labels", text)?,
        _ => false,
    };
    // Nothing is worked out for no rows.
    let extras = if rows.is_empty() || labels {
        Vec::new()
    } else {
        extras_of(cx, &mut rows).await?
    };
    if R::PATIENT_DATA {
        if rows.is_empty() {
            told_by_none::<R>(cx, call, count);
        }
        for row in &rows {
            cx.saw_record(row);
        }
    }
    let next = rows.last().filter(|_| more).map(|last| match wanted {
        Page::Window { limit, offset } if !page::by_page(call) => call.url_with(
            &[
                ("limit", limit.to_string()),
                ("offset", (offset + limit).to_string()),
            ],
            &["page", "page_size"],
        ),
        Page::Window { limit, offset } => {
            call.url_with(&[("page", (offset / limit + 2).to_string())], &[])
        }
        _ => call.url_with(&[("cursor", page::cursor_of(last, keys).encode())], &[]),
    });
    let previous = match wanted {
        Page::Window { offset: 0, .. } | Page::Bare | Page::After { .. } => None,
        Page::Window { limit, offset } if !page::by_page(call) => Some(call.url_with(
            &[
                ("limit", limit.to_string()),
                ("offset", offset.saturating_sub(*limit).to_string()),
            ],
            &[],
        )),
        Page::Window { limit, offset } => Some(call.url_with(
            &[("page", std::cmp::max(offset / limit, 1).to_string())],
            &[],
        )),
    };
    let bare = matches!(wanted, Page::Bare);
    let links = [next.as_deref(), previous.as_deref()];
    let mut reply = if labels {
        let label = |row: &R| Label {
            id: row.meta().id,
            label: super::label_for(cx, row),
        };
        let labels: Vec<Label> = rows.iter().map(label).collect();
        part(bare, count, links, &with_damaged::<R, _>(cx, labels))?
    } else {
        let shown = Visible::to::<R>(cx, &cx.grant());
        let views: Vec<View<'_, R>> = rows
            .iter()
            .zip(&extras)
            .map(|(row, extra)| View::new(row, extra, &shown))
            .collect();
        part(bare, count, links, &with_damaged::<R, _>(cx, views))?
    };
    reply.header("x-total-count", &count.header());
    if let Some(next) = next {
        reply.header("link", &format!("<{next}>; rel=\"next\""));
    }
    Ok(reply)
}

/// What a list without rows tells: behind the last page, how many there are; and of one patient, that nothing is recorded
/// of what was asked for.
fn told_by_none<R: Resource>(cx: &mut Cx, call: &Call, count: Count) {
    let asked = |name: &str| call.query(name).filter(|value| !value.is_empty());
    let named = R::PATIENT.and_then(|field| {
        let others = ["_id", "__in"].map(|end| [field, end].concat());
        let mut names = others.iter().map(String::as_str);
        asked(field).or_else(|| names.find_map(asked))
    });
    let named: Vec<i64> = named
        .into_iter()
        .flat_map(|ids| ids.split(','))
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    // That there is nothing is said of each of them, or how many there are of whatever was asked for.
    if !named.is_empty() || count.number() > 0 {
        cx.saw_none_of::<R>(named);
    } else {
        cx.saw_nothing();
    }
}

/// What is worked out for the rows. One for which it takes a record that cannot be read is taken out and noted as
/// damaged itself: half a record would be a falsified one.
async fn extras_of<R: Resource>(cx: &mut Cx, rows: &mut Vec<R>) -> Result<Vec<R::Extra>, Error> {
    let mut parts = vec![std::mem::take(rows)];
    let mut extras = Vec::new();
    while let Some(mut part) = parts.pop() {
        match R::extras(cx, &part).await {
            Ok(more) => {
                extras.extend(more);
                rows.append(&mut part);
            }
            Err(Error::Db(DbError::Damaged(damage))) => match part.as_slice() {
                [row] => cx.found_damaged(Damage {
                    table: R::TABLE,
                    id: row.meta().id,
                    ..damage
                })?,
                _ => {
                    let later = part.split_off(part.len() / 2);
                    parts.extend([later, part]);
                }
            },
            Err(error) => return Err(error),
        }
    }
    Ok(extras)
}

/// The rows of the list that cannot be read.
fn damaged<R: Resource>(cx: &Cx) -> Vec<Damage> {
    let damaged = cx.damaged().iter();
    damaged
        .filter(|damage| damage.table == R::TABLE)
        .cloned()
        .collect()
}

/// The rows that can be read, and after them that there are others.
fn with_damaged<R: Resource, T>(cx: &Cx, rows: Vec<T>) -> Vec<Listed<T>> {
    let damaged = damaged::<R>(cx).into_iter();
    let damaged =
        damaged.map(|damage| Listed::Damaged(cx.app.said_of(cx.origin.language, &damage)));
    rows.into_iter().map(Listed::Whole).chain(damaged).collect()
}

/// A row of a list, or that one is there and cannot be read.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Listed<T> {
    Whole(T),
    Damaged(Map<String, Json>),
}

/// A record as a picker shows it.
#[derive(serde::Serialize)]
struct Label {
    id: i64,
    label: String,
}

/// A part of a list: a bare array, or a page with its links.
fn part<T: serde::Serialize>(
    bare: bool,
    count: Count,
    [next, previous]: [Option<&str>; 2],
    rows: &[T],
) -> Result<Reply, Error> {
    if bare {
        Reply::json(http::StatusCode::OK, &rows)
    } else {
        let page = Results::new(count, next, previous, rows);
        Reply::json(http::StatusCode::OK, &page)
    }
}

/// The form of a page.
#[derive(serde::Serialize)]
pub(crate) struct Results<'a, T> {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_exact: Option<bool>,
    next: Option<&'a str>,
    previous: Option<&'a str>,
    results: &'a [T],
}

impl<'a, T> Results<'a, T> {
    fn new(
        count: Count,
        next: Option<&'a str>,
        previous: Option<&'a str>,
        results: &'a [T],
    ) -> Results<'a, T> {
        let count_exact = (count == Count::Beyond).then_some(false);
        Results {
            count: count.number(),
            count_exact,
            next,
            previous,
            results,
        }
    }
}
