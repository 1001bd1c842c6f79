//! Patients: who is treated here, found again under any spelling, and never twice if it can be helped.
//!
//! # Promises
//!
//! - Names, birth date, contact data and numbers are sealed; what finds them are keyed tags
//!   ([`reach`] confines whom), and a number on a card is unique although nobody can read it.
//! - A search costs the same with a thousand patients and with a million.
//! - Merging two records moves everything that any module declared to be a patient's, or nothing, and
//!   can be undone.
//!
//! # What other modules use
//!
//! [`reach`] in the `scope` of whatever is about a patient, with `PATIENT` naming the column;
//! [`check_current`] before something new is recorded; [`take_into_care`] and [`note_appointment`] in
//! the transaction that makes it so; [`names()`] for what lists show; [`by_phone`] for whom a number concerns; `Module::nested::<Patient, _>` for `patients/{id}/…/`.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod alike;
mod allergies;
mod finding;
mod in_bulk;
mod migrations;
mod person;
mod screens;
mod treating;

pub(crate) use alike::{candidates, mergings, moved};
pub use alike::{duplicates, merge};
pub use allergies::allergy;
pub(crate) use allergies::allergy_list;
pub use allergies::none_known::says_unasked;
pub use allergy_list::substances;
pub use finding::exactly::{Known, exactly};
pub(crate) use finding::{search, terms};
pub use identifier::reindex;
pub(crate) use in_bulk::export;
pub use in_bulk::{bulk, import};
pub use names::names;
pub use patient::{Patient, country_code};
pub(crate) use person::{birth, contact, figures, identifier, names};
pub use person::{patient, patients};
pub use proxy::PatientProxy;
pub use scope::{
    CareSource, Oneself, begins_own_care, end_own_care, note_appointment, opens_by_treating,
    own_patients, reach, set_latest_appointment, take_into_care, take_into_care_until,
    take_oneself, treated_by,
};
pub use screens::{
    Head, age, age_of, allergy_signs, born_of, described, died, head, screens, sex, tab,
};
pub use terms::by_phone;
pub(crate) use treating::{confinement, scope};
pub use treating::{consent, link, proxy};

use allergy::Allergy;
use consent::Consent;
use jiff::civil::Date;
use kernel::BuiltinRole::{Admin, Receptionist};
use kernel::Reach;
use link::PatientLink;
use platform::access::Right;
use platform::access::{Access, Permission, Scope};
use platform::cx::{Cx, select};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::module::Module;
use platform::operation::{Operation, Without};
use platform::record::Record;
use platform::resource::Resource;
use platform::route::{Route, Run};
use platform::serde_json::json;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait, Query};

/// The module's table of contents.
pub fn module() -> Module {
    figures::declare(Module::new("patients"))
        .reindex(|cx, after| Box::pin(identifier::reindex(cx, after, 500)))
        .migrations(migrations::MIGRATIONS)
        .permission(patient::LINK, Access::may(&[Admin, Receptionist]))
        .resource::<Patient>()
        .resource::<Allergy>()
        .resource::<Consent>()
        .resource::<PatientProxy>()
        .verb::<proxy::EndProxy>()
        .job(proxy::JOB)
        .nested::<Patient, PatientProxy>("proxies", "lc")
        .nested::<Patient, Allergy>("allergies", "lc")
        .nested::<Patient, Consent>("consents", "lcrud")
        .table::<PatientLink>()
        .route(
            Route::get("patients", &duplicates::path(), |cx, call| {
                Box::pin(duplicates::list(cx, call))
            })
            .with::<Patient>(Right::Read, Without::Nothing)
            .patient_data()
            .answers::<Vec<duplicates::PossibleDuplicate>>(200)
            .summary("Records that may be the same person, the likeliest first")
            .done(),
        )
        .verb::<merge::Merge>()
        .verb::<merge::Unmerge>()
        .route(import::route())
        .route(export("patients/export/"))
        .route(export("patients/export_csv/"))
        .confines(confinement::ANYBODY)
        .refreshes_patient(|cx, patient| Box::pin(async move { confinement::settle(cx, patient) }))
        .texts(platform::texts!("patients"))
}

