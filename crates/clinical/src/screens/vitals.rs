//! Taking vital signs: a row of numbers with the last value below each, and then the next patient who has none today.

use std::collections::HashSet;

use kernel::Reach;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::serde_json::Value as Json;
use platform::texts::Text;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::{ExprTrait, Order};
use web::ui;
use web::{Ask, Decimals, Form, Kind, Page};

use super::measures::{self, Seen};
use super::recorded;
use super::start;
use crate::rules::bounds::{Measure, usual};
use crate::rules::{Milli, Person};
use crate::vitals::Vitals;

/// Patients of a round.
const MOST: u64 = 300;
/// Measurements of a round's day that are looked through.
const MEASURED: u64 = 3000;
/// The measures of every round; the others are folded.
const USUAL: usize = 8;
/// What else the folded part holds.
const OTHERS: [(&str, &str); 3] = [
    ("consciousness", "field-consciousness"),
    ("breathing", "field-breathing"),
    ("height_position", "field-height-position"),
];

/// Where the nurse comes from and goes back to.
struct Round {
    /// `ward`, `queue` or nothing.
    from: String,
    ward: Option<i64>,
    /// Who has no vital signs today, in order.
    waiting: Vec<i64>,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let rows = measures::last(cx, id).await?;
    let seen = measures::seen(&cx.app.zone, &rows, &head.patient);
    let after = recorded::read(cx, ask).await?;
    let after = after.map(|after| after.notice(ask, id));
    let round = round(cx, ask, Some(id)).await?;
    let form = ask
        .form("patients_record_vitals")
        .on(id)
        .then(round.next(ask))
        .done("done-vitals");
    let person = person(cx, &head.patient, &rows);
    let body = html! {
        @if let Some(after) = &after { (after) }
        @if after.is_some() && !round.from.is_empty() {
            div.actions { (ui::action(&round.back(), &ask.t("clinical-round-back"))) }
        }
        @if !round.from.is_empty() { p { small { (ask.say(&Text::new("clinical-round-left").with("count", round.waiting.len()))) } } }
        (form.show(fields(ask, &form, &seen, &person, &round)))
        @if seen.is_empty() { p.hint { (ask.t("clinical-vitals-first")) } }
    };
    Ok(head.page(ask.t("clinical-vitals"), &body))
}

/// The first of a round, or that there is none. What was just recorded and is critical comes before it, on a page that
/// is about nobody else.
pub(super) async fn first(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    cx.saw_nothing();
    let after = recorded::read(cx, ask).await?;
    let round = round(cx, ask, None).await?;
    let next = round.waiting.first().map(|next| match &after {
        Some(after) => [&round.address(*next), "&after=", &after.id().to_string()].concat(),
        None => round.address(*next),
    });
    if let Some(after) = after.filter(|_| ask.query("seen").is_none()) {
        if after.is_critical() {
            let seen = next.unwrap_or_else(|| ask.here(&[("seen", "1")]));
            return after.page(cx, ask, &seen).await;
        }
        if next.is_none() {
            return Ok(Page::go(after.own_page(&round.query())));
        }
    }
    if let Some(next) = next {
        return Ok(Page::go(next));
    }
    let (words, back) = (ask.t("clinical-round-done"), round.back());
    let way = ui::action(&back, &ask.t("clinical-round-back"));
    Ok(Page::new(
        ask.t("clinical-vitals"),
        ui::empty(&words, Some(way)),
    ))
}

/// Of what age and sex, and whether pregnant, as it was noted last.
fn person(cx: &Cx, patient: &Patient, rows: &[Vitals]) -> Person {
    let born = *patient.date_of_birth.open();
    let pregnant = rows.iter().find_map(|row| row.pregnant) == Some(true);
    Person::on(cx.today(), born, patient.gender, pregnant)
}

