//! A table with its list, create, retrieve, update and delete, as declared: everything that is particular to it.

mod change;
mod contains;
mod label;

use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value as Json;

pub use change::Change;
pub use contains::contains;
pub use label::{Said, in_a_few_words, spoken};

use crate::access::{Access, Grant, Permission, Scope};
use crate::app::App;
use crate::call::{Call, Prepared};
use crate::cx::Cx;
use crate::declared::PatientColumn;
use crate::operation::Operation;
use crate::unit::Opening;
use records::column;
use records::error::Error;
use records::record::{Body, Column, Part, Record};

/// What the records with these ids are called, of those that the caller may read; in no order.
pub type Labels =
    for<'a> fn(&'a mut Cx, Vec<i64>) -> BoxFuture<'a, Result<Vec<(i64, String)>, Error>>;

/// Which of these operations make sense for the record with this id: those that its state offers and that the caller's
/// own permission for each reaches. In the order of the operations; nothing for a record out of reach.
pub type Offers =
    for<'a> fn(&'a mut Cx, i64, &'a [Arc<Operation>]) -> BoxFuture<'a, Result<Vec<bool>, Error>>;

/// What a search found.
pub enum Found {
    /// The rows for which the condition holds, in the list's own order.
    Where(sea_query::Condition),
    /// These ids, best first.
    Ranked(Vec<i64>),
}

/// What clients write besides a record's fields, such as the lines of a bill: the resource's hooks take it from the
/// body, and the document says so.
#[derive(Debug, Clone, Copy)]
pub struct Besides {
    /// The key in the body.
    pub name: &'static str,
    /// Where it is taken: on `c`reate, on `u`pdate, or on both.
    pub verbs: &'static str,
    /// Its schema, with a description.
    pub schema: fn() -> Json,
}

