//! From whom the hospital buys.

use kernel::Email;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

use crate::access;

/// The longest lead time, in days.
const LONGEST_LEAD: i64 = 730;

platform::record! {
    /// A company or store from which the hospital buys.
    pub struct Supplier in "supplier" {
        client {
            /// The supplier's name.
            name: Line<255>,
            /// The person to ask for.
            contact_person: Blank<255>,
            /// Phone number, as written.
            phone: Blank<64>,
            /// E-mail address.
            email: Blank<254>,
            /// Postal address.
            address: Blank<255>,
            /// Days from order to delivery, 0 to 730; null when it is not known.
            lead_time_days: Option<i64>,
        }
    }
}

impl Resource for Supplier {
    const PATH: &'static str = "suppliers";
    const ORDERING: &'static [Column<Self>] = &[Supplier::name];
    const SEARCH: &'static [Column<Self>] = &[Supplier::name, Supplier::contact_person];
    const LIST: &'static [Column<Self>] = &[
        Supplier::name,
        Supplier::contact_person,
        Supplier::phone,
        Supplier::email,
        Supplier::lead_time_days,
    ];
    type Extra = ();

    fn access() -> Access {
        access::procurement()
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        let mut faults = Faults::new();
        if !row.email.is_empty() && Email::parse(&row.email).is_err() {
            faults.say(
                "email",
                Text::new("not-an-email").with("value", &*row.email),
            );
        }
        if row
            .lead_time_days
            .is_some_and(|days| !(0..=LONGEST_LEAD).contains(&days))
        {
            faults.say(
                "lead_time_days",
                Text::new("formulary-lead-time").with("max", LONGEST_LEAD),
            );
        }
        faults.into_result()?;
        Ok(())
    }
}
