//! What is not asked in both ways.

const LINK: &str =
    "whoever follows a link or types a password is not signed in, and a form needs somebody who is";
const CODE: &str = "codes and secrets are made by chance, in each hospital others";
const OUTSIDE: &str = "a provider asks, with its signature over the body, and no person";
const SESSION: &str = "it is about the session that asks, which each way has of its own kind";
const GONE: &str = "who has left is called by a number made by chance, in each hospital another";

/// Operations that write and that are not asked, each with the reason.
pub(super) const NOT_ASKED: &[(&str, &str)] = &[
    ("auth_post", LINK),
    ("auth_2fa_post", LINK),
    ("auth_accept_invitation_post", LINK),
    ("auth_check_link_post", LINK),
    ("auth_password_reset_post", LINK),
    ("auth_password_reset_confirm_post", LINK),
    ("register_post", LINK),
    ("setup_post", LINK),
    ("visits_answer_token_post", LINK),
    ("offers_answer_token_post", LINK),
    ("auth_2fa_setup_post", CODE),
    ("auth_2fa_confirm_post", CODE),
    ("auth_2fa_disable_post", CODE),
    ("auth_2fa_recovery_codes_post", CODE),
    ("messaging_twilio_inbound_post", OUTSIDE),
    ("messaging_twilio_status_uid_post", OUTSIDE),
    ("account_delete_post", GONE),
    ("account_delete_delete", GONE),
    ("auth_logout_post", SESSION),
    ("auth_refresh_post", SESSION),
    ("sessions_id_revoke_post", SESSION),
];
