//! How long a list is, without counting forever.
//!
//! Counting stops at [`CAP`], so a list costs the same at any size. That a list is longer than that
//! is remembered for a few seconds: it cannot become short unless thousands of rows go at once, and
//! then the answer is late by as much.

use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::Reach;
use sea_query::{Alias, Expr, Query, SelectStatement};

use super::page::PAGING;
use db::Statement;
use engine::call::Call;
use engine::cx::Cx;
use records::error::Error;

/// Where counting stops.
pub const CAP: u64 = 10_000;

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Exactly so many.
    Exactly(u64),
    /// More than [`CAP`].
    Beyond,
}

impl Count {
    /// As in `X-Total-Count`.
    pub fn header(self) -> String {
        match self {
            Count::Exactly(count) => count.to_string(),
            Count::Beyond => format!("{CAP}+"),
        }
    }

    /// The number that `count` answers.
    pub fn number(self) -> u64 {
        match self {
            Count::Exactly(count) => count,
            Count::Beyond => CAP,
        }
    }
}

/// What tells one list from another: its path, what was asked of it besides pages, and the caller's reach.
pub(super) fn key(cx: &Cx, call: &Call, own: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    call.head.path.hash(&mut hasher);
    for (name, value) in &call.head.query {
        if !PAGING.contains(&name.as_str()) {
            (name, value).hash(&mut hasher);
        }
    }
    let grant = cx.grant();
    grant.reach.hash(&mut hasher);
    if own || grant.reach != Reach::All || grant.confined {
        grant.user.hash(&mut hasher);
    }
    hasher.finish()
}

/// Counts the rows of a query, up to the cap. Ordering and columns of the query do not matter.
pub(super) async fn count(cx: &mut Cx, key: u64, query: &SelectStatement) -> Result<Count, Error> {
    if cx.app.counts.is_long(key) {
        return Ok(Count::Beyond);
    }
    let mut inner = query.clone();
    inner
        .clear_selects()
        .clear_order_by()
        .expr(Expr::cust("1"))
        .limit(CAP + 1);
    let mut outer = Query::select();
    outer
        .expr(sea_query::Func::count(Expr::col(sea_query::Asterisk)))
        .from_subquery(inner, Alias::new("counted"));
    let statement = Statement::build(cx.dialect(), &outer);
    let counted = cx
        .unscoped("the query carries its scope")
        .optional::<(i64,)>(statement)
        .await?;
    let counted = counted.map_or(0, |(n,)| n.unsigned_abs());
    if counted > CAP {
        cx.app.counts.remember(key);
        return Ok(Count::Beyond);
    }
    Ok(Count::Exactly(counted))
}
