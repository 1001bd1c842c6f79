//! Postings and their reversal.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use jiff::Timestamp;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;

use crate::book::{Book, Posted, Source};
use crate::error::{PostError, Refused};
use crate::lines::{Line, check, opposite};

/// Lines that take effect together.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a, K> {
    /// What it is for.
    pub kind: K,
    /// The record that causes it.
    pub source: Source,
    /// What changes.
    pub lines: &'a [Line],
}

/// What was posted.
#[derive(Debug, Clone)]
pub struct Receipt<E> {
    /// The stored entries, by account.
    pub entries: Vec<E>,
    /// When they took effect.
    pub at: Timestamp,
}

/// The right to post to some accounts until the end of the transaction; see [`turn`].
#[derive(Debug)]
pub struct Turn<B> {
    keys: BTreeSet<i64>,
    book: PhantomData<fn() -> B>,
}

/// Waits until no other transaction posts to these accounts. A book with control accounts takes turns by
/// those (the medications, not their batches), any other by its accounts.
///
/// Take one turn for everything that the operation will post, before the decision is made: what is read
/// afterwards stays true until the commit, and since turns are taken in a fixed order, operations on
/// overlapping accounts never wait for each other in a circle.
///
/// # Errors
/// When the database fails, or in a request that only reads.
pub async fn turn<B: Book>(cx: &mut Cx, keys: &[i64]) -> Result<Turn<B>, Error> {
    let things: Vec<(&str, i64)> = keys.iter().map(|key| (B::NAME, *key)).collect();
    cx.take_turn(&things).await?;
    Ok(Turn {
        keys: keys.iter().copied().collect(),
        book: PhantomData,
    })
}

/// Posts lines: changes each balance where that is allowed, and stores one entry for each line. The change
/// is on record with the source record `S`, whose own audit entry must be written in this unit.
///
/// # Errors
/// [`PostError::Refused`] when a rule says no; let it end the unit, which undoes everything.
pub async fn post<B: Book, S: Record>(
    cx: &mut Cx,
    turn: &Turn<B>,
    posting: &Posting<'_, B::Kind>,
) -> Result<Receipt<B::Entry>, PostError> {
    check(posting.lines, B::BALANCED)?;
    let lines = posting.lines.iter().map(|line| (*line, None)).collect();
    write::<B, S>(cx, turn, posting.kind, posting.source, lines).await
}

/// Posts the opposite of what a source record caused, once.
///
/// # Errors
/// [`Refused::NothingPosted`], [`Refused::ReversedBefore`], and as [`post`].
pub async fn reverse<B: Book, S: Record>(
    cx: &mut Cx,
    turn: &Turn<B>,
    kind: B::Kind,
    of: Source,
    by: Source,
) -> Result<Receipt<B::Entry>, PostError> {
    let posted: Vec<(i64, i64, i64, bool)> = cx
        .unscoped("the ledger reverses what was posted, within the turn of its accounts")
        .few(Statement::raw(
            B::SQL.of_source,
            values([&of.name.to_owned(), &of.id]),
        ))
        .await?;
    if posted.is_empty() {
        return Err(Refused::NothingPosted.into());
    }
    if posted.iter().any(|(_, _, _, reversed)| *reversed) {
        return Err(Refused::ReversedBefore.into());
    }
    let lines: Vec<Line> = posted
        .iter()
        .map(|(_, account, amount, _)| Line::new(*account, *amount))
        .collect();
    let entries = posted.iter().map(|(id, ..)| Some(*id));
    let lines = opposite(&lines)?.into_iter().zip(entries).collect();
    write::<B, S>(cx, turn, kind, by, lines).await
}

async fn write<B: Book, S: Record>(
    cx: &mut Cx,
    turn: &Turn<B>,
    kind: B::Kind,
    source: Source,
    mut lines: Vec<(Line, Option<i64>)>,
) -> Result<Receipt<B::Entry>, PostError> {
    lines.sort_by_key(|(line, _)| line.account);
    let mut moved = Vec::with_capacity(lines.len());
    let mut last: BTreeMap<i64, ()> = BTreeMap::new();
    let mut at = cx.now();
    for (line, reverses) in lines {
        let (balance_after, control) = move_account::<B, S>(cx, line).await?;
        let key = control.unwrap_or(line.account);
        if !turn.keys.contains(&key) {
            return Err(
                Error::internal(format!("{} {key} is posted to out of turn", B::NAME)).into(),
            );
        }
        if last.insert(key, ()).is_none() {
            at = at.max(last_at::<B>(cx, key).await?.unwrap_or(at));
        }
        let control = match (control, B::SQL.move_control) {
            (Some(id), Some(sql)) => Some((id, move_control::<S>(cx, sql, id, line.amount).await?)),
            _ => None,
        };
        moved.push((line, reverses, balance_after, control));
    }
    let mut entries = Vec::with_capacity(moved.len());
    for (line, reverses, balance_after, control) in moved {
        let mut entry = B::entry(Posted {
            account: line.account,
            amount: line.amount,
            balance_after,
            control,
            kind,
            source,
            user: cx.actor.user_id(),
            at,
            reverses,
        });
        cx.unscoped("the ledger writes its own entries")
            .part_of::<S>()
            .insert(&mut entry)
            .await?;
        entries.push(entry);
    }
    Ok(Receipt { entries, at })
}

async fn move_account<B: Book, S: Record>(
    cx: &mut Cx,
    line: Line,
) -> Result<(i64, Option<i64>), PostError> {
    let moved: Option<(i64, Option<i64>)> = cx
        .unscoped("the ledger keeps the balances of its accounts")
        .part_of::<S>()
        .optional(Statement::raw(
            B::SQL.move_account,
            values([&line.account, &line.amount]),
        ))
        .await?;
    Ok(moved.ok_or(Refused::NotAllowed {
        account: line.account,
    })?)
}

async fn move_control<S: Record>(
    cx: &mut Cx,
    sql: &'static str,
    control: i64,
    amount: i64,
) -> Result<i64, Error> {
    let moved: Option<(i64,)> = cx
        .unscoped("the ledger keeps the balances of its control accounts")
        .part_of::<S>()
        .optional(Statement::raw(sql, values([&control, &amount])))
        .await?;
    let (balance,) =
        moved.ok_or_else(|| Error::internal("a control account that does not exist"))?;
    Ok(balance)
}

async fn last_at<B: Book>(cx: &mut Cx, key: i64) -> Result<Option<Timestamp>, Error> {
    let found: Option<(Timestamp,)> = cx
        .unscoped("time in a ledger moves forward")
        .optional(Statement::raw(B::SQL.last_at, values([&key])))
        .await?;
    Ok(found.map(|(at,)| at))
}

impl<E: Record> Receipt<E> {
    /// The ids of the stored entries.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.entries.iter().map(|entry| entry.meta().id)
    }
}
