//! The number on a patient's card: made up when none is given, and unique although it is sealed.
//!
//! `patient_identifier` holds a keyed digest of each number, for every live index key, under a unique
//! constraint; so two patients never share a number, whatever its case or width, also while the index
//! key rotates. A voided patient's number is free again; a merged one's is not.

use jiff::civil::Date;
use kernel::Mrn;
use platform::cx::Cx;
use platform::db::{DbError, Statement, ToValue};
use platform::error::Error;
use platform::record::Record;
use platform::seal::KeyRing;
use platform::texts::Text;
use sea_query::{Alias, Expr, ExprTrait, Query};

use crate::patient::Patient;

const TABLE: &str = "patient_identifier";
/// The field's name under the index key.
const FIELD: &str = "patient.unique_id";
/// As noted beside each digest.
const KIND: &str = "unique_id";
/// So many numbers in a row that were given by hand before are passed over.
const ATTEMPTS: u32 = 1000;

/// The next number of this year that nobody has.
///
/// The counter is one row for each year, raised in one statement: concurrent registrations wait for
/// each other there, so no two get the same number. Numbers of registrations that fail are lost or
/// given again, which harms nobody.
pub(crate) async fn generate(cx: &mut Cx) -> Result<Mrn, Error> {
    let today: Date = cx.today();
    for _ in 0..ATTEMPTS {
        let next = Statement::raw(
            "INSERT INTO patient_sequence (year, last) VALUES ($1, 1) \
             ON CONFLICT (year) DO UPDATE SET last = patient_sequence.last + 1 RETURNING last",
            vec![i64::from(today.year()).to_value()],
        );
        let (sequence,): (i64,) = cx
            .unscoped("the counter of patient numbers belongs to nobody")
            .optional(next)
            .await?
            .ok_or_else(|| Error::internal("the counter of patient numbers gave none"))?;
        let mrn = Mrn::generate(today.year(), sequence).map_err(Error::internal)?;
        if !is_taken(cx, &mrn).await? {
            return Ok(mrn);
        }
    }
    Err(Error::internal("no free patient number within reach"))
}

/// Somebody got it by hand before the counter arrived there.
async fn is_taken(cx: &mut Cx, mrn: &Mrn) -> Result<bool, Error> {
    let (generation, digest) = cx.app.ring().search_digest(FIELD, &mrn.key());
    let statement = Statement::raw(
        "SELECT patient FROM patient_identifier WHERE generation = $1 AND digest = $2",
        vec![generation.to_value(), digest.to_vec().to_value()],
    );
    let found: Option<(i64,)> = cx
        .unscoped("a number is taken whoever has it")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}

/// The rows of a patient's number: generation, digest, kind; none when it has none.
pub(crate) fn rows(row: &Patient, ring: &KeyRing) -> Vec<(i64, [u8; 32], &'static str)> {
    Mrn::normalise(row.unique_id.open())
        .map(|key| ring.digests(FIELD, &key))
        .unwrap_or_default()
        .into_iter()
        .map(|(generation, digest)| (generation, digest, KIND))
        .collect()
}

/// Notes the patient's number, in place of the one it had.
///
/// # Errors
/// 400 under `unique_id` when somebody else has it.
pub(crate) async fn store(
    cx: &mut Cx,
    row: &Patient,
    before: Option<&Patient>,
) -> Result<(), Error> {
    let key = |row: &Patient| Mrn::normalise(row.unique_id.open());
    let new = key(row).map_err(Error::internal)?;
    if let Some(before) = before {
        if key(before).as_ref() == Ok(&new) {
            return Ok(());
        }
        free(cx, row.meta.id).await?;
    }
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(TABLE))
        .columns(["generation", "digest", "patient", "kind"].map(Alias::new));
    for (generation, digest) in cx.app.ring().digests(FIELD, &new) {
        insert
            .values([
                Expr::val(generation),
                Expr::val(digest.to_vec()),
                Expr::val(row.meta.id),
                Expr::val(KIND),
            ])
            .map_err(Error::internal)?;
    }
    let statement = Statement::build(cx.dialect(), &insert);
    let stored = cx
        .unscoped("digests are no data of their own")
        .execute(statement)
        .await;
    match stored {
        Ok(_) => Ok(()),
        Err(Error::Db(DbError::Unique { .. })) => Err(Error::field(
            "unique_id",
            Text::new("taken").with("value", &**row.unique_id.open()),
        )),
        Err(other) => Err(other),
    }
}

/// Gives a patient's number back.
pub(crate) async fn free(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(TABLE))
        .and_where(Expr::col(Alias::new("patient")).eq(patient));
    let statement = Statement::build(cx.dialect(), &delete);
    cx.unscoped("digests are no data of their own")
        .execute(statement)
        .await?;
    Ok(())
}

/// Writes the digests and terms of the patients after the one with this id (0 for the first) for index
/// keys that came later than they did, forgets those of keys that are retired, and answers the last patient dealt with; `None` when there were no more.
/// Call it again with the answer until it answers `None`.
///
/// # Errors
/// When the database fails.
pub async fn reindex(cx: &mut Cx, after: i64, limit: u64) -> Result<Option<i64>, Error> {
    let mut query = platform::cx::select::<Patient>();
    query
        .and_where(platform::cx::column(Patient::TABLE, "id").gt(after))
        .and_where(platform::cx::column(Patient::TABLE, "voided_at").is_null())
        .order_by(
            (Alias::new(Patient::TABLE), Alias::new("id")),
            sea_query::Order::Asc,
        )
        .limit(limit);
    let rows: Vec<Patient> = cx
        .unscoped("an index covers everybody")
        .records(query)
        .await?;
    for row in &rows {
        free(cx, row.meta.id).await?;
        store(cx, row, None).await?;
        crate::terms::rewrite(cx, row).await?;
    }
    // More than the patients of this batch had, so that the last batches leave nothing.
    crate::terms::forget_retired(cx, limit.saturating_mul(100)).await?;
    Ok(rows.last().map(|row| row.meta.id))
}
