//! Writing an entry.

use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use sea_query::{Expr, Query};

use super::account::{Account, Transfer};
use super::turnover;
use crate::bill::Bill;
use crate::payment::Payment;
use crate::split::{self, Share};

platform::choice! {
    /// What an entry is for.
    pub enum EntryKind {
        /// A bill was opened, or what it comes to changed.
        Charge = "charge",
        /// Something that was charged was credited.
        Credit = "credit",
        /// Money came in.
        Payment = "payment",
        /// Money was given back.
        Refund = "refund",
        /// An insurer rejected a part, or is asked for it again.
        Rejection = "rejection",
        /// The hospital no longer asks for something.
        WriteOff = "write_off",
        /// A bill was withdrawn.
        Void = "void",
    }
}

/// An entry to be written.
pub(crate) struct Posting<'a> {
    /// What it is for.
    pub(crate) kind: EntryKind,
    /// The bill that it is about.
    pub(crate) bill: &'a Bill,
    /// The payment or refund that it books.
    pub(crate) payment: Option<&'a Payment>,
    /// What moves.
    pub(crate) transfers: Vec<Transfer>,
}

/// Writes an entry with its lines. What moves money is split over the services of the bill, so that revenue can be
/// told by service to the last cent.
pub(crate) async fn post(cx: &mut Cx, posting: Posting<'_>) -> Result<(), Error> {
    if posting.transfers.is_empty() {
        return Ok(());
    }
    let (bill, payment) = (posting.bill, posting.payment);
    let day = cx.today();
    let entry = Statement::raw(
        "INSERT INTO ledger_entry (kind, bill, payment, cash_session, posted_by, at, day) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        values([
            &posting.kind.as_str(),
            &bill.meta.id,
            &payment.map(|payment| payment.meta.id),
            &payment.and_then(|payment| payment.cash_session.map(|session| session.get())),
            &cx.actor.user_id(),
            &cx.now(),
            &day,
        ]),
    );
    let entry: Option<(i64,)> = cx
        .unscoped("the ledger records what an operation did that was allowed")
        .optional(entry)
        .await?;
    let (entry,) = entry.ok_or_else(|| Error::internal("an entry without an id"))?;
    let mut shares: Vec<Share> = Vec::new();
    let mut lines = Query::insert();
    lines
        .into_table("ledger_line")
        .columns(["entry", "debit", "credit", "amount", "item_key"]);
    for transfer in &posting.transfers {
        let parts = match moved(transfer) {
            None => vec![Share {
                key: String::new(),
                amount: transfer.amount,
            }],
            Some(refund) => {
                shares = split::shares(cx, bill.meta.id, transfer.amount, refund).await?;
                shares.clone()
            }
        };
        for part in parts {
            lines
                .values([
                    Expr::val(entry),
                    Expr::val(transfer.debit.id()),
                    Expr::val(transfer.credit.id()),
                    Expr::val(part.amount.minor()),
                    Expr::val(part.key.to_value()),
                ])
                .map_err(Error::internal)?;
        }
    }
    let statement = Statement::build(cx.dialect(), &lines);
    cx.unscoped("the ledger records what an operation did that was allowed")
        .execute(statement)
        .await?;
    match payment {
        Some(payment) => turnover::add(cx, bill, payment, &shares).await,
        None => Ok(()),
    }
}

/// Whether a transfer brings money in (`false`) or gives it back (`true`); none for one that moves none.
fn moved(transfer: &Transfer) -> Option<bool> {
    match (transfer.debit, transfer.credit) {
        (Account::Money(_), _) => Some(false),
        (_, Account::Money(_)) => Some(true),
        _ => None,
    }
}
