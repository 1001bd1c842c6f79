//! Rooms and equipment that are booked.

use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::field::Line;
use platform::record::Column;
use platform::resource::Resource;
use sea_query::{Alias, Condition, ExprTrait, Query};

platform::choice! {
    /// What is booked.
    pub enum ResourceType {
        /// A room for operations.
        OperatingRoom = "Operating Room" | "operating_room",
        /// A device.
        Equipment = "Equipment",
        /// Anything else.
        Other = "Other",
    }
}

platform::record! {
    /// A room or device that is booked.
    pub struct SchedulableResource in "schedulable_resource" {
        client {
            /// Name of the room or device.
            name: Line<128>,
            /// Kind of resource.
            resource_type: ResourceType,
            /// What it is for, or where it is.
            description: Option<Line<2000>>,
            /// Whether it can be booked.
            is_active: bool = true,
        }
        server {}
        hidden {}
    }
}

impl Resource for SchedulableResource {
    const PATH: &'static str = "resources";
    const FILTERS: &'static [Column<Self>] = &[
        SchedulableResource::resource_type,
        SchedulableResource::is_active,
    ];
    const ORDERING: &'static [Column<Self>] = &[
        SchedulableResource::name,
        SchedulableResource::resource_type,
    ];
    const SEARCH: &'static [Column<Self>] =
        &[SchedulableResource::name, SchedulableResource::description];
    const LIST: &'static [Column<Self>] = &[
        SchedulableResource::name,
        SchedulableResource::resource_type,
        SchedulableResource::description,
        SchedulableResource::is_active,
    ];
    type Extra = ();

    fn access() -> Access {
        access()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    /// A patient sees what is booked for them.
    fn scope(grant: &Grant) -> Scope {
        match (
            grant.reach,
            patients::reach("resource_booking", "patient", grant),
        ) {
            (Reach::All | Reach::Assigned, _) => Scope::All,
            (_, Scope::Where(theirs)) => {
                let mut booked = Query::select();
                booked
                    .column(Alias::new("resource"))
                    .from(Alias::new("resource_booking"))
                    .cond_where(theirs);
                let id = SchedulableResource::id;
                Scope::Where(Condition::all().add(id.in_subquery(booked)))
            }
            _ => Scope::Nothing,
        }
    }
}

/// As for appointments.
pub(crate) fn access() -> Access {
    use BuiltinRole::{
        Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
    };
    Access::nobody()
        .roles(&[Admin, Doctor, Receptionist], "crud")
        .role(Nurse, "cru")
        .roles(&[Pharmacist, LabTechnician, Cashier, Patient], "r")
}
