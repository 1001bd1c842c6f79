//! What is added to an encounter after it was signed.

use identity::user::User;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource, in_a_few_words};
use platform::seal::Sealed;
use schemars::JsonSchema;
use serde::Serialize;

use crate::encounter::Encounter;

platform::record! {
    /// An addition to an encounter. Addenda are never changed or deleted.
    pub struct EncounterAddendum in "encounter_addendum" for patient {
        client {
            /// The encounter that it adds to.
            encounter: Ref<Encounter>,
            /// Text of the addendum.
            text: Sealed<Line<65536>>,
        }
        server {
            /// The encounter's patient.
            patient: Ref<Patient> = Ref::new(0),
            /// The user who wrote it.
            author: Option<Ref<User>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AddendumExtra {
    /// The author's name.
    pub author_name: String,
}

impl Resource for EncounterAddendum {
    const PATH: &'static str = "encounter-addenda";
    const VERBS: &'static str = "cr";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] =
        &[EncounterAddendum::encounter, EncounterAddendum::patient];
    const LIST: &'static [Column<Self>] = &[
        EncounterAddendum::encounter,
        EncounterAddendum::author,
        EncounterAddendum::text,
    ];
    type Extra = AddendumExtra;

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Doctor], "cr")
            .roles(&[Nurse, PatientRole], "r")
    }

    fn label(&self) -> String {
        in_a_few_words(self.text.open())
    }

    fn scope(grant: &Grant) -> Scope {
        reach("encounter_addendum", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let encounter: Encounter = cx.load(change.row.encounter.get()).await?;
        change.row.patient = encounter.patient;
        identity::as_oneself(cx)?;
        change.row.author = cx.actor.user_id().map(Ref::new);
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<AddendumExtra>, Error> {
        let authors = rows
            .iter()
            .filter_map(|row| row.author)
            .map(|author| author.get());
        let names = identity::names(cx, authors).await?;
        let extras = rows.iter().map(|row| AddendumExtra {
            author_name: row
                .author
                .and_then(|author| names.get(&author.get()).cloned())
                .unwrap_or_default(),
        });
        Ok(extras.collect())
    }
}
