//! The operations that are neither resources nor actions, with what a caller needs for each.

use http::Method;
use kernel::BuiltinRole;
use platform::access::Right;
use platform::access::{Access, Permission};
use platform::module::Module;
use platform::operation::{Effect, Without};
use platform::route::{Route, Run, Undecided};
use platform::verb::Input;
use schemars::JsonSchema;

use crate::api_key::{self, ApiKey};
use crate::bootstrap::{self, FirstAdmin};
use crate::credential_routes::{self as passwords, LinkedPassword, PasswordChange, ResetRequest};
use crate::login::{self, Credentials, Pair, RefreshInput, SecondStep};
use crate::session;
use crate::two_factor_routes::{self as factor, FirstCode, PasswordAndCode, RecoveryCodes, Setup};
use crate::user::User;
use crate::user_routes::{self as users, Status};

pub(crate) fn add(module: Module) -> Module {
    [ways_in(), passwords(), second_factor(), accounts()]
        .into_iter()
        .flatten()
        .map(Route::done)
        .fold(module, Module::route)
        .verb::<users::Switch<true>>()
        .verb::<users::Switch<false>>()
        .verb::<users::ResetPassword>()
}

/// A POST by its two types: what its body carries (`()` when nothing) and what it answers.
fn post<I: Input, O: JsonSchema>(path: &str, run: Run, summary: &str) -> Route<Undecided> {
    let tag = match path.split_once('/') {
        Some(("users", _)) => "users",
        Some(("sessions", _)) => "sessions",
        _ => "auth",
    };
    Route::post(tag, path, run)
        .takes::<I>()
        .answers::<O>(200)
        .summary(summary)
}

/// Open to everybody. Opens its own units of work, because failures are recorded too.
fn open<I: Input, O: JsonSchema>(path: &str, run: Run, summary: &str) -> Route {
    post::<I, O>(path, run, summary).open().own_units()
}

fn ways_in() -> Vec<Route> {
    vec![
        open::<Credentials, Pair>("auth/", login::sign_in, "Sign in"),
        open::<SecondStep, Pair>("auth/2fa/", login::second_step, "Sign in: the second step"),
        open::<RefreshInput, login::Access>("auth/refresh/", login::refresh, "A new access token"),
        post::<(), Status>("auth/logout/", login::sign_out, "End the session").signed_in(),
        open::<FirstAdmin, Status>("setup/", bootstrap::setup, "Make the first administrator")
            .answers::<Status>(201),
    ]
}

fn passwords() -> Vec<Route> {
    vec![
        post::<PasswordChange, Status>(
            "auth/password/",
            passwords::change,
            "Change one's password; other sessions end",
        )
        .signed_in()
        .own_units(),
        post::<ResetRequest, Status>(
            "auth/password-reset/",
            passwords::request_reset,
            "Mail a link for a new password",
        )
        .open(),
        open::<LinkedPassword, Status>(
            "auth/password-reset/confirm/",
            passwords::confirm_reset,
            "Choose a new password by the mailed link",
        ),
        open::<LinkedPassword, Status>(
            "auth/accept-invitation/",
            passwords::accept_invitation,
            "Choose the first password by the mailed link",
        ),
    ]
}

fn second_factor() -> Vec<Route> {
    vec![
        post::<(), Setup>("auth/2fa/setup/", factor::setup, "A new second factor").signed_in(),
        post::<FirstCode, RecoveryCodes>(
            "auth/2fa/confirm/",
            factor::confirm,
            "Switch the second factor on",
        )
        .signed_in(),
        post::<PasswordAndCode, Status>(
            "auth/2fa/disable/",
            factor::disable,
            "Switch the second factor off",
        )
        .signed_in()
        .own_units(),
        post::<PasswordAndCode, RecoveryCodes>(
            "auth/2fa/recovery-codes/",
            factor::recovery_codes,
            "New recovery codes",
        )
        .signed_in()
        .own_units(),
    ]
}

fn accounts() -> Vec<Route> {
    let me = |method: Method, effect: Effect, run: Run| {
        Route::new(method, "users", "users/me/", effect, run)
            .signed_in()
            .answers_record::<User>(200)
            .versioned()
    };
    let change_me = |method: Method| {
        me(method, Effect::Own, users::change_me)
            .takes_change::<User>()
            .summary("Change one's own account")
    };
    vec![
        me(Method::GET, Effect::Read, users::me).summary("One's own account"),
        change_me(Method::PUT),
        change_me(Method::PATCH),
        post::<(), Status>(
            "sessions/{id}/revoke/",
            session::revoke,
            "End a session, at once",
        )
        .may_or_hidden(
            Permission::new("sessions", "revoke"),
            Access::own("x").role(BuiltinRole::Admin, "x"),
        ),
        Route::post("api-keys", "api-keys/", api_key::create)
            .with::<ApiKey>(Right::Create, Without::Forbidden)
            .takes_change::<ApiKey>()
            .answers_record::<ApiKey>(201)
            .summary("Make an API key, which is shown once"),
    ]
}
