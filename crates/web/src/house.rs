//! What all pages share.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use platform::app::App;
use platform::operation::Operation;

use crate::ask::Ask;
use crate::screens::{Finder, Panel, Place, Scan, Screen, Screens, Workplace};

/// The application with its operations by name, and what the modules bring to its pages.
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    pub(crate) api: Router,
    pub(crate) screens: Vec<Screen>,
    pub(crate) places: Vec<Place>,
    panels: Vec<Panel>,
    pub(crate) scans: Vec<Scan>,
    finders: Vec<Finder>,
    pub(crate) workplaces: Vec<Workplace>,
    instead: Vec<(&'static str, &'static str)>,
    operations: HashMap<String, Arc<Operation>>,
}

impl House {
    pub(crate) fn new(app: &Arc<App>, api: &Router, all: Vec<Screens>) -> House {
        let mut house = House {
            app: app.clone(),
            api: api.clone(),
            screens: Vec::new(),
            places: Vec::new(),
            panels: Vec::new(),
            scans: Vec::new(),
            finders: Vec::new(),
            workplaces: Vec::new(),
            instead: Vec::new(),
            operations: HashMap::new(),
        };
        for screens in all {
            house.screens.extend(screens.screens);
            house.places.extend(screens.places);
            house.panels.extend(screens.panels);
            house.scans.extend(screens.scans);
            house.finders.extend(screens.finders);
            house.workplaces.extend(screens.workplaces);
            house.instead.extend(screens.instead);
        }
        house.places.sort_by_key(|place| place.order);
        house.panels.sort_by_key(|panel| panel.order);
        for operation in app.registry.operations() {
            let known = house.operations.entry(operation.id.clone());
            known.or_insert_with(|| operation.clone());
        }
        house
    }

    pub(crate) fn operation(&self, id: &str) -> Option<&Arc<Operation>> {
        self.operations.get(id)
    }

    pub(crate) fn panels<'a>(&'a self, slot: &'a str) -> impl Iterator<Item = &'a Panel> {
        self.panels.iter().filter(move |panel| panel.slot == slot)
    }

    /// A module's own way to find what pickers of a path offer.
    pub(crate) fn find(&self, path: &str) -> Option<Finder> {
        let mut finders = self.finders.iter();
        finders.find(|finder| finder.path == path).copied()
    }

    /// The screen that stands in for an operation's derived form.
    pub(crate) fn instead(&self, operation: &str) -> Option<&'static str> {
        let mut all = self.instead.iter();
        let found = all.find(|(known, _)| *known == operation);
        found.map(|(_, address)| *address)
    }

    /// Whether an address is that of a screen that somebody may see.
    pub(crate) fn leads(&self, ask: &Ask, address: &str) -> bool {
        let mut screens = self.screens.iter();
        screens.any(|screen| screen.address == address && ask.admits(screen.who))
    }

    /// Where the holders of a role work.
    pub(crate) fn workplace(&self, role: Option<i64>) -> Option<&'static str> {
        let mut found = self.workplaces.iter();
        let found = found.find(|workplace| Some(workplace.role.id()) == role);
        found.map(|workplace| workplace.address)
    }
}
