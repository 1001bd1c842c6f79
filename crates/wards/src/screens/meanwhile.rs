//! When somebody else was faster at a bed: the patient who was meant is named, and where they are or could go, instead of
//! what could be done to whoever lies there now.

use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Kind};

use super::bed;
use super::board::number;

/// Carries whom a form about an occupied bed means.
pub(super) const WHOM: &str = "_whom";

/// Whom a refused form meant, where that is not who lies in the bed.
pub(super) fn other_than(ask: &Ask, lies: Option<i64>) -> Option<i64> {
    let sent = ask.sent().filter(|sent| !sent.status().is_success())?;
    let whom: i64 = sent.typed(WHOM)?.parse().ok()?;
    (lies != Some(whom)).then_some(whom)
}

/// Who is to be put into the bed: by a form that was refused, else by the address.
pub(super) fn wanted(ask: &Ask) -> Option<i64> {
    let sent = ask.sent().filter(|sent| !sent.status().is_success());
    let typed = sent.and_then(|sent| sent.typed("patient_id").or_else(|| sent.typed("patient")));
    typed
        .and_then(|id| id.parse().ok())
        .or_else(|| number(ask, "patient"))
}

/// The patient was moved or has left: the discharge from where they lie now, with what was typed.
pub(super) async fn moved(cx: &mut Cx, ask: &Ask, whom: i64) -> Result<Markup, Error> {
    let patient: Patient = cx.find(whom).await?;
    cx.saw_record(&patient);
    let stays = ["/patients/", &whom.to_string(), "/stays"].concat();
    let Some(lies) = bed::of_patient(cx, whom).await? else {
        let text = Text::new("wards-left-meanwhile").with("patient", patient.full_name());
        return Ok(ui::notice(
            Tone::Warning,
            html! { p { (ask.say(&text)) } p { (ui::action(&stays, &ask.t("wards-stays"))) } },
        ));
    };
    let address = ["/beds/", &lies.meta.id.to_string(), "/"].concat();
    let text = Text::new("wards-moved-meanwhile")
        .with("patient", patient.full_name())
        .with("bed", lies.number.to_string());
    Ok(html! {
        (ui::notice(Tone::Warning, html! {
            p { (ask.say(&text)) }
            p { (ui::action(&address, &bed::named(ask, &lies))) }
        }))
        (bed::discharge(ask, &lies, whom))
    })
}

/// The bed is taken: another one for the patient, with what was typed.
pub(super) async fn elsewhere(cx: &mut Cx, ask: &Ask, whom: i64) -> Result<Markup, Error> {
    let patient: Patient = cx.find(whom).await?;
    cx.saw_record(&patient);
    if let Some(lies) = bed::of_patient(cx, whom).await? {
        let address = ["/beds/", &lies.meta.id.to_string(), "/"].concat();
        let text = Text::new("wards-moved-meanwhile")
            .with("patient", patient.full_name())
            .with("bed", lies.number.to_string());
        return Ok(ui::notice(
            Tone::Warning,
            html! { p { (ask.say(&text)) } p { (ui::action(&address, &bed::named(ask, &lies))) } },
        ));
    }
    let text = Text::new("wards-taken-meanwhile").with("patient", patient.full_name());
    let free = bed::free(cx, ask).await?;
    let form = ask
        .form("admissions_create")
        .then("/beds/{bed}/")
        .done("done-assigned");
    let reason = ask.sent().and_then(|sent| sent.typed("reason"));
    let inner = html! {
        @if free.is_empty() {
            p.hint { (ask.t("wards-transfer-none")) }
        } @else if !ask.may_do("admissions_create") {
            // Each bed's own page puts the patient into it.
            ul.entries { @for (bed, name) in &free { li {
                a href={ "/beds/" (bed) "/?patient=" (whom) } { (name) }
            } } }
        } @else {
            (form.show(html! {
                (form.hidden("patient", whom))
                (form.field("bed").label("wards-to-bed").kind(Kind::Choice(free)).required(true))
                (form.field("reason").label("wards-reason").kind(Kind::Text).value(reason.unwrap_or_default()))
                (form.button("wards-assign"))
            }))
        }
    };
    Ok(html! {
        (ui::notice(Tone::Warning, html! { p { (ask.say(&text)) } }))
        (ui::panel(&patients::described(cx, ask, &patient), inner))
    })
}
