//! Drug safety: what speaks against giving a medicine to a patient.
//!
//! A [`Pack`] holds what is known: ingredients and their other names, allergies and what they cover, interactions,
//! duplicate therapy, warnings in pregnancy, by age and in enzyme deficiency, and the highest usual doses. The starter pack is compiled in
//! ([`Pack::starter`]); a hospital lays its own rows over it ([`Pack::with`]).
//!
//! [`Pack::check`] answers with one of three [`Outcome`]s that never look alike. Silence means that no rule fits; a name
//! that the pack does not know is *could not check*, with the nearest known names, and is never taken for one of them:
//!
//! ```
//! use formulary::safety::{Kind, Medicine, Outcome, Pack, Question};
//! let pack = Pack::starter();
//! let taking = [Medicine::new("Warfarin 5 mg")];
//! let answer = pack.check(&Question { medicine: Medicine::new("Flagyl 400 mg"), taking: &taking, ..Question::default() });
//! assert_eq!(answer.outcome(), Outcome::Found);
//! assert_eq!(answer.findings[0].kind, Kind::Interaction);
//!
//! let answer = pack.check(&Question { medicine: Medicine::new("Metronidazol"), ..Question::default() });
//! assert_eq!(answer.outcome(), Outcome::NothingFound);
//! let answer = pack.check(&Question { medicine: Medicine::new("Metrinidazol"), ..Question::default() });
//! assert_eq!(answer.outcome(), Outcome::CouldNotCheck);
//! assert_eq!(answer.unknown[0].nearest[0], "metronidazole");
//! ```
//!
//! `crates/formulary/data/check.py` is the reference implementation of the rules; a test holds this engine to its answers.

mod additions;
mod alike;
mod answer;
mod check;
mod dose;
mod fold;
mod limit;
mod load;
mod names;
mod nearest;
mod pack;
mod rules;
mod strengths;
mod table;
mod when;

pub use additions::{Addition, RowFault};
pub use answer::{
    Answer, DoseCheck, DoseFault, DoseGap, Finding, Kind, NotCompared, Outcome, Severity, Unknown,
};
pub use check::{Circumstances, Medicine, Pregnancy, Question, Reaction, ReportedAllergy, Route};
pub use dose::{Amount, DoseUnit, Dosing, Often, thousandths};
pub use pack::Pack;
pub use table::Table;

/// The version of the starter pack, shown on everything that it finds.
pub const STARTER_VERSION: &str = "2026.11";
