//! A patient's page: how to reach them, what they agreed to, and what the modules have to say about them.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::head;
use crate::consent::{Consent, ConsentType};
use crate::patient::Patient;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = head(cx, ask, id).await?;
    let actions = ask.slot(cx, "patient-actions", id).await?;
    let panels = ask.slot(cx, "patient", id).await?;
    let messages = messages(cx, ask, &head.patient).await?;
    let title = head.patient.full_name();
    let change = ["/admin/patients/", &id.to_string(), "/"].concat();
    let body = html! {
        div.actions {
            (actions)
            (ui::paper("patient-card", id, &ask.t("patients-print-card"), ""))
            @if ask.may_do("patients_patch") { (ui::action(&change, &ask.t("patients-change"))) }
        }
        div.grid {
            (panels)
            (ui::panel(&ask.t("patients-reach"), html! { (reach(ask, &head.patient)) (messages) }))
        }
    };
    Ok(head.page(title, &body))
}

/// How somebody is reached; what is not known is not shown.
fn reach(ask: &Ask, patient: &Patient) -> Markup {
    let line = |line: &Option<platform::field::Line<64>>| {
        line.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let emergency = patient.emergency_contact.open().as_ref();
    let all = [
        ("patients-phone", patient.contact_info.open().to_string()),
        ("patients-email", patient.email.open().to_string()),
        ("patients-address", patient.address.open().to_string()),
        ("patients-national-id", line(patient.national_id.open())),
        (
            "patients-emergency",
            emergency.map(ToString::to_string).unwrap_or_default(),
        ),
    ];
    let mut rows = vec![(ask.t("patients-born"), super::born_of(ask, patient))];
    let known = all.into_iter().filter(|(_, value)| !value.is_empty());
    rows.extend(known.map(|(key, value)| (ask.t(key), html! { (value) })));
    ui::facts(&rows)
}

/// Whether messages are wanted: agreed, refused, or not asked yet; and the question.
async fn messages(cx: &mut Cx, ask: &Ask, patient: &Patient) -> Result<Markup, Error> {
    if !ask.may(Consent::READ) {
        return Ok(html! {});
    }
    let id = patient.meta.id;
    let last: Vec<Consent> = resource::rows(cx, 1, |query| {
        query
            .and_where(Consent::patient.eq(id))
            .and_where(Consent::consent_type.eq(ConsentType::Messaging.as_str()))
            .order_by(("consent", "given_at"), Order::Desc)
            .order_by(("consent", "id"), Order::Desc);
    })
    .await?;
    let last = last.first();
    let agreed = last.is_some_and(|last| last.given && last.revoked_at.is_none());
    let form = ask.form("consents_create").done("done-consent");
    let ask_again = ask.may_do("consents_create");
    let day = last.map(|last| {
        let at = last.revoked_at.unwrap_or(last.given_at);
        ui::day_words(ask, cx.app.zone.to_local(at).date())
    });
    Ok(html! {
        h3 { (ask.t("patients-messages")) }
        p {
            @match (day, agreed) {
                (None, _) => { (ui::pill(Tone::Warning, &ask.t("patients-messages-not-asked"))) },
                (Some(day), true) => { (ui::pill(Tone::Good, &ask.say(&Text::new("patients-messages-agreed").with("day", day)))) },
                (Some(day), false) => { (ui::pill(Tone::Plain, &ask.say(&Text::new("patients-messages-refused").with("day", day)))) },
            }
        }
        @if ask_again {
            (form.show(html! {
                (form.hidden("patient", id))
                (form.hidden("consent_type", ConsentType::Messaging.as_str()))
                div.actions {
                    @if !agreed { (form.button_with("patients-messages-yes", "given", "true")) }
                    @if agreed || last.is_none() { (form.button_with("patients-messages-no", "given", "false")) }
                }
            }))
        }
    })
}
