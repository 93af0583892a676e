//! Asking: questions about the open flare, and what is done with their answers.

use std::sync::Arc;
use std::time::Duration;

use super::interface::{Deliver, Effect, Outgoing, Page, Timer};
use super::link::WorkerId;
use super::screen::{ManualCopy, Preview};
use super::{Session, opening, words};
use engine::protocol::{
    ExportFormat, ExportOptions, Question, Request, Response, TableForm, TopQuestion, UserError,
};

/// How long typing has to rest before the worker is asked for what comes of it.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

/// What an answer is awaited for.
pub(super) enum Asked<P: Page> {
    /// A form of the report, for the user to take away.
    Export {
        /// Where to.
        deliver: Deliver,
        /// With names replaced.
        redacted: bool,
    },
    /// What answers the ticket, with symptom and link.
    Summary,
    /// All else of the flare whose summary is shown.
    Details,
    /// What redaction replaces.
    Preview,
    /// Rows of a table.
    Top(P::Table),
    /// A table as a text, to be copied.
    TopText {
        /// With names replaced.
        redacted: bool,
    },
    /// Whether choices can be used.
    Check(P::Reply),
    /// Whether the choices that were kept can still be used.
    CheckKept,
    /// The flare that is on the page, for a worker that does not have it yet.
    Reopen,
}

/// A question that was asked, and of which worker.
pub(super) struct Pending<P: Page> {
    pub(super) id: u32,
    pub(super) worker: WorkerId,
    pub(super) asked: Asked<P>,
}

/// What goes behind the word that a text is out.
const fn remark(redacted: bool) -> &'static str {
    if redacted { words::REDACTED } else { "" }
}

impl<P: Page> Session<P> {
    /// Asks what any worker can answer.
    pub(super) fn ask(&mut self, question: Question, asked: Asked<P>) {
        let holder = self.current.as_ref().and_then(|it| it.holder);
        let worker = holder.unwrap_or_else(|| self.reader());
        self.ask_worker(worker, Request::Ask(question), Vec::new(), asked);
    }

    fn ask_worker(
        &mut self,
        worker: WorkerId,
        request: Request,
        files: Vec<P::File>,
        asked: Asked<P>,
    ) {
        let id = self.send(worker, request, files);
        self.asked.push(Pending { id, worker, asked });
    }

    /// Asks something about the open flare.
    fn ask_about_flare(&mut self, question: Question, asked: Asked<P>) {
        let Some(current) = &self.current else {
            return;
        };
        if current.holder.is_none() {
            self.reopen();
        }
        self.ask(question, asked);
    }

    /// The worker that held the flare is lost: another one reads it. The report is already on the page,
    /// so only a failure is of interest, and what the page still lacks.
    pub(super) fn reopen(&mut self) {
        let Some(current) = &self.current else {
            return;
        };
        let (open, files) = opening::request(&current.source, &current.choices);
        // Whoever would read the next flare, unless it does so right now.
        let holder = if self.opening.is_some() {
            let (holder, step) = self.workers.begin();
            self.worker(step);
            holder
        } else {
            let holder = self.reader();
            self.reader = None;
            holder
        };
        if let Some(current) = &mut self.current {
            current.holder = Some(holder);
        }
        self.ask_worker(holder, open, files, Asked::Reopen);
    }

    /// Asks for the open flare's report in another form, to deliver it.
    pub(super) fn export(&mut self, format: ExportFormat, deliver: Deliver) {
        let options = self.options.clone();
        let redacted = options.redact;
        self.ask_about_flare(
            Question::Export { format, options },
            Asked::Export { deliver, redacted },
        );
    }

    /// Asks for what answers the ticket with symptom and link once typing rests.
    pub(super) fn typed(&mut self, symptom: String, link: String) {
        self.options.symptom = symptom;
        self.options.link = link;
        self.typed = self.typed.wrapping_add(1);
        self.effect(Effect::After(TYPING_PAUSE, Timer::Typing(self.typed)));
    }

    pub(super) fn refresh_summary(&mut self) {
        // Only the last answer is of interest.
        self.asked.retain(|it| !matches!(it.asked, Asked::Summary));
        let options = self.options.clone();
        self.ask_about_flare(Question::Summary { options }, Asked::Summary);
    }

    pub(super) fn redact(&mut self, on: bool) {
        self.options.redact = on;
        self.refresh_summary();
        self.say(words::redaction(on));
    }

    /// Asks what redaction replaces, to show it.
    pub(super) fn preview(&mut self) {
        self.has_preview = true;
        self.effect(Effect::Preview(Some(Preview::Loading)));
        let options = ExportOptions {
            redact: true,
            ..self.options.clone()
        };
        self.ask_about_flare(Question::Preview { options }, Asked::Preview);
    }

