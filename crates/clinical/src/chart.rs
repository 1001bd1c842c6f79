//! `patients/{id}/chart/` and `timeline/`: a patient's records in one call, and in the order in which they
//! happened. Modules above this one add their own.

use jiff::Timestamp;
use patients::Patient;
use patients::allergy::Allergy;
use platform::access::Right;
use platform::chart::{Entry, Position, TimelineRequest, dated, newest};
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::operation::Without;
use platform::resource::{Resource, View, Visible};
use platform::route::Route;
use platform::serde_json::{Map, Value as Json, json};
use platform::texts::Text;
use scheduling::Appointment;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::alert::{AlertStatus, ClinicalAlert};
use crate::encounter::Encounter;
use crate::history::{FamilyHistory, SurgicalHistory};
use crate::medical_condition::MedicalCondition;
use crate::referral::Referral;
use crate::task::{Task, TaskStatus};
use crate::vaccination::Vaccination;
use crate::vitals::Vitals;

/// Records of one kind in a chart.
const MOST: u64 = 50;
/// Entries of a page of the timeline, when nobody says how many, and at most.
const PAGE: (u64, u64) = (50, 200);

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .chart("allergies", |cx, patient| Box::pin(newest::<Allergy>(cx, patient, None, MOST)))
        .chart("medical_conditions", |cx, patient| {
            Box::pin(newest::<MedicalCondition>(cx, patient, None, MOST))
        })
        .chart("surgical_history", |cx, patient| {
            Box::pin(newest::<SurgicalHistory>(cx, patient, None, MOST))
        })
        .chart("family_history", |cx, patient| {
            Box::pin(newest::<FamilyHistory>(cx, patient, None, MOST))
        })
        .chart("vaccinations", |cx, patient| Box::pin(newest::<Vaccination>(cx, patient, None, MOST)))
        .chart("encounters", |cx, patient| Box::pin(newest::<Encounter>(cx, patient, None, MOST)))
        .chart("vitals", |cx, patient| Box::pin(newest::<Vitals>(cx, patient, None, MOST)))
        .chart("referrals", |cx, patient| Box::pin(newest::<Referral>(cx, patient, None, MOST)))
        .chart("appointments", |cx, patient| Box::pin(newest::<Appointment>(cx, patient, None, MOST)))
        .chart("alerts", |cx, patient| {
            let open = ClinicalAlert::status.eq(AlertStatus::Open.as_str());
            Box::pin(newest::<ClinicalAlert>(cx, patient, Some(Condition::all().add(open)), MOST))
        })
        .chart("tasks", |cx, patient| {
            let open = [TaskStatus::Pending, TaskStatus::InProgress].map(TaskStatus::as_str);
            let open = Condition::all().add(Task::status.is_in(open));
            Box::pin(newest::<Task>(cx, patient, Some(open), MOST))
        })
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Encounter::encounter_date)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Vitals::recorded_at)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Appointment::starts_at)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, MedicalCondition::diagnosed_at)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, SurgicalHistory::date)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Vaccination::date_administered)))
        .route(
            Route::get(Patient::PATH, "patients/{id}/chart/", |cx, call| Box::pin(chart(cx, call)))
                .with::<Patient>(Right::Read, Without::Nothing)
                .patient_data()
                .answers::<Chart>(200)
                .summary("Everything about a patient for one screen")
                .description("At most the 50 newest records of each kind; each kind is empty for callers who may not read it.")
                .done(),
        )
        .route(
            Route::get(Patient::PATH, "patients/{id}/timeline/", |cx, call| {
                Box::pin(timeline(cx, call))
            })
            .with::<Patient>(Right::Read, Without::Nothing)
            .patient_data()
            .answers::<TimelinePage>(200)
            .query(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": PAGE.1, "default": PAGE.0 }),
                "Entries of the answer.",
            )
            .query("cursor", json!({ "type": "string" }), "Where to go on: the `next_cursor` of the answer before.")
            .summary("What happened to a patient, the newest first")
            .done(),
        )
}

