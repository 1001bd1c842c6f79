//! One's own second factor: switching it on and off, and recovery codes.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::form::Form;
use crate::kind::Kind;
use crate::page::Page;
use crate::screens::{Screen, Screens};
use crate::{told, ui};

/// Where it is.
pub(crate) const ADDRESS: &str = "/account/two-factor";

/// What the app reads, carried from the first step to the second.
const LINK: &str = "_otpauth";
const SECRET: &str = "_secret";

pub(crate) fn screens() -> Screens {
    Screens::new("web").screen(Screen::signed_in(ADDRESS, |cx, ask| {
        Box::pin(show(cx, ask))
    }))
}

async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let user = ask.actor().user().map_or(0, |user| user.id);
    let on = identity::two_factor::is_on(cx, user).await?;
    let begin = ask.form("auth_2fa_setup_post").tells();
    let confirm = ask
        .form("auth_2fa_confirm_post")
        .then(ADDRESS)
        .done("done-two-factor-on")
        .tells();
    let renew = ask
        .form("auth_2fa_recovery_codes_post")
        .apart("renew")
        .then(ADDRESS)
        .tells();
    let codes = confirm.told().or_else(|| renew.told());
    let body = if let Some(codes) = codes.and_then(|answer| answer.get("recovery_codes")) {
        recovery(ask, codes)
    } else if on {
        html! {
            @for said in [&begin, &confirm].into_iter().filter_map(refusal) {
                (ui::notice(ui::Tone::Warning, html! { p { (said) } }))
            }
            (switched_on(ask, &renew))
        }
    } else if let Some((link, secret)) = secret(&begin, &confirm) {
        second_step(ask, &confirm, link, secret)
    } else {
        html! {
            p { (ui::pill(ui::Tone::Warning, &ask.t("account-two-factor-off"))) }
            p { (ask.t("account-two-factor-what")) }
            (begin.show(html! { div.actions { (begin.button("account-two-factor-begin")) } }))
        }
    };
    Ok(Page::new(ask.t("account-two-factor"), body))
}

/// The new secret, from the answer that made it, or from a form that was refused.
fn secret<'a>(begin: &Form<'a>, confirm: &Form<'a>) -> Option<(&'a str, &'a str)> {
    if let Some(answer) = begin.told() {
        let text = |name: &str| answer.get(name).and_then(Json::as_str);
        return Some((text("otpauth_url")?, text("secret")?));
    }
    let sent = confirm.sent()?;
    Some((sent.typed(LINK)?, sent.typed(SECRET)?))
}

/// Why a step was refused: the page it belongs to is gone once the factor is on.
fn refusal<'a>(step: &Form<'a>) -> Option<&'a str> {
    step.sent()?.fact("detail")?.as_str()
}

fn second_step(ask: &Ask, confirm: &Form<'_>, link: &str, secret: &str) -> Markup {
    html! {
        p { (ask.t("account-two-factor-scan")) }
        p { (told::qr(link, &ask.t("account-two-factor-picture"))) }
        (ui::facts(&[(ask.t("account-two-factor-key"), html! { code { (in_fours(secret)) } })]))
        (confirm.show(html! {
            (confirm.hidden(LINK, link)) (confirm.hidden(SECRET, secret))
            (code(confirm).focus())
            (confirm.button("account-two-factor-confirm"))
        }))
    }
}

/// Easier to type.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let parts: Vec<String> = letters
        .chunks(4)
        .map(|part| part.iter().collect())
        .collect();
    parts.join(" ")
}

fn code<'f>(form: &'f Form<'_>) -> crate::Input<'f> {
    form.field("code")
        .label("account-two-factor-code")
        .kind(Kind::Text)
        .complete("one-time-code")
}

fn switched_on(ask: &Ask, renew: &Form<'_>) -> Markup {
    let off = ask
        .form("auth_2fa_disable_post")
        .apart("off")
        .done("done-two-factor-off");
    let proof = |form: &Form<'_>| {
        html! {
            (form.field("password").label("account-password-old").kind(Kind::Password).complete("current-password"))
            (code(form))
        }
    };
    html! {
        p { (ui::pill(ui::Tone::Good, &ask.t("account-two-factor-on"))) }
        details open[renew.sent().is_some()] {
            summary { (ask.t("account-two-factor-codes-new")) }
            p.hint { (ask.t("account-two-factor-codes-old")) }
            (renew.show(html! { (proof(renew)) (renew.button("account-two-factor-codes-new")) }))
        }
        details open[off.sent().is_some()] {
            summary { (ask.t("account-two-factor-disable")) }
            (off.show(html! { (proof(&off)) button.bad { (ask.t("account-two-factor-disable")) } }))
        }
    }
}

fn recovery(ask: &Ask, codes: &Json) -> Markup {
    let codes = codes.as_array().into_iter().flatten();
    html! {
        (ui::notice(ui::Tone::Warning, html! { p { (ask.t("account-two-factor-codes-what")) } }))
        section.panel {
            h2 { (ask.t("account-two-factor-codes")) }
            ul.stack { @for code in codes.filter_map(Json::as_str) { li { code { (code) } } } }
        }
        div.actions { (ui::primary(ADDRESS, &ask.t("told-go-on"), "n")) }
    }
}
