//! `stock-takes/{id}/count/`: counts of several batches, kept together.

use std::collections::{BTreeSet, HashMap};

use platform::access::Access;
use platform::cx::{Cx, among, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::{Fault, Faults};
use platform::field::Ref;
use platform::record::{Body, Meta};
use platform::serde_json::{Map, Value as Json, json};
use platform::texts::Text;
use platform::verb::{Input, Verb};
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Query};
use serde::Serialize;

use crate::access;
use crate::stock_batch::StockBatch;
use crate::stock_movement::Stock;
use crate::stock_take::{StockTake, TakeStatus, not_open, posted_before};
use crate::stock_take_line::StockTakeLine;

/// The most batches of one request.
const MOST: usize = 500;

/// What was counted, one row for each batch.
#[derive(Debug, Clone)]
pub struct CountInput {
    lines: Vec<CountedBatch>,
}

platform::input! {
    /// One counted batch.
    pub struct CountedBatch {
        /// The batch that was counted.
        stock_batch: Ref<StockBatch>,
        /// Whole units that were counted, 0 or more.
        counted: i64,
        /// It was counted once more and came to the same number; false when it is left out.
        again: bool = false,
    }
}

impl Input for CountInput {
    fn parse(body: &Body) -> Result<Self, Faults> {
        let rows = body.0.get("lines").and_then(Json::as_array);
        let rows = rows.filter(|rows| !rows.is_empty() && rows.len() <= MOST);
        let Some(rows) = rows else {
            let text = Text::new("pharmacy-count-lines").with("max", MOST);
            return Err(Faults::one("lines", text));
        };
        let mut lines = Vec::with_capacity(rows.len());
        let mut faults: Vec<Option<Faults>> = Vec::with_capacity(rows.len());
        for row in rows {
            match row.as_object().map_or_else(
                || Err(Faults::one("stock_batch", Text::new("required"))),
                line,
            ) {
                Ok(line) => {
                    lines.push(line);
                    faults.push(None);
                }
                Err(fault) => faults.push(Some(fault)),
            }
        }
        if faults.iter().any(Option::is_some) {
            return Err(in_rows(faults));
        }
        Ok(CountInput { lines })
    }

    fn schema() -> Option<Json> {
        let row = CountedBatch::schema()?;
        Some(json!({
            "type": "object",
            "properties": {
                "lines": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST,
                    "description": "What was counted, one row for each batch.",
                    "items": row,
                },
            },
            "required": ["lines"],
        }))
    }
}

fn in_rows(faults: Vec<Option<Faults>>) -> Faults {
    let mut all = Faults::new();
    all.put("lines", Fault::Items(faults));
    all
}

fn line(row: &Map<String, Json>) -> Result<CountedBatch, Faults> {
    let line = CountedBatch::parse(&Body(row.clone()))?;
    if (0..=crate::MOST_UNITS).contains(&line.counted) {
        return Ok(line);
    }
    let text = Text::new("pharmacy-quantity")
        .with("min", 0)
        .with("max", crate::MOST_UNITS);
    Err(Faults::one("counted", text))
}

/// What was kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CountAnswer {
    /// The stock-take.
    pub stock_take: i64,
    /// Batches of this request that were counted for the first time, or anew.
    pub counted: i64,
    /// Batches of this request that had been counted with the same number before, and stay as they were counted then.
    pub unchanged: i64,
}

/// `stock-takes/{id}/count/`.
#[derive(Debug)]
pub struct CountStockTake;

impl Verb for CountStockTake {
    type On = StockTake;
    type Input = CountInput;
    type Answer = CountAnswer;
    const NAME: &'static str = "count";
    const SUMMARY: &'static str = "Keep what was counted of several batches";
    const DESCRIPTION: &'static str = "All are kept or none. What is expected of each is frozen now. A batch that was counted with the same number before stays as it was counted then, unless it is marked `again`.";

    fn access() -> Access {
        access::pharmacist()
    }

    fn offered(row: &StockTake) -> bool {
        row.status == TakeStatus::Open
    }

    fn not_offered(row: &StockTake) -> Error {
        not_open(row.status)
    }

    async fn refusal(cx: &mut Cx, row: &StockTake) -> Result<Error, Error> {
        posted_before(cx, row).await
    }

