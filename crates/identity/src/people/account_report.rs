//! Who can sign in, as what, with which proof, and when they last did.

use jiff::Timestamp;
use kernel::BuiltinRole::Admin;
use platform::access::Access;
use platform::cx::{Cx, column};
use platform::db::Statement;
use platform::error::Error;
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, NullOrdering, Order, Query};
use serde::Serialize;

use crate::user::User;

/// Accounts that one report tells.
const MOST: u64 = 10_000;

/// An account.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Account {
    /// The `id` of the user.
    id: i64,
    /// The name to sign in with.
    username: String,
    /// First and last name.
    full_name: String,
    /// Name of the role; empty without one.
    role: String,
    /// Whether the user may sign in.
    is_active: bool,
    /// Whether signing in takes a second factor.
    two_factor: bool,
    /// When the user last signed in; null before the first time.
    #[schemars(with = "Option<String>")]
    last_login: Option<Timestamp>,
}

/// Adds the report to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.report(
        Report::table("security-reports/accounts/", None, DefaultPeriod::All, |cx, asked| {
            Box::pin(accounts(cx, asked))
        })
        .may(Access::may(&[Admin]))
        .summary("Accounts with their role, second factor and last sign-in; of a period, those that last signed in then"),
    )
}

/// An account as the database has it.
type Row = (
    i64,
    String,
    String,
    String,
    Option<String>,
    bool,
    bool,
    Option<Timestamp>,
);

/// Whoever signed in last comes first.
async fn accounts(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Account>, Error> {
    let mut factor = Query::select();
    factor
        .expr(Expr::cust("1"))
        .from("two_factor")
        .and_where(Expr::col(("two_factor", "user")).equals(("app_user", "id")))
        .and_where(column("two_factor", "confirmed_at").is_not_null());
    let mut query = Query::select();
    query
        .columns([User::id, User::username, User::first_name, User::last_name])
        .column(("role", "name"))
        .column(User::is_active)
        .expr(Expr::exists(factor))
        .column(User::last_login)
        .from("app_user")
        .left_join(
            "role",
            Expr::col(("role", "id")).equals(("app_user", "role")),
        )
        .cond_where(asked.period.moments(cx, User::last_login))
        .order_by_with_nulls(User::last_login, Order::Desc, NullOrdering::Last)
        .order_by(User::id, Order::Asc)
        .limit(MOST);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<Row> = cx
        .unscoped("the accounts, told to whoever may ask for the report")
        .all(statement)
        .await?;
    let account =
        |(id, username, first, last, role, is_active, two_factor, last_login): Row| Account {
            id,
            username,
            full_name: format!("{first} {last}").trim().to_owned(),
            role: role.unwrap_or_default(),
            is_active,
            two_factor,
            last_login,
        };
    Ok(rows.into_iter().map(account).collect())
}
