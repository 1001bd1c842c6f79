//! Patients: who sees them, the rules that hold for them, and what changes with them.

use jiff::Timestamp;
use kernel::{BuiltinRole, Email, HospitalZone, Mrn, Phone, Reach, looks_like_phone};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Blank;
use platform::http::call::Call;
use platform::module::PatientColumn;
use platform::record::{Body, Column};
use platform::resource::Change;
use platform::resource::{Besides, Found, Resource};
use platform::seal::Sealed;
use platform::serde_json::json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::allergy::Allergy;
use crate::duplicates::{self, PossibleDuplicate};
use crate::patient::{LINK, Patient, PreferredLanguage, country_code};
use crate::{allergy_list, birth, consent, contact, identifier, reach, search, terms};

/// Whoever had an appointment within so many days has a recent one.
pub const RECENT_DAYS: i64 = 90;

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct PatientExtra {
    /// The active allergies, separated by commas, or what is said of there being none. Null for callers who may not
    /// read allergies.
    pub known_allergies: Option<String>,
    /// Had an appointment within the last 90 days, or has one to come.
    pub has_recent_appointment: bool,
    /// Records that may be the same person, the likeliest first; only in the answer to a create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible_duplicates: Option<Vec<PossibleDuplicate>>,
}

impl Resource for Patient {
    const PATH: &'static str = "patients";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const CREATE_FLAGS: &'static [(&'static str, &'static str)] = &[(
        "reject_duplicates",
        "With `true`, nobody is registered who may be registered already: 409 with the candidates.",
    )];
    const BESIDES: &'static [Besides] = &[
        Besides {
            name: "age",
            verbs: "cu",
            schema: || json!({ "type": ["string", "integer", "null"], "examples": ["34", "8m", "3w", "12d"], "description": "Age in the place of `date_of_birth`: in years, or months (`8m`), weeks (`3w`) or days (`12d`). Stored as an estimated day of birth." }),
        },
        Besides {
            name: "messaging_consent",
            verbs: "c",
            schema: || json!({ "type": "boolean", "description": "What the patient answered when asked whether they may be written to: kept as a consent to `messaging`, in the same step. Nothing is kept while nobody asked. It takes the permission to create `consents/`." }),
        },
        Besides {
            name: "confirm_allergies",
            verbs: "u",
            schema: || json!({ "type": "boolean", "description": "True to give up an allergy that may be severe by leaving it out of `known_allergies`." }),
        },
    ];
    const FILTERS: &'static [Column<Self>] = &[Patient::gender, Patient::birth_year, Patient::user];
    const REPLACED: &'static [Column<Self>] = &[Patient::known_allergies];
    // Whoever keeps the record links the account; it is not named by doing so.
    const OPEN_REFERENCES: &'static [Column<Self>] = &[Patient::user];
    const LIST: &'static [Column<Self>] = &[
        Patient::unique_id,
        Patient::last_name,
        Patient::first_name,
        Patient::date_of_birth,
        Patient::gender,
        Patient::contact_info,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-identity",
            &[
                Patient::first_name,
                Patient::last_name,
                Patient::date_of_birth,
                Patient::birth_estimated,
                Patient::gender,
                Patient::unique_id,
                Patient::national_id,
            ],
        ),
        (
            "group-contact",
            &[
                Patient::contact_info,
                Patient::email,
                Patient::address,
                Patient::emergency_contact,
                Patient::preferred_language,
                Patient::contact_preference,
            ],
        ),
        (
            "group-care",
            &[
                Patient::known_allergies,
                Patient::deceased_at,
                Patient::user,
            ],
        ),
    ];
    type Extra = PatientExtra;

    fn access() -> Access {
        use BuiltinRole::{
            Admin, Cashier, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist,
        };
        Access::nobody()
            .roles(&[Admin, Receptionist], "crud")
            .roles(&[Doctor, Nurse], "cru")
            .roles(&[Pharmacist, LabTechnician, Cashier], "r")
            .role(Patient, "ru")
    }

    fn label(&self) -> String {
        let (first, last) = (self.first_name.open(), self.last_name.open());
        format!("{first} {last} ({})", self.unique_id.open())
    }

    fn scope(grant: &Grant) -> Scope {
        reach("patient", "id", grant)
    }

    fn listed() -> Option<Condition> {
        Some(Condition::all().add(Patient::merged_into.is_null()))
    }

    fn writable(grant: &Grant) -> Option<&'static [Column<Self>]> {
        (grant.reach == Reach::Own).then_some(&[
            Patient::contact_info,
            Patient::email,
            Patient::address,
            Patient::preferred_language,
            Patient::contact_preference,
            Patient::emergency_contact,
        ])
    }

    /// A record that was merged into the one that is now given up follows it.
    fn patient_column() -> Option<PatientColumn> {
        Some(PatientColumn {
            table: "patient",
            column: "merged_into",
            unique_with: &[],
            apart: None,
            label: Self::PATH,
        })
    }

    async fn fold(cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        birth::fold(cx, body)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let body = change.body;
        let row = &mut *change.row;
        if let Some(into) = before.and_then(|before| before.merged_into) {
            return Err(crate::merge::merged_away(into.get()));
        }
        if before.is_none()
            && body
                .0
                .get("preferred_language")
                .is_none_or(|json| json.is_null())
        {
            row.preferred_language = PreferredLanguage::from_text(cx.app.settings.language)
                .unwrap_or(row.preferred_language);
        }
        birth::settle(row, before, body);
        let linked = row.user != before.and_then(|before| before.user);
        if linked && body.0.contains_key("user") {
            check_link(cx, row, before)?;
        }
        check(row, &cx.app.zone, cx.now(), country_code(cx))?;
        let confirmed = body.0.get("confirm_allergies") == Some(&true.into());
        allergy_list::write(cx, row, before, confirmed).await?;
        row.birth_year = i64::from(row.date_of_birth.open().year());
        // Kept as people see it: a copy from a document may bring signs that nobody can type.
        if let Ok(seen) = Mrn::parse(row.unique_id.open())
            && seen.as_str() != &**row.unique_id.open()
        {
            row.unique_id = Sealed::new(Blank::cut(seen.as_str()));
        }
        if row.unique_id.open().is_empty() {
            row.unique_id = match before {
                Some(before) => before.unique_id.clone(),
                None => Sealed::new(Blank::cut(identifier::generate(cx).await?.as_str())),
            };
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        identifier::store(cx, row, before).await?;
        terms::store(cx, row, before).await?;
        contact::spread(cx, row, before)?;
        if let Some(user) = row.user
            && before.is_none_or(|before| before.user != row.user)
        {
            identity::end_entrusted(cx, user.get()).await?;
        }
        match before {
            Some(_) => Ok(()),
            None => {
                allergy_list::record(cx, row).await?;
                consent::answered(cx, row, change.body).await
            }
        }
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        if let Some(into) = row.merged_into {
            return Err(crate::merge::merged_away(into.get()));
        }
        identifier::free(cx, row.meta.id).await?;
        terms::remove(cx, row).await?;
        allergy_list::remove(cx, row).await
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<PatientExtra>, Error> {
        let now = cx.now();
        let shown = shows_allergies(cx);
        Ok(rows
            .iter()
            .map(|row| PatientExtra {
                known_allergies: allergies_shown(row, shown),
                has_recent_appointment: is_recent(row.last_appointment_at, now),
                possible_duplicates: None,
            })
            .collect())
    }

    async fn extra_created(cx: &mut Cx, row: &Self, call: &Call) -> Result<PatientExtra, Error> {
        let reject = call.flag("reject_duplicates")?;
        if reject {
            duplicates::take_turns(cx, row).await?;
        }
        let found = duplicates::of(cx, row).await?;
        if reject && !found.is_empty() {
            // Refusing rolls back what was stored.
            return Err(duplicates::refusal(&found)?);
        }
        Ok(PatientExtra {
            known_allergies: allergies_shown(row, shows_allergies(cx)),
            has_recent_appointment: false,
            possible_duplicates: Some(found),
        })
    }

    async fn search(cx: &mut Cx, text: &str) -> Result<Option<Found>, Error> {
        search::search(cx, text)
            .await
            .map(|ids| Some(Found::Ranked(ids)))
    }

    async fn changeable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.merged_into.is_none())
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(row.merged_into.is_none())
    }
}

