//! Who may do what: the built-in roles, permissions, and how far over the rows a role reaches.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

/// The roles that every hospital has. Their ids are fixed; an Admin may add roles of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i64)]
pub enum BuiltinRole {
    /// Manages accounts, roles and settings.
    Admin = 1,
    /// Examines, diagnoses, prescribes and orders.
    Doctor = 2,
    /// Registers patients, books appointments, runs the queue, assigns beds.
    Receptionist = 3,
    /// Triages, records vital signs, gives medication.
    Nurse = 4,
    /// Keeps the stock and dispenses.
    Pharmacist = 5,
    /// Takes samples and enters results.
    LabTechnician = 6,
    /// Bills and takes payments.
    Cashier = 7,
    /// Sees their own record.
    Patient = 8,
}

impl BuiltinRole {
    /// All built-in roles, by id.
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Doctor,
        Self::Receptionist,
        Self::Nurse,
        Self::Pharmacist,
        Self::LabTechnician,
        Self::Cashier,
        Self::Patient,
    ];

    /// The id of the seeded row.
    #[must_use]
    pub const fn id(self) -> i64 {
        self as i64
    }

    /// The name as seeded and shown (`Lab Technician`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Doctor => "Doctor",
            Self::Receptionist => "Receptionist",
            Self::Nurse => "Nurse",
            Self::Pharmacist => "Pharmacist",
            Self::LabTechnician => "Lab Technician",
            Self::Cashier => "Cashier",
            Self::Patient => "Patient",
        }
    }

    /// One sentence for the list of roles.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "Manages accounts, roles and settings, and may see every record.",
            Self::Doctor => "Examines, diagnoses, prescribes, orders tests and admits patients.",
            Self::Receptionist => {
                "Registers patients, books appointments, runs the queue and assigns beds."
            }
            Self::Nurse => "Triages patients, records vital signs and gives medication.",
            Self::Pharmacist => "Keeps the stock, checks prescriptions and dispenses medication.",
            Self::LabTechnician => "Takes samples, runs tests and enters results.",
            Self::Cashier => "Issues bills, takes payments and files insurance claims.",
            Self::Patient => "Sees and manages their own record and appointments.",
        }
    }

    /// The built-in role with the id, if it is one.
    #[must_use]
    pub fn from_id(id: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// The built-in role with the name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for BuiltinRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Over which rows a permission reaches. Ordered: each reaches at least as far as the one before.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// No row.
    #[default]
    None,
    /// The caller's own record (a patient's portal).
    Own,
    /// Patients with whom the caller has a care relationship.
    Assigned,
    /// Every row.
    All,
}

impl Reach {
    /// All reaches, from the narrowest.
    pub const ALL: [Self; 4] = [Self::None, Self::Own, Self::Assigned, Self::All];

    /// The name as stored and in JSON (`none`, `own`, `assigned`, `all`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Assigned => "assigned",
            Self::All => "all",
        }
    }

    /// The reach with the name, exactly.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.as_str() == name)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not a permission: `resource:verb`, of `[a-z0-9-_]+` and `[a-z_]+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A permission is written resource:verb, in lower-case letters.")]
pub struct PermissionError;

/// The right to do a verb to a resource, `lab-results:verify`.
///
/// Cloning costs nothing worth counting; comparing and hashing are by text, so a set of permissions
/// can be asked with a `&str`.
///
/// ```
/// use kernel::Permission;
///
/// const VERIFY: Permission = Permission::from_static("lab-results:verify");
/// assert_eq!(VERIFY, Permission::parse("lab-results:verify")?);
/// assert_eq!((VERIFY.resource(), VERIFY.verb()), ("lab-results", "verify"));
/// # Ok::<(), kernel::PermissionError>(())
/// ```
#[derive(Clone)]
pub struct Permission(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Permission {
    /// The permission of a text known at compile time; use it in a `const` or `static`, where a
    /// mistake does not compile.
    ///
    /// # Panics
    /// If the text is not a permission.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        assert!(is_valid(text), "a permission is written resource:verb");
        Self(Text::Static(text))
    }

    /// Reads `resource:verb`, exactly as written.
    ///
    /// # Errors
    /// [`PermissionError`] unless it is `[a-z0-9-_]+:[a-z_]+`.
    pub fn parse(text: &str) -> Result<Self, PermissionError> {
        if !is_valid(text) {
            return Err(PermissionError);
        }
        Ok(Self(Text::Shared(text.into())))
    }

    /// The permission to do `verb` to `resource`.
    ///
    /// # Errors
    /// As [`Permission::parse`].
    pub fn new(resource: &str, verb: &str) -> Result<Self, PermissionError> {
        Self::parse(&format!("{resource}:{verb}"))
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }

    /// What it is about, before the colon.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.as_str().split(':').next().unwrap_or_default()
    }

    /// What may be done, after the colon.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.as_str().split(':').nth(1).unwrap_or_default()
    }
}