fn export(path: &str) -> Operation {
    let run: Run = |cx, call| Box::pin(export::export(cx, call));
    Route::get("patients", path, run)
        .may(Permission::new("patients", "export"), Access::may(&[Admin]))
        .patient_data()
        .answers_file("text/csv")
        .query(
            "format",
            json!({ "type": "string", "enum": ["csv"] }),
            "The form of the answer.",
        )
        .query(
            "purpose",
            json!({ "type": "string", "enum": ["research"] }),
            "`research` exports only patients who agreed to research and did not take that back; left out, everybody within reach.",
        )
        .filters::<Patient>()
        .summary("All patients as CSV")
        .description("Takes the filters of `patients/`: what they find is exported.")
        .done()
}

/// Refuses to record something new about a patient whose record was merged into another, or removed a moment ago; and
/// about one who is not in the care of a caller who reaches only those that are, before anything is said of what is
/// recorded of them already.
///
/// # Errors
/// 409 `state_conflict` naming `merged_into`, 400 under `patient` when there is no such patient any more, 403 when they
/// are out of reach.
pub async fn check_current(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    check_there(cx, patient).await?;
    let grant = cx.grant();
    if grant.reach != Reach::Assigned {
        return Ok(());
    }
    let mut query = Query::select();
    query
        .expr(Expr::cust("CAST(1 AS bigint)"))
        .from(Patient::TABLE)
        .and_where(Patient::id.eq(patient))
        .and_where(Patient::id.in_subquery(treated_by(&grant)));
    let statement = Statement::build(cx.dialect(), &query);
    let found: Option<(i64,)> = cx
        .unscoped("the reach is part of the query")
        .optional(statement)
        .await?;
    found.map(drop).ok_or_else(Error::denied)
}

/// Refuses a day before the patient's birth. An estimated day of birth refuses nothing. Callers who may not read the patient
/// are not refused, because they could find out the day of birth by trial and error.
///
/// # Errors
/// 400 under the field.
pub async fn check_born(cx: &mut Cx, patient: i64, field: &str, day: Date) -> Result<(), Error> {
    let mut query = select::<Patient>();
    query.and_where(Patient::id.eq(patient));
    match Patient::scope(&cx.grant_of(Patient::READ)) {
        Scope::All => {}
        Scope::Where(within) => {
            query.cond_where(within);
        }
        Scope::Nothing => return Ok(()),
    }
    let found: Option<Patient> = cx
        .unscoped("nothing happens to a patient before the day of birth")
        .record(query)
        .await?;
    match found {
        Some(row) if !row.birth_estimated && day < *row.date_of_birth.open() => {
            Err(Error::field(field, Text::new("patients-not-born-yet")))
        }
        _ => Ok(()),
    }
}

/// Refuses to answer about a record that was merged into another: what the patient has and takes is there.
///
/// # Errors
/// 409 `state_conflict`, naming the other.
pub fn check_kept(patient: &Patient) -> Result<(), Error> {
    match patient.merged_into {
        Some(into) => Err(merge::merged_away(into.get())),
        None => Ok(()),
    }
}

/// As [`check_current`], for what itself puts the patient into the caller's care, such as an appointment, and answers
/// to [`begins_own_care`].
///
/// # Errors
/// As there, apart from the 403.
pub async fn check_there(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    // A merging or a removal under way is waited for, and none begins before this transaction ends: else what
    // is recorded here would be left with the record that was given up.
    let sql = match cx.dialect() {
        Dialect::Sqlite => "SELECT merged_into FROM patient WHERE id = $1 AND voided_at IS NULL",
        Dialect::Postgres => {
            "SELECT merged_into FROM patient WHERE id = $1 AND voided_at IS NULL FOR KEY SHARE"
        }
    };
    let found: Option<(Option<i64>,)> = cx
        .unscoped("whether a record is still in use is no secret to whoever may write to it")
        .optional(Statement::raw(sql, vec![patient.to_value()]))
        .await?;
    match found {
        Some((Some(into),)) => Err(merge::merged_away(into)),
        Some((None,)) => Ok(()),
        None => {
            let text = Text::new("unknown-reference").with("id", patient);
            Err(Error::field("patient", text.with("kind", "patient")))
        }
    }
}
