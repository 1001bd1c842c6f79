-- The schema after all migrations. Written by `cargo xtask gen`.

CREATE TABLE "access_reading" (
  "user" INTEGER NOT NULL,
  "hour" INTEGER NOT NULL,
  "records" INTEGER NOT NULL,
  CONSTRAINT "access_reading_pkey" PRIMARY KEY ("user", "hour")
) STRICT;
CREATE INDEX "access_reading_hour_idx" ON "access_reading" ("hour");
CREATE TABLE "access_review" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "user" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "seen_at" INTEGER NOT NULL,
  "audit_log" INTEGER NOT NULL,
  "reasons" TEXT NOT NULL,
  "verdict" TEXT,
  "decided_at" INTEGER,
  "decided_by" INTEGER,
  "breach" INTEGER,
  CONSTRAINT "access_review_uid_key" UNIQUE ("uid"),
  CONSTRAINT "access_review_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "access_review_decided_by_fkey" FOREIGN KEY ("decided_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "access_review_breach_fkey" FOREIGN KEY ("breach") REFERENCES "breach_incident" ("id") ON DELETE RESTRICT,
  CONSTRAINT "access_review_verdict_check" CHECK ("verdict" IN ('justified', 'not_justified')),
  CONSTRAINT "access_review_decided_by_check" CHECK (decided_by IS NULL OR decided_by <> "user"),
  CONSTRAINT "access_review_decided_at_check" CHECK ((verdict IS NULL) = (decided_at IS NULL) AND (verdict IS NULL) = (decided_by IS NULL)),
  CONSTRAINT "access_review_breach_check" CHECK ((breach IS NULL) OR verdict = 'not_justified')
) STRICT;
CREATE UNIQUE INDEX "access_review_open_key" ON "access_review" ("user", "patient") WHERE verdict IS NULL;
CREATE INDEX "access_review_patient_id_idx" ON "access_review" ("patient", "id");
CREATE TABLE "access_rule" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "kind" TEXT NOT NULL,
  "weight" INTEGER NOT NULL,
  "is_active" INTEGER NOT NULL,
  "from_hour" INTEGER NOT NULL,
  "to_hour" INTEGER NOT NULL,
  CONSTRAINT "access_rule_uid_key" UNIQUE ("uid"),
  CONSTRAINT "access_rule_kind_key" UNIQUE ("kind"),
  CONSTRAINT "access_rule_kind_check" CHECK ("kind" IN ('same_surname', 'same_address', 'colleague', 'public_figure', 'no_care', 'no_visit', 'out_of_hours')),
  CONSTRAINT "access_rule_weight_check" CHECK (weight BETWEEN 0 AND 100),
  CONSTRAINT "access_rule_to_hour_check" CHECK (from_hour >= 0 AND to_hour <= 24 AND from_hour < to_hour)
) STRICT;
CREATE TABLE "access_watch" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "worked" INTEGER NOT NULL,
  "judged" INTEGER NOT NULL
) STRICT;
CREATE TABLE "access_work" (
  "user" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  CONSTRAINT "access_work_pkey" PRIMARY KEY ("patient", "user")
) STRICT;
CREATE INDEX "access_work_last_at_idx" ON "access_work" ("last_at");
CREATE TABLE "admission" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "bed" INTEGER NOT NULL,
  "admitted_at" INTEGER NOT NULL,
  "admitted_by" INTEGER,
  "discharged_at" INTEGER,
  "discharged_by" INTEGER,
  "bed_days" INTEGER,
  "open" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "admission_uid_key" UNIQUE ("uid"),
  CONSTRAINT "admission_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "admission_bed_fkey" FOREIGN KEY ("bed") REFERENCES "bed" ("id") ON DELETE RESTRICT,
  CONSTRAINT "admission_admitted_by_fkey" FOREIGN KEY ("admitted_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "admission_discharged_by_fkey" FOREIGN KEY ("discharged_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "admission_discharged_at_check" CHECK (discharged_at IS NULL OR discharged_at >= admitted_at),
  CONSTRAINT "admission_bed_days_check" CHECK ((bed_days IS NULL) = (discharged_at IS NULL) AND (bed_days IS NULL OR bed_days >= 1)),
  CONSTRAINT "admission_open_check" CHECK ((open IS NULL) = (discharged_at IS NOT NULL))
) STRICT;
CREATE INDEX "admission_admitted_at_idx" ON "admission" ("admitted_at");
CREATE INDEX "admission_bed_id_idx" ON "admission" ("bed", "id");
CREATE UNIQUE INDEX "admission_bed_key" ON "admission" ("bed") WHERE discharged_at IS NULL AND voided_at IS NULL;
CREATE INDEX "admission_discharged_at_idx" ON "admission" ("discharged_at");
CREATE INDEX "admission_patient_admitted_at_idx" ON "admission" ("patient", "admitted_at");
CREATE INDEX "admission_patient_discharged_at_idx" ON "admission" ("patient", "discharged_at");
CREATE INDEX "admission_patient_id_idx" ON "admission" ("patient", "id");
CREATE UNIQUE INDEX "admission_patient_key" ON "admission" ("patient") WHERE discharged_at IS NULL AND voided_at IS NULL;
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
  "masked" TEXT NOT NULL, "expires_at" INTEGER,
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
  "voided_by" INTEGER, "confirmed_at" INTEGER, "noted_afterwards" INTEGER NOT NULL DEFAULT 0, "left_at" INTEGER, "series" INTEGER, "own_booking" INTEGER NOT NULL DEFAULT 0, "taken_back" INTEGER NOT NULL DEFAULT 0,
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
CREATE INDEX "appointment_series_idx" ON "appointment" ("series", "id") WHERE "series" IS NOT NULL;
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
CREATE UNIQUE INDEX "appointment_notification_waiting_key" ON "appointment_notification" ("appointment", "patient", "notification_type", "channel", "lead_hours") WHERE status = 'pending';
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
CREATE TABLE "bed" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "ward" INTEGER,
  "number" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "assigned_patient" INTEGER,
  "last_assigned" INTEGER,
  CONSTRAINT "bed_uid_key" UNIQUE ("uid"),
  CONSTRAINT "bed_ward_fkey" FOREIGN KEY ("ward") REFERENCES "ward" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_assigned_patient_fkey" FOREIGN KEY ("assigned_patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_status_check" CHECK ("status" IN ('available', 'occupied', 'cleaning', 'maintenance')),
  CONSTRAINT "bed_occupied_check" CHECK ((status = 'occupied') = (assigned_patient IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX "bed_assigned_patient_key" ON "bed" ("assigned_patient") WHERE assigned_patient IS NOT NULL;
CREATE UNIQUE INDEX "bed_number_key" ON "bed" ("number") WHERE ward IS NULL;
CREATE INDEX "bed_status_id_idx" ON "bed" ("status", "id");
CREATE UNIQUE INDEX "bed_ward_number_key" ON "bed" ("ward", "number");
CREATE TABLE "bed_stay" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "admission" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "bed" INTEGER NOT NULL,
  "ward" INTEGER,
  "started_at" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "moved_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "bed_stay_uid_key" UNIQUE ("uid"),
  CONSTRAINT "bed_stay_admission_fkey" FOREIGN KEY ("admission") REFERENCES "admission" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_stay_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_stay_bed_fkey" FOREIGN KEY ("bed") REFERENCES "bed" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_stay_ward_fkey" FOREIGN KEY ("ward") REFERENCES "ward" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_stay_moved_by_fkey" FOREIGN KEY ("moved_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bed_stay_ended_at_check" CHECK (ended_at IS NULL OR ended_at >= started_at)
) STRICT;
CREATE INDEX "bed_stay_admission_id_idx" ON "bed_stay" ("admission", "id");
CREATE UNIQUE INDEX "bed_stay_admission_key" ON "bed_stay" ("admission") WHERE ended_at IS NULL AND voided_at IS NULL;
CREATE INDEX "bed_stay_bed_id_idx" ON "bed_stay" ("bed", "id");
CREATE UNIQUE INDEX "bed_stay_bed_key" ON "bed_stay" ("bed") WHERE ended_at IS NULL AND voided_at IS NULL;
CREATE INDEX "bed_stay_ended_at_idx" ON "bed_stay" ("ended_at");
CREATE INDEX "bed_stay_patient_id_idx" ON "bed_stay" ("patient", "id");
CREATE INDEX "bed_stay_started_at_idx" ON "bed_stay" ("started_at");
CREATE TABLE "bill" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "encounter" INTEGER,
  "insurance" INTEGER,
  "service_date" TEXT,
  "due_date" TEXT,
  "total_amount" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "date_issued" TEXT NOT NULL,
  "doctor" INTEGER,
  "insurance_amount" INTEGER NOT NULL,
  "insurance_paid_amount" INTEGER NOT NULL,
  "paid_amount" INTEGER NOT NULL,
  "refunded_amount" INTEGER NOT NULL,
  "written_off_amount" INTEGER NOT NULL,
  "balance_due" INTEGER NOT NULL,
  "credit_due" INTEGER NOT NULL,
  "gather_key" TEXT,
  "outstanding" INTEGER NOT NULL,
  "age_from" TEXT NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "bill_uid_key" UNIQUE ("uid"),
  CONSTRAINT "bill_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_encounter_fkey" FOREIGN KEY ("encounter") REFERENCES "encounter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_insurance_fkey" FOREIGN KEY ("insurance") REFERENCES "insurance_detail" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_status_check" CHECK ("status" IN ('Draft', 'Open', 'Partially Paid', 'Paid', 'Void')),
  CONSTRAINT "bill_total_amount_check" CHECK (total_amount >= 0),
  CONSTRAINT "bill_insurance_amount_check" CHECK (insurance_amount >= 0 AND insurance_paid_amount BETWEEN 0 AND insurance_amount),
  CONSTRAINT "bill_refunded_amount_check" CHECK (refunded_amount BETWEEN 0 AND paid_amount AND written_off_amount >= 0),
  CONSTRAINT "bill_outstanding_check" CHECK (outstanding >= 0),
  CONSTRAINT "bill_balance_due_check" CHECK (balance_due >= 0 AND credit_due >= 0 AND (balance_due = 0 OR credit_due = 0) AND (status = 'Void' OR balance_due - credit_due = total_amount - insurance_amount - paid_amount + refunded_amount - written_off_amount))
) STRICT;
CREATE INDEX bill_credit_due_idx ON bill (id) WHERE credit_due > 0;
CREATE INDEX "bill_date_issued_id_idx" ON "bill" ("date_issued", "id");
CREATE INDEX "bill_encounter_id_idx" ON "bill" ("encounter", "id");
CREATE UNIQUE INDEX "bill_gather_key_key" ON "bill" ("gather_key") WHERE gather_key IS NOT NULL AND voided_at IS NULL;
CREATE INDEX "bill_insurance_service_date_idx" ON "bill" ("insurance", "service_date");
CREATE INDEX bill_insurer_due_idx ON bill (insurance, status, insurance_amount, insurance_paid_amount, date_issued) WHERE insurance_amount > insurance_paid_amount;
CREATE INDEX bill_outstanding_idx ON bill (age_from, outstanding) WHERE outstanding > 0;
CREATE INDEX "bill_patient_id_idx" ON "bill" ("patient", "id");
CREATE INDEX "bill_status_id_idx" ON "bill" ("status", "id");
CREATE TABLE "bill_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "bill" INTEGER NOT NULL,
  "service" INTEGER,
  "amount" INTEGER NOT NULL,
  "quantity" INTEGER NOT NULL,
  "discount" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "line_total" INTEGER NOT NULL,
  "source_type" TEXT,
  "source_id" INTEGER,
  "credit_of" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "unpriced" INTEGER NOT NULL DEFAULT 0 CONSTRAINT "bill_item_unpriced_check" CHECK (NOT unpriced OR (amount = 0 AND credit_of IS NULL)),
  CONSTRAINT "bill_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "bill_item_bill_fkey" FOREIGN KEY ("bill") REFERENCES "bill" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_item_service_fkey" FOREIGN KEY ("service") REFERENCES "service_catalog" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_item_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_item_credit_of_fkey" FOREIGN KEY ("credit_of") REFERENCES "bill_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "bill_item_source_type_check" CHECK ("source_type" IN ('encounter', 'lab_order_item', 'dispense', 'admission')),
  CONSTRAINT "bill_item_quantity_check" CHECK (quantity >= 1),
  CONSTRAINT "bill_item_discount_check" CHECK (discount >= 0),
  CONSTRAINT "bill_item_line_total_check" CHECK ((credit_of IS NULL AND line_total = amount * quantity - discount AND line_total >= 0) OR (credit_of IS NOT NULL AND line_total <= 0))
) STRICT;
CREATE INDEX "bill_item_bill_id_idx" ON "bill_item" ("bill", "id");
CREATE UNIQUE INDEX "bill_item_credit_of_key" ON "bill_item" ("credit_of") WHERE credit_of IS NOT NULL AND voided_at IS NULL;
CREATE INDEX "bill_item_patient_id_idx" ON "bill_item" ("patient", "id");
CREATE INDEX "bill_item_service_id_idx" ON "bill_item" ("service", "id");
CREATE UNIQUE INDEX "bill_item_source_key" ON "bill_item" ("source_type", "source_id") WHERE source_id IS NOT NULL AND credit_of IS NULL AND voided_at IS NULL;
CREATE INDEX bill_item_unpriced_idx ON bill_item (id) WHERE unpriced AND voided_at IS NULL;
CREATE TABLE "breach_affected" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "breach" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "accesses" INTEGER NOT NULL,
  "first_at" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  CONSTRAINT "breach_affected_breach_patient_key" UNIQUE ("breach", "patient"),
  CONSTRAINT "breach_affected_uid_key" UNIQUE ("uid"),
  CONSTRAINT "breach_affected_breach_fkey" FOREIGN KEY ("breach") REFERENCES "breach_incident" ("id") ON DELETE RESTRICT,
  CONSTRAINT "breach_affected_accesses_check" CHECK (accesses > 0)
) STRICT;
CREATE TABLE "breach_incident" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "discovered_at" INTEGER NOT NULL,
  "severity" TEXT NOT NULL,
  "contained_at" INTEGER,
  "notified_at" INTEGER,
  "patients_told_at" INTEGER,
  "suspect" INTEGER,
  "period_start" INTEGER,
  "period_end" INTEGER,
  "status" TEXT NOT NULL,
  "regulator_due_at" INTEGER NOT NULL,
  "reported_by" INTEGER,
  "affected_patients" INTEGER,
  "reminded_at" INTEGER,
  CONSTRAINT "breach_incident_uid_key" UNIQUE ("uid"),
  CONSTRAINT "breach_incident_suspect_fkey" FOREIGN KEY ("suspect") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "breach_incident_reported_by_fkey" FOREIGN KEY ("reported_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "breach_incident_severity_check" CHECK ("severity" IN ('low', 'medium', 'high', 'critical')),
  CONSTRAINT "breach_incident_status_check" CHECK ("status" IN ('open', 'contained', 'notified')),
  CONSTRAINT "breach_incident_regulator_due_at_check" CHECK (regulator_due_at > discovered_at),
  CONSTRAINT "breach_incident_notified_at_check" CHECK (notified_at IS NULL OR notified_at >= discovered_at),
  CONSTRAINT "breach_incident_notified_check" CHECK ((status = 'notified') = (notified_at IS NOT NULL))
) STRICT;
CREATE INDEX "breach_incident_notified_at_regulator_due_at_idx" ON "breach_incident" ("notified_at", "regulator_due_at");
CREATE TABLE "break_glass" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "user" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "opened_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "ended_by" INTEGER,
  "reviewed_at" INTEGER,
  "reviewed_by" INTEGER,
  "verdict" TEXT,
  CONSTRAINT "break_glass_uid_key" UNIQUE ("uid"),
  CONSTRAINT "break_glass_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "break_glass_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "break_glass_ended_by_fkey" FOREIGN KEY ("ended_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "break_glass_reviewed_by_fkey" FOREIGN KEY ("reviewed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "break_glass_expires_at_check" CHECK (expires_at > opened_at),
  CONSTRAINT "break_glass_reviewed_by_check" CHECK (reviewed_by IS NULL OR reviewed_by <> "user"),
  CONSTRAINT "break_glass_reviewed_at_check" CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL) AND (reviewed_at IS NULL) = (verdict IS NULL)),
  CONSTRAINT "break_glass_verdict_check" CHECK (verdict IS NULL OR verdict IN ('justified', 'not_justified'))
) STRICT;
CREATE INDEX "break_glass_patient_id_idx" ON "break_glass" ("patient", "id");
CREATE INDEX "break_glass_user_expires_at_idx" ON "break_glass" ("user", "expires_at");
CREATE TABLE "care_event" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "patient" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "done_on" TEXT NOT NULL,
  "recorded_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "care_event_uid_key" UNIQUE ("uid"),
  CONSTRAINT "care_event_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "care_event_recorded_by_fkey" FOREIGN KEY ("recorded_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "care_event_kind_check" CHECK ("kind" IN ('lab', 'procedure', 'medication'))
) STRICT;
CREATE INDEX "care_event_patient_id_idx" ON "care_event" ("patient", "id");
CREATE TABLE "care_relationship" (
  "user" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "source" TEXT NOT NULL,
  "since" INTEGER NOT NULL, "until" INTEGER,
  CONSTRAINT "care_relationship_pkey" PRIMARY KEY ("user", "patient", "source"),
  CONSTRAINT "care_relationship_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "care_relationship_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "care_relationship_source_check" CHECK ("source" IN ('appointment', 'encounter', 'admission', 'referral', 'assigned'))
) STRICT;
CREATE INDEX "care_relationship_patient_idx" ON "care_relationship" ("patient");
CREATE TABLE "cash_session" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "drawer" TEXT NOT NULL,
  "opening_float" INTEGER NOT NULL,
  "cashier" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "opened_at" INTEGER NOT NULL,
  "counted_amount" INTEGER,
  "expected_amount" INTEGER,
  "difference" INTEGER,
  "counted_at" INTEGER,
  "received_from" INTEGER,
  "handed_over_to" INTEGER,
  "handed_over_at" INTEGER, "in_drawer" INTEGER NOT NULL DEFAULT 0 CONSTRAINT "cash_session_in_drawer_check" CHECK (in_drawer >= 0), "drawer_fold" TEXT NOT NULL DEFAULT '',
  CONSTRAINT "cash_session_uid_key" UNIQUE ("uid"),
  CONSTRAINT "cash_session_cashier_fkey" FOREIGN KEY ("cashier") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "cash_session_received_from_fkey" FOREIGN KEY ("received_from") REFERENCES "cash_session" ("id") ON DELETE RESTRICT,
  CONSTRAINT "cash_session_handed_over_to_fkey" FOREIGN KEY ("handed_over_to") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "cash_session_status_check" CHECK ("status" IN ('open', 'counted', 'handed_over')),
  CONSTRAINT "cash_session_opening_float_check" CHECK (opening_float >= 0),
  CONSTRAINT "cash_session_counted_amount_check" CHECK (counted_amount >= 0)
) STRICT;
CREATE INDEX "cash_session_cashier_id_idx" ON "cash_session" ("cashier", "id");
CREATE UNIQUE INDEX "cash_session_cashier_key" ON "cash_session" ("cashier") WHERE status = 'open';
CREATE UNIQUE INDEX "cash_session_drawer_fold_key" ON "cash_session" ("drawer_fold") WHERE status = 'open' AND drawer_fold <> '';
CREATE TABLE "charge_source" (
  "kind" TEXT NOT NULL,
  "source" INTEGER NOT NULL,
  "parent" INTEGER,
  "cancelled" INTEGER NOT NULL,
  CONSTRAINT "charge_source_pkey" PRIMARY KEY ("kind", "source")
) STRICT;
CREATE INDEX "charge_source_kind_parent_idx" ON "charge_source" ("kind", "parent");
CREATE TABLE "clinical_alert" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "severity" TEXT NOT NULL,
  "source_type" TEXT,
  "source_id" INTEGER,
  "rule" TEXT,
  "addressee" INTEGER,
  "status" TEXT NOT NULL,
  "acknowledged_by" INTEGER,
  "acknowledged_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "clinical_alert_uid_key" UNIQUE ("uid"),
  CONSTRAINT "clinical_alert_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "clinical_alert_addressee_fkey" FOREIGN KEY ("addressee") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "clinical_alert_acknowledged_by_fkey" FOREIGN KEY ("acknowledged_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "clinical_alert_kind_check" CHECK ("kind" IN ('critical_lab', 'allergy', 'interaction', 'duplicate_therapy', 'guideline', 'abnormal_vital')),
  CONSTRAINT "clinical_alert_severity_check" CHECK ("severity" IN ('info', 'warning', 'critical')),
  CONSTRAINT "clinical_alert_status_check" CHECK ("status" IN ('open', 'acknowledged', 'overridden', 'resolved'))
) STRICT;
CREATE INDEX "clinical_alert_patient_status_idx" ON "clinical_alert" ("patient", "status");
CREATE INDEX "clinical_alert_source_type_source_id_idx" ON "clinical_alert" ("source_type", "source_id");
CREATE INDEX "clinical_alert_status_id_idx" ON "clinical_alert" ("status", "id");
CREATE TABLE "confinement" (
  "patient" INTEGER NOT NULL,
  CONSTRAINT "confinement_pkey" PRIMARY KEY ("patient"),
  CONSTRAINT "confinement_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
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
CREATE TABLE "dispensing_log" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "prescription" INTEGER,
  "medication_item" INTEGER NOT NULL,
  "stock_batch" INTEGER NOT NULL,
  "quantity_dispensed" INTEGER NOT NULL,
  "dispensed_by" INTEGER,
  "dispense_date" INTEGER NOT NULL,
  "witness_required" INTEGER NOT NULL,
  "witness" INTEGER,
  "witnessed_at" INTEGER,
  "reversed_by" INTEGER,
  "reversed_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "reversal_witness_required" INTEGER NOT NULL DEFAULT 0, "reversal_witness" INTEGER CONSTRAINT "dispensing_log_reversal_witness_fkey" REFERENCES "app_user" ("id") ON DELETE RESTRICT, "reversal_witnessed_at" INTEGER CONSTRAINT "dispensing_log_reversal_witness_check" CHECK (reversal_witness <> reversed_by),
  CONSTRAINT "dispensing_log_uid_key" UNIQUE ("uid"),
  CONSTRAINT "dispensing_log_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_prescription_fkey" FOREIGN KEY ("prescription") REFERENCES "prescription" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_stock_batch_fkey" FOREIGN KEY ("stock_batch") REFERENCES "stock_batch" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_dispensed_by_fkey" FOREIGN KEY ("dispensed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_witness_fkey" FOREIGN KEY ("witness") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_reversed_by_fkey" FOREIGN KEY ("reversed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "dispensing_log_quantity_dispensed_check" CHECK (quantity_dispensed > 0),
  CONSTRAINT "dispensing_log_witness_check" CHECK (witness <> dispensed_by)
) STRICT;
CREATE INDEX "dispensing_log_dispense_date_idx" ON "dispensing_log" ("dispense_date");
CREATE INDEX "dispensing_log_medication_item_id_idx" ON "dispensing_log" ("medication_item", "id");
CREATE INDEX "dispensing_log_patient_id_idx" ON "dispensing_log" ("patient", "id");
CREATE INDEX "dispensing_log_prescription_id_idx" ON "dispensing_log" ("prescription", "id");
CREATE INDEX "dispensing_log_reversal_unwitnessed_idx" ON "dispensing_log" ("id") WHERE reversal_witness_required AND reversal_witness IS NULL;
CREATE INDEX "dispensing_log_stock_batch_id_idx" ON "dispensing_log" ("stock_batch", "id");
CREATE INDEX "dispensing_log_unwitnessed_idx" ON "dispensing_log" ("id") WHERE witness_required AND witness IS NULL AND reversed_at IS NULL;
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
CREATE TABLE "drug_safety_addition" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "pack_table" TEXT NOT NULL,
  "csv" TEXT NOT NULL,
  "notes" TEXT NOT NULL,
  CONSTRAINT "drug_safety_addition_uid_key" UNIQUE ("uid"),
  CONSTRAINT "drug_safety_addition_pack_table_check" CHECK ("pack_table" IN ('classes', 'ingredients', 'synonyms', 'ignored_words', 'allergy_classes', 'allergy_terms', 'interactions', 'duplicates', 'pregnancy_and_age', 'max_dose', 'strengths'))
) STRICT;
CREATE TABLE "drug_safety_state" (
  "id" INTEGER NOT NULL,
  "version" INTEGER NOT NULL,
  "token" BLOB NOT NULL,
  CONSTRAINT "drug_safety_state_pkey" PRIMARY KEY ("id")
) STRICT;
CREATE TABLE "encounter" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "appointment" INTEGER,
  "doctor" INTEGER NOT NULL,
  "encounter_date" INTEGER NOT NULL,
  "diagnosis_code" TEXT,
  "status" TEXT NOT NULL,
  "signed_at" INTEGER,
  "signed_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "own_visit" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "encounter_uid_key" UNIQUE ("uid"),
  CONSTRAINT "encounter_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_signed_by_fkey" FOREIGN KEY ("signed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_status_check" CHECK ("status" IN ('open', 'signed')),
  CONSTRAINT "encounter_signed_at_check" CHECK ((status = 'signed') = (signed_at IS NOT NULL) AND (status = 'signed') = (signed_by IS NOT NULL))
) STRICT;
CREATE INDEX "encounter_appointment_idx" ON "encounter" ("appointment");
CREATE INDEX "encounter_diagnosis_code_id_idx" ON "encounter" ("diagnosis_code", "id");
CREATE INDEX "encounter_doctor_id_idx" ON "encounter" ("doctor", "id");
CREATE INDEX "encounter_encounter_date_idx" ON "encounter" ("encounter_date");
CREATE INDEX "encounter_patient_encounter_date_idx" ON "encounter" ("patient", "encounter_date");
CREATE INDEX "encounter_patient_id_idx" ON "encounter" ("patient", "id");
CREATE INDEX "encounter_status_id_idx" ON "encounter" ("status", "id");
CREATE TABLE "encounter_addendum" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "encounter" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "author" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "encounter_addendum_uid_key" UNIQUE ("uid"),
  CONSTRAINT "encounter_addendum_encounter_fkey" FOREIGN KEY ("encounter") REFERENCES "encounter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_addendum_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "encounter_addendum_author_fkey" FOREIGN KEY ("author") REFERENCES "app_user" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "encounter_addendum_encounter_id_idx" ON "encounter_addendum" ("encounter", "id");
