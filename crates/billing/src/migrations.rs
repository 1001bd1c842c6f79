//! The tables of billing.

use platform::db::{Ddl, Migration};

use crate::added;
use crate::bill_item::SourceKind;
use crate::bill_status::BillStatus;
use crate::cash_session::SessionStatus;
use crate::claim::ClaimStatus;
use crate::ledger;
use crate::payment_method::PaymentMethod;
use crate::refund_request::RefundStatus;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_services_and_policies",
        up: services,
    },
    Migration {
        name: "0002_bills",
        up: bills,
    },
    Migration {
        name: "0003_payments",
        up: payments,
    },
    Migration {
        name: "0004_claims",
        up: claims,
    },
    Migration {
        name: "0005_ledger",
        up: ledger::tables,
    },
    Migration {
        name: "0006_change",
        up: |ddl| {
            ddl.add_columns("payment", |t| {
                t.int("tendered").null();
                t.check("payment_tendered_check", "tendered >= amount");
            });
        },
    },
    Migration {
        name: "0007_drawers",
        up: added::drawers,
    },
    Migration {
        name: "0008_refunds_apart",
        up: added::refunds_apart,
    },
    Migration {
        name: "0009_prices_to_find",
        up: added::prices_to_find,
    },
    Migration {
        name: "0010_insurers_debts",
        up: added::insurers_debts,
    },
    Migration {
        name: "0011_drawers_folded",
        up: added::drawers_folded,
    },
    Migration {
        name: "0012_paid_claims",
        up: added::paid_claims,
    },
    Migration {
        name: "0013_credits_to_find",
        up: added::credits_to_find,
    },
];

fn services(ddl: &mut Ddl) {
    ddl.table("service_catalog", |t| {
        t.standard();
        t.text("name");
        t.text("description");
        t.int("price");
        t.text("code").null().unique();
        t.bool("is_active");
        t.check("service_catalog_price_check", "price >= 0");
    });
    ddl.index("service_catalog", &["name"]);
    ddl.table("service_price", |t| {
        t.standard();
        t.int("service").references("service_catalog").cascade();
        t.int("price");
        t.timestamp("valid_from");
        t.int("set_by").null().references("app_user");
    });
    ddl.index("service_price", &["service", "id"]);
    ddl.table("insurance_detail", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.text("provider");
        t.int("coverage_percent");
        t.int("annual_limit").null();
        t.date("valid_until").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.check(
            "insurance_detail_coverage_percent_check",
            "coverage_percent BETWEEN 0 AND 100",
        );
        t.check("insurance_detail_annual_limit_check", "annual_limit >= 0");
    });
    ddl.index("insurance_detail", &["patient", "id"]);
    ddl.index("insurance_detail", &["provider", "id"]);
}

fn bills(ddl: &mut Ddl) {
    ddl.table("bill", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("encounter").null().references("encounter");
        t.int("insurance").null().references("insurance_detail");
        t.date("service_date").null();
        t.date("due_date").null();
        t.int("total_amount");
        t.text("status");
        t.date("date_issued");
        t.int("doctor").null().references("app_user");
        t.int("insurance_amount");
        t.int("insurance_paid_amount");
        t.int("paid_amount");
        t.int("refunded_amount");
        t.int("written_off_amount");
        t.int("balance_due");
        t.int("credit_due");
        t.text("gather_key").null();
        t.int("outstanding");
        t.date("age_from");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", BillStatus::VALUES);
        t.check("bill_total_amount_check", "total_amount >= 0");
        t.check(
            "bill_insurance_amount_check",
            "insurance_amount >= 0 AND insurance_paid_amount BETWEEN 0 AND insurance_amount",
        );
        t.check(
            "bill_refunded_amount_check",
            "refunded_amount BETWEEN 0 AND paid_amount AND written_off_amount >= 0",
        );
        t.check("bill_outstanding_check", "outstanding >= 0");
        // Nothing is owed both ways, and what is owed follows from the sums. Whoever paid too much would have to be
        // owed something, which only a credit can make so.
        t.check(
            "bill_balance_due_check",
            "balance_due >= 0 AND credit_due >= 0 AND (balance_due = 0 OR credit_due = 0) AND (status = 'Void' OR \
             balance_due - credit_due = total_amount - insurance_amount - paid_amount + refunded_amount - written_off_amount)",
        );
    });
    ddl.index("bill", &["patient", "id"]);
    ddl.index("bill", &["encounter", "id"]);
    ddl.index("bill", &["status", "id"]);
    ddl.index("bill", &["insurance", "service_date"]);
    ddl.index("bill", &["date_issued", "id"]);
    // What is owed, by age: as long as there are debts, however many bills are settled.
    ddl.sql(
        "CREATE INDEX bill_outstanding_idx ON bill (age_from, outstanding) WHERE outstanding > 0",
    );
    // Charges of one encounter, or of a patient without one, are gathered on one draft.
    ddl.unique_index(
        "bill_gather_key_key",
        "bill",
        &["gather_key"],
        Some("gather_key IS NOT NULL AND voided_at IS NULL"),
    );
    ddl.table("bill_item", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("bill").references("bill");
        t.int("service").null().references("service_catalog");
        t.int("amount");
        t.int("quantity");
        t.int("discount");
        t.int("patient").references("patient");
        t.int("line_total");
        t.text("source_type").null();
        t.int("source_id").null();
        t.int("credit_of").null().references("bill_item");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("source_type", SourceKind::VALUES);
        t.check("bill_item_quantity_check", "quantity >= 1");
        t.check("bill_item_discount_check", "discount >= 0");
        t.check(
            "bill_item_line_total_check",
            "(credit_of IS NULL AND line_total = amount * quantity - discount AND line_total >= 0) \
             OR (credit_of IS NOT NULL AND line_total <= 0)",
        );
    });
    ddl.index("bill_item", &["bill", "id"]);
    ddl.index("bill_item", &["patient", "id"]);
    ddl.index("bill_item", &["service", "id"]);
    // A dispense, a test or a stay is charged once, and a line is credited once.
    ddl.unique_index(
        "bill_item_source_key",
        "bill_item",
        &["source_type", "source_id"],
        Some("source_id IS NOT NULL AND credit_of IS NULL AND voided_at IS NULL"),
    );
    ddl.unique_index(
        "bill_item_credit_of_key",
        "bill_item",
        &["credit_of"],
        Some("credit_of IS NOT NULL AND voided_at IS NULL"),
    );
    // What was heard of each thing that is charged: news may come twice, and its end before its beginning.
    ddl.table("charge_source", |t| {
        t.text("kind");
        t.int("source");
        t.int("parent").null();
        t.bool("cancelled");
        t.primary_key(&["kind", "source"]);
    });
    ddl.index("charge_source", &["kind", "parent"]);
}

