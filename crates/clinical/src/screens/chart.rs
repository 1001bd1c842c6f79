//! The patient's chart: panels of their page and pages beside it, for problems, medicines, vital signs, what happened,
//! and who looked.

mod access;
mod medicines;
mod problems;
mod timeline;
mod vitals;

use patients::Patient;
use platform::access::Permission;
use platform::resource::Resource;
use web::{Panel, Screen, Screens};

use crate::medical_condition::MedicalCondition;
use crate::prescription::READ_DRUG;
use crate::vitals::Vitals;

/// Who looked at a record; the operation is another module's.
const ACCESS: Permission = Permission::new("patients", "access_log");

/// Adds the chart to the module's screens.
pub(crate) fn add(screens: Screens) -> Screens {
    panels(pages(screens))
}

fn pages(screens: Screens) -> Screens {
    screens
        .screen(
            Screen::new("/patients/{id}/medicines", READ_DRUG, |cx, ask| {
                Box::pin(medicines::show(cx, ask))
            })
            .patient_data()
            .watches(&["prescription"]),
        )
        .screen(
            Screen::new("/patients/{id}/timeline", Patient::READ, |cx, ask| {
                Box::pin(timeline::show(cx, ask))
            })
            .patient_data()
            .watches(timeline::SHOWN),
        )
        .screen(
            Screen::new("/patients/{id}/access", ACCESS, |cx, ask| {
                Box::pin(access::show(cx, ask))
            })
            .patient_data(),
        )
}

fn panels(screens: Screens) -> Screens {
    screens
        .panel(
            Panel::new("patient", MedicalCondition::READ, 20, |cx, ask, id| {
                Box::pin(problems::panel(cx, ask, id))
            })
            .watches(&["medical_condition"]),
        )
        .panel(
            Panel::new("patient", READ_DRUG, 30, |cx, ask, id| {
                Box::pin(medicines::panel(cx, ask, id))
            })
            .watches(&["prescription"]),
        )
        .panel(
            Panel::new("patient", Vitals::READ, 40, |cx, ask, id| {
                Box::pin(vitals::panel(cx, ask, id))
            })
            .watches(&["vitals"]),
        )
        .panel(
            Panel::new("patient", Patient::READ, 60, |cx, ask, id| {
                Box::pin(timeline::panel(cx, ask, id))
            })
            .watches(timeline::SHOWN),
        )
        .panel(Panel::new("patient-tabs", READ_DRUG, 30, |_, ask, id| {
            Box::pin(
                async move { Ok(Some(patients::tab(ask, id, "medicines", "chart-medicines"))) },
            )
        }))
        .panel(Panel::new(
            "patient-tabs",
            Patient::READ,
            60,
            |_, ask, id| {
                Box::pin(
                    async move { Ok(Some(patients::tab(ask, id, "timeline", "chart-timeline"))) },
                )
            },
        ))
        .panel(Panel::new("patient-tabs", ACCESS, 90, |_, ask, id| {
            Box::pin(async move { Ok(Some(patients::tab(ask, id, "access", "chart-access"))) })
        }))
}
