//! Exact totals, for dashboards and reports: what a list stops counting, a figure counts to the end.
//!
//! A total above [`LARGE`] may be as old as [`AGE`]. Large ones are counted one after the other, so that
//! a hundred dashboards opened at the same moment cost one count.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use moka::sync::Cache;
use sea_query::{Alias, Asterisk, Expr, Func, Query, SelectStatement};
use tokio::sync::Mutex;

use crate::cx::Cx;
use db::Statement;
use records::error::Error;

/// Totals up to this are counted each time.
pub const LARGE: i64 = 100_000;
/// How old a larger one may be.
pub const AGE: Duration = Duration::from_secs(10);
/// For so long we know that a total was large.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Remembers large totals for a while.
pub struct Totals {
    large: i64,
    known: Cache<u64, i64>,
    were_large: Cache<u64, ()>,
    one_at_a_time: Mutex<()>,
}

impl Default for Totals {
    fn default() -> Self {
        Totals::new(LARGE, AGE)
    }
}

impl Totals {
    /// Remembers totals above `large` for `age`.
    #[must_use]
    pub fn new(large: i64, age: Duration) -> Totals {
        let cache = || Cache::builder().max_capacity(10_000);
        Totals {
            large,
            known: cache().time_to_live(age).build(),
            were_large: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(REMEMBERED)
                .build(),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// The total of a question: remembered, or as `count` counts it now.
    ///
    /// # Errors
    /// When `count` fails.
    pub async fn get<F: Future<Output = Result<i64, Error>>>(
        &self,
        question: u64,
        count: impl FnOnce() -> F,
    ) -> Result<i64, Error> {
        if let Some(total) = self.known.get(&question) {
            return Ok(total);
        }
        let waiting = match self.were_large.contains_key(&question) {
            true => Some(self.one_at_a_time.lock().await),
            false => None,
        };
        if waiting.is_some()
            && let Some(total) = self.known.get(&question)
        {
            return Ok(total);
        }
        let total = count().await?;
        if total > self.large {
            self.known.insert(question, total);
            self.were_large.insert(question, ());
        }
        Ok(total)
    }
}

/// How many rows a query finds, exactly. Its columns and order do not matter, so it must not say
/// `DISTINCT`; it may group.
///
/// # Errors
/// When the database fails.
pub async fn total(cx: &mut Cx, query: &SelectStatement) -> Result<i64, Error> {
    let mut inner = query.clone();
    inner.clear_selects().clear_order_by().expr(Expr::cust("1"));
    let mut counted = Query::select();
    counted
        .expr(Func::count(Expr::col(Asterisk)))
        .from_subquery(inner, Alias::new("counted"));
    let statement = Statement::build(cx.dialect(), &counted);
    let mut hasher = DefaultHasher::new();
    statement.sql.hash(&mut hasher);
    format!("{:?}", statement.values).hash(&mut hasher);
    let app = cx.app.clone();
    app.totals
        .get(hasher.finish(), || async {
            let rows: Vec<(i64,)> = cx
                .unscoped("the query carries its scope")
                .all(statement)
                .await?;
            Ok(rows.first().map_or(0, |(total,)| *total))
        })
        .await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[tokio::test]
    async fn small_totals_are_counted_each_time_and_large_ones_once_for_a_while() {
        let totals = Totals::new(3, Duration::from_millis(80));
        let rows = AtomicI64::new(3);
        let ask = || totals.get(1, || async { Ok(rows.load(Ordering::Relaxed)) });
        assert_eq!(ask().await.unwrap(), 3);
        rows.store(5, Ordering::Relaxed);
        assert_eq!(ask().await.unwrap(), 5);
        rows.store(6, Ordering::Relaxed);
        assert_eq!(ask().await.unwrap(), 5, "remembered");
        assert_eq!(
            totals.get(2, || async { Ok(1) }).await.unwrap(),
            1,
            "another question"
        );
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(ask().await.unwrap(), 6, "forgotten");
    }

    #[tokio::test]
    async fn many_who_ask_for_a_large_total_wait_for_one_count() {
        let totals = Totals::new(3, Duration::from_millis(200));
        let counted = AtomicI64::new(0);
        let slow = || async {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(1_000)
        };
        totals.get(1, slow).await.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
        let all = futures_util::future::join_all((0..50).map(|_| totals.get(1, slow))).await;
        assert!(all.iter().all(|total| matches!(total, Ok(1_000))));
        assert_eq!(counted.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_count_that_fails_is_not_remembered() {
        let totals = Totals::new(0, AGE);
        let failed = totals
            .get(1, || async { Err(Error::internal("as it should")) })
            .await;
        assert!(failed.is_err());
        assert_eq!(totals.get(1, || async { Ok(7) }).await.unwrap(), 7);
    }
}
