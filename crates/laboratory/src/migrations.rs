//! The tables of the laboratory.

use platform::db::{Ddl, Migration};

use crate::flag::{Comparator, Flag};
use crate::parameter::ParameterKind;
use crate::reference::{Pregnancy, Sex};
use crate::state::LabOrderStatus;
use crate::turnaround::LabPriority;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_catalogue",
        up: catalogue,
    },
    Migration {
        name: "0002_orders",
        up: orders,
    },
    Migration {
        name: "0003_results",
        up: results,
    },
    Migration {
        name: "0004_told",
        up: told,
    },
    Migration {
        name: "0005_timeline",
        // A page of a timeline reads as many rows as it shows, however many there are.
        up: |ddl| ddl.index("lab_order", &["patient", "order_date"]),
    },
    Migration {
        name: "0006_withdrawn",
        up: |ddl| {
            ddl.add_columns("lab_order", |t| {
                t.timestamp("withdrawn_at").null();
            });
        },
    },
];

fn catalogue(ddl: &mut Ddl) {
    ddl.table("lab_test", |t| {
        t.standard();
        t.text("test_code").unique();
        t.text("test_name");
        t.text("specimen_type");
        t.text("department");
        t.text("container");
        t.text("loinc").null();
        t.int("critical_range_low").null();
        t.int("critical_range_high").null();
        t.int("turnaround_minutes").null();
        t.int("turnaround_stat_minutes").null();
        t.text("notes");
        t.bool("is_active");
        t.check(
            "lab_test_critical_range_check",
            "critical_range_low < critical_range_high",
        );
        t.check(
            "lab_test_turnaround_check",
            "turnaround_minutes > 0 AND turnaround_stat_minutes > 0",
        );
    });
    ddl.index("lab_test", &["department", "id"]);
    ddl.table("lab_parameter", |t| {
        t.standard();
        t.int("test").references("lab_test");
        t.text("code");
        t.text("name");
        t.int("sort");
        t.text("kind");
        t.text("units");
        t.int("decimals").null();
        t.json("choices");
        t.json("normal_choices");
        t.json("abnormal_choices");
        t.json("critical_choices");
        t.text("loinc").null();
        t.int("plausible_low").null();
        t.int("plausible_high").null();
        t.text("notes");
        t.one_of("kind", ParameterKind::VALUES);
        t.unique(&["test", "code"]);
        t.check(
            "lab_parameter_plausible_check",
            "plausible_low < plausible_high",
        );
    });
    ddl.index("lab_parameter", &["code"]);
    ddl.table("lab_reference_range", |t| {
        t.standard();
        t.int("test").null().references("lab_test");
        t.text("parameter");
        t.text("sex").null();
        t.int("age_from").null();
        t.int("age_to").null();
        t.text("pregnancy").null();
        t.int("low").null();
        t.int("high").null();
        t.int("critical_low").null();
        t.int("critical_high").null();
        t.text("units");
        t.text("source");
        t.one_of("sex", Sex::VALUES);
        t.one_of("pregnancy", Pregnancy::VALUES);
        t.check(
            "lab_reference_range_ages_check",
            "age_from >= 0 AND age_to > age_from",
        );
        t.check("lab_reference_range_low_check", "low < high");
        t.check(
            "lab_reference_range_critical_low_check",
            "critical_low < critical_high",
        );
    });
    ddl.index("lab_reference_range", &["parameter", "id"]);
    ddl.index("lab_reference_range", &["test"]);
}

fn orders(ddl: &mut Ddl) {
    ddl.table("lab_order", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("encounter").references("encounter");
        t.int("patient").references("patient");
        t.text("status");
        t.text("priority");
        t.text("pregnancy").null();
        t.int("ordered_by").null().references("app_user");
        t.timestamp("order_date");
        t.timestamp("collected_at").null();
        t.timestamp("due_at").null();
        t.timestamp("completed_at").null();
        t.int("reviewed_by").null().references("app_user");
        t.timestamp("reviewed_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", LabOrderStatus::VALUES);
        t.one_of("priority", LabPriority::VALUES);
        t.one_of("pregnancy", Pregnancy::VALUES);
        // What a patient sees was reviewed.
        t.check(
            "lab_order_reviewed_at_check",
            "(status = 'Reviewed') = (reviewed_at IS NOT NULL)",
        );
        t.check(
            "lab_order_completed_at_check",
            "(status IN ('Completed', 'Reviewed')) = (completed_at IS NOT NULL)",
        );
    });
    ddl.index("lab_order", &["patient", "id"]);
    ddl.index("lab_order", &["encounter", "id"]);
    ddl.index("lab_order", &["status", "id"]);
    ddl.index("lab_order", &["ordered_by", "status"]);
    ddl.index("lab_order", &["order_date"]);
    ddl.index("lab_order", &["due_at"]);
    ddl.index("lab_order", &["completed_at"]);
    ddl.table("lab_order_item", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("lab_order").references("lab_order");
        t.int("lab_test").references("lab_test");
        t.int("patient").references("patient");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
    ddl.index("lab_order_item", &["lab_order", "id"]);
    ddl.index("lab_order_item", &["lab_test", "id"]);
    ddl.index("lab_order_item", &["patient", "id"]);
}

fn results(ddl: &mut Ddl) {
    ddl.table("lab_result_value", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("lab_order_item").references("lab_order_item");
        t.int("lab_order").references("lab_order");
        t.int("patient").references("patient");
        t.int("parameter").null().references("lab_parameter");
        t.int("quantity");
        t.int("value_numeric").null();
        t.text("comparator").null();
        t.int("reference_range_low").null();
        t.int("reference_range_high").null();
        t.text("abnormal_flag").null();
        t.int("entered_value").null();
        t.timestamp("result_timestamp");
        t.int("entered_by").null().references("app_user");
        t.int("replaced_by").null().references("lab_result_value");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("comparator", Comparator::VALUES);
        t.one_of("abnormal_flag", Flag::VALUES);
    });
    // One current value of each quantity, whoever enters it and however many at once.
    ddl.unique_index(
        "lab_result_value_lab_order_item_quantity_key",
        "lab_result_value",
        &["lab_order_item", "quantity"],
        Some("replaced_by IS NULL AND voided_at IS NULL"),
    );
    ddl.index("lab_result_value", &["lab_order_item", "id"]);
    ddl.index("lab_result_value", &["lab_order", "id"]);
    ddl.index("lab_result_value", &["patient", "id"]);
    ddl.index("lab_result_value", &["parameter", "id"]);
    ddl.index("lab_result_value", &["replaced_by"]);
    ddl.index("lab_result_value", &["abnormal_flag", "id"]);
    ddl.index("lab_result_value", &["result_timestamp"]);
}

fn told(ddl: &mut Ddl) {
    ddl.add_columns("lab_result_value", |t| {
        t.timestamp("told_at").null();
        t.int("told_by").null().references("app_user");
    });
}
