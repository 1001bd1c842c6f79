//! The board of beds: `beds/board/`.

use std::collections::HashMap;

use jiff::Timestamp;
use platform::access::Scope;
use platform::cx::{Cx, select};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Field;
use platform::http::call::{Call, Reply};
use platform::resource::Resource;
use platform::serde_json::Value as Json;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::bed::{Bed, BedStatus};
use crate::days::bed_days;

/// The most beds that one answer shows.
const MOST: u64 = 2000;

/// A ward with its beds.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct WardBeds {
    /// The ward; null for beds outside of wards.
    pub(crate) ward: Option<i64>,
    /// The same as `ward`.
    pub(crate) ward_id: Option<i64>,
    /// The ward's name; empty for beds outside of wards.
    pub(crate) ward_name: String,
    /// Beds in which a patient lies.
    pub(crate) occupied: usize,
    /// Beds that can be assigned now.
    pub(crate) available: usize,
    /// Beds that are to be cleaned.
    pub(crate) cleaning: usize,
    /// Beds out of use.
    pub(crate) maintenance: usize,
    /// The beds by number.
    pub(crate) beds: Vec<BoardBed>,
}

/// A bed on the board.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BoardBed {
    /// The `id` of the bed.
    pub(crate) id: i64,
    /// Number or name of the bed.
    pub(crate) number: String,
    /// `available`, `occupied`, `cleaning` or `maintenance`.
    pub(crate) status: &'static str,
    /// The patient who lies in it; null when nobody does.
    pub(crate) patient: Option<i64>,
    /// The same as `patient`.
    pub(crate) patient_id: Option<i64>,
    /// The patient's given and family name; null when nobody lies in it.
    pub(crate) patient_name: Option<String>,
    /// The open admission; null when nobody lies in it.
    pub(crate) admission: Option<i64>,
    /// When the patient was admitted.
    pub(crate) admitted_at: Option<String>,
    /// Bed days of the admission if it ended today.
    pub(crate) length_of_stay: Option<i64>,
}

/// Every ward with its beds and who lies in them, wards by name, beds by number.
pub(crate) async fn board(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let mut faults = Faults::new();
    let only = call
        .query("ward")
        .or_else(|| call.query("ward_id"))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .and_then(|text| faults.note("ward", i64::parse(&Json::from(text))));
    faults.into_result()?;
    Reply::ok(&read(cx, only).await?)
}

/// The wards, or one of them, as far as the caller's reach goes.
pub(crate) async fn read(cx: &mut Cx, only: Option<i64>) -> Result<Vec<WardBeds>, Error> {
    // Whom the beds show is noted with them; an empty ward shows nobody.
    cx.saw_nothing();
    let mut query = select::<Bed>();
    query
        .order_by(("bed", "ward"), Order::Asc)
        .order_by(("bed", "number"), Order::Asc)
        .order_by(("bed", "id"), Order::Asc)
        .limit(MOST);
    if let Some(ward) = only {
        query.and_where(Bed::ward.eq(ward));
    }
    match Bed::scope(&cx.grant_of(Bed::READ)) {
        Scope::All => {}
        Scope::Nothing => return Ok(Vec::new()),
        Scope::Where(reach) => {
            query.cond_where(reach);
        }
    }
    let beds: Vec<Bed> = cx
        .unscoped("the scope is part of the query")
        .records(query)
        .await?;
    // Notes whom the answer shows, too.
    let names = Bed::extras(cx, &beds).await?;
    let open = open_admissions(cx).await?;
    let today = cx.today();
    let mut wards: Vec<WardBeds> = Vec::new();
    for (bed, names) in beds.iter().zip(names) {
        let ward = bed.ward.map(|ward| ward.get());
        if wards.last().is_none_or(|last| last.ward != ward) {
            wards.push(WardBeds {
                ward,
                ward_id: ward,
                ward_name: names.ward_name,
                ..WardBeds::default()
            });
        }
        let Some(last) = wards.last_mut() else {
            continue;
        };
        *match bed.status {
            BedStatus::Available => &mut last.available,
            BedStatus::Occupied => &mut last.occupied,
            BedStatus::Cleaning => &mut last.cleaning,
            BedStatus::Maintenance => &mut last.maintenance,
        } += 1;
        let patient = bed.assigned_patient.map(|patient| patient.get());
        let lying = open.get(&bed.meta.id).filter(|_| patient.is_some());
        last.beds.push(BoardBed {
            id: bed.meta.id,
            number: bed.number.to_string(),
            status: bed.status.as_str(),
            patient,
            patient_id: patient,
            patient_name: names.patient_name,
            admission: lying.map(|(admission, _)| *admission),
            admitted_at: lying.map(|(_, at)| at.to_string()),
            length_of_stay: lying.map(|(_, at)| bed_days(cx.app.zone.to_local(*at).date(), today)),
        });
    }
    wards.sort_by(|one, other| one.ward_name.cmp(&other.ward_name));
    Ok(wards)
}

/// Open admissions by bed: as many as patients lie in the hospital.
async fn open_admissions(cx: &mut Cx) -> Result<HashMap<i64, (i64, Timestamp)>, Error> {
    let found: Vec<(i64, i64, Timestamp)> = cx
        .unscoped("shown for beds in the caller's reach only")
        .all(Statement::raw(
            "SELECT bed, id, admitted_at FROM admission \
             WHERE discharged_at IS NULL AND voided_at IS NULL",
            Vec::new(),
        ))
        .await?;
    Ok(found
        .into_iter()
        .map(|(bed, id, at)| (bed, (id, at)))
        .collect())
}
