//! Who has to do with a patient: the patient's own accounts, those who stand in, those who treat them.

use patients::own_patients;
use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use sea_query::{Expr, ExprTrait, Query};

/// So many people are told of one thing.
pub(crate) const TOLD: i64 = 50;
/// A parent of more children says for whom.
const CHILDREN: u64 = 50;

const WHY: &str = "who has to do with a patient decides who may be written to";

/// The patients whom the caller is or stands in for.
pub(crate) async fn own(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let mut query = Query::select();
    query
        .distinct()
        .column("id")
        .from("patient")
        .and_where(Expr::col("id").in_subquery(own_patients(&cx.grant())))
        .limit(CHILDREN);
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64,)> = cx.unscoped(WHY).all(statement).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Whether the caller is the patient, or stands in.
pub(crate) async fn is_own(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    Ok(own(cx).await?.contains(&patient))
}

/// Who reads in the portal what is written to a patient: the patient and whoever stands in.
pub(crate) async fn readers(cx: &mut Cx, patient: i64) -> Result<Vec<i64>, Error> {
    let sql = r#"SELECT u.id FROM app_user u WHERE u.is_active = $3 AND u.id IN (
        SELECT "user" FROM patient WHERE id = $1 AND "user" IS NOT NULL
        UNION SELECT "user" FROM patient_proxy WHERE patient = $1 AND ended_at IS NULL AND until > $2)
        ORDER BY u.id LIMIT $4"#;
    let values = vec![
        patient.to_value(),
        cx.now().to_value(),
        true.to_value(),
        TOLD.to_value(),
    ];
    users(cx, sql, values).await
}

/// Those who treat a patient.
pub(crate) async fn team(cx: &mut Cx, patient: i64) -> Result<Vec<i64>, Error> {
    let sql = r#"SELECT u.id FROM app_user u WHERE u.is_active = $2
        AND u.id IN (SELECT "user" FROM care_relationship WHERE patient = $1) ORDER BY u.id LIMIT $3"#;
    users(cx, sql, values([&patient, &true, &TOLD])).await
}

/// Whether a user is one of those who treat a patient.
pub(crate) async fn treats(cx: &mut Cx, user: i64, patient: i64) -> Result<bool, Error> {
    let sql = r#"SELECT u.id FROM app_user u JOIN care_relationship c ON c."user" = u.id
        WHERE u.is_active = $3 AND u.id = $1 AND c.patient = $2 LIMIT 1"#;
    Ok(!users(cx, sql, values([&user, &patient, &true]))
        .await?
        .is_empty())
}

/// The patient whose own account a user is.
pub(crate) async fn patient_of(cx: &mut Cx, user: i64) -> Result<Option<i64>, Error> {
    let sql = r#"SELECT id FROM patient WHERE "user" = $1 AND voided_at IS NULL AND merged_into IS NULL
        ORDER BY id LIMIT 1"#;
    Ok(users(cx, sql, values([&user])).await?.first().copied())
}

/// Whether a user may sign in at all.
pub(crate) async fn is_active(cx: &mut Cx, user: i64) -> Result<bool, Error> {
    let sql = "SELECT id FROM app_user WHERE id = $1 AND is_active = $2";
    Ok(!users(cx, sql, values([&user, &true])).await?.is_empty())
}

/// The Admins, who read what patients think of the hospital.
pub(crate) async fn admins(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let sql = "SELECT id FROM app_user WHERE role = $1 AND is_active = $2 ORDER BY id LIMIT $3";
    let role = kernel::BuiltinRole::Admin.id();
    users(cx, sql, values([&role, &true, &TOLD])).await
}

async fn users(
    cx: &mut Cx,
    sql: &'static str,
    values: Vec<platform::db::Value>,
) -> Result<Vec<i64>, Error> {
    let found: Vec<(i64,)> = cx.unscoped(WHY).all(Statement::raw(sql, values)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
