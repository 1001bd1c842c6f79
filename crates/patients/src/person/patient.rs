//! The patient: who they are and how they are reached, as it is kept.

use identity::user::User;
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Email, Phone};
use platform::access::Permission;
use platform::cx::Cx;
use platform::field::{Blank, Line, Ref};
use platform::seal::Sealed;

platform::choice! {
    /// Gender as recorded.
    pub enum Gender {
        /// Male.
        Male = "Male" | "m",
        /// Female.
        Female = "Female" | "f",
        /// Neither of the two.
        Other = "Other" | "o",
        /// Not known.
        Unknown = "Unknown" | "u",
    }
}

platform::choice! {
    /// The language in which a patient is written to.
    pub enum PreferredLanguage {
        /// English.
        English = "en" | "english",
        /// French.
        French = "fr" | "french",
        /// Swahili.
        Swahili = "sw" | "swahili",
    }
}

platform::choice! {
    /// How a patient wants to be reached.
    pub enum ContactPreference {
        /// By text message.
        Sms = "sms",
        /// By e-mail.
        Email = "email",
        /// By whatever there is.
        Both = "both",
        /// Not at all.
        None = "none",
    }
}

platform::record! {
    /// A person who is or was treated here.
    pub struct Patient in "patient" for id {
        client {
            /// The number on the patient's card, unique whatever its case; made up when it is left out: `P`, year, sequence, check digit.
            unique_id: Sealed<Blank<32>>,
            /// Given name of the patient.
            first_name: Sealed<Line<100>>,
            /// Family name of the patient.
            last_name: Sealed<Line<100>>,
            /// Day of birth: from 1880, not in the future. Where it is not known, a year (`1960`) or a month (`1960-05`) is taken, or in its place an `age` such as `34` (years), `8m` (months), `3w` (weeks) or `12d` (days): the first day that fits is kept, with `birth_estimated`.
            date_of_birth: Sealed<Date>,
            /// Whether the day of birth is estimated, from an age, a year or a month. False again once another day is written without it.
            birth_estimated: bool = false,
            /// Gender as the patient's record shows it; laboratory ranges and guideline rules follow it.
            gender: Gender,
            /// How to reach the patient, kept as sent. Every phone number and e-mail address in it is found by searches; text of only digits and phone punctuation must be a possible number.
            contact_info: Sealed<Blank<255>>,
            /// E-mail address to which messages are sent.
            email: Sealed<Blank<254>>,
            /// Postal address or place of residence.
            address: Sealed<Blank<255>>,
            /// The active allergies, separated by commas. Writing it changes them: what is new is recorded with unknown severity, what is left out is resolved, and what is said of there being none ("None known") is kept while there is none. It takes the permissions of `allergies/` to read and to change. Leaving out a recorded allergy that may be severe is refused with 409 `confirmation_required` unless the body says `"confirm_allergies": true`. Null for callers who may not read allergies.
            known_allergies: Sealed<Blank<65536>>,
            /// Number of the identity card or passport.
            national_id: Sealed<Option<Line<64>>>,
            /// Name and phone number of the person to call in an emergency.
            emergency_contact: Sealed<Option<Line<255>>>,
            /// The language of messages; the hospital's own when it is left out.
            preferred_language: PreferredLanguage = PreferredLanguage::English,
            /// How the patient wants to be reached.
            contact_preference: ContactPreference = ContactPreference::Both,
            /// The account with which the patient signs in to the portal; null without one. Setting it takes the permission `patients:link_account`.
            user: Option<Ref<User>>,
            /// When the patient died; null while they live.
            deceased_at: Option<Timestamp>,
        }
        server {
            /// Year of birth, for statistics.
            birth_year: i64 = 0,
            /// The record that this one was merged into. It can still be retrieved, but is no longer listed or changed.
            merged_into: Option<Ref<Patient>> = None,
        }
        hidden {
            /// The start of the latest appointment.
            last_appointment_at: Option<Timestamp> = None,
        }
    }
}

/// To say whose account is a patient's: whoever signs in with it reads the record.
pub(crate) const LINK: Permission = Permission::new("patients", "link_account");

impl Patient {
    /// Given and family name.
    pub fn full_name(&self) -> String {
        format!("{} {}", &**self.first_name.open(), &**self.last_name.open())
    }

    /// The phone numbers at which the patient can be reached, completed with the hospital's country code.
    pub fn phones(&self, country_code: u16) -> Vec<Phone> {
        Phone::find_in(self.contact_info.open(), country_code)
    }

    /// The e-mail addresses at which the patient can be reached, the patient's own first.
    pub fn emails(&self) -> Vec<Email> {
        let mut emails: Vec<Email> = Email::parse(self.email.open()).into_iter().collect();
        for email in Email::find_in(self.contact_info.open()) {
            if !emails.contains(&email) {
                emails.push(email);
            }
        }
        emails
    }
}

/// The calling code that completes local numbers.
pub fn country_code(cx: &Cx) -> u16 {
    cx.app
        .settings
        .country_code
        .parse()
        .unwrap_or(kernel::DEFAULT_COUNTRY_CODE)
}
