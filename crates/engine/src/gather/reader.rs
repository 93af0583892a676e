//! Reads a flare's files and remembers what became of each.

use std::collections::HashMap;

use flare::yaml::limit_met;
use flare::{Entry, EntryError, Flare, Role, TextLimits};
use report::document::FileRole;
use report::errors::chain;
use report::model::FileFact;
use report::screen::Progress;

/// What became of an entry while it was read.
pub(super) enum Fate {
    Used(String),
    Noted(String),
    Failed(String),
    Unused(String),
}

/// Reads a flare's files and remembers the fate of each.
pub(super) struct Reader<'f> {
    pub(super) flare: &'f mut Flare,
    pub(super) fates: HashMap<usize, Fate>,
    pub(super) progress: &'f mut dyn FnMut(Progress),
    pub(super) done: u64,
    pub(super) total: u64,
    /// Bytes of YAML and JSON so far.
    tree_bytes: u64,
}

impl<'f> Reader<'f> {
    pub(super) fn new(
        flare: &'f mut Flare,
        progress: &'f mut dyn FnMut(Progress),
        total: u64,
    ) -> Self {
        Self {
            flare,
            fates: HashMap::new(),
            progress,
            done: 0,
            total,
            tree_bytes: 0,
        }
    }

    pub(super) fn tell(&mut self, index: usize) {
        let entry = self.flare.entries().get(index);
        let what = entry.map(|entry| entry.path.clone()).unwrap_or_default();
        let size = entry.map_or(0, |entry| entry.size);
        (self.progress)(Progress {
            what,
            done: self.done,
            total: self.total,
        });
        // Sizes are declared, so they may be anything.
        self.done = self.done.saturating_add(size);
    }

    /// The text of the entry with that role, if it can be read.
    pub(super) fn text(&mut self, role: &Role) -> Option<String> {
        let index = self.flare.find(role)?;
        self.tell(index);
        if is_tree(role) && !self.has_room(index) {
            return None;
        }
        match self.flare.read_text(index) {
            Ok((text, cut)) => {
                let cut = if cut {
                    ", only its beginning was read"
                } else {
                    ""
                };
                let met = is_tree(role)
                    .then(|| limit_met(&text, &TextLimits::default()))
                    .flatten()
                    .map_or_else(String::new, |met| format!(": {met}"));
                self.fates
                    .insert(index, Fate::Used(format!("{}{cut}{met}", role.title())));
                Some(text)
            }
            Err(error) => {
                self.fates
                    .insert(index, Fate::Failed(error.fault.to_string()));
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
            let why = format!(
                "is left out: with it, files of YAML and JSON would have more than {limit} bytes, the limit for all \
                 of them; smaller ones are read"
            );
            self.fates.insert(index, Fate::Failed(why));
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
    )
}

/// What is wrong with an entry.
pub(super) fn entry_problem(error: &EntryError) -> String {
    chain(&error.fault)
}

/// What became of an entry.
pub(super) fn file_fact(entry: &Entry, fate: Option<&Fate>) -> FileFact {
    let (role, reason) = match (&entry.problem, fate) {
        (_, Some(Fate::Failed(why))) => (FileRole::Failed, why.clone()),
        (Some(problem), _) => (FileRole::Failed, entry_problem(problem)),
        (None, Some(Fate::Used(what))) => (FileRole::Used, what.clone()),
        (None, Some(Fate::Noted(what))) => (FileRole::Noted, what.clone()),
        (None, Some(Fate::Unused(why))) => (FileRole::Unused, why.clone()),
        (None, None) => match &entry.role {
            Role::Trace { .. } | Role::LocalMarker => (FileRole::Noted, entry.role.title()),
            role => (FileRole::Unused, role.title()),
        },
    };
    FileFact {
        path: entry.path.clone(),
        size: entry.size,
        role,
        reason,
    }
}
