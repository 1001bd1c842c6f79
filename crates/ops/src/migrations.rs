//! The platform's own tables, and its place in the list of modules.

use kernel::BuiltinRole;

use api::module::Module;
use api::resource::list_results;
use api::route::Route;
use db::{Ddl, Migration};
use engine::access::{Access, Right};
use engine::audit::AuditLog;
use engine::idempotency::IdempotentReply;
use engine::jobs::{JobRow, JobState};
use engine::operation::Without;

/// The platform's own tables, first in every list of modules.
pub fn module() -> Module {
    Module::new("platform")
        .migrations(MIGRATIONS)
        .resource::<AuditLog>()
        .route(
            Route::get("audit_logs", "audit-logs/", |cx, call| {
                Box::pin(list_results::<AuditLog>(cx, call))
            })
            .with::<AuditLog>(Right::Read, Without::Nothing)
            .summary("The audit trail, page by page")
            .answers_pages::<AuditLog>()
            .done(),
        )
        .route(api::audit_chain::route())
        .own_table::<JobRow>()
        .job(engine::jobs::CLEANUP)
        .job(engine::jobs::STATISTICS)
        .own_table::<IdempotentReply>()
        .job(engine::idempotency::ERASURE)
        .permission(engine::alert::SYSTEM, Access::may(&[BuiltinRole::Admin]))
        .alerts(|cx, _| Box::pin(crate::notices::notices(cx)))
        .texts(texts::PLATFORM)
}

/// Their schema changes, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_keys",
        up: keys,
    },
    Migration {
        name: "0002_audit_log",
        up: audit_log,
    },
    Migration {
        name: "0003_jobs",
        up: jobs,
    },
    Migration {
        name: "0004_idempotent_replies",
        up: idempotent_replies,
    },
    Migration {
        name: "0005_audit_seal",
        up: audit_seal,
    },
    Migration {
        name: "0006_audit_links",
        up: engine::audit::tables::links,
    },
];

fn keys(ddl: &mut Ddl) {
    ddl.table("data_key", |t| {
        t.id();
        t.text("purpose");
        t.bytes("wrapped");
        t.text("state");
        t.timestamp("created_at");
        t.one_of("purpose", &["data", "index", "audit", "token"]);
        t.one_of("state", &["active", "retiring", "retired"]);
    });
    // At most one active key for each purpose, whoever rotates at the same time.
    ddl.unique_index(
        "data_key_active_key",
        "data_key",
        &["purpose"],
        Some("state = 'active'"),
    );
}

fn audit_log(ddl: &mut Ddl) {
    ddl.table("audit_log", |t| {
        t.standard();
        t.bytes("sealed");
        t.timestamp("timestamp");
        t.int("user").null();
        t.text("username");
        t.int("acting_user").null();
        t.text("action");
        t.text("object_type");
        t.int("object_id").null();
        t.int("patient").null();
        t.text("description");
        t.text("ip_address");
        t.text("request_id");
        t.int("sequence").null();
        t.bytes("hash").null();
        t.bytes("previous_hash").null();
        t.bytes("mac");
        t.one_of("action", engine::audit::Action::VALUES);
    });
    ddl.unique_index("audit_log_sequence_key", "audit_log", &["sequence"], None);
    ddl.index("audit_log", &["user", "id"]);
    ddl.index("audit_log", &["patient", "id"]);
    ddl.index("audit_log", &["object_type", "object_id"]);
    ddl.index("audit_log", &["timestamp"]);
    // Which patients a row concerns: written when the row is linked into the chain.
    ddl.table("audit_patient", |t| {
        t.int("patient");
        t.int("audit_log").references("audit_log");
        t.primary_key(&["patient", "audit_log"]);
    });
}

fn jobs(ddl: &mut Ddl) {
    ddl.table("job", |t| {
        t.standard();
        t.bytes("sealed");
        t.text("kind");
        t.timestamp("run_at");
        t.text("state");
        t.int("attempts");
        t.timestamp("lease_until").null();
        t.text("worker");
        t.text("last_error");
        t.timestamp("finished_at").null();
        t.one_of("state", JobState::VALUES);
    });
    ddl.index("job", &["state", "run_at"]);
    // A kind that runs by itself waits in one row only, however many workers there are.
    ddl.table("job_schedule", |t| {
        t.text("kind");
        t.timestamp("next_run_at");
        t.primary_key(&["kind"]);
    });
}

