//! What patients read. Who is written to shares a phone with others, so: the given name, the time, and
//! nothing about why.

use jiff::Timestamp;
use jiff::civil::DateTime;
use kernel::{Language, written};
use patients::Patient;
use platform::app::App;
use platform::texts::Text;

use scheduling::answer::Answer;

use super::appointment_notification::{AppointmentNotification, Channel, MessageType};
use super::{plan, visit_link};

/// A subject, which only e-mails have, a text, and the text as staff may read it: without what only the patient may
/// use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) shown: String,
}

/// What a message tells of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// That it comes.
    Ahead,
    /// That it is at another time than was said.
    Moved,
    /// That it does not take place.
    Cancelled,
    /// Thanks for the visit.
    Done,
}

impl About {
    pub(super) fn of(row: &AppointmentNotification) -> About {
        match (row.notification_type, row.lead_hours) {
            (MessageType::Followup, _) => About::Done,
            (MessageType::Reminder, plan::MOVED) => About::Moved,
            (MessageType::Reminder, plan::CANCELLED) => About::Cancelled,
            (MessageType::Reminder, _) => About::Ahead,
        }
    }
}

/// The words of a message about a visit, with its id and its start, in the patient's language.
pub(super) fn words(
    app: &App,
    patient: &Patient,
    about: About,
    channel: Channel,
    visit: (i64, Timestamp),
) -> Words {
    let (_, starts_at) = visit;
    let language = patient.preferred_language.as_str();
    let (subject, email, sms) = match about {
        About::Ahead => (
            "message-reminder-subject",
            "message-reminder-email",
            "message-reminder-sms",
        ),
        About::Moved => (
            "message-moved-subject",
            "message-moved-email",
            "message-moved-sms",
        ),
        About::Cancelled => (
            "message-cancelled-subject",
            "message-cancelled-email",
            "message-cancelled-sms",
        ),
        About::Done => (
            "message-followup-subject",
            "message-followup-email",
            "message-followup-sms",
        ),
    };
    let (subject, body) = match channel {
        Channel::Sms => (None, sms),
        Channel::Email => (Some(subject), email),
    };
    let render = |key, links: bool| {
        let mut text = Text::new(key)
            .with("name", &**patient.first_name.open())
            .with("when", when(language, app.zone.to_local(starts_at)));
        if (about, channel) == (About::Ahead, Channel::Email) {
            let link = |answer| match links {
                true => visit_link::url(app, patient.meta.id, visit, answer),
                false => "…".to_owned(),
            };
            text = text
                .with("confirm", link(Answer::Confirm))
                .with("cancel", link(Answer::Cancel));
        }
        if let Some(hospital) = &app.settings.hospital_name {
            text = text.with("hospital", hospital);
        }
        app.texts.render(language, &text)
    };
    Words {
        subject: subject.map(|key| render(key, false)).unwrap_or_default(),
        body: render(body, true),
        shown: render(body, false),
    }
}

/// A day and a time of day as the language says them.
///
/// Swahili counts the hours from sunrise: 10 in the morning is the fourth hour. Both are given, since
/// phones and tickets show the other.
pub(crate) fn when(language: &str, at: DateTime) -> String {
    let language = Language::parse(language).unwrap_or_default();
    let weekday = written::weekday(at.date().weekday(), language);
    let day = written::date(at.date(), language);
    let (hour, minute) = (at.hour(), at.minute());
    match language {
        Language::En => format!("{weekday} {day} at {hour:02}:{minute:02}"),
        Language::Fr => format!("{weekday} {day} à {hour} h {minute:02}"),
        Language::Sw => {
            let counted = match (hour + 6) % 12 {
                0 => 12,
                counted => counted,
            };
            let part = match hour {
                4..=11 => "asubuhi",
                12..=15 => "mchana",
                16..=18 => "jioni",
                _ => "usiku",
            };
            format!("{weekday} {day} saa {counted}:{minute:02} {part} ({hour:02}:{minute:02})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_the_time_its_own_way() {
        for (language, at, said) in [
            ("en", "2027-05-27T10:00", "Thursday 27 May 2027 at 10:00"),
            ("fr", "2027-05-27T10:00", "jeudi 27 mai 2027 à 10 h 00"),
            ("fr", "2027-02-01T09:05", "lundi 1er février 2027 à 9 h 05"),
            (
                "sw",
                "2027-05-27T10:00",
                "Alhamisi 27 Mei 2027 saa 4:00 asubuhi (10:00)",
            ),
            (
                "sw",
                "2027-05-27T06:00",
                "Alhamisi 27 Mei 2027 saa 12:00 asubuhi (06:00)",
            ),
            (
                "sw",
                "2027-05-27T13:30",
                "Alhamisi 27 Mei 2027 saa 7:30 mchana (13:30)",
            ),
            (
                "sw",
                "2027-05-27T18:00",
                "Alhamisi 27 Mei 2027 saa 12:00 jioni (18:00)",
            ),
            (
                "sw",
                "2027-05-27T21:15",
                "Alhamisi 27 Mei 2027 saa 3:15 usiku (21:15)",
            ),
            (
                "sw",
                "2027-05-27T00:00",
                "Alhamisi 27 Mei 2027 saa 6:00 usiku (00:00)",
            ),
            ("xx", "2027-12-31T23:59", "Friday 31 December 2027 at 23:59"),
        ] {
            assert_eq!(when(language, at.parse().unwrap()), said);
        }
    }
}
