//! The tables of the pharmacy.

use platform::db::{Ddl, Migration, TableDdl};

use crate::goods_received_note;
use crate::purchase_order::OrderStatus;
use crate::set_aside::AsideKind;
use crate::stock_adjustment::AdjustmentType;
use crate::stock_batch::BatchStatus;
use crate::stock_movement::{MovementKind, Stock};
use crate::stock_take::TakeStatus;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_stock",
        up: stock,
    },
    Migration {
        name: "0002_dispensing",
        up: dispensing,
    },
    Migration {
        name: "0003_adjustments",
        up: adjustments,
    },
    Migration {
        name: "0004_procurement",
        up: procurement,
    },
    Migration {
        name: "0005_stock_takes",
        up: stock_takes,
    },
    Migration {
        name: "0006_consumption",
        up: consumption,
    },
    Migration {
        name: "0007_set_aside",
        up: set_aside,
    },
    Migration {
        name: "0008_adjustments_witnessed",
        up: adjustments_witnessed,
    },
    Migration {
        name: "0009_sums_of_stock",
        up: |ddl| ledger::sums::<Stock>(ddl),
    },
    Migration {
        name: "0010_adjustments_reversed",
        up: adjustments_reversed,
    },
    Migration {
        name: "0011_deliveries_looked_at",
        up: deliveries_looked_at,
    },
    Migration {
        name: "0012_reversals_witnessed",
        up: reversals_witnessed,
    },
];

fn stock(ddl: &mut Ddl) {
    ddl.table("stock_location", |t| {
        t.standard();
        t.text("name").unique();
        t.text("description");
    });
    ddl.table("stock_batch", |t| {
        t.standard();
        t.int("medication_item").references("medication_item");
        t.text("batch_number");
        t.date("expiry_date");
        t.int("quantity_received");
        t.int("cost_price_per_unit");
        t.int("selling_price_per_unit");
        t.text("status");
        t.int("location").references("stock_location");
        t.int("current_quantity");
        t.date("received_date");
        t.int("supplier").null().references("supplier");
        t.one_of("status", BatchStatus::VALUES);
        t.unique(&["medication_item", "batch_number", "location"]);
        t.check(
            "stock_batch_current_quantity_check",
            "current_quantity >= 0",
        );
        t.check(
            "stock_batch_quantity_received_check",
            "quantity_received >= 0",
        );
        t.check(
            "stock_batch_price_check",
            "cost_price_per_unit >= 0 AND selling_price_per_unit >= 0",
        );
    });
    // What can be dispensed, in the order in which it expires: as long as the shelf, not as the history.
    ddl.sql(
        r#"CREATE INDEX "stock_batch_shelf_idx" ON "stock_batch" ("medication_item", "expiry_date") WHERE current_quantity > 0"#,
    );
    ddl.sql(
        r#"CREATE INDEX "stock_batch_expiring_idx" ON "stock_batch" ("expiry_date") WHERE current_quantity > 0"#,
    );
    ddl.index("stock_batch", &["medication_item", "id"]);
    ddl.index("stock_batch", &["batch_number", "id"]);
    ddl.index("stock_batch", &["expiry_date", "id"]);
    ddl.index("stock_batch", &["status", "id"]);
    ddl.index("stock_batch", &["location", "id"]);
    ddl.table("stock_movement", |t| {
        t.standard();
        t.int("stock_batch").references("stock_batch");
        t.int("medication_item").references("medication_item");
        t.int("delta");
        t.text("kind");
        t.text("source_type");
        t.int("source_id");
        t.int("user").null().references("app_user");
        t.timestamp("at");
        t.int("balance_after");
        t.int("item_balance_after");
        t.int("reverses").null().references("stock_movement");
        t.one_of("kind", MovementKind::VALUES);
        t.check("stock_movement_delta_check", "delta <> 0");
        t.check("stock_movement_balance_after_check", "balance_after >= 0");
    });
    ledger::append_only(ddl, "stock_movement");
    ddl.index("stock_movement", &["stock_batch", "id"]);
    ddl.index("stock_movement", &["stock_batch", "at", "id"]);
    ddl.index("stock_movement", &["medication_item", "id"]);
    ddl.index("stock_movement", &["medication_item", "at", "id"]);
    ddl.index("stock_movement", &["source_type", "source_id"]);
    // Consumption and losses are summed along this index alone.
    ddl.index(
        "stock_movement",
        &["kind", "at", "medication_item", "delta"],
    );
    ddl.index("stock_movement", &["at"]);
}

