//! What a patient is found by, as rows for loading very many patients at once.

use platform::seal::KeyRing;

use crate::identifier;
use crate::patient::Patient;
use crate::terms;

/// The rows beside a patient's own.
#[derive(Debug, Clone, Default)]
pub struct IndexRows {
    /// Of `patient_term`: generation, field, tag, patient.
    pub terms: Vec<[i64; 4]>,
    /// Of `patient_identifier`, patient aside: generation, digest, kind.
    pub identifiers: Vec<(i64, [u8; 32], &'static str)>,
}

/// The rows that storing this patient, whose id is known, would add to the search tables.
/// `country_code` completes local telephone numbers, as the setting of that name does.
pub fn index_rows(patient: &Patient, ring: &KeyRing, country_code: u16) -> IndexRows {
    IndexRows {
        terms: terms::of(patient, country_code)
            .iter()
            .flat_map(|term| term.rows(ring, patient.meta.id))
            .collect(),
        identifiers: identifier::rows(patient, ring),
    }
}