    /// Asks for rows of a table.
    pub(super) fn top(&mut self, question: TopQuestion, table: P::Table) {
        self.ask_about_flare(Question::Top(question), Asked::Top(table));
    }

    /// Asks for all rows of a table as a text, to copy it.
    pub(super) fn copy_table(&mut self, table: TopQuestion, form: TableForm) {
        let redacted = self.options.redact;
        let question = Question::TopText {
            table,
            form,
            redact: redacted,
        };
        self.ask_about_flare(question, Asked::TopText { redacted });
    }

    /// Unless the user has closed it.
    fn show_preview(&mut self, preview: Preview) {
        if self.has_preview {
            self.effect(Effect::Preview(Some(preview)));
        }
    }

    pub(super) fn is_asked(&self, id: u32) -> bool {
        self.asked.iter().any(|it| it.id == id)
    }

    /// The worker has given the first part of a flare, and not yet the second.
    pub(super) fn is_detailing(&self, worker: WorkerId) -> bool {
        let mut of_it = self.asked.iter().filter(|it| it.worker == worker);
        of_it.any(|it| matches!(it.asked, Asked::Details))
    }

    /// Takes in an answer, unless what was asked is of no interest any more.
    pub(super) fn answered(&mut self, id: u32, response: Response) {
        let Some(index) = self.asked.iter().position(|it| it.id == id) else {
            return;
        };
        let is_part = matches!(response, Response::Progress(_) | Response::Summary(_));
        if is_part
            && matches!(
                self.asked.get(index).map(|it| &it.asked),
                Some(Asked::Reopen)
            )
        {
            // Of a flare that is opened again.
            return;
        }
        let Pending { asked, .. } = self.asked.remove(index);
        match (asked, response) {
            (
                Asked::Export { .. } | Asked::Summary | Asked::Top(_) | Asked::TopText { .. },
                Response::Failed(error),
            ) => {
                self.say(words::in_short(&error));
            }
            (Asked::Preview, Response::Failed(error)) => self.show_preview(Preview::Failed(error)),
            (Asked::Check(reply), Response::Failed(error)) => {
                self.effect(Effect::Reply(reply, Err(error)));
            }
            (Asked::CheckKept, Response::Failed(error)) => self.kept_are_of_no_use(&error),
            (Asked::Reopen, Response::Failed(error)) => self.not_reopened(error),
            (
                Asked::Export { deliver, redacted },
                Response::Exported {
                    format,
                    file_name,
                    media_type,
                    text,
                },
            ) => self.effect(Effect::Deliver(Outgoing {
                deliver,
                name: match deliver {
                    Deliver::Copy => words::format_name(format).to_owned(),
                    Deliver::Save => file_name,
                },
                media_type,
                text,
                remark: remark(redacted),
            })),
            (Asked::TopText { redacted }, Response::TopText { name, text }) => {
                self.effect(Effect::Deliver(Outgoing {
                    remark: remark(redacted),
                    ..Outgoing::copy(name, text)
                }));
            }
            (Asked::Summary, Response::Summary(summary)) => {
                self.effect(Effect::Summary(Arc::new(*summary)));
            }
            (Asked::Details, Response::Opened(details)) => self.detailed(Arc::new(*details)),
            (Asked::Check(reply), Response::Checked(view)) => {
                self.effect(Effect::Reply(reply, Ok(view)));
            }
            (Asked::Preview, Response::Preview(replacements)) => {
                self.show_preview(Preview::Ready(Arc::new(replacements)));
            }
            (Asked::Top(table), Response::Top(rows)) => self.effect(Effect::Table(table, rows)),
            (Asked::Reopen, Response::Opened(details)) => self.detailed(Arc::new(*details)),
            // Kept choices that are still good.
            _ => {}
        }
    }

    /// The flare on the page was moved, changed or locked since, so that nothing can be asked about
    /// it any more; what was asked goes unanswered.
    fn not_reopened(&mut self, error: UserError) {
        if let Some(holder) = self.current.as_ref().and_then(|it| it.holder) {
            self.end(holder);
        }
        self.say(words::in_short(&error));
        self.show_preview(Preview::Failed(error));
    }

    pub(super) fn delivered(&mut self, what: Outgoing, is_done: bool) {
        if is_done {
            self.say(words::delivered(&what));
        } else {
            let Outgoing { name, text, .. } = what;
            self.effect(Effect::ManualCopy(ManualCopy { name, text }));
        }
    }
}
