//! Stable, machine-readable error codes and the HTTP status that each implies.
//!
//! Texts are for people and are translated; clients decide by the code. A code once published
//! keeps its name, its meaning and its status.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};

/// Declares the codes. Adding one is one line: name, text, status, meaning.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// What went wrong, for a program. Each variant's status is in [`Code::status`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// Every code, in the order of declaration (by status, then by subject).
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as it appears in JSON: snake_case, stable.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The HTTP status (RFC 9110, RFC 6585) of an answer that carries the code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

codes! {
    /// A field or the combination of fields breaks a rule; the answer names the fields.
    Invalid = "invalid", 400;
    /// The body is not JSON, or not of the expected shape.
    MalformedJson = "malformed_json", 400;
    /// The query names a filter, ordering or parameter that does not exist here; the answer lists the valid ones.
    UnknownFilter = "unknown_filter", 400;
    /// A unique value is taken; reported under its field.
    Duplicate = "duplicate", 400;
    /// Nobody is signed in.
    NotAuthenticated = "not_authenticated", 401;
    /// The token was valid once.
    TokenExpired = "token_expired", 401;
    /// The token is not one of ours, was altered, or was revoked.
    TokenInvalid = "token_invalid", 401;
    /// Signed in, but not entitled.
    PermissionDenied = "permission_denied", 403;
    /// Signed in too long ago for a step this grave: sign in again, or send the password with it.
    ReauthenticationRequired = "reauthentication_required", 403;
    /// A new password must be chosen before anything else.
    PasswordChangeRequired = "password_change_required", 403;
    /// There is no such thing, or none within the caller's sight.
    NotFound = "not_found", 404;
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The client took too long to send its request.
    RequestTimeout = "request_timeout", 408;
    /// Contradicts what is stored, in a way that has no code of its own.
    Conflict = "conflict", 409;
    /// A patient like this one is registered already.
    DuplicatePatient = "duplicate_patient", 409;
    /// The record's state does not allow the step.
    StateConflict = "state_conflict", 409;
    /// Nobody can read it in the portal: neither the patient nor anybody who stands in has an account and has ever signed
    /// in. Call, or invite them.
    NoPortalAccount = "no_portal_account", 409;
    /// Other records depend on this one; the answer names them.
    InUse = "in_use", 409;
    /// Two patients cannot be merged before the named conflicts are resolved.
    MergeConflict = "merge_conflict", 409;
    /// The idempotency key was used before with a different request.
    IdempotencyKeyReused = "idempotency_key_reused", 409;
    /// The request with this idempotency key was done, and what it answered is told once: it is not told again.
    AlreadyTold = "already_told", 409;
    /// The request with this idempotency key is still being answered; try again after `Retry-After`.
    IdempotencyInFlight = "idempotency_in_flight", 409;
    /// The appointment overlaps another of the same doctor or patient.
    AppointmentOverlap = "appointment_overlap", 409;
    /// The outcome of a visit cannot be recorded before its time; the answer says from when on.
    TooEarly = "too_early", 409;
    /// The doctor has other hours that day, or none.
    OutsideSchedule = "outside_schedule", 409;
    /// The room or device is booked at that time.
    ResourceOverlap = "resource_overlap", 409;
    /// The quantity has a result already; correct that one.
    ResultExists = "result_exists", 409;
    /// Less is in stock than is asked for.
    InsufficientStock = "insufficient_stock", 409;
    /// The batch has expired; none of it is dispensed.
    BatchExpired = "batch_expired", 409;
    /// The batch is quarantined or was recalled; none of it is dispensed.
    BatchBlocked = "batch_blocked", 409;
    /// Another batch expires before the named one; repeat with `reason` to take the named one all the same.
    ReasonRequired = "reason_required", 409;
    /// The prescription owes less than is to be dispensed.
    ExceedsPrescription = "exceeds_prescription", 409;
    /// Another person than the one who acted has to confirm.
    SecondPersonRequired = "second_person_required", 409;
    /// More was delivered than ordered, or something else; repeat with `accept_over_delivery` to take it all the same.
    OverDelivery = "over_delivery", 409;
    /// Batches moved since they were counted; count them again.
    CountAgain = "count_again", 409;
    /// Somebody lies in the bed.
    BedOccupied = "bed_occupied", 409;
    /// The bed is in cleaning or maintenance.
    BedNotAvailable = "bed_not_available", 409;
    /// The patient lies in another bed.
    AlreadyAdmitted = "already_admitted", 409;
    /// More than is owed.
    Overpayment = "overpayment", 409;
    /// More is to be given back than was paid and not given back.
    RefundExceedsPayment = "refund_exceeds_payment", 409;
    /// A safety alert stands; repeat with `override_reason` to go ahead all the same.
    OverrideReasonRequired = "override_reason_required", 409;
    /// The patient has died.
    PatientDeceased = "patient_deceased", 409;
    /// The step is grave and must be confirmed; the answer says of what, and how.
    ConfirmationRequired = "confirmation_required", 409;
    /// The encounter is signed: neither it nor what was recorded for it changes; an addendum can be written.
    EncounterSigned = "encounter_signed", 409;
    /// The same is recorded already; the answer names the record.
    AlreadyRecorded = "already_recorded", 409;
    /// `If-Match` names a version that is no longer the current one.
    StaleVersion = "stale_version", 412;
    /// The body is larger than the limit.
    PayloadTooLarge = "payload_too_large", 413;
    /// The body is of a type that is not read here.
    UnsupportedMediaType = "unsupported_media_type", 415;
    /// The update must carry `If-Match`.
    VersionRequired = "version_required", 428;
    /// Too many requests; try again after `Retry-After`.
    RateLimited = "rate_limited", 429;
    /// Too many failed attempts to sign in; try again after `Retry-After`.
    LockedOut = "locked_out", 429;
    /// A fault of the server; the answer carries the request id and nothing else.
    Internal = "internal", 500;
    /// The record is there and cannot be read: it was changed outside of the program, or the disk is damaged. The
    /// answer names it; restore it from a backup.
    Damaged = "damaged", 503;
    /// The server cannot answer for the moment (starting, stopping, database away, overloaded).
    Unavailable = "unavailable", 503;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not one of the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown error code")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or(UnknownCode)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_snake_case() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for name in names {
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{name}"
            );
            assert!(!name.starts_with('_') && !name.ends_with('_'));
        }
    }

    #[test]
    fn names_follow_their_variants() {
        for code in Code::ALL {
            let camel: String = code
                .as_str()
                .split('_')
                .map(|word| word[..1].to_uppercase() + &word[1..])
                .collect();
            assert_eq!(format!("{code:?}"), camel);
        }
    }

    #[test]
    fn every_code_is_an_error_and_survives_text_and_json() {
        for &code in Code::ALL {
            assert!((400..600).contains(&code.status()));
            assert_eq!(code.to_string().parse(), Ok(code));
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
        }
        assert_eq!("Not_Found".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn published_statuses_stay() {
        for (code, status) in [
            (Code::Duplicate, 400),
            (Code::NotAuthenticated, 401),
            (Code::OverrideReasonRequired, 409),
            (Code::StaleVersion, 412),
            (Code::VersionRequired, 428),
            (Code::LockedOut, 429),
            (Code::Unavailable, 503),
        ] {
            assert_eq!(code.status(), status, "{code}");
        }
    }
}