/// What was used costs what its batch had cost, so the batch belongs to what is summed along the index alone.
fn consumption(ddl: &mut Ddl) {
    ddl.sql("DROP INDEX stock_movement_kind_at_medication_item_delta_idx");
    ddl.index(
        "stock_movement",
        &["kind", "at", "stock_batch", "medication_item", "delta"],
    );
}

fn dispensing(ddl: &mut Ddl) {
    ddl.table("dispensing_log", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("prescription").null().references("prescription");
        t.int("medication_item").references("medication_item");
        t.int("stock_batch").references("stock_batch");
        t.int("quantity_dispensed");
        t.int("dispensed_by").null().references("app_user");
        t.timestamp("dispense_date");
        t.bool("witness_required");
        t.int("witness").null().references("app_user");
        t.timestamp("witnessed_at").null();
        reversible(t);
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.check(
            "dispensing_log_quantity_dispensed_check",
            "quantity_dispensed > 0",
        );
        t.check("dispensing_log_witness_check", "witness <> dispensed_by");
    });
    for column in ["patient", "prescription", "medication_item", "stock_batch"] {
        ddl.index("dispensing_log", &[column, "id"]);
    }
    ddl.index("dispensing_log", &["dispense_date"]);
    ddl.sql(
        r#"CREATE INDEX "dispensing_log_unwitnessed_idx" ON "dispensing_log" ("id") WHERE witness_required AND witness IS NULL AND reversed_at IS NULL"#,
    );
}

fn reversible(t: &mut TableDdl) {
    t.int("reversed_by").null().references("app_user");
    t.timestamp("reversed_at").null();
}

fn adjustments(ddl: &mut Ddl) {
    ddl.table("inventory_item", |t| {
        t.standard();
        t.text("name").unique();
        t.text("description");
        t.int("quantity");
        t.text("unit");
        t.check("inventory_item_quantity_check", "quantity >= 0");
    });
    ddl.table("stock_adjustment", |t| {
        t.standard();
        t.int("medication_item")
            .null()
            .references("medication_item");
        t.int("inventory_item").null().references("inventory_item");
        t.int("stock_batch").null().references("stock_batch");
        t.text("adjustment_type");
        t.int("quantity");
        t.text("reason");
        t.int("to_location").null().references("stock_location");
        t.int("adjusted_by").null().references("app_user");
        t.timestamp("adjustment_date");
        reversible(t);
        t.one_of("adjustment_type", AdjustmentType::VALUES);
        t.check("stock_adjustment_quantity_check", "quantity <> 0");
        t.check(
            "stock_adjustment_subject_check",
            "(medication_item IS NULL) <> (inventory_item IS NULL)",
        );
    });
    for column in [
        "medication_item",
        "inventory_item",
        "stock_batch",
        "adjustment_type",
    ] {
        ddl.index("stock_adjustment", &[column, "id"]);
    }
    ddl.index("stock_adjustment", &["adjustment_date"]);
}

fn procurement(ddl: &mut Ddl) {
    ddl.table("purchase_order", |t| {
        t.standard();
        t.int("supplier").references("supplier");
        t.date("order_date");
        t.date("expected_delivery_date").null();
        t.text("status");
        t.text("notes");
        t.int("total_estimated_cost");
        t.one_of("status", OrderStatus::VALUES);
    });
    ddl.index("purchase_order", &["supplier", "id"]);
    ddl.index("purchase_order", &["status", "id"]);
    ddl.index("purchase_order", &["order_date"]);
    ddl.table("purchase_order_item", |t| {
        t.standard();
        t.int("purchase_order")
            .references("purchase_order")
            .cascade();
        t.int("medication_item").references("medication_item");
        t.int("quantity_ordered");
        t.int("unit_cost_estimated").null();
        t.int("quantity_received");
        t.check(
            "purchase_order_item_quantity_ordered_check",
            "quantity_ordered > 0",
        );
        t.check(
            "purchase_order_item_quantity_received_check",
            "quantity_received >= 0",
        );
    });
    ddl.index("purchase_order_item", &["purchase_order", "id"]);
    ddl.index("purchase_order_item", &["medication_item", "id"]);
    ddl.table(goods_received_note::TABLE, |t| {
        t.standard();
        t.int("purchase_order").null().references("purchase_order");
        t.int("supplier").null().references("supplier");
        t.text("invoice_number");
        t.date("grn_date");
        t.int("received_by").null().references("app_user");
    });
    ddl.index(goods_received_note::TABLE, &["purchase_order", "id"]);
    ddl.index(goods_received_note::TABLE, &["supplier", "id"]);
    ddl.index(goods_received_note::TABLE, &["grn_date"]);
    ddl.table("grn_item", |t| {
        t.standard();
        t.int("grn").references(goods_received_note::TABLE);
        t.int("medication_item").references("medication_item");
        t.text("batch_number");
        t.date("expiry_date");
        t.int("quantity_received");
        t.int("unit_cost").null();
        t.int("selling_price").null();
        t.int("stock_batch").null().references("stock_batch");
        t.check("grn_item_quantity_received_check", "quantity_received > 0");
    });
    for column in ["grn", "medication_item", "stock_batch"] {
        ddl.index("grn_item", &[column, "id"]);
    }
}

