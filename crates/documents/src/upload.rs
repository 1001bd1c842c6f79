//! `POST documents/` and `POST patients/{id}/documents/`: a form with a file.
//!
//! The file is received, looked at and stored before the transaction begins, and removed again if the
//! transaction does not commit.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use platform::access::Right;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::files::{FileKey, Pending, SealedReader, UploadedFile, receive};
use platform::http::call::{Call, Prepared, Reply};
use platform::operation::{Operation, Without};
use platform::record::Body;
use platform::resource::create_from;
use platform::route::Route;
use platform::seal::Sealed;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use platform::unit::Opening;

use crate::docx::{self, Refusal};
use crate::kind::{DocumentKind, kind};
use crate::patient_document::PatientDocument;

/// A form that was received: its file is stored and of a known kind.
pub(crate) struct Received {
    fields: Body,
    kind: DocumentKind,
    file: String,
    key: FileKey,
    name: String,
    size: i64,
    sha256: String,
    pending: Mutex<Pending>,
}

impl Received {
    /// Writes what is known of the file into a new row.
    pub(crate) fn fill(&self, cx: &Cx, row: &mut PatientDocument) {
        row.file_name = Sealed::new(Line::cut(&self.name));
        row.content_type = self.kind;
        row.size = self.size;
        row.sha256 = Sealed::new(Line::cut(&self.sha256));
        row.uploaded_at = cx.now();
        row.uploaded_by = cx.actor.user_id().map(Ref::new);
        row.file = Line::cut(&self.file);
        row.file_key = Sealed::new(Line::cut(&self.key.to_text()));
    }
}

platform::input! {
    /// The form's fields, besides `file`, which carries the document.
    pub struct DocumentForm {
        /// The patient whom it is about; not needed below `patients/{id}/`.
        patient: Option<i64>,
        /// What it shows, at most 255 characters.
        description: platform::field::Blank<255>,
    }
}

/// The operation at a path.
pub(crate) fn route(path: &str, tag: &'static str) -> Operation {
    Route::post(tag, path, |cx, call| Box::pin(create(cx, call)))
        .with::<PatientDocument>(Right::Create, Without::Forbidden)
        .before(|app, opening, call| before(app, opening, call))
        .patient_data()
        .uploads()
        .takes::<DocumentForm>()
        .answers_record::<PatientDocument>(201)
        .conflicts()
        .summary("Upload a document of a patient")
        .description(
            "A `multipart/form-data` form with the document in `file`. What it is follows from its content: PDF, PNG, \
             JPEG, WebP, DICOM, DOCX without macros, or plain UTF-8 text; anything else is refused under `file`. A file \
             name is cut to its last component.",
        )
        .done()
}

fn before<'a>(
    app: &'a Arc<App>,
    _opening: &'a Opening,
    call: &'a Call,
) -> BoxFuture<'a, Result<Prepared, Error>> {
    Box::pin(async move {
        let form = receive(&app.files, call, app.settings.max_upload_bytes).await?;
        let file = form
            .file
            .ok_or_else(|| Error::field("file", Text::new("required")))?;
        let kind = judged(app, &file).await?;
        let identity = json!([file.sha256, file.name, form.fields.0]);
        let received = Received {
            fields: form.fields,
            kind,
            file: file.file.to_string(),
            key: file.key,
            name: file.name,
            size: i64::try_from(file.size).map_err(Error::internal)?,
            sha256: file.sha256,
            pending: Mutex::new(file.pending),
        };
        Ok(Prepared::of(received).identified_by(identity.to_string()))
    })
}

/// What a stored file is; 400 under `file` for what is not taken.
async fn judged(app: &Arc<App>, file: &UploadedFile) -> Result<DocumentKind, Error> {
    let refused = |key| Err(Error::field("file", Text::new(key)));
    // What a browser sends where no file was chosen.
    if file.size == 0 {
        return refused("documents-empty");
    }
    let Some(kind) = kind(&file.head, file.is_text) else {
        return refused("documents-kind");
    };
    if kind != DocumentKind::Docx {
        return Ok(kind);
    }
    let reader = SealedReader::new(
        app.files.clone(),
        file.file,
        file.key.clone(),
        file.size,
        tokio::runtime::Handle::current(),
    );
    let size = file.size;
    let checked = tokio::task::spawn_blocking(move || docx::check(reader, size)).await;
    match checked.map_err(Error::internal)? {
        Ok(()) => Ok(kind),
        Err(Refusal::NoDocument) => refused("documents-kind"),
        Err(Refusal::Macros) => refused("documents-macros"),
        Err(Refusal::Bomb) => refused("documents-unpacks"),
    }
}

async fn create(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let received = cx
        .prepared::<Received>()
        .ok_or_else(|| Error::internal("a document without an upload"))?;
    let mut body = received.fields.clone();
    if !call.param("id").is_empty() {
        let above: patients::Patient = cx.find(call.id()?).await?;
        body.check_path("patient", above.meta.id)?;
        body.0.insert("patient".to_owned(), json!(above.meta.id));
        body.0.remove("patient_id");
    }
    body.fold(&[("patient", "")])?;
    if body.0.get("description").is_none_or(Json::is_null) {
        body.0.insert("description".to_owned(), json!(""));
    }
    cx.once_committed(Box::pin(async move {
        let mut pending = received.pending.lock();
        pending
            .as_mut()
            .unwrap_or_else(|poisoned| PoisonError::get_mut(poisoned))
            .keep();
    }));
    create_from::<PatientDocument>(cx, call, body).await
}
