//! The operations that are neither resources nor actions, with what a caller needs for each.

use http::Method;
use kernel::BuiltinRole;
use platform::access::Access;
use platform::module::Module;
use platform::operation::{Effect, Without};
use platform::resource::permission_of;
use platform::route::{Route, Run};

use crate::api_key::{self, ApiKey};
use crate::bootstrap::{self, FirstAdmin};
use crate::credential_routes::{self as passwords, LinkedPassword, PasswordChange, ResetRequest};
use crate::login::{self, Credentials, Pair, RefreshInput, SecondStep};
use crate::session;
use crate::two_factor_routes::{self as factor, FirstCode, PasswordAndCode, RecoveryCodes, Setup};
use crate::user::User;
use crate::user_routes::{self as users, ResetInput, Status};

const AUTH: &str = "auth";

/// Anonymous; opens its own units, because failures are recorded too.
fn open(path: &str, run: Run, summary: &str) -> Route {
    Route::new(Method::POST, AUTH, path, Effect::Own, run)
        .open()
        .summary(summary)
}

fn admin(verb: &str, run: Run, summary: &str) -> Route {
    Route::post("users", &format!("users/{{id}}/{verb}/"), run)
        .may(&format!("users:{verb}"), Access::may(&[BuiltinRole::Admin]))
        .answers::<Status>(200)
        .summary(summary)
}

pub(crate) fn add(module: Module) -> Module {
    account(sign_in(module))
}

fn sign_in(module: Module) -> Module {
    module
        .route(
            open("auth/", login::sign_in, "Sign in")
                .takes::<Credentials>()
                .answers::<Pair>(200)
                .done(),
        )
        .route(
            open("auth/2fa/", login::second_step, "Sign in: the second step")
                .takes::<SecondStep>()
                .answers::<Pair>(200)
                .done(),
        )
        .route(
            open("auth/refresh/", login::refresh, "A new access token")
                .takes::<RefreshInput>()
                .answers::<login::Access>(200)
                .done(),
        )
        .route(
            Route::post(AUTH, "auth/logout/", login::sign_out)
                .answers::<Status>(200)
                .summary("End the session")
                .done(),
        )
        .route(
            Route::post(AUTH, "auth/password/", passwords::change)
                .own_units()
                .takes::<PasswordChange>()
                .answers::<Status>(200)
                .summary("Change one's password; other sessions end")
                .done(),
        )
        .route(
            Route::post(AUTH, "auth/password-reset/", passwords::request_reset)
                .open()
                .takes::<ResetRequest>()
                .answers::<Status>(200)
                .summary("Mail a link for a new password")
                .done(),
        )
        .route(
            open(
                "auth/password-reset/confirm/",
                passwords::confirm_reset,
                "Choose a new password by the mailed link",
            )
            .takes::<LinkedPassword>()
            .answers::<Status>(200)
            .done(),
        )
        .route(
            open(
                "auth/accept-invitation/",
                passwords::accept_invitation,
                "Choose the first password by the mailed link",
            )
            .takes::<LinkedPassword>()
            .answers::<Status>(200)
            .done(),
        )
        .route(
            open("setup/", bootstrap::setup, "Make the first administrator")
                .takes::<FirstAdmin>()
                .answers::<Status>(201)
                .done(),
        )
}

fn account(module: Module) -> Module {
    let own = |path: &str, run: Run, summary: &str| Route::post(AUTH, path, run).summary(summary);
    module
        .route(
            own("auth/2fa/setup/", factor::setup, "A new second factor")
                .answers::<Setup>(200)
                .done(),
        )
        .route(
            own(
                "auth/2fa/confirm/",
                factor::confirm,
                "Switch the second factor on",
            )
            .takes::<FirstCode>()
            .answers::<RecoveryCodes>(200)
            .done(),
        )
        .route(
            own(
                "auth/2fa/disable/",
                factor::disable,
                "Switch the second factor off",
            )
            .own_units()
            .takes::<PasswordAndCode>()
            .answers::<Status>(200)
            .done(),
        )
        .route(
            own(
                "auth/2fa/recovery-codes/",
                factor::recovery_codes,
                "New recovery codes",
            )
            .own_units()
            .takes::<PasswordAndCode>()
            .answers::<RecoveryCodes>(200)
            .done(),
        )
        .route(
            Route::get("users", "users/me/", users::me)
                .summary("One's own account")
                .answers_record::<User>(200)
                .versioned()
                .done(),
        )
        .route(
            Route::new(
                Method::PUT,
                "users",
                "users/me/",
                Effect::Own,
                users::change_me,
            )
            .summary("Change one's own account")
            .takes_change::<User>()
            .answers_record::<User>(200)
            .versioned()
            .done(),
        )
        .route(
            Route::new(
                Method::PATCH,
                "users",
                "users/me/",
                Effect::Own,
                users::change_me,
            )
            .summary("Change one's own account")
            .takes_change::<User>()
            .answers_record::<User>(200)
            .versioned()
            .done(),
        )
        .route(admin("activate", users::activate, "Let somebody sign in").done())
        .route(
            admin(
                "deactivate",
                users::deactivate,
                "Lock somebody out, at once",
            )
            .done(),
        )
        .route(
            admin(
                "reset_password",
                users::reset_password,
                "Give somebody a new password",
            )
            .takes::<ResetInput>()
            .before(users::before_reset)
            .done(),
        )
        .route(
            Route::post("sessions", "sessions/{id}/revoke/", session::revoke)
                .with(
                    platform::access::PermissionInfo {
                        name: "sessions:revoke".to_owned(),
                        letter: 'x',
                        access: Access::own("x").role(BuiltinRole::Admin, "x"),
                    },
                    Without::Nothing,
                )
                .answers::<Status>(200)
                .summary("End a session, at once")
                .done(),
        )
        .route(
            Route::post("api-keys", "api-keys/", api_key::create)
                .with(permission_of::<ApiKey>('c'), Without::Forbidden)
                .summary("Make an API key, which is shown once")
                .takes_change::<ApiKey>()
                .answers_record::<ApiKey>(201)
                .done(),
        )
}
