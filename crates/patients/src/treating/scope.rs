//! Whose records a caller reaches, and who has to do with whom.

use contracts::TookIntoOwnCare;
use jiff::Timestamp;
use kernel::Reach;
use platform::access::{Grant, Scope};
use platform::cx::{Cx, column, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::resource::Resource;
use sea_query::{
    Alias, Condition, Expr, ExprTrait, JoinType, OnConflict, Query, SelectStatement, UnionType,
};

use crate::patient::Patient;

platform::choice! {
    /// Why a patient is in somebody's care.
    pub enum CareSource {
        /// They have an appointment.
        Appointment = "appointment",
        /// They met.
        Encounter = "encounter",
        /// The patient lies in their ward.
        Admission = "admission",
        /// The patient was referred to them.
        Referral = "referral",
        /// Somebody said so.
        Assigned = "assigned",
    }
}

/// The rows of a table whose `column` names a patient in the grant's reach: every row, those of the
/// patients whom the user treats, or those of the patient who the user is or stands in for
/// ([`PatientProxy`](crate::proxy::PatientProxy)).
///
/// Where patients no longer agree that their data is used, "every row" leaves theirs out, but for those who
/// treat them.
///
/// Every module's patient data is scoped by this:
///
/// ```
/// use jiff::Timestamp;
/// use kernel::Reach;
/// use platform::access::{Grant, Scope};
/// let own = Grant { reach: Reach::Own, user: 7, at: Timestamp::UNIX_EPOCH, confined: false };
/// let of = |grant: &Grant| patients::reach("vitals", "patient", grant);
/// assert!(matches!(of(&own), Scope::Where(_)));
/// assert!(matches!(of(&Grant { reach: Reach::None, ..own }), Scope::Nothing));
/// // Where nobody's records are confined, reaching all costs nothing.
/// assert!(matches!(of(&Grant { reach: Reach::All, ..own }), Scope::All));
/// assert!(matches!(of(&Grant { reach: Reach::All, confined: true, ..own }), Scope::Where(_)));
/// ```
pub fn reach(table: &'static str, name: &'static str, grant: &Grant) -> Scope {
    let within = |patients: SelectStatement| {
        Scope::Where(Condition::all().add(column(table, name).in_subquery(patients)))
    };
    match grant.reach {
        Reach::All if grant.confined => Scope::Where(open_to(table, name, grant)),
        Reach::All => Scope::All,
        Reach::Assigned => within(treated_by(grant)),
        Reach::Own => within(own_patients(grant)),
        Reach::None => Scope::Nothing,
    }
}

/// The patients whom a user treats: those in their care, and those whose record they opened in an emergency
/// and may still see. Nobody keeps a copy of this, so that it ends for everything at once.
pub fn treated_by(grant: &Grant) -> SelectStatement {
    let user = || Expr::col(Alias::new("user")).eq(grant.user);
    let mut opened = Query::select();
    opened
        .column(Alias::new("patient"))
        .from(Alias::new("break_glass"))
        .and_where(user())
        .and_where(Expr::col(Alias::new("ended_at")).is_null())
        .and_where(Expr::col(Alias::new("expires_at")).gt(grant.at.to_value()));
    let mut query = Query::select();
    let until = || Expr::col(Alias::new("until"));
    query
        .column(Alias::new("patient"))
        .from(Alias::new("care_relationship"))
        .and_where(user())
        .and_where(until().is_null().or(until().gt(grant.at.to_value())))
        .union(UnionType::All, opened);
    query
}

/// Rows about nobody whose records are confined, or about somebody whom the user treats.
fn open_to(table: &'static str, name: &'static str, grant: &Grant) -> Condition {
    let patient = || Expr::col(Alias::new("patient"));
    let mut shut = Query::select();
    shut.expr(patient())
        .from(Alias::new("confinement"))
        .and_where(patient().in_subquery(treated_by(grant)).not());
    Condition::any()
        .add(column(table, name).is_null())
        .add(column(table, name).in_subquery(shut).not())
}

/// The patient whose account it is, and those for whom its owner stands in at that moment. Nobody keeps a copy of
/// this, so that standing in ends for everything at once.
pub fn own_patients(grant: &Grant) -> SelectStatement {
    let own = |name: &str| Expr::col((Alias::new("own"), Alias::new(name)));
    let proxy = |name: &str| Expr::col((Alias::new("proxy"), Alias::new(name)));
    let mut stood_for = Query::select();
    stood_for
        .column((Alias::new("proxy"), Alias::new("patient")))
        .from_as(Alias::new("patient_proxy"), Alias::new("proxy"))
        .join_as(
            JoinType::InnerJoin,
            Alias::new("patient"),
            Alias::new("own"),
            own("id").equals((Alias::new("proxy"), Alias::new("patient"))),
        )
        .and_where(proxy("user").eq(grant.user))
        .and_where(proxy("ended_at").is_null())
        .and_where(proxy("until").gt(grant.at.to_value()))
        .and_where(own("voided_at").is_null());
    let mut query = Query::select();
    query
        .column((Alias::new("own"), Alias::new("id")))
        .from_as(Alias::new("patient"), Alias::new("own"))
        .and_where(own("user").eq(grant.user))
        .and_where(own("voided_at").is_null())
        .union(UnionType::All, stood_for);
    query
}

impl CareSource {
    /// Those that a module works out from its own rows whenever patients were merged or unmerged; see
    /// `Module::refreshes_patient`.
    const DERIVED: [CareSource; 2] = [CareSource::Appointment, CareSource::Encounter];
}

/// Notes that a patient is in the care of users, and since when; noting it again changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn take_into_care(
    cx: &mut Cx,
    patient: i64,
    users: &[(i64, Timestamp)],
    source: CareSource,
) -> Result<(), Error> {
    note_care(cx, patient, users, source, None).await
}

