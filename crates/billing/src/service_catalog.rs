//! What the hospital charges for, and at what price.

use kernel::{BuiltinRole, Money};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::minor_unit;
use crate::service_price;

platform::record! {
    /// A service that the hospital charges for.
    pub struct ServiceCatalog in "service_catalog" {
        client {
            /// Name of the service as bills show it, such as `Consultation`.
            name: Line<255>,
            /// Further explanation.
            description: Blank<2000>,
            /// Price of one, in the hospital's currency. A new price holds for lines written from then on; bills that exist keep theirs.
            price: Money = Money::ZERO,
            /// Short code, unique. `CONSULTATION` is charged when an encounter is signed, `BED-DAY` for each bed day at discharge, and a laboratory test's own code when it is ordered.
            code: Option<Line<64>>,
            /// Whether the service can be put on new bills.
            is_active: bool = true,
        }
    }
}

impl Resource for ServiceCatalog {
    const PATH: &'static str = "service-catalog";
    const CALLED: &'static [Column<Self>] = &[ServiceCatalog::code];
    const FILTERS: &'static [Column<Self>] = &[
        ServiceCatalog::name,
        ServiceCatalog::code,
        ServiceCatalog::is_active,
        ServiceCatalog::price,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        ServiceCatalog::name,
        ServiceCatalog::code,
        ServiceCatalog::price,
    ];
    const SEARCH: &'static [Column<Self>] = &[
        ServiceCatalog::name,
        ServiceCatalog::code,
        ServiceCatalog::description,
    ];
    const LIST: &'static [Column<Self>] = &[
        ServiceCatalog::code,
        ServiceCatalog::name,
        ServiceCatalog::price,
        ServiceCatalog::is_active,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "crud")
            .roles(BuiltinRole::STAFF, "r")
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.row.price.is_negative() {
            return Err(Error::field("price", Text::new("billing-negative")));
        }
        if change.changed(|row| row.price) {
            minor_unit::check(cx, "price", change.row.price)?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if change.changed(|row| row.price) {
            service_price::remember(cx, change.row).await?;
        }
        Ok(())
    }
}
