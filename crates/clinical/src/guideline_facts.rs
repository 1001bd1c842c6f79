//! What guideline rules need to know of patients, for many at once.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use patients::Patient;
use platform::cx::{Cx, among, select};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};

use crate::care_event::{CareEvent, CareKind};
use crate::medical_condition::{ConditionStatus, MedicalCondition};
use crate::rules::Person;
use crate::rules::guideline::{Done, Facts, Kind};
use crate::rules::immunisation::Given;
use crate::vaccination::Vaccination;

/// Beginnings of codes that say that someone is pregnant.
const PREGNANT: [&str; 8] = ["Z33", "Z34", "Z35", "O09", "O1", "O2", "O3", "O4"];
/// "Pregnant" beside vital signs counts this long.
const PREGNANT_DAYS: i64 = 60;
/// An encounter of any kind is a contact, a review and a visit.
const CONTACTS: [&str; 5] = ["any", "anc", "pnc", "hiv", "follow_up"];

/// A patient as the rules see them.
pub(crate) struct Known {
    pub(crate) facts: Facts,
    pub(crate) given: Vec<Given>,
    /// Dead, or merged into another record: nothing is due.
    pub(crate) gone: bool,
}

/// What is known of these patients, with one statement for each kind of record.
pub(crate) async fn known(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Known>, Error> {
    let today = cx.today();
    let mut query = select::<Patient>();
    query.and_where(among(cx.dialect(), Patient::id, ids));
    let patients: Vec<Patient> = cx.unscoped(WHY).readable(query).await?;
    let mut known: HashMap<i64, Known> = HashMap::new();
    for patient in patients {
        let birth = *patient.date_of_birth.open();
        let facts = Facts {
            birth,
            person: Person::on(today, birth, patient.gender, false),
            conditions: Vec::new(),
            done: Vec::new(),
        };
        let gone = patient.deceased_at.is_some() || patient.merged_into.is_some();
        known.insert(
            patient.meta.id,
            Known {
                facts,
                given: Vec::new(),
                gone,
            },
        );
    }
    conditions(cx, ids, &mut known).await?;
    vitals(cx, ids, &mut known).await?;
    encounters(cx, ids, &mut known).await?;
    events(cx, ids, &mut known).await?;
    vaccinations(cx, ids, &mut known).await?;
    Ok(known)
}

const WHY: &str = "what is due follows from the patient's records, whoever caused it";

fn of(cx: &Cx, table: &'static str, ids: &[i64]) -> SelectStatement {
    let mut query = Query::select();
    query
        .from(Alias::new(table))
        .and_where(among(cx.dialect(), Expr::col((table, "patient")), ids))
        .and_where(Expr::col((table, "voided_at")).is_null());
    query
}

async fn conditions(
    cx: &mut Cx,
    ids: &[i64],
    known: &mut HashMap<i64, Known>,
) -> Result<(), Error> {
    let mut query = of(cx, MedicalCondition::TABLE, ids);
    query
        .columns(["patient", "code", "diagnosed_at"].map(Alias::new))
        .and_where(MedicalCondition::status.eq(ConditionStatus::Active.as_str()))
        .and_where(MedicalCondition::code.is_not_null());
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, Option<Date>)> = cx.unscoped(WHY).all(statement).await?;
    for (patient, code, since) in rows {
        let Some(known) = known.get_mut(&patient) else {
            continue;
        };
        known.facts.person.pregnant |= PREGNANT.iter().any(|prefix| code.starts_with(prefix));
        known.facts.conditions.push((code, since));
    }
    Ok(())
}

