//! Bookings of rooms and equipment.

use identity::user::User;
use jiff::Timestamp;
use kernel::{Code, Reach};
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Field, Line, Ref};
use platform::record::Body;
use platform::record::Column;
use platform::resource::Resource;
use platform::resource::{Besides, Change};
use platform::seal::Sealed;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait, Query};
use serde::Serialize;

use crate::schedulable_resource::{self, SchedulableResource};
use crate::slot::hours_and_minutes;

/// As many as are booked at once.
const MOST: usize = 100;

platform::choice! {
    /// Where a booking stands.
    pub enum BookingStatus {
        /// Agreed.
        Scheduled = "Scheduled",
        /// Over; the time was used.
        Completed = "Completed",
        /// Given back.
        Cancelled = "Cancelled" | "canceled",
    }
}

platform::record! {
    /// A stretch of time for which a room or device is booked. Bookings of one never overlap, unless they are cancelled; those that touch are fine. A create may name several as `resources` instead: all are booked or none, and the answer is an array.
    pub struct ResourceBooking in "resource_booking" for patient {
        client {
            /// The room or device that is booked.
            resource: Ref<SchedulableResource>,
            /// The user who books; the caller when it is left out.
            booked_by: Option<Ref<User>>,
            /// The patient for whom it is booked; null when it is for none.
            patient: Option<Ref<Patient>>,
            /// When the booking begins.
            start_time: Timestamp,
            /// When the booking ends: the first moment that is free again.
            end_time: Timestamp,
            /// What it is booked for, such as `X-ray chest`.
            purpose: Sealed<Option<Line<500>>>,
            /// State of the booking. A cancelled one leaves its time free for others.
            status: BookingStatus = BookingStatus::Scheduled,
        }
        server {}
        hidden {}
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BookingExtra {
    /// Name of the room or device.
    pub resource_name: String,
}

impl Resource for ResourceBooking {
    const PATH: &'static str = "resource-bookings";
    const PATIENT_DATA: bool = true;
    const PATIENT_CHANGES: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        ResourceBooking::resource,
        ResourceBooking::booked_by,
        ResourceBooking::patient,
        ResourceBooking::status,
        ResourceBooking::start_time,
    ];
    const ORDERING: &'static [Column<Self>] = &[ResourceBooking::start_time];
    const LIST: &'static [Column<Self>] = &[
        ResourceBooking::start_time,
        ResourceBooking::end_time,
        ResourceBooking::resource,
        ResourceBooking::patient,
        ResourceBooking::booked_by,
        ResourceBooking::status,
    ];
    const BESIDES: &'static [Besides] = &[Besides {
        name: "resources",
        verbs: "c",
        schema: || {
            json!({
                "type": "array",
                "items": { "type": "integer", "format": "int64" },
                "description": "Several rooms or devices that are booked together, all or none, in the place of `resource`. The answer is the list of bookings.",
            })
        },
    }];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                ResourceBooking::resource,
                ResourceBooking::patient,
                ResourceBooking::booked_by,
                ResourceBooking::purpose,
            ],
        ),
        (
            "group-when",
            &[
                ResourceBooking::start_time,
                ResourceBooking::end_time,
                ResourceBooking::status,
            ],
        ),
    ];
    type Extra = BookingExtra;

    fn access() -> Access {
        schedulable_resource::access()
    }

    fn label(&self) -> String {
        self.purpose
            .open()
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// Bookings for nobody in particular are everybody's who sees more than their own.
    fn scope(grant: &Grant) -> Scope {
        match (grant.reach, reach("resource_booking", "patient", grant)) {
            (Reach::Assigned, Scope::Where(theirs)) => Scope::Where(
                Condition::any()
                    .add(theirs)
                    .add(ResourceBooking::patient.is_null()),
            ),
            (_, scope) => scope,
        }
    }

    async fn several(cx: &mut Cx, body: &Body) -> Result<Option<Vec<Body>>, Error> {
        let Some(wanted) = body.0.get("resources") else {
            return Ok(None);
        };
        let wrong = || {
            Error::field(
                "resources",
                Text::new("scheduling-resources").with("max", MOST),
            )
        };
        let wanted = wanted.as_array().ok_or_else(wrong)?;
        let mut ids = Vec::new();
        for one in wanted {
            let id = Ref::<SchedulableResource>::parse(one)
                .map_err(|_| wrong())?
                .get();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() || ids.len() > MOST {
            return Err(wrong());
        }
        // All at once, so that two who want the same things in another order do not wait for each other.
        let things: Vec<(&str, i64)> = ids.iter().map(|id| ("resource", *id)).collect();
        cx.take_turn(&things).await?;
        let bodies = ids.into_iter().map(|id| {
            let mut one = body.clone();
            one.0.remove("resources");
            one.0.insert("resource".to_owned(), Json::from(id));
            one
        });
        Ok(Some(bodies.collect()))
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        if row.end_time <= row.start_time {
            return Err(Error::field(
                "end_time",
                Text::new("scheduling-end-before-start"),
            ));
        }
        if row.booked_by.is_none() {
            row.booked_by = match before {
                Some(before) => before.booked_by,
                None => cx.actor.user_id().map(Ref::new),
            };
        }
        if let Some(patient) = row.patient
            && before.is_none_or(|before| before.patient != row.patient)
        {
            patients::check_current(cx, patient.get()).await?;
        }
        let takes_time = row.status != BookingStatus::Cancelled
            && before.is_none_or(|before| {
                before.status == BookingStatus::Cancelled
                    || before.resource != row.resource
                    || before.start_time != row.start_time
                    || before.end_time != row.end_time
            });
        if takes_time {
            check_free(cx, row).await?;
        }
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<BookingExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.resource.get()).collect();
        let mut query = Query::select();
        query
            .columns(["id", "name"])
            .from("schedulable_resource")
            .and_where(among(cx.dialect(), SchedulableResource::id, &ids));
        let statement = Statement::build(cx.dialect(), &query);
        let named: Vec<(i64, String)> = cx
            .unscoped("whoever sees a booking sees of what")
            .all(statement)
            .await?;
        let named: std::collections::HashMap<i64, String> = named.into_iter().collect();
        let of = |id| named.get(&id).cloned().unwrap_or_default();
        let extras = rows.iter().map(|row| BookingExtra {
            resource_name: of(row.resource.get()),
        });
        Ok(extras.collect())
    }
}

