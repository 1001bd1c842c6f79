//! The laboratory order: what a doctor wants to know of a patient, and how far it is.

use std::collections::HashMap;

use clinical::encounter::{Encounter, check_unsigned, hold_open, is_open};
use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Reach};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::resource::{Besides, Change, Resource, Said};
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};
use serde::Serialize;
use serde_json::Value as Json;

use crate::order_verbs::Review;
use crate::reference::Pregnancy;
use crate::state::{LabOrderStatus, Stages, step};
use crate::turnaround::LabPriority;
use crate::view::{self, ItemView};
use crate::{due, items, order_news, reviewed};

platform::record! {
    /// Laboratory tests ordered for a patient in an encounter. A patient sees an order and its results once a doctor has reviewed them.
    pub struct LabOrder in "lab_order" for patient {
        client {
            /// Encounter in which it is ordered; cannot be changed.
            encounter: Ref<Encounter>,
            /// What is asked for in words, where no test of the catalogue is named. Like the specimen, priority and pregnancy that were said, it stays once the encounter is signed (409 `encounter_signed`).
            test_name: Sealed<Blank<255>>,
            /// Specimen to be taken.
            specimen_type: Sealed<Blank<100>>,
            /// How far it is: `Ordered`, `Collected`, `In Progress`, `Completed`, `Reviewed` or `Cancelled`. A change is checked like the verb of the same name; entering results changes it as well.
            status: LabOrderStatus = LabOrderStatus::Ordered,
            /// Urgency: routine, urgent or stat.
            priority: LabPriority = LabPriority::Routine,
            /// Pregnancy of the patient, by trimester (`1`, `2`, `3`) or `any`: chooses reference ranges. Not pregnant or not known when null.
            pregnancy: Option<Pregnancy>,
            /// Results as text, such as a report that has no values. A change after the review needs a new review.
            result_details: Sealed<Blank<65536>>,
        }
        server {
            /// Patient of the encounter.
            patient: Ref<Patient> = Ref::new(0),
            /// Doctor who ordered, and who is told of critical values.
            ordered_by: Option<Ref<User>> = None,
            /// When it was ordered, in UTC.
            order_date: Timestamp = Timestamp::UNIX_EPOCH,
            /// When the specimen was taken; when the first result was entered, if nobody noted it before.
            collected_at: Option<Timestamp> = None,
            /// When the last result should be there, by the catalogue's target times, or 60 minutes for `stat`, 4 hours for `urgent` and 24 for `routine` where it has none: from when the specimen was taken, and before that from when it was ordered. Null for a routine order without a specimen.
            due_at: Option<Timestamp> = None,
            /// When the last result was there.
            completed_at: Option<Timestamp> = None,
            /// Doctor who reviewed the results.
            reviewed_by: Option<Ref<User>> = None,
            /// When the results were reviewed.
            reviewed_at: Option<Timestamp> = None,
            /// When results that the patient could see were withdrawn, since one of them was corrected; null again once they are reviewed.
            withdrawn_at: Option<Timestamp> = None,
            /// Earlier versions of `result_details` that had been completed, each below the time at which it was replaced.
            earlier_result_details: Sealed<Blank<65536>> = Sealed::new(Blank::default()),
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct LabOrderExtra {
    /// Patient's given and family name.
    pub patient_name: String,
    /// Name of the doctor who ordered.
    pub ordered_by_name: String,
    /// The tests of the order with their results.
    pub items: Vec<ItemView>,
}

impl LabOrder {
    pub(crate) fn stages(&self) -> Stages {
        Stages {
            collected_at: self.collected_at,
            completed_at: self.completed_at,
            reviewed_at: self.reviewed_at,
        }
    }

    fn enter(&mut self, stages: Stages) {
        self.collected_at = stages.collected_at;
        self.completed_at = stages.completed_at;
        self.reviewed_at = stages.reviewed_at;
    }
}

/// The refusal of a step that the order's state does not allow.
pub(crate) fn not_from(status: LabOrderStatus) -> Error {
    let text = Text::new("laboratory-state").with("state", status.as_str());
    Error::refuse(Code::StateConflict, text).with("status", status.as_str())
}

/// Orders that a patient may see.
pub(crate) fn shown_to_patients() -> SelectStatement {
    let mut query = Query::select();
    query
        .column((Alias::new("shown"), Alias::new("id")))
        .from_as(Alias::new("lab_order"), Alias::new("shown"))
        .and_where(
            Expr::col((Alias::new("shown"), Alias::new("status")))
                .eq(LabOrderStatus::Reviewed.as_str()),
        )
        .and_where(Expr::col((Alias::new("shown"), Alias::new("voided_at"))).is_null());
    query
}

/// The rows of a patient-record table of the laboratory in a grant's reach; patients see those of reviewed orders.
pub(crate) fn within(table: &'static str, order: Expr, grant: &Grant) -> Scope {
    match (reach(table, "patient", grant), grant.reach) {
        (Scope::Where(own), Reach::Own) => Scope::Where(
            Condition::all()
                .add(own)
                .add(order.in_subquery(shown_to_patients())),
        ),
        (scope, _) => scope,
    }
}

/// Who may do what with orders, their items and results.
pub(crate) fn access() -> Access {
    use BuiltinRole::{Admin, Doctor, LabTechnician, Nurse, Patient};
    Access::nobody()
        .role(Admin, "crud")
        .roles(&[Doctor, LabTechnician], "cru")
        .roles(&[Nurse, Patient], "r")
}

impl Resource for LabOrder {
    const PATH: &'static str = "lab_orders";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const BESIDES: &'static [Besides] = &[Besides {
        name: "items",
        verbs: "c",
        schema: || {
            platform::resource::items::<crate::LabOrderItem>(
                "lab_order",
                "The tests that are ordered.",
            )
        },
    }];
    const FILTERS: &'static [Column<Self>] = &[
        LabOrder::patient,
        LabOrder::encounter,
        LabOrder::status,
        LabOrder::priority,
        LabOrder::ordered_by,
        LabOrder::order_date,
        LabOrder::due_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        LabOrder::order_date,
        LabOrder::status,
        LabOrder::priority,
        LabOrder::due_at,
    ];
    const LIST: &'static [Column<Self>] = &[
        LabOrder::order_date,
        LabOrder::patient,
        LabOrder::test_name,
        LabOrder::priority,
        LabOrder::status,
        LabOrder::ordered_by,
        LabOrder::due_at,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-order",
            &[
                LabOrder::encounter,
                LabOrder::test_name,
                LabOrder::specimen_type,
                LabOrder::priority,
                LabOrder::pregnancy,
            ],
        ),
        (
            "group-result",
            &[LabOrder::status, LabOrder::result_details],
        ),
    ];
    type Extra = LabOrderExtra;

    fn access() -> Access {
        access()
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.order_date)]
    }

    fn scope(grant: &Grant) -> Scope {
        within("lab_order", Expr::from(LabOrder::id), grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        match change.before {
            None => {
                let named = change.body.0.get("items").and_then(Json::as_array);
                if named.is_some_and(Vec::is_empty) && change.row.test_name.open().is_empty() {
                    let text = Text::new("laboratory-nothing-ordered");
                    return Err(Error::field("items", text));
                }
                place(cx, change.row).await?;
            }
            Some(before) => {
                if changes_what_was_ordered(change.row, before) {
                    check_unsigned(cx, before.encounter.get()).await?;
                }
                keep(cx, change.row, before)?;
            }
        }
        let was = change
            .before
            .map_or(LabOrderStatus::Ordered, |before| before.status);
        if change.row.status != was {
            advance(cx, change.row, was).await?;
        }
        if let Some(before) = change.before {
            due::set(cx, change.row, before).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if change.is_new() {
            let items = items::ordered(cx, change.row, change.body).await?;
            return items::added(cx, change.row.clone(), &items).await.map(drop);
        }
        if change.changed(|row| row.status) {
            order_news::moved(cx, change.row)?;
            if change.row.status == LabOrderStatus::Reviewed {
                reviewed::follow(cx, change.row).await?;
            }
        }
        Ok(())
    }

    /// An order that was a mistake goes with its tests, as long as none has a result: then it is cancelled.
    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        check_unsigned(cx, row.encounter.get()).await?;
        items::remove_all(cx, row.meta.id).await?;
        if row.status == LabOrderStatus::Cancelled {
            return Ok(());
        }
        order_news::gone(cx, row)
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_open(cx, row.encounter.get()).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<LabOrderExtra>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let doctors = rows.iter().filter_map(|row| row.ordered_by);
        let doctors = identity::names(cx, doctors.map(|user| user.get())).await?;
        let orders: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let mut items = view::of_orders(cx, &orders).await?;
        let name = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let extras = rows.iter().map(|row| LabOrderExtra {
            patient_name: name(&patients, row.patient.get()),
            ordered_by_name: row
                .ordered_by
                .map_or_else(String::new, |user| name(&doctors, user.get())),
            items: items.remove(&row.meta.id).unwrap_or_default(),
        });
        Ok(extras.collect())
    }

    async fn changeable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.status != LabOrderStatus::Cancelled)
    }
}

