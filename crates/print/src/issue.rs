//! Issuing a document: the record of it, what stands on every page, and the file as an answer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use identity::user::User;
use jiff::Timestamp;
use kernel::Language;
use paper::documents::{Allergies, Form};
use paper::{Hospital, Printed, Sheet, Verification};
use parking_lot::Mutex;
use patients::Patient;
use platform::audit::Action;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Hex, Ref};
use platform::http::call::{Call, Reply, ReplyBody};
use platform::record::Meta;
use platform::resource::Resource;
use platform::texts::Text;
use platform::unit::{self, Opening};

use crate::{PrintedKind, code};

platform::record! {
    /// A document that was printed. Which record it shows is kept, what stood on it is not.
    pub struct PrintedDocument in "printed_document" for patient {
        client {}
        server {
            /// What was printed.
            kind: PrintedKind = PrintedKind::Invoice,
            /// The id of the record that it shows.
            object: i64 = 0,
            /// The patient whom it is about.
            patient: Option<Ref<Patient>> = None,
            /// The user who printed it.
            issued_by: Option<Ref<User>> = None,
            /// When it was printed.
            issued_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
        hidden {
            /// SHA-256 of the code that stands on it.
            code_hash: Hex = Hex::default(),
        }
    }
}

/// What is issued.
#[derive(Clone, Copy, Debug)]
pub struct Issue {
    /// What kind of document.
    pub kind: PrintedKind,
    /// The id of the record that it shows.
    pub object: i64,
    /// The patient whom it is about.
    pub patient: Option<i64>,
}

/// The id in `print/{what}/{id}.pdf`, with or without the ending.
///
/// # Errors
/// 404: what is no number names no record.
pub fn id_of(call: &Call) -> Result<i64, Error> {
    let name = call.param("id");
    name.strip_suffix(".pdf")
        .unwrap_or(name)
        .parse()
        .ok()
        .filter(|id| *id > 0)
        .ok_or_else(Error::not_found)
}

/// Puts the document on record and answers what every form has: hospital, paper (`?paper=`, one of `sheets`,
/// the first when it is left out), language (`?language=`, else `reader`), moment, and the code to check it by.
///
/// # Errors
/// 400 under `paper` or `language` for what is not offered, and when the database fails.
pub async fn form(
    cx: &mut Cx,
    call: &Call,
    issue: Issue,
    sheets: &[Sheet],
    reader: Language,
) -> Result<Form, Error> {
    let plain = plain_form(cx, call, sheets, reader)?;
    let code = code::new()?;
    let code_hash = Hex(code::hash(&code).unwrap_or_default());
    let row = PrintedDocument {
        meta: Meta::unstored(),
        kind: issue.kind,
        object: issue.object,
        patient: issue.patient.map(Ref::new),
        issued_by: cx.actor.user_id().map(Ref::new),
        issued_at: cx.now(),
        code_hash,
    };
    let opening = Opening {
        actor: cx.actor.clone(),
        origin: cx.origin.clone(),
        reach: cx.grant().reach,
    };
    unit::write(&cx.app.clone(), &opening, move |cx| {
        let mut row = row.clone();
        Box::pin(async move { cx.insert(&mut row).await })
    })
    .await?;
    let settings = &cx.app.settings;
    let base = settings
        .public_url
        .clone()
        .unwrap_or_else(|| call.head.base());
    let url = format!("{}/api/verify/{code}/", base.trim_end_matches('/'));
    Ok(Form {
        verification: Some(Verification { url, code }),
        ..plain
    })
}

/// The same for what proves nothing, such as a card: it is not issued, and carries no code to check it by.
///
/// # Errors
/// 400 under `paper` or `language` for what is not offered.
pub fn plain_form(cx: &Cx, call: &Call, sheets: &[Sheet], reader: Language) -> Result<Form, Error> {
    Ok(Form {
        sheet: sheet(call, sheets)?,
        language: language(call, reader)?,
        hospital: hospital(&cx.app.settings),
        issued: cx.app.zone.to_local(cx.now()),
        verification: None,
    })
}

/// Whom a document is about, and the language that they read.
///
/// # Errors
/// 404 when the patient is out of the caller's reach.
pub async fn about(cx: &mut Cx, patient: i64) -> Result<(Patient, Language), Error> {
    let row: Patient = cx.find(patient).await?;
    let reader = Language::parse(row.preferred_language.as_str()).unwrap_or_default();
    Ok((row, reader))
}

/// The patient's allergies as documents show them.
///
/// # Errors
/// When the database fails.
pub async fn allergies(cx: &mut Cx, row: &Patient) -> Result<Allergies, Error> {
    let mut extras = Patient::extras(cx, std::slice::from_ref(row)).await?;
    let said = extras.pop().and_then(|extra| extra.known_allergies);
    Ok(match said {
        None => Allergies::Withheld,
        Some(said) if said.trim().is_empty() => Allergies::NotAsked,
        Some(said) if patients::substances(&said).is_empty() => Allergies::Denied(said),
        Some(list) => Allergies::Known(list),
    })
}

fn sheet(call: &Call, sheets: &[Sheet]) -> Result<Sheet, Error> {
    let first = sheets.first().copied().unwrap_or_default();
    let Some(asked) = call.query("paper").filter(|text| !text.trim().is_empty()) else {
        return Ok(first);
    };
    Sheet::named(asked)
        .filter(|sheet| sheets.contains(sheet))
        .ok_or_else(|| {
            let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name()).collect();
            unknown("paper", asked, &names.join(", "))
        })
}