fn fields(ask: &Ask, form: &Form<'_>, seen: &[Seen], person: &Person, round: &Round) -> Markup {
    let (often, seldom) = measures::ALL.split_at(USUAL);
    let typed = |name: &str| {
        form.sent()
            .is_some_and(|sent| sent.typed(name).is_some_and(|typed| !typed.is_empty()))
    };
    let more = seldom.iter().any(|measure| typed(measure.as_str()))
        || OTHERS.iter().any(|(name, _)| typed(name));
    let number = |measure: &Measure, first: bool| number(ask, form, seen, person, *measure, first);
    let words = ["normal", "low", "high", "critical"].map(|level| match level {
        "normal" => ask.t("clinical-level-normal"),
        "low" => ask.t("clinical-level-low"),
        "high" => ask.t("clinical-level-high"),
        _ => ask.t("clinical-level-critical"),
    });
    html! {
        div data-flags=(words.join("|")) {
            div.measures { @for (at, measure) in often.iter().enumerate() { (number(measure, at == 0)) } }
            details open[more] {
                summary { (ask.t("clinical-more-measures")) }
                div.measures { @for measure in seldom { (number(measure, false)) } }
                div.measures {
                    @for (name, label) in OTHERS { (form.field(name).label(label).required(false).bare()) }
                    (form.field("pregnant").label("field-pregnant").kind(Kind::Choice(yes_no(ask))).required(false).bare())
                }
            }
        }
        div.actions {
            @match round.waiting.is_empty() {
                true => { (form.button("clinical-vitals-save")) },
                false => {
                    (form.button("clinical-vitals-save-next"))
                    (form.button_then("clinical-vitals-save", &round.stays(ask), "s"))
                },
            }
        }
    }
}

fn yes_no(ask: &Ask) -> Vec<(String, String)> {
    vec![
        ("true".to_owned(), ask.t("yes")),
        ("false".to_owned(), ask.t("no")),
    ]
}

/// One number, with its last value below and its limits for scripts.
fn number<'a>(
    ask: &Ask,
    form: &'a Form<'_>,
    seen: &[Seen],
    person: &Person,
    measure: Measure,
    first: bool,
) -> web::Input<'a> {
    let before = seen.iter().find(|seen| seen.measure == measure);
    let hint = before.map(|seen| {
        let day = ask.app().zone.to_local(seen.at).date();
        let text = Text::new("clinical-before-on")
            .with("value", measures::written(ask, seen.value))
            .with("day", ui::day_words(ask, day));
        ask.say(&text)
    });
    let limit = |value: Option<Milli>| value.map(measures::plain);
    let field = form
        .field(measure.as_str())
        .labelled(measures::name(ask, measure))
        .kind(Kind::Number(Decimals::Some))
        .hinted(hint.unwrap_or_default())
        .limits(usual(measure, person).map(limit))
        .required(false)
        .bare();
    if first { field.focus() } else { field }
}

pub(super) fn number_of(ask: &Ask, name: &str) -> Option<i64> {
    ask.query(name).and_then(|text| text.parse().ok())
}

/// Who of the ward or the queue has no vital signs today, but for the one who is being measured.
async fn round(cx: &mut Cx, ask: &Ask, except: Option<i64>) -> Result<Round, Error> {
    let from = ask.query("from").unwrap_or_default();
    let from = ["ward", "queue"].into_iter().find(|known| *known == from);
    let ward = number_of(ask, "ward");
    let all = match from {
        Some("ward") => lying(ask, ward).await?,
        Some(_) => queueing(cx).await?,
        None => Vec::new(),
    };
    let measured = measured(cx, &all).await?;
    let mut known = HashSet::new();
    let waiting = all
        .into_iter()
        .filter(|id| Some(*id) != except && !measured.contains(id) && known.insert(*id));
    Ok(Round {
        from: from.unwrap_or_default().to_owned(),
        ward,
        waiting: waiting.collect(),
    })
}

