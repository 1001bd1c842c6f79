//! How a patient is called where people choose one: with what tells namesakes apart.

use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use web::Ask;

use super::{age_of, sex};
use crate::patient::Patient;

/// So many are offered.
const MOST: u64 = 8;

/// Name, age, sex and card number.
pub fn described(cx: &Cx, ask: &Ask, patient: &Patient) -> String {
    let parts = [
        patient.full_name(),
        age_of(ask, patient, cx.today()),
        sex(ask, patient.gender),
        patient.unique_id.open().to_string(),
    ];
    let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    told.join(" · ")
}

/// What pickers and the box above every page find.
pub(super) async fn find(
    cx: &mut Cx,
    ask: &Ask,
    typed: &str,
) -> Result<Vec<(String, String)>, Error> {
    let found: Vec<Patient> = resource::search(cx, typed, MOST).await?;
    let words = |patient: &Patient| {
        let id = patient.meta.id.to_string();
        (id, described(cx, ask, patient))
    };
    Ok(found.iter().map(words).collect())
}
