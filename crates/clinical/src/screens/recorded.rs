//! What was just recorded in a round, while the next patient is on the screen already: never to be taken for theirs.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::ExprTrait;
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::vitals::number_of;
use super::{measures, start};
use crate::rules::bounds::AbnormalFlag;
use crate::rules::danger::DangerSign;
use crate::rules::news2::{Band, Score};
use crate::visit;
use crate::vitals::Vitals;

/// Vital signs with what they mean for whom they were taken from.
pub(super) struct Recorded {
    row: Vitals,
    patient: Patient,
    flags: Vec<AbnormalFlag>,
    score: Option<Score>,
    danger: Vec<DangerSign>,
    /// The encounter has no doctor yet.
    alone: bool,
}

/// Those that the address names as `after`.
pub(super) async fn read(cx: &mut Cx, ask: &Ask) -> Result<Option<Recorded>, Error> {
    let Some(id) = number_of(ask, "after") else {
        return Ok(None);
    };
    let rows: Vec<Vitals> = resource::rows(cx, 1, |query| {
        query.and_where(Vitals::id.eq(id));
    })
    .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let patients: Vec<Patient> = resource::rows(cx, 1, |query| {
        query.and_where(Patient::id.eq(row.patient.get()));
    })
    .await?;
    let alone = !visit::has_doctor(cx, row.encounter.get()).await?;
    Ok(patients.into_iter().next().map(|patient| {
        let person = row.person(&patient, &cx.app.zone);
        Recorded {
            flags: row.flags(&person),
            score: row.early_warning(&person),
            danger: row.danger_signs(&person),
            alone,
            row,
            patient,
        }
    }))
}

impl Recorded {
    pub(super) fn id(&self) -> i64 {
        self.row.meta.id
    }

    /// Whether somebody must act at once.
    pub(super) fn is_critical(&self) -> bool {
        let score = self.score.as_ref().and_then(|score| score.band);
        self.flags.iter().any(|flag| flag.level.is_critical())
            || score == Some(Band::High)
            || !self.danger.is_empty()
    }

    /// The page of the patient whose they are.
    pub(super) fn own_page(&self, round: &str) -> String {
        let mark = if round.is_empty() { "?" } else { "&" };
        let patient = self.patient.meta.id.to_string();
        let page = ["/patients/", &patient, "/vitals", round, mark, "after="].concat();
        [&page, self.id().to_string().as_str()].concat()
    }

    /// On the page of `shown`: everything when they are theirs, else only whose were saved and what is unusual, without a
    /// number.
    pub(super) fn notice(&self, ask: &Ask, shown: i64) -> Markup {
        if shown == self.patient.meta.id {
            return html! { (ui::notice(self.tone(), self.values(ask))) (self.nobody(ask)) };
        }
        let saved = Text::new("clinical-recorded-before").with("patient", self.patient.full_name());
        let inner = html! {
            p {
                a href={ "/patients/" (self.patient.meta.id) "/" } { (ask.say(&saved)) }
                @for flag in &self.flags { " " (measures::name(ask, flag.measure)) " " (measures::flag(ask, Some(flag))) }
            }
        };
        html! { aside.former { (ui::notice(self.tone(), inner)) (self.nobody(ask)) } }
    }

    /// Warns that the patient has no doctor yet, with the ways to get one.
    fn nobody(&self, ask: &Ask) -> Markup {
        if !self.alone {
            return html! {};
        }
        let id = self.patient.meta.id;
        let text = Text::new("clinical-no-doctor").with("patient", self.patient.full_name());
        let book = ["/calendar/book?patient=", &id.to_string()].concat();
        let inner = html! {
            p { (ask.say(&text)) }
            div.actions {
                @if ask.may_do("appointments_create") { (ui::action(&book, &ask.t("clinical-book-visit"))) }
                @if ask.may_do("patients_begin_visit") { (start::button(ask, id, None, "clinical-visit-begin", None)) }
            }
        };
        ui::notice(Tone::Warning, inner)
    }

    /// A page about whoever was measured, which leads on when it was seen.
    pub(super) async fn page(&self, cx: &mut Cx, ask: &Ask, on: &str) -> Result<Page, Error> {
        let head = patients::head(cx, ask, self.patient.meta.id).await?;
        let body = html! {
            (ui::notice(Tone::Bad, self.values(ask)))
            (self.nobody(ask))
            div.actions { (ui::primary(on, &ask.t("clinical-critical-seen"), "n")) }
        };
        Ok(head.page(ask.t("clinical-critical-recorded"), &body))
    }

    fn tone(&self) -> Tone {
        match (self.is_critical(), self.flags.is_empty()) {
            (true, _) => Tone::Bad,
            (false, true) => Tone::Good,
            (false, false) => Tone::Warning,
        }
    }

    fn values(&self, ask: &Ask) -> Markup {
        let text = Text::new("clinical-recorded-for").with("patient", self.patient.full_name());
        html! {
            h2 { a href={ "/patients/" (self.patient.meta.id) "/" } { (ask.say(&text)) } }
            ul.measures {
                @for (measure, value) in self.row.measures() {
                    li {
                        small { (measures::name(ask, measure)) }
                        span {
                            b { (measures::written(ask, value)) } " "
                            (measures::flag(ask, self.flags.iter().find(|flag| flag.measure == measure)))
                        }
                    }
                }
            }
            @if let Some(score) = &self.score { (measures::score(ask, score, None)) }
            (measures::danger(ask, &self.danger))
        }
    }
}
