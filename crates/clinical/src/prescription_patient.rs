//! What of a patient the safety of a medicine depends on: allergies, age, pregnancy, an enzyme.

use formulary::safety::{Circumstances, Pregnancy, Reaction};
use jiff::SignedDuration;
use kernel::names::fold;
use patients::Patient;
use patients::allergy::{Allergy, AllergyStatus, Severity};
use patients::patient::Gender;
use platform::cx::{Cx, column, select};
use platform::db::ToValue;
use platform::error::Error;
use platform::record::Record;
use sea_query::{ExprTrait, Order};

use crate::medical_condition::{ConditionStatus, MedicalCondition};
use crate::rules::growth::heaviest;
use crate::rules::person::Sex;
use crate::vitals::{Vitals, last_weight};

const WHY: &str = "safety considers everything that is known of the patient, whoever recorded it";
/// More than any patient has; the check stays bounded.
const MOST: u64 = 500;
/// Years in which a woman may become pregnant.
const FERTILE: std::ops::RangeInclusive<i32> = 12..=50;
/// A pregnancy is over after so many days.
const PREGNANCY: i64 = 294;
/// A weight counts for so many days.
const WEIGHED: i64 = 180;
/// Few breastfeed longer than so many days.
const BREASTFEEDING: i64 = 730;

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

/// Nobody has asked the patient, or nobody could say: the list of allergies is empty or says that it is not known.
pub(crate) fn is_unasked(patient: &Patient) -> bool {
    let said: &str = patient.known_allergies.open();
    said.trim().is_empty() || patients::says_unasked(said)
}

/// What a patient is, and whether nobody has asked for allergies.
pub(crate) async fn circumstances(
    cx: &mut Cx,
    patient: i64,
) -> Result<(Circumstances, bool), Error> {
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
    let unasked = is_unasked(&row);
    let woman = row.gender == Gender::Female;
    let noted = noted(cx, patient).await?;
    let pregnant = woman && (noted.pregnant || pregnant(cx, patient).await?);
    let circumstances = Circumstances {
        age_days: days,
        pregnancy: pregnant.then_some(Pregnancy::Unknown),
        could_become_pregnant: woman && !pregnant && FERTILE.contains(&i32::from(years)),
        breastfeeding: woman && noted.breastfeeding,
        g6pd_deficiency: noted.g6pd_deficiency,
        weight_grams: weight(cx, patient).await?,
        heaviest_grams: days.and_then(|days| heaviest(Sex::of(row.gender), days)),
    };
    Ok((circumstances, unasked))
}

/// The weight in grams, if it was measured lately: a child outgrows an older one.
async fn weight(cx: &mut Cx, patient: i64) -> Result<Option<i64>, Error> {
    let Some((weight, at)) = last_weight(cx, patient).await? else {
        return Ok(None);
    };
    let is_recent = cx.now().duration_since(at) < SignedDuration::from_hours(24 * WEIGHED);
    Ok(Some(weight.steps()).filter(|_| is_recent))
}

/// What active conditions say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Noted {
    pregnant: bool,
    breastfeeding: bool,
    g6pd_deficiency: bool,
}

async fn noted(cx: &mut Cx, patient: i64) -> Result<Noted, Error> {
    let mut query = select::<MedicalCondition>();
    query
        .and_where(MedicalCondition::patient.eq(patient))
        .and_where(MedicalCondition::status.eq(ConditionStatus::Active.as_str()))
        .and_where(column(MedicalCondition::TABLE, "voided_at").is_null())
        .order_by(MedicalCondition::id, Order::Desc)
        .limit(MOST);
    let rows: Vec<MedicalCondition> = cx.unscoped(WHY).records(query).await?;
    let now = cx.now();
    let mut noted = Noted::default();
    for row in rows {
        let says = says(row.name.open(), row.code.as_deref().unwrap_or_default());
        let age = now.duration_since(row.meta.created_at);
        let lasts = |days: i64| age < SignedDuration::from_hours(24 * days);
        noted.pregnant |= says.pregnant && lasts(PREGNANCY);
        noted.breastfeeding |= says.breastfeeding && lasts(BREASTFEEDING);
        noted.g6pd_deficiency |= says.g6pd_deficiency;
    }
    Ok(noted)
}

/// What a condition says that matters to medicines, by its ICD-10 code or its words in English, French or Swahili.
fn says(name: &str, code: &str) -> Noted {
    let name = fold(name);
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    let coded = |codes: &[&str]| codes.iter().any(|start| code.starts_with(start));
    Noted {
        pregnant: coded(&["Z33", "Z34", "Z35"])
            || begins(&[
                "pregnan",
                "grossesse",
                "enceinte",
                "ujauzito",
                "mjamzito",
                "mimba",
            ]),
        breastfeeding: coded(&["Z39.1"])
            || begins(&[
                "breastfeed",
                "breast feed",
                "lactat",
                "allaite",
                "kunyonyesha",
            ]),
        g6pd_deficiency: coded(&["D55.0"])
            || name.contains("g6pd")
            || name.contains("glucose 6 phosphate")
            || name.contains("favis"),
    }
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

#[cfg(test)]
mod tests {
    use super::{Noted, says};

    #[test]
    fn conditions_say_what_matters_to_medicines() {
        let pregnant = Noted {
            pregnant: true,
            ..Noted::default()
        };
        let breastfeeding = Noted {
            breastfeeding: true,
            ..Noted::default()
        };
        let deficient = Noted {
            g6pd_deficiency: true,
            ..Noted::default()
        };
        for (name, code, said) in [
            ("Pregnancy, second trimester", "", pregnant),
            ("Antenatal care", "Z34.9", pregnant),
            ("Grossesse", "", pregnant),
            ("Breastfeeding", "", breastfeeding),
            ("Allaitement", "", breastfeeding),
            ("Déficit en G6PD", "", deficient),
            ("Haemolytic anaemia", "D55.0", deficient),
            ("Ectopic pregnancy in 2019", "", Noted::default()),
            ("Hypertension", "I10", Noted::default()),
        ] {
            assert_eq!(says(name, code), said, "{name} {code}");
        }
    }
}
