//! What of a patient the safety of a medicine depends on: allergies, age, pregnancy, an enzyme.

use formulary::safety::{Circumstances, Pregnancy, Reaction};
use jiff::SignedDuration;
use patients::Patient;
use patients::allergy::{Allergy, AllergyStatus, Severity};
use patients::patient::Gender;
use platform::cx::{Cx, column, select};
use platform::db::ToValue;
use platform::error::Error;
use platform::record::Record;
use sea_query::{ExprTrait, Order};

use crate::vitals::Vitals;

const WHY: &str = "safety considers everything that is known of the patient, whoever recorded it";
/// More than any patient has; the check stays bounded.
const MOST: u64 = 500;
/// Years in which a woman may become pregnant.
const FERTILE: std::ops::RangeInclusive<i32> = 12..=50;
/// A pregnancy is over after so many days.
const PREGNANCY: i64 = 294;

/// Allergies that still count, each with how bad the reaction was.
pub(crate) async fn allergies(cx: &mut Cx, patient: i64) -> Result<Vec<(String, Reaction)>, Error> {
    let mut query = select::<Allergy>();
    query
        .and_where(Allergy::patient.eq(patient))
        .and_where(Allergy::status.eq(AllergyStatus::Active.as_str()))
        .and_where(column(Allergy::TABLE, "voided_at").is_null())
        .order_by(Allergy::id, Order::Asc)
        .limit(MOST);
    let rows: Vec<Allergy> = cx.unscoped(WHY).records(query).await?;
    let read = |row: Allergy| {
        let reaction = match row.severity {
            Severity::Unknown => Reaction::Unknown,
            Severity::Mild => Reaction::Mild,
            Severity::Moderate => Reaction::Moderate,
            Severity::Severe => Reaction::Severe,
        };
        (row.substance.open().to_string(), reaction)
    };
    Ok(rows.into_iter().map(read).collect())
}

/// What a patient is.
pub(crate) async fn circumstances(cx: &mut Cx, patient: i64) -> Result<Circumstances, Error> {
    let mut query = select::<Patient>();
    query.and_where(Patient::id.eq(patient));
    let Some(row) = cx.unscoped(WHY).record::<Patient>(query).await? else {
        return Err(Error::not_found());
    };
    let today = cx.today();
    let born = *row.date_of_birth.open();
    let days = born
        .until(today)
        .map(|span| f64::from(span.get_days()))
        .ok()
        .filter(|days| *days >= 0.0);
    let years = today.year()
        - born.year()
        - i16::from((today.month(), today.day()) < (born.month(), born.day()));
    let woman = row.gender == Gender::Female;
    let pregnant = woman && pregnant(cx, patient).await?;
    Ok(Circumstances {
        age_days: days,
        pregnancy: pregnant.then_some(Pregnancy::Unknown),
        could_become_pregnant: woman && !pregnant && FERTILE.contains(&i32::from(years)),
        ..Circumstances::default()
    })
}

/// Whether the patient was pregnant when somebody last noted it with the vital signs, not longer ago than a pregnancy.
async fn pregnant(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    let since = cx.now() - SignedDuration::from_hours(24 * PREGNANCY);
    let mut query = select::<Vitals>();
    query
        .and_where(Vitals::patient.eq(patient))
        .and_where(Vitals::pregnant.is_not_null())
        .and_where(Vitals::recorded_at.gte(since.to_value()))
        .and_where(column(Vitals::TABLE, "voided_at").is_null())
        .order_by(Vitals::recorded_at, Order::Desc)
        .limit(1);
    let latest: Option<Vitals> = cx.unscoped(WHY).record(query).await?;
    Ok(latest.and_then(|vitals| vitals.pregnant).unwrap_or(false))
}
