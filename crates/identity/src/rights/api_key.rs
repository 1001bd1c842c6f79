//! API keys: how programs sign in, with their owner's rights.

use futures_util::future::BoxFuture;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::http::call::{Call, Reply};
use platform::record::Column;
use platform::record::Record;
use platform::resource::Change;
use platform::resource::{Resource, View, Visible};
use schemars::JsonSchema;
use sea_query::{Condition, ExprTrait};
use serde::Serialize;

use crate::credential::api_key::NewApiKey;
use crate::mail;
use crate::proof::{oneself, recent};
use crate::state::ACCESS;
use crate::user::User;
use crate::user_rules::in_person;

/// How long a key works for which nobody says how long.
const LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);

platform::record! {
    /// A key by which a program acts with its owner's rights.
    pub struct ApiKey in "api_key" {
        client {
            /// What the key is for, as its owner calls it, such as `Laboratory analyser`.
            name: Line<100>,
            /// Whether requests with the key are accepted.
            is_active: bool = true,
            /// When the key stops working; a year after its creation when it is left out.
            expires_at: Option<Timestamp>,
        }
        server {
            /// The user whose rights the key has.
            user: Ref<User> = Ref::new(0),
            /// When it was last used, to the minute.
            last_used_at: Option<Timestamp> = None,
        }
        hidden {
            /// The key's SHA-256.
            hash: Line<64> = Line::cut(""),
            /// The key with all but its end hidden.
            masked: Line<32> = Line::cut(""),
        }
    }
}

/// The keys of an API key that are worked out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ApiKeyExtra {
    /// The whole key in the answer to its creation, all but its end hidden from then on.
    #[schemars(extend("x-once" = true))]
    key: String,
}

impl Resource for ApiKey {
    const PATH: &'static str = "api-keys";
    const VERBS: &'static str = "rud";
    const FILTERS: &'static [Column<Self>] = &[ApiKey::is_active];
    const ORDERING: &'static [Column<Self>] = &[ApiKey::name, ApiKey::last_used_at];
    const LIST: &'static [Column<Self>] = &[
        ApiKey::name,
        ApiKey::user,
        ApiKey::is_active,
        ApiKey::last_used_at,
        ApiKey::expires_at,
    ];
    type Extra = ApiKeyExtra;

    fn access() -> Access {
        Access::own("crud").in_person()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        Scope::Where(Condition::all().add(ApiKey::user.eq(grant.user)))
    }

    async fn extras(_cx: &mut Cx, rows: &[ApiKey]) -> Result<Vec<ApiKeyExtra>, Error> {
        Ok(rows
            .iter()
            .map(|row| ApiKeyExtra {
                key: row.masked.to_string(),
            })
            .collect())
    }

    /// A key that its owner has switched off is switched on by nobody else, and by no other key.
    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        let longer = before.is_some_and(|before| {
            before.expires_at.is_some()
                && row
                    .expires_at
                    .is_none_or(|end| before.expires_at < Some(end))
        });
        if longer || (row.is_active && before.is_some_and(|before| !before.is_active)) {
            in_person(cx)?;
            recent(cx).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, _change: &Change<'_, Self>) -> Result<(), Error> {
        cx.tell(ACCESS, "");
        Ok(())
    }

    async fn removing(cx: &mut Cx, _row: &ApiKey) -> Result<(), Error> {
        cx.tell(ACCESS, "");
        Ok(())
    }
}

/// `POST api-keys/`: the key is in this answer and in no other.
pub(crate) fn create<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let owner = oneself(cx).await?;
        recent(cx).await?;
        let key = NewApiKey::generate().map_err(Error::internal)?;
        let mut row = ApiKey::create(&call.body_for(&[])?)?;
        row.user = Ref::new(owner.meta.id);
        let end = row.expires_at.unwrap_or(cx.now() + LIFETIME);
        row.expires_at = Some(end);
        row.hash = Line::cut(&key.hash());
        row.masked = Line::cut(&key.masked());
        cx.insert(&mut row).await?;
        mail::tell(cx, &owner, owner.email.as_deref())?;
        let shown = ApiKeyExtra {
            key: key.expose().to_owned(),
        };
        let mut reply = Reply::json(
            StatusCode::CREATED,
            &View::new(&row, &shown, &Visible::of::<ApiKey>(&cx.grant())),
        )?;
        reply.header("etag", &format!("\"{}\"", row.meta.version));
        let location = format!("{}{}/{}/", call.head.root(), ApiKey::PATH, row.meta.id);
        reply.header("location", &location);
        Ok(reply)
    })
}