    async fn run(cx: &mut Cx, held: StockTake, input: CountInput) -> Result<CountAnswer, Error> {
        let ids: Vec<i64> = input
            .lines
            .iter()
            .map(|line| line.stock_batch.get())
            .collect();
        let batches = batches(cx, &ids).await?;
        check(cx, &held, &input.lines, &batches).await?;
        let mut items: Vec<i64> = batches
            .values()
            .map(|batch| batch.medication_item.get())
            .collect();
        items.sort_unstable();
        items.dedup();
        ledger::turn::<Stock>(cx, &items).await?;
        // Read again within the turns: from here on nothing moves.
        let batches = self::batches(cx, &ids).await?;
        let movements = movements(cx, &ids).await?;
        let mut known = known(cx, held.meta.id, &ids).await?;
        let (mut counted, mut unchanged) = (0, 0);
        for line in &input.lines {
            let before = known.remove(&line.stock_batch.get());
            let same = before
                .as_ref()
                .is_some_and(|before| before.counted == line.counted);
            if same && !line.again {
                unchanged += 1;
                continue;
            }
            let expected = batches
                .get(&line.stock_batch.get())
                .map_or(0, |batch| batch.current_quantity);
            let last = movements.get(&line.stock_batch.get()).copied().unwrap_or(0);
            keep(cx, held.meta.id, line, before, (expected, last)).await?;
            counted += 1;
        }
        if counted > 0 {
            cx.renew(&held, &held).await?;
        }
        Ok(CountAnswer {
            stock_take: held.meta.id,
            counted,
            unchanged,
        })
    }
}

async fn batches(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, StockBatch>, Error> {
    let mut query = select::<StockBatch>();
    query.and_where(among(cx.dialect(), column("stock_batch", "id"), ids));
    let rows: Vec<StockBatch> = cx
        .unscoped("stock has no owner: who may count sees all of it")
        .records(query)
        .await?;
    Ok(rows.into_iter().map(|row| (row.meta.id, row)).collect())
}

/// Each batch once, and only those of the place and category that are counted.
async fn check(
    cx: &mut Cx,
    take: &StockTake,
    lines: &[CountedBatch],
    batches: &HashMap<i64, StockBatch>,
) -> Result<(), Error> {
    let items: Vec<i64> = batches
        .values()
        .map(|batch| batch.medication_item.get())
        .collect();
    let categories = categories(cx, &items).await?;
    let mut seen = BTreeSet::new();
    let fault = |line: &CountedBatch| {
        let Some(batch) = batches.get(&line.stock_batch.get()) else {
            let text = Text::new("pharmacy-unknown").with("id", line.stock_batch.get());
            return Some(Faults::one("stock_batch", text));
        };
        let category = categories.get(&batch.medication_item.get()).copied();
        let outside = take.location.is_some_and(|place| place != batch.location)
            || take
                .category
                .is_some_and(|wanted| category.flatten() != Some(wanted.get()));
        if outside {
            let text = Text::new("pharmacy-outside-count");
            return Some(Faults::one("stock_batch", text));
        }
        if !seen.insert(line.stock_batch.get()) {
            let text = Text::new("pharmacy-count-twice");
            return Some(Faults::one("stock_batch", text));
        }
        None
    };
    let faults: Vec<Option<Faults>> = lines.iter().map(fault).collect();
    if faults.iter().any(Option::is_some) {
        return Err(in_rows(faults).into());
    }
    Ok(())
}

async fn categories(cx: &mut Cx, items: &[i64]) -> Result<HashMap<i64, Option<i64>>, Error> {
    let mut query = Query::select();
    query
        .columns(["id", "category"])
        .from("medication_item")
        .and_where(among(cx.dialect(), column("medication_item", "id"), items));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, Option<i64>)> = cx
        .unscoped("which category a medication is of is part of the formulary")
        .all(statement)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The last movement of each batch.
async fn movements(cx: &mut Cx, batches: &[i64]) -> Result<HashMap<i64, i64>, Error> {
    let batch = column("stock_movement", "stock_batch");
    let mut query = Query::select();
    query
        .column("stock_batch")
        .expr(Expr::cust("MAX(id)"))
        .from("stock_movement")
        .and_where(among(cx.dialect(), batch, batches))
        .group_by_col("stock_batch");
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, i64)> = cx
        .unscoped("a count notes what it was compared with")
        .all(statement)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn known(
    cx: &mut Cx,
    take: i64,
    batches: &[i64],
) -> Result<HashMap<i64, StockTakeLine>, Error> {
    let batch = column("stock_take_line", "stock_batch");
    let mut query = select::<StockTakeLine>();
    query
        .and_where(StockTakeLine::stock_take.eq(take))
        .and_where(among(cx.dialect(), batch, batches));
    let rows: Vec<StockTakeLine> = cx
        .unscoped("a count is kept as a whole")
        .records(query)
        .await?;
    let by_batch = |row: StockTakeLine| (row.stock_batch.get(), row);
    Ok(rows.into_iter().map(by_batch).collect())
}

async fn keep(
    cx: &mut Cx,
    take: i64,
    line: &CountedBatch,
    before: Option<StockTakeLine>,
    (expected, last_movement): (i64, i64),
) -> Result<(), Error> {
    let fresh = StockTakeLine {
        meta: Meta::unstored(),
        stock_take: Ref::new(take),
        stock_batch: line.stock_batch,
        counted: line.counted,
        expected,
        counted_by: cx.actor.user_id().map(Ref::new),
        counted_at: cx.now(),
        last_movement,
    };
    match before {
        Some(before) => {
            let mut row = StockTakeLine {
                meta: before.meta.clone(),
                ..fresh
            };
            cx.update(&mut row, &before).await
        }
        None => {
            let mut row = fresh;
            cx.insert(&mut row).await
        }
    }
}
