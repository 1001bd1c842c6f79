//! `reading-limits/`: from how many records an hour on somebody reads more than their work asks for. Rows, which an Admin
//! sets by what is usual in the house.

use identity::role::Role;
use kernel::BuiltinRole::Admin;
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Ref;
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;

/// Nobody reads so many by hand.
const MOST: i64 = 100_000;

platform::record! {
    /// How many patients' records somebody may open in an hour before an alert is raised.
    pub struct ReadingLimit in "reading_limit" {
        client {
            /// The role that it is for; without one, it is for every role that has none of its own. One for each role.
            role: Option<Ref<Role>>,
            /// More than so many records opened within an hour of the clock raise an alert.
            records_per_hour: i64 = 120,
            /// Whether it is watched.
            is_active: bool = true,
        }
        server {}
        hidden {}
    }
}

impl Resource for ReadingLimit {
    const PATH: &'static str = "reading-limits";
    const FILTERS: &'static [Column<Self>] = &[ReadingLimit::role, ReadingLimit::is_active];
    const ORDER: &'static str = "id";
    const LIST: &'static [Column<Self>] = &[
        ReadingLimit::role,
        ReadingLimit::records_per_hour,
        ReadingLimit::is_active,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody().role(Admin, "crud").in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Nothing,
        }
    }

    async fn prepare(_cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let mut faults = Faults::new();
        if !(1..=MOST).contains(&change.row.records_per_hour) {
            let text = Text::new("compliance-out-of-range").with("low", 1);
            faults.say("records_per_hour", text.with("high", MOST));
        }
        Ok(faults.into_result()?)
    }
}
