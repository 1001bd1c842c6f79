//! A patient's documents: what there is, and adding one.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::record::Record;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, Kind, Page, Panel, Screen, Screens, ui};

use crate::kind::DocumentKind;
use crate::patient_document::PatientDocument;

/// Documents of a page.
const PAGE: u64 = 50;

/// The module's page and tab.
pub fn screens() -> Screens {
    Screens::new("documents")
        .screen(
            Screen::new(
                "/patients/{id}/documents",
                PatientDocument::READ,
                |cx, ask| Box::pin(show(cx, ask)),
            )
            .patient_data()
            .watches(&["patient_document"]),
        )
        .panel(Panel::new(
            "patient-tabs",
            PatientDocument::READ,
            50,
            |_, ask, id| {
                Box::pin(
                    async move { Ok(Some(patients::tab(ask, id, "documents", "documents-tab"))) },
                )
            },
        ))
}

async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let before: Option<i64> = ask.query("before").and_then(|text| text.parse().ok());
    let mut rows: Vec<PatientDocument> = resource::rows(cx, PAGE + 1, |query| {
        query
            .and_where(PatientDocument::patient.eq(id))
            .order_by((PatientDocument::TABLE, "id"), Order::Desc);
        if let Some(before) = before {
            query.and_where(PatientDocument::id.lt(before));
        }
    })
    .await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let last = rows
        .last()
        .filter(|_| more)
        .map(|row| row.meta.id.to_string());
    let people = rows.iter().filter_map(|row| row.uploaded_by);
    let people = identity::names(cx, people.map(|user| user.get())).await?;
    let heads = [
        "documents-what",
        "documents-kind-of",
        "documents-when",
        "documents-by",
    ]
    .map(|key| ask.t(key));
    let lines: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let by = row.uploaded_by.and_then(|user| people.get(&user.get()));
            let description = row.description.open().to_string();
            let file = ["/files/documents/", &row.meta.id.to_string()].concat();
            vec![
                html! { span {
                    (ui::link(&file, row.file_name.open()))
                    @if !description.is_empty() { br; (description) }
                } },
                html! { (kind(ask, row.content_type)) ", " (size(ask, row.size)) },
                ask.moment(row.uploaded_at),
                html! { (by.map_or("", String::as_str)) },
            ]
        })
        .collect();
    let body = html! {
        @if rows.is_empty() { (ui::empty(&ask.t("documents-none"), None)) } @else { (ui::table(&heads, &lines)) }
        div.actions {
            @if before.is_some() { (ui::action(&ask.here(&[("before", "")]), &ask.t("documents-newest"))) }
            @if let Some(last) = last { (ui::action(&ask.here(&[("before", &last)]), &ask.t("documents-older"))) }
        }
        (add(ask, id))
    };
    Ok(head.page(ask.t("documents-tab"), &body))
}

/// A further document.
fn add(ask: &Ask, patient: i64) -> Markup {
    if !ask.may_do("documents_post") {
        return html! {};
    }
    let form = ask.form("documents_post").done("done-document");
    ui::panel(
        &ask.t("documents-add"),
        form.show(html! {
            (form.hidden("patient", patient))
            (form.field("file").kind(Kind::File).label("documents-file").hint("documents-file-hint").required(true))
            (form.field("description").label("documents-description").kind(Kind::Text))
            (form.button("documents-upload"))
        }),
    )
}

fn kind(ask: &Ask, kind: DocumentKind) -> String {
    ask.t(match kind {
        DocumentKind::Pdf => "documents-is-pdf",
        DocumentKind::Png | DocumentKind::Jpeg | DocumentKind::Webp => "documents-is-picture",
        DocumentKind::Dicom => "documents-is-dicom",
        DocumentKind::Docx => "documents-is-docx",
        DocumentKind::Text => "documents-is-text",
    })
}

/// How long the content is, in a unit that people know.
fn size(ask: &Ask, bytes: i64) -> String {
    let (key, size) = match bytes {
        ..1_000_000 => ("documents-kilobytes", (bytes + 999) / 1_000),
        _ => ("documents-megabytes", (bytes + 500_000) / 1_000_000),
    };
    ask.say(&Text::new(key).with("size", size))
}
