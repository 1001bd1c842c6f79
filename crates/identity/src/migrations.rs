//! The tables of identity and access.

use kernel::BuiltinRole;
use platform::db::{Ddl, Migration};

use crate::login_activity::LoginStatus;
use crate::role_change_request::RequestStatus;
use crate::two_factor::FactorKind;
use crate::user::UserLanguage;

/// Oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_roles",
        up: roles,
    },
    Migration {
        name: "0002_users",
        up: users,
    },
    Migration {
        name: "0003_sessions_and_credentials",
        up: credentials,
    },
    Migration {
        name: "0004_guessing",
        up: guessing,
    },
    Migration {
        name: "0005_requests_and_delegates",
        up: requests,
    },
    Migration {
        name: "0006_organizations",
        up: organizations,
    },
    Migration {
        name: "0007_one_at_a_time",
        up: one_at_a_time,
    },
    Migration {
        name: "0008_tickets",
        up: tickets,
    },
    Migration {
        name: "0009_keys_end",
        up: |ddl| {
            ddl.add_columns("api_key", |t| {
                t.timestamp("expires_at").null();
            });
        },
    },
    Migration {
        name: "0010_accounts_of_patients",
        up: narrow,
    },
    Migration {
        name: "0011_open_organizations",
        up: open_organizations,
    },
];

/// Staff saw the organizations that they belonged to already, and could join none.
fn open_organizations(ddl: &mut Ddl) {
    ddl.add_columns("organization", |t| {
        t.bool("open").default(true);
    });
    ddl.sql(&format!(
        "UPDATE role_grant SET reach = 'assigned' WHERE permission IN ('organizations:read', 'organizations:create') \
         AND reach = 'own' AND role IN (SELECT id FROM role WHERE is_builtin AND id <> {})",
        BuiltinRole::Patient.id()
    ));
}

/// Staff saw every account, and with it who is a patient. Whoever keeps accounts still does.
fn narrow(ddl: &mut Ddl) {
    ddl.sql(
        "UPDATE role_grant SET reach = 'assigned' WHERE permission = 'users:read' AND reach = 'all' \
         AND role NOT IN (SELECT role FROM role_grant WHERE permission IN ('users:create', 'users:update'))",
    );
}

fn roles(ddl: &mut Ddl) {
    ddl.table("role", |t| {
        t.standard();
        t.text("name").unique();
        t.text("description");
        t.bool("is_builtin");
    });
    ddl.table("role_grant", |t| {
        t.int("role").references("role").cascade();
        t.text("permission");
        t.text("reach");
        t.one_of("reach", &["own", "assigned", "all"]);
        t.unique(&["role", "permission"]);
    });
    // Whose defaults were stored: an Admin's later edits are not undone by the next start.
    ddl.table("known_permission", |t| {
        t.text("name");
        t.primary_key(&["name"]);
    });
}

fn users(ddl: &mut Ddl) {
    ddl.table("app_user", |t| {
        t.standard();
        t.text("username");
        t.text("email").null();
        t.text("first_name");
        t.text("last_name");
        t.int("role").null().references("role");
        t.text("language_preference");
        t.bool("is_active");
        t.text("phone").null();
        t.bool("is_superuser");
        t.bool("must_change_password");
        t.timestamp("last_login").null();
        t.text("username_fold").unique();
        t.text("email_fold").null().unique();
        t.text("password_hash").null();
        t.one_of("language_preference", UserLanguage::VALUES);
    });
    ddl.index("app_user", &["role"]);
}

