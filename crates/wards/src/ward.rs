//! Wards: rooms with beds.

use std::collections::HashMap;

use kernel::BuiltinRole::{Admin, Cashier, Doctor, Nurse, Receptionist};
use kernel::Reach;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::Column;
use platform::resource::Resource;
use schemars::JsonSchema;
use sea_query::{Alias, Asterisk, Expr, Func, Query};
use serde::Serialize;

use crate::bed::{Bed, BedStatus};

platform::record! {
    /// A ward of the hospital. Its beds are at `wards/{id}/beds/`.
    pub struct Ward in "ward" {
        client {
            /// The ward's name; unique.
            name: Line<100>,
            /// What the ward is for, or where it is.
            description: Blank<2000>,
            /// How many beds the ward is meant for: 0 to 100000. Beds may be set up in any number.
            capacity: i64 = 0,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct WardExtra {
    /// Beds of the ward in which a patient lies.
    pub occupied: i64,
    /// Beds of the ward that can be assigned now: neither occupied nor in cleaning or maintenance.
    pub available: i64,
}

/// Who sees and who sets up wards and beds.
pub(crate) fn access() -> Access {
    Access::nobody()
        .role(Admin, "crud")
        .role(Doctor, "ru")
        .roles(&[Receptionist, Nurse, Cashier], "r")
}

impl Resource for Ward {
    const PATH: &'static str = "wards";
    const CALLED: &'static [Column<Self>] = &[Ward::name];
    const FILTERS: &'static [Column<Self>] = &[Ward::name];
    const ORDERING: &'static [Column<Self>] = &[Ward::name, Ward::capacity];
    const SEARCH: &'static [Column<Self>] = &[Ward::name, Ward::description];
    const LIST: &'static [Column<Self>] = &[Ward::name, Ward::capacity, Ward::description];
    type Extra = WardExtra;

    fn access() -> Access {
        access()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All | Reach::Assigned => Scope::All,
            Reach::Own | Reach::None => Scope::Nothing,
        }
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<WardExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let mut query = Query::select();
        query
            .expr(Bed::ward)
            .expr(Bed::status)
            .expr(Func::count(Expr::col(Asterisk)))
            .from(Alias::new("bed"))
            .and_where(among(cx.dialect(), Bed::ward, &ids))
            .group_by_col((Alias::new("bed"), Alias::new("ward")))
            .group_by_col((Alias::new("bed"), Alias::new("status")));
        let statement = Statement::build(cx.dialect(), &query);
        let counted: Vec<(i64, String, i64)> = cx
            .unscoped("how full a ward is belongs to the ward")
            .all(statement)
            .await?;
        let counted: HashMap<(i64, &str), i64> = counted
            .iter()
            .map(|(ward, status, count)| ((*ward, status.as_str()), *count))
            .collect();
        let of = |ward: i64, status: BedStatus| {
            counted
                .get(&(ward, status.as_str()))
                .copied()
                .unwrap_or_default()
        };
        let extras = ids.iter().map(|&id| WardExtra {
            occupied: of(id, BedStatus::Occupied),
            available: of(id, BedStatus::Available),
        });
        Ok(extras.collect())
    }
}

/// The names of wards by their ids.
///
/// # Errors
/// When the database fails.
pub(crate) async fn names(
    cx: &mut Cx,
    wards: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = wards.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "name"])
        .from("ward")
        .and_where(among(cx.dialect(), Ward::id, &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let named: Vec<(i64, String)> = cx
        .unscoped("a bed is told with the name of its ward")
        .all(statement)
        .await?;
    Ok(named.into_iter().collect())
}
