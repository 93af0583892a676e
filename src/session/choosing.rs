//! Choosing: what flares are judged by.

use super::asking::Asked;
use super::interface::{Effect, Page};
use super::screen::Screen;
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
        let reading = outdated.as_ref().map(|source| source.name.as_str());
        let said = words::chosen(said, is_kept, reading);
        if let Some(source) = outdated {
            self.open(source);
        }
        self.say(said);
    }

    /// What is shown, or being read, but not by the choices in force.
    fn outdated(&self) -> Option<Source<P::File>> {
        let (source, judged_by) = match self.screen {
            Screen::Ready(_) => self.current.as_ref().map(|it| (&it.source, &it.choices))?,
            // While a folder is being listed there is nothing yet that could be outdated.
            Screen::Loading { .. } => self.opening.as_ref().map(|it| (&it.source, &it.choices))?,
            Screen::Empty | Screen::Failed(_) => return None,
        };
        (*judged_by != self.choices).then(|| source.clone())
    }
}
