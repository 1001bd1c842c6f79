//! Roles, as they are kept.

use kernel::BuiltinRole;
use platform::actor::Who;
use platform::cx::Cx;
use platform::field::{Blank, Line};

platform::record! {
    /// A set of permissions that users hold together. Eight are built in; an Admin adds others.
    pub struct Role in "role" {
        client {
            /// Name of the role; unique.
            name: Line<50>,
            /// What holders of the role do.
            description: Blank<2000>,
        }
        server {
            /// True for the eight roles that every hospital has; they are neither renamed nor deleted.
            is_builtin: bool = false,
        }
        hidden {}
    }
}

/// The caller is an Admin (or the program itself).
pub fn is_admin(cx: &Cx) -> bool {
    match &cx.actor.who {
        Who::Program(_) => true,
        Who::User(user) => user.role == Some(BuiltinRole::Admin.id()),
        Who::Anonymous => false,
    }
}
