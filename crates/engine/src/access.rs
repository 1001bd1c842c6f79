//! Who may do what: what declarations grant by default, and what a caller holds.
//!
//! Declarations say the defaults for the eight built-in roles; they are stored when a permission is
//! first seen, and from then on an Admin edits the stored set. A caller carries the grants of their
//! role as it is now.

use std::collections::HashMap;
use std::fmt;

use kernel::{BuiltinRole, Reach};

/// What a declaration grants by default.
#[derive(Debug, Clone, Default)]
pub struct Access {
    by_role: Vec<(BuiltinRole, &'static str, Reach)>,
    everyone: Option<(&'static str, Reach)>,
    personal: bool,
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
            everyone: Some((verbs, Reach::Own)),
            ..Access::default()
        }
    }

    /// What a delegate cannot use in another's name, but for reading: accounts, roles and everything else that
    /// decides who may do what. A delegate who could give rights would stay when the delegation is revoked. It
    /// holds for all permissions of the resource, also those of its verbs.
    #[must_use]
    pub fn in_person(mut self) -> Access {
        self.personal = true;
        self
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

/// A permission: what is done to which resource. It is declared with a resource, a verb or a route, or
/// by [`Module::permission`](crate::declared::Declared::permissions); asking for one that no module declares
/// fails tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    resource: &'static str,
    verb: &'static str,
}

impl Permission {
    /// `resource:verb`.
    pub const fn new(resource: &'static str, verb: &'static str) -> Permission {
        Permission { resource, verb }
    }

    /// The resource that it belongs to.
    pub const fn resource(self) -> &'static str {
        self.resource
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.resource, self.verb)
    }
}

/// What a resource's permissions allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To create a record.
    Create,
    /// To list and retrieve records.
    Read,
    /// To change a record.
    Update,
    /// To delete a record.
    Delete,
}

impl Right {
    /// All of them.
    pub const ALL: [Right; 4] = [Right::Create, Right::Read, Right::Update, Right::Delete];

    /// The letter by which an [`Access`] grants it.
    pub const fn letter(self) -> char {
        match self {
            Right::Create => 'c',
            Right::Read => 'r',
            Right::Update => 'u',
            Right::Delete => 'd',
        }
    }
}

/// A permission with its defaults, as the modules declare it.
#[derive(Debug, Clone)]
pub struct PermissionInfo {
    /// The permission.
    pub permission: Permission,
    /// The letter under which [`Access`] grants it.
    pub letter: char,
    /// The defaults.
    pub access: Access,
}

impl PermissionInfo {
    /// Of a verb, by its own [`Access::may`].
    pub fn verb(permission: Permission, access: Access) -> PermissionInfo {
        PermissionInfo {
            permission,
            letter: 'x',
            access,
        }
    }

    /// `resource:verb`.
    pub fn name(&self) -> String {
        self.permission.to_string()
    }

    /// The resource's permissions are used in person only; see [`Access::in_person`].
    pub(crate) fn is_personal(&self) -> bool {
        self.access.personal
    }

    /// What a role holds by default.
    pub fn default_for(&self, role: Option<BuiltinRole>) -> Reach {
        self.access.of(role, self.letter)
    }
}

/// What a caller holds: a reach for each permission.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants(HashMap<String, Vec<(String, Reach)>>);

impl Grants {
    /// From stored rows: names such as `patients:read`.
    pub fn new(grants: impl IntoIterator<Item = (String, Reach)>) -> Grants {
        let mut by_resource: HashMap<String, Vec<(String, Reach)>> = HashMap::new();
        for (name, reach) in grants {
            if let Some((resource, verb)) = name.split_once(':') {
                let held = by_resource.entry(resource.to_owned()).or_default();
                held.push((verb.to_owned(), reach));
            }
        }
        Grants(by_resource)
    }

    /// How far a permission goes; [`Reach::None`] when it is not held.
    pub fn reach(&self, permission: Permission) -> Reach {
        let held = self.0.get(permission.resource).into_iter().flatten();
        held.filter(|(verb, _)| verb == permission.verb)
            .map(|(_, reach)| *reach)
            .fold(Reach::None, Ord::max)
    }

    /// Only the permissions that pass, such as those that may be used in another's name.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Grants {
        Grants::new(self.all().filter(|(name, _)| keep(name)))
    }

    /// Every permission held.
    pub fn held(&self) -> impl Iterator<Item = (String, Reach)> {
        self.all().filter(|(_, reach)| *reach != Reach::None)
    }

    fn all(&self) -> impl Iterator<Item = (String, Reach)> {
        self.0.iter().flat_map(|(resource, verbs)| {
            let name =
                move |(verb, reach): &(String, Reach)| (format!("{resource}:{verb}"), *reach);
            verbs.iter().map(name)
        })
    }
}

/// How far the opened permission goes, and for whom: what a row scope decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How far it goes.
    pub reach: Reach,
    /// The user whose own or assigned records count; 0 for the program itself.
    pub user: i64,
    /// The moment for which it is asked: what was opened for a time ends by itself.
    pub at: jiff::Timestamp,
    /// There are patients whose records are confined to those who treat them, whatever the reach.
    pub confined: bool,
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