fn idempotent_replies(ddl: &mut Ddl) {
    ddl.table("idempotent_reply", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("actor");
        t.text("key");
        t.bytes("request");
        t.timestamp("expires_at");
        t.unique(&["actor", "key"]);
    });
    ddl.index("idempotent_reply", &["expires_at"]);
}

/// The sealer finds its work by a small index, and the database itself refuses what would falsify the
/// trail. Allowed are: placing a row in the chain, once; and sealing its envelope anew, which the row's
/// MAC over the plaintext survives. `docs/decisions/0003-audit-chain.md` says what this is worth.
fn audit_seal(ddl: &mut Ddl) {
    ddl.sql(
        r#"CREATE INDEX "audit_log_unsealed_idx" ON "audit_log" ("id") WHERE "sequence" IS NULL"#,
    );
    ddl.sql_for(
        r#"CREATE TRIGGER "audit_log_no_delete" BEFORE DELETE ON "audit_log" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be deleted');
END"#,
        r#"CREATE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF ROW(NEW.id, NEW.uid, NEW.created_at, NEW.updated_at, NEW.version, NEW."timestamp", NEW."user",
           NEW.username, NEW.acting_user, NEW.action, NEW.object_type, NEW.object_id, NEW.patient,
           NEW.description, NEW.ip_address, NEW.request_id, NEW.mac)
       IS NOT DISTINCT FROM
       ROW(OLD.id, OLD.uid, OLD.created_at, OLD.updated_at, OLD.version, OLD."timestamp", OLD."user",
           OLD.username, OLD.acting_user, OLD.action, OLD.object_type, OLD.object_id, OLD.patient,
           OLD.description, OLD.ip_address, OLD.request_id, OLD.mac)
       AND (OLD.sequence IS NULL
            OR ROW(NEW.sequence, NEW.hash, NEW.previous_hash)
               IS NOT DISTINCT FROM ROW(OLD.sequence, OLD.hash, OLD.previous_hash))
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed';
END
$$"#,
    );
    ddl.sql_for(
        r#"CREATE TRIGGER "audit_log_no_change" BEFORE UPDATE ON "audit_log"
WHEN NEW."id" IS NOT OLD."id" OR NEW."uid" IS NOT OLD."uid"
  OR NEW."created_at" IS NOT OLD."created_at" OR NEW."updated_at" IS NOT OLD."updated_at"
  OR NEW."version" IS NOT OLD."version" OR NEW."timestamp" IS NOT OLD."timestamp"
  OR NEW."user" IS NOT OLD."user" OR NEW."username" IS NOT OLD."username"
  OR NEW."acting_user" IS NOT OLD."acting_user" OR NEW."action" IS NOT OLD."action"
  OR NEW."object_type" IS NOT OLD."object_type" OR NEW."object_id" IS NOT OLD."object_id"
  OR NEW."patient" IS NOT OLD."patient" OR NEW."description" IS NOT OLD."description"
  OR NEW."ip_address" IS NOT OLD."ip_address" OR NEW."request_id" IS NOT OLD."request_id"
  OR NEW."mac" IS NOT OLD."mac"
  OR (OLD."sequence" IS NOT NULL
      AND (NEW."sequence" IS NOT OLD."sequence" OR NEW."hash" IS NOT OLD."hash"
           OR NEW."previous_hash" IS NOT OLD."previous_hash"))
BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be changed');
END"#,
        r#"CREATE TRIGGER "audit_log_guard" BEFORE UPDATE OR DELETE ON "audit_log"
FOR EACH ROW EXECUTE FUNCTION audit_log_guard()"#,
    );
    ddl.sql_for(
        "",
        r#"CREATE TRIGGER "audit_log_guard_truncate" BEFORE TRUNCATE ON "audit_log"
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_guard()"#,
    );
}
