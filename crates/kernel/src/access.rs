//! Who may do what: the built-in roles, and how far over the rows a role reaches.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Everybody who works in the hospital, Admin aside.
    pub const STAFF: &[Self] = &[
        Self::Doctor,
        Self::Receptionist,
        Self::Nurse,
        Self::Pharmacist,
        Self::LabTechnician,
        Self::Cashier,
    ];

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
