-- The schema after all migrations. Written by `cargo xtask gen`.

CREATE TABLE "allergy" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "code" TEXT,
  "severity" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "from_list" INTEGER NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "allergy_uid_key" UNIQUE ("uid"),
  CONSTRAINT "allergy_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "allergy_severity_check" CHECK ("severity" IN ('unknown', 'mild', 'moderate', 'severe')),
  CONSTRAINT "allergy_status_check" CHECK ("status" IN ('active', 'resolved'))
) STRICT;
CREATE INDEX "allergy_patient_id_idx" ON "allergy" ("patient", "id");
CREATE TABLE "api_key" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "is_active" INTEGER NOT NULL,
  "user" INTEGER NOT NULL,
  "last_used_at" INTEGER,
  "hash" TEXT NOT NULL,
  "masked" TEXT NOT NULL,
  CONSTRAINT "api_key_uid_key" UNIQUE ("uid"),
  CONSTRAINT "api_key_hash_key" UNIQUE ("hash"),
  CONSTRAINT "api_key_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "api_key_user_id_idx" ON "api_key" ("user", "id");
CREATE TABLE "app_user" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "username" TEXT NOT NULL,
  "email" TEXT,
  "first_name" TEXT NOT NULL,
  "last_name" TEXT NOT NULL,
  "role" INTEGER,
  "language_preference" TEXT NOT NULL,
  "is_active" INTEGER NOT NULL,
  "phone" TEXT,
  "is_superuser" INTEGER NOT NULL,
  "must_change_password" INTEGER NOT NULL,
  "last_login" INTEGER,
  "username_fold" TEXT NOT NULL,
  "email_fold" TEXT,
  "password_hash" TEXT,
  CONSTRAINT "app_user_uid_key" UNIQUE ("uid"),
  CONSTRAINT "app_user_username_fold_key" UNIQUE ("username_fold"),
  CONSTRAINT "app_user_email_fold_key" UNIQUE ("email_fold"),
  CONSTRAINT "app_user_role_fkey" FOREIGN KEY ("role") REFERENCES "role" ("id") ON DELETE RESTRICT,
  CONSTRAINT "app_user_language_preference_check" CHECK ("language_preference" IN ('en', 'fr', 'sw'))
) STRICT;
CREATE INDEX "app_user_role_idx" ON "app_user" ("role");
CREATE TABLE "appointment" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "doctor" INTEGER NOT NULL,
  "date" TEXT NOT NULL,
  "time" TEXT NOT NULL,
  "duration_minutes" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "overbooked" INTEGER NOT NULL,
  "starts_at" INTEGER NOT NULL,
  "ends_at" INTEGER NOT NULL,
  "queue_number" INTEGER,
  "checked_in_at" INTEGER,
  "started_at" INTEGER,
  "completed_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "appointment_uid_key" UNIQUE ("uid"),
  CONSTRAINT "appointment_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "appointment_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "appointment_status_check" CHECK ("status" IN ('scheduled', 'pending', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show')),
  CONSTRAINT "appointment_duration_minutes_check" CHECK (duration_minutes BETWEEN 1 AND 1440),
  CONSTRAINT "appointment_ends_at_check" CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX "appointment_awaited_idx" ON "appointment" ("starts_at") WHERE status IN ('scheduled', 'pending', 'checked_in') AND voided_at IS NULL;
CREATE INDEX "appointment_date_doctor_idx" ON "appointment" ("date", "doctor");
CREATE INDEX "appointment_doctor_excl_idx" ON "appointment" ("doctor", "starts_at") WHERE NOT overbooked AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL;
CREATE INDEX "appointment_doctor_id_idx" ON "appointment" ("doctor", "id");
CREATE INDEX "appointment_patient_excl_idx" ON "appointment" ("patient", "starts_at") WHERE status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL;
CREATE INDEX "appointment_patient_id_idx" ON "appointment" ("patient", "id");
CREATE UNIQUE INDEX "appointment_queue_number_key" ON "appointment" ("doctor", "date", "queue_number") WHERE queue_number IS NOT NULL;
CREATE INDEX "appointment_starts_at_idx" ON "appointment" ("starts_at");
CREATE INDEX "appointment_status_id_idx" ON "appointment" ("status", "id");
CREATE TRIGGER "appointment_doctor_excl_insert" AFTER INSERT ON "appointment"
WHEN EXISTS (SELECT 1 FROM "appointment" WHERE id = NEW.id AND NOT overbooked AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'constraint:appointment_doctor_excl') WHERE (
    SELECT "ends_at" FROM "appointment" WHERE "doctor" = NEW."doctor" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND NOT overbooked AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TRIGGER "appointment_doctor_excl_update" AFTER UPDATE ON "appointment"
WHEN EXISTS (SELECT 1 FROM "appointment" WHERE id = NEW.id AND NOT overbooked AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'constraint:appointment_doctor_excl') WHERE (
    SELECT "ends_at" FROM "appointment" WHERE "doctor" = NEW."doctor" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND NOT overbooked AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TRIGGER "appointment_patient_excl_insert" AFTER INSERT ON "appointment"
WHEN EXISTS (SELECT 1 FROM "appointment" WHERE id = NEW.id AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'constraint:appointment_patient_excl') WHERE (
    SELECT "ends_at" FROM "appointment" WHERE "patient" = NEW."patient" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TRIGGER "appointment_patient_excl_update" AFTER UPDATE ON "appointment"
WHEN EXISTS (SELECT 1 FROM "appointment" WHERE id = NEW.id AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'constraint:appointment_patient_excl') WHERE (
    SELECT "ends_at" FROM "appointment" WHERE "patient" = NEW."patient" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND status NOT IN ('cancelled', 'no_show') AND voided_at IS NULL
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TABLE "appointment_notification" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "appointment" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "notification_type" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "scheduled_for" INTEGER NOT NULL,
  "sent_at" INTEGER,
  "attempts" INTEGER NOT NULL,
  "next_attempt_at" INTEGER,
  "provider_message_id" TEXT,
  "lead_hours" INTEGER NOT NULL,
  "starts_at" INTEGER NOT NULL,
  "claim" TEXT NOT NULL,
  "lease_until" INTEGER, "withdrawn" INTEGER NOT NULL DEFAULT 0, "resends" INTEGER NOT NULL DEFAULT 0, "resent_at" INTEGER CONSTRAINT "appointment_notification_resends_resent_at_check" CHECK ((resends > 0) = (resent_at IS NOT NULL)) CONSTRAINT "appointment_notification_status_withdrawn_check" CHECK (NOT withdrawn OR status = 'cancelled'),
  CONSTRAINT "appointment_notification_uid_key" UNIQUE ("uid"),
  CONSTRAINT "appointment_notification_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "appointment_notification_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "appointment_notification_notification_type_check" CHECK ("notification_type" IN ('reminder', 'followup')),
  CONSTRAINT "appointment_notification_channel_check" CHECK ("channel" IN ('sms', 'email')),
  CONSTRAINT "appointment_notification_status_check" CHECK ("status" IN ('pending', 'sending', 'sent', 'failed', 'cancelled', 'unknown')),
  CONSTRAINT "appointment_notification_status_next_attempt_at_check" CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
  CONSTRAINT "appointment_notification_status_lease_until_check" CHECK ((status = 'sending') = (lease_until IS NOT NULL))
) STRICT;
CREATE INDEX "appointment_notification_appointment_id_idx" ON "appointment_notification" ("appointment", "id");
CREATE INDEX "appointment_notification_patient_id_idx" ON "appointment_notification" ("patient", "id");
CREATE INDEX "appointment_notification_scheduled_for_id_idx" ON "appointment_notification" ("scheduled_for", "id");
CREATE INDEX "appointment_notification_status_lease_until_idx" ON "appointment_notification" ("status", "lease_until");
CREATE INDEX "appointment_notification_status_next_attempt_at_idx" ON "appointment_notification" ("status", "next_attempt_at");
CREATE UNIQUE INDEX "appointment_notification_waiting_key" ON "appointment_notification" ("appointment", "notification_type", "channel", "lead_hours") WHERE status = 'pending';
CREATE TABLE "audit_link" (
  "sequence" INTEGER NOT NULL,
  "audit_log" INTEGER NOT NULL,
  "hash" BLOB NOT NULL,
  CONSTRAINT "audit_link_pkey" PRIMARY KEY ("sequence"),
  CONSTRAINT "audit_link_audit_log_key" UNIQUE ("audit_log")
) STRICT;
CREATE TRIGGER "audit_link_no_change" BEFORE UPDATE ON "audit_link" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be changed');
END;
CREATE TRIGGER "audit_link_no_delete" BEFORE DELETE ON "audit_link" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be deleted');
END;
CREATE TABLE "audit_log" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "timestamp" INTEGER NOT NULL,
  "user" INTEGER,
  "username" TEXT NOT NULL,
  "acting_user" INTEGER,
  "action" TEXT NOT NULL,
  "object_type" TEXT NOT NULL,
  "object_id" INTEGER,
  "patient" INTEGER,
  "description" TEXT NOT NULL,
  "ip_address" TEXT NOT NULL,
  "request_id" TEXT NOT NULL,
  "mac" BLOB NOT NULL, "patients" TEXT NOT NULL DEFAULT '',
  CONSTRAINT "audit_log_uid_key" UNIQUE ("uid"),
  CONSTRAINT "audit_log_action_check" CHECK ("action" IN ('view', 'edit', 'create', 'delete', 'login', 'logout', 'export', 'session_revoke', 'print', 'search', 'break_glass', 'other'))
) STRICT;
CREATE INDEX "audit_log_acting_user_id_idx" ON "audit_log" ("acting_user", "id")
WHERE "acting_user" IS NOT NULL;
CREATE INDEX "audit_log_object_type_id_idx" ON "audit_log" ("object_type", "id");
CREATE INDEX "audit_log_timestamp_idx" ON "audit_log" ("timestamp");
CREATE INDEX "audit_log_user_id_idx" ON "audit_log" ("user", "id");
CREATE TRIGGER "audit_log_no_change" BEFORE UPDATE ON "audit_log"
WHEN NEW."id" IS NOT OLD."id"
  OR NEW."uid" IS NOT OLD."uid"
  OR NEW."created_at" IS NOT OLD."created_at"
  OR NEW."updated_at" IS NOT OLD."updated_at"
  OR NEW."version" IS NOT OLD."version"
  OR NEW."timestamp" IS NOT OLD."timestamp"
  OR NEW."user" IS NOT OLD."user"
  OR NEW."username" IS NOT OLD."username"
  OR NEW."acting_user" IS NOT OLD."acting_user"
  OR NEW."action" IS NOT OLD."action"
  OR NEW."object_type" IS NOT OLD."object_type"
  OR NEW."object_id" IS NOT OLD."object_id"
  OR NEW."patient" IS NOT OLD."patient"
  OR NEW."description" IS NOT OLD."description"
  OR NEW."ip_address" IS NOT OLD."ip_address"
  OR NEW."request_id" IS NOT OLD."request_id"
  OR NEW."patients" IS NOT OLD."patients"
  OR NEW."mac" IS NOT OLD."mac"
BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be changed');
END;
CREATE TRIGGER "audit_log_no_delete" BEFORE DELETE ON "audit_log" BEGIN
  SELECT RAISE(ABORT, 'the audit trail cannot be deleted');
END;
CREATE TABLE "audit_posting" (
  "segment" INTEGER NOT NULL,
  "subject" INTEGER NOT NULL,
  "audit_log" INTEGER NOT NULL,
  CONSTRAINT "audit_posting_pkey" PRIMARY KEY ("segment", "subject", "audit_log")
) STRICT, WITHOUT ROWID;
CREATE TABLE "audit_segment" (
  "id" INTEGER NOT NULL,
  CONSTRAINT "audit_segment_pkey" PRIMARY KEY ("id")
) STRICT;
CREATE TABLE "care_relationship" (
  "user" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "source" TEXT NOT NULL,
  "since" INTEGER NOT NULL,
  CONSTRAINT "care_relationship_pkey" PRIMARY KEY ("user", "patient", "source"),
  CONSTRAINT "care_relationship_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "care_relationship_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "care_relationship_source_check" CHECK ("source" IN ('appointment', 'encounter', 'admission', 'referral', 'assigned'))
) STRICT;
CREATE INDEX "care_relationship_patient_idx" ON "care_relationship" ("patient");
CREATE TABLE "consent" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "consent_type" TEXT NOT NULL,
  "given" INTEGER NOT NULL,
  "given_at" INTEGER NOT NULL,
  "revoked_at" INTEGER,
  "created_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "consent_uid_key" UNIQUE ("uid"),
  CONSTRAINT "consent_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "consent_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "consent_consent_type_check" CHECK ("consent_type" IN ('treatment', 'data_processing', 'research', 'messaging'))
) STRICT;
CREATE INDEX "consent_patient_id_idx" ON "consent" ("patient", "id");
CREATE TABLE "data_key" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "purpose" TEXT NOT NULL,
  "wrapped" BLOB NOT NULL,
  "state" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  CONSTRAINT "data_key_purpose_check" CHECK ("purpose" IN ('data', 'index', 'audit', 'token')),
  CONSTRAINT "data_key_state_check" CHECK ("state" IN ('active', 'retiring', 'retired'))
) STRICT;
CREATE UNIQUE INDEX "data_key_active_key" ON "data_key" ("purpose") WHERE state = 'active';
CREATE TABLE "delegate_access" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "delegate" INTEGER NOT NULL,
  "can_manage_schedule" INTEGER NOT NULL,
  "can_view_data" INTEGER NOT NULL,
  "can_act_as_user" INTEGER NOT NULL,
  "revoked" INTEGER NOT NULL,
  "user" INTEGER NOT NULL,
  "revoked_at" INTEGER,
  CONSTRAINT "delegate_access_uid_key" UNIQUE ("uid"),
  CONSTRAINT "delegate_access_delegate_fkey" FOREIGN KEY ("delegate") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "delegate_access_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "delegate_access_delegate_check" CHECK ("delegate" <> "user")
) STRICT;
CREATE INDEX "delegate_access_delegate_user_idx" ON "delegate_access" ("delegate", "user");
CREATE UNIQUE INDEX "delegate_access_user_delegate_key" ON "delegate_access" ("user", "delegate") WHERE NOT revoked;
CREATE INDEX "delegate_access_user_id_idx" ON "delegate_access" ("user", "id");
CREATE TABLE "doctor_schedule" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "doctor" INTEGER NOT NULL,
  "weekday" INTEGER NOT NULL,
  "start" TEXT NOT NULL,
  "end" TEXT NOT NULL,
  "slot_minutes" INTEGER NOT NULL,
  "valid_from" TEXT,
  "valid_until" TEXT,
  CONSTRAINT "doctor_schedule_uid_key" UNIQUE ("uid"),
  CONSTRAINT "doctor_schedule_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "doctor_schedule_weekday_check" CHECK (weekday BETWEEN 0 AND 6),
  CONSTRAINT "doctor_schedule_slot_minutes_check" CHECK (slot_minutes BETWEEN 1 AND 1440)
) STRICT;
CREATE INDEX "doctor_schedule_doctor_weekday_idx" ON "doctor_schedule" ("doctor", "weekday");
CREATE TABLE "idempotent_reply" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "actor" INTEGER NOT NULL,
  "key" TEXT NOT NULL,
  "request" BLOB NOT NULL,
  "expires_at" INTEGER NOT NULL,
  CONSTRAINT "idempotent_reply_actor_key_key" UNIQUE ("actor", "key"),
  CONSTRAINT "idempotent_reply_uid_key" UNIQUE ("uid")
) STRICT;
CREATE INDEX "idempotent_reply_expires_at_idx" ON "idempotent_reply" ("expires_at");
CREATE TABLE "job" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "run_at" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "lease_until" INTEGER,
  "worker" TEXT NOT NULL,
  "last_error" TEXT NOT NULL,
  "finished_at" INTEGER,
  CONSTRAINT "job_uid_key" UNIQUE ("uid"),
  CONSTRAINT "job_state_check" CHECK ("state" IN ('pending', 'running', 'done', 'dead'))
) STRICT;
CREATE INDEX "job_state_run_at_idx" ON "job" ("state", "run_at");
CREATE TABLE "job_schedule" (
  "kind" TEXT NOT NULL,
  "next_run_at" INTEGER NOT NULL,
  CONSTRAINT "job_schedule_pkey" PRIMARY KEY ("kind")
) STRICT;
CREATE TABLE "known_permission" (
  "name" TEXT NOT NULL,
  CONSTRAINT "known_permission_pkey" PRIMARY KEY ("name")
) STRICT;
CREATE TABLE "login_activity" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "user" INTEGER,
  "timestamp" INTEGER NOT NULL,
  "ip_address" TEXT NOT NULL,
  "user_agent" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  CONSTRAINT "login_activity_uid_key" UNIQUE ("uid"),
  CONSTRAINT "login_activity_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE SET NULL,
  CONSTRAINT "login_activity_status_check" CHECK ("status" IN ('success', 'failed', 'locked', '2fa_failed'))
) STRICT;
CREATE INDEX "login_activity_timestamp_idx" ON "login_activity" ("timestamp");
CREATE INDEX "login_activity_user_id_idx" ON "login_activity" ("user", "id");
CREATE TABLE "login_address" (
  "address" TEXT NOT NULL,
  "empty_at" INTEGER NOT NULL,
  CONSTRAINT "login_address_pkey" PRIMARY KEY ("address")
) STRICT;
CREATE INDEX "login_address_empty_at_idx" ON "login_address" ("empty_at");
CREATE TABLE "login_failure" (
  "account" TEXT NOT NULL,
  "address" TEXT NOT NULL,
  "failures" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  CONSTRAINT "login_failure_pkey" PRIMARY KEY ("account", "address")
) STRICT;
CREATE INDEX "login_failure_last_at_idx" ON "login_failure" ("last_at");
CREATE TABLE "messaging_opt_out" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  CONSTRAINT "messaging_opt_out_uid_key" UNIQUE ("uid")
) STRICT;
CREATE TABLE "messaging_opt_out_digest" (
  "generation" INTEGER NOT NULL,
  "digest" BLOB NOT NULL,
  "opt_out" INTEGER NOT NULL,
  CONSTRAINT "messaging_opt_out_digest_pkey" PRIMARY KEY ("generation", "digest"),
  CONSTRAINT "messaging_opt_out_digest_opt_out_fkey" FOREIGN KEY ("opt_out") REFERENCES "messaging_opt_out" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "messaging_opt_out_digest_opt_out_idx" ON "messaging_opt_out_digest" ("opt_out");
CREATE TABLE "notification" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "is_read" INTEGER NOT NULL,
  "user" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "related_object" TEXT NOT NULL,
  "patient" INTEGER,
  "read_at" INTEGER,
  CONSTRAINT "notification_uid_key" UNIQUE ("uid"),
  CONSTRAINT "notification_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "notification_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "notification_kind_check" CHECK ("kind" IN ('appointment', 'task', 'lab_result', 'message', 'alert', 'system'))
) STRICT;
CREATE INDEX "notification_created_at_idx" ON "notification" ("created_at") WHERE "read_at" IS NULL;
CREATE INDEX "notification_patient_idx" ON "notification" ("patient");
CREATE INDEX "notification_read_at_idx" ON "notification" ("read_at") WHERE "read_at" IS NOT NULL;
CREATE INDEX "notification_user_id_idx" ON "notification" ("user", "id");
CREATE INDEX "notification_user_is_read_id_idx" ON "notification" ("user", "is_read", "id");
CREATE TABLE "organization" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "is_active" INTEGER NOT NULL,
  CONSTRAINT "organization_uid_key" UNIQUE ("uid"),
  CONSTRAINT "organization_name_key" UNIQUE ("name")
) STRICT;
CREATE TABLE "organization_membership" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "user" INTEGER NOT NULL,
  "organization" INTEGER NOT NULL,
  "role" TEXT NOT NULL,
  "is_admin" INTEGER NOT NULL,
  "joined_at" INTEGER NOT NULL,
  CONSTRAINT "organization_membership_user_organization_key" UNIQUE ("user", "organization"),
  CONSTRAINT "organization_membership_uid_key" UNIQUE ("uid"),
  CONSTRAINT "organization_membership_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "organization_membership_organization_fkey" FOREIGN KEY ("organization") REFERENCES "organization" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "organization_membership_organization_idx" ON "organization_membership" ("organization");
