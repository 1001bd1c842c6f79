//! How somebody likes the program to look and to reach them.

use http::Method;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{List, Ref};
use platform::http::call::{Call, Reply};
use platform::operation::{Effect, Operation};
use platform::record::{Body, Column, Record};
use platform::resource::{Resource, change, show_one};
use platform::route::Route;
use platform::unit;
use sea_query::{Condition, ExprTrait};

use crate::accounts;
use crate::user::{User, UserLanguage};

platform::choice! {
    /// How pages look.
    pub enum Theme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
        /// As the device says.
        System = "system" | "auto",
    }
}

platform::choice! {
    /// A way to reach a user.
    pub enum Channel {
        /// In the program.
        InApp = "in_app",
        /// By e-mail.
        Email = "email",
        /// By text message.
        Sms = "sms",
    }
}

platform::record! {
    /// A user's preferences; one row for each user.
    pub struct Preference in "preference" {
        client {
            /// Colours of the pages: light, dark or as the device says.
            theme: Theme = Theme::System,
            /// Language of the pages; the language of the account when null.
            language: Option<UserLanguage>,
            /// Channels by which the user wants to be notified.
            notification_channels: List<Channel> = List(vec![Channel::InApp]),
        }
        server {
            /// The user whose preferences they are.
            user: Ref<User> = Ref::new(0),
        }
        hidden {}
    }
}

/// Everybody's own; served at `preferences/` without an id, because there is one for each user.
impl Resource for Preference {
    const PATH: &'static str = "preferences";
    const VERBS: &'static str = "ru";
    const LIST: &'static [Column<Self>] = &[
        Preference::user,
        Preference::theme,
        Preference::language,
        Preference::notification_channels,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("ru")
    }

    fn scope(grant: &Grant) -> Scope {
        Scope::Where(Condition::all().add(column(Self::TABLE, "user").eq(grant.user)))
    }
}

/// The operations on the caller's preferences.
pub(crate) fn operations() -> Vec<Operation> {
    let get = Route::new(Method::GET, TAG, "preferences/", Effect::Own, |cx, _| {
        Box::pin(show(cx))
    })
    .signed_in()
    .summary("How the caller likes the program to look and to reach them");
    let changes = [Method::PUT, Method::PATCH].map(|method| {
        Route::new(method, TAG, "preferences/", Effect::Write, |cx, call| {
            Box::pin(set(cx, call))
        })
        .signed_in()
        .summary("Change how the program looks and reaches the caller")
        .takes_change::<Preference>()
    });
    std::iter::once(get)
        .chain(changes)
        .map(|route| route.answers_record::<Preference>(200).done())
        .collect()
}

const TAG: &str = "preferences";

async fn show(cx: &mut Cx) -> Result<Reply, Error> {
    let row = match of_user(cx).await? {
        Some(row) => row,
        // The first look makes the row, so that it has an id and a version from then on.
        None => {
            unit::write(&cx.app.clone(), &accounts::same(cx), |cx| {
                Box::pin(held(cx))
            })
            .await?
        }
    };
    show_one(cx, &row).await
}

async fn set(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row = held(cx).await?;
    let row = change(cx, row, &call.body_for(&[])?, call.if_match()?).await?;
    show_one(cx, &row).await
}

async fn of_user(cx: &mut Cx) -> Result<Option<Preference>, Error> {
    let me = cx.user_id()?;
    let mut query = select::<Preference>();
    query.and_where(Preference::user.eq(me));
    cx.unscoped("the caller's only row").record(query).await
}

/// The caller's row, made when there is none. Holding the account makes simultaneous first looks
/// wait for each other.
async fn held(cx: &mut Cx) -> Result<Preference, Error> {
    let me = cx.user_id()?;
    accounts::held(cx, me).await?.ok_or_else(Error::not_found)?;
    if let Some(row) = of_user(cx).await? {
        return Ok(row);
    }
    let mut row = Preference::create(&Body::default())?;
    row.user = Ref::new(me);
    cx.insert(&mut row).await?;
    Ok(row)
}