/// Notes that a patient is in the care of somebody until a moment. What lasts longer already stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn take_into_care_until(
    cx: &mut Cx,
    patient: i64,
    user: i64,
    source: CareSource,
    until: Timestamp,
) -> Result<(), Error> {
    let since = cx.now();
    note_care(cx, patient, &[(user, since)], source, Some(until)).await
}

/// Something by which a user puts a patient into their own care.
#[derive(Debug, Clone, Copy)]
pub struct Oneself {
    /// The patient.
    pub patient: i64,
    /// The user, who is the caller.
    pub user: i64,
    /// Why the patient is in care.
    pub source: CareSource,
    /// What was recorded: its name, and its id.
    pub of: (&'static str, i64),
}

/// Whether treating a patient is what opens their record to the caller: by the caller's role, or because the patient
/// confined it to those who treat them.
///
/// # Errors
/// When the database fails.
pub async fn opens_by_treating(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    let grant = cx.grant_of(Patient::READ);
    if grant.reach == Reach::Assigned || !grant.confined {
        return Ok(grant.reach == Reach::Assigned);
    }
    let sql = "SELECT CAST(1 AS bigint) FROM confinement WHERE patient = $1 LIMIT 1";
    let confined: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, values([&patient])))
        .await?;
    Ok(confined.is_some())
}

/// Whether the caller would give themselves access to a record by naming themselves as whose patient it is: they reach
/// only patients in their care, or the patient confined theirs, and nobody else has put this one there for good.
///
/// # Errors
/// When the database fails.
pub async fn begins_own_care(cx: &mut Cx, patient: i64, user: i64) -> Result<bool, Error> {
    // In another's name, what they reach themselves is not known here.
    if !cx.actor.is_done_by(user) {
        return Ok(false);
    }
    if cx.actor.delegate() != Some(user) && !opens_by_treating(cx, patient).await? {
        return Ok(false);
    }
    let sql = r#"SELECT CAST(1 AS bigint) FROM care_relationship WHERE patient = $1 AND "user" = $2 AND until IS NULL LIMIT 1"#;
    let lasting: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, values([&patient, &user])))
        .await?;
    Ok(lasting.is_none())
}

/// What one does to give oneself access gives it until the end of the day, and a person is asked about it, once.
///
/// # Errors
/// When the database fails.
pub async fn take_oneself(cx: &mut Cx, act: Oneself) -> Result<(), Error> {
    let (patient, user, now) = (act.patient, act.user, cx.now());
    let sql = r#"SELECT CAST(1 AS bigint) FROM care_relationship WHERE patient = $1 AND "user" = $2 AND (until IS NULL OR until > $3) LIMIT 1"#;
    let known: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, values([&patient, &user, &now])))
        .await?;
    if known.is_none() {
        cx.emit(&TookIntoOwnCare {
            object_type: act.of.0.to_owned(),
            object_id: act.of.1,
            patient,
            user,
            at: now,
        })?;
    }
    let today = cx.app.zone.to_local(now).date();
    let (_, until) = cx.app.zone.day_bounds(today).map_err(Error::internal)?;
    take_into_care_until(cx, patient, user, act.source, until).await
}

