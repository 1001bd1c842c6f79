//! A document of a patient.

use identity::user::User;
use jiff::Timestamp;
use kernel::BuiltinRole;
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::schemars::{self, JsonSchema};
use platform::seal::Sealed;
use platform::serde::Serialize;

use crate::kind::DocumentKind;
use crate::upload::Received;

platform::record! {
    /// A file about a patient: a scan, a letter, a picture, a recording. The content is fetched from `documents/{id}/download/`.
    pub struct PatientDocument in "patient_document" for patient {
        client {
            /// The patient whom it is about. Fixed once the document is stored.
            patient: Ref<Patient>,
            /// What it shows, at most 255 characters.
            description: Sealed<Blank<255>>,
        }
        server {
            /// The last component of the name that the file had when it was uploaded.
            file_name: Sealed<Line<255>> = Sealed::new(Line::cut("")),
            /// The media type, found from the content.
            content_type: DocumentKind = DocumentKind::Text,
            /// Length of the content in bytes.
            size: i64 = 0,
            /// SHA-256 of the content, in hexadecimal digits.
            sha256: Sealed<Line<64>> = Sealed::new(Line::cut("")),
            /// When it was uploaded.
            uploaded_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// The user who uploaded it.
            uploaded_by: Option<Ref<User>> = None,
        }
        hidden {
            /// The file's name in the store.
            file: Line<36> = Line::cut(""),
            /// The key that opens the file.
            file_key: Sealed<Line<64>> = Sealed::new(Line::cut("")),
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(crate = "platform::serde")]
pub struct DocumentExtra {
    /// Where the content is fetched, below the server's address.
    pub file: String,
}

impl Resource for PatientDocument {
    const PATH: &'static str = "documents";
    const VERBS: &'static str = "rud";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        PatientDocument::patient,
        PatientDocument::content_type,
        PatientDocument::uploaded_by,
        PatientDocument::uploaded_at,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[PatientDocument::uploaded_at, PatientDocument::size];
    const LIST: &'static [Column<Self>] = &[
        PatientDocument::uploaded_at,
        PatientDocument::patient,
        PatientDocument::file_name,
        PatientDocument::description,
        PatientDocument::content_type,
        PatientDocument::size,
    ];
    type Extra = DocumentExtra;

    fn access() -> Access {
        use BuiltinRole::{Admin, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
        Access::nobody()
            .roles(&[Admin, Doctor], "crud")
            .role(Nurse, "cru")
            .role(Receptionist, "cr")
            .roles(&[Pharmacist, LabTechnician, Patient], "r")
    }

    fn scope(grant: &Grant) -> Scope {
        reach("patient_document", "patient", grant)
    }

    fn label(&self) -> String {
        self.file_name.open().to_string()
    }

    async fn extras(_cx: &mut Cx, rows: &[Self]) -> Result<Vec<DocumentExtra>, Error> {
        let extra = |row: &PatientDocument| DocumentExtra {
            file: format!("/api/documents/{}/download/", row.meta.id),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.is_new() {
            check_current(cx, change.row.patient.get()).await?;
            let received = cx
                .prepared::<Received>()
                .ok_or_else(|| Error::internal("a document without an upload"))?;
            received.fill(cx, change.row);
        }
        Ok(())
    }
}
