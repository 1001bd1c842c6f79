//! Numbers whose owners want no more text messages. It is the number that is out, whoever shares it,
//! also if it belongs to no patient yet.

use kernel::Phone;
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Line;
use platform::record::Record;
use platform::seal::Sealed;
use sea_query::{Alias, ExprTrait, Order};

use super::wishes;

platform::record! {
    /// A number to which no more text messages are sent.
    pub struct OptOut in "messaging_opt_out" named "MessagingOptOut" {
        client {}
        server {}
        hidden {
            /// The number, in the form of E.164.
            phone: Sealed<Line<20>> = Sealed::new(Line::cut("")),
        }
    }
}

/// What the digests are made for.
const FIELD: &str = "messaging_opt_out.phone";
const WHY: &str = "a number is out whoever it belongs to";

/// What somebody answered to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more messages.
    Out,
    /// Messages again.
    In,
}

/// The words, folded, with the language they belong to.
const WORDS: &[(&str, Wish, &str)] = &[
    ("STOP", Wish::Out, "en"),
    ("STOPALL", Wish::Out, "en"),
    ("UNSUBSCRIBE", Wish::Out, "en"),
    ("CANCEL", Wish::Out, "en"),
    ("END", Wish::Out, "en"),
    ("QUIT", Wish::Out, "en"),
    ("OPTOUT", Wish::Out, "en"),
    ("REVOKE", Wish::Out, "en"),
    ("ARRET", Wish::Out, "fr"),
    ("ARRETER", Wish::Out, "fr"),
    ("ARRETEZ", Wish::Out, "fr"),
    ("DESABONNER", Wish::Out, "fr"),
    ("SIMAMA", Wish::Out, "sw"),
    ("SIMAMISHA", Wish::Out, "sw"),
    ("ACHA", Wish::Out, "sw"),
    ("SITISHA", Wish::Out, "sw"),
    ("START", Wish::In, "en"),
    ("UNSTOP", Wish::In, "en"),
    ("COMMENCER", Wish::In, "fr"),
    ("REPRENDRE", Wish::In, "fr"),
    ("ANZA", Wish::In, "sw"),
    ("ENDELEA", Wish::In, "sw"),
];

/// Words that begin many a sentence that means something else, such as "Cancel my visit": they count alone.
const ALONE: [&str; 8] = [
    "CANCEL",
    "END",
    "START",
    "COMMENCER",
    "REPRENDRE",
    "ANZA",
    "ENDELEA",
    "ACHA",
];

/// What a message says, and in which language: its first word decides, whatever its case, accents and
/// punctuation. "Please do not stop" is no wish, and a few words count only where they stand alone.
///
/// ```
/// use messaging::delivery::opt_out::{Wish, wish};
/// assert_eq!(wish(" Arrêt. "), Some((Wish::Out, "fr")));
/// assert_eq!(wish("Stop. Thank you"), Some((Wish::Out, "en")));
/// assert_eq!(wish("I cannot stop coughing"), None);
/// ```
pub fn wish(text: &str) -> Option<(Wish, &'static str)> {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let whole = tokens.concat();
    // "STOP ALL" is written in two.
    let said = match tokens.as_slice() {
        [] => return None,
        [_, _] if find(&whole).is_some() => find(&whole),
        [first, ..] => find(first),
    };
    said.filter(|(word, ..)| tokens.len() == 1 || !ALONE.contains(word))
        .map(|(_, wish, language)| (*wish, *language))
}

fn find(word: &str) -> Option<&'static (&'static str, Wish, &'static str)> {
    let folded: String = word
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            'É' | 'È' | 'Ê' => 'E',
            c => c,
        })
        .collect();
    WORDS.iter().find(|(word, _, _)| *word == folded)
}

/// Whether a number is out.
///
/// # Errors
/// When the database fails.
pub async fn is_out(cx: &mut Cx, phone: &Phone) -> Result<bool, Error> {
    Ok(row(cx, phone).await?.is_some())
}

async fn row(cx: &mut Cx, phone: &Phone) -> Result<Option<i64>, Error> {
    let (generation, digest) = cx.app.ring().search_digest(FIELD, phone.as_str());
    let statement = Statement::raw(
        "SELECT opt_out FROM messaging_opt_out_digest WHERE generation = $1 AND digest = $2",
        vec![generation.to_value(), digest.to_vec().to_value()],
    );
    let found: Option<(i64,)> = cx.unscoped(WHY).optional(statement).await?;
    Ok(found.map(|(id,)| id))
}

/// Notes what the owner of a number wishes; saying it again changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn note(cx: &mut Cx, phone: &Phone, wish: Wish) -> Result<(), Error> {
    match (wish, row(cx, phone).await?) {
        (Wish::Out, None) => {
            let mut out = OptOut {
                meta: platform::record::Meta::unstored(),
                phone: Sealed::new(Line::cut(phone.as_str())),
            };
            cx.insert(&mut out).await?;
            digests(cx, &out).await?;
            wishes::of_number_again(cx, phone).await
        }
        (Wish::In, Some(id)) => {
            let statement = Statement::raw(
                "DELETE FROM messaging_opt_out WHERE id = $1",
                vec![id.to_value()],
            );
            cx.unscoped(WHY).execute(statement).await?;
            cx.audit(AuditEntry::new(Action::Delete, OptOut::NAME, Some(id)));
            wishes::of_number_again(cx, phone).await
        }
        _ => Ok(()),
    }
}

async fn digests(cx: &mut Cx, out: &OptOut) -> Result<(), Error> {
    for (generation, digest) in cx.app.ring().digests(FIELD, out.phone.open()) {
        let statement = Statement::raw(
            "INSERT INTO messaging_opt_out_digest (generation, digest, opt_out) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
            vec![
                generation.to_value(),
                digest.to_vec().to_value(),
                out.meta.id.to_value(),
            ],
        );
        cx.unscoped(WHY).execute(statement).await?;
    }
    Ok(())
}

/// Writes the digests anew while the index key rotates.
pub(super) async fn reindex(cx: &mut Cx, after: i64) -> Result<Option<i64>, Error> {
    let mut query = select::<OptOut>();
    query
        .and_where(OptOut::id.gt(after))
        .order_by((Alias::new(OptOut::TABLE), Alias::new("id")), Order::Asc)
        .limit(500);
    let rows: Vec<OptOut> = cx.unscoped(WHY).records(query).await?;
    for out in &rows {
        let statement = Statement::raw(
            "DELETE FROM messaging_opt_out_digest WHERE opt_out = $1",
            vec![out.meta.id.to_value()],
        );
        cx.unscoped(WHY).execute(statement).await?;
        digests(cx, out).await?;
    }
    Ok(rows.last().map(|row| row.meta.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_decides() {
        for (text, said) in [
            ("STOP", Some((Wish::Out, "en"))),
            ("stop!", Some((Wish::Out, "en"))),
            (" Stop all ", Some((Wish::Out, "en"))),
            ("arrêt", Some((Wish::Out, "fr"))),
            ("ARRÊTER.", Some((Wish::Out, "fr"))),
            ("Simama", Some((Wish::Out, "sw"))),
            ("start", Some((Wish::In, "en"))),
            ("Anza", Some((Wish::In, "sw"))),
            ("Stop. Thank you", Some((Wish::Out, "en"))),
            ("STOP please", Some((Wish::Out, "en"))),
            ("Arrêtez, s’il vous plaît", Some((Wish::Out, "fr"))),
            ("Cancel my visit on Friday", None),
            ("I cannot come", None),
            ("please do not stop", None),
            ("s t o p", None),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(wish(text), said, "{text:?}");
        }
    }
}