/// Ends what a user took for a time, whatever it was by: what others gave them for good stays.
///
/// # Errors
/// When the database fails.
pub async fn end_own_care(cx: &mut Cx, patient: i64, user: i64) -> Result<(), Error> {
    let sql =
        r#"DELETE FROM care_relationship WHERE patient = $1 AND "user" = $2 AND until IS NOT NULL"#;
    let statement = Statement::raw(sql, values([&patient, &user]));
    cx.unscoped(WHY).execute(statement).await?;
    Ok(())
}

const WHY: &str = "who cares for whom is noted by what they do";

async fn note_care(
    cx: &mut Cx,
    patient: i64,
    users: &[(i64, Timestamp)],
    source: CareSource,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    if users.is_empty() {
        return Ok(());
    }
    // No end is later than every end.
    let later = "CASE WHEN care_relationship.until IS NULL OR excluded.until IS NULL THEN NULL \
                 WHEN excluded.until > care_relationship.until THEN excluded.until ELSE care_relationship.until END";
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new("care_relationship"))
        .columns(["patient", "user", "source", "since", "until"].map(Alias::new))
        .on_conflict(
            OnConflict::columns(["user", "patient", "source"].map(Alias::new))
                .value(Alias::new("until"), Expr::cust(later))
                .to_owned(),
        );
    for (user, since) in users {
        insert
            .values([
                Expr::val(patient),
                Expr::val(*user),
                Expr::val(source.as_str()),
                Expr::val(since.to_value()),
                Expr::val(until.to_value()),
            ])
            .map_err(Error::internal)?;
    }
    let statement = Statement::build(cx.dialect(), &insert);
    cx.unscoped(WHY).execute(statement).await?;
    Ok(())
}

/// After another record came out of a patient's again: ends the care that modules derive, of whoever has
/// the other one in care too, unless a record that is still merged brings it. Modules then derive what is
/// due to the patient's own rows. The care of everybody else has nothing to do with the other record and
/// stays, also where its appointment was cancelled long ago.
pub(crate) async fn end_derived_care(cx: &mut Cx, patient: i64, other: i64) -> Result<(), Error> {
    for source in CareSource::DERIVED {
        let statement = Statement::raw(
            "DELETE FROM care_relationship WHERE patient = $1 AND source = $3 AND \"user\" IN \
             (SELECT \"user\" FROM care_relationship WHERE patient = $2 AND source = $3) AND \"user\" NOT IN \
             (SELECT \"user\" FROM care_relationship WHERE source = $3 AND patient IN \
             (SELECT id FROM patient WHERE merged_into = $1))",
            vec![
                patient.to_value(),
                other.to_value(),
                source.as_str().to_value(),
            ],
        );
        cx.unscoped("care follows the person")
            .execute(statement)
            .await?;
    }
    Ok(())
}

/// Notes when a patient's latest appointment starts. An earlier one than the one noted changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn note_appointment(
    cx: &mut Cx,
    patient: i64,
    starts_at: Timestamp,
) -> Result<(), Error> {
    let statement = Statement::raw(
        "UPDATE patient SET last_appointment_at = $2 \
         WHERE id = $1 AND (last_appointment_at IS NULL OR last_appointment_at < $2)",
        vec![patient.to_value(), starts_at.to_value()],
    );
    cx.unscoped("a by-product of the appointment")
        .untraced()
        .execute(statement)
        .await?;
    Ok(())
}

/// Says when a patient's latest appointment starts, after one was moved, cancelled or removed; `None` when
/// there is none left.
///
/// # Errors
/// When the database fails.
pub async fn set_latest_appointment(
    cx: &mut Cx,
    patient: i64,
    starts_at: Option<Timestamp>,
) -> Result<(), Error> {
    let statement = Statement::raw(
        "UPDATE patient SET last_appointment_at = $2 WHERE id = $1",
        vec![patient.to_value(), starts_at.to_value()],
    );
    cx.unscoped("a by-product of the appointment")
        .untraced()
        .execute(statement)
        .await?;
    Ok(())
}
