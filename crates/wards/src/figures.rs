//! What wards contribute to dashboards and reports.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::{Cx, values};
use platform::db::{Dialect, Statement};
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::report::{DefaultPeriod, Period, Report, ReportRequest};
use platform::resource::Resource;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::bed::{Bed, BedStatus};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("occupied_beds", Bed::READ, |cx, grant| {
                Box::pin(async move {
                    let only = is(BedStatus::Occupied);
                    let count = figure::count::<Bed>(cx, &grant, Some(only)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Nurse]),
        )
        .figure(
            Figure::new("available_beds", Bed::READ, |cx, grant| {
                Box::pin(async move {
                    let only = is(BedStatus::Available);
                    let count = figure::count::<Bed>(cx, &grant, Some(only)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Nurse, Receptionist]),
        )
        .figure(
            Figure::new("beds_to_clean", Bed::READ, |cx, grant| {
                Box::pin(async move {
                    let only = is(BedStatus::Cleaning);
                    let count = figure::count::<Bed>(cx, &grant, Some(only)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Nurse]),
        )
        .report(
            Report::table(
                "operational-reports/bed_occupancy/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(bed_occupancy(cx, asked)),
            )
            .may(Access::may(&[Admin]))
            .summary("How much of the time the beds of each ward were occupied"),
        )
}

fn is(status: BedStatus) -> Condition {
    Condition::all().add(Bed::status.eq(status.as_str()))
}

/// How full a ward was.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct BedOccupancy {
    /// The ward; null for beds outside of wards.
    ward_id: Option<i64>,
    /// The ward's name; empty for beds outside of wards.
    ward_name: String,
    /// Beds that are set up in the ward now.
    beds: i64,
    /// Stays in beds of the ward that began in the period; a transfer into the ward counts as one.
    arrivals: i64,
    /// Time that patients spent in beds of the ward within the period, in days with one decimal.
    occupied_days: f64,
    /// Beds times the days of the period up to now, with one decimal.
    bed_days: f64,
    /// The share of time in which a bed was occupied, from 0 on, with four decimals: `occupied_days` / `bed_days`. More than 1 where beds were taken away since; 0 without beds.
    occupancy_rate: f64,
}

/// From when until when; nothing is known of the future.
fn bounds(cx: &Cx, period: &Period) -> (Timestamp, Timestamp) {
    let day = |day: Option<_>| day.and_then(|day| cx.app.zone.day_bounds(day).ok());
    let from = day(period.start).map_or(Timestamp::UNIX_EPOCH, |(from, _)| from);
    let until = day(period.end).map_or(cx.now(), |(_, until)| until);
    (from, Ord::max(from, Ord::min(until, cx.now())))
}

async fn bed_occupancy(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<BedOccupancy>, Error> {
    let (from, until) = bounds(cx, &asked.period);
    let beds: Vec<(Option<i64>, Option<String>, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(Statement::raw(
            "SELECT b.ward, w.name, count(*) FROM bed b LEFT JOIN ward w ON w.id = b.ward \
             GROUP BY b.ward, w.name",
            Vec::new(),
        ))
        .await?;
    // The seconds of each stay that lie within the period.
    let sql = match cx.dialect() {
        Dialect::Sqlite => {
            "SELECT ward, sum((min(coalesce(ended_at, $2), $2) - max(started_at, $1)) / 1000000), \
             sum(CASE WHEN started_at >= $1 THEN 1 ELSE 0 END) FROM bed_stay \
             WHERE started_at < $2 AND (ended_at IS NULL OR ended_at > $1) AND voided_at IS NULL \
             GROUP BY ward"
        }
        Dialect::Postgres => {
            "SELECT ward, cast(sum(extract(epoch from least(coalesce(ended_at, $2), $2) - greatest(started_at, $1))) as bigint), \
             sum(CASE WHEN started_at >= $1 THEN 1 ELSE 0 END) FROM bed_stay \
             WHERE started_at < $2 AND (ended_at IS NULL OR ended_at > $1) AND voided_at IS NULL \
             GROUP BY ward"
        }
    };
    let stays: Vec<(Option<i64>, i64, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(Statement::raw(sql, values([&from, &until])))
        .await?;
    let stays: BTreeMap<Option<i64>, (i64, i64)> = stays
        .into_iter()
        .map(|(ward, seconds, arrivals)| (ward, (seconds, arrivals)))
        .collect();
    let length = until.duration_since(from).as_secs() as f64 / DAY;
    let mut rows: Vec<BedOccupancy> = beds
        .into_iter()
        .map(|(ward, name, beds)| {
            let (seconds, arrivals) = stays.get(&ward).copied().unwrap_or_default();
            let occupied = seconds as f64 / DAY;
            let possible = beds as f64 * length;
            BedOccupancy {
                ward_id: ward,
                ward_name: name.unwrap_or_default(),
                beds,
                arrivals,
                occupied_days: rounded(occupied, 1),
                bed_days: rounded(possible, 1),
                occupancy_rate: if possible > 0.0 {
                    rounded(occupied / possible, 4)
                } else {
                    0.0
                },
            }
        })
        .collect();
    rows.sort_by(|one, other| one.ward_name.cmp(&other.ward_name));
    Ok(rows)
}

/// Seconds of a day.
const DAY: f64 = 86_400.0;

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
