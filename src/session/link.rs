//! The link to the worker: fetch what it is made of, start it, keep messages until it is ready.
//!
//! Knows nothing of what is said over it.

use std::mem;

/// What is to be done about the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToWorker<M> {
    /// Get what workers are started from.
    Fetch,
    /// Start one. It is heard of when it is ready, or when it is lost.
    Start,
    /// Send it a message.
    Post(M),
    /// End it. Nothing of it is heard any more.
    End,
}

/// What workers are started from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Files {
    #[default]
    Missing,
    Coming,
    Here,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Worker {
    #[default]
    None,
    /// Would lose messages.
    Starting,
    Ready,
}

/// One worker at a time, or none.
#[derive(Debug)]
pub(super) struct Link<M> {
    files: Files,
    worker: Worker,
    /// For when it is ready.
    waiting: Vec<M>,
}

impl<M> Default for Link<M> {
    fn default() -> Self {
        Self {
            files: Files::default(),
            worker: Worker::default(),
            waiting: Vec::new(),
        }
    }
}

impl<M> Link<M> {
    /// Starts a worker unless there is one, or one will start as soon as its files are here.
    pub(super) fn ensure(&mut self) -> Option<ToWorker<M>> {
        match (self.worker, self.files) {
            (Worker::None, Files::Here) => {
                self.worker = Worker::Starting;
                Some(ToWorker::Start)
            }
            (Worker::None, Files::Missing) => {
                self.files = Files::Coming;
                Some(ToWorker::Fetch)
            }
            _ => None,
        }
    }

    /// The files are here.
    pub(super) fn fetched(&mut self) -> Option<ToWorker<M>> {
        self.files = Files::Here;
        self.ensure()
    }

    /// The files could not be had; whoever needs a worker next tries again.
    pub(super) const fn not_fetched(&mut self) {
        self.files = Files::Missing;
    }

    /// Sends, or keeps until the worker is ready.
    pub(super) fn send(&mut self, message: M) -> Option<ToWorker<M>> {
        if self.worker == Worker::Ready {
            return Some(ToWorker::Post(message));
        }
        self.waiting.push(message);
        self.ensure()
    }

    /// The worker takes messages from now on.
    pub(super) fn ready(&mut self) -> impl Iterator<Item = ToWorker<M>> + use<M> {
        self.worker = Worker::Ready;
        mem::take(&mut self.waiting).into_iter().map(ToWorker::Post)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.worker == Worker::Ready
    }

    /// Ends the worker and forgets what waits for it.
    pub(super) fn end(&mut self) -> Option<ToWorker<M>> {
        self.waiting.clear();
        let before = mem::take(&mut self.worker);
        (before != Worker::None).then_some(ToWorker::End)
    }
}

#[cfg(test)]
mod tests {
    use super::{Link, ToWorker};

    #[test]
    fn messages_wait_for_files_start_and_ready() {
        let mut link = Link::default();
        assert_eq!(link.send('a'), Some(ToWorker::Fetch));
        assert_eq!(link.send('b'), None);
        assert_eq!(link.fetched(), Some(ToWorker::Start));
        assert_eq!(link.send('c'), None);
        let posted: Vec<_> = link.ready().collect();
        assert_eq!(posted, ['a', 'b', 'c'].map(ToWorker::Post));
        assert_eq!(link.send('d'), Some(ToWorker::Post('d')));
        assert_eq!(link.ensure(), None);
    }

    #[test]
    fn an_ended_worker_takes_what_waits_for_it_along_and_the_files_stay() {
        let mut link = Link::default();
        link.send('a');
        link.fetched();
        assert_eq!(link.end(), Some(ToWorker::End));
        assert_eq!(link.end(), None);
        assert_eq!(link.ensure(), Some(ToWorker::Start));
        assert_eq!(link.ready().count(), 0);
    }

    #[test]
    fn files_that_could_not_be_had_are_asked_for_again() {
        let mut link = Link::<char>::default();
        assert_eq!(link.ensure(), Some(ToWorker::Fetch));
        assert_eq!(link.ensure(), None);
        link.not_fetched();
        assert_eq!(link.ensure(), Some(ToWorker::Fetch));
    }
}
