//! Which of a resource's operations a record offers a caller, as it is.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::Reach;
use sea_query::ExprTrait;

use super::Resource;
use engine::cx::{Cx, column};
use engine::inside::InsideUnit;
use engine::operation::Operation;
use records::error::Error;

/// One query for the record, and one for each reach that differs from that of reading.
pub(crate) fn offers<'a, R: Resource>(
    cx: &'a mut Cx,
    id: i64,
    operations: &'a [Arc<Operation>],
) -> BoxFuture<'a, Result<Vec<bool>, Error>> {
    Box::pin(async move {
        let row: R = cx.find(id).await?;
        let mut reached = vec![(Reach::None, false), (cx.grant_of(R::READ).reach, true)];
        let mut offered = Vec::with_capacity(operations.len());
        for operation in operations {
            let fits = match operation.offered {
                Some(offered) => offered(cx, &row as &(dyn Any + Send + Sync)).await?,
                None => true,
            };
            offered.push(fits && reaches::<R>(cx, operation, id, &mut reached).await?);
        }
        Ok(offered)
    })
}

/// Whether the caller's permission for an operation reaches the record.
async fn reaches<R: Resource>(
    cx: &mut Cx,
    operation: &Operation,
    id: i64,
    reached: &mut Vec<(Reach, bool)>,
) -> Result<bool, Error> {
    let Some(info) = operation.permission() else {
        return Ok(true);
    };
    let grant = cx.grant_of(info.permission);
    if let Some((_, known)) = reached.iter().find(|(reach, _)| *reach == grant.reach) {
        return Ok(*known);
    }
    let found = match cx.in_reach::<R>(&grant) {
        Some(mut query) => {
            query.and_where(column(R::TABLE, "id").eq(id));
            !cx.few_rows::<R>(query).await?.is_empty()
        }
        None => false,
    };
    reached.push((grant.reach, found));
    Ok(found)
}

/// Whether the record as it is can be changed.
pub(super) fn change<'a, R: Resource>(
    cx: &'a mut Cx,
    row: &'a (dyn Any + Send + Sync),
) -> BoxFuture<'a, Result<bool, Error>> {
    Box::pin(async move {
        match row.downcast_ref::<R>() {
            Some(row) => R::changeable(cx, row).await,
            None => Ok(false),
        }
    })
}

/// Whether the record as it is can be deleted.
pub(super) fn delete<'a, R: Resource>(
    cx: &'a mut Cx,
    row: &'a (dyn Any + Send + Sync),
) -> BoxFuture<'a, Result<bool, Error>> {
    Box::pin(async move {
        match row.downcast_ref::<R>() {
            Some(row) => R::removable(cx, row).await,
            None => Ok(false),
        }
    })
}
