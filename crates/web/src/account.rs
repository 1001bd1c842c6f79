//! One's own account.

use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;

use crate::ask::Ask;
use crate::kind::Kind;
use crate::page::Page;
use crate::screens::{Screen, Screens};
use crate::{ui, words};

/// Where a temporary password is replaced.
pub(crate) const PASSWORD: &str = "/account/password";

/// The screens of the pages themselves.
pub(crate) fn screens() -> Screens {
    Screens::new("web")
        .screen(Screen::signed_in("/account/", |cx, ask| {
            Box::pin(show(cx, ask))
        }))
        .screen(Screen::signed_in(PASSWORD, |cx, ask| {
            Box::pin(password(cx, ask))
        }))
}

async fn show(_cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let user = ask.actor().user();
    let name = user
        .map(|user| user.username.to_string())
        .unwrap_or_default();
    let body = html! {
        (ui::facts(&[(ask.t("page-username"), html! { (name) })]))
        div.actions {
            (ui::action(PASSWORD, &ask.t("account-password")))
            (ui::action(crate::two_factor::ADDRESS, &ask.t("account-two-factor")))
        }
        section.panel { (language(ask)) }
        (ui::remembered("keys", true, &ask.t("account-keys")))
        (own(ask))
    };
    Ok(Page::new(ask.t("account-title"), body))
}

/// The languages that the pages exist in, each by its own name.
const LANGUAGES: [(&str, &str); 3] = [("en", "English"), ("fr", "Français"), ("sw", "Kiswahili")];

/// The language of these pages.
fn language(ask: &Ask) -> Markup {
    let now = serde_json::json!({ "language_preference": ask.language() });
    let form = ask.form("profile_patch").holding(now).done("done-saved");
    let named = LANGUAGES.map(|(value, name)| (value.to_owned(), name.to_owned()));
    let field = form.field("language_preference").label("account-language");
    form.show(html! {
        (field.kind(Kind::Choice(named.to_vec())).required(true))
        div.actions { button { (ask.t("admin-save")) } }
    })
}

/// Where one is signed in, and the keys of one's programs.
fn own(ask: &Ask) -> Markup {
    let lists = ["sessions", "api-keys"];
    let lists = lists.map(|path| (path, Permission::new(path, "read")));
    html! {
        ul.links {
            @for (path, read) in lists {
                @if ask.may(read) { li { (ui::link(&["/admin/", path, "/"].concat(), &words::resource(ask, path))) } }
            }
        }
    }
}

async fn password(_cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let form = ask
        .form("auth_password_post")
        .then("/")
        .done("done-password");
    let due = ask
        .actor()
        .user()
        .is_some_and(|user| user.must_change_password);
    let body = html! {
        @if due { (ui::notice(ui::Tone::Warning, html! { p { (ask.t("account-password-due")) } })) }
        (form.show(html! {
            (form.field("old_password").label("account-password-old").kind(Kind::Password).complete("current-password").focus())
            (form.field("new_password").label("account-password-new").kind(Kind::Password).hint("page-password-hint").complete("new-password"))
            (form.button("account-password-button"))
        }))
    };
    Ok(Page::new(ask.t("account-password"), body))
}
