//! What services cost, and since when.

use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Money};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::record::{Column, Meta};
use platform::resource::{Resource, Said};

use crate::service_catalog::ServiceCatalog;

platform::record! {
    /// A price that a service has or had. Written by the program whenever a service's price changes.
    pub struct ServicePrice in "service_price" {
        client {}
        server {
            /// The service that has or had the price.
            service: Ref<ServiceCatalog> = Ref::new(0),
            /// Price of one, in the hospital's currency.
            price: Money = Money::ZERO,
            /// Since when it holds, until the next one.
            valid_from: Timestamp = Timestamp::UNIX_EPOCH,
            /// The user who set it; null when the program did.
            set_by: Option<Ref<User>> = None,
        }
    }
}

impl Resource for ServicePrice {
    const PATH: &'static str = "service-prices";
    const VERBS: &'static str = "r";
    const FILTERS: &'static [Column<Self>] = &[ServicePrice::service, ServicePrice::valid_from];
    const ORDERING: &'static [Column<Self>] = &[ServicePrice::valid_from];
    const FOLLOWS: &'static [Column<Self>] = &[ServicePrice::service];
    const LIST: &'static [Column<Self>] = &[
        ServicePrice::service,
        ServicePrice::price,
        ServicePrice::valid_from,
        ServicePrice::set_by,
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Cashier, Doctor, Receptionist};
        Access::nobody().roles(&[Admin, Cashier, Doctor, Receptionist], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Amount(self.price)]
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }
}

/// Adds a service's price to its history.
pub(crate) async fn remember(cx: &mut Cx, service: &ServiceCatalog) -> Result<(), Error> {
    let mut price = ServicePrice {
        meta: Meta::unstored(),
        service: Ref::new(service.meta.id),
        price: service.price,
        valid_from: cx.now(),
        set_by: cx.actor.user_id().map(Ref::new),
    };
    cx.insert(&mut price).await
}