fn stock_takes(ddl: &mut Ddl) {
    ddl.table("stock_take", |t| {
        t.standard();
        t.text("name");
        t.int("location").null().references("stock_location");
        t.int("category").null().references("medication_category");
        t.text("status");
        t.int("started_by").null().references("app_user");
        t.int("posted_by").null().references("app_user");
        t.timestamp("posted_at").null();
        t.one_of("status", TakeStatus::VALUES);
    });
    ddl.index("stock_take", &["status", "id"]);
    ddl.table("stock_take_line", |t| {
        t.standard();
        t.int("stock_take").references("stock_take");
        t.int("stock_batch").references("stock_batch");
        t.int("counted");
        t.int("expected");
        t.int("last_movement");
        t.int("counted_by").null().references("app_user");
        t.timestamp("counted_at");
        t.unique(&["stock_take", "stock_batch"]);
        t.check("stock_take_line_counted_check", "counted >= 0");
    });
    ddl.index("stock_take_line", &["stock_take", "id"]);
    ddl.index("stock_take_line", &["stock_batch", "id"]);
}

fn set_aside(ddl: &mut Ddl) {
    ddl.table("set_aside", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("prescription").references("prescription");
        t.text("kind");
        t.int("patient").references("patient");
        t.int("set_by").null().references("app_user");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("kind", AsideKind::VALUES);
    });
    ddl.index("set_aside", &["patient", "id"]);
    // What waits is what is in no row of these.
    ddl.unique_index(
        "set_aside_prescription_key",
        "set_aside",
        &["prescription"],
        Some("voided_at IS NULL"),
    );
}

/// Nobody was asked why before.
fn adjustments_reversed(ddl: &mut Ddl) {
    ddl.add_columns("stock_adjustment", |t| {
        t.text("reversal_reason").null();
    });
}

/// Controlled substances do not leave the shelf by one person's word. What was adjusted before is not asked about.
fn adjustments_witnessed(ddl: &mut Ddl) {
    ddl.add_columns("stock_adjustment", |t| {
        t.bool("witness_required").default(false);
        t.int("witness").null().references("app_user");
        t.timestamp("witnessed_at").null();
        t.check("stock_adjustment_witness_check", "witness <> adjusted_by");
    });
    ddl.sql(
        r#"CREATE INDEX "stock_adjustment_unwitnessed_idx" ON "stock_adjustment" ("id") WHERE witness_required AND witness IS NULL AND reversed_at IS NULL"#,
    );
}

/// Why a batch got another expiry date, which nobody was asked before; and what finds a number of a package or of an
/// invoice however its letters are written.
fn deliveries_looked_at(ddl: &mut Ddl) {
    ddl.add_columns("stock_batch", |t| {
        t.text("expiry_reason").null();
    });
    ddl.sql(
        r#"CREATE INDEX "stock_batch_number_written_idx" ON "stock_batch" (upper("batch_number"))"#,
    );
    ddl.sql(
        r#"CREATE INDEX "goods_received_note_invoice_written_idx" ON "goods_received_note" ("supplier", upper("invoice_number"))"#,
    );
}

/// Reversals of controlled substances need a witness as well. Earlier reversals are not asked about.
fn reversals_witnessed(ddl: &mut Ddl) {
    for (table, check, index) in [
        (
            "dispensing_log",
            "dispensing_log_reversal_witness_check",
            "dispensing_log_reversal_unwitnessed_idx",
        ),
        (
            "stock_adjustment",
            "stock_adjustment_reversal_witness_check",
            "stock_adjustment_reversal_unwitnessed_idx",
        ),
    ] {
        ddl.add_columns(table, |t| {
            t.bool("reversal_witness_required").default(false);
            t.int("reversal_witness").null().references("app_user");
            t.timestamp("reversal_witnessed_at").null();
            t.check(check, "reversal_witness <> reversed_by");
        });
        ddl.sql(&format!(
            r#"CREATE INDEX "{index}" ON "{table}" ("id") WHERE reversal_witness_required AND reversal_witness IS NULL"#
        ));
    }
}