/// Refuses what is out of use, and names when it is taken. The database refuses overlaps by itself; this
/// is for people.
async fn check_free(cx: &mut Cx, row: &ResourceBooking) -> Result<(), Error> {
    let resource = row.resource.get();
    cx.take_turn(&[("resource", resource)]).await?;
    let found: Option<(String, bool)> = cx
        .unscoped("what can be booked is no secret to whoever books")
        .optional(Statement::raw(
            "SELECT name, is_active FROM schedulable_resource WHERE id = $1",
            values([&resource]),
        ))
        .await?;
    let (name, active) = found.unwrap_or_default();
    if !active {
        let text = Text::new("scheduling-resource-inactive").with("resource", name);
        return Err(Error::field("resource", text));
    }
    let taken: Option<(Timestamp, Timestamp)> = cx
        .unscoped("time is taken whoever may see for whom")
        .optional(Statement::raw(
            "SELECT start_time, end_time FROM (\
             SELECT start_time, end_time FROM resource_booking \
             WHERE resource = $1 AND start_time < $3 AND id <> $4 AND status <> 'Cancelled' \
             ORDER BY start_time DESC LIMIT 1) AS last WHERE end_time > $2",
            values([&resource, &row.start_time, &row.end_time, &row.meta.id]),
        ))
        .await?;
    let Some((from, to)) = taken else {
        return Ok(());
    };
    let (begin, end) = (cx.app.zone.to_local(from), cx.app.zone.to_local(to));
    let text = Text::new("scheduling-resource-taken")
        .with("resource", name)
        .with("date", begin.date())
        .with("from", hours_and_minutes(begin.time()))
        .with("to", hours_and_minutes(end.time()));
    Err(Error::refuse(Code::ResourceOverlap, text)
        .with("resource", resource)
        .with(
            "taken",
            json!({ "start_time": from.to_string(), "end_time": to.to_string() }),
        ))
}