CREATE INDEX "encounter_addendum_patient_id_idx" ON "encounter_addendum" ("patient", "id");
CREATE TABLE "family_history" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "family_history_uid_key" UNIQUE ("uid"),
  CONSTRAINT "family_history_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "family_history_patient_id_idx" ON "family_history" ("patient", "id");
CREATE TABLE "feedback" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER,
  "rating" INTEGER,
  "category" TEXT NOT NULL,
  "user" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "responded_by" INTEGER,
  "responded_at" INTEGER,
  CONSTRAINT "feedback_uid_key" UNIQUE ("uid"),
  CONSTRAINT "feedback_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "feedback_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "feedback_responded_by_fkey" FOREIGN KEY ("responded_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "feedback_category_check" CHECK ("category" IN ('general', 'care', 'waiting', 'facilities', 'billing', 'program')),
  CONSTRAINT "feedback_status_check" CHECK ("status" IN ('new', 'answered')),
  CONSTRAINT "feedback_rating_check" CHECK (rating BETWEEN 1 AND 5),
  CONSTRAINT "feedback_answered_check" CHECK ((status = 'answered') = (responded_at IS NOT NULL))
) STRICT;
CREATE INDEX "feedback_patient_id_idx" ON "feedback" ("patient", "id");
CREATE INDEX "feedback_user_id_idx" ON "feedback" ("user", "id");
CREATE TABLE "goods_received_note" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "purchase_order" INTEGER,
  "supplier" INTEGER,
  "invoice_number" TEXT NOT NULL,
  "grn_date" TEXT NOT NULL,
  "received_by" INTEGER,
  CONSTRAINT "goods_received_note_uid_key" UNIQUE ("uid"),
  CONSTRAINT "goods_received_note_purchase_order_fkey" FOREIGN KEY ("purchase_order") REFERENCES "purchase_order" ("id") ON DELETE RESTRICT,
  CONSTRAINT "goods_received_note_supplier_fkey" FOREIGN KEY ("supplier") REFERENCES "supplier" ("id") ON DELETE RESTRICT,
  CONSTRAINT "goods_received_note_received_by_fkey" FOREIGN KEY ("received_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "goods_received_note_grn_date_idx" ON "goods_received_note" ("grn_date");
CREATE INDEX "goods_received_note_invoice_written_idx" ON "goods_received_note" ("supplier", upper("invoice_number"));
CREATE INDEX "goods_received_note_purchase_order_id_idx" ON "goods_received_note" ("purchase_order", "id");
CREATE INDEX "goods_received_note_supplier_id_idx" ON "goods_received_note" ("supplier", "id");
CREATE TABLE "grn_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "grn" INTEGER NOT NULL,
  "medication_item" INTEGER NOT NULL,
  "batch_number" TEXT NOT NULL,
  "expiry_date" TEXT NOT NULL,
  "quantity_received" INTEGER NOT NULL,
  "unit_cost" INTEGER,
  "selling_price" INTEGER,
  "stock_batch" INTEGER,
  CONSTRAINT "grn_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "grn_item_grn_fkey" FOREIGN KEY ("grn") REFERENCES "goods_received_note" ("id") ON DELETE RESTRICT,
  CONSTRAINT "grn_item_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "grn_item_stock_batch_fkey" FOREIGN KEY ("stock_batch") REFERENCES "stock_batch" ("id") ON DELETE RESTRICT,
  CONSTRAINT "grn_item_quantity_received_check" CHECK (quantity_received > 0)
) STRICT;
CREATE INDEX "grn_item_grn_id_idx" ON "grn_item" ("grn", "id");
CREATE INDEX "grn_item_medication_item_id_idx" ON "grn_item" ("medication_item", "id");
CREATE INDEX "grn_item_stock_batch_id_idx" ON "grn_item" ("stock_batch", "id");
CREATE TABLE "guideline_rule" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "is_active" INTEGER NOT NULL,
  "key" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "setting" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  CONSTRAINT "guideline_rule_uid_key" UNIQUE ("uid"),
  CONSTRAINT "guideline_rule_key_key" UNIQUE ("key")
) STRICT;
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
CREATE TABLE "insurance_claim" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "bill" INTEGER NOT NULL,
  "insurance" INTEGER,
  "amount" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "patient" INTEGER NOT NULL,
  "paid_amount" INTEGER NOT NULL,
  "rejected_amount" INTEGER NOT NULL,
  "submitted_at" INTEGER,
  "decided_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "lapsed_amount" INTEGER NOT NULL DEFAULT 0 CONSTRAINT "insurance_claim_lapsed_amount_check" CHECK (lapsed_amount >= 0 AND paid_amount + rejected_amount + lapsed_amount <= amount),
  CONSTRAINT "insurance_claim_uid_key" UNIQUE ("uid"),
  CONSTRAINT "insurance_claim_bill_fkey" FOREIGN KEY ("bill") REFERENCES "bill" ("id") ON DELETE RESTRICT,
  CONSTRAINT "insurance_claim_insurance_fkey" FOREIGN KEY ("insurance") REFERENCES "insurance_detail" ("id") ON DELETE RESTRICT,
  CONSTRAINT "insurance_claim_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "insurance_claim_status_check" CHECK ("status" IN ('draft', 'submitted', 'approved', 'rejected', 'paid')),
  CONSTRAINT "insurance_claim_amount_check" CHECK (amount > 0),
  CONSTRAINT "insurance_claim_paid_amount_check" CHECK (paid_amount >= 0 AND rejected_amount >= 0 AND paid_amount + rejected_amount <= amount)
) STRICT;
CREATE INDEX "insurance_claim_bill_id_idx" ON "insurance_claim" ("bill", "id");
CREATE INDEX "insurance_claim_insurance_id_idx" ON "insurance_claim" ("insurance", "id");
CREATE INDEX "insurance_claim_patient_id_idx" ON "insurance_claim" ("patient", "id");
CREATE INDEX "insurance_claim_status_id_idx" ON "insurance_claim" ("status", "id");
CREATE TABLE "insurance_detail" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "provider" TEXT NOT NULL,
  "coverage_percent" INTEGER NOT NULL,
  "annual_limit" INTEGER,
  "valid_until" TEXT,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "insurance_detail_uid_key" UNIQUE ("uid"),
  CONSTRAINT "insurance_detail_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "insurance_detail_coverage_percent_check" CHECK (coverage_percent BETWEEN 0 AND 100),
  CONSTRAINT "insurance_detail_annual_limit_check" CHECK (annual_limit >= 0)
) STRICT;
CREATE INDEX "insurance_detail_patient_id_idx" ON "insurance_detail" ("patient", "id");
CREATE INDEX "insurance_detail_provider_id_idx" ON "insurance_detail" ("provider", "id");
CREATE TABLE "inventory_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "quantity" INTEGER NOT NULL,
  "unit" TEXT NOT NULL,
  CONSTRAINT "inventory_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "inventory_item_name_key" UNIQUE ("name"),
  CONSTRAINT "inventory_item_quantity_check" CHECK (quantity >= 0)
) STRICT;
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
CREATE TABLE "lab_order" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "encounter" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "priority" TEXT NOT NULL,
  "pregnancy" TEXT,
  "ordered_by" INTEGER,
  "order_date" INTEGER NOT NULL,
  "collected_at" INTEGER,
  "due_at" INTEGER,
  "completed_at" INTEGER,
  "reviewed_by" INTEGER,
  "reviewed_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "withdrawn_at" INTEGER,
  CONSTRAINT "lab_order_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_order_encounter_fkey" FOREIGN KEY ("encounter") REFERENCES "encounter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_ordered_by_fkey" FOREIGN KEY ("ordered_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_reviewed_by_fkey" FOREIGN KEY ("reviewed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_status_check" CHECK ("status" IN ('Ordered', 'Collected', 'In Progress', 'Completed', 'Reviewed', 'Cancelled')),
  CONSTRAINT "lab_order_priority_check" CHECK ("priority" IN ('routine', 'urgent', 'stat')),
  CONSTRAINT "lab_order_pregnancy_check" CHECK ("pregnancy" IN ('1', '2', '3', 'any')),
  CONSTRAINT "lab_order_reviewed_at_check" CHECK ((status = 'Reviewed') = (reviewed_at IS NOT NULL)),
  CONSTRAINT "lab_order_completed_at_check" CHECK ((status IN ('Completed', 'Reviewed')) = (completed_at IS NOT NULL))
) STRICT;
CREATE INDEX "lab_order_completed_at_idx" ON "lab_order" ("completed_at");
CREATE INDEX "lab_order_due_at_idx" ON "lab_order" ("due_at");
CREATE INDEX "lab_order_encounter_id_idx" ON "lab_order" ("encounter", "id");
CREATE INDEX "lab_order_order_date_idx" ON "lab_order" ("order_date");
CREATE INDEX "lab_order_ordered_by_status_idx" ON "lab_order" ("ordered_by", "status");
CREATE INDEX "lab_order_patient_id_idx" ON "lab_order" ("patient", "id");
CREATE INDEX "lab_order_patient_order_date_idx" ON "lab_order" ("patient", "order_date");
CREATE INDEX "lab_order_status_id_idx" ON "lab_order" ("status", "id");
CREATE TABLE "lab_order_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "lab_order" INTEGER NOT NULL,
  "lab_test" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "lab_order_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_order_item_lab_order_fkey" FOREIGN KEY ("lab_order") REFERENCES "lab_order" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_item_lab_test_fkey" FOREIGN KEY ("lab_test") REFERENCES "lab_test" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_order_item_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "lab_order_item_lab_order_id_idx" ON "lab_order_item" ("lab_order", "id");
CREATE INDEX "lab_order_item_lab_test_id_idx" ON "lab_order_item" ("lab_test", "id");
CREATE INDEX "lab_order_item_patient_id_idx" ON "lab_order_item" ("patient", "id");
CREATE TABLE "lab_parameter" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "test" INTEGER NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "sort" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "units" TEXT NOT NULL,
  "decimals" INTEGER,
  "choices" TEXT NOT NULL,
  "normal_choices" TEXT NOT NULL,
  "abnormal_choices" TEXT NOT NULL,
  "critical_choices" TEXT NOT NULL,
  "loinc" TEXT,
  "plausible_low" INTEGER,
  "plausible_high" INTEGER,
  "notes" TEXT NOT NULL,
  CONSTRAINT "lab_parameter_test_code_key" UNIQUE ("test", "code"),
  CONSTRAINT "lab_parameter_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_parameter_test_fkey" FOREIGN KEY ("test") REFERENCES "lab_test" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_parameter_kind_check" CHECK ("kind" IN ('numeric', 'choice', 'text')),
  CONSTRAINT "lab_parameter_plausible_check" CHECK (plausible_low < plausible_high)
) STRICT;
CREATE INDEX "lab_parameter_code_idx" ON "lab_parameter" ("code");
CREATE TABLE "lab_reference_range" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "test" INTEGER,
  "parameter" TEXT NOT NULL,
  "sex" TEXT,
  "age_from" INTEGER,
  "age_to" INTEGER,
  "pregnancy" TEXT,
  "low" INTEGER,
  "high" INTEGER,
  "critical_low" INTEGER,
  "critical_high" INTEGER,
  "units" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  CONSTRAINT "lab_reference_range_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_reference_range_test_fkey" FOREIGN KEY ("test") REFERENCES "lab_test" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_reference_range_sex_check" CHECK ("sex" IN ('M', 'F')),
  CONSTRAINT "lab_reference_range_pregnancy_check" CHECK ("pregnancy" IN ('1', '2', '3', 'any')),
  CONSTRAINT "lab_reference_range_ages_check" CHECK (age_from >= 0 AND age_to > age_from),
  CONSTRAINT "lab_reference_range_low_check" CHECK (low < high),
  CONSTRAINT "lab_reference_range_critical_low_check" CHECK (critical_low < critical_high)
) STRICT;
CREATE INDEX "lab_reference_range_parameter_id_idx" ON "lab_reference_range" ("parameter", "id");
CREATE INDEX "lab_reference_range_test_idx" ON "lab_reference_range" ("test");
CREATE TABLE "lab_result_value" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "lab_order_item" INTEGER NOT NULL,
  "lab_order" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "parameter" INTEGER,
  "quantity" INTEGER NOT NULL,
  "value_numeric" INTEGER,
  "comparator" TEXT,
  "reference_range_low" INTEGER,
  "reference_range_high" INTEGER,
  "abnormal_flag" TEXT,
  "entered_value" INTEGER,
  "result_timestamp" INTEGER NOT NULL,
  "entered_by" INTEGER,
  "replaced_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "told_at" INTEGER, "told_by" INTEGER CONSTRAINT "lab_result_value_told_by_fkey" REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_result_value_lab_order_item_fkey" FOREIGN KEY ("lab_order_item") REFERENCES "lab_order_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_lab_order_fkey" FOREIGN KEY ("lab_order") REFERENCES "lab_order" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_parameter_fkey" FOREIGN KEY ("parameter") REFERENCES "lab_parameter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_entered_by_fkey" FOREIGN KEY ("entered_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_replaced_by_fkey" FOREIGN KEY ("replaced_by") REFERENCES "lab_result_value" ("id") ON DELETE RESTRICT,
  CONSTRAINT "lab_result_value_comparator_check" CHECK ("comparator" IN ('<', '>')),
  CONSTRAINT "lab_result_value_abnormal_flag_check" CHECK ("abnormal_flag" IN ('normal', 'low', 'high', 'abnormal', 'critical'))
) STRICT;
CREATE INDEX "lab_result_value_abnormal_flag_id_idx" ON "lab_result_value" ("abnormal_flag", "id");
CREATE INDEX "lab_result_value_lab_order_id_idx" ON "lab_result_value" ("lab_order", "id");
CREATE INDEX "lab_result_value_lab_order_item_id_idx" ON "lab_result_value" ("lab_order_item", "id");
CREATE UNIQUE INDEX "lab_result_value_lab_order_item_quantity_key" ON "lab_result_value" ("lab_order_item", "quantity") WHERE replaced_by IS NULL AND voided_at IS NULL;
CREATE INDEX "lab_result_value_parameter_id_idx" ON "lab_result_value" ("parameter", "id");
CREATE INDEX "lab_result_value_patient_id_idx" ON "lab_result_value" ("patient", "id");
CREATE INDEX "lab_result_value_replaced_by_idx" ON "lab_result_value" ("replaced_by");
CREATE INDEX "lab_result_value_result_timestamp_idx" ON "lab_result_value" ("result_timestamp");
CREATE TABLE "lab_test" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "test_code" TEXT NOT NULL,
  "test_name" TEXT NOT NULL,
  "specimen_type" TEXT NOT NULL,
  "department" TEXT NOT NULL,
  "container" TEXT NOT NULL,
  "loinc" TEXT,
  "critical_range_low" INTEGER,
  "critical_range_high" INTEGER,
  "turnaround_minutes" INTEGER,
  "turnaround_stat_minutes" INTEGER,
  "notes" TEXT NOT NULL,
  "is_active" INTEGER NOT NULL,
  CONSTRAINT "lab_test_uid_key" UNIQUE ("uid"),
  CONSTRAINT "lab_test_test_code_key" UNIQUE ("test_code"),
  CONSTRAINT "lab_test_critical_range_check" CHECK (critical_range_low < critical_range_high),
  CONSTRAINT "lab_test_turnaround_check" CHECK (turnaround_minutes > 0 AND turnaround_stat_minutes > 0)
) STRICT;
CREATE INDEX "lab_test_department_id_idx" ON "lab_test" ("department", "id");
CREATE TABLE "ledger_account" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  CONSTRAINT "ledger_account_code_key" UNIQUE ("code"),
  CONSTRAINT "ledger_account_kind_check" CHECK ("kind" IN ('asset', 'liability', 'income', 'expense'))
) STRICT;
CREATE TABLE "ledger_entry" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "kind" TEXT NOT NULL,
  "bill" INTEGER NOT NULL,
  "payment" INTEGER,
  "cash_session" INTEGER,
  "posted_by" INTEGER,
  "at" INTEGER NOT NULL,
  "day" TEXT NOT NULL,
  CONSTRAINT "ledger_entry_bill_fkey" FOREIGN KEY ("bill") REFERENCES "bill" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_entry_payment_fkey" FOREIGN KEY ("payment") REFERENCES "payment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_entry_cash_session_fkey" FOREIGN KEY ("cash_session") REFERENCES "cash_session" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_entry_kind_check" CHECK ("kind" IN ('charge', 'credit', 'payment', 'refund', 'rejection', 'write_off', 'void'))
) STRICT;
CREATE INDEX "ledger_entry_bill_id_idx" ON "ledger_entry" ("bill", "id");
CREATE INDEX "ledger_entry_cash_session_idx" ON "ledger_entry" ("cash_session");
CREATE INDEX "ledger_entry_day_idx" ON "ledger_entry" ("day");
CREATE TRIGGER "ledger_entry_append_only_delete" BEFORE DELETE ON "ledger_entry" BEGIN SELECT RAISE(ABORT, 'constraint:ledger_entry_append_only'); END;
CREATE TRIGGER "ledger_entry_append_only_update" BEFORE UPDATE ON "ledger_entry" BEGIN SELECT RAISE(ABORT, 'constraint:ledger_entry_append_only'); END;
CREATE TABLE "ledger_line" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "entry" INTEGER NOT NULL,
  "debit" INTEGER NOT NULL,
  "credit" INTEGER NOT NULL,
  "amount" INTEGER NOT NULL,
  "item_key" TEXT NOT NULL,
  CONSTRAINT "ledger_line_entry_fkey" FOREIGN KEY ("entry") REFERENCES "ledger_entry" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_line_debit_fkey" FOREIGN KEY ("debit") REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_line_credit_fkey" FOREIGN KEY ("credit") REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
  CONSTRAINT "ledger_line_amount_check" CHECK (amount > 0),
  CONSTRAINT "ledger_line_credit_check" CHECK (debit <> credit)
) STRICT;
CREATE INDEX "ledger_line_entry_idx" ON "ledger_line" ("entry");
CREATE TRIGGER "ledger_line_append_only_delete" BEFORE DELETE ON "ledger_line" BEGIN SELECT RAISE(ABORT, 'constraint:ledger_line_append_only'); END;
CREATE TRIGGER "ledger_line_append_only_update" BEFORE UPDATE ON "ledger_line" BEGIN SELECT RAISE(ABORT, 'constraint:ledger_line_append_only'); END;
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
CREATE TABLE "medical_condition" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "code" TEXT,
  "diagnosed_at" TEXT,
  "status" TEXT NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "medical_condition_uid_key" UNIQUE ("uid"),
  CONSTRAINT "medical_condition_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "medical_condition_status_check" CHECK ("status" IN ('active', 'resolved'))
) STRICT;
CREATE INDEX "medical_condition_code_id_idx" ON "medical_condition" ("code", "id");
CREATE INDEX "medical_condition_patient_id_idx" ON "medical_condition" ("patient", "id");
CREATE TABLE "medication_category" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  CONSTRAINT "medication_category_uid_key" UNIQUE ("uid"),
  CONSTRAINT "medication_category_name_key" UNIQUE ("name")
) STRICT;
CREATE TABLE "medication_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "generic_name" TEXT NOT NULL,
  "brand_name" TEXT NOT NULL,
  "formulation" TEXT NOT NULL,
  "strength" TEXT NOT NULL,
  "atc_code" TEXT,
  "manufacturer" TEXT NOT NULL,
  "supplier" INTEGER,
  "category" INTEGER,
  "unit_of_measure" TEXT NOT NULL,
  "reorder_level" INTEGER NOT NULL,
  "reorder_quantity" INTEGER NOT NULL,
  "storage_conditions" TEXT NOT NULL,
  "is_controlled_substance" INTEGER NOT NULL,
  "description" TEXT NOT NULL,
  "total_quantity" INTEGER NOT NULL,
  "ingredients" TEXT NOT NULL,
  CONSTRAINT "medication_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "medication_item_supplier_fkey" FOREIGN KEY ("supplier") REFERENCES "supplier" ("id") ON DELETE RESTRICT,
  CONSTRAINT "medication_item_category_fkey" FOREIGN KEY ("category") REFERENCES "medication_category" ("id") ON DELETE RESTRICT,
  CONSTRAINT "medication_item_formulation_check" CHECK ("formulation" IN ('Tablet', 'Capsule', 'Syrup', 'Injection', 'Ointment', 'Cream', 'Drops', 'Other')),
  CONSTRAINT "medication_item_total_quantity_check" CHECK (total_quantity >= 0),
  CONSTRAINT "medication_item_reorder_level_check" CHECK (reorder_level >= 0),
  CONSTRAINT "medication_item_reorder_quantity_check" CHECK (reorder_quantity >= 0)
) STRICT;
CREATE INDEX "medication_item_category_id_idx" ON "medication_item" ("category", "id");
CREATE INDEX "medication_item_generic_name_idx" ON "medication_item" ("generic_name");
CREATE INDEX "medication_item_supplier_id_idx" ON "medication_item" ("supplier", "id");
CREATE TABLE "medication_name" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "medication_item" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "name_fold" TEXT NOT NULL,
  CONSTRAINT "medication_name_uid_key" UNIQUE ("uid"),
  CONSTRAINT "medication_name_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE CASCADE,
  CONSTRAINT "medication_name_kind_check" CHECK ("kind" IN ('brand', 'local', 'other'))
) STRICT;
CREATE UNIQUE INDEX "medication_name_name_fold_key" ON "medication_name" ("medication_item", "name_fold");
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
CREATE TABLE "note_template" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "title" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "is_active" INTEGER NOT NULL,
  "created_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "note_template_uid_key" UNIQUE ("uid"),
  CONSTRAINT "note_template_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT
) STRICT;
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
  "is_active" INTEGER NOT NULL, "open" INTEGER NOT NULL DEFAULT 1,
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
CREATE TABLE "page_draft" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "user" INTEGER NOT NULL,
  "place" TEXT NOT NULL,
  "form" TEXT NOT NULL,
  CONSTRAINT "page_draft_user_form_key" UNIQUE ("user", "form"),
  CONSTRAINT "page_draft_uid_key" UNIQUE ("uid"),
  CONSTRAINT "page_draft_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "page_draft_created_at_idx" ON "page_draft" ("created_at");
