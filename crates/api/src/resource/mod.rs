//! A table with its list, create, retrieve, update and delete, as served: generic handlers for every
//! [`Resource`].
//!
//! Paging, merging a change, optimistic locking, references, audit, the document are here, once.

mod alike;
mod besides;
pub mod count;
mod draft;
mod filters;
mod handlers;
mod label;
mod labels;
mod list;
mod nested;
mod offers;
mod operations;
mod page;
mod parameters;
mod view;

pub use draft::items;
pub use engine::resource::{
    Besides, Change, Found, Labels, Offers, Resource, Said, field_groups, in_a_few_words,
    list_columns,
};
pub use filters::filtered;
pub(crate) use handlers::check_version;
pub use handlers::{change, change_by, create_from, show_one, store_new};
pub use label::label_for;
pub(crate) use labels::labels;
pub use labels::{rows, search};
pub use list::{list, list_results};
pub(crate) use nested::nested;
pub(crate) use offers::offers;
pub use operations::permission_of;
pub(crate) use operations::{change_schema, draft_schema, list_schema, operations, permissions};
pub(crate) use parameters::common as common_parameters;
pub use parameters::parameters as list_parameters;
pub use view::{View, Visible, schema as view_schema};