async fn vitals(cx: &mut Cx, ids: &[i64], known: &mut HashMap<i64, Known>) -> Result<(), Error> {
    const LAST: [(&str, &str); 3] = [
        (
            "systolic_bp",
            "max(CASE WHEN systolic_bp IS NOT NULL THEN recorded_at END)",
        ),
        (
            "weight",
            "max(CASE WHEN weight IS NOT NULL THEN recorded_at END)",
        ),
        (
            "muac",
            "max(CASE WHEN muac IS NOT NULL THEN recorded_at END)",
        ),
    ];
    let mut query = of(cx, "vitals", ids);
    query
        .column(Alias::new("patient"))
        .group_by_col(Alias::new("patient"));
    for (_, last) in LAST {
        query.expr(Expr::cust(last));
    }
    query.expr(Expr::cust("max(CASE WHEN pregnant THEN recorded_at END)"));
    let statement = Statement::build(cx.dialect(), &query);
    type Row = (
        i64,
        Option<Timestamp>,
        Option<Timestamp>,
        Option<Timestamp>,
        Option<Timestamp>,
    );
    let rows: Vec<Row> = cx.unscoped(WHY).all(statement).await?;
    let (zone, today) = (cx.app.zone.clone(), cx.today());
    for (patient, pressure, weight, arm, pregnant) in rows {
        let Some(known) = known.get_mut(&patient) else {
            continue;
        };
        for ((code, _), at) in LAST.iter().zip([pressure, weight, arm]) {
            let done = |at| Done {
                kind: Kind::Vital,
                code: (*code).to_owned(),
                on: zone.today(at),
            };
            known.facts.done.extend(at.map(done));
        }
        let recently = |at: Timestamp| {
            crate::rules::person::days_between(zone.today(at), today) <= PREGNANT_DAYS
        };
        known.facts.person.pregnant |= pregnant.is_some_and(recently);
    }
    Ok(())
}

async fn encounters(
    cx: &mut Cx,
    ids: &[i64],
    known: &mut HashMap<i64, Known>,
) -> Result<(), Error> {
    let mut query = of(cx, "encounter", ids);
    query
        .column(Alias::new("patient"))
        .expr(Expr::cust("max(encounter_date)"))
        .group_by_col(Alias::new("patient"));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, Timestamp)> = cx.unscoped(WHY).all(statement).await?;
    let zone = cx.app.zone.clone();
    for (patient, at) in rows {
        let Some(known) = known.get_mut(&patient) else {
            continue;
        };
        known.facts.done.extend(CONTACTS.map(|code| Done {
            kind: Kind::Encounter,
            code: code.to_owned(),
            on: zone.today(at),
        }));
    }
    Ok(())
}

async fn events(cx: &mut Cx, ids: &[i64], known: &mut HashMap<i64, Known>) -> Result<(), Error> {
    let mut query = of(cx, CareEvent::TABLE, ids);
    query
        .columns(["patient", "kind", "code"].map(Alias::new))
        .expr(Expr::cust("max(done_on)"))
        .group_by_columns(["patient", "kind", "code"].map(Alias::new));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String, Date)> = cx.unscoped(WHY).all(statement).await?;
    for (patient, kind, code, on) in rows {
        let kind = match CareKind::from_text(&kind) {
            Some(CareKind::Lab) => Kind::Lab,
            Some(CareKind::Procedure) => Kind::Procedure,
            Some(CareKind::Medication) => Kind::Medication,
            None => continue,
        };
        if let Some(known) = known.get_mut(&patient) {
            known.facts.done.push(Done { kind, code, on });
        }
    }
    Ok(())
}

/// Children only: the schedules are for them.
async fn vaccinations(
    cx: &mut Cx,
    ids: &[i64],
    known: &mut HashMap<i64, Known>,
) -> Result<(), Error> {
    let is_child = |id: &&i64| {
        known
            .get(*id)
            .is_some_and(|it| it.facts.person.age_days < crate::rules::immunisation::ADULT)
    };
    let children: Vec<i64> = ids.iter().filter(is_child).copied().collect();
    if children.is_empty() {
        return Ok(());
    }
    let mut query = select::<Vaccination>();
    query
        .and_where(among(cx.dialect(), Vaccination::patient, &children))
        .and_where(Expr::col((Vaccination::TABLE, "voided_at")).is_null());
    let rows: Vec<Vaccination> = cx.unscoped(WHY).readable(query).await?;
    for row in rows {
        if let Some(known) = known.get_mut(&row.patient.get()) {
            known.given.push(Given {
                code: row.code.as_ref().map(ToString::to_string),
                name: row.vaccine_name.open().to_string(),
                dose: row.dose_number.open().to_string(),
                on: row.date_administered,
            });
        }
    }
    Ok(())
}
