//! Anybody may make an account: with the role Patient or none, whatever they ask for.

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use kernel::{BuiltinRole, Reach};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::http::call::{Call, Reply};
use platform::operation::{Effect, Operation};
use platform::record::{Body, Record};
use platform::route::Route;
use platform::unit::{self, Opening};
use platform::verb::Input;
use serde_json::Value as Json;

use crate::account_rules::{check, complaints};
use crate::credential::secret_text::SecretText;
use crate::passwords;
use crate::profile::OwnAccount;
use crate::user::{User, UserLanguage, usual_language};

platform::input! {
    /// A new account.
    pub struct Registration {
        /// The name to sign in with; unique, whatever its case.
        username: Line<150>,
        /// The address to sign in with and to write to; unique, whatever its case.
        email: Option<Line<254>>,
        /// The password of the new account; it must meet the password rules.
        password: SecretText,
        /// Given name of the user.
        first_name: Blank<150>,
        /// Family name of the user.
        last_name: Blank<150>,
        /// A number to call; a local one is completed with the hospital's country code.
        phone: Option<Line<32>>,
        /// The language of what is written to them.
        language_preference: UserLanguage = UserLanguage::English,
    }
}

/// The operation.
pub(crate) fn operation() -> Operation {
    Route::new(
        Method::POST,
        "register",
        "register/",
        Effect::Own,
        |cx, call| register(cx, call),
    )
    .open()
    .limited()
    .summary("Make an account, with the role Patient or none")
    .takes::<Registration>()
    .answers::<OwnAccount>(201)
    .done()
}

/// The role of a new account: Patient, unless the body says that there is to be none. Whatever else
/// is asked for comes by a role-change request.
fn role(body: &Body) -> Option<Ref<crate::role::Role>> {
    let declined = matches!(
        body.0.get("role").or(body.0.get("role_id")),
        Some(Json::Null)
    );
    (!declined).then(|| Ref::new(BuiltinRole::Patient.id()))
}

/// The account as it is to be stored, but for the password.
fn account(body: &Body) -> Result<User, Error> {
    let mut wanted = body.clone();
    // None of these is the caller's to choose.
    for name in ["role", "is_active"] {
        wanted.0.remove(name);
    }
    let mut user = User::create(&wanted)?;
    user.role = role(body);
    Ok(user)
}

fn register<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let body = call.body_for(&[])?;
        let input = Registration::parse(&body)?;
        let mut user = account(&body)?;
        if !body.0.contains_key("language_preference") {
            user.language_preference = usual_language(&cx.app);
        }
        let faults = complaints(cx, &mut user, None).await?;
        // Hashing takes long; no transaction waits for it.
        let words = passwords::words(&user);
        match passwords::choose(&cx.app, "password", input.password, words).await {
            Err(Error::Invalid(more)) => return Err(faults.and(more).into()),
            hash => user.password_hash = Some(Line::cut(&hash?)),
        }
        faults.into_result()?;
        let opening = Opening {
            actor: cx.actor.clone(),
            origin: cx.origin.clone(),
            reach: Reach::Own,
        };
        let made = unit::write(&cx.app.clone(), &opening, move |cx| {
            let mut user = user.clone();
            Box::pin(async move {
                check(cx, &mut user, None).await?;
                cx.insert(&mut user).await?;
                OwnAccount::of(cx, &user).await
            })
        })
        .await?;
        Reply::json(StatusCode::CREATED, &made)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nobody_registers_as_more_than_a_patient() {
        for (asked, expected) in [
            (json!({}), Some(8)),
            (json!({ "role": 1 }), Some(8)),
            (json!({ "role_id": 1 }), Some(8)),
            (json!({ "role": "Admin" }), Some(8)),
            (
                json!({ "role": { "id": 2 }, "is_superuser": true }),
                Some(8),
            ),
            (json!({ "role": 8, "is_active": false }), Some(8)),
            (json!({ "role": null }), None),
        ] {
            let mut body = asked.as_object().unwrap().clone();
            body.insert("username".into(), "ann".into());
            body.insert("must_change_password".into(), true.into());
            let user = account(&Body(body)).unwrap();
            assert_eq!(user.role.map(|role| role.get()), expected, "{asked}");
            assert!(user.is_active && !user.is_superuser && !user.must_change_password);
        }
    }
}
