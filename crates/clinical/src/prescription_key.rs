//! The keyed hash of a medicine's name: what is prescribed can be counted without opening it.

use kernel::names::fold;
use platform::cx::{Cx, select, values};
use platform::db::{Dialect, Statement};
use platform::error::Error;
use platform::record::Record;
use platform::seal::KeyRing;
use sea_query::{Alias, ExprTrait, LockType, Order};

use crate::prescription::Prescription;

/// The name under the index key.
const FIELD: &str = "prescription.medication_name";
/// So many rows of one transaction.
const BATCH: u64 = 200;

/// The hash of a name, whatever its case, accents and punctuation, under the newest index key.
pub(crate) fn key(ring: &KeyRing, name: &str) -> i64 {
    ring.tags64(FIELD, &fold(name))
        .first()
        .map_or(0, |(_, tag)| *tag)
}

/// Writes the hashes of the prescriptions after the one with this id under the newest index key.
pub(crate) async fn reindex(cx: &mut Cx, after: i64) -> Result<Option<i64>, Error> {
    let mut query = select::<Prescription>();
    query
        .and_where(Prescription::id.gt(after))
        .order_by(
            (Alias::new(Prescription::TABLE), Alias::new("id")),
            Order::Asc,
        )
        .limit(BATCH);
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::NoKeyUpdate);
    }
    let rows: Vec<Prescription> = cx
        .unscoped("an index covers everybody")
        .records(query)
        .await?;
    for row in &rows {
        let key = key(&cx.app.ring(), row.medication_name.open());
        let statement = Statement::raw(
            "UPDATE prescription SET medication_key = $1 WHERE id = $2",
            values([&key, &row.meta.id]),
        );
        cx.unscoped("a hash is no data of its own")
            .untraced()
            .execute(statement)
            .await?;
    }
    Ok(rows.last().map(|row| row.meta.id))
}
