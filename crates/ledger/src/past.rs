//! Balances as of a past moment.

use jiff::Timestamp;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::book::Book;

/// The balance of an account just before a moment: one index lookup, at any length of history.
///
/// # Errors
/// When the database fails.
pub async fn balance_at<B: Book>(
    cx: &mut Cx,
    account: i64,
    before: Timestamp,
) -> Result<i64, Error> {
    at(cx, B::SQL.balance_at, account, before).await
}

/// The balance of a control account just before a moment.
///
/// # Errors
/// When the database fails, or the book has no control accounts.
pub async fn control_balance_at<B: Book>(
    cx: &mut Cx,
    control: i64,
    before: Timestamp,
) -> Result<i64, Error> {
    let sql = B::SQL
        .control_at
        .ok_or_else(|| Error::internal("a book without control accounts"))?;
    at(cx, sql, control, before).await
}

async fn at(cx: &mut Cx, sql: &'static str, id: i64, before: Timestamp) -> Result<i64, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("balances are figures; who may ask is decided by the operation")
        .optional(Statement::raw(sql, values([&id, &before])))
        .await?;
    Ok(found.map_or(0, |(balance,)| balance))
}
