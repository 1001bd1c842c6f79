//! Whose data a row is: what a field that names the patient answers.

use crate::field::Ref;

/// A field that names a patient.
pub trait NamesPatient {
    /// The patient's id, if there is one.
    fn patient(&self) -> Option<i64>;
}

impl<T> NamesPatient for Ref<T> {
    fn patient(&self) -> Option<i64> {
        Some(self.get())
    }
}

impl NamesPatient for i64 {
    fn patient(&self) -> Option<i64> {
        Some(*self)
    }
}

impl<T: NamesPatient> NamesPatient for Option<T> {
    fn patient(&self) -> Option<i64> {
        self.as_ref().and_then(NamesPatient::patient)
    }
}
