//! What was decided about two records of one person.

use jiff::Timestamp;
use platform::field::{Blank, Doc, Line, List};
use platform::seal::Sealed;

platform::record! {
    /// A merging of two records, and what it takes to undo it. Ids are plain numbers: a decision that was undone holds no record back.
    pub struct PatientLink in "patient_link" for patient {
        client {}
        server {
            /// The record that was given up.
            patient: i64 = 0,
            /// The record that stays.
            merged_into: i64 = 0,
            /// How alike the two were, 0 to 100.
            score: i64 = 0,
            /// In what, as codes.
            reasons: List<Line<40>> = List(Vec::new()),
            /// Why, in the words of whoever decided.
            reason: Sealed<Blank<500>> = Sealed::new(Blank::default()),
            /// Who decided.
            decided_by: Option<i64> = None,
            /// What was moved; see `moved::Moved`.
            payload: Sealed<Doc> = Sealed::new(Doc::default()),
            /// When it was undone.
            undone_at: Option<Timestamp> = None,
            /// Who undid it.
            undone_by: Option<i64> = None,
        }
        hidden {}
    }
}