fn credentials(ddl: &mut Ddl) {
    ddl.table("session", |t| {
        t.standard();
        t.int("user").references("app_user").cascade();
        t.timestamp("last_used_at");
        t.timestamp("expires_at");
        t.text("ip_address");
        t.text("user_agent");
        t.timestamp("revoked_at").null();
    });
    ddl.index("session", &["user", "id"]);
    ddl.index("session", &["expires_at"]);
    ddl.table("two_factor", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("user").references("app_user").cascade().unique();
        t.text("kind");
        t.timestamp("confirmed_at").null();
        t.int("last_used_step").null();
        t.one_of("kind", FactorKind::VALUES);
    });
    ddl.table("recovery_code", |t| {
        t.int("two_factor").references("two_factor").cascade();
        t.text("hash");
        t.timestamp("used_at").null();
        t.primary_key(&["two_factor", "hash"]);
    });
    ddl.table("api_key", |t| {
        t.standard();
        t.text("name");
        t.bool("is_active");
        t.int("user").references("app_user").cascade();
        t.timestamp("last_used_at").null();
        t.text("hash").unique();
        t.text("masked");
    });
    ddl.index("api_key", &["user", "id"]);
    ddl.table("login_activity", |t| {
        t.standard();
        t.int("user").null().references("app_user").set_null();
        t.timestamp("timestamp");
        t.text("ip_address");
        t.text("user_agent");
        t.text("status");
        t.one_of("status", LoginStatus::VALUES);
    });
    ddl.index("login_activity", &["user", "id"]);
    ddl.index("login_activity", &["timestamp"]);
}

/// Counters that slow guessing down, and tokens that work once.
fn guessing(ddl: &mut Ddl) {
    ddl.table("login_failure", |t| {
        t.text("account");
        t.text("address");
        t.int("failures");
        t.timestamp("last_at");
        t.primary_key(&["account", "address"]);
    });
    ddl.index("login_failure", &["last_at"]);
    ddl.table("login_address", |t| {
        t.text("address");
        t.timestamp("empty_at");
        t.primary_key(&["address"]);
    });
    ddl.index("login_address", &["empty_at"]);
    ddl.table("used_token", |t| {
        t.uuid("jti");
        t.timestamp("expires_at");
        t.primary_key(&["jti"]);
    });
    ddl.index("used_token", &["expires_at"]);
}

fn requests(ddl: &mut Ddl) {
    ddl.table("role_change_request", |t| {
        t.standard();
        t.int("requested_role").references("role");
        t.text("reason");
        t.int("user").references("app_user").cascade();
        t.text("status");
        t.text("admin_response");
        t.int("reviewed_by")
            .null()
            .references("app_user")
            .set_null();
        t.timestamp("reviewed_at").null();
        t.one_of("status", RequestStatus::VALUES);
    });
    ddl.index("role_change_request", &["user", "id"]);
    ddl.index("role_change_request", &["status", "id"]);
    ddl.table("delegate_access", |t| {
        t.standard();
        t.int("delegate").references("app_user").cascade();
        t.bool("can_manage_schedule");
        t.bool("can_view_data");
        t.bool("can_act_as_user");
        t.bool("revoked");
        t.int("user").references("app_user").cascade();
        t.timestamp("revoked_at").null();
        t.check("delegate_access_delegate_check", "\"delegate\" <> \"user\"");
    });
    ddl.index("delegate_access", &["user", "id"]);
    ddl.index("delegate_access", &["delegate", "user"]);
    ddl.table("preference", |t| {
        t.standard();
        t.text("theme");
        t.text("language").null();
        t.json("notification_channels");
        t.int("user").references("app_user").cascade().unique();
        t.one_of("language", UserLanguage::VALUES);
    });
}

fn organizations(ddl: &mut Ddl) {
    ddl.table("organization", |t| {
        t.standard();
        t.text("name").unique();
        t.text("description");
        t.bool("is_active");
    });
    ddl.table("organization_membership", |t| {
        t.standard();
        t.int("user").references("app_user").cascade();
        t.int("organization").references("organization");
        t.text("role");
        t.bool("is_admin");
        t.timestamp("joined_at");
        t.unique(&["user", "organization"]);
    });
    ddl.index("organization_membership", &["organization"]);
}

/// One pending request for each user, one live delegation for each pair.
fn one_at_a_time(ddl: &mut Ddl) {
    ddl.unique_index(
        "role_change_request_user_key",
        "role_change_request",
        &["user"],
        Some("status = 'pending'"),
    );
    ddl.unique_index(
        "delegate_access_user_delegate_key",
        "delegate_access",
        &["user", "delegate"],
        Some("NOT revoked"),
    );
}

fn tickets(ddl: &mut Ddl) {
    ddl.table("ws_ticket", |t| {
        t.text("hash");
        t.int("user").references("app_user").cascade();
        t.uuid("session");
        t.timestamp("expires_at");
        t.primary_key(&["hash"]);
    });
    ddl.index("ws_ticket", &["user"]);
    ddl.index("ws_ticket", &["expires_at"]);
}