/// A patient's chart.
#[derive(Serialize, JsonSchema)]
struct Chart {
    /// The patient's own record.
    patient: Json,
    /// Each kind of record under its name.
    #[serde(flatten)]
    sections: Map<String, Json>,
}

async fn chart(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let patient: Patient = cx.load(call.id()?).await?;
    cx.saw_record(&patient);
    let extra = Patient::extras(cx, std::slice::from_ref(&patient))
        .await?
        .pop();
    let visible = Visible::to::<Patient>(cx, &cx.grant());
    let extra = extra.unwrap_or_default();
    let shown = View::new(&patient, &extra, &visible);
    let shown = serde_json::to_value(&shown).map_err(Error::internal)?;
    let mut sections = Map::new();
    for section in cx.app.clone().registry.chart() {
        let records = (section.load)(cx, patient.meta.id).await?;
        sections.insert(section.name.to_owned(), records);
    }
    Reply::ok(&Chart {
        patient: shown,
        sections,
    })
}

/// A page of a patient's timeline.
#[derive(Serialize, JsonSchema)]
struct TimelinePage {
    /// The entries, the newest first.
    results: Vec<Entry>,
    /// The `cursor` with which the next page is asked for; null at the end.
    next_cursor: Option<String>,
    /// Records that belong here and cannot be read: what kind they are of, their `id`, and a sentence. Empty but for a
    /// database that was damaged.
    damaged: Vec<Map<String, Json>>,
}

async fn timeline(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let patient: Patient = cx.load(call.id()?).await?;
    cx.saw_record(&patient);
    let limit = limit(call)?;
    let cursor = call.query("cursor").filter(|text| !text.is_empty());
    let after = cursor.map(position).transpose()?;
    let (results, next_cursor) = entries(cx, patient.meta.id, after, limit).await?;
    let damaged = cx.damaged().iter();
    let damaged = damaged.map(|damage| cx.app.said_of(cx.origin.language, damage));
    Reply::ok(&TimelinePage {
        results,
        next_cursor,
        damaged: damaged.collect(),
    })
}

/// What happened to a patient after a position in the order of the timeline, as far as the caller may know; and where
/// to go on, if there is more.
pub(crate) async fn entries(
    cx: &mut Cx,
    patient: i64,
    after: Option<Position>,
    limit: u64,
) -> Result<(Vec<Entry>, Option<String>), Error> {
    let asked = TimelineRequest {
        patient,
        after,
        // One more says whether there is a next page.
        most: limit + 1,
    };
    let (mut results, known) = (Vec::new(), cx.damaged().len());
    for source in cx.app.clone().registry.timeline() {
        results.extend(source(cx, &asked).await?);
    }
    results.sort_by_cached_key(Entry::order);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // What cannot be read took up its place all the same.
    let more = results.len() + cx.damaged().len() - known > limit;
    results.truncate(limit);
    let last = results.last().filter(|_| more);
    let next = last.map(|entry| format!("{}~{}~{}", entry.at, entry.kind, entry.id));
    Ok((results, next))
}

fn limit(call: &Call) -> Result<u64, Error> {
    match call.query("limit").filter(|text| !text.is_empty()) {
        None => Ok(PAGE.0),
        Some(text) => match text.parse() {
            Ok(limit @ 1..) => Ok(Ord::min(PAGE.1, limit)),
            _ => Err(Error::field(
                "limit",
                Text::new("bad-page").with("name", "limit"),
            )),
        },
    }
}

/// A position as `next_cursor` writes it.
pub(crate) fn position(text: &str) -> Result<Position, Error> {
    let read = || {
        let mut parts = text.split('~');
        let at: Timestamp = parts.next()?.parse().ok()?;
        let kind = parts.next()?.to_owned();
        let id = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Position { at, kind, id })
    };
    read().ok_or_else(|| Error::field("cursor", Text::new("bad-page").with("name", "cursor")))
}
