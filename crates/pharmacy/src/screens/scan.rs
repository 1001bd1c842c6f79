//! What a scanned code opens: a batch by the number on its package.

use kernel::Reach;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::Order;

use crate::shelf;
use crate::stock_batch::StockBatch;

/// Shorter codes are words that somebody types.
const SHORTEST: usize = 4;

pub(super) async fn batch(cx: &mut Cx, code: &str) -> Result<Option<String>, Error> {
    let code = code.trim().to_owned();
    let digits = code.bytes().any(|b| b.is_ascii_digit());
    if code.len() < SHORTEST || !digits || cx.grant_of(StockBatch::READ).reach == Reach::None {
        return Ok(None);
    }
    let found: Vec<StockBatch> = resource::rows(cx, 2, |query| {
        query
            .and_where(shelf::numbered_as(&code))
            .order_by(("stock_batch", "id"), Order::Asc);
    })
    .await?;
    // Of two medications with the same number none is meant for certain.
    Ok(match found.as_slice() {
        [one] => Some(["/admin/stock-batches/", &one.meta.id.to_string(), "/"].concat()),
        _ => None,
    })
}
