//! The tables of compliance. That of `break-glass/` is made by `patients`, whose row scopes ask it.

use platform::db::{Ddl, Migration};

use crate::breach::{BreachStatus, Severity};
use crate::people::Verdict;
use crate::rule::RuleKind;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_breaches",
        up: breaches,
    },
    Migration {
        name: "0002_accesses",
        up: accesses,
    },
    Migration {
        name: "0003_readings",
        up: readings,
    },
];

/// How many records an hour is more than usual where nobody has said otherwise.
const USUAL: i64 = 120;

fn readings(ddl: &mut Ddl) {
    ddl.table("reading_limit", |t| {
        t.standard();
        t.int("role").null().references("role").cascade();
        t.int("records_per_hour");
        t.bool("is_active");
        t.check(
            "reading_limit_records_per_hour_check",
            "records_per_hour > 0",
        );
    });
    ddl.unique_index(
        "reading_limit_role_key",
        "reading_limit",
        &["role"],
        Some("role IS NOT NULL"),
    );
    ddl.sql("CREATE UNIQUE INDEX \"reading_limit_usual_key\" ON \"reading_limit\" ((role IS NULL)) WHERE role IS NULL");
    let columns = "uid, created_at, updated_at, version, role, records_per_hour, is_active";
    ddl.sql_for(
        &format!("INSERT INTO reading_limit ({columns}) VALUES (randomblob(16), 0, 0, 1, NULL, {USUAL}, TRUE)"),
        &format!("INSERT INTO reading_limit ({columns}) VALUES (gen_random_uuid(), now(), now(), 1, NULL, {USUAL}, TRUE)"),
    );
    // How many records each user opened within an hour of the clock.
    ddl.table("access_reading", |t| {
        t.int("user");
        t.timestamp("hour");
        t.int("records");
        t.primary_key(&["user", "hour"]);
    });
    ddl.index("access_reading", &["hour"]);
}

/// The rules that a hospital begins with.
pub(crate) const RULES: [(RuleKind, i64); 7] = [
    (RuleKind::SameSurname, 50),
    (RuleKind::SameAddress, 80),
    (RuleKind::Colleague, 60),
    (RuleKind::PublicFigure, 80),
    (RuleKind::NoCare, 30),
    (RuleKind::NoVisit, 30),
    (RuleKind::OutOfHours, 10),
];

fn breaches(ddl: &mut Ddl) {
    ddl.table("breach_incident", |t| {
        t.standard();
        t.bytes("sealed");
        t.timestamp("discovered_at");
        t.text("severity");
        t.timestamp("contained_at").null();
        t.timestamp("notified_at").null();
        t.timestamp("patients_told_at").null();
        t.int("suspect").null().references("app_user");
        t.timestamp("period_start").null();
        t.timestamp("period_end").null();
        t.text("status");
        t.timestamp("regulator_due_at");
        t.int("reported_by").null().references("app_user");
        t.int("affected_patients").null();
        t.timestamp("reminded_at").null();
        t.one_of("severity", Severity::VALUES);
        t.one_of("status", BreachStatus::VALUES);
        t.check(
            "breach_incident_regulator_due_at_check",
            "regulator_due_at > discovered_at",
        );
        t.check(
            "breach_incident_notified_at_check",
            "notified_at IS NULL OR notified_at >= discovered_at",
        );
        t.check(
            "breach_incident_notified_check",
            "(status = 'notified') = (notified_at IS NOT NULL)",
        );
    });
    ddl.index("breach_incident", &["notified_at", "regulator_due_at"]);
    ddl.table("breach_affected", |t| {
        t.standard();
        t.int("breach").references("breach_incident");
        t.int("patient");
        t.int("accesses");
        t.timestamp("first_at");
        t.timestamp("last_at");
        t.unique(&["breach", "patient"]);
        t.check("breach_affected_accesses_check", "accesses > 0");
    });
}

fn accesses(ddl: &mut Ddl) {
    ddl.table("access_rule", |t| {
        t.standard();
        t.text("kind").unique();
        t.int("weight");
        t.bool("is_active");
        t.int("from_hour");
        t.int("to_hour");
        t.one_of("kind", RuleKind::VALUES);
        t.check("access_rule_weight_check", "weight BETWEEN 0 AND 100");
        t.check(
            "access_rule_to_hour_check",
            "from_hour >= 0 AND to_hour <= 24 AND from_hour < to_hour",
        );
    });
    for (kind, weight) in RULES {
        let values = format!("'{}', {weight}, TRUE, 7, 19", kind.as_str());
        ddl.sql_for(
            &format!(
                "INSERT INTO access_rule (uid, created_at, updated_at, version, kind, weight, is_active, from_hour, to_hour) \
                 VALUES (randomblob(16), 0, 0, 1, {values})"
            ),
            &format!(
                "INSERT INTO access_rule (uid, created_at, updated_at, version, kind, weight, is_active, from_hour, to_hour) \
                 VALUES (gen_random_uuid(), now(), now(), 1, {values})"
            ),
        );
    }
    ddl.table("public_figure", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("patient").references("patient");
    });
    ddl.index("public_figure", &["patient"]);
    reviews(ddl);
    // Who last wrote something about whom: what the trail says, kept so that it need not be searched.
    ddl.table("access_work", |t| {
        t.int("user");
        t.int("patient");
        t.timestamp("last_at");
        t.primary_key(&["patient", "user"]);
    });
    ddl.index("access_work", &["last_at"]);
    // How far the trail was read: for work, and for what is to be judged.
    ddl.table("access_watch", |t| {
        t.id();
        t.int("worked");
        t.int("judged");
    });
    // What happened before the rules came is not judged by them.
    ddl.sql(
        "INSERT INTO access_watch (worked, judged) SELECT coalesce(max(id), 0), coalesce(max(id), 0) FROM audit_log",
    );
}

fn reviews(ddl: &mut Ddl) {
    ddl.table("access_review", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("user").references("app_user");
        t.int("patient");
        t.timestamp("seen_at");
        t.int("audit_log");
        t.text("reasons");
        t.text("verdict").null();
        t.timestamp("decided_at").null();
        t.int("decided_by").null().references("app_user");
        t.int("breach").null().references("breach_incident");
        t.one_of("verdict", Verdict::VALUES);
        t.check(
            "access_review_decided_by_check",
            "decided_by IS NULL OR decided_by <> \"user\"",
        );
        t.check(
            "access_review_decided_at_check",
            "(verdict IS NULL) = (decided_at IS NULL) AND (verdict IS NULL) = (decided_by IS NULL)",
        );
        t.check(
            "access_review_breach_check",
            "(breach IS NULL) OR verdict = 'not_justified'",
        );
    });
    // One question at a time about the same two people, whoever asks.
    ddl.unique_index(
        "access_review_open_key",
        "access_review",
        &["user", "patient"],
        Some("verdict IS NULL"),
    );
    ddl.index("access_review", &["patient", "id"]);
}
