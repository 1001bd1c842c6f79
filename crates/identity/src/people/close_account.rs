//! Leaving: the account is emptied and closed for good, and its names are free again. What audit and
//! records refer to stays, under a name that says nothing.

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::http::call::{Call, Reply};
use platform::operation::{Effect, Operation};
use platform::route::Route;
use platform::texts::Text;
use platform::unit;
use platform::verb::Input;
use uuid::Uuid;

use crate::accounts;
use crate::belongings;
use crate::credential::secret_text::SecretText;
use crate::guess;
use crate::proof::{oneself, prove_password, recent};
use crate::user::{User, fold};
use crate::user_rules::{another_admin, is_admin_account};

platform::input! {
    /// The caller's confirmation.
    pub struct Confirmation {
        /// The caller's password; not needed within ten minutes of a sign-in.
        password: Option<SecretText>,
    }
}

/// What came of it.
#[derive(serde::Serialize, schemars::JsonSchema)]
struct Closed {
    /// What was done, in a word or two.
    status: &'static str,
}

/// The operations: DELETE, and POST for clients that cannot send a body with it.
pub(crate) fn operations() -> [Operation; 2] {
    [(Method::DELETE, 204), (Method::POST, 200)].map(|(method, status)| {
        let route = Route::new(
            method,
            "account",
            "account/delete/",
            Effect::Own,
            |cx, call| close(cx, call),
        )
        .signed_in()
        .summary("Close the caller's account for good")
        .description("Its sessions, tokens and keys end with it. Who asks again with a token of the closed account, such as after an answer that was lost, is answered 401: the account is closed.")
        .takes::<Confirmation>();
        let route = if status == 200 {
            route.answers::<Closed>(status)
        } else {
            route.answers_nothing(status)
        };
        route.done()
    })
}

fn close<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = Confirmation::parse(&call.body_for(&[])?)?;
        let user = oneself(cx).await?;
        match input.password {
            Some(password) => prove_password(cx, &user, "password", password).await?,
            None => recent(cx).await?,
        }
        unit::write(&cx.app.clone(), &accounts::same(cx), move |cx| {
            let proved = user.clone();
            Box::pin(async move { empty(cx, &proved).await })
        })
        .await?;
        if call.head.method == Method::DELETE {
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        } else {
            Reply::ok(&Closed { status: "deleted" })
        }
    })
}

/// Empties the account whose password was proved, if it is still the same one.
async fn empty(cx: &mut Cx, proved: &User) -> Result<(), Error> {
    let id = proved.meta.id;
    let before = accounts::held(cx, id)
        .await?
        .filter(|user| user.is_active && user.password_hash == proved.password_hash)
        .ok_or_else(|| Error::field("password", Text::new("wrong-password")))?;
    if is_admin_account(&before) {
        another_admin(cx, id).await?;
    }
    let mut after = emptied(&before, Uuid::new_v4());
    cx.update(&mut after, &before).await?;
    accounts::revoke_sessions(cx, id, None).await?;
    guess::forget_account(cx, id).await?;
    belongings::end_all(cx, id).await
}

/// What the name of a closed account begins with.
const CLOSED: &str = "deleted-";

/// It was closed for good: what still refers to it is another person's than whoever would get it next.
pub(crate) fn is_closed(user: &User) -> bool {
    let name = user.username.strip_prefix(CLOSED);
    !user.is_active && name.is_some_and(|name| Uuid::try_parse(name).is_ok())
}

/// The account without anything that says whose it was. Nobody registers the name it gets.
fn emptied(before: &User, name: Uuid) -> User {
    let name = format!("{CLOSED}{name}");
    User {
        username_fold: Line::cut(&fold(&name)),
        username: Line::cut(&name),
        email: None,
        email_fold: None,
        first_name: Blank::default(),
        last_name: Blank::default(),
        phone: None,
        role: None,
        is_active: false,
        is_superuser: false,
        must_change_password: false,
        password_hash: None,
        ..before.clone()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use platform::record::{Body, Record};
    use serde_json::json;

    #[test]
    fn nothing_is_left_that_says_whose_it_was() {
        let body = json!({
            "username": "fatou", "email": "fatou@example.org", "first_name": "Fatou",
            "last_name": "Bah", "phone": "+2207834351", "role": 2,
        });
        let mut user = User::create(&Body(body.as_object().unwrap().clone())).unwrap();
        user.password_hash = Some(Line::cut("hash"));
        user.is_superuser = true;
        let after = emptied(&user, Uuid::nil());
        let text = format!("{after:?}").to_lowercase();
        for known in ["fatou", "bah", "7834351"] {
            assert!(!text.contains(known), "{known} in {text}");
        }
        assert!(after.password_hash.is_none() && after.email_fold.is_none());
        assert_eq!(*after.username_fold, *after.username);
        assert!(!after.is_active && !after.is_superuser && after.role.is_none());
        assert_eq!(
            &*after.username,
            "deleted-00000000-0000-0000-0000-000000000000"
        );
    }
}
