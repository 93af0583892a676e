//! Reads a flare's files and remembers what became of each.

use std::collections::HashMap;

use flare::yaml::limit_met;
use flare::{Entry, Flare, Role, TextLimits};
use report::model::{FileFact, FileFate};
use report::screen::{Progress, Stage};
use report::texts::progress::stage as words;

/// What reading and decoding an entry costs: about what reading so many bytes of text does. Profiles are
/// packed once more inside, and walked several times.
fn work(entry: &Entry) -> u64 {
    match entry.role {
        Role::Unneeded(_) | Role::Trace { .. } => 0,
        Role::Profile { .. } => entry.size.saturating_mul(8),
        _ => entry.size,
    }
}

/// How far the work is: `done` of what a stage has to do.
pub(crate) fn progress(
    stage: Stage,
    what: String,
    (done, total): (u64, u64),
    finished: &[String],
) -> Progress {
    Progress {
        stage: words(stage).to_owned(),
        what,
        permille: Some(stage.permille(done, total)),
        finished: finished.to_vec(),
    }
}

/// Reads a flare's files and remembers the fate of each.
pub(super) struct Reader<'f> {
    pub(super) flare: &'f mut Flare,
    pub(super) fates: HashMap<usize, FileFate>,
    pub(super) progress: &'f mut dyn FnMut(Progress),
    done: u64,
    total: u64,
    /// Processes whose profiles are all decoded.
    finished: Vec<String>,
    /// Bytes of YAML and JSON so far.
    tree_bytes: u64,
}

impl<'f> Reader<'f> {
    pub(super) fn new(flare: &'f mut Flare, progress: &'f mut dyn FnMut(Progress)) -> Self {
        let total = flare
            .entries()
            .iter()
            .map(work)
            .fold(0, u64::saturating_add);
        Self {
            flare,
            fates: HashMap::new(),
            progress,
            done: 0,
            total,
            finished: Vec::new(),
            tree_bytes: 0,
        }
    }

    pub(super) fn tell(&mut self, index: usize) {
        let entry = self.flare.entries().get(index);
        let what = entry.map(|entry| entry.path.clone()).unwrap_or_default();
        let work = entry.map_or(0, work);
        let done = (self.done, self.total);
        (self.progress)(progress(Stage::Reading, what, done, &self.finished));
        // Sizes are declared, so they may be anything.
        self.done = self.done.saturating_add(work);
    }

    /// All profiles of this process are decoded.
    pub(super) fn finish(&mut self, process: &str) {
        self.finished.push(process.to_owned());
    }

    /// A later stage, of which so much is done.
    pub(super) fn tell_stage(&mut self, stage: Stage, what: &str, done: usize, total: usize) {
        let done = (done as u64, total as u64);
        (self.progress)(progress(stage, what.to_owned(), done, &self.finished));
    }

    /// The text of the entry with that role, if it can be read.
    pub(super) fn text(&mut self, role: &Role) -> Option<String> {
        let index = self.flare.find(role)?;
        self.tell(index);
        if is_tree(role) && !self.has_room(index) {
            return None;
        }
        match self.flare.read_text(index) {
            Ok((text, is_cut)) => {
                let limit_met = is_tree(role)
                    .then(|| limit_met(&text, &TextLimits::default()))
                    .flatten();
                let fate = FileFate::Read {
                    role: role.clone(),
                    is_cut,
                    limit_met,
                };
                self.fates.insert(index, fate);
                Some(text)
            }
            Err(error) => {
                let fate = FileFate::Unread(error.fault.into());
                self.fates.insert(index, fate);
                None
            }
        }
    }

    /// Whether one more file of YAML or JSON may be parsed; says so where not.
    fn has_room(&mut self, index: usize) -> bool {
        let limits = TextLimits::default();
        let size = self
            .flare
            .entries()
            .get(index)
            .map_or(0, |entry| entry.size)
            // No more of a file is parsed.
            .min(limits.bytes as u64);
        let limit = limits.bytes_in_total;
        if self.tree_bytes.saturating_add(size) > limit {
            let fate = FileFate::TooMuchToParse { limit };
            self.fates.insert(index, fate);
            return false;
        }
        self.tree_bytes = self.tree_bytes.saturating_add(size);
        true
    }
}

/// The file is YAML or JSON.
const fn is_tree(role: &Role) -> bool {
    matches!(
        role,
        Role::RuntimeConfig
            | Role::ProcessAgentConfig
            | Role::SystemProbeConfig
            | Role::SystemProbeVars
            | Role::HostMetadata
            | Role::InventoryHost
            | Role::InstallInfo
            | Role::Memstats
            | Role::AggregatorVars
            | Role::ForwarderVars
            | Role::RtloaderVars
            | Role::TraceAgentVars
            | Role::Health
            | Role::VersionHistory
            | Role::KubeletPods
            | Role::DockerInspect
            | Role::EcsMetadata
            | Role::TaggerList
            | Role::HealthIssues
    )
}

/// What became of an entry.
pub(super) fn file_fact(entry: &Entry, fate: Option<&FileFate>) -> FileFact {
    let fate = match (&entry.problem, fate) {
        // Other fates of a damaged entry are of what could be read of it.
        (Some(problem), Some(fate)) if !fate.is_failure() => {
            FileFate::Unread(problem.fault.clone().into())
        }
        (_, Some(fate)) => fate.clone(),
        (Some(problem), None) => FileFate::Unread(problem.fault.clone().into()),
        (None, None) => match &entry.role {
            Role::Trace { .. } | Role::LocalMarker => FileFate::Noted(entry.role.clone()),
            role => FileFate::Unused(role.clone()),
        },
    };
    FileFact {
        path: entry.path.clone(),
        size: entry.size,
        fate,
    }
}