/// A declared table.
pub trait Resource: Record {
    /// Below `/api/`, without slashes; also the permissions' resource name.
    const PATH: &'static str;
    /// Which of `c`reate, `r`ead, `u`pdate, `d`elete exist.
    const VERBS: &'static str = "crud";
    /// Its rows are about patients: reading them is audited.
    const PATIENT_DATA: bool = false;
    /// Whose it is may be changed afterwards, as a visit's patient while it is booked. What is recorded of one patient
    /// stays theirs: an allergy that moves away is missing where it is needed.
    const PATIENT_CHANGES: bool = false;
    /// Deleted rows are voided and kept; the table has `voided_at` and `voided_by`.
    const RETAINED: bool = false;
    /// A client may choose the `uid` on create, as offline clients do.
    const CLIENT_UID: bool = false;
    /// Other names under which clients write and read fields: (other name, field).
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[];
    /// Fields that `?name=` filters; dates, numbers and enums also take `__gte`, `__lte`, `__in`.
    const FILTERS: &'static [Column<Self>] = &[];
    /// Filters of its own, answered by [`Resource::filter`].
    const OWN_FILTERS: &'static [&'static str] = &[];
    /// What the filters among [`Resource::OWN_FILTERS`] find that are no fields: (name, a sentence for the
    /// document).
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[];
    /// What `?name=true` asks of a create besides: (name, a sentence for the document).
    const CREATE_FLAGS: &'static [(&'static str, &'static str)] = &[];
    /// What clients write besides the fields.
    const BESIDES: &'static [Besides] = &[];
    /// Fields that `?ordering=` takes, besides `id`, `created_at` and `updated_at`.
    const ORDERING: &'static [Column<Self>] = &[];
    /// The order of a list that asks for none.
    const ORDER: &'static str = "-id";
    /// Text columns in the clear that `?search=` looks into.
    const SEARCH: &'static [Column<Self>] = &[];
    /// References to records that the caller need not reach, such as the person somebody names as
    /// their delegate.
    const OPEN_REFERENCES: &'static [Column<Self>] = &[];
    /// A column that must be true of a record for others to begin to refer to it, such as whether somebody still
    /// works here. References that stand already stay.
    const REFERRED_WHILE: Option<Column<Self>> = None;
    /// The column by which people tell its records apart, and after it those within which they do, such as a bed's number
    /// within its ward. Another way to write the same, by case, width, blanks or dashes, is taken: two that are read out
    /// as one are one. It is kept as it is seen ([`kernel::lookalike::tidy`]).
    const CALLED: &'static [Column<Self>] = &[];
    /// References that do not keep the record they name from being removed: these rows only follow it,
    /// such as the messages about an appointment, or go with it, such as the prices of a service (where
    /// records are erased, the foreign key cascades).
    const FOLLOWS: &'static [Column<Self>] = &[];
    /// Fields that [`Resource::Extra`] shows in another form.
    const REPLACED: &'static [Column<Self>] = &[];
    /// The columns of a table that lists these records, in order. When empty, the first fields that
    /// clients see ([`list_columns`]).
    const LIST: &'static [Column<Self>] = &[];
    /// The fields of a form in groups, each with the key of its heading. When empty, one group of all
    /// fields in the order of their declaration ([`field_groups`]). A heading is a key of the texts, or
    /// empty for a group that needs none.
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[];
    /// The fields that [`Resource::label`] tells, where a caller may be kept from reading one of them: they
    /// are told the record's kind and number instead.
    const NAMED_BY: &'static [Column<Self>] = &[];
    /// The right to list and retrieve.
    const READ: Permission = Permission::new(Self::PATH, "read");
    /// The right to create.
    const CREATE: Permission = Permission::new(Self::PATH, "create");
    /// The right to change.
    const UPDATE: Permission = Permission::new(Self::PATH, "update");
    /// The right to delete.
    const DELETE: Permission = Permission::new(Self::PATH, "delete");
    /// Further keys of an answer, worked out for a whole page at once.
    type Extra: serde::Serialize + schemars::JsonSchema + Default + Send + Sync;

    /// Who may do what by default.
    fn access() -> Access;

    /// What a link to the record, a picker or a title says of it, in a few words that somebody wrote; empty where it has
    /// none of its own. Callers are told it by `label_for`.
    fn label(&self) -> String {
        String::new()
    }

    /// The same, where it takes more than words: days, amounts and choices are said as the reader writes them. A record
    /// without a label is called by its kind and number.
    fn called(&self) -> Vec<Said> {
        vec![Said::Words(self.label())]
    }

    /// Which rows a grant reaches. There is no default: every table decides.
    fn scope(grant: &Grant) -> Scope;

    /// Which rows others may begin to refer to, by the caller's right to read these: a reference that is answered with
    /// a name must not tell names that the caller may not read. References that stand already stay, and so do
    /// [`Resource::OPEN_REFERENCES`].
    fn referable(_read: &Grant) -> Scope {
        Scope::All
    }

    /// Rows that lists, counts and searches leave out although they can still be retrieved by their
    /// id, such as a record merged into another: the condition that holds for those listed.
    fn listed() -> Option<sea_query::Condition> {
        None
    }

    /// Fields that a caller does not get to see.
    fn withheld(_grant: &Grant) -> &'static [Column<Self>] {
        &[]
    }

    /// Fields that this caller does not get to see, whatever the reach of their grant, such as clinical
    /// text for callers without the permission to read it. Filters must not tell them either.
    fn hidden_from(_cx: &Cx) -> &'static [Column<Self>] {
        &[]
    }

    /// The only fields that a caller may change; `None` means all.
    fn writable(_grant: &Grant) -> Option<&'static [Column<Self>]> {
        None
    }

    /// Works out the further keys of a page of rows, in their order.
    fn extras(
        _cx: &mut Cx,
        rows: &[Self],
    ) -> impl Future<Output = Result<Vec<Self::Extra>, Error>> + Send {
        let extras = rows.iter().map(|_| Self::Extra::default()).collect();
        async move { Ok(extras) }
    }

    /// The further keys in the answer to a create.
    fn extra_created(
        cx: &mut Cx,
        row: &Self,
        _call: &Call,
    ) -> impl Future<Output = Result<Self::Extra, Error>> + Send {
        async move {
            Ok(Self::extras(cx, std::slice::from_ref(row))
                .await?
                .pop()
                .unwrap_or_default())
        }
    }

    /// Folds other forms of a reference, such as a name, into the declared fields of a body, before
    /// it is parsed.
    fn fold(_cx: &mut Cx, _body: &mut Body) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// Fills in what a body that creates a record leaves out, such as whoever asks.
    ///
    /// # Errors
    /// When nobody is signed in whom it could name.
    fn fill_in(_cx: &Cx, _body: &mut Body) -> Result<(), Error> {
        Ok(())
    }

    /// A body that asks for several records at once, as one body for each: all are created or none, and
    /// the answer is an array. `None` for a body that asks for one.
    fn several(
        _cx: &mut Cx,
        _body: &Body,
    ) -> impl Future<Output = Result<Option<Vec<Body>>, Error>> + Send {
        async { Ok(None) }
    }

    /// Works something slow out before a create's or an update's transaction begins, such as a
    /// password's hash; [`Cx::prepared`] has it then.
    fn before(
        _app: &Arc<App>,
        _opening: &Opening,
        _call: &Call,
    ) -> impl Future<Output = Result<Prepared, Error>> + Send {
        async { Ok(Prepared::default()) }
    }

    /// Checks the whole row against the table's rules and fills in what the program keeps, before it
    /// is stored.
    fn prepare(
        _cx: &mut Cx,
        _change: &mut Change<'_, Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// What else must change with the row, in the same transaction.
    fn stored(
        _cx: &mut Cx,
        _change: &Change<'_, Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// What else must change before the row is deleted or voided.
    fn removing(_cx: &mut Cx, _row: &Self) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// Whether pages offer to change a record as it is: not where every change would be refused.
    fn changeable(_cx: &mut Cx, _row: &Self) -> impl Future<Output = Result<bool, Error>> + Send {
        async { Ok(true) }
    }

    /// Whether pages offer to delete a record as it is: not where it stands for good.
    fn removable(_cx: &mut Cx, _row: &Self) -> impl Future<Output = Result<bool, Error>> + Send {
        async { Ok(true) }
    }

    /// The order of a list that asks for none, where it depends on what is asked for.
    fn usual_order(_call: &Call) -> &'static str {
        Self::ORDER
    }

    /// The rows that a list shows as long as nobody asks for others, such as one's own on a page of one's own.
    fn usual_rows(_cx: &Cx, _call: &Call) -> Option<sea_query::Condition> {
        None
    }

    /// Takes out of a PUT's body what a client merely wrote back, and did not mean as a change.
    fn written_back(_before: &Self, _body: &mut Body) {}

    /// Answers one of [`Resource::OWN_FILTERS`].
    ///
    /// # Errors
    /// A field error when the value makes no sense.
    fn filter(_cx: &Cx, _name: &str, _value: &str) -> Result<sea_query::Condition, Error> {
        Ok(sea_query::Condition::all())
    }

    /// Answers `?search=`.
    fn search(
        cx: &mut Cx,
        text: &str,
    ) -> impl Future<Output = Result<Option<Found>, Error>> + Send {
        let found = (!Self::SEARCH.is_empty()).then(|| contains::<Self>(cx, text));
        async move { Ok(found.map(Found::Where)) }
    }

    /// The column that merging two patients moves.
    fn patient_column() -> Option<PatientColumn> {
        let column = Self::PATIENT?;
        Some(PatientColumn {
            table: Self::TABLE,
            column,
            unique_with: &[],
            apart: None,
            label: Self::PATH,
        })
    }
}

/// The columns of a table that lists a resource's records.
pub fn list_columns<R: Resource>() -> Vec<&'static str> {
    if R::LIST.is_empty() {
        let seen = R::FIELDS.iter().filter(|field| field.part != Part::Hidden);
        seen.map(|field| field.name).take(LISTED).collect()
    } else {
        column::names(R::LIST).collect()
    }
}

/// Columns of a list that declares none.
const LISTED: usize = 6;

/// The fields of a resource's form, in groups with the keys of their headings.
pub fn field_groups<R: Resource>() -> Vec<(&'static str, Vec<&'static str>)> {
    if R::GROUPS.is_empty() {
        let written = R::FIELDS.iter().filter(|field| field.part == Part::Client);
        vec![("", written.map(|field| field.name).collect())]
    } else {
        let group = |(heading, columns): &(&'static str, &'static [Column<R>])| {
            (*heading, column::names(columns).collect())
        };
        R::GROUPS.iter().map(group).collect()
    }
}
