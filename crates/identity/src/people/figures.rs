//! What accounts contribute to dashboards and statistics.

use kernel::BuiltinRole::Admin;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::user::User;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module.figure(
        Figure::new("active_users", User::READ, |cx, grant| {
            Box::pin(async move {
                let active = Condition::all().add(User::is_active.eq(true));
                figure::count::<User>(cx, &grant, Some(active))
                    .await
                    .map(Amount::Count)
            })
        })
        .on_dashboards(&[Admin])
        .in_statistics(),
    )
}
