//! Organizations that users belong to: departments, partners, other hospitals.

use platform::cx::Audited;
use platform::field::{Blank, Line};

platform::record! {
    /// Something that users belong to.
    pub struct Organization in "organization" {
        client {
            /// What it is called.
            name: Line<255>,
            /// What it does.
            description: Blank<2000>,
            /// Still exists.
            is_active: bool = true,
        }
        server {}
        hidden {}
    }
}

impl Audited for Organization {
    const NAME: &'static str = "Organization";
}
