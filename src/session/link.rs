//! The links to workers: fetch what they are made of, start one, keep messages until it is ready.
//!
//! Knows nothing of what is said over them.

use std::mem;

/// One of the workers that were ever started, or are to be. No number is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerId(pub u32);

/// What is to be done about workers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToWorker<M> {
    /// Get what all workers are started from.
    Fetch,
    /// Start this one. It is heard of when it is ready, or when it is lost.
    Start(WorkerId),
    /// Send it a message.
    Post(WorkerId, M),
    /// End it. Nothing of it is heard any more.
    End(WorkerId),
}

/// What workers are started from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Files {
    #[default]
    Missing,
    Coming,
    Here,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// For the files.
    Waiting,
    /// Would lose messages.
    Starting,
    Ready,
}

#[derive(Debug)]
struct Link<M> {
    id: WorkerId,
    state: State,
    /// For when it is ready.
    waiting: Vec<M>,
}

/// The workers that there are, and what they are started from.
#[derive(Debug)]
pub(super) struct Workers<M> {
    files: Files,
    last: u32,
    links: Vec<Link<M>>,
}

impl<M> Default for Workers<M> {
    fn default() -> Self {
        Self {
            files: Files::default(),
            last: 0,
            links: Vec::new(),
        }
    }
}

impl<M> Workers<M> {
    /// Starts one more, now or as soon as its files are here.
    pub(super) fn begin(&mut self) -> (WorkerId, Option<ToWorker<M>>) {
        self.last = self.last.wrapping_add(1);
        let id = WorkerId(self.last);
        let (state, step) = match self.files {
            Files::Here => (State::Starting, Some(ToWorker::Start(id))),
            Files::Coming => (State::Waiting, None),
            Files::Missing => {
                self.files = Files::Coming;
                (State::Waiting, Some(ToWorker::Fetch))
            }
        };
        let waiting = Vec::new();
        self.links.push(Link { id, state, waiting });
        (id, step)
    }

    /// The files are here.
    pub(super) fn fetched(&mut self) -> Vec<ToWorker<M>> {
        self.files = Files::Here;
        let links = self.links.iter_mut();
        let waiting = links.filter(|link| link.state == State::Waiting);
        waiting
            .map(|link| {
                link.state = State::Starting;
                ToWorker::Start(link.id)
            })
            .collect()
    }

    /// The files could not be had; whoever needs a worker next tries again. Gives those that waited.
    pub(super) fn not_fetched(&mut self) -> Vec<WorkerId> {
        self.files = Files::Missing;
        let links = self.links.iter();
        let waiting = links.filter(|link| link.state == State::Waiting);
        waiting.map(|link| link.id).collect()
    }

    /// Sends, or keeps until the worker is ready.
    pub(super) fn send(&mut self, id: WorkerId, message: M) -> Option<ToWorker<M>> {
        let link = self.find(id)?;
        if link.state == State::Ready {
            return Some(ToWorker::Post(id, message));
        }
        link.waiting.push(message);
        None
    }

    /// The worker takes messages from now on.
    pub(super) fn ready(&mut self, id: WorkerId) -> Vec<ToWorker<M>> {
        let Some(link) = self.find(id) else {
            return Vec::new();
        };
        link.state = State::Ready;
        let waiting = mem::take(&mut link.waiting).into_iter();
        waiting.map(|message| ToWorker::Post(id, message)).collect()
    }

    pub(super) fn is_ready(&self, id: WorkerId) -> bool {
        let is_it = |link: &Link<M>| link.id == id && link.state == State::Ready;
        self.links.iter().any(is_it)
    }

    /// Neither ended nor unheard of.
    pub(super) fn knows(&self, id: WorkerId) -> bool {
        self.links.iter().any(|link| link.id == id)
    }

    /// Ends the worker and forgets what waits for it.
    pub(super) fn end(&mut self, id: WorkerId) -> Option<ToWorker<M>> {
        let at = self.links.iter().position(|link| link.id == id)?;
        let was_started = self.links.remove(at).state != State::Waiting;
        was_started.then_some(ToWorker::End(id))
    }

    fn find(&mut self, id: WorkerId) -> Option<&mut Link<M>> {
        self.links.iter_mut().find(|link| link.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::{ToWorker, WorkerId, Workers};

    #[test]
    fn messages_wait_for_files_start_and_ready() {
        let mut workers = Workers::default();
        let (first, step) = workers.begin();
        assert_eq!(step, Some(ToWorker::Fetch));
        assert_eq!(workers.send(first, 'a'), None);
        let (second, step) = workers.begin();
        assert_eq!(step, None);
        let started = [first, second].map(ToWorker::Start);
        assert_eq!(workers.fetched(), started);
        assert_eq!(workers.send(first, 'b'), None);
        assert_eq!(workers.send(second, 'c'), None);
        let posted = ['a', 'b'].map(|message| ToWorker::Post(first, message));
        assert_eq!(workers.ready(first), posted);
        let posted = ToWorker::Post(first, 'd');
        assert_eq!(workers.send(first, 'd'), Some(posted));
        assert!(workers.is_ready(first) && !workers.is_ready(second));
        assert_eq!(workers.begin().1, Some(ToWorker::Start(WorkerId(3))));
    }

    #[test]
    fn an_ended_worker_takes_what_waits_for_it_along_and_the_files_stay() {
        let mut workers = Workers::default();
        let (first, _) = workers.begin();
        workers.fetched();
        workers.send(first, 'a');
        assert_eq!(workers.end(first), Some(ToWorker::End(first)));
        assert_eq!(workers.end(first), None);
        assert!(!workers.knows(first));
        assert_eq!(workers.send(first, 'b'), None);
        assert!(workers.ready(first).is_empty());
        let (second, step) = workers.begin();
        assert_eq!(step, Some(ToWorker::Start(second)));
        assert!(workers.ready(second).is_empty());
    }

    #[test]
    fn files_that_could_not_be_had_are_asked_for_again() {
        let mut workers = Workers::<char>::default();
        let (first, _) = workers.begin();
        assert_eq!(workers.not_fetched(), [first]);
        // There is nothing that could be ended.
        assert_eq!(workers.end(first), None);
        assert_eq!(workers.begin().1, Some(ToWorker::Fetch));
    }
}
