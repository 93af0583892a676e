//! The texts to paste: which one is shown, and what the user made of them.

use crate::storage::Storage;
use engine::protocol::{ExportFormat, Replies};

const NAME: &str = "reply";

/// A text to paste.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// The message for the customer.
    #[default]
    Customer,
    /// The summary for engineering, in Markdown.
    Escalation,
    /// The same in JIRA's markup.
    Jira,
}

impl Reply {
    /// In the order of their buttons.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Escalation, Self::Jira];

    /// The stable name, in hooks and in what is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Escalation => "escalation",
            Self::Jira => "jira",
        }
    }

    /// The name on its button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Escalation => "Escalation",
            Self::Jira => "JIRA",
        }
    }

    /// What it is called when it is copied.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "Customer message",
            Self::Escalation => "Escalation summary",
            Self::Jira => "Escalation summary for JIRA",
        }
    }

    /// The export that it is.
    pub const fn format(self) -> ExportFormat {
        match self {
            Self::Customer => ExportFormat::Customer,
            Self::Escalation => ExportFormat::Escalation,
            Self::Jira => ExportFormat::Jira,
        }
    }

    /// As the engine wrote it.
    pub fn text(self, replies: &Replies) -> &str {
        match self {
            Self::Customer => &replies.customer,
            Self::Escalation => &replies.escalation,
            Self::Jira => &replies.jira,
        }
    }

    /// The one that was shown last.
    pub fn kept(storage: &impl Storage) -> Self {
        let name = storage.get(NAME).unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|reply| reply.as_str() == name).unwrap_or_default()
    }

    /// Remembers it. Nothing is kept of the one that is shown anyway.
    pub fn keep(self, storage: &impl Storage) {
        let name = (self != Self::default()).then_some(self.as_str());
        storage.set(NAME, name);
    }
}

/// Something is remembered.
pub fn is_kept(storage: &impl Storage) -> bool {
    storage.get(NAME).is_some()
}

/// A text as the user edited it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    text: String,
    /// What it was made of.
    from: String,
    /// Names were replaced in that.
    redacted: bool,
}

/// What the user made of the texts of one flare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits([Option<Edit>; 3]);

/// What is to be said beside an edited text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is the user's.
    Own,
    /// Symptom, link or settings would make another text by now.
    Outdated,
    /// Names are to be replaced in what leaves the page, and are still in it.
    WithNames,
}

impl Edits {
    /// What is shown: the user's text, else the engine's.
    pub fn shown<'t>(&'t self, reply: Reply, replies: &'t Replies) -> &'t str {
        self.of(reply)
            .map_or(reply.text(replies), |edit| edit.text.as_str())
    }

    /// Takes in what the user typed. The engine's own text, typed again, is no edit.
    pub fn edit(&mut self, reply: Reply, text: String, replies: &Replies) {
        let from = reply.text(replies);
        let place = &mut self.0[reply as usize];
        *place = match place.take() {
            _ if text == from => None,
            Some(edit) => Some(Edit { text, ..edit }),
            None => Some(Edit {
                text,
                from: from.to_owned(),
                redacted: replies.redacted,
            }),
        };
    }

    /// Goes back to the engine's text.
    pub fn drop_edit(&mut self, reply: Reply) {
        self.0[reply as usize] = None;
    }

    /// How an edited text stands to what the engine writes now; nothing for one that was not edited.
    pub fn state(&self, reply: Reply, replies: &Replies, redact: bool) -> Option<Edited> {
        let edit = self.of(reply)?;
        Some(if redact && !edit.redacted {
            Edited::WithNames
        } else if edit.from == reply.text(replies) {
            Edited::Own
        } else {
            Edited::Outdated
        })
    }

    const fn of(&self, reply: Reply) -> Option<&Edit> {
        self.0[reply as usize].as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::{Edited, Edits, Reply, is_kept};
    use crate::storage::MadeUp;
    use engine::protocol::Replies;

    fn replies(customer: &str) -> Replies {
        Replies {
            customer: customer.to_owned(),
            escalation: "to engineering".to_owned(),
            jira: "h3. to engineering".to_owned(),
            redacted: false,
        }
    }

    #[test]
    fn the_text_chosen_last_is_remembered() {
        let storage = MadeUp::with_room(20);
        assert_eq!(Reply::kept(&storage), Reply::Customer);
        for reply in [Reply::Jira, Reply::Escalation, Reply::Customer] {
            reply.keep(&storage);
            assert_eq!(Reply::kept(&storage), reply);
            assert_eq!(is_kept(&storage), reply != Reply::Customer);
        }
        assert!(storage.texts.borrow().is_empty());
    }

    #[test]
    fn an_edited_text_stays_until_it_is_given_up() {
        let mut edits = Edits::default();
        let first = replies("Hello");
        assert_eq!(edits.shown(Reply::Customer, &first), "Hello");
        edits.edit(Reply::Customer, "Hello Ada".to_owned(), &first);
        let state = |edits: &Edits, replies| edits.state(Reply::Customer, replies, false);
        assert_eq!(state(&edits, &first), Some(Edited::Own));
        let second = replies("Hello again");
        assert_eq!(edits.shown(Reply::Customer, &second), "Hello Ada");
        assert_eq!(state(&edits, &second), Some(Edited::Outdated));
        assert_eq!(edits.shown(Reply::Jira, &second), "h3. to engineering");
        edits.drop_edit(Reply::Customer);
        assert_eq!(edits.shown(Reply::Customer, &second), "Hello again");
        assert_eq!(state(&edits, &second), None);
        // Typed back by hand.
        edits.edit(Reply::Customer, "Hello Ada".to_owned(), &second);
        edits.edit(Reply::Customer, "Hello again".to_owned(), &second);
        assert_eq!(state(&edits, &second), None);
    }

    #[test]
    fn a_text_that_was_edited_before_names_were_replaced_says_so() {
        let mut edits = Edits::default();
        let named = replies("Hello web-7");
        edits.edit(Reply::Customer, "Hi web-7".to_owned(), &named);
        let redacted = Replies {
            redacted: true,
            ..replies("Hello host-1")
        };
        assert_eq!(
            edits.state(Reply::Customer, &redacted, true),
            Some(Edited::WithNames)
        );
        edits.drop_edit(Reply::Customer);
        // Redaction is on, and the text without names is still on its way.
        edits.edit(Reply::Customer, "Hi web-7".to_owned(), &named);
        assert_eq!(
            edits.state(Reply::Customer, &redacted, true),
            Some(Edited::WithNames)
        );
        edits.drop_edit(Reply::Customer);
        edits.edit(Reply::Customer, "Hi host-1".to_owned(), &redacted);
        assert_eq!(
            edits.state(Reply::Customer, &redacted, true),
            Some(Edited::Own)
        );
    }
}
