//! The copy of one's data: everything that the modules know of the caller as a user, in one CSV.
//!
//! One line for each value: `section,record,field,value`. A spreadsheet opens it, a program reads it,
//! and a module adds a section without changing the columns.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use platform::account::{account_row, cell};
use platform::audit::Action;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::operation::Operation;
use platform::record::Record;
use platform::route::Route;
use sea_query::{Alias, ExprTrait, Order};
use serde_json::{Map, Value as Json};

use crate::api_key::ApiKey;
use crate::delegate_access::DelegateAccess;
use crate::login_activity::LoginActivity;
use crate::organization_membership::OrganizationMembership;
use crate::preference::Preference;
use crate::role_change_request::{RoleChangeRequest, not_for_another};
use crate::session::Session;
use crate::two_factor::TwoFactor;
use crate::user::User;

/// The most rows of one table, newest first.
const MOST: u64 = 10_000;

type Rows<'a> = BoxFuture<'a, Result<Vec<Map<String, Json>>, Error>>;

/// The operation.
pub(crate) fn operation() -> Operation {
    Route::get("account", "account/download-data/", download)
        .signed_in()
        .summary("Everything that is known of the caller, as CSV")
        .answers_file("text/csv")
        .done()
}

/// What identity knows of a user.
pub(crate) fn sections(module: Module) -> Module {
    module
        .account_section("account", |cx, user| rows::<User>(cx, "id", user))
        .account_section("preferences", |cx, user| {
            rows::<Preference>(cx, "user", user)
        })
        .account_section("sessions", |cx, user| rows::<Session>(cx, "user", user))
        .account_section("login-activity", |cx, user| {
            rows::<LoginActivity>(cx, "user", user)
        })
        .account_section("two-factor", |cx, user| rows::<TwoFactor>(cx, "user", user))
        .account_section("api-keys", |cx, user| rows::<ApiKey>(cx, "user", user))
        .account_section("role-change-requests", |cx, user| {
            rows::<RoleChangeRequest>(cx, "user", user)
        })
        .account_section("delegates", |cx, user| {
            rows::<DelegateAccess>(cx, "user", user)
        })
        .account_section("delegate-of", |cx, user| {
            rows::<DelegateAccess>(cx, "delegate", user)
        })
        .account_section("organization-memberships", |cx, user| {
            rows::<OrganizationMembership>(cx, "user", user)
        })
}

fn rows<'a, R: Record>(cx: &'a mut Cx, whose: &'static str, user: i64) -> Rows<'a> {
    Box::pin(async move {
        let mut query = select::<R>();
        query
            .and_where(column(R::TABLE, whose).eq(user))
            .order_by(Alias::new("id"), Order::Desc)
            .limit(MOST);
        let found: Vec<R> = cx
            .unscoped("everybody may have a copy of what is known of them")
            .records(query)
            .await?;
        Ok(found.iter().map(account_row).collect())
    })
}

fn download<'a>(cx: &'a mut Cx, _call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        not_for_another(cx)?;
        let me = cx.user_id()?;
        let sections: Vec<_> = cx.app.registry.account_sections().collect();
        let mut csv = format!("{}section,record,field,value\r\n", platform::csv::MARK);
        for section in sections {
            for row in (section.rows)(cx, me).await? {
                write(&mut csv, section.name, &row);
            }
        }
        cx.seen_as(Action::Export, "account/download-data/");
        let body = futures_util::stream::iter([Ok(Bytes::from(csv))]);
        Ok(Reply::download(
            "text/csv; charset=utf-8",
            "account-data.csv",
            Box::pin(body),
        ))
    })
}

/// One line for each value of a row. Lines end as RFC 4180 says.
fn write(csv: &mut String, section: &str, row: &Map<String, Json>) {
    let record = row.get("id").map(ToString::to_string).unwrap_or_default();
    for (field, value) in row.iter().filter(|(field, _)| *field != "id") {
        let value = match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let line = [section, &record, field, &value].map(|text| quoted(&cell(text)));
        csv.push_str(&line.join(","));
        csv.push_str("\r\n");
    }
}

/// A value in quotation marks where RFC 4180 asks for them.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_quoted_and_defused() {
        let row = json!({
            "id": 7, "first_name": "=HYPERLINK(\"x\")", "last_name": "Bah, \"F\"", "phone": null,
            "is_active": true, "channels": ["sms", "email"],
        });
        let mut csv = String::new();
        write(&mut csv, "account", row.as_object().unwrap());
        let mut lines: Vec<&str> = csv.split_terminator("\r\n").collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                r#"account,7,channels,"[""sms"",""email""]""#,
                r#"account,7,first_name,"'=HYPERLINK(""x"")""#,
                "account,7,is_active,true",
                r#"account,7,last_name,"Bah, ""F""""#,
                "account,7,phone,",
            ]
        );
    }
}