/// Whether the caller may read allergies.
fn shows_allergies(cx: &Cx) -> bool {
    cx.grant_of(Allergy::READ).reach != Reach::None
}

fn allergies_shown(row: &Patient, shown: bool) -> Option<String> {
    shown.then(|| row.known_allergies.open().to_string())
}

fn is_recent(last: Option<Timestamp>, now: Timestamp) -> bool {
    let days = jiff::SignedDuration::from_hours(24 * RECENT_DAYS);
    last.is_some_and(|last| now.duration_since(last) <= days)
}

/// The rules of a patient's own fields: what is wrong, by field.
fn check(
    row: &Patient,
    zone: &HospitalZone,
    now: Timestamp,
    country_code: u16,
) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let born = *row.date_of_birth.open();
    if born > zone.today(now) {
        faults.say("date_of_birth", Text::new("future-date"));
    } else if born.year() < 1880 {
        faults.say("date_of_birth", Text::new("patients-born-too-early"));
    }
    if row.deceased_at.is_some_and(|at| at > now) {
        faults.say("deceased_at", Text::new("future-date"));
    }
    // The day here, since days of birth have no time: a newborn may die on the day of birth.
    if row.deceased_at.is_some_and(|at| zone.today(at) < born) {
        faults.say("deceased_at", Text::new("patients-died-before-birth"));
    }
    let contact: &str = row.contact_info.open();
    if looks_like_phone(contact) && Phone::find_in(contact, country_code).is_empty() {
        faults.say(
            "contact_info",
            Text::new("not-a-phone")
                .with("value", contact)
                .with("example", Phone::example(country_code)),
        );
    }
    let email: &str = row.email.open();
    if !email.is_empty() && Email::parse(email).is_err() {
        faults.say("email", Text::new("not-an-email").with("value", email));
    }
    let unique_id: &str = row.unique_id.open();
    if !unique_id.is_empty() && Mrn::parse(unique_id).is_err() {
        faults.say("unique_id", Text::new("control-characters"));
    }
    faults.into_result()
}

