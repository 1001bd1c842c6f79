//! Templates that notes begin with.

use identity::user::User;
use kernel::BuiltinRole::{Admin, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Field, Line, Ref};
use platform::record::{Column, Meta};
use platform::resource::{Change, Resource};

use serde_json::json;

use crate::rules::note_seed;

platform::record! {
    /// A text that a note begins with; `___` marks what is to be filled in. It says nothing about a patient.
    pub struct NoteTemplate in "note_template" {
        client {
            /// Title under which the template is offered, such as `Antenatal visit`.
            title: Line<255>,
            /// The text, with `___` where something is to be filled in.
            content: Line<65536>,
            /// Whether the template is offered.
            is_active: bool = true,
        }
        server {
            /// The user who wrote it; null for those that came with the program.
            created_by: Option<Ref<User>> = None,
        }
    }
}

impl Resource for NoteTemplate {
    const PATH: &'static str = "note_templates";
    const RETAINED: bool = true;
    const FILTERS: &'static [Column<Self>] = &[NoteTemplate::is_active, NoteTemplate::created_by];
    const ORDERING: &'static [Column<Self>] = &[NoteTemplate::title];
    const SEARCH: &'static [Column<Self>] = &[NoteTemplate::title, NoteTemplate::content];
    const LIST: &'static [Column<Self>] = &[
        NoteTemplate::title,
        NoteTemplate::is_active,
        NoteTemplate::created_by,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .role(Admin, "crud")
            .role(Doctor, "cru")
            .roles(
                &[Receptionist, Nurse, Pharmacist, LabTechnician, Cashier],
                "r",
            )
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.title.to_string()
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.is_new() {
            change.row.created_by = cx.actor.user_id().map(Ref::new);
        }
        Ok(())
    }
}

/// A new site starts with the built-in templates. Those that it deletes stay deleted: their rows are kept.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    let any: Option<(i64,)> = cx
        .unscoped("whether the table was ever filled")
        .optional(Statement::raw(
            "SELECT id FROM note_template LIMIT 1",
            values([]),
        ))
        .await?;
    if any.is_some() {
        return Ok(());
    }
    for template in note_seed::all() {
        let Ok(content) = Line::parse(&json!(template.content)) else {
            continue;
        };
        let mut row = NoteTemplate {
            meta: Meta::unstored(),
            title: Line::cut(&template.title),
            content,
            is_active: true,
            created_by: None,
        };
        cx.insert(&mut row).await?;
    }
    Ok(())
}
