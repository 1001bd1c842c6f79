//! What concerns the users themselves: their account, wishes, requests, delegates, organizations.

use platform::module::Module;

use crate::decide_role_change::Decide;
use crate::delegate_access::DelegateAccess;
use crate::login_activity::LoginActivity;
use crate::organization::Organization;
use crate::organization_membership::OrganizationMembership;
use crate::preference::{self, Preference};
use crate::role_change_request::RoleChangeRequest;
use crate::{close_account, download_data, profile, register};

/// Adds them to the module.
pub(crate) fn declare(module: Module) -> Module {
    let module = module
        .texts(platform::texts!("identity/affairs", "../../texts/affairs"))
        .resource::<LoginActivity>()
        .resource::<RoleChangeRequest>()
        .verb::<Decide<true>>()
        .verb::<Decide<false>>()
        .resource::<DelegateAccess>()
        .resource::<Organization>()
        .resource::<OrganizationMembership>()
        .table::<Preference>();
    let operations = [register::operation(), download_data::operation()]
        .into_iter()
        .chain(profile::operations())
        .chain(preference::operations())
        .chain(close_account::operations());
    download_data::sections(operations.fold(module, Module::route))
}
