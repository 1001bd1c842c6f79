//! Names that people read as one are one: see [`Resource::CALLED`].

use sea_query::{Expr, ExprTrait, Func, Query};
use serde_json::Value as Json;

use super::Resource;
use db::Statement;
use engine::cx::{Cx, column};
use records::error::Error;
use records::record::{Body, Column};
use texts::Text;

/// Writes the name in a body as it is kept.
pub(super) fn tidy<R: Resource>(body: &mut Body) {
    let Some(name) = R::CALLED.first() else {
        return;
    };
    if let Some(Json::String(text)) = body.0.get_mut(name.name) {
        *text = kernel::lookalike::tidy(text);
    }
}

/// Refuses a name that another record has in another writing. Those that are written alike are the database's to refuse.
pub(super) async fn check<R: Resource>(
    cx: &mut Cx,
    row: &R,
    before: Option<&R>,
) -> Result<(), Error> {
    let Some((name, within)) = R::CALLED.split_first() else {
        return Ok(());
    };
    let is = |column: &Column<R>| row.field(column.name);
    let stands = |before: &R| {
        R::CALLED
            .iter()
            .all(|column| before.field(column.name) == is(column))
    };
    let text = is(name).as_ref().and_then(Json::as_str).map(fold);
    let Some(text) = text.filter(|text| !text.is_empty() && !before.is_some_and(stands)) else {
        return Ok(());
    };
    // Of two at once each would see none.
    cx.take_turn(&[(R::TABLE, 0)]).await?;
    let own = |name: &'static str| column(R::TABLE, name);
    let mut query = Query::select();
    query
        .expr(own("id"))
        .from(R::TABLE)
        .and_where(Expr::expr(Func::lower(own(name.name))).eq(text))
        .and_where(own("id").ne(row.meta().id))
        .limit(1);
    if R::RETAINED {
        query.and_where(own("voided_at").is_null());
    }
    for column in within {
        let value = is(column).filter(|value| !value.is_null());
        let same = match (value, R::info(column.name)) {
            (Some(value), Some(info)) => {
                let value = (info.to_filter)(&value).map_err(|_| Error::not_found())?;
                own(column.name).eq(Expr::val(value))
            }
            _ => own(column.name).is_null(),
        };
        query.and_where(same);
    }
    let statement = Statement::build(cx.dialect(), &query);
    let other: Option<(i64,)> = cx
        .unscoped("a name is taken wherever the record is that has it")
        .optional(statement)
        .await?;
    match other {
        Some(_) => Err(Error::field(name.name, Text::new("taken"))),
        None => Ok(()),
    }
}

/// As the database folds what is kept tidy.
fn fold(name: &str) -> String {
    kernel::lookalike::tidy(name).to_lowercase()
}
