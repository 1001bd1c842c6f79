//! A message to a patient about an appointment, and what became of it.

use jiff::Timestamp;
use kernel::BuiltinRole;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Resource, Said};
use platform::seal::Sealed;
use scheduling::appointment::Appointment;

platform::choice! {
    /// What a message is about.
    pub enum MessageType {
        /// An appointment that is to come; or, after the patient was reminded, that it is at another time or does not take place.
        Reminder = "reminder",
        /// An appointment that took place.
        Followup = "followup",
    }
}

platform::choice! {
    /// How a message travels.
    pub enum Channel {
        /// As a text message.
        Sms = "sms",
        /// As an e-mail.
        Email = "email",
    }
}

platform::choice! {
    /// Where a message stands.
    pub enum MessageStatus {
        /// Waits for its time, or to be tried again.
        Pending = "pending",
        /// A worker is handing it to the provider.
        Sending = "sending",
        /// The provider accepted it.
        Sent = "sent",
        /// It was not sent, for the reason given.
        Failed = "failed",
        /// It is not to be sent any more.
        Cancelled = "cancelled",
        /// It was handed over and no answer came, so it may have been sent: a person decides.
        Unknown = "unknown",
    }
}

platform::record! {
    /// A message to a patient about an appointment. The program makes and sends it; people may have it sent again or not at all.
    pub struct AppointmentNotification in "appointment_notification" for patient {
        client {}
        server {
            /// The appointment that the message is about.
            appointment: Ref<Appointment> = Ref::new(0),
            /// The patient who receives it.
            patient: Ref<Patient> = Ref::new(0),
            /// Whether it is a reminder before the visit or a follow-up after it.
            notification_type: MessageType = MessageType::Reminder,
            /// Channel by which it is sent.
            channel: Channel = Channel::Sms,
            /// State of the delivery.
            status: MessageStatus = MessageStatus::Pending,
            /// When it is to be sent, in UTC.
            scheduled_for: Timestamp = Timestamp::UNIX_EPOCH,
            /// When the provider accepted it, in UTC; null before.
            sent_at: Option<Timestamp> = None,
            /// Its text; written anew when it is sent, so that it is right then.
            message: Sealed<Blank<2000>> = Sealed::new(Blank::default()),
            /// Why it was not sent, or what went wrong last; often in the provider's words.
            error_message: Sealed<Blank<1000>> = Sealed::new(Blank::default()),
            /// How many times it was handed to the provider.
            attempts: i64 = 0,
            /// When it is tried next, in UTC; null when it is not going to be.
            next_attempt_at: Option<Timestamp> = None,
            /// The provider's id of the message; null before it was accepted.
            provider_message_id: Option<Line<200>> = None,
        }
        hidden {
            /// Which reminder it is: so many hours before the appointment; 0 for a follow-up, -1 and -2 for word that it was moved or cancelled.
            lead_hours: i64 = 0,
            /// The start of the appointment that it was planned for.
            starts_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// The claim of the worker that sends it.
            claim: Blank<36> = Blank::default(),
            /// Until when the claim holds.
            lease_until: Option<Timestamp> = None,
            /// A person decided that it is not sent: what is planned anew does not bring it back.
            withdrawn: bool = false,
            /// How often a person had it sent again.
            resends: i64 = 0,
            /// When a person last had it sent again.
            resent_at: Option<Timestamp> = None,
        }
    }
}

impl Resource for AppointmentNotification {
    const PATH: &'static str = "appointment-notifications";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        AppointmentNotification::appointment,
        AppointmentNotification::patient,
        AppointmentNotification::status,
        AppointmentNotification::channel,
        AppointmentNotification::notification_type,
        AppointmentNotification::scheduled_for,
    ];
    const ORDERING: &'static [Column<Self>] = &[AppointmentNotification::scheduled_for];
    const FOLLOWS: &'static [Column<Self>] = &[
        AppointmentNotification::appointment,
        AppointmentNotification::patient,
    ];
    const LIST: &'static [Column<Self>] = &[
        AppointmentNotification::scheduled_for,
        AppointmentNotification::patient,
        AppointmentNotification::appointment,
        AppointmentNotification::notification_type,
        AppointmentNotification::channel,
        AppointmentNotification::status,
        AppointmentNotification::sent_at,
        AppointmentNotification::attempts,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "r")
            .roles(BuiltinRole::STAFF, "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Choice("notification_type", self.notification_type.as_str()),
            Said::Choice("channel", self.channel.as_str()),
        ]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("appointment_notification", "patient", grant)
    }
}
