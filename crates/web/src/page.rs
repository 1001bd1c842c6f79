//! What a screen answers: a page to be put into the layout, or another address.

use http::StatusCode;
use maud::{Markup, html};

/// A page.
pub struct Page {
    pub(crate) title: String,
    pub(crate) body: Markup,
    pub(crate) banner: Option<Markup>,
    pub(crate) status: StatusCode,
    pub(crate) go: Option<String>,
    pub(crate) wide: bool,
    pub(crate) bare: bool,
    pub(crate) heading: bool,
}

impl Page {
    /// A page with a title, which is its heading as well, and what stands below it.
    pub fn new(title: impl Into<String>, body: Markup) -> Page {
        Page {
            title: title.into(),
            body,
            banner: None,
            status: StatusCode::OK,
            go: None,
            wide: false,
            bare: false,
            heading: true,
        }
    }

    /// Leads to another address of ours instead.
    pub fn go(address: impl Into<String>) -> Page {
        Page {
            go: Some(address.into()),
            ..Page::new("", html! {})
        }
    }

    /// The banner that stays above the page: whose record this is.
    #[must_use]
    pub fn banner(mut self, banner: Markup) -> Page {
        self.banner = Some(banner);
        self
    }

    /// Uses the whole width, as boards and calendars do.
    #[must_use]
    pub fn wide(mut self) -> Page {
        self.wide = true;
        self
    }

    /// Without navigation, as a screen on a wall is.
    #[must_use]
    pub fn bare(mut self) -> Page {
        self.bare = true;
        self
    }

    /// Its body has a heading (`h1`) of its own.
    #[must_use]
    pub fn own_heading(mut self) -> Page {
        self.heading = false;
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Page {
        self.status = status;
        self
    }
}
