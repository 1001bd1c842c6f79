//! `stock-takes/{id}/post/`: all variances become adjustments, together.

use kernel::Code;
use ledger::{Line, Posting, Source};
use platform::access::Access;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Line as Text500, Ref};
use platform::record::Meta;
use platform::resource::change_by;
use platform::serde_json::json;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::stock_adjustment::{AdjustmentType, StockAdjustment};
use crate::stock_movement::Stock;
use crate::stock_take::{StockTake, TakeStatus, not_open, posted_before};

/// What was posted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PostedTake {
    /// Always `posted`.
    pub status: &'static str,
    /// Batches that were counted.
    pub counted: i64,
    /// The adjustments, one for each variance.
    pub adjustments: Vec<PostedVariance>,
}

/// A variance that was posted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PostedVariance {
    /// The adjustment.
    pub id: i64,
    /// The batch whose variance was posted.
    pub stock_batch: i64,
    /// Batch number as printed on the package.
    pub batch_number: String,
    /// Units added (positive) or taken (negative).
    pub quantity: i64,
}

/// A counted batch.
struct Counted {
    batch: i64,
    number: String,
    item: i64,
    variance: i64,
    moved: bool,
    controlled: bool,
}

/// `stock-takes/{id}/post/`.
#[derive(Debug)]
pub struct PostStockTake;

impl Verb for PostStockTake {
    type On = StockTake;
    type Input = ();
    type Answer = PostedTake;
    const NAME: &'static str = "post";
    const SUMMARY: &'static str = "Post the variances of a stock-take";
    const DESCRIPTION: &'static str = "All variances become adjustments together, or none. A batch that moved since it was counted has to be counted again: 409 with its number. A second person confirms those of controlled substances afterwards (`stock-adjustments/{id}/witness/`).";
    const GRAVE: bool = true;

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

    async fn run(cx: &mut Cx, held: StockTake, (): ()) -> Result<PostedTake, Error> {
        let items: Vec<i64> = lines(cx, held.meta.id)
            .await?
            .iter()
            .map(|line| line.item)
            .collect();
        let turn = ledger::turn::<Stock>(cx, &items).await?;
        // Read again within the turns: from here on nothing moves.
        let lines = lines(cx, held.meta.id).await?;
        if lines.is_empty() {
            let text = Text::new("pharmacy-take-empty");
            return Err(Error::refuse(Code::StateConflict, text));
        }
        if lines.iter().any(|line| line.controlled) {
            identity::as_oneself(cx)?;
        }
        let moved: Vec<&Counted> = lines.iter().filter(|line| line.moved).collect();
        if !moved.is_empty() {
            return Err(count_again(&moved));
        }
        let mut adjustments = Vec::new();
        for line in lines.iter().filter(|line| line.variance != 0) {
            adjustments.push(adjust(cx, &turn, &held, line).await?);
        }
        let (user, now) = (cx.actor.user_id().map(Ref::new), cx.now());
        change_by(cx, held, |row| {
            row.status = TakeStatus::Posted;
            row.posted_by = user;
            row.posted_at = Some(now);
        })
        .await?;
        Ok(PostedTake {
            status: "posted",
            counted: i64::try_from(lines.len()).unwrap_or(i64::MAX),
            adjustments,
        })
    }
}

async fn lines(cx: &mut Cx, take: i64) -> Result<Vec<Counted>, Error> {
    let rows: Vec<(i64, String, i64, i64, bool, bool)> = cx
        .unscoped("the whole count is posted")
        .all(Statement::raw(
            "SELECT b.id, b.batch_number, b.medication_item, l.counted - l.expected, \
             EXISTS (SELECT 1 FROM stock_movement AS m WHERE m.stock_batch = b.id AND m.id > l.last_movement), \
             i.is_controlled_substance FROM stock_take_line AS l JOIN stock_batch AS b ON b.id = l.stock_batch \
             JOIN medication_item AS i ON i.id = b.medication_item \
             WHERE l.stock_take = $1 ORDER BY b.id",
            values([&take]),
        ))
        .await?;
    let lines =
        rows.into_iter().map(
            |(batch, number, item, variance, moved, controlled)| Counted {
                batch,
                number,
                item,
                variance,
                moved,
                controlled,
            },
        );
    Ok(lines.collect())
}

fn count_again(moved: &[&Counted]) -> Error {
    let numbers: Vec<&str> = moved.iter().map(|line| line.number.as_str()).collect();
    let batches: Vec<_> = moved
        .iter()
        .map(|line| json!({ "stock_batch": line.batch, "batch_number": line.number }))
        .collect();
    let text = Text::new("pharmacy-count-again").with("batches", numbers.join(", "));
    Error::refuse(Code::CountAgain, text).with("batches", batches)
}

async fn adjust(
    cx: &mut Cx,
    turn: &ledger::Turn<Stock>,
    take: &StockTake,
    line: &Counted,
) -> Result<PostedVariance, Error> {
    let mut adjustment = StockAdjustment {
        meta: Meta::unstored(),
        medication_item: Some(Ref::new(line.item)),
        inventory_item: None,
        stock_batch: Some(Ref::new(line.batch)),
        adjustment_type: AdjustmentType::StockTakeVariance,
        quantity: line.variance,
        reason: Text500::cut(&take.name),
        to_location: None,
        adjusted_by: cx.actor.user_id().map(Ref::new),
        adjustment_date: cx.now(),
        witness_required: line.controlled,
        witness: None,
        witnessed_at: None,
        reversed_by: None,
        reversed_at: None,
        reversal_reason: None,
        reversal_witness_required: false,
        reversal_witness: None,
        reversal_witnessed_at: None,
    };
    cx.insert(&mut adjustment).await?;
    let posting = Posting {
        kind: adjustment.adjustment_type.kind(),
        source: Source::of::<StockAdjustment>(adjustment.meta.id),
        lines: &[Line::new(line.batch, line.variance)],
    };
    ledger::post::<Stock, StockAdjustment>(cx, turn, &posting).await?;
    Ok(PostedVariance {
        id: adjustment.meta.id,
        stock_batch: line.batch,
        batch_number: line.number.clone(),
        quantity: line.variance,
    })
}