CREATE INDEX "page_draft_user_place_idx" ON "page_draft" ("user", "place");
CREATE TABLE "page_session" (
  "hash" TEXT NOT NULL,
  "user" INTEGER NOT NULL,
  "session" BLOB NOT NULL,
  "role" INTEGER,
  "used_at" INTEGER NOT NULL,
  CONSTRAINT "page_session_pkey" PRIMARY KEY ("hash"),
  CONSTRAINT "page_session_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "page_session_used_at_idx" ON "page_session" ("used_at");
CREATE INDEX "page_session_user_idx" ON "page_session" ("user");
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
  "voided_by" INTEGER, "birth_estimated" INTEGER NOT NULL DEFAULT 0,
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
CREATE TABLE "patient_document" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "content_type" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "uploaded_at" INTEGER NOT NULL,
  "uploaded_by" INTEGER,
  "file" TEXT NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "patient_document_uid_key" UNIQUE ("uid"),
  CONSTRAINT "patient_document_file_key" UNIQUE ("file"),
  CONSTRAINT "patient_document_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_document_uploaded_by_fkey" FOREIGN KEY ("uploaded_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_document_content_type_check" CHECK ("content_type" IN ('application/pdf', 'image/png', 'image/jpeg', 'image/webp', 'application/dicom', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/plain')),
  CONSTRAINT "size_not_negative" CHECK (size >= 0)
) STRICT;
CREATE INDEX "patient_document_patient_idx" ON "patient_document" ("patient");
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
CREATE TABLE "patient_proxy" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "user" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "ends_on" TEXT,
  "agreed" INTEGER NOT NULL,
  "created_by" INTEGER,
  "ended_at" INTEGER,
  "until" INTEGER NOT NULL,
  CONSTRAINT "patient_proxy_uid_key" UNIQUE ("uid"),
  CONSTRAINT "patient_proxy_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_proxy_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE,
  CONSTRAINT "patient_proxy_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "patient_proxy_kind_check" CHECK ("kind" IN ('parent', 'carer')),
  CONSTRAINT "patient_proxy_carer_check" CHECK (kind = 'parent' OR (agreed AND ends_on IS NOT NULL))
) STRICT;
CREATE INDEX "patient_proxy_patient_id_idx" ON "patient_proxy" ("patient", "id");
CREATE UNIQUE INDEX "patient_proxy_user_patient_key" ON "patient_proxy" ("user", "patient") WHERE ended_at IS NULL;
CREATE TABLE patient_term (generation INTEGER NOT NULL, field INTEGER NOT NULL, tag INTEGER NOT NULL, patient INTEGER NOT NULL, CONSTRAINT patient_term_pkey PRIMARY KEY (generation, field, tag, patient)) STRICT, WITHOUT ROWID;
CREATE TABLE "payment" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "bill" INTEGER NOT NULL,
  "amount" INTEGER NOT NULL,
  "method" TEXT NOT NULL,
  "reference" TEXT NOT NULL,
  "patient" INTEGER NOT NULL,
  "payment_date" INTEGER NOT NULL,
  "receipt_number" INTEGER NOT NULL,
  "received_by" INTEGER,
  "refund_of" INTEGER,
  "refunded_amount" INTEGER NOT NULL,
  "by_insurer" INTEGER NOT NULL,
  "cash_session" INTEGER,
  "refund_pending" INTEGER NOT NULL, "tendered" INTEGER CONSTRAINT "payment_tendered_check" CHECK (tendered >= amount), "claim" INTEGER CONSTRAINT "payment_claim_fkey" REFERENCES "insurance_claim" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_uid_key" UNIQUE ("uid"),
  CONSTRAINT "payment_receipt_number_key" UNIQUE ("receipt_number"),
  CONSTRAINT "payment_bill_fkey" FOREIGN KEY ("bill") REFERENCES "bill" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_received_by_fkey" FOREIGN KEY ("received_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_refund_of_fkey" FOREIGN KEY ("refund_of") REFERENCES "payment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_cash_session_fkey" FOREIGN KEY ("cash_session") REFERENCES "cash_session" ("id") ON DELETE RESTRICT,
  CONSTRAINT "payment_method_check" CHECK ("method" IN ('Cash', 'Card', 'Insurance', 'Mobile Money', 'Bank Transfer', 'Other')),
  CONSTRAINT "payment_amount_check" CHECK (amount > 0),
  CONSTRAINT "payment_refunded_amount_check" CHECK (refunded_amount >= 0 AND refund_pending >= 0 AND refunded_amount + refund_pending <= amount)
) STRICT;
CREATE INDEX "payment_bill_id_idx" ON "payment" ("bill", "id");
CREATE INDEX "payment_cash_session_idx" ON "payment" ("cash_session");
CREATE INDEX "payment_claim_idx" ON "payment" ("claim");
CREATE INDEX "payment_method_id_idx" ON "payment" ("method", "id");
CREATE UNIQUE INDEX "payment_method_reference_key" ON "payment" ("method", "reference") WHERE method IN ('Card', 'Mobile Money') AND reference <> '' AND refund_of IS NULL;
CREATE INDEX "payment_patient_id_idx" ON "payment" ("patient", "id");
CREATE INDEX "payment_payment_date_idx" ON "payment" ("payment_date");
CREATE INDEX "payment_refund_of_idx" ON "payment" ("refund_of");
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
CREATE TABLE "prescription" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "encounter" INTEGER NOT NULL,
  "medication_item" INTEGER,
  "quantity" INTEGER,
  "status" TEXT NOT NULL,
  "patient" INTEGER NOT NULL,
  "prescribed_by" INTEGER,
  "prescribed_at" INTEGER NOT NULL,
  "quantity_dispensed" INTEGER NOT NULL,
  "renewed_from" INTEGER,
  "safety_outcome" TEXT NOT NULL,
  "safety_pack" TEXT NOT NULL,
  "medication_key" INTEGER NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "quantity_by" INTEGER CONSTRAINT "prescription_quantity_by_fkey" REFERENCES "app_user" ("id") ON DELETE RESTRICT, "quantity_counted" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "prescription_uid_key" UNIQUE ("uid"),
  CONSTRAINT "prescription_encounter_fkey" FOREIGN KEY ("encounter") REFERENCES "encounter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "prescription_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "prescription_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "prescription_prescribed_by_fkey" FOREIGN KEY ("prescribed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "prescription_renewed_from_fkey" FOREIGN KEY ("renewed_from") REFERENCES "prescription" ("id") ON DELETE RESTRICT,
  CONSTRAINT "prescription_status_check" CHECK ("status" IN ('Active', 'Pending Dispense', 'Completed', 'Cancelled')),
  CONSTRAINT "prescription_safety_outcome_check" CHECK ("safety_outcome" IN ('nothing_found', 'found', 'could_not_check')),
  CONSTRAINT "prescription_quantity_check" CHECK (quantity BETWEEN 1 AND 100000),
  CONSTRAINT "prescription_quantity_dispensed_check" CHECK (quantity_dispensed >= 0 AND (quantity IS NULL OR quantity_dispensed <= quantity))
) STRICT;
CREATE INDEX "prescription_encounter_id_idx" ON "prescription" ("encounter", "id");
CREATE INDEX "prescription_medication_item_idx" ON "prescription" ("medication_item");
CREATE INDEX "prescription_patient_id_idx" ON "prescription" ("patient", "id");
CREATE INDEX "prescription_patient_prescribed_at_idx" ON "prescription" ("patient", "prescribed_at");
CREATE INDEX "prescription_prescribed_at_medication_key_idx" ON "prescription" ("prescribed_at", "medication_key");
CREATE INDEX "prescription_prescribed_by_prescribed_at_idx" ON "prescription" ("prescribed_by", "prescribed_at");
CREATE INDEX "prescription_renewed_from_idx" ON "prescription" ("renewed_from");
CREATE INDEX "prescription_status_id_idx" ON "prescription" ("status", "id");
CREATE TABLE "printed_document" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "kind" TEXT NOT NULL,
  "object" INTEGER NOT NULL,
  "patient" INTEGER,
  "issued_by" INTEGER,
  "issued_at" INTEGER NOT NULL,
  "code_hash" BLOB NOT NULL,
  CONSTRAINT "printed_document_uid_key" UNIQUE ("uid"),
  CONSTRAINT "printed_document_code_hash_key" UNIQUE ("code_hash"),
  CONSTRAINT "printed_document_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "printed_document_issued_by_fkey" FOREIGN KEY ("issued_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "printed_document_kind_check" CHECK ("kind" IN ('discharge_summary', 'invoice', 'receipt', 'prescription', 'lab_report', 'referral_letter', 'appointment_slip'))
) STRICT;
CREATE INDEX "printed_document_issued_by_idx" ON "printed_document" ("issued_by");
CREATE INDEX "printed_document_patient_id_idx" ON "printed_document" ("patient", "id");
CREATE TABLE "public_figure" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  CONSTRAINT "public_figure_uid_key" UNIQUE ("uid"),
  CONSTRAINT "public_figure_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "public_figure_patient_idx" ON "public_figure" ("patient");
