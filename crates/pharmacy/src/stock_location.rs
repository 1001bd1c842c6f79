//! Where stock is kept.

use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::Resource;

use crate::access;

/// The place that every hospital has, by its id.
pub(crate) const MAIN: i64 = 1;

platform::record! {
    /// A place where stock is kept, such as the main pharmacy or a ward's cupboard. Place 1 is called Main and is where stock is received and dispensed unless another place is named.
    pub struct StockLocation in "stock_location" {
        client {
            /// Name of the place, unique, at most 100 characters.
            name: Line<100>,
            /// Further description, at most 500 characters.
            description: Blank<500>,
        }
    }
}

impl Resource for StockLocation {
    const PATH: &'static str = "stock-locations";
    const CALLED: &'static [Column<Self>] = &[StockLocation::name];
    const ORDERING: &'static [Column<Self>] = &[StockLocation::name];
    const SEARCH: &'static [Column<Self>] = &[StockLocation::name];
    const LIST: &'static [Column<Self>] = &[StockLocation::name, StockLocation::description];
    type Extra = ();

    fn access() -> Access {
        access::stock()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    fn label(&self) -> String {
        self.name.to_string()
    }
}

/// The main place exists on every start.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    let found: Option<(i64,)> = cx
        .unscoped("the main place is part of every installation")
        .optional(Statement::raw(
            "SELECT id FROM stock_location WHERE id = $1",
            values([&MAIN]),
        ))
        .await?;
    if found.is_some() {
        return Ok(());
    }
    let mut main = StockLocation {
        meta: platform::record::Meta::unstored(),
        name: Line::cut("Main"),
        description: Blank::default(),
    };
    cx.insert(&mut main).await
}