/// Who lies in a ward, bed by bed, as the board of beds answers.
async fn lying(ask: &Ask, ward: Option<i64>) -> Result<Vec<i64>, Error> {
    let mut path = ["beds/?status=occupied&limit=", &MOST.to_string()].concat();
    if let Some(ward) = ward {
        path.push_str("&ward=");
        path.push_str(&ward.to_string());
    }
    let answer = ask.get(&path).await?;
    let rows = answer
        .json
        .get("results")
        .unwrap_or(&answer.json)
        .as_array();
    let mut beds: Vec<(i64, String, i64)> = rows
        .into_iter()
        .flatten()
        .filter_map(|bed| {
            let number = |name| bed.get(name).and_then(Json::as_i64);
            let called = bed.get("number").and_then(Json::as_str).unwrap_or_default();
            let ward = number("ward").unwrap_or_default();
            Some((ward, called.to_owned(), number("assigned_patient")?))
        })
        .collect();
    beds.sort();
    Ok(beds.into_iter().map(|(_, _, patient)| patient).collect())
}

/// Who has come today and was not seen to the end, in the order in which they came.
async fn queueing(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let here = [AppointmentStatus::CheckedIn, AppointmentStatus::InProgress];
    let today = cx.today();
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::date.eq(today.to_value()))
            .and_where(Appointment::status.is_in(here.map(AppointmentStatus::as_str)))
            .order_by(("appointment", "checked_in_at"), Order::Asc)
            .order_by(("appointment", "id"), Order::Asc);
    })
    .await?;
    Ok(rows.iter().map(|row| row.patient.get()).collect())
}

/// Who of them was measured today.
async fn measured(cx: &mut Cx, patients: &[i64]) -> Result<HashSet<i64>, Error> {
    if patients.is_empty() || cx.grant_of(Vitals::READ).reach == Reach::None {
        return Ok(HashSet::new());
    }
    let today = cx.today();
    let (from, _) = cx.app.zone.day_bounds(today).map_err(Error::internal)?;
    let dialect = cx.dialect();
    let rows: Vec<Vitals> = resource::rows(cx, MEASURED, |query| {
        query
            .and_where(among(dialect, column("vitals", "patient"), patients))
            .and_where(Vitals::recorded_at.gte(from.to_value()));
    })
    .await?;
    Ok(rows.iter().map(|row| row.patient.get()).collect())
}

impl Round {
    /// The page of a patient of this round.
    fn address(&self, patient: i64) -> String {
        ["/patients/", &patient.to_string(), "/vitals", &self.query()].concat()
    }

    /// Which round it is; nothing without one.
    fn query(&self) -> String {
        let mut query = String::new();
        if !self.from.is_empty() {
            query.push_str("?from=");
            query.push_str(&self.from);
        }
        if let Some(ward) = self.ward {
            query.push_str("&ward=");
            query.push_str(&ward.to_string());
        }
        query
    }

    /// Where it goes on when the vital signs are saved.
    fn next(&self, ask: &Ask) -> String {
        let visit = number_of(ask, "back");
        match (self.waiting.first(), visit) {
            (Some(_), _) => ["/vitals", &self.query(), "&after={id}"].concat(),
            (None, Some(visit)) => start::address(visit),
            (None, None) => self.stays(ask),
        }
    }

    /// The same page with what was just recorded: nobody goes on without having seen that a value is critical.
    fn stays(&self, ask: &Ask) -> String {
        let mut address = ask.path().trim_end_matches('/').to_owned();
        let mut mark = '?';
        for name in ["from", "ward", "back"] {
            if let Some(value) = ask
                .query(name)
                .filter(|value| value.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                address.push(mark);
                address.push_str(name);
                address.push('=');
                address.push_str(value);
                mark = '&';
            }
        }
        address.push(mark);
        address.push_str("after={id}");
        address
    }

    /// Where the round began.
    fn back(&self) -> String {
        match (self.from.as_str(), self.ward) {
            ("queue", _) => "/queue/".to_owned(),
            ("ward", Some(ward)) => ["/ward?ward=", &ward.to_string()].concat(),
            ("ward", None) => "/ward".to_owned(),
            _ => "/".to_owned(),
        }
    }
}