CREATE TABLE "patient" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "gender" TEXT NOT NULL,
  "preferred_language" TEXT NOT NULL,
  "contact_preference" TEXT NOT NULL,
  "user" INTEGER,
  "deceased_at" INTEGER,
  "birth_year" INTEGER NOT NULL,
  "merged_into" INTEGER,
  "last_appointment_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "patient_uid_key" UNIQUE ("uid"),
  CONSTRAINT "patient_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_merged_into_fkey" FOREIGN KEY ("merged_into") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_gender_check" CHECK ("gender" IN ('Male', 'Female', 'Other', 'Unknown')),
  CONSTRAINT "patient_preferred_language_check" CHECK ("preferred_language" IN ('en', 'fr', 'sw')),
  CONSTRAINT "patient_contact_preference_check" CHECK ("contact_preference" IN ('sms', 'email', 'both', 'none')),
  CONSTRAINT "patient_merged_into_check" CHECK (merged_into <> id)
) STRICT;
CREATE INDEX "patient_birth_year_id_idx" ON "patient" ("birth_year", "id");
CREATE INDEX "patient_counted_idx" ON "patient" ("created_at") WHERE "voided_at" IS NULL AND "merged_into" IS NULL;
CREATE INDEX "patient_created_at_idx" ON "patient" ("created_at");
CREATE INDEX "patient_merged_into_idx" ON "patient" ("merged_into");
CREATE UNIQUE INDEX "patient_user_key" ON "patient" ("user") WHERE voided_at IS NULL;
CREATE TABLE "patient_identifier" (
  "generation" INTEGER NOT NULL,
  "digest" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  CONSTRAINT "patient_identifier_generation_digest_key" UNIQUE ("generation", "digest"),
  CONSTRAINT "patient_identifier_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_identifier_kind_check" CHECK ("kind" IN ('unique_id'))
) STRICT;
CREATE INDEX "patient_identifier_patient_idx" ON "patient_identifier" ("patient");
CREATE TABLE "patient_link" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "merged_into" INTEGER NOT NULL,
  "score" INTEGER NOT NULL,
  "reasons" TEXT NOT NULL,
  "decided_by" INTEGER,
  "undone_at" INTEGER,
  "undone_by" INTEGER,
  CONSTRAINT "patient_link_uid_key" UNIQUE ("uid")
) STRICT;
CREATE INDEX "patient_link_merged_into_id_idx" ON "patient_link" ("merged_into", "id");
CREATE INDEX "patient_link_patient_id_idx" ON "patient_link" ("patient", "id");
CREATE TABLE "patient_number" (
  "year" INTEGER NOT NULL,
  "lane" INTEGER NOT NULL,
  "last" INTEGER NOT NULL,
  CONSTRAINT "patient_number_pkey" PRIMARY KEY ("year", "lane")
) STRICT;
CREATE TABLE patient_term (generation INTEGER NOT NULL, field INTEGER NOT NULL, tag INTEGER NOT NULL, patient INTEGER NOT NULL, CONSTRAINT patient_term_pkey PRIMARY KEY (generation, field, tag, patient)) STRICT, WITHOUT ROWID;
CREATE TABLE "preference" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "theme" TEXT NOT NULL,
  "language" TEXT,
  "notification_channels" TEXT NOT NULL,
  "user" INTEGER NOT NULL,
  CONSTRAINT "preference_uid_key" UNIQUE ("uid"),
  CONSTRAINT "preference_user_key" UNIQUE ("user"),
  CONSTRAINT "preference_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "preference_language_check" CHECK ("language" IN ('en', 'fr', 'sw'))
) STRICT;
CREATE TABLE "queue_counter" (
  "doctor" INTEGER NOT NULL,
  "date" TEXT NOT NULL,
  "last" INTEGER NOT NULL,
  CONSTRAINT "queue_counter_pkey" PRIMARY KEY ("doctor", "date")
) STRICT;
CREATE TABLE "recovery_code" (
  "two_factor" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "used_at" INTEGER,
  CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("two_factor", "hash"),
  CONSTRAINT "recovery_code_two_factor_fkey" FOREIGN KEY ("two_factor") REFERENCES "two_factor" ("id") ON DELETE CASCADE
) STRICT;
CREATE TABLE "resource_booking" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "resource" INTEGER NOT NULL,
  "booked_by" INTEGER,
  "patient" INTEGER,
  "start_time" INTEGER NOT NULL,
  "end_time" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  CONSTRAINT "resource_booking_uid_key" UNIQUE ("uid"),
  CONSTRAINT "resource_booking_resource_fkey" FOREIGN KEY ("resource") REFERENCES "schedulable_resource" ("id") ON DELETE RESTRICT,
  CONSTRAINT "resource_booking_booked_by_fkey" FOREIGN KEY ("booked_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "resource_booking_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "resource_booking_status_check" CHECK ("status" IN ('Scheduled', 'Completed', 'Cancelled')),
  CONSTRAINT "resource_booking_end_time_check" CHECK (end_time > start_time)
) STRICT;
CREATE INDEX "resource_booking_booked_by_id_idx" ON "resource_booking" ("booked_by", "id");
CREATE INDEX "resource_booking_patient_id_idx" ON "resource_booking" ("patient", "id");
CREATE INDEX "resource_booking_resource_excl_idx" ON "resource_booking" ("resource", "start_time") WHERE status <> 'Cancelled';
CREATE INDEX "resource_booking_resource_id_idx" ON "resource_booking" ("resource", "id");
CREATE INDEX "resource_booking_start_time_idx" ON "resource_booking" ("start_time");
CREATE INDEX "resource_booking_status_id_idx" ON "resource_booking" ("status", "id");
CREATE TRIGGER "resource_booking_resource_excl_insert" AFTER INSERT ON "resource_booking"
WHEN EXISTS (SELECT 1 FROM "resource_booking" WHERE id = NEW.id AND status <> 'Cancelled')
BEGIN
  SELECT RAISE(ABORT, 'constraint:resource_booking_resource_excl') WHERE (
    SELECT "end_time" FROM "resource_booking" WHERE "resource" = NEW."resource" AND "start_time" < NEW."end_time" AND id <> NEW.id AND status <> 'Cancelled'
    ORDER BY "start_time" DESC LIMIT 1
  ) > NEW."start_time";
