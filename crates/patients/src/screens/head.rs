//! The head of every page about one patient: who it is, what is dangerous to them, and where else to look.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::Reach;
use kernel::dates::age_on;
use maud::{Markup, html};
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use crate::allergy::{Allergy, AllergyStatus, Severity};
use crate::patient::{Gender, Patient};

/// Allergies of a patient that are named.
const MOST: u64 = 50;

/// What every page about a patient begins with.
pub struct Head {
    /// The patient.
    pub patient: Patient,
    banner: Markup,
    tabs: Markup,
}

impl Head {
    /// A page about the patient with the banner above it and the tabs below its heading.
    pub fn page(self, title: impl Into<String>, body: &Markup) -> Page {
        Page::new(title, html! { (self.tabs) (body) }).banner(self.banner)
    }
}

/// Reads the patient, through the caller's right to read patients, and what stands in the banner and tabs.
///
/// # Errors
/// 404 when the patient is out of the caller's reach.
pub async fn head(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Head, Error> {
    let patient: Patient = cx.find(id).await?;
    cx.saw_record(&patient);
    let allergies = allergy_signs(cx, ask, [&patient]).await?;
    let more = ask.slot(cx, "patient-banner", id).await?;
    let tabs = ask.slot(cx, "patient-tabs", id).await?;
    let banner = html! {
        div.row {
            strong { a href={ "/patients/" (id) "/" } { (patient.full_name()) } }
            span { (age_of(ask, &patient, cx.today())) }
            span { (sex(ask, patient.gender)) }
            span { (&**patient.unique_id.open()) }
            (died(ask, &patient))
            @if let Some(allergies) = allergies.get(&id) { (allergies) }
            (more)
        }
        @if let Some(into) = patient.merged_into {
            (ui::notice(Tone::Warning, html! {
                p { (ask.t("patients-merged")) " " a href={ "/patients/" (into.get()) "/" } { (ask.t("patients-merged-open")) } }
            }))
        }
    };
    let tabs = html! {
        nav.tabs aria-label=(ask.t("patients-tabs")) { (tab(ask, id, "", "patients-tab-overview")) (tabs) }
    };
    Ok(Head {
        patient,
        banner,
        tabs,
    })
}

/// That a patient has died, and when; nothing of the living.
pub fn died(ask: &Ask, patient: &Patient) -> Markup {
    html! {
        @if let Some(at) = patient.deceased_at {
            (ui::pill(Tone::Bad, &ask.t("patients-deceased"))) " " (ask.moment(at))
        }
    }
}

/// A tab of a patient's pages: `name` is the last part of its address, `text` the key of its words.
pub fn tab(ask: &Ask, id: i64, name: &str, text: &'static str) -> Markup {
    let mut address = ["/patients/", &id.to_string(), "/"].concat();
    address.push_str(name);
    let here = ask.path().trim_end_matches('/') == address.trim_end_matches('/');
    html! { a href=(address) aria-current=[here.then_some("page")] { (ask.t(text)) } }
}

/// What each patient is allergic to, as a word with a sign, by the patient's id: known, none, not asked, or not for this
/// reader (then nothing) are four things that must not look alike. One query for all.
///
/// # Errors
/// When the database fails.
pub async fn allergy_signs(
    cx: &mut Cx,
    ask: &Ask,
    patients: impl IntoIterator<Item = &Patient>,
) -> Result<HashMap<i64, Markup>, Error> {
    if cx.grant_of(Allergy::READ).reach == Reach::None {
        return Ok(HashMap::new());
    }
    let patients: Vec<&Patient> = patients.into_iter().collect();
    let ids: Vec<i64> = patients.iter().map(|patient| patient.meta.id).collect();
    let dialect = cx.dialect();
    let found: Vec<Allergy> = resource::rows(cx, MOST * ids.len() as u64, |query| {
        query
            .and_where(among(dialect, column("allergy", "patient"), &ids))
            .and_where(Allergy::status.eq(AllergyStatus::Active.as_str()))
            .order_by(("allergy", "id"), Order::Asc);
    })
    .await?;
    let mut of: HashMap<i64, Vec<&Allergy>> = HashMap::new();
    for one in &found {
        of.entry(one.patient.get()).or_default().push(one);
    }
    let signs = patients.into_iter().map(|patient| {
        let known = of.get(&patient.meta.id).map_or(&[][..], Vec::as_slice);
        (patient.meta.id, sign(ask, patient, known))
    });
    Ok(signs.collect())
}

fn sign(ask: &Ask, patient: &Patient, known: &[&Allergy]) -> Markup {
    let said: &str = patient.known_allergies.open();
    if !known.is_empty() {
        let all: Vec<String> = known.iter().map(|one| named(ask, one)).collect();
        let text = Text::new("patients-allergies").with("what", all.join(", "));
        html! { span.pill.bad.long { "‼ " (ask.say(&text)) } }
    } else if said.is_empty() || crate::says_unasked(said) {
        html! { span.pill.warning { "? " (ask.t("patients-allergies-not-asked")) } }
    } else {
        let text = Text::new("patients-allergies-said").with("what", said);
        html! { span.pill { (ask.say(&text)) } }
    }
}

fn named(ask: &Ask, allergy: &Allergy) -> String {
    let substance: &str = allergy.substance.open();
    match allergy.severity {
        Severity::Severe => [substance, " (", &ask.t("patients-severe"), ")"].concat(),
        _ => substance.to_owned(),
    }
}

/// How old a patient is, and that it is estimated where nobody knows better.
pub fn age_of(ask: &Ask, patient: &Patient, today: Date) -> String {
    let age = age(ask, *patient.date_of_birth.open(), today);
    match patient.birth_estimated {
        true => ask.say(&Text::new("patients-age-about").with("age", age)),
        false => age,
    }
}

/// The day of birth, and that it is estimated where nobody knows better.
pub fn born_of(ask: &Ask, patient: &Patient) -> Markup {
    let born = *patient.date_of_birth.open();
    match patient.birth_estimated {
        true => {
            let day = ui::day_words(ask, born);
            html! { (ask.say(&Text::new("patients-age-about").with("age", day))) }
        }
        false => ask.day(born),
    }
}

/// How old somebody is: in days up to a month, in months up to two years, else in years.
pub fn age(ask: &Ask, born: Date, today: Date) -> String {
    let Some(years) = age_on(born, today) else {
        return String::new();
    };
    let months = i32::from(today.year() - born.year()) * 12 + i32::from(today.month())
        - i32::from(born.month())
        - i32::from(today.day() < born.day());
    let (key, count) = if months < 1 {
        let days = today.since(born).map_or(0, |span| span.get_days());
        ("patients-age-days", days)
    } else if years < 2 {
        ("patients-age-months", months)
    } else {
        ("patients-age-years", i32::from(years))
    };
    ask.say(&Text::new(key).with("count", count))
}

/// What is recorded as gender, in words.
pub fn sex(ask: &Ask, gender: Gender) -> String {
    ask.t(match gender {
        Gender::Male => "patients-sex-male",
        Gender::Female => "patients-sex-female",
        Gender::Other => "patients-sex-other",
        Gender::Unknown => "patients-sex-unknown",
    })
}