/// Fills in what a new order takes from its encounter, which must be open until the order is stored.
async fn place(cx: &mut Cx, row: &mut LabOrder) -> Result<(), Error> {
    let encounter = hold_open(cx, row.encounter.get()).await?;
    patients::check_current(cx, encounter.patient.get()).await?;
    row.patient = encounter.patient;
    row.order_date = cx.now();
    let caller = cx.actor.user();
    let doctor = caller.filter(|user| user.role == Some(BuiltinRole::Doctor.id()));
    row.ordered_by = doctor.map(|user| Ref::new(user.id)).or(encounter.doctor);
    Ok(())
}

/// Whether a doctor's words are changed. What was left open, such as the specimen, the laboratory may say after the
/// encounter was signed.
fn changes_what_was_ordered(row: &LabOrder, before: &LabOrder) -> bool {
    let rewritten = |now: &str, was: &str| !was.is_empty() && now != was;
    **row.test_name.open() != **before.test_name.open()
        || rewritten(row.specimen_type.open(), before.specimen_type.open())
        || row.priority != before.priority
        || (before.pregnancy.is_some() && row.pregnancy != before.pregnancy)
}

/// What may not change any more, and what is kept when it does.
fn keep(cx: &Cx, row: &mut LabOrder, before: &LabOrder) -> Result<(), Error> {
    if row.encounter != before.encounter {
        return Err(Error::field(
            "encounter",
            Text::new("laboratory-order-fixed"),
        ));
    }
    let asked = |row: &LabOrder| {
        let texts = [
            row.test_name.open().to_string(),
            row.specimen_type.open().to_string(),
        ];
        (texts, row.priority, row.pregnancy)
    };
    if asked(row) != asked(before) && !before.status.is_open() {
        return Err(not_from(before.status));
    }
    if **row.result_details.open() == **before.result_details.open() {
        return Ok(());
    }
    match before.status {
        LabOrderStatus::Cancelled => Err(not_from(before.status)),
        LabOrderStatus::Completed | LabOrderStatus::Reviewed => {
            let earlier = before.earlier_result_details.open();
            let replaced = before.result_details.open();
            if !replaced.is_empty() {
                let kept = format!("{}\n{}\n\n{}", cx.now(), &**replaced, &**earlier);
                row.earlier_result_details = Sealed::new(Blank::cut(&kept));
            }
            if row.status == LabOrderStatus::Reviewed {
                row.status = LabOrderStatus::Completed;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A step of the order, as a verb or by writing the status.
async fn advance(cx: &mut Cx, row: &mut LabOrder, was: LabOrderStatus) -> Result<(), Error> {
    let stages = step(was, row.status, row.stages(), cx.now()).ok_or_else(|| not_from(was))?;
    row.enter(stages);
    row.reviewed_by = None;
    if was == LabOrderStatus::Reviewed {
        row.withdrawn_at = Some(cx.now());
    }
    match row.status {
        LabOrderStatus::Reviewed => {
            // Writing the status needs what the verb needs.
            if cx.grant_of(Review::PERMISSION).reach == Reach::None {
                return Err(Error::denied());
            }
            identity::as_oneself(cx)?;
            row.reviewed_by = cx.actor.user_id().map(Ref::new);
            row.withdrawn_at = None;
        }
        LabOrderStatus::Cancelled if items::has_results(cx, row.meta.id).await? => {
            let text = Text::new("laboratory-cancel-with-results");
            return Err(Error::refuse(Code::StateConflict, text));
        }
        _ => {}
    }
    Ok(())
}