/// Bytes and a loop, because it also runs at compile time.
const fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut colon = None;
    let mut at = 0;
    while at < bytes.len() {
        let ok = match (bytes[at], colon) {
            (b'a'..=b'z' | b'_', _) => true,
            (b'0'..=b'9' | b'-', None) => true,
            (b':', None) => {
                colon = Some(at);
                at > 0
            }
            _ => false,
        };
        if !ok {
            return false;
        }
        at += 1;
    }
    match colon {
        Some(colon) => colon + 1 < bytes.len(),
        None => false,
    }
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Permission {}

impl PartialOrd for Permission {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Permission {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

// As `str` does, which `Borrow` demands.
impl Hash for Permission {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for Permission {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({})", self.as_str())
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::parse(text)
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Permission {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Permission".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z0-9_-]+:[a-z_]+$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeSet, HashSet};

    #[test]
    fn roles_keep_their_seeded_ids() {
        let ids: Vec<_> = BuiltinRole::ALL.iter().map(|role| role.id()).collect();
        assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(BuiltinRole::LabTechnician.to_string(), "Lab Technician");
        for role in BuiltinRole::ALL {
            assert_eq!(BuiltinRole::from_id(role.id()), Some(role));
            assert_eq!(
                BuiltinRole::from_name(&role.name().to_uppercase()),
                Some(role)
            );
            assert!(role.description().ends_with('.') && role.name().len() <= 50);
        }
        assert_eq!(BuiltinRole::from_id(0), None);
        assert_eq!(BuiltinRole::from_name("Janitor"), None);
    }

    #[test]
    fn reaches_are_ordered_and_lower_case() {
        assert!(
            Reach::None < Reach::Own
                && Reach::Own < Reach::Assigned
                && Reach::Assigned < Reach::All
        );
        for reach in Reach::ALL {
            assert_eq!(
                serde_json::to_string(&reach).unwrap(),
                format!("\"{reach}\"")
            );
            assert_eq!(Reach::parse(reach.as_str()), Some(reach));
        }
        assert_eq!(Reach::parse("All"), None);
        assert_eq!(Reach::default(), Reach::None);
    }

    #[test]
    fn permissions_are_resource_and_verb() {
        for text in ["a:b", "lab-results:verify", "bills_2:void_all", "-:_"] {
            assert_eq!(Permission::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "", ":", "a:", ":b", "a", "a:b:c", "A:b", "a:B", "a:b2", "a:b-c", " a:b", "é:b",
        ] {
            assert_eq!(Permission::parse(text), Err(PermissionError), "{text}");
        }
        assert!(Permission::new("a:b", "c").is_err());
        assert!(serde_json::from_str::<Permission>("\"a\"").is_err());
    }

    #[test]
    fn sets_can_be_asked_with_text() {
        const READ: Permission = Permission::from_static("patients:read");
        let set = HashSet::from([Permission::parse("patients:read").unwrap()]);
        assert!(set.contains("patients:read") && set.contains(&READ));
        let ordered = BTreeSet::from([READ, Permission::from_static("bills:read")]);
        assert!(ordered.contains("bills:read"));
        assert_eq!(ordered.first().map(Permission::as_str), Some("bills:read"));
    }

    #[test]
    #[should_panic(expected = "resource:verb")]
    fn a_wrong_constant_is_refused() {
        let _ = Permission::from_static("patients");
    }

    proptest! {
        #[test]
        fn well_formed_permissions_survive(resource in "[a-z0-9_-]{1,30}", verb in "[a-z_]{1,30}") {
            let permission = Permission::new(&resource, &verb).unwrap();
            prop_assert_eq!(permission.resource(), &resource);
            prop_assert_eq!(permission.verb(), &verb);
            let json = serde_json::to_string(&permission).unwrap();
            prop_assert_eq!(serde_json::from_str::<Permission>(&json).unwrap(), permission);
        }

        #[test]
        fn nothing_else_is_accepted(text in any::<String>()) {
            if let Ok(permission) = Permission::parse(&text) {
                prop_assert!(text.is_ascii());
                prop_assert_eq!(format!("{}:{}", permission.resource(), permission.verb()), text);
            }
        }
    }
}