fn payments(ddl: &mut Ddl) {
    ddl.table("cash_session", |t| {
        t.standard();
        t.bytes("sealed");
        t.text("drawer");
        t.int("opening_float");
        t.int("cashier").references("app_user");
        t.text("status");
        t.timestamp("opened_at");
        t.int("counted_amount").null();
        t.int("expected_amount").null();
        t.int("difference").null();
        t.timestamp("counted_at").null();
        t.int("received_from").null().references("cash_session");
        t.int("handed_over_to").null().references("app_user");
        t.timestamp("handed_over_at").null();
        t.one_of("status", SessionStatus::VALUES);
        t.check("cash_session_opening_float_check", "opening_float >= 0");
        t.check("cash_session_counted_amount_check", "counted_amount >= 0");
    });
    ddl.index("cash_session", &["cashier", "id"]);
    // A cashier has one open drawer, and a drawer one cashier.
    ddl.unique_index(
        "cash_session_cashier_key",
        "cash_session",
        &["cashier"],
        Some("status = 'open'"),
    );
    ddl.unique_index(
        "cash_session_drawer_key",
        "cash_session",
        &["drawer"],
        Some("status = 'open' AND drawer <> ''"),
    );
    ddl.table("payment", |t| {
        t.standard();
        t.int("bill").references("bill");
        t.int("amount");
        t.text("method");
        t.text("reference");
        t.int("patient").references("patient");
        t.timestamp("payment_date");
        t.int("receipt_number").unique();
        t.int("received_by").null().references("app_user");
        t.int("refund_of").null().references("payment");
        t.int("refunded_amount");
        t.bool("by_insurer");
        t.int("cash_session").null().references("cash_session");
        t.int("refund_pending");
        t.one_of("method", PaymentMethod::VALUES);
        t.check("payment_amount_check", "amount > 0");
        t.check(
            "payment_refunded_amount_check",
            "refunded_amount >= 0 AND refund_pending >= 0 AND refunded_amount + refund_pending <= amount",
        );
    });
    ddl.index("payment", &["bill", "id"]);
    ddl.index("payment", &["patient", "id"]);
    ddl.index("payment", &["payment_date"]);
    ddl.index("payment", &["method", "id"]);
    ddl.index("payment", &["cash_session"]);
    ddl.index("payment", &["refund_of"]);
    // One transfer of money is one payment.
    ddl.unique_index(
        "payment_method_reference_key",
        "payment",
        &["method", "reference"],
        Some("method IN ('Card', 'Mobile Money') AND reference <> '' AND refund_of IS NULL"),
    );
    // The last receipt's number. It is raised in the transaction that stores the receipt, so no number is left out.
    ddl.table("receipt_counter", |t| {
        t.int("one");
        t.int("last");
        t.primary_key(&["one"]);
        t.check("receipt_counter_one_check", "one = 1");
    });
    ddl.sql("INSERT INTO receipt_counter (one, last) VALUES (1, 0)");
    ddl.table("refund_request", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("payment").references("payment");
        t.int("bill").references("bill");
        t.int("patient").references("patient");
        t.int("amount");
        t.text("status");
        t.int("requested_by").null().references("app_user");
        t.int("decided_by").null().references("app_user");
        t.timestamp("decided_at").null();
        t.int("refund").null().references("payment");
        t.one_of("status", RefundStatus::VALUES);
        t.check("refund_request_amount_check", "amount > 0");
        t.check(
            "refund_request_decided_by_check",
            "status <> 'approved' OR requested_by IS NULL OR decided_by <> requested_by",
        );
    });
    ddl.index("refund_request", &["payment", "id"]);
    ddl.index("refund_request", &["bill", "id"]);
    ddl.index("refund_request", &["patient", "id"]);
    ddl.index("refund_request", &["status", "id"]);
}

fn claims(ddl: &mut Ddl) {
    ddl.table("insurance_claim", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("bill").references("bill");
        t.int("insurance").null().references("insurance_detail");
        t.int("amount");
        t.text("status");
        t.int("patient").references("patient");
        t.int("paid_amount");
        t.int("rejected_amount");
        t.timestamp("submitted_at").null();
        t.timestamp("decided_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", ClaimStatus::VALUES);
        t.check("insurance_claim_amount_check", "amount > 0");
        t.check(
            "insurance_claim_paid_amount_check",
            "paid_amount >= 0 AND rejected_amount >= 0 AND paid_amount + rejected_amount <= amount",
        );
    });
    ddl.index("insurance_claim", &["bill", "id"]);
    ddl.index("insurance_claim", &["patient", "id"]);
    ddl.index("insurance_claim", &["insurance", "id"]);
    ddl.index("insurance_claim", &["status", "id"]);
}
