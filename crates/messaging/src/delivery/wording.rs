//! What patients read. Who is written to shares a phone with others, so: the given name, the time, and
//! nothing about why.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use patients::Patient;
use platform::app::App;
use platform::texts::Text;

use scheduling::answer::Answer;

use super::appointment_notification::{Channel, MessageType};
use super::visit_link;

/// A subject, which only e-mails have, a text, and the text as staff may read it: without what only the patient may
/// use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) shown: String,
}

/// The words of a message about a visit, with its id and its start, in the patient's language.
pub(super) fn words(
    app: &App,
    patient: &Patient,
    kind: MessageType,
    channel: Channel,
    visit: (i64, Timestamp),
) -> Words {
    let (visit, starts_at) = visit;
    let language = patient.preferred_language.as_str();
    let (subject, body) = match (kind, channel) {
        (MessageType::Reminder, Channel::Sms) => (None, "message-reminder-sms"),
        (MessageType::Followup, Channel::Sms) => (None, "message-followup-sms"),
        (MessageType::Reminder, Channel::Email) => {
            (Some("message-reminder-subject"), "message-reminder-email")
        }
        (MessageType::Followup, Channel::Email) => {
            (Some("message-followup-subject"), "message-followup-email")
        }
    };
    let render = |key, links: bool| {
        let mut text = Text::new(key)
            .with("name", &**patient.first_name.open())
            .with("when", when(language, app.zone.to_local(starts_at)));
        if (kind, channel) == (MessageType::Reminder, Channel::Email) {
            let link = |answer| match links {
                true => visit_link::url(app, visit, starts_at, answer),
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

const WEEKDAYS: [[&str; 7]; 3] = [
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    [
        "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    ],
    [
        "Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili",
    ],
];

const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba",
        "Oktoba", "Novemba", "Desemba",
    ],
];

/// A day and a time of day as the language says them.
///
/// Swahili counts the hours from sunrise: 10 in the morning is the fourth hour. Both are given, since
/// phones and tickets show the other.
pub(crate) fn when(language: &str, at: DateTime) -> String {
    let tongue = match language {
        "fr" => 1,
        "sw" => 2,
        _ => 0,
    };
    let pick = |names: Option<&&'static str>| names.copied().unwrap_or_default();
    let weekday = pick(WEEKDAYS[tongue].get(index(at.weekday())));
    let month = usize::try_from(at.month()).map_or(0, |month| month.saturating_sub(1));
    let month = pick(MONTHS[tongue].get(month));
    let (day, year) = (at.day(), at.year());
    let (hour, minute) = (at.hour(), at.minute());
    match tongue {
        1 => {
            let day = if day == 1 {
                "1er".to_owned()
            } else {
                day.to_string()
            };
            format!("{weekday} {day} {month} {year} à {hour} h {minute:02}")
        }
        2 => {
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
            format!(
                "{weekday} {day} {month} {year} saa {counted}:{minute:02} {part} ({hour:02}:{minute:02})"
            )
        }
        _ => format!("{weekday} {day} {month} {year} at {hour:02}:{minute:02}"),
    }
}

fn index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
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
