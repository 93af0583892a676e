//! Choosing: what flares are judged by.

use super::asking::Asked;
use super::interface::{Effect, Page};
use super::{Session, words};
use crate::source::Source;
use engine::protocol::{Choices, Question, UserError};

impl<P: Page> Session<P> {
    /// Asks whether choices can be used, and what they come to.
    pub(super) fn check(&mut self, choices: Choices, reply: P::Reply) {
        self.ask(Question::Check { choices }, Asked::Check(reply));
    }

    /// Asks the same of what was kept: another version may have kept it.
    pub(super) fn check_kept(&mut self) {
        if self.choices != Choices::default() {
            let choices = self.choices.clone();
            self.ask(Question::Check { choices }, Asked::CheckKept);
        }
    }

    pub(super) fn kept_are_of_no_use(&mut self, error: &UserError) {
        self.choices = Choices::default();
        self.effect(Effect::Forget);
        self.effect(Effect::Choices {
            choices: Choices::default(),
            are_unkept: false,
        });
        self.say(words::forgotten(error));
    }

    /// Judges by these from now on, and reads the open flare again.
    pub(super) fn kept(&mut self, choices: Choices, said: &str, is_kept: bool) {
        self.choices = choices.clone();
        self.effect(Effect::Choices {
            choices,
            are_unkept: !is_kept,
        });
        let outdated = self.outdated();
        let reading = outdated.as_ref().map(|(source, _)| source.name.as_str());
        let said = words::chosen(said, is_kept, reading);
        match outdated {
            Some((source, true)) => self.open_again(source),
            Some((source, false)) => self.open(source),
            None => {}
        }
        self.say(said);
    }

    /// What is shown, or being read, but not by the choices in force; and whether it is what is shown.
    fn outdated(&self) -> Option<(Source<P::File>, bool)> {
        let (source, judged_by, is_shown) = match (&self.opening, &self.current) {
            (Some(opening), _) => (&opening.source, &opening.choices, opening.is_again),
            // While a folder is being listed, what it will hold is judged by them anyway.
            (None, Some(current)) if self.reading.is_none() => {
                (&current.source, &current.choices, true)
            }
            _ => return None,
        };
        (*judged_by != self.choices).then(|| (source.clone(), is_shown))
    }
}
