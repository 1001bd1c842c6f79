//! The tables of scheduling.

use platform::db::{Ddl, Migration, NoOverlap};

use crate::answer::{Answer, AnswerChannel};
use crate::offer::OfferStatus;
use crate::resource_booking::BookingStatus;
use crate::schedulable_resource::ResourceType;
use crate::state::AppointmentStatus;
use crate::waiting_entry::WaitingStatus;

/// Appointments that take up time, in SQL that both databases understand.
macro_rules! occupies {
    () => {
        "status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL"
    };
}
pub(crate) use occupies;

/// Appointments that may still take place, in SQL that both databases understand.
macro_rules! awaited {
    () => {
        "status IN ('scheduled', 'pending', 'checked_in')"
    };
}
pub(crate) use awaited;

/// A doctor sees one patient at a time; an overbooked appointment is squeezed in beside.
pub(crate) const ONE_PATIENT_AT_A_TIME: NoOverlap = NoOverlap {
    name: "appointment_doctor_excl",
    table: "appointment",
    keys: &["doctor"],
    from: "starts_at",
    to: "ends_at",
    only: concat!("NOT overbooked AND ", occupies!()),
};

/// A patient is in one place at a time.
pub(crate) const ONE_PLACE_AT_A_TIME: NoOverlap = NoOverlap {
    name: "appointment_patient_excl",
    table: "appointment",
    keys: &["patient"],
    from: "starts_at",
    to: "ends_at",
    only: occupies!(),
};

/// A room or device serves one booking at a time.
pub(crate) const ONE_BOOKING_AT_A_TIME: NoOverlap = NoOverlap {
    name: "resource_booking_resource_excl",
    table: "resource_booking",
    keys: &["resource"],
    from: "start_time",
    to: "end_time",
    only: "status <> 'Cancelled'",
};

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_appointments",
        up: appointments,
    },
    Migration {
        name: "0002_hours",
        up: hours,
    },
    Migration {
        name: "0003_resources",
        up: resources,
    },
    Migration {
        name: "0004_queue_numbers",
        up: queue_numbers,
    },
    Migration {
        name: "0005_awaited",
        up: awaited_index,
    },
    Migration {
        name: "0006_answers",
        up: answers,
    },
    Migration {
        name: "0007_series_and_leave",
        up: series,
    },
    Migration {
        name: "0008_waiting_list",
        up: waiting_list,
    },
    Migration {
        name: "0009_one_wish",
        up: one_wish,
    },
];

/// A doctor's time is offered to one at a time.
pub(crate) const ONE_OFFER_AT_A_TIME: NoOverlap = NoOverlap {
    name: "slot_offer_doctor_excl",
    table: "slot_offer",
    keys: &["doctor"],
    from: "starts_at",
    to: "ends_at",
    only: "status = 'open'",
};

fn series(ddl: &mut Ddl) {
    ddl.add_columns("appointment", |t| {
        t.bool("noted_afterwards").default(false);
        t.timestamp("left_at").null();
        t.int("series").null();
        t.bool("own_booking").default(false);
        t.int("taken_back").default(0i64);
    });
    ddl.sql(r#"CREATE INDEX "appointment_series_idx" ON "appointment" ("series", "id") WHERE "series" IS NOT NULL"#);
    ddl.add_columns("schedule_exception", |t| {
        t.date("date_to").null();
        t.check(
            "schedule_exception_date_to_check",
            "date_to IS NULL OR date_to > date",
        );
    });
}

fn waiting_list(ddl: &mut Ddl) {
    ddl.table("waiting_entry", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("doctor").null().references("app_user");
        t.date("earliest").null();
        t.date("latest").null();
        t.time("from_time").null();
        t.time("to_time").null();
        t.int("duration_minutes");
        t.bool("urgent");
        t.text("status");
        t.int("appointment")
            .null()
            .references("appointment")
            .set_null();
        t.one_of("status", WaitingStatus::VALUES);
        t.check(
            "waiting_entry_duration_minutes_check",
            "duration_minutes BETWEEN 1 AND 1440",
        );
    });
    ddl.index("waiting_entry", &["status", "urgent", "id"]);
    ddl.index("waiting_entry", &["patient", "id"]);
    ddl.index("waiting_entry", &["doctor", "id"]);
    ddl.table("slot_offer", |t| {
        t.standard();
        t.int("entry").references("waiting_entry");
        t.int("patient").references("patient");
        t.int("doctor").references("app_user");
        t.timestamp("starts_at");
        t.timestamp("ends_at");
        t.timestamp("expires_at");
        t.text("status");
        t.timestamp("settled_at").null();
        t.text("channel").null();
        t.int("appointment")
            .null()
            .references("appointment")
            .set_null();
        t.one_of("status", OfferStatus::VALUES);
        t.one_of("channel", AnswerChannel::VALUES);
        // What the rule against overlaps relies on.
        t.check("slot_offer_ends_at_check", "ends_at > starts_at");
        t.check(
            "slot_offer_settled_at_check",
            "(status = 'open') = (settled_at IS NULL)",
        );
    });
    ddl.no_overlap(ONE_OFFER_AT_A_TIME);
    // Whoever waits has one offer at a time.
    ddl.unique_index(
        "slot_offer_entry_key",
        "slot_offer",
        &["entry"],
        Some("status = 'open'"),
    );
    ddl.index("slot_offer", &["entry", "id"]);
    ddl.index("slot_offer", &["patient", "id"]);
    ddl.index("slot_offer", &["doctor", "id"]);
    ddl.index("slot_offer", &["status", "id"]);
    ddl.index("slot_offer", &["starts_at"]);
}

