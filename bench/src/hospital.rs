//! A hospital that has been open for years: staff, stock, bills and one thick chart.

use std::sync::Arc;

use jiff::civil::Date;
use platform::seal::KeyRing;

use crate::Outcome;
use crate::books::{self, Books};
use crate::rows::Past;
use crate::shelf::{self, Shelf};
use crate::sink::Sink;
use crate::staff;
use crate::subject::Stock;
use crate::thick::{self, Thick};

/// Adds all but the patients; `size` is that of the movements of stock and that of the bills. Answers the tables that were
/// filled with ids of our own.
pub(crate) async fn fill(
    sink: &mut Sink,
    ring: &Arc<KeyRing>,
    seed: u64,
    stock: Stock,
    today: Date,
) -> Outcome<Vec<&'static str>> {
    let past = Past::until(today)?;
    staff::fill(sink, ring).await?;
    let shelf = Shelf {
        seed,
        movements: stock.size,
        past,
    };
    shelf.fill(sink, ring).await?;
    let books = Books {
        seed,
        bills: stock.size,
        patients: stock.patients(),
        past,
    };
    books.fill(sink, ring).await?;
    Thick { seed, past }.fill(sink, ring).await?;
    let tables = [
        &staff::TABLES[..],
        &shelf::TABLES,
        &books::TABLES,
        &thick::TABLES,
    ];
    Ok(tables.concat())
}
