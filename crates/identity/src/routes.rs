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
use crate::credential_routes::{
    self as passwords, FollowedLink, LinkedPassword, PasswordChange, ResetRequest,
};
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
    post::<I, O>(path, run, summary)
        .open()
        .limited()
        .own_units()
}

fn ways_in() -> Vec<Route> {
    vec![
        open::<Credentials, Pair>("auth/", login::sign_in, "Sign in")
            .description("`username` takes the username or the e-mail address. With a second factor the answer is `{\"two_factor_required\": true, \"challenge\": …}` instead of tokens: send the challenge with a code to `auth/2fa/`. 401 says neither which of the two was wrong nor whether the account exists."),
        open::<SecondStep, Pair>("auth/2fa/", login::second_step, "Sign in: the second step")
            .description("Takes the challenge that `auth/` answered with a code of the authenticator app or a recovery code, which works once."),
        open::<RefreshInput, login::Access>("auth/refresh/", login::refresh, "Get a new access token")
            .description("Takes a refresh token and answers a new access token, as long as its session lasts and was not ended."),
        post::<(), Status>("auth/logout/", login::sign_out, "End the session")
            .description("The tokens of the session that the call is made with are refused from then on.")
            .signed_in()
            .with_temporary_password(),
        open::<FirstAdmin, Status>("setup/", bootstrap::setup, "Make the first administrator")
            .description("Works once, while there is no administrator yet.")
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
        .with_temporary_password()
        .own_units(),
        post::<ResetRequest, Status>(
            "auth/password-reset/",
            passwords::request_reset,
            "Mail a link for a new password",
        )
        .description("The answer is the same whether or not there is such an account. The link works once and for a limited time.")
        .open()
        .limited(),
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
        open::<FollowedLink, Status>(
            "auth/check-link/",
            passwords::check_link,
            "Look whether a link can still be used",
        ),
    ]
}

fn second_factor() -> Vec<Route> {
    vec![
        post::<(), Setup>("auth/2fa/setup/", factor::setup, "Begin a second factor")
            .description("Answers a new secret for an authenticator app. The factor is asked for at sign-in only once a code of it was sent to `auth/2fa/confirm/`.")
            .signed_in()
            .with_temporary_password(),
        post::<FirstCode, RecoveryCodes>(
            "auth/2fa/confirm/",
            factor::confirm,
            "Switch the second factor on",
        )
        .description("Takes the code that the app shows, and answers recovery codes that are shown this once. Each replaces a code once.")
        .signed_in()
        .with_temporary_password(),
        post::<PasswordAndCode, Status>(
            "auth/2fa/disable/",
            factor::disable,
            "Switch the second factor off",
        )
        .signed_in()
        .with_temporary_password()
        .conflicts()
        .own_units(),
        post::<PasswordAndCode, RecoveryCodes>(
            "auth/2fa/recovery-codes/",
            factor::recovery_codes,
            "Make new recovery codes",
        )
        .description("The earlier ones stop working.")
        .signed_in()
        .with_temporary_password()
        .conflicts()
        .own_units(),
    ]
}

fn accounts() -> Vec<Route> {
    let me = |method: Method, effect: Effect, run: Run| {
        Route::new(method, "users", "users/me/", effect, run)
            .signed_in()
            .with_temporary_password()
            .answers_record::<User>(200)
            .versioned()
    };
    let change_me = |method: Method| {
        me(method, Effect::Own, users::change_me)
            .takes_change::<User>()
            .summary("Change one's own account")
    };
    vec![
        me(Method::GET, Effect::Read, users::me).summary("Show one's own account"),
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
            .takes_record::<ApiKey>()
            .answers_record::<ApiKey>(201)
            .summary("Make an API key, which is shown once")
            .description("The key acts with the rights of the caller. Send it as `X-API-Key`. What was not kept cannot be shown again: make another."),
    ]
}
