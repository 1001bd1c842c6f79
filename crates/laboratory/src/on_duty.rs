//! Who can take over a critical value.

use identity::user::User;
use kernel::BuiltinRole;
use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Ref;
use platform::verb::Verb;

use crate::order_verbs::Review;

/// Active users who may review results and whose hours these are, by their schedules.
pub(crate) async fn reviewers(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let local = cx.app.zone.to_local(cx.now());
    let (date, time) = (local.date(), local.time());
    let weekday = i64::from(date.weekday().to_monday_zero_offset());
    let permission = Review::PERMISSION.to_string();
    // An exception stands in the place of the weekly hours; midnight at the end is that of the next day.
    let statement = Statement::raw(
        r#"SELECT u.id FROM app_user u JOIN role_grant g ON g.role = u.role
           WHERE g.permission = $1 AND u.is_active AND (
             EXISTS (SELECT 1 FROM schedule_exception e WHERE e.doctor = u.id AND e.date <= $2 AND coalesce(e.date_to, e.date) >= $2 AND NOT e.closed
                     AND e.start <= $3 AND (e."end" > $3 OR e."end" = $4))
             OR NOT EXISTS (SELECT 1 FROM schedule_exception e WHERE e.doctor = u.id AND e.date <= $2 AND coalesce(e.date_to, e.date) >= $2)
             AND EXISTS (SELECT 1 FROM doctor_schedule s WHERE s.doctor = u.id AND s.weekday = $5
                     AND s.start <= $3 AND (s."end" > $3 OR s."end" = $4)
                     AND (s.valid_from IS NULL OR s.valid_from <= $2)
                     AND (s.valid_until IS NULL OR s.valid_until >= $2)))
           ORDER BY u.id LIMIT 50"#,
        values([
            &permission,
            &date,
            &time,
            &jiff::civil::Time::midnight(),
            &weekday,
        ]),
    );
    let found: Vec<(i64,)> = cx
        .unscoped("who is on duty is no secret")
        .all(statement)
        .await?;
    Ok(found.into_iter().map(|(user,)| user).collect())
}

/// The doctor of an order, where their account still works and may see results: nobody else is told of a patient, and
/// an alarm that nobody hears goes on at once.
pub(crate) async fn active_reviewer(
    cx: &mut Cx,
    user: Option<Ref<User>>,
) -> Result<Option<i64>, Error> {
    let Some(user) = user else { return Ok(None) };
    let (user, permission) = (user.get(), Review::PERMISSION.to_string());
    let statement = Statement::raw(
        "SELECT u.id FROM app_user u JOIN role_grant g ON g.role = u.role \
         WHERE u.id = $1 AND g.permission = $2 AND u.is_active",
        values([&user, &permission]),
    );
    let found: Option<(i64,)> = cx
        .unscoped("whether the doctor of an order still works here")
        .optional(statement)
        .await?;
    Ok(found.map(|(user,)| user))
}

/// Active Admins.
pub(crate) async fn admins(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let statement = Statement::raw(
        "SELECT id FROM app_user WHERE is_active AND (role = $1 OR is_superuser) ORDER BY id LIMIT 50",
        vec![BuiltinRole::Admin.id().to_value()],
    );
    let found: Vec<(i64,)> = cx
        .unscoped("who runs the hospital is no secret")
        .all(statement)
        .await?;
    Ok(found.into_iter().map(|(user,)| user).collect())
}
