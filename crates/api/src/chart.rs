//! How resources fill a patient's chart and timeline.

use sea_query::{Condition, Expr, ExprTrait, Order, SelectStatement};
use serde_json::Value as Json;

use db::ToValue;
use engine::chart::{Entry, Position, TimelineRequest};
use engine::cx::Cx;
use engine::inside::InsideUnit;
use records::error::Error;
use records::field::Kind;
use records::record::Column;

use crate::resource::{Resource, View, Visible};

/// A patient's newest records that the caller may read, of those for which the condition holds.
///
/// # Errors
/// When the database fails.
pub async fn newest<R: Resource>(
    cx: &mut Cx,
    patient: i64,
    only: Option<Condition>,
    most: u64,
) -> Result<Json, Error> {
    let Some(mut query) = of_patient::<R>(cx, patient) else {
        return Ok(Json::Array(Vec::new()));
    };
    if let Some(condition) = only {
        query.cond_where(condition);
    }
    query.order_by((R::TABLE, "id"), Order::Desc).limit(most);
    let known = cx.damaged().len();
    let rows: Vec<R> = cx.rows_to_show(query).await?;
    let mut shown = views(cx, &rows).await?;
    // Whoever treats somebody must see that there is more than what can be read.
    let damaged = cx.damaged().iter().skip(known);
    shown.extend(damaged.map(|damage| cx.app.said_of(cx.origin.language, damage).into()));
    Ok(Json::Array(shown))
}

/// A patient's records on their timeline, by the moment or the day in `column`; those without are left out.
///
/// # Errors
/// When the database fails.
pub async fn dated<R: Resource>(
    cx: &mut Cx,
    asked: &TimelineRequest,
    column: Column<R>,
) -> Result<Vec<Entry>, Error> {
    let Some(mut query) = of_patient::<R>(cx, asked.patient) else {
        return Ok(Vec::new());
    };
    let days = column.shape.kind == Kind::Date;
    query.and_where(Expr::from(column).is_not_null());
    if let Some(after) = &asked.after {
        query.cond_where(further::<R>(cx, after, column, days)?);
    }
    query
        .order_by((R::TABLE, column.name), Order::Desc)
        .order_by((R::TABLE, "id"), Order::Desc)
        .limit(asked.most);
    let rows: Vec<R> = cx.rows_to_show(query).await?;
    let shown = views(cx, &rows).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for (row, record) in rows.iter().zip(shown) {
        let text = row.field(column.name);
        let text = text.as_ref().and_then(Json::as_str).unwrap_or_default();
        let at = if days {
            let day = text.parse().map_err(Error::internal)?;
            cx.app.zone.day_bounds(day).map_err(Error::internal)?.0
        } else {
            text.parse().map_err(Error::internal)?
        };
        entries.push(Entry {
            at,
            kind: R::PATH,
            id: row.meta().id,
            record,
        });
    }
    Ok(entries)
}

/// What comes after a position: earlier, or at the same time of a later kind, or of the same kind with a
/// lower id.
fn further<R: Resource>(
    cx: &Cx,
    after: &Position,
    column: Column<R>,
    days: bool,
) -> Result<Condition, Error> {
    let limit = if days {
        let day = cx.app.zone.today(after.at);
        // After a moment in the course of the day, the day's own entries are still to come.
        if cx.app.zone.day_bounds(day).map_err(Error::internal)?.0 < after.at {
            return Ok(Condition::all().add(Expr::from(column).lte(day.to_value())));
        }
        day.to_value()
    } else {
        after.at.to_value()
    };
    let earlier = Condition::any().add(Expr::from(column).lt(limit.clone()));
    let at_once = Expr::from(column).eq(limit);
    Ok(match R::PATH.cmp(after.kind.as_str()) {
        std::cmp::Ordering::Greater => earlier.add(at_once),
        std::cmp::Ordering::Equal => {
            let lower = Expr::col((R::TABLE, "id")).lt(after.id);
            earlier.add(Condition::all().add(at_once).add(lower))
        }
        _ => earlier,
    })
}

/// The rows of a patient that the caller may read; none without the right.
fn of_patient<R: Resource>(cx: &Cx, patient: i64) -> Option<SelectStatement> {
    let grant = cx.grant_of(R::READ);
    let mut query = cx.in_reach::<R>(&grant)?;
    query.and_where(Expr::col((R::TABLE, R::PATIENT?)).eq(patient));
    if let Some(listed) = R::listed() {
        query.cond_where(listed);
    }
    Some(query)
}

async fn views<R: Resource>(cx: &mut Cx, rows: &[R]) -> Result<Vec<Json>, Error> {
    let extras = R::extras(cx, rows).await?;
    for row in rows {
        cx.saw_record(row);
    }
    let visible = Visible::to::<R>(cx, &cx.grant_of(R::READ));
    let views = rows.iter().zip(&extras).map(|(row, extra)| {
        serde_json::to_value(View::new(row, extra, &visible)).map_err(Error::internal)
    });
    views.collect()
}
