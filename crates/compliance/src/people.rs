//! Who judges whom.

use kernel::Code;
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;

platform::choice! {
    /// What a person found about an access.
    pub enum Verdict {
        /// There was a reason for it.
        Justified = "justified",
        /// There was none: it is a breach.
        NotJustified = "not_justified",
    }
}

/// Nobody judges what they did themselves, in their own name or in another's.
///
/// # Errors
/// 403 when the caller is the one who is judged.
pub(crate) fn refuse_own(cx: &Cx, judged: i64) -> Result<(), Error> {
    let caller = cx.actor.user();
    let acting = caller.and_then(|user| user.acting.as_ref().map(|(id, _)| *id));
    if caller.map(|user| user.id) == Some(judged) || acting == Some(judged) {
        let text = Text::new("compliance-own-deed");
        return Err(Error::refuse(Code::PermissionDenied, text));
    }
    Ok(())
}
