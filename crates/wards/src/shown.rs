//! What an admission is answered with besides its fields.

use std::collections::HashMap;

use kernel::Reach;
use platform::cx::{Cx, among};
use platform::db::Statement;
use platform::error::Error;
use sea_query::Query;

use crate::admission::{Admission, AdmissionExtra, CLINICAL_TEXT};
use crate::bed::Bed;
use crate::days::bed_days;
use crate::ward;

/// A bed's number and ward.
pub(crate) type Place = (String, Option<i64>);

/// Numbers and wards of beds by their ids.
pub(crate) async fn places(
    cx: &mut Cx,
    beds: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Place>, Error> {
    let mut ids: Vec<i64> = beds.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut query = Query::select();
    query
        .columns(["id", "number", "ward"])
        .from("bed")
        .and_where(among(cx.dialect(), Bed::id, &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64, String, Option<i64>)> = cx
        .unscoped("an admission is told with its bed")
        .all(statement)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, number, ward)| (id, (number, ward)))
        .collect())
}

pub(crate) async fn extras(cx: &mut Cx, rows: &[Admission]) -> Result<Vec<AdmissionExtra>, Error> {
    let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
    let places = places(cx, rows.iter().map(|row| row.bed.get())).await?;
    let wards = ward::names(cx, places.values().filter_map(|(_, ward)| *ward)).await?;
    let reads_texts = cx.grant_of(CLINICAL_TEXT).reach != Reach::None;
    let today = cx.today();
    let mut extras = Vec::with_capacity(rows.len());
    for row in rows {
        let place = places.get(&row.bed.get());
        let ward = place.and_then(|(_, ward)| *ward);
        let admitted = cx.app.zone.to_local(row.admitted_at).date();
        extras.push(AdmissionExtra {
            patient_name: patients
                .get(&row.patient.get())
                .cloned()
                .unwrap_or_default(),
            bed_number: place.map(|(number, _)| number.clone()).unwrap_or_default(),
            ward,
            ward_id: ward,
            ward_name: ward
                .and_then(|ward| wards.get(&ward).cloned())
                .unwrap_or_default(),
            length_of_stay: row.bed_days.unwrap_or_else(|| bed_days(admitted, today)),
            reason: reads_texts.then(|| row.reason.open().to_string()),
            discharge_summary: reads_texts.then(|| {
                let summary = row.discharge_summary.open();
                summary.as_ref().map(ToString::to_string)
            }),
        });
    }
    Ok(extras)
}