/// Nobody waits twice for the same.
fn one_wish(ddl: &mut Ddl) {
    ddl.add_columns("waiting_entry", |t| {
        t.text("wish").null();
    });
    ddl.unique_index(
        "waiting_entry_wish_key",
        "waiting_entry",
        &["patient", "wish"],
        Some("wish IS NOT NULL"),
    );
}

fn answers(ddl: &mut Ddl) {
    ddl.add_columns("appointment", |t| {
        t.timestamp("confirmed_at").null();
    });
    ddl.table("visit_answer", |t| {
        t.standard();
        t.int("appointment").references("appointment");
        t.int("patient").references("patient");
        t.text("answer");
        t.text("channel");
        t.int("answered_by").null().references("app_user");
        t.one_of("answer", Answer::VALUES);
        t.one_of("channel", AnswerChannel::VALUES);
    });
    ddl.index("visit_answer", &["appointment"]);
    ddl.index("visit_answer", &["patient", "created_at"]);
}

/// What is to come is counted along this index alone, which is as long as the hospital books ahead.
fn awaited_index(ddl: &mut Ddl) {
    ddl.sql(concat!(
        r#"CREATE INDEX "appointment_awaited_idx" ON "appointment" ("starts_at") WHERE "#,
        awaited!(),
        " AND voided_at IS NULL"
    ));
}

fn appointments(ddl: &mut Ddl) {
    ddl.table("appointment", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
        t.int("doctor").references("app_user");
        t.date("date");
        t.time("time");
        t.int("duration_minutes");
        t.text("status");
        t.bool("overbooked");
        t.timestamp("starts_at");
        t.timestamp("ends_at");
        t.int("queue_number").null();
        t.timestamp("checked_in_at").null();
        t.timestamp("started_at").null();
        t.timestamp("completed_at").null();
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", AppointmentStatus::VALUES);
        t.check(
            "appointment_duration_minutes_check",
            "duration_minutes BETWEEN 1 AND 1440",
        );
        // What the rule against overlaps relies on.
        t.check("appointment_ends_at_check", "ends_at > starts_at");
    });
    ddl.no_overlap(ONE_PATIENT_AT_A_TIME);
    ddl.no_overlap(ONE_PLACE_AT_A_TIME);
    // A day's list, whole or of one doctor; what comes next; and each filter in the lists' own order.
    ddl.index("appointment", &["date", "doctor"]);
    ddl.index("appointment", &["starts_at"]);
    ddl.index("appointment", &["doctor", "id"]);
    ddl.index("appointment", &["patient", "id"]);
    ddl.index("appointment", &["status", "id"]);
    ddl.unique_index(
        "appointment_queue_number_key",
        "appointment",
        &["doctor", "date", "queue_number"],
        None,
    );
    // The last number given in each doctor's queue of each day.
    ddl.table("queue_counter", |t| {
        t.int("doctor");
        t.date("date");
        t.int("last");
        t.primary_key(&["doctor", "date"]);
    });
}

fn hours(ddl: &mut Ddl) {
    ddl.table("doctor_schedule", |t| {
        t.standard();
        t.int("doctor").references("app_user");
        t.int("weekday");
        t.time("start");
        t.time("end");
        t.int("slot_minutes");
        t.date("valid_from").null();
        t.date("valid_until").null();
        t.check("doctor_schedule_weekday_check", "weekday BETWEEN 0 AND 6");
        t.check(
            "doctor_schedule_slot_minutes_check",
            "slot_minutes BETWEEN 1 AND 1440",
        );
    });
    ddl.index("doctor_schedule", &["doctor", "weekday"]);
    ddl.table("schedule_exception", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("doctor").references("app_user");
        t.date("date");
        t.bool("closed");
        t.time("start").null();
        t.time("end").null();
    });
    ddl.index("schedule_exception", &["doctor", "date"]);
}

fn resources(ddl: &mut Ddl) {
    ddl.table("schedulable_resource", |t| {
        t.standard();
        t.text("name");
        t.text("resource_type");
        t.text("description").null();
        t.bool("is_active");
        t.one_of("resource_type", ResourceType::VALUES);
    });
    ddl.table("resource_booking", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("resource").references("schedulable_resource");
        t.int("booked_by").null().references("app_user");
        t.int("patient").null().references("patient");
        t.timestamp("start_time");
        t.timestamp("end_time");
        t.text("status");
        t.one_of("status", BookingStatus::VALUES);
        // What the rule against overlaps relies on.
        t.check("resource_booking_end_time_check", "end_time > start_time");
    });
    ddl.no_overlap(ONE_BOOKING_AT_A_TIME);
    ddl.index("resource_booking", &["resource", "id"]);
    ddl.index("resource_booking", &["patient", "id"]);
    ddl.index("resource_booking", &["booked_by", "id"]);
    ddl.index("resource_booking", &["status", "id"]);
    ddl.index("resource_booking", &["start_time"]);
}

/// Numbers of the queue are unique where there are any. Without the condition every booking, which has none yet, would
/// write an entry of its own into this index, on a page that hardly any other booking of its commit touches.
fn queue_numbers(ddl: &mut Ddl) {
    ddl.sql("DROP INDEX appointment_queue_number_key");
    ddl.unique_index(
        "appointment_queue_number_key",
        "appointment",
        &["doctor", "date", "queue_number"],
        Some("queue_number IS NOT NULL"),
    );
}
