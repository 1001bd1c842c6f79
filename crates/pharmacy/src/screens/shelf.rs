//! What a count is about: the batches of its place and category, with what was counted.

use jiff::civil::Date;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::stock_take::StockTake;

/// Batches of one page.
pub(super) const PAGE: i64 = 50;
/// Differences of one page.
const DIFFERENCES: i64 = 500;

/// The batches that a count is about: those that hold units, and those that were counted.
macro_rules! about {
    () => {
        "FROM stock_batch AS b JOIN medication_item AS m ON m.id = b.medication_item \
         LEFT JOIN stock_take_line AS l ON l.stock_take = $1 AND l.stock_batch = b.id \
         WHERE (b.current_quantity > 0 OR l.id IS NOT NULL) \
         AND (CAST($2 AS bigint) = 0 OR b.location = $2) AND (CAST($3 AS bigint) = 0 OR m.category = $3)"
    };
}

/// Whether a batch moved since it was counted.
macro_rules! moved {
    () => {
        "EXISTS (SELECT 1 FROM stock_movement AS v WHERE v.stock_batch = b.id AND v.id > l.last_movement)"
    };
}

macro_rules! shown {
    ($($which:tt)*) => {
        concat!(
            "SELECT b.id, m.generic_name, m.strength, m.unit_of_measure, b.batch_number, b.expiry_date, b.location, \
             l.counted, l.expected, ",
            moved!(), " ", about!(), $($which)*,
            " ORDER BY m.generic_name, m.id, b.expiry_date, b.id LIMIT $4 OFFSET $5"
        )
    };
}

const ALL: &str = shown!("");
const LEFT: &str = shown!(" AND (l.id IS NULL OR ", moved!(), ")");
const DIFFERING: &str = shown!(" AND l.counted <> l.expected");
const PROGRESS: &str = concat!(
    "SELECT COUNT(*), COUNT(l.id), COUNT(CASE WHEN l.counted <> l.expected THEN 1 END), COUNT(CASE WHEN ",
    moved!(),
    " THEN 1 END) ",
    about!()
);

/// Which batches are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Every batch.
    All,
    /// Those that are still to be counted, or to be counted again.
    Left,
    /// Those that were counted with another number than expected.
    Differing,
}

/// A batch with what was counted.
pub(super) struct Batch {
    pub(super) id: i64,
    pub(super) label: String,
    pub(super) unit: String,
    pub(super) number: String,
    pub(super) expiry: Date,
    pub(super) place: i64,
    /// Counted and expected, once it was counted.
    pub(super) counted: Option<(i64, i64)>,
    /// It moved since.
    pub(super) moved: bool,
}

/// How far a count is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) all: i64,
    pub(super) counted: i64,
    pub(super) differing: i64,
    pub(super) moved: i64,
}

type Row = (
    i64,
    String,
    String,
    String,
    String,
    Date,
    i64,
    Option<i64>,
    Option<i64>,
    bool,
);

fn scope(take: &StockTake) -> (i64, i64, i64) {
    let place = take.location.map_or(0, |place| place.get());
    let category = take.category.map_or(0, |category| category.get());
    (take.meta.id, place, category)
}

/// A page of batches, and whether more follow.
pub(super) async fn batches(
    cx: &mut Cx,
    take: &StockTake,
    which: Which,
    page: i64,
) -> Result<(Vec<Batch>, bool), Error> {
    let (take, place, category) = scope(take);
    let (sql, size) = match which {
        Which::All => (ALL, PAGE),
        Which::Left => (LEFT, PAGE),
        Which::Differing => (DIFFERING, DIFFERENCES),
    };
    let (most, skipped) = (size + 1, (page - 1) * size);
    let mut rows: Vec<Row> = cx
        .unscoped("a count lists every batch of its place and category")
        .all(Statement::raw(
            sql,
            values([&take, &place, &category, &most, &skipped]),
        ))
        .await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    Ok((rows.into_iter().map(batch).collect(), more))
}

fn batch(row: Row) -> Batch {
    let (id, name, strength, unit, number, expiry, place, counted, expected, moved) = row;
    Batch {
        id,
        label: [name.as_str(), &strength].join(" ").trim().to_owned(),
        unit,
        number,
        expiry,
        place,
        counted: counted.zip(expected),
        moved,
    }
}

/// How far a count is.
pub(super) async fn progress(cx: &mut Cx, take: &StockTake) -> Result<Progress, Error> {
    let (take, place, category) = scope(take);
    let found: Option<(i64, i64, i64, i64)> = cx
        .unscoped("a count is shown with its progress")
        .optional(Statement::raw(PROGRESS, values([&take, &place, &category])))
        .await?;
    let (all, counted, differing, moved) = found.unwrap_or_default();
    Ok(Progress {
        all,
        counted,
        differing,
        moved,
    })
}