CREATE TABLE "purchase_order" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "supplier" INTEGER NOT NULL,
  "order_date" TEXT NOT NULL,
  "expected_delivery_date" TEXT,
  "status" TEXT NOT NULL,
  "notes" TEXT NOT NULL,
  "total_estimated_cost" INTEGER NOT NULL,
  CONSTRAINT "purchase_order_uid_key" UNIQUE ("uid"),
  CONSTRAINT "purchase_order_supplier_fkey" FOREIGN KEY ("supplier") REFERENCES "supplier" ("id") ON DELETE RESTRICT,
  CONSTRAINT "purchase_order_status_check" CHECK ("status" IN ('Draft', 'Pending', 'Ordered', 'Partially Received', 'Received', 'Cancelled'))
) STRICT;
CREATE INDEX "purchase_order_order_date_idx" ON "purchase_order" ("order_date");
CREATE INDEX "purchase_order_status_id_idx" ON "purchase_order" ("status", "id");
CREATE INDEX "purchase_order_supplier_id_idx" ON "purchase_order" ("supplier", "id");
CREATE TABLE "purchase_order_item" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "purchase_order" INTEGER NOT NULL,
  "medication_item" INTEGER NOT NULL,
  "quantity_ordered" INTEGER NOT NULL,
  "unit_cost_estimated" INTEGER,
  "quantity_received" INTEGER NOT NULL,
  CONSTRAINT "purchase_order_item_uid_key" UNIQUE ("uid"),
  CONSTRAINT "purchase_order_item_purchase_order_fkey" FOREIGN KEY ("purchase_order") REFERENCES "purchase_order" ("id") ON DELETE CASCADE,
  CONSTRAINT "purchase_order_item_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "purchase_order_item_quantity_ordered_check" CHECK (quantity_ordered > 0),
  CONSTRAINT "purchase_order_item_quantity_received_check" CHECK (quantity_received >= 0)
) STRICT;
CREATE INDEX "purchase_order_item_medication_item_id_idx" ON "purchase_order_item" ("medication_item", "id");
CREATE INDEX "purchase_order_item_purchase_order_id_idx" ON "purchase_order_item" ("purchase_order", "id");
CREATE TABLE "queue_counter" (
  "doctor" INTEGER NOT NULL,
  "date" TEXT NOT NULL,
  "last" INTEGER NOT NULL,
  CONSTRAINT "queue_counter_pkey" PRIMARY KEY ("doctor", "date")
) STRICT;
CREATE TABLE "reading_limit" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "role" INTEGER,
  "records_per_hour" INTEGER NOT NULL,
  "is_active" INTEGER NOT NULL,
  CONSTRAINT "reading_limit_uid_key" UNIQUE ("uid"),
  CONSTRAINT "reading_limit_role_fkey" FOREIGN KEY ("role") REFERENCES "role" ("id") ON DELETE CASCADE,
  CONSTRAINT "reading_limit_records_per_hour_check" CHECK (records_per_hour > 0)
) STRICT;
CREATE UNIQUE INDEX "reading_limit_role_key" ON "reading_limit" ("role") WHERE role IS NOT NULL;
CREATE UNIQUE INDEX "reading_limit_usual_key" ON "reading_limit" ((role IS NULL)) WHERE role IS NULL;
CREATE TABLE "receipt_counter" (
  "one" INTEGER NOT NULL,
  "last" INTEGER NOT NULL,
  CONSTRAINT "receipt_counter_pkey" PRIMARY KEY ("one"),
  CONSTRAINT "receipt_counter_one_check" CHECK (one = 1)
) STRICT;
CREATE TABLE "recovery_code" (
  "two_factor" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  "used_at" INTEGER,
  CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("two_factor", "hash"),
  CONSTRAINT "recovery_code_two_factor_fkey" FOREIGN KEY ("two_factor") REFERENCES "two_factor" ("id") ON DELETE CASCADE
) STRICT;
CREATE TABLE "referral" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "answered_at" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER, "referral_letter_document" INTEGER CONSTRAINT "referral_referral_letter_document_fkey" REFERENCES "patient_document" ("id") ON DELETE RESTRICT,
  CONSTRAINT "referral_uid_key" UNIQUE ("uid"),
  CONSTRAINT "referral_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "referral_status_check" CHECK ("status" IN ('Pending', 'Accepted', 'Declined', 'Completed'))
) STRICT;
CREATE INDEX "referral_patient_id_idx" ON "referral" ("patient", "id");
CREATE INDEX "referral_referral_letter_document_idx" ON "referral" ("referral_letter_document");
CREATE INDEX "referral_status_id_idx" ON "referral" ("status", "id");
CREATE TABLE "refund_request" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "payment" INTEGER NOT NULL,
  "bill" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "amount" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "requested_by" INTEGER,
  "decided_by" INTEGER,
  "decided_at" INTEGER,
  "refund" INTEGER,
  CONSTRAINT "refund_request_uid_key" UNIQUE ("uid"),
  CONSTRAINT "refund_request_payment_fkey" FOREIGN KEY ("payment") REFERENCES "payment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_bill_fkey" FOREIGN KEY ("bill") REFERENCES "bill" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_requested_by_fkey" FOREIGN KEY ("requested_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_decided_by_fkey" FOREIGN KEY ("decided_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_refund_fkey" FOREIGN KEY ("refund") REFERENCES "payment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "refund_request_status_check" CHECK ("status" IN ('pending', 'approved', 'rejected')),
  CONSTRAINT "refund_request_amount_check" CHECK (amount > 0),
  CONSTRAINT "refund_request_decided_by_check" CHECK (status <> 'approved' OR requested_by IS NULL OR decided_by <> requested_by)
) STRICT;
CREATE INDEX "refund_request_bill_id_idx" ON "refund_request" ("bill", "id");
CREATE INDEX "refund_request_patient_id_idx" ON "refund_request" ("patient", "id");
CREATE INDEX "refund_request_payment_id_idx" ON "refund_request" ("payment", "id");
CREATE INDEX "refund_request_status_id_idx" ON "refund_request" ("status", "id");
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
  "end" TEXT, "date_to" TEXT CONSTRAINT "schedule_exception_date_to_check" CHECK (date_to IS NULL OR date_to > date),
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
CREATE TABLE "secure_message" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER,
  "recipient" INTEGER,
  "attachment" INTEGER,
  "sender" INTEGER NOT NULL,
  "direction" TEXT NOT NULL,
  "team" INTEGER NOT NULL,
  "sent_at" INTEGER NOT NULL,
  "is_read" INTEGER NOT NULL,
  "read_at" INTEGER,
  "read_by" INTEGER,
  CONSTRAINT "secure_message_uid_key" UNIQUE ("uid"),
  CONSTRAINT "secure_message_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "secure_message_recipient_fkey" FOREIGN KEY ("recipient") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "secure_message_attachment_fkey" FOREIGN KEY ("attachment") REFERENCES "patient_document" ("id") ON DELETE RESTRICT,
  CONSTRAINT "secure_message_sender_fkey" FOREIGN KEY ("sender") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "secure_message_read_by_fkey" FOREIGN KEY ("read_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "secure_message_direction_check" CHECK ("direction" IN ('from_patient', 'to_patient', 'staff')),
  CONSTRAINT "secure_message_patient_check" CHECK (patient IS NOT NULL OR (direction = 'staff' AND recipient IS NOT NULL)),
  CONSTRAINT "secure_message_read_check" CHECK (is_read = (read_at IS NOT NULL) AND is_read = (read_by IS NOT NULL))
) STRICT;
CREATE INDEX "secure_message_patient_id_idx" ON "secure_message" ("patient", "id");
CREATE INDEX "secure_message_recipient_id_idx" ON "secure_message" ("recipient", "id");
CREATE INDEX "secure_message_sender_id_idx" ON "secure_message" ("sender", "id");
CREATE TABLE "service_catalog" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "price" INTEGER NOT NULL,
  "code" TEXT,
  "is_active" INTEGER NOT NULL,
  CONSTRAINT "service_catalog_uid_key" UNIQUE ("uid"),
  CONSTRAINT "service_catalog_code_key" UNIQUE ("code"),
  CONSTRAINT "service_catalog_price_check" CHECK (price >= 0)
) STRICT;
CREATE INDEX "service_catalog_name_idx" ON "service_catalog" ("name");
CREATE TABLE "service_price" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "service" INTEGER NOT NULL,
  "price" INTEGER NOT NULL,
  "valid_from" INTEGER NOT NULL,
  "set_by" INTEGER,
  CONSTRAINT "service_price_uid_key" UNIQUE ("uid"),
  CONSTRAINT "service_price_service_fkey" FOREIGN KEY ("service") REFERENCES "service_catalog" ("id") ON DELETE CASCADE,
  CONSTRAINT "service_price_set_by_fkey" FOREIGN KEY ("set_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "service_price_service_id_idx" ON "service_price" ("service", "id");
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
CREATE TABLE "set_aside" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "prescription" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "patient" INTEGER NOT NULL,
  "set_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "set_aside_uid_key" UNIQUE ("uid"),
  CONSTRAINT "set_aside_prescription_fkey" FOREIGN KEY ("prescription") REFERENCES "prescription" ("id") ON DELETE RESTRICT,
  CONSTRAINT "set_aside_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "set_aside_set_by_fkey" FOREIGN KEY ("set_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "set_aside_kind_check" CHECK ("kind" IN ('later', 'elsewhere', 'not_dispensed'))
) STRICT;
CREATE INDEX "set_aside_patient_id_idx" ON "set_aside" ("patient", "id");
CREATE UNIQUE INDEX "set_aside_prescription_key" ON "set_aside" ("prescription") WHERE voided_at IS NULL;
CREATE TABLE "site_diagnosis" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "code" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "rank" INTEGER NOT NULL,
  "bare" TEXT NOT NULL,
  "words" TEXT NOT NULL,
  CONSTRAINT "site_diagnosis_uid_key" UNIQUE ("uid"),
  CONSTRAINT "site_diagnosis_code_key" UNIQUE ("code"),
  CONSTRAINT "site_diagnosis_rank_check" CHECK (rank BETWEEN 1 AND 3)
) STRICT;
CREATE TABLE "slot_offer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "entry" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "doctor" INTEGER NOT NULL,
  "starts_at" INTEGER NOT NULL,
  "ends_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "settled_at" INTEGER,
  "channel" TEXT,
  "appointment" INTEGER,
  CONSTRAINT "slot_offer_uid_key" UNIQUE ("uid"),
  CONSTRAINT "slot_offer_entry_fkey" FOREIGN KEY ("entry") REFERENCES "waiting_entry" ("id") ON DELETE RESTRICT,
  CONSTRAINT "slot_offer_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "slot_offer_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "slot_offer_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE SET NULL,
  CONSTRAINT "slot_offer_status_check" CHECK ("status" IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  CONSTRAINT "slot_offer_channel_check" CHECK ("channel" IN ('portal', 'link', 'sms', 'desk')),
  CONSTRAINT "slot_offer_ends_at_check" CHECK (ends_at > starts_at),
  CONSTRAINT "slot_offer_settled_at_check" CHECK ((status = 'open') = (settled_at IS NULL))
) STRICT;
CREATE INDEX "slot_offer_doctor_excl_idx" ON "slot_offer" ("doctor", "starts_at") WHERE status = 'open';
CREATE INDEX "slot_offer_doctor_id_idx" ON "slot_offer" ("doctor", "id");
CREATE INDEX "slot_offer_entry_id_idx" ON "slot_offer" ("entry", "id");
CREATE UNIQUE INDEX "slot_offer_entry_key" ON "slot_offer" ("entry") WHERE status = 'open';
CREATE INDEX "slot_offer_patient_id_idx" ON "slot_offer" ("patient", "id");
CREATE INDEX "slot_offer_starts_at_idx" ON "slot_offer" ("starts_at");
CREATE INDEX "slot_offer_status_id_idx" ON "slot_offer" ("status", "id");
CREATE TRIGGER "slot_offer_doctor_excl_insert" AFTER INSERT ON "slot_offer"
WHEN EXISTS (SELECT 1 FROM "slot_offer" WHERE id = NEW.id AND status = 'open')
BEGIN
  SELECT RAISE(ABORT, 'constraint:slot_offer_doctor_excl') WHERE (
    SELECT "ends_at" FROM "slot_offer" WHERE "doctor" = NEW."doctor" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND status = 'open'
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TRIGGER "slot_offer_doctor_excl_update" AFTER UPDATE ON "slot_offer"
WHEN EXISTS (SELECT 1 FROM "slot_offer" WHERE id = NEW.id AND status = 'open')
BEGIN
  SELECT RAISE(ABORT, 'constraint:slot_offer_doctor_excl') WHERE (
    SELECT "ends_at" FROM "slot_offer" WHERE "doctor" = NEW."doctor" AND "starts_at" < NEW."ends_at" AND id <> NEW.id AND status = 'open'
    ORDER BY "starts_at" DESC LIMIT 1
  ) > NEW."starts_at";
END;
CREATE TABLE "stock_adjustment" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "medication_item" INTEGER,
  "inventory_item" INTEGER,
  "stock_batch" INTEGER,
  "adjustment_type" TEXT NOT NULL,
  "quantity" INTEGER NOT NULL,
  "reason" TEXT NOT NULL,
  "to_location" INTEGER,
  "adjusted_by" INTEGER,
  "adjustment_date" INTEGER NOT NULL,
  "reversed_by" INTEGER,
  "reversed_at" INTEGER, "witness_required" INTEGER NOT NULL DEFAULT 0, "witness" INTEGER CONSTRAINT "stock_adjustment_witness_fkey" REFERENCES "app_user" ("id") ON DELETE RESTRICT, "witnessed_at" INTEGER CONSTRAINT "stock_adjustment_witness_check" CHECK (witness <> adjusted_by), "reversal_reason" TEXT, "reversal_witness_required" INTEGER NOT NULL DEFAULT 0, "reversal_witness" INTEGER CONSTRAINT "stock_adjustment_reversal_witness_fkey" REFERENCES "app_user" ("id") ON DELETE RESTRICT, "reversal_witnessed_at" INTEGER CONSTRAINT "stock_adjustment_reversal_witness_check" CHECK (reversal_witness <> reversed_by),
  CONSTRAINT "stock_adjustment_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_adjustment_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_inventory_item_fkey" FOREIGN KEY ("inventory_item") REFERENCES "inventory_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_stock_batch_fkey" FOREIGN KEY ("stock_batch") REFERENCES "stock_batch" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_to_location_fkey" FOREIGN KEY ("to_location") REFERENCES "stock_location" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_adjusted_by_fkey" FOREIGN KEY ("adjusted_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_reversed_by_fkey" FOREIGN KEY ("reversed_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_adjustment_adjustment_type_check" CHECK ("adjustment_type" IN ('Damaged', 'Expired-Discarded', 'Stock-Take Variance', 'Internal Transfer', 'Returned to Supplier', 'Other')),
  CONSTRAINT "stock_adjustment_quantity_check" CHECK (quantity <> 0),
  CONSTRAINT "stock_adjustment_subject_check" CHECK ((medication_item IS NULL) <> (inventory_item IS NULL))
) STRICT;
CREATE INDEX "stock_adjustment_adjustment_date_idx" ON "stock_adjustment" ("adjustment_date");
CREATE INDEX "stock_adjustment_adjustment_type_id_idx" ON "stock_adjustment" ("adjustment_type", "id");
CREATE INDEX "stock_adjustment_inventory_item_id_idx" ON "stock_adjustment" ("inventory_item", "id");
CREATE INDEX "stock_adjustment_medication_item_id_idx" ON "stock_adjustment" ("medication_item", "id");
CREATE INDEX "stock_adjustment_reversal_unwitnessed_idx" ON "stock_adjustment" ("id") WHERE reversal_witness_required AND reversal_witness IS NULL;
CREATE INDEX "stock_adjustment_stock_batch_id_idx" ON "stock_adjustment" ("stock_batch", "id");
CREATE INDEX "stock_adjustment_unwitnessed_idx" ON "stock_adjustment" ("id") WHERE witness_required AND witness IS NULL AND reversed_at IS NULL;
CREATE TABLE "stock_batch" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "medication_item" INTEGER NOT NULL,
  "batch_number" TEXT NOT NULL,
  "expiry_date" TEXT NOT NULL,
  "quantity_received" INTEGER NOT NULL,
  "cost_price_per_unit" INTEGER NOT NULL,
  "selling_price_per_unit" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "location" INTEGER NOT NULL,
  "current_quantity" INTEGER NOT NULL,
  "received_date" TEXT NOT NULL,
  "supplier" INTEGER, "expiry_reason" TEXT,
  CONSTRAINT "stock_batch_medication_item_batch_number_location_key" UNIQUE ("medication_item", "batch_number", "location"),
  CONSTRAINT "stock_batch_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_batch_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_batch_location_fkey" FOREIGN KEY ("location") REFERENCES "stock_location" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_batch_supplier_fkey" FOREIGN KEY ("supplier") REFERENCES "supplier" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_batch_status_check" CHECK ("status" IN ('active', 'quarantined', 'recalled')),
  CONSTRAINT "stock_batch_current_quantity_check" CHECK (current_quantity >= 0),
  CONSTRAINT "stock_batch_quantity_received_check" CHECK (quantity_received >= 0),
  CONSTRAINT "stock_batch_price_check" CHECK (cost_price_per_unit >= 0 AND selling_price_per_unit >= 0)
) STRICT;
CREATE INDEX "stock_batch_batch_number_id_idx" ON "stock_batch" ("batch_number", "id");
CREATE INDEX "stock_batch_expiring_idx" ON "stock_batch" ("expiry_date") WHERE current_quantity > 0;
CREATE INDEX "stock_batch_expiry_date_id_idx" ON "stock_batch" ("expiry_date", "id");
CREATE INDEX "stock_batch_location_id_idx" ON "stock_batch" ("location", "id");
CREATE INDEX "stock_batch_medication_item_id_idx" ON "stock_batch" ("medication_item", "id");
CREATE INDEX "stock_batch_number_written_idx" ON "stock_batch" (upper("batch_number"));
CREATE INDEX "stock_batch_shelf_idx" ON "stock_batch" ("medication_item", "expiry_date") WHERE current_quantity > 0;
CREATE INDEX "stock_batch_status_id_idx" ON "stock_batch" ("status", "id");
CREATE TABLE "stock_location" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  CONSTRAINT "stock_location_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_location_name_key" UNIQUE ("name")
) STRICT;
CREATE TABLE "stock_movement" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "stock_batch" INTEGER NOT NULL,
  "medication_item" INTEGER NOT NULL,
  "delta" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "source_type" TEXT NOT NULL,
  "source_id" INTEGER NOT NULL,
  "user" INTEGER,
  "at" INTEGER NOT NULL,
  "balance_after" INTEGER NOT NULL,
  "item_balance_after" INTEGER NOT NULL,
  "reverses" INTEGER,
  CONSTRAINT "stock_movement_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_movement_stock_batch_fkey" FOREIGN KEY ("stock_batch") REFERENCES "stock_batch" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_movement_medication_item_fkey" FOREIGN KEY ("medication_item") REFERENCES "medication_item" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_movement_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_movement_reverses_fkey" FOREIGN KEY ("reverses") REFERENCES "stock_movement" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_movement_kind_check" CHECK ("kind" IN ('receipt', 'dispense', 'return', 'adjustment', 'transfer', 'expiry')),
  CONSTRAINT "stock_movement_delta_check" CHECK (delta <> 0),
  CONSTRAINT "stock_movement_balance_after_check" CHECK (balance_after >= 0)
) STRICT;
CREATE INDEX "stock_movement_at_idx" ON "stock_movement" ("at");
CREATE INDEX "stock_movement_kind_at_stock_batch_medication_item_delta_idx" ON "stock_movement" ("kind", "at", "stock_batch", "medication_item", "delta");
CREATE INDEX "stock_movement_medication_item_at_id_idx" ON "stock_movement" ("medication_item", "at", "id");
CREATE INDEX "stock_movement_medication_item_id_idx" ON "stock_movement" ("medication_item", "id");
CREATE UNIQUE INDEX "stock_movement_reverses_key" ON "stock_movement" ("reverses") WHERE reverses IS NOT NULL;
CREATE INDEX "stock_movement_source_type_source_id_idx" ON "stock_movement" ("source_type", "source_id");
CREATE INDEX "stock_movement_stock_batch_at_id_idx" ON "stock_movement" ("stock_batch", "at", "id");
CREATE INDEX "stock_movement_stock_batch_id_idx" ON "stock_movement" ("stock_batch", "id");
CREATE TRIGGER "stock_movement_append_only_delete" BEFORE DELETE ON "stock_movement" BEGIN SELECT RAISE(ABORT, 'constraint:stock_movement_append_only'); END;
CREATE TRIGGER "stock_movement_append_only_update" BEFORE UPDATE ON "stock_movement" BEGIN SELECT RAISE(ABORT, 'constraint:stock_movement_append_only'); END;
CREATE TRIGGER "stock_movement_sums" AFTER INSERT ON "stock_movement" BEGIN INSERT INTO stock_week (kind, starts_at, ends_at, account, total) VALUES (NEW.kind, NEW.at / 604800000000 * 604800000000, (NEW.at / 604800000000 + 1) * 604800000000, NEW.stock_batch, NEW.delta) ON CONFLICT (kind, starts_at, account) DO UPDATE SET total = stock_week.total + excluded.total; INSERT INTO stock_span (account, first_at, last_at) VALUES (NEW.stock_batch, NEW.at, NEW.at) ON CONFLICT (account) DO UPDATE SET first_at = MIN(stock_span.first_at, excluded.first_at), last_at = MAX(stock_span.last_at, excluded.last_at); END;
CREATE TABLE "stock_span" (
  "account" INTEGER NOT NULL,
  "first_at" INTEGER NOT NULL,
  "last_at" INTEGER NOT NULL,
  CONSTRAINT "stock_span_pkey" PRIMARY KEY ("account")
) STRICT;
CREATE INDEX "stock_span_last_at_first_at_account_idx" ON "stock_span" ("last_at", "first_at", "account");
CREATE TABLE "stock_take" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "location" INTEGER,
  "category" INTEGER,
  "status" TEXT NOT NULL,
  "started_by" INTEGER,
  "posted_by" INTEGER,
  "posted_at" INTEGER,
  CONSTRAINT "stock_take_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_take_location_fkey" FOREIGN KEY ("location") REFERENCES "stock_location" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_category_fkey" FOREIGN KEY ("category") REFERENCES "medication_category" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_started_by_fkey" FOREIGN KEY ("started_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_posted_by_fkey" FOREIGN KEY ("posted_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_status_check" CHECK ("status" IN ('open', 'posted', 'cancelled'))
) STRICT;
CREATE INDEX "stock_take_status_id_idx" ON "stock_take" ("status", "id");
CREATE TABLE "stock_take_line" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "stock_take" INTEGER NOT NULL,
  "stock_batch" INTEGER NOT NULL,
  "counted" INTEGER NOT NULL,
  "expected" INTEGER NOT NULL,
  "last_movement" INTEGER NOT NULL,
  "counted_by" INTEGER,
  "counted_at" INTEGER NOT NULL,
  CONSTRAINT "stock_take_line_stock_take_stock_batch_key" UNIQUE ("stock_take", "stock_batch"),
  CONSTRAINT "stock_take_line_uid_key" UNIQUE ("uid"),
  CONSTRAINT "stock_take_line_stock_take_fkey" FOREIGN KEY ("stock_take") REFERENCES "stock_take" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_line_stock_batch_fkey" FOREIGN KEY ("stock_batch") REFERENCES "stock_batch" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_line_counted_by_fkey" FOREIGN KEY ("counted_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "stock_take_line_counted_check" CHECK (counted >= 0)
) STRICT;
CREATE INDEX "stock_take_line_stock_batch_id_idx" ON "stock_take_line" ("stock_batch", "id");
CREATE INDEX "stock_take_line_stock_take_id_idx" ON "stock_take_line" ("stock_take", "id");
CREATE TABLE "stock_week" (
  "kind" TEXT NOT NULL,
  "starts_at" INTEGER NOT NULL,
  "ends_at" INTEGER NOT NULL,
  "account" INTEGER NOT NULL,
  "total" INTEGER NOT NULL,
  CONSTRAINT "stock_week_pkey" PRIMARY KEY ("kind", "starts_at", "account")
) STRICT;
CREATE TABLE "supplier" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "contact_person" TEXT NOT NULL,
  "phone" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  "address" TEXT NOT NULL,
  "lead_time_days" INTEGER,
  CONSTRAINT "supplier_uid_key" UNIQUE ("uid"),
  CONSTRAINT "supplier_lead_time_days_check" CHECK (lead_time_days BETWEEN 0 AND 730)
) STRICT;
CREATE INDEX "supplier_name_idx" ON "supplier" ("name");
CREATE TABLE "surgical_history" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "date" TEXT,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "surgical_history_uid_key" UNIQUE ("uid"),
  CONSTRAINT "surgical_history_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "surgical_history_patient_id_idx" ON "surgical_history" ("patient", "id");
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
  "voided_by" INTEGER, "source_type" TEXT, "source_id" INTEGER,
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
CREATE TABLE "telemedicine_session" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "appointment" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "doctor" INTEGER NOT NULL,
  "scheduled_start" INTEGER NOT NULL,
  "scheduled_end" INTEGER,
  "is_active" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "room" TEXT NOT NULL,
  "appointment_start" INTEGER NOT NULL,
  "called_off" INTEGER NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "telemedicine_session_uid_key" UNIQUE ("uid"),
  CONSTRAINT "telemedicine_session_room_key" UNIQUE ("room"),
  CONSTRAINT "telemedicine_session_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "telemedicine_session_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "telemedicine_session_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "telemedicine_session_scheduled_end_check" CHECK (scheduled_end IS NULL OR scheduled_end > scheduled_start),
  CONSTRAINT "telemedicine_session_ended_at_check" CHECK (is_active = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX "telemedicine_session_appointment_key" ON "telemedicine_session" ("appointment") WHERE voided_at IS NULL;
CREATE INDEX "telemedicine_session_doctor_id_idx" ON "telemedicine_session" ("doctor", "id");
CREATE INDEX "telemedicine_session_patient_id_idx" ON "telemedicine_session" ("patient", "id");
CREATE INDEX "telemedicine_session_scheduled_start_idx" ON "telemedicine_session" ("scheduled_start");
CREATE TABLE "turnover_day" (
  "kind" TEXT NOT NULL,
  "day" TEXT NOT NULL,
  "item_key" TEXT NOT NULL,
  "received" INTEGER NOT NULL,
  "refunded" INTEGER NOT NULL,
  "receipts" INTEGER NOT NULL, "refunds" INTEGER NOT NULL DEFAULT 0 CONSTRAINT "turnover_day_refunds_check" CHECK (refunds >= 0 AND receipts >= 0),
  CONSTRAINT "turnover_day_pkey" PRIMARY KEY ("kind", "day", "item_key"),
  CONSTRAINT "turnover_day_received_check" CHECK (received >= 0 AND refunded >= 0)
) STRICT;
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
CREATE TABLE "vaccination" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "code" TEXT,
  "date_administered" TEXT NOT NULL,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "vaccination_uid_key" UNIQUE ("uid"),
  CONSTRAINT "vaccination_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT
) STRICT;
CREATE INDEX "vaccination_code_id_idx" ON "vaccination" ("code", "id");
CREATE INDEX "vaccination_date_administered_idx" ON "vaccination" ("date_administered");
CREATE INDEX "vaccination_patient_date_administered_idx" ON "vaccination" ("patient", "date_administered");
CREATE INDEX "vaccination_patient_id_idx" ON "vaccination" ("patient", "id");
CREATE TABLE "visit_answer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "appointment" INTEGER NOT NULL,
  "patient" INTEGER NOT NULL,
  "answer" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "answered_by" INTEGER,
  CONSTRAINT "visit_answer_uid_key" UNIQUE ("uid"),
  CONSTRAINT "visit_answer_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE RESTRICT,
  CONSTRAINT "visit_answer_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "visit_answer_answered_by_fkey" FOREIGN KEY ("answered_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "visit_answer_answer_check" CHECK ("answer" IN ('confirm', 'cancel')),
  CONSTRAINT "visit_answer_channel_check" CHECK ("channel" IN ('portal', 'link', 'sms', 'desk'))
) STRICT;
CREATE INDEX "visit_answer_appointment_idx" ON "visit_answer" ("appointment");
CREATE INDEX "visit_answer_patient_created_at_idx" ON "visit_answer" ("patient", "created_at");
CREATE TABLE "vitals" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "encounter" INTEGER NOT NULL,
  "systolic_bp" INTEGER,
  "diastolic_bp" INTEGER,
  "heart_rate" INTEGER,
  "respiratory_rate" INTEGER,
  "temperature" INTEGER,
  "oxygen_saturation" INTEGER,
  "height" INTEGER,
  "weight" INTEGER,
  "head_circumference" INTEGER,
  "muac" INTEGER,
  "blood_glucose" INTEGER,
  "capillary_refill" INTEGER,
  "pain" INTEGER,
  "gcs" INTEGER,
  "height_position" TEXT,
  "consciousness" TEXT,
  "breathing" TEXT,
  "saturation_scale_2" INTEGER NOT NULL,
  "pregnant" INTEGER,
  "patient" INTEGER NOT NULL,
  "recorded_at" INTEGER NOT NULL,
  "recorded_by" INTEGER,
  "voided_at" INTEGER,
  "voided_by" INTEGER,
  CONSTRAINT "vitals_uid_key" UNIQUE ("uid"),
  CONSTRAINT "vitals_encounter_fkey" FOREIGN KEY ("encounter") REFERENCES "encounter" ("id") ON DELETE RESTRICT,
  CONSTRAINT "vitals_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "vitals_recorded_by_fkey" FOREIGN KEY ("recorded_by") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "vitals_height_position_check" CHECK ("height_position" IN ('lying', 'standing')),
  CONSTRAINT "vitals_consciousness_check" CHECK ("consciousness" IN ('alert', 'confusion', 'voice', 'pain', 'unresponsive')),
  CONSTRAINT "vitals_breathing_check" CHECK ("breathing" IN ('air', 'oxygen')),
  CONSTRAINT "vitals_bp_check" CHECK (diastolic_bp < systolic_bp),
  CONSTRAINT "vitals_temperature_check" CHECK (temperature BETWEEN 24000 AND 45000),
  CONSTRAINT "vitals_height_check" CHECK (height BETWEEN 20000 AND 260000),
  CONSTRAINT "vitals_weight_check" CHECK (weight BETWEEN 300 AND 500000)
) STRICT;
CREATE INDEX "vitals_encounter_id_idx" ON "vitals" ("encounter", "id");
CREATE INDEX "vitals_patient_id_idx" ON "vitals" ("patient", "id");
CREATE INDEX "vitals_patient_recorded_at_idx" ON "vitals" ("patient", "recorded_at");
CREATE INDEX "vitals_recorded_at_idx" ON "vitals" ("recorded_at");
CREATE TABLE "waiting_entry" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "sealed" BLOB NOT NULL,
  "patient" INTEGER NOT NULL,
  "doctor" INTEGER,
  "earliest" TEXT,
  "latest" TEXT,
  "from_time" TEXT,
  "to_time" TEXT,
  "duration_minutes" INTEGER NOT NULL,
  "urgent" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "appointment" INTEGER, "wish" TEXT,
  CONSTRAINT "waiting_entry_uid_key" UNIQUE ("uid"),
  CONSTRAINT "waiting_entry_patient_fkey" FOREIGN KEY ("patient") REFERENCES "patient" ("id") ON DELETE RESTRICT,
  CONSTRAINT "waiting_entry_doctor_fkey" FOREIGN KEY ("doctor") REFERENCES "app_user" ("id") ON DELETE RESTRICT,
  CONSTRAINT "waiting_entry_appointment_fkey" FOREIGN KEY ("appointment") REFERENCES "appointment" ("id") ON DELETE SET NULL,
  CONSTRAINT "waiting_entry_status_check" CHECK ("status" IN ('waiting', 'offered', 'booked', 'removed')),
  CONSTRAINT "waiting_entry_duration_minutes_check" CHECK (duration_minutes BETWEEN 1 AND 1440)
) STRICT;
CREATE INDEX "waiting_entry_doctor_id_idx" ON "waiting_entry" ("doctor", "id");
CREATE INDEX "waiting_entry_patient_id_idx" ON "waiting_entry" ("patient", "id");
CREATE INDEX "waiting_entry_status_urgent_id_idx" ON "waiting_entry" ("status", "urgent", "id");
CREATE UNIQUE INDEX "waiting_entry_wish_key" ON "waiting_entry" ("patient", "wish") WHERE wish IS NOT NULL;
CREATE TABLE "ward" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "capacity" INTEGER NOT NULL,
  CONSTRAINT "ward_uid_key" UNIQUE ("uid"),
  CONSTRAINT "ward_name_key" UNIQUE ("name"),
  CONSTRAINT "ward_capacity_check" CHECK (capacity BETWEEN 0 AND 100000)
) STRICT;
CREATE TABLE "ward_staff" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uid" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "ward" INTEGER NOT NULL,
  "user" INTEGER NOT NULL,
  CONSTRAINT "ward_staff_ward_user_key" UNIQUE ("ward", "user"),
  CONSTRAINT "ward_staff_uid_key" UNIQUE ("uid"),
  CONSTRAINT "ward_staff_ward_fkey" FOREIGN KEY ("ward") REFERENCES "ward" ("id") ON DELETE CASCADE,
  CONSTRAINT "ward_staff_user_fkey" FOREIGN KEY ("user") REFERENCES "app_user" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "ward_staff_user_idx" ON "ward_staff" ("user");
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
