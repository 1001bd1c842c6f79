//! The trail's later tables: what it was made of first is in the platform's migrations.

use db::Ddl;

/// The trail becomes insert-only: the chain gets a table of its own, and what readings would have to keep
/// in order at random places is built afterwards. Neither table has foreign keys into
/// the trail, which nothing can be removed from: to look the row up for each link would cost more than
/// the link.
pub fn links(ddl: &mut Ddl) {
    ddl.table("audit_link", |t| {
        t.int("sequence");
        t.int("audit_log").unique();
        t.bytes("hash");
        t.primary_key(&["sequence"]);
    });
    ddl.table("audit_segment", |t| {
        t.int("id");
        t.primary_key(&["id"]);
    });
    ddl.sql_for(
        r#"CREATE TABLE "audit_posting" (
  "segment" INTEGER NOT NULL,
  "subject" INTEGER NOT NULL,
  "audit_log" INTEGER NOT NULL,
  CONSTRAINT "audit_posting_pkey" PRIMARY KEY ("segment", "subject", "audit_log")
) STRICT, WITHOUT ROWID"#,
        r#"CREATE TABLE "audit_posting" (
  "segment" bigint NOT NULL,
  "subject" bigint NOT NULL,
  "audit_log" bigint NOT NULL,
  CONSTRAINT "audit_posting_pkey" PRIMARY KEY ("segment", "subject", "audit_log")
)"#,
    );
    ddl.sql(
        "INSERT INTO audit_link (sequence, audit_log, hash) \
         SELECT sequence, id, hash FROM audit_log WHERE sequence IS NOT NULL ORDER BY sequence",
    );
    ddl.sql(r#"DROP TABLE "audit_patient""#);
    for index in [
        "audit_log_unsealed_idx",
        "audit_log_sequence_key",
        "audit_log_patient_id_idx",
        "audit_log_object_type_object_id_idx",
    ] {
        ddl.sql(&format!(r#"DROP INDEX "{index}""#));
    }
    ddl.sql_for(
        r#"DROP TRIGGER "audit_log_no_change""#,
        r#"DROP TRIGGER "audit_log_guard" ON "audit_log""#,
    );
    for column in ["sequence", "hash", "previous_hash"] {
        ddl.sql(&format!(
            r#"ALTER TABLE "audit_log" DROP COLUMN "{column}""#
        ));
    }
    ddl.add_columns("audit_log", |t| {
        t.text("patients").default(String::new());
    });
    // Few kinds and few users: these grow at as many places, not everywhere.
    ddl.index("audit_log", &["object_type", "id"]);
    ddl.sql(
        r#"CREATE INDEX "audit_log_acting_user_id_idx" ON "audit_log" ("acting_user", "id")
WHERE "acting_user" IS NOT NULL"#,
    );
    guards(ddl);
}

/// The database itself refuses what would falsify the trail. Allowed is one change: sealing a row's
/// envelope anew, which its MAC over the plaintext survives. `docs/decisions/0003-audit-chain.md` says
/// what this is worth.
fn guards(ddl: &mut Ddl) {
    const KEPT: [&str; 18] = [
        "id",
        "uid",
        "created_at",
        "updated_at",
        "version",
        "timestamp",
        "user",
        "username",
        "acting_user",
        "action",
        "object_type",
        "object_id",
        "patient",
        "description",
        "ip_address",
        "request_id",
        "patients",
        "mac",
    ];
    let changed = KEPT.map(|name| format!(r#"NEW."{name}" IS NOT OLD."{name}""#));
    let row = |which: &str| KEPT.map(|name| format!(r#"{which}."{name}""#)).join(", ");
    ddl.sql_for(
        &format!(
            r#"CREATE TRIGGER "audit_log_no_change" BEFORE UPDATE ON "audit_log"
WHEN {}
BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be changed');
END"#,
            changed.join("\n  OR ")
        ),
        &format!(
            r#"CREATE OR REPLACE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_log' THEN
    IF ROW({}) IS NOT DISTINCT FROM ROW({}) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed';
END
$$"#,
            row("NEW"),
            row("OLD")
        ),
    );
    ddl.sql_for(
        "",
        r#"CREATE TRIGGER "audit_log_guard" BEFORE UPDATE OR DELETE ON "audit_log"
FOR EACH ROW EXECUTE FUNCTION audit_log_guard()"#,
    );
    for (sqlite, postgres) in [
        (
            r#"CREATE TRIGGER "audit_link_no_delete" BEFORE DELETE ON "audit_link" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be deleted');
END"#,
            r#"CREATE TRIGGER "audit_link_guard" BEFORE UPDATE OR DELETE ON "audit_link"
FOR EACH ROW EXECUTE FUNCTION audit_log_guard()"#,
        ),
        (
            r#"CREATE TRIGGER "audit_link_no_change" BEFORE UPDATE ON "audit_link" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be changed');
END"#,
            r#"CREATE TRIGGER "audit_link_guard_truncate" BEFORE TRUNCATE ON "audit_link"
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_guard()"#,
        ),
    ] {
        ddl.sql_for(sqlite, postgres);
    }
}
