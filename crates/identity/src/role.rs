//! Roles: what their holders may do, and over which records.

use platform::cx::Audited;
use platform::field::{Blank, Line};

platform::record! {
    /// A set of permissions that users hold together. Eight are built in; an Admin adds others.
    pub struct Role in "role" {
        client {
            /// What people call it; unique.
            name: Line<50>,
            /// What its holders do.
            description: Blank<2000>,
        }
        server {
            /// One of the eight that every hospital has; neither renamed nor deleted.
            is_builtin: bool = false,
        }
        hidden {}
    }
}

impl Audited for Role {
    const NAME: &'static str = "Role";
}
