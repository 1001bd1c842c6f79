//! What a module brings: screens, places in the navigation, panels in other screens' slots, and what a
//! scanned code opens.

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use maud::Markup;
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;

use crate::ask::Ask;
use crate::page::Page;

/// Shows a screen: reads what it needs through the unit of work, and says what the page is.
pub type Show = for<'a> fn(&'a mut Cx, &'a Ask) -> BoxFuture<'a, Result<Page, Error>>;

/// Fills a slot of another screen: for the record whose id the slot names; `None` shows nothing at all.
pub type Fill =
    for<'a> fn(&'a mut Cx, &'a Ask, i64) -> BoxFuture<'a, Result<Option<Markup>, Error>>;

/// Says where a scanned code leads, if it is one of the module's: an address such as `/patients/7/`.
pub type Scan = for<'a> fn(&'a mut Cx, &'a str) -> BoxFuture<'a, Result<Option<String>, Error>>;

/// Finds what a picker offers for a few letters: value and words, at most some ten, in the reader's language
/// (`cx.origin.language`).
pub type Find =
    for<'a> fn(&'a mut Cx, &'a Ask, String) -> BoxFuture<'a, Result<Vec<(String, String)>, Error>>;

/// A module's own way to find what pickers offer.
#[derive(Clone, Copy)]
pub(crate) struct Finder {
    pub(crate) path: &'static str,
    pub(crate) permission: Permission,
    pub(crate) find: Find,
}

/// Who may see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who is signed in: it concerns their own affairs, or asks for permissions itself.
    SignedIn,
    /// Who holds the permission, in any reach; rows are still scoped.
    May(Permission),
}

/// A page of its own.
#[derive(Clone)]
pub struct Screen {
    pub(crate) address: Cow<'static, str>,
    /// The resource or report of a derived page.
    pub(crate) about: &'static str,
    pub(crate) who: Who,
    pub(crate) show: Show,
    pub(crate) watches: Cow<'static, [&'static str]>,
    pub(crate) patient_data: bool,
}

impl Screen {
    /// At an address such as `/patients/{id}/`, for those who hold the permission. The unit of work is opened
    /// with that permission: `cx.load` and `cx.grant` mean it.
    pub fn new(
        address: impl Into<Cow<'static, str>>,
        permission: Permission,
        show: Show,
    ) -> Screen {
        Screen {
            address: address.into(),
            about: "",
            who: Who::May(permission),
            show,
            watches: Cow::Borrowed(&[]),
            patient_data: false,
        }
    }

    /// For everybody who is signed in.
    pub fn signed_in(address: impl Into<Cow<'static, str>>, show: Show) -> Screen {
        Screen {
            who: Who::SignedIn,
            ..Screen::new(address, Permission::new("", ""), show)
        }
    }

    /// The resource or report that a derived page is about.
    pub(crate) fn about(mut self, what: &'static str) -> Screen {
        self.about = what;
        self
    }

    /// The tables it shows: when one changes, an open page asks for itself again.
    #[must_use]
    pub fn watches(mut self, tables: &'static [&'static str]) -> Screen {
        self.watches = Cow::Borrowed(tables);
        self
    }

    /// One table that a derived page shows.
    pub(crate) fn watches_one(mut self, table: &'static str) -> Screen {
        self.watches = Cow::Owned(vec![table]);
        self
    }

    /// It shows patient data, and is not shown unless the audit trail was told whose (`cx.saw…`).
    #[must_use]
    pub fn patient_data(mut self) -> Screen {
        self.patient_data = true;
        self
    }
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The key of its words.
    pub text: &'static str,
    /// Where it leads.
    pub address: &'static str,
    /// The letter that goes there after `g`.
    pub key: char,
    /// Who sees it.
    pub who: Who,
    /// Where it stands: lower first.
    pub order: u8,
}

impl Place {
    /// For those who hold the permission.
    pub const fn new(
        text: &'static str,
        address: &'static str,
        key: char,
        permission: Permission,
        order: u8,
    ) -> Place {
        Place {
            text,
            address,
            key,
            who: Who::May(permission),
            order,
        }
    }
}

/// A piece of another screen.
#[derive(Clone, Copy)]
pub struct Panel {
    pub(crate) slot: &'static str,
    pub(crate) permission: Permission,
    pub(crate) fill: Fill,
    pub(crate) order: u8,
    pub(crate) watches: &'static [&'static str],
}

impl Panel {
    /// In a slot such as `patient`, for those who hold the permission; lower orders come first.
    pub const fn new(slot: &'static str, permission: Permission, order: u8, fill: Fill) -> Panel {
        Panel {
            slot,
            permission,
            fill,
            order,
            watches: &[],
        }
    }

    /// The tables it shows.
    #[must_use]
    pub const fn watches(mut self, tables: &'static [&'static str]) -> Panel {
        self.watches = tables;
        self
    }
}

/// A role's workplace: where `/` leads somebody.
#[derive(Debug, Clone, Copy)]
pub struct Workplace {
    /// The address of a screen.
    pub address: &'static str,
    /// Whose it is.
    pub role: kernel::BuiltinRole,
}

/// What one module brings. `server` gathers them beside the modules themselves.
#[derive(Clone)]
pub struct Screens {
    pub(crate) module: &'static str,
    pub(crate) screens: Vec<Screen>,
    pub(crate) places: Vec<Place>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) scans: Vec<Scan>,
    pub(crate) finders: Vec<Finder>,
    pub(crate) workplaces: Vec<Workplace>,
    /// Pages that stand in for the derived form of an operation.
    pub(crate) instead: Vec<(&'static str, &'static str)>,
}

impl Screens {
    /// None yet, of the module with this name.
    pub fn new(module: &'static str) -> Screens {
        Screens {
            module,
            screens: Vec::new(),
            places: Vec::new(),
            panels: Vec::new(),
            scans: Vec::new(),
            finders: Vec::new(),
            workplaces: Vec::new(),
            instead: Vec::new(),
        }
    }

    /// The module whose they are.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// A page of its own.
    #[must_use]
    pub fn screen(mut self, screen: Screen) -> Screens {
        self.screens.push(screen);
        self
    }

    /// An entry of the navigation.
    #[must_use]
    pub fn place(mut self, place: Place) -> Screens {
        self.places.push(place);
        self
    }

    /// A piece of another screen's slot.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Screens {
        self.panels.push(panel);
        self
    }

    /// What a scanned code opens.
    #[must_use]
    pub fn scans(mut self, scan: Scan) -> Screens {
        self.scans.push(scan);
        self
    }

    /// How pickers of this path find what they offer ([`Kind::Pick`](crate::Kind::Pick)): a path of the module's own
    /// for what is no record, or a resource's, whose records it says more about.
    #[must_use]
    pub fn finds(mut self, path: &'static str, permission: Permission, find: Find) -> Screens {
        self.finders.push(Finder {
            path,
            permission,
            find,
        });
        self
    }

    /// A screen to which the derived form of an operation leads, because doing it takes more than its fields: the address
    /// may name the record as `{id}`.
    #[must_use]
    pub fn instead(mut self, operation: &'static str, address: &'static str) -> Screens {
        self.instead.push((operation, address));
        self
    }

    /// Where `/` leads the holders of a role.
    #[must_use]
    pub fn workplace(mut self, role: kernel::BuiltinRole, address: &'static str) -> Screens {
        self.workplaces.push(Workplace { address, role });
        self
    }
}