fn language(call: &Call, reader: Language) -> Result<Language, Error> {
    match call
        .query("language")
        .filter(|text| !text.trim().is_empty())
    {
        None => Ok(reader),
        Some(asked) => Language::parse(asked).map_err(|_| unknown("language", asked, "en, fr, sw")),
    }
}

fn unknown(field: &str, value: &str, choices: &str) -> Error {
    let text = Text::new("not-a-choice")
        .with("value", value.to_owned())
        .with("choices", choices.to_owned());
    Error::field(field, text)
}

/// A file's bytes; `None` for one that cannot be read.
type Logo = Option<Arc<Vec<u8>>>;

/// Logos by their files, read once.
static LOGOS: LazyLock<Mutex<HashMap<PathBuf, Logo>>> = LazyLock::new(Mutex::default);

fn logo(path: &Path) -> Option<Vec<u8>> {
    let mut logos = LOGOS.lock();
    let read = || std::fs::read(path).ok().map(Arc::new);
    let logo = logos.entry(path.to_owned()).or_insert_with(read);
    logo.as_deref().cloned()
}

/// The hospital as the settings name it.
fn hospital(settings: &platform::settings::Settings) -> Hospital {
    let lines = settings.hospital_address.as_deref().unwrap_or_default();
    Hospital {
        name: settings.hospital_name.clone().unwrap_or_default(),
        lines: lines
            .split(';')
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        logo: settings.hospital_logo.as_deref().and_then(logo),
    }
}

/// The patient as documents show them.
#[must_use]
pub fn patient(row: &Patient, language: Language) -> paper::documents::Patient {
    paper::documents::Patient {
        name: format!("{} {}", row.first_name.open(), row.last_name.open()),
        number: row.unique_id.open().to_string(),
        born: Some(*row.date_of_birth.open()),
        born_about: row.birth_estimated,
        sex: sex(row.gender.as_str(), language).to_owned(),
    }
}

/// A recorded gender in the reader's words.
#[must_use]
pub fn sex(gender: &str, language: Language) -> &'static str {
    match (gender, language) {
        ("Male", Language::En) => "Male",
        ("Male", Language::Fr) => "Masculin",
        ("Male", Language::Sw) => "Mwanaume",
        ("Female", Language::En) => "Female",
        ("Female", Language::Fr) => "Féminin",
        ("Female", Language::Sw) => "Mwanamke",
        ("Other", Language::En) => "Other",
        ("Other", Language::Fr) => "Autre",
        ("Other", Language::Sw) => "Nyingine",
        _ => "",
    }
}

/// Lays the document out beside the async workers and answers the file, to be shown by the browser.
///
/// # Errors
/// When the document could not be made, which is our own fault.
pub async fn answer(
    cx: &mut Cx,
    what: &'static str,
    id: i64,
    print: impl FnOnce() -> Result<Printed, paper::Error> + Send + 'static,
) -> Result<Reply, Error> {
    let printed = tokio::task::spawn_blocking(print)
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    cx.seen_as(Action::Print, what);
    let mut reply = Reply::empty(http::StatusCode::OK);
    reply.header("content-type", "application/pdf");
    reply.header(
        "content-disposition",
        &format!("inline; filename=\"{what}-{id}.pdf\""),
    );
    // What was printed a moment ago may be out of date: it is made anew each time.
    reply.header("cache-control", "no-store");
    reply.body = ReplyBody::Whole(Bytes::from(printed.pdf));
    Ok(reply)
}
