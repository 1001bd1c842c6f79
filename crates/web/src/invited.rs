//! On the page of an account that has no password yet: what became of the invitation to choose one.

use identity::user::User;
use maud::html;
use platform::cx::Cx;
use platform::error::Error;
use platform::mail::Mailer;
use platform::record::Record;
use platform::resource::Resource;
use platform::texts::Text;

use crate::ask::Ask;
use crate::screens::{Panel, Screens};
use crate::ui::{self, Tone};

pub(crate) fn screens() -> Screens {
    Screens::new("invited").panel(Panel::new(User::NAME, User::READ, 10, |cx, ask, id| {
        Box::pin(panel(cx, ask, id))
    }))
}

async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<maud::Markup>, Error> {
    let user: User = cx.find(id).await?;
    if user.password_hash.is_some() {
        return Ok(None);
    }
    let text = match (&cx.app.mailer, &user.email) {
        (Mailer::Off, _) | (_, None) => Text::new("admin-not-invited"),
        (_, Some(email)) => Text::new("admin-invited").with("email", email.to_string()),
    };
    Ok(Some(ui::notice(
        Tone::Warning,
        html! { p { (ask.say(&text)) } },
    )))
}