END;
CREATE TRIGGER "resource_booking_resource_excl_update" AFTER UPDATE ON "resource_booking"
WHEN EXISTS (SELECT 1 FROM "resource_booking" WHERE id = NEW.id AND status <> 'Cancelled')
BEGIN
  SELECT RAISE(ABORT, 'constraint:resource_booking_resource_excl') WHERE (
    SELECT "end_time" FROM "resource_booking" WHERE "resource" = NEW."resource" AND "start_time" < NEW."end_time" AND id <> NEW.id AND status <> 'Cancelled'
    ORDER BY "start_time" DESC LIMIT 1
  ) > NEW."start_time";
END;
CREATE TABLE "role" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "is_builtin" INTEGER NOT NULL,
  CONSTRAINT "role_uid_key" UNIQUE ("uid"),
  CONSTRAINT "role_name_key" UNIQUE ("name")
) STRICT;
CREATE TABLE "role_change_request" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "requested_role" INTEGER NOT NULL,
  "reason" TEXT NOT NULL,
  "user" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "admin_response" TEXT NOT NULL,
  "reviewed_by" INTEGER,
  "reviewed_at" INTEGER,
  CONSTRAINT "role_change_request_uid_key" UNIQUE ("uid"),
  CONSTRAINT "role_change_request_requested_role_fkey" FOREIGN KEY ("requested_role") REFERENCES "role" ("id") ON DELETE RESTRICT,
  CONSTRAINT "role_change_request_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "role_change_request_reviewed_by_fkey" FOREIGN KEY ("reviewed_by") REFERENCES "app_user" ("id") ON DELETE SET NULL,
  CONSTRAINT "role_change_request_status_check" CHECK ("status" IN ('pending', 'approved', 'rejected'))
) STRICT;
CREATE INDEX "role_change_request_status_id_idx" ON "role_change_request" ("status", "id");
CREATE INDEX "role_change_request_user_id_idx" ON "role_change_request" ("user", "id");
CREATE UNIQUE INDEX "role_change_request_user_key" ON "role_change_request" ("user") WHERE status = 'pending';
CREATE TABLE "role_grant" (
  "role" INTEGER NOT NULL,
  "permission" TEXT NOT NULL,
  "reach" TEXT NOT NULL,
  CONSTRAINT "role_grant_role_permission_key" UNIQUE ("role", "permission"),
  CONSTRAINT "role_grant_role_fkey" FOREIGN KEY ("role") REFERENCES "role" ("id") ON DELETE CASCADE,
  CONSTRAINT "role_grant_reach_check" CHECK ("reach" IN ('own', 'assigned', 'all'))
) STRICT;
CREATE TABLE "schedulable_resource" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "resource_type" TEXT NOT NULL,
  "description" TEXT,
  "is_active" INTEGER NOT NULL,
  CONSTRAINT "schedulable_resource_uid_key" UNIQUE ("uid"),
  CONSTRAINT "schedulable_resource_resource_type_check" CHECK ("resource_type" IN ('Operating Room', 'Equipment', 'Other'))
) STRICT;
CREATE TABLE "schedule_exception" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "doctor" INTEGER NOT NULL,
  "date" TEXT NOT NULL,
  "closed" INTEGER NOT NULL,
  "start" TEXT,
  "end" TEXT,
  CONSTRAINT "schedule_exception_uid_key" UNIQUE ("uid"),
  CONSTRAINT "schedule_exception_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "schedule_exception_doctor_date_idx" ON "schedule_exception" ("doctor", "date");
