//! The number on a patient's card: made up when none is given, and unique although it is sealed.
//!
//! `patient_identifier` holds a keyed digest of each number, for every live index key, under a unique
//! constraint; so two patients never share a number, whatever its case or width, also while the index
//! key rotates. A voided patient's number is free again; a merged one's is not.

use jiff::civil::Date;
use kernel::Mrn;
use platform::cx::Cx;
use platform::db::{DbError, Dialect, Statement, ToValue};
use platform::error::Error;
use platform::record::Record;
use platform::seal::KeyRing;
use platform::texts::Text;
use sea_query::{Alias, Expr, ExprTrait, LockType, OnConflict, Query};

use crate::patient::Patient;

const TABLE: &str = "patient_identifier";
/// The field's name under the index key.
const FIELD: &str = "patient.unique_id";
/// As noted beside each digest.
const KIND: &str = "unique_id";
/// So many numbers in a row that were given by hand before are passed over.
const ATTEMPTS: u32 = 1000;

/// Counters of each year. See [`generate`].
pub(crate) const LANES: i64 = 16;

/// The next number of this year that nobody has.
///
/// A counter is held until the registration is stored, so that a number is given once, and given again
/// when the registration fails. One counter would make all registrations of a country wait for each other;
/// so there are several, each of which counts in steps of as many, and whoever registers takes the one that
/// has the lowest number of those that nobody holds. As long as one registers after the other the numbers
/// follow each other.
pub(crate) async fn generate(cx: &mut Cx) -> Result<Mrn, Error> {
    let today: Date = cx.today();
    let year = i64::from(today.year());
    for _ in 0..ATTEMPTS {
        let sequence = match take(cx, year, Busy::PassOver).await? {
            Some(sequence) => sequence,
            None => {
                open(cx, year).await?;
                take(cx, year, Busy::Await)
                    .await?
                    .ok_or_else(|| Error::internal("the counters of patient numbers are gone"))?
            }
        };
        let mrn = Mrn::generate(today.year(), sequence).map_err(Error::internal)?;
        if !is_taken(cx, &mrn).await? {
            return Ok(mrn);
        }
    }
    Err(Error::internal("no free patient number within reach"))
}

/// What to do about a counter that another registration holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    PassOver,
    Await,
}

/// The next number of the lowest counter; `None` when there is none, or none that is free. SQLite's one
/// writer meets no other.
async fn take(cx: &mut Cx, year: i64, busy: Busy) -> Result<Option<i64>, Error> {
    macro_rules! raise {
        ($lock:literal) => {
            concat!(
                "UPDATE patient_number SET last = last + $2 WHERE year = $1 AND lane = \
                 (SELECT lane FROM patient_number WHERE year = $1 ORDER BY last LIMIT 1 ",
                $lock,
                ") RETURNING last"
            )
        };
    }
    let text = match (cx.dialect(), busy) {
        (Dialect::Sqlite, _) => raise!(""),
        (Dialect::Postgres, Busy::PassOver) => raise!("FOR UPDATE SKIP LOCKED"),
        (Dialect::Postgres, Busy::Await) => raise!("FOR UPDATE"),
    };
    let found: Option<(i64,)> = cx
        .unscoped("the counters of patient numbers belong to nobody")
        .optional(Statement::raw(
            text,
            vec![year.to_value(), LANES.to_value()],
        ))
        .await?;
    Ok(found.map(|(last,)| last))
}

/// The counters of a year that begins.
async fn open(cx: &mut Cx, year: i64) -> Result<(), Error> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new("patient_number"))
        .columns(["year", "lane", "last"].map(Alias::new))
        .on_conflict(OnConflict::new().do_nothing().to_owned());
    for lane in 1..=LANES {
        insert
            .values([year, lane, lane - LANES].map(Expr::val))
            .map_err(Error::internal)?;
    }
    let statement = Statement::build(cx.dialect(), &insert);
    cx.unscoped("the counters of patient numbers belong to nobody")
        .execute(statement)
        .await?;
    Ok(())
}

/// Somebody got it by hand before the counter arrived there.
async fn is_taken(cx: &mut Cx, mrn: &Mrn) -> Result<bool, Error> {
    owner(cx, mrn).await.map(|owner| owner.is_some())
}

/// Who has a number.
pub(crate) async fn owner(cx: &mut Cx, mrn: &Mrn) -> Result<Option<i64>, Error> {
    let (generation, digest) = cx.app.ring().search_digest(FIELD, &mrn.key());
    let statement = Statement::raw(
        "SELECT patient FROM patient_identifier WHERE generation = $1 AND digest = $2",
        vec![generation.to_value(), digest.to_vec().to_value()],
    );
    let found: Option<(i64,)> = cx
        .unscoped("a number is taken whoever has it")
        .optional(statement)
        .await?;
    Ok(found.map(|(patient,)| patient))
}

/// Whether somebody has the number of a patient who is not stored yet.
pub(crate) async fn is_taken_by_anybody(cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
    match Mrn::parse(row.unique_id.open()) {
        Ok(mrn) => is_taken(cx, &mrn).await,
        Err(_) => Ok(false),
    }
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
        .and_where(crate::Patient::id.gt(after))
        .and_where(platform::cx::column(Patient::TABLE, "voided_at").is_null())
        .order_by(
            (Alias::new(Patient::TABLE), Alias::new("id")),
            sea_query::Order::Asc,
        )
        .limit(limit);
    if cx.dialect() == Dialect::Postgres {
        // Nobody changes a record between its being read and its terms being written. SQLite has one
        // writer. Whoever only records something about these patients does not wait.
        query.lock(LockType::NoKeyUpdate);
    }
    let rows: Vec<Patient> = cx
        .unscoped("an index covers everybody")
        .records(query)
        .await?;
    for row in &rows {
        free(cx, row.meta.id).await?;
        store(cx, row, None).await?;
        crate::terms::rewrite(cx, row)?;
    }
    // More than the patients of this batch had, so that the last batches leave nothing.
    crate::terms::forget_retired(cx, limit.saturating_mul(100)).await?;
    Ok(rows.last().map(|row| row.meta.id))
}
