//! `GET documents/{id}/download/`: the content, as it was uploaded.

use platform::access::Right;
use platform::audit::Action;
use platform::cx::Cx;
use platform::error::Error;
use platform::files::FileKey;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use platform::route::Route;
use uuid::Uuid;

use crate::patient_document::PatientDocument;

/// The operation.
pub(crate) fn route() -> Operation {
    Route::get("documents", "documents/{id}/download/", |cx, call| {
        Box::pin(download(cx, call))
    })
    .with::<PatientDocument>(Right::Read, Without::Nothing)
    .patient_data()
    .answers_file("application/octet-stream")
    .summary("Download a document")
    .description("The content as it was uploaded, always as an attachment: a browser saves it and never runs it.")
    .done()
}

async fn download(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: PatientDocument = cx.load(call.id()?).await?;
    cx.saw_record(&row);
    cx.seen_as(Action::Export, "documents/{id}/download/");
    let file = Uuid::try_parse(&row.file).map_err(Error::internal)?;
    let key = FileKey::from_text(row.file_key.open())?;
    let size = u64::try_from(row.size).map_err(Error::internal)?;
    let content = cx.app.files.read(file, key, size);
    let mut reply = Reply::download(
        row.content_type.as_str(),
        row.file_name.open(),
        Box::pin(content),
    );
    reply.header("content-length", &size.to_string());
    Ok(reply)
}
