//! The stock ledger: every change of a batch's quantity.

use formulary::MedicationItem;
use identity::user::User;
use jiff::Timestamp;
use ledger::{Book, Posted, Sql, Sums};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Column, Meta};
use platform::resource::{Resource, Said};
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::names;
use crate::stock_batch::StockBatch;

platform::choice! {
    /// What a movement is for.
    pub enum MovementKind {
        /// Units were received.
        Receipt = "receipt",
        /// Units were given to a patient.
        Dispense = "dispense",
        /// Units went back to the supplier.
        Return = "return",
        /// Damage, counting and other corrections.
        Adjustment = "adjustment",
        /// Units moved to another place.
        Transfer = "transfer",
        /// Expired units were discarded.
        Expiry = "expiry",
    }
}

platform::record! {
    /// One change of a batch's quantity. Movements are never changed or deleted: a mistake is corrected by a movement the other way.
    pub struct StockMovement in "stock_movement" {
        client {}
        server {
            /// The batch whose quantity changed.
            stock_batch: Ref<StockBatch> = Ref::new(0),
            /// The batch's medication.
            medication_item: Ref<MedicationItem> = Ref::new(0),
            /// Units added (positive) or taken (negative); never 0.
            delta: i64 = 0,
            /// What the movement is for.
            kind: MovementKind = MovementKind::Adjustment,
            /// The kind of record that caused it, such as `DispensingLog`.
            source_type: Line<40> = Line::cut(""),
            /// The id of the record that caused it.
            source_id: i64 = 0,
            /// The user who did it; null for the program itself.
            user: Option<Ref<User>> = None,
            /// When it took effect, in UTC.
            at: Timestamp = Timestamp::UNIX_EPOCH,
            /// The batch's quantity after the movement.
            balance_after: i64 = 0,
            /// The medication's quantity over all batches after the movement.
            item_balance_after: i64 = 0,
            /// The movement that this one reverses; null for all others.
            reverses: Option<i64> = None,
        }
    }
}

/// The book of stock: batches are its accounts, medications their totals.
#[derive(Debug)]
pub struct Stock;

impl Book for Stock {
    type Entry = StockMovement;
    type Kind = MovementKind;
    const NAME: &'static str = "stock";
    const BALANCED: bool = false;
    const SQL: Sql = ledger::sql! {
        accounts "stock_batch" balance "current_quantity" allowed "current_quantity + $2 >= 0"
        entries "stock_movement" account "stock_batch" amount "delta"
        control "medication_item" in "medication_item" total "total_quantity" after "item_balance_after"
    };

    const SUMS: Option<Sums> = Some(ledger::sums! {
        weeks "stock_week" spans "stock_span"
        of "stock_movement" kind "kind" account "stock_batch" amount "delta"
    });

    fn entry(posted: Posted<MovementKind>) -> StockMovement {
        let (item, item_balance_after) = posted.control.unwrap_or_default();
        StockMovement {
            meta: Meta::unstored(),
            stock_batch: Ref::new(posted.account),
            medication_item: Ref::new(item),
            delta: posted.amount,
            kind: posted.kind,
            source_type: Line::cut(posted.source.name),
            source_id: posted.source.id,
            user: posted.user.map(Ref::new),
            at: posted.at,
            balance_after: posted.balance_after,
            item_balance_after,
            reverses: posted.reverses,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct MovementExtra {
    /// Generic name of the medication.
    pub medication_name: String,
    /// Batch number as printed on the package.
    pub batch_number: String,
}

impl Resource for StockMovement {
    const PATH: &'static str = "stock-movements";
    const VERBS: &'static str = "r";
    const FILTERS: &'static [Column<Self>] = &[
        StockMovement::stock_batch,
        StockMovement::medication_item,
        StockMovement::kind,
        StockMovement::at,
    ];
    const LIST: &'static [Column<Self>] = &[
        StockMovement::at,
        StockMovement::medication_item,
        StockMovement::stock_batch,
        StockMovement::kind,
        StockMovement::delta,
        StockMovement::balance_after,
        StockMovement::user,
    ];
    type Extra = MovementExtra;

    fn access() -> Access {
        access::stock()
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Choice("kind", self.kind.as_str()),
            Said::Words(format!("{:+}", self.delta)),
        ]
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<MovementExtra>, Error> {
        let batches = names::batches(cx, rows.iter().map(|row| row.stock_batch.get())).await?;
        let items =
            names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
        let extra = |row: &StockMovement| MovementExtra {
            medication_name: names::of(&items, row.medication_item.get()),
            batch_number: names::of(&batches, row.stock_batch.get()),
        };
        Ok(rows.iter().map(extra).collect())
    }
}
