//! Who has to do with a patient: the patient's own accounts, those who stand in, those who treat them.

use std::collections::HashMap;

use patients::own_patients;
use platform::cx::{Cx, among, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;
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

/// Who reads in the portal what is written to a patient: the patient and whoever stands in. Whoever was invited and has
/// never signed in reads nothing: the patient has to be reached otherwise.
pub(crate) async fn readers(cx: &mut Cx, patient: i64) -> Result<Vec<i64>, Error> {
    let sql = r#"SELECT u.id FROM app_user u WHERE u.is_active = $3 AND u.last_login IS NOT NULL AND u.id IN (
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
        AND u.id IN (SELECT "user" FROM care_relationship WHERE patient = $1 AND (until IS NULL OR until > $4))
        ORDER BY u.id LIMIT $3"#;
    let now = cx.now();
    users(cx, sql, values([&patient, &true, &TOLD, &now])).await
}

/// Whether a user is one of those who treat a patient.
pub(crate) async fn treats(cx: &mut Cx, user: i64, patient: i64) -> Result<bool, Error> {
    let sql = r#"SELECT u.id FROM app_user u JOIN care_relationship c ON c."user" = u.id
        WHERE u.is_active = $3 AND u.id = $1 AND c.patient = $2 AND (c.until IS NULL OR c.until > $4) LIMIT 1"#;
    let now = cx.now();
    Ok(!users(cx, sql, values([&user, &patient, &true, &now]))
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

/// What people are called in what is written about a patient: the patient as in the record, whatever stands on the
/// account; others as on their account, and whoever stands in and gave no name as just that.
pub(crate) async fn called(
    cx: &mut Cx,
    people: &[(i64, Option<i64>)],
) -> Result<HashMap<(i64, Option<i64>), String>, Error> {
    let names = identity::names(cx, people.iter().map(|(user, _)| *user)).await?;
    let whose = accounts_of(cx, people.iter().filter_map(|(_, patient)| *patient)).await?;
    let patients = patients::names(cx, people.iter().filter_map(|(_, patient)| *patient)).await?;
    let unnamed = unnamed_proxies(cx, people).await?;
    let mut called = HashMap::new();
    for (user, patient) in people {
        let record = patient.and_then(|patient| patients.get(&patient));
        let own = patient.is_some_and(|patient| whose.get(&patient) == Some(user));
        let name = match record {
            Some(record) if own => record.clone(),
            Some(record) if unnamed.contains(user) => {
                let text = Text::new("portal-stands-in").with("patient", record);
                let language = cx.actor.language.unwrap_or(cx.origin.language);
                cx.app.texts.render(language, &text)
            }
            _ => names.get(user).cloned().unwrap_or_default(),
        };
        called.insert((*user, *patient), name);
    }
    Ok(called)
}

/// The patients' own accounts, by patient.
async fn accounts_of(
    cx: &mut Cx,
    patients: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, i64>, Error> {
    let patients: Vec<i64> = patients.collect();
    let mut query = Query::select();
    query
        .columns(["id", "user"])
        .from("patient")
        .and_where(among(cx.dialect(), Expr::col("id"), &patients))
        .and_where(Expr::col("user").is_not_null());
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64, i64)> = cx.unscoped(WHY).all(statement).await?;
    Ok(found.into_iter().collect())
}

/// Those who stand in for somebody, and whose account says no name.
async fn unnamed_proxies(cx: &mut Cx, people: &[(i64, Option<i64>)]) -> Result<Vec<i64>, Error> {
    let ids: Vec<i64> = people.iter().map(|(user, _)| *user).collect();
    let mut proxies = Query::select();
    proxies.column("user").from("patient_proxy");
    let mut query = Query::select();
    query
        .column("id")
        .from("app_user")
        .and_where(among(cx.dialect(), Expr::col("id"), &ids))
        .and_where(Expr::col("id").in_subquery(proxies))
        .and_where(Expr::col("first_name").eq(""))
        .and_where(Expr::col("last_name").eq(""));
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64,)> = cx.unscoped(WHY).all(statement).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

async fn users(
    cx: &mut Cx,
    sql: &'static str,
    values: Vec<platform::db::Value>,
) -> Result<Vec<i64>, Error> {
    let found: Vec<(i64,)> = cx.unscoped(WHY).all(Statement::raw(sql, values)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
