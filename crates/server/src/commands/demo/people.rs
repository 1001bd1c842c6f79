//! Who works at the demo hospital and who is treated there. All of them are invented.

use kernel::BuiltinRole::{self, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use serde_json::{Value as Json, json};

/// Username, given name, family name and role of everybody but the administrator and the patient.
pub(super) const STAFF: &[(&str, &str, &str, BuiltinRole)] = &[
    ("dr.jallow", "Isatou", "Jallow", Doctor),
    ("dr.touray", "Lamin", "Touray", Doctor),
    ("reception", "Mariama", "Sowe", Receptionist),
    ("nurse", "Kumba", "Njie", Nurse),
    ("pharmacy", "Ousman", "Darboe", Pharmacist),
    ("lab", "Fatoumata", "Camara", LabTechnician),
    ("cashier", "Ebrima", "Sanneh", Cashier),
];

/// The usernames of the doctors.
pub(super) fn doctors() -> impl Iterator<Item = &'static str> {
    let doctors = STAFF.iter().filter(|(.., role)| *role == Doctor);
    doctors.map(|(username, ..)| *username)
}

const FEMALE: &[&str] = &[
    "Awa", "Binta", "Fatou", "Haddy", "Jainaba", "Mariama", "Nyima", "Rohey",
];
const MALE: &[&str] = &[
    "Alieu", "Bakary", "Demba", "Kebba", "Modou", "Omar", "Saikou", "Yankuba",
];
const FAMILY: &[&str] = &[
    "Ceesay", "Bah", "Jobe", "Manneh", "Drammeh", "Sarr", "Kinteh", "Badjie", "Faal",
];
const PLACES: &[&str] = &[
    "Bakau",
    "Serekunda",
    "Brikama",
    "Farafenni",
    "Soma",
    "Basse",
];
const ALLERGIES: &[&str] = &[
    "",
    "",
    "Penicillin",
    "",
    "",
    "",
    "Groundnuts",
    "",
    "Sulfonamides",
];
const LANGUAGES: &[&str] = &["en", "en", "fr", "en", "sw"];

/// So many patients.
const PATIENTS: usize = 48;

/// Bodies for `POST patients/`; no two are alike, and they are the same each time.
pub(super) fn patients() -> Vec<Json> {
    (0..PATIENTS).map(patient).collect()
}

/// The year in which a patient was born.
fn born(n: usize) -> usize {
    2024 - (n * 37) % 84
}

/// Whether the patient of this number is grown up.
pub(super) fn is_grown_up(n: usize) -> bool {
    born(n) < 2006
}

/// Where somebody of a role finds what the demo has for them, below the address.
pub(super) fn looks_at(role: BuiltinRole) -> &'static str {
    match role {
        BuiltinRole::Admin => "/admin/",
        Doctor => "/clinic",
        Receptionist => "/desk",
        Nurse => "/ward",
        Pharmacist => "/pharmacy",
        LabTechnician => "/lab",
        Cashier => "/cash",
        BuiltinRole::Patient => "/me",
    }
}

fn patient(n: usize) -> Json {
    let female = n.is_multiple_of(2);
    let given = if female { FEMALE } else { MALE };
    let (first, last) = (given[n / 2 % given.len()], FAMILY[n % FAMILY.len()]);
    json!({
        "first_name": first,
        "last_name": last,
        "gender": if female { "Female" } else { "Male" },
        // Of all ages, some of them children.
        "date_of_birth": format!("{}-{:02}-{:02}", born(n), n % 12 + 1, n * 7 % 28 + 1),
        "contact_info": format!("+220 7{:02} {:04}", 10 + n, 1000 + n * 173),
        "address": format!("{} Kairaba Avenue, {}", n + 1, PLACES[n % PLACES.len()]),
        "known_allergies": ALLERGIES[n % ALLERGIES.len()],
        "preferred_language": LANGUAGES[n % LANGUAGES.len()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_there_twice() {
        let mut numbers: Vec<String> = patients()
            .iter()
            .map(|patient| patient["contact_info"].to_string())
            .collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), PATIENTS);
    }
}
