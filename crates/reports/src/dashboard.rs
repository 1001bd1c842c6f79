//! The dashboard of each role, and the hospital's statistics.

use std::borrow::Cow;

use kernel::BuiltinRole::{
    self, Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
};
use kernel::Reach;
use platform::cx::Cx;
use platform::error::Error;
use platform::figure::{Amount, Figure};
use platform::http::call::Reply;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The keys that clients read from a role's dashboard, in their order.
#[must_use]
pub fn promised(role: BuiltinRole) -> &'static [&'static str] {
    match role {
        Admin => &["total_patients", "active_users", "revenue_today"],
        Doctor => &["today_appointments", "unread_lab_results", "pending_tasks"],
        Receptionist => &["patient_queue", "today_schedule", "pending_registrations"],
        Nurse => &["patient_queue", "pending_tasks", "occupied_beds"],
        Pharmacist => &[
            "low_stock_alerts",
            "near_expiry_items",
            "pending_prescriptions",
        ],
        LabTechnician => &["pending_lab_orders", "critical_results", "pending_tasks"],
        Cashier => &["open_bills", "pending_claims", "revenue_today"],
        Patient => &["upcoming_appointments", "unread_messages", "open_bills"],
    }
}

/// The keys that clients read from the statistics, in their order.
pub const STATISTICS: &[&str] = &[
    "total_patients",
    "totalPatients",
    "active_users",
    "revenue_today",
    "totalRevenue",
    "newPatientsThisMonth",
];

/// Numbers by their names, in a fixed order.
pub(crate) struct Figures(Vec<(&'static str, Amount)>);

impl Figures {
    /// All promised keys at 0.
    fn of(promised: &[&'static str]) -> Figures {
        Figures(
            promised
                .iter()
                .map(|name| (*name, Amount::Count(0)))
                .collect(),
        )
    }

    fn set(&mut self, name: &'static str, amount: Amount) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = amount,
            None => self.0.push((name, amount)),
        }
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, amount)| (name, amount)))
    }
}

impl JsonSchema for Figures {
    fn schema_name() -> Cow<'static, str> {
        "Figures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Numbers by their names: counts, and amounts of money in the hospital's currency.",
            "additionalProperties": { "type": "number" },
        })
    }
}

/// `GET dashboard/`.
pub(crate) async fn dashboard(cx: &mut Cx) -> Result<Reply, Error> {
    let role = cx.actor.user().and_then(|user| user.role);
    let builtin = role.and_then(BuiltinRole::from_id);
    let mut figures = Figures::of(builtin.map_or(&[], promised));
    for figure in declared(cx) {
        let shown = match builtin {
            Some(role) => figure.roles.contains(&role),
            // A role that an Admin made sees what its work allows.
            None => {
                role.is_some()
                    && !figure.roles.is_empty()
                    && cx.grant_of(figure.needs).reach > Reach::Own
            }
        };
        if shown {
            figures.set(figure.name, figure.amount(cx).await?);
        }
    }
    Reply::ok(&figures)
}

/// `GET dashboard-stats/`.
pub(crate) async fn statistics(cx: &mut Cx) -> Result<Reply, Error> {
    let mut figures = Figures::of(STATISTICS);
    for figure in declared(cx).into_iter().filter(|figure| figure.statistic) {
        let amount = figure.amount(cx).await?;
        for name in [figure.name].into_iter().chain(figure.also) {
            figures.set(name, amount);
        }
    }
    Reply::ok(&figures)
}

fn declared(cx: &Cx) -> Vec<Figure> {
    cx.app.registry.figures().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Money;

    #[test]
    fn promised_figures_are_there_and_declared_ones_are_added() {
        let mut figures = Figures::of(promised(Admin));
        figures.set(
            "revenue_today",
            Amount::Money(Money::from_minor(125_050).unwrap()),
        );
        figures.set("total_patients", Amount::Count(3));
        figures.set("waiting", Amount::Count(1));
        assert_eq!(
            serde_json::to_string(&figures).unwrap(),
            r#"{"total_patients":3,"active_users":0,"revenue_today":1250.5,"waiting":1}"#
        );
    }

    #[test]
    fn no_role_is_promised_a_figure_twice() {
        for role in BuiltinRole::ALL {
            let mut names = promised(role).to_vec();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), promised(role).len(), "{role}");
        }
    }
}
