//! Who may do what: what declarations grant by default, and what a caller holds.
//!
//! Declarations say the defaults for the eight built-in roles; they are stored when a permission is
//! first seen, and from then on an Admin edits the stored set. A caller carries the grants of their
//! role as it is now.

use std::collections::HashMap;

use kernel::{BuiltinRole, Reach};

/// What a declaration grants by default.
#[derive(Debug, Clone, Default)]
pub struct Access {
    by_role: Vec<(BuiltinRole, &'static str, Reach)>,
    everyone: Option<(&'static str, Reach)>,
}

/// The letter by which an [`Access`] grants an action.
pub const EXECUTE: &str = "x";

impl Access {
    /// Nobody.
    pub fn nobody() -> Access {
        Access::default()
    }

    /// Grants verbs (`c`reate, `r`ead, `u`pdate, `d`elete) to a role: over its own records for
    /// Patient, over all for staff.
    #[must_use]
    pub fn role(self, role: BuiltinRole, verbs: &'static str) -> Access {
        let reach = if role == BuiltinRole::Patient {
            Reach::Own
        } else {
            Reach::All
        };
        self.reach(role, verbs, reach)
    }

    /// Grants verbs to several roles.
    #[must_use]
    pub fn roles(self, roles: &[BuiltinRole], verbs: &'static str) -> Access {
        roles
            .iter()
            .fold(self, |access, role| access.role(*role, verbs))
    }

    /// Grants verbs to a role over a part of the records.
    #[must_use]
    pub fn reach(mut self, role: BuiltinRole, verbs: &'static str, reach: Reach) -> Access {
        self.by_role.push((role, verbs, reach));
        self
    }

    /// Grants an action to roles.
    pub fn may(roles: &[BuiltinRole]) -> Access {
        Access::nobody().roles(roles, EXECUTE)
    }

    /// Grants verbs over their own records to everybody who is signed in, also without a role.
    pub fn own(verbs: &'static str) -> Access {
        Access {
            by_role: Vec::new(),
            everyone: Some((verbs, Reach::Own)),
        }
    }

    /// What a role holds by default for a verb's letter.
    pub fn of(&self, role: Option<BuiltinRole>, letter: char) -> Reach {
        let everyone = self
            .everyone
            .filter(|(verbs, _)| verbs.contains(letter))
            .map_or(Reach::None, |(_, reach)| reach);
        self.by_role
            .iter()
            .filter(|(granted, verbs, _)| Some(*granted) == role && verbs.contains(letter))
            .map(|(_, _, reach)| *reach)
            .fold(everyone, Ord::max)
    }
}

/// A permission with its defaults, as the modules declare it.
#[derive(Debug, Clone)]
pub struct PermissionInfo {
    /// `resource:verb`.
    pub name: String,
    /// The letter under which [`Access`] grants it.
    pub letter: char,
    /// The defaults.
    pub access: Access,
}

impl PermissionInfo {
    /// What a role holds by default.
    pub fn default_for(&self, role: Option<BuiltinRole>) -> Reach {
        self.access.of(role, self.letter)
    }
}

/// What a caller holds: a reach for each permission.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants(HashMap<String, Reach>);

impl Grants {
    /// From stored rows.
    pub fn new(grants: impl IntoIterator<Item = (String, Reach)>) -> Grants {
        Grants(grants.into_iter().collect())
    }

    /// How far a permission goes; [`Reach::None`] when it is not held.
    pub fn reach(&self, permission: &str) -> Reach {
        self.0.get(permission).copied().unwrap_or(Reach::None)
    }

    /// Only the permissions that pass, such as those that may be used in another's name.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Grants {
        let kept = self.0.iter().filter(|(name, _)| keep(name));
        Grants(kept.map(|(name, reach)| (name.clone(), *reach)).collect())
    }

    /// Every permission held.
    pub fn held(&self) -> impl Iterator<Item = (&str, Reach)> {
        self.0
            .iter()
            .filter(|(_, reach)| **reach != Reach::None)
            .map(|(name, reach)| (name.as_str(), *reach))
    }
}

/// How far the opened permission goes, and for whom: what a row scope decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How far it goes.
    pub reach: Reach,
    /// The user whose own or assigned records count; 0 for the program itself.
    pub user: i64,
}

/// Which rows of a table a grant reaches.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Every row.
    All,
    /// No row.
    Nothing,
    /// The rows for which the condition holds.
    Where(sea_query::Condition),
}