/// Linking an account gives access to the record: it takes the permission, is never done for the caller's own account, and
/// does not silently replace a linked one.
fn check_link(cx: &Cx, row: &Patient, before: Option<&Patient>) -> Result<(), Error> {
    if cx.grant_of(LINK).reach == Reach::None {
        return Err(Error::denied().with("fields", vec!["user"]));
    }
    let Some(user) = row.user else { return Ok(()) };
    if cx.actor.is_done_by(user.get()) {
        return Err(Error::field("user", Text::new("patients-link-own")));
    }
    if before.is_some_and(|before| before.user.is_some()) {
        return Err(Error::field("user", Text::new("patients-link-taken")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::record::Record;
    use platform::serde_json::{Value as Json, json};

    fn patient(changes: Json) -> Result<Patient, Faults> {
        let mut body = json!({
            "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "female",
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let Json::Object(body) = body else {
            unreachable!("an object was built")
        };
        Patient::create(&Body(body))
    }

    #[test]
    fn the_fields_follow_their_rules() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        // An hour ahead of UTC, so that the day begins before it does there.
        let zone = HospitalZone::new("Africa/Lagos").unwrap();
        for (change, wrong) in [
            (json!({}), None),
            (json!({ "date_of_birth": "2026-03-01" }), None),
            (
                json!({ "date_of_birth": "2026-03-02" }),
                Some("date_of_birth"),
            ),
            (json!({ "date_of_birth": "1880-01-01" }), None),
            (
                json!({ "date_of_birth": "1879-12-31" }),
                Some("date_of_birth"),
            ),
            (json!({ "contact_info": "+2207834351" }), None),
            (json!({ "contact_info": "783 4351" }), None),
            (json!({ "contact_info": "783 4351 / 991 2345" }), None),
            (json!({ "contact_info": "12" }), Some("contact_info")),
            (json!({ "contact_info": "12, ask for Awa" }), None),
            (json!({ "contact_info": "none" }), None),
            (json!({ "email": "jane@example.org" }), None),
            (json!({ "email": "jane" }), Some("email")),
            (
                json!({ "deceased_at": "2026-03-01T08:00:01Z" }),
                Some("deceased_at"),
            ),
            (json!({ "deceased_at": "2026-02-01T08:00:00Z" }), None),
            (json!({ "deceased_at": "1989-12-31T23:00:00Z" }), None),
            (
                json!({ "deceased_at": "1989-12-31T22:59:59Z" }),
                Some("deceased_at"),
            ),
        ] {
            let row = patient(change.clone()).unwrap();
            let checked = check(&row, &zone, now, 220);
            match wrong {
                None => assert_eq!(checked, Ok(()), "{change}"),
                Some(field) => assert!(checked.is_err_and(|faults| faults.has(field)), "{change}"),
            }
        }
        assert!(patient(json!({ "gender": "yes" })).is_err_and(|faults| faults.has("gender")));
        assert!(
            patient(json!({ "first_name": " " })).is_err_and(|faults| faults.has("first_name"))
        );
    }

    #[test]
    fn an_appointment_is_recent_for_ninety_days() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        for (last, recent) in [
            (None, false),
            (Some("2026-03-01T08:00:00Z"), true),
            (Some("2026-04-01T08:00:00Z"), true),
            (Some("2025-12-01T08:00:00Z"), true),
            (Some("2025-12-01T07:59:59Z"), false),
        ] {
            assert_eq!(
                is_recent(last.map(|at| at.parse().unwrap()), now),
                recent,
                "{last:?}"
            );
        }
    }
}
