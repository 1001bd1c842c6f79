//! What holds of every account: the names it is found by are normalised, and nobody else's.

use kernel::{Email, Phone};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Line;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::user::{User, fold};

/// Brings e-mail address and telephone number into their one form, and keeps the folded names that
/// accounts are found by. `country_code` completes a local number.
///
/// # Errors
/// What is no address or no number, by field.
pub fn normalise(user: &mut User, country_code: u16) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if let Some(typed) = user.email.take() {
        match Email::parse(&typed) {
            Ok(email) => user.email = Some(Line::cut(email.as_str())),
            Err(_) => faults.say("email", Text::new("not-an-email").with("value", &typed)),
        }
    }
    if let Some(typed) = user.phone.take() {
        match Phone::parse(&typed, country_code) {
            Ok(phone) => user.phone = Some(Line::cut(&phone.to_string())),
            Err(_) => faults.say("phone", Text::new("not-a-phone").with("value", &typed)),
        }
    }
    let folded = fold(&user.username);
    if folded.chars().count() > 150 {
        // A ligature may fold into several letters; a cut name would be somebody else's.
        faults.say(
            "username",
            Text::new("too-long")
                .with("max", 150)
                .with("length", folded.chars().count()),
        );
    }
    user.username_fold = Line::cut(&folded);
    user.email_fold = user.email.as_ref().map(|email| Line::cut(&fold(email)));
    faults.into_result()
}

/// The calling code that completes local numbers; 0 for none.
pub fn country_code(cx: &Cx) -> u16 {
    cx.app.settings.country_code.parse().unwrap_or(0)
}

/// Nobody signs in by a name that is another account's address, or the reverse: people type either
/// into the same box. (That neither is taken as such is a constraint of the table.)
///
/// # Errors
/// 400 under the field that is another account's.
pub async fn names_are_free(cx: &mut Cx, user: &User) -> Result<(), Error> {
    let username = user.username_fold.to_string();
    let mut either = column(User::TABLE, "email_fold").eq(username.clone());
    if let Some(email) = &user.email_fold {
        either = either.or(column(User::TABLE, "username_fold").eq(email.to_string()));
    }
    let mut query = select::<User>();
    query
        .and_where(column(User::TABLE, "id").ne(user.meta.id))
        .and_where(either);
    let found: Vec<User> = cx
        .unscoped("names to sign in with are one set over all accounts")
        .records(query)
        .await?;
    let mut faults = Faults::new();
    for other in found {
        let by_name = other.email_fold.as_deref() == Some(username.as_str());
        let field = if by_name { "username" } else { "email" };
        if !faults.has(field) {
            faults.say(field, Text::new("taken"));
        }
    }
    Ok(faults.into_result()?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use platform::record::Body;
    use serde_json::json;

    fn user(body: serde_json::Value) -> User {
        User::create(&Body(body.as_object().unwrap().clone())).unwrap()
    }

    #[test]
    fn addresses_and_numbers_have_one_form() {
        let mut fatou = user(json!({
            "username": "Fatou.Bah", "email": "Fatou@Hospital.GM", "phone": "783-43-51",
        }));
        normalise(&mut fatou, 220).unwrap();
        assert_eq!(fatou.email.as_deref(), Some("fatou@hospital.gm"));
        assert_eq!(fatou.phone.as_deref(), Some("+2207834351"));
        assert_eq!(&*fatou.username, "Fatou.Bah");
        assert_eq!(&*fatou.username_fold, "fatou.bah");
        assert_eq!(fatou.email_fold.as_deref(), Some("fatou@hospital.gm"));
    }

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let mut odd = user(json!({ "username": "ﷺ".repeat(100), "email": "x@", "phone": "12" }));
        let faults = normalise(&mut odd, 220).unwrap_err();
        assert!(faults.has("email") && faults.has("phone") && faults.has("username"));
        let mut bare = user(json!({ "username": "ann" }));
        normalise(&mut bare, 220).unwrap();
        assert!(bare.email_fold.is_none() && bare.phone.is_none());
    }
}