CREATE TABLE "schema_migration" (
  "module" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "applied_at" INTEGER NOT NULL,
  "checksum" TEXT NOT NULL,
  CONSTRAINT "schema_migration_pkey" PRIMARY KEY ("module", "name")
) STRICT;
CREATE TABLE "session" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "user" INTEGER NOT NULL,
  "last_used_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "ip_address" TEXT NOT NULL,
  "user_agent" TEXT NOT NULL,
  "revoked_at" INTEGER,
  CONSTRAINT "session_uid_key" UNIQUE ("uid"),
  CONSTRAINT "session_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "session_expires_at_idx" ON "session" ("expires_at");
CREATE INDEX "session_user_id_idx" ON "session" ("user", "id");
CREATE TABLE "task" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "assignee" INTEGER,
  "status" TEXT NOT NULL,
  "priority" TEXT NOT NULL,
  "related_patient" INTEGER,
  "due_date" TEXT,
  "created_by" INTEGER,
  "source" TEXT NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "task_uid_key" UNIQUE ("uid"),
  CONSTRAINT "task_assignee_fkey" FOREIGN KEY ("assignee") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "task_related_patient_fkey" FOREIGN KEY ("related_patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "task_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "task_status_check" CHECK ("status" IN ('pending', 'in_progress', 'completed', 'cancelled')),
  CONSTRAINT "task_priority_check" CHECK ("priority" IN ('low', 'normal', 'high')),
  CONSTRAINT "task_source_check" CHECK ("source" IN ('user', 'cds', 'guideline'))
) STRICT;
CREATE INDEX "task_assignee_status_idx" ON "task" ("assignee", "status");
CREATE INDEX "task_created_by_idx" ON "task" ("created_by");
CREATE INDEX "task_related_patient_idx" ON "task" ("related_patient");
CREATE INDEX "task_status_due_date_idx" ON "task" ("status", "due_date");
CREATE TABLE "two_factor" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "user" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "confirmed_at" INTEGER,
  "last_used_step" INTEGER,
  CONSTRAINT "two_factor_uid_key" UNIQUE ("uid"),
  CONSTRAINT "two_factor_user_key" UNIQUE ("user"),
  CONSTRAINT "two_factor_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "two_factor_kind_check" CHECK ("kind" IN ('totp', 'passkey'))
) STRICT;
CREATE TABLE "used_token" (
  "jti" BLOB NOT NULL,
  "expires_at" INTEGER NOT NULL,
  CONSTRAINT "used_token_pkey" PRIMARY KEY ("jti")
) STRICT;
CREATE INDEX "used_token_expires_at_idx" ON "used_token" ("expires_at");
CREATE TABLE "ws_ticket" (
  "hash" TEXT NOT NULL,
  "user" INTEGER NOT NULL,
  "session" BLOB NOT NULL,
  "expires_at" INTEGER NOT NULL,
  CONSTRAINT "ws_ticket_pkey" PRIMARY KEY ("hash"),
  CONSTRAINT "ws_ticket_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "ws_ticket_expires_at_idx" ON "ws_ticket" ("expires_at");
CREATE INDEX "ws_ticket_user_idx" ON "ws_ticket" ("user");
