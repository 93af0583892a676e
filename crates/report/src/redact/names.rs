//! The names that a flare gives, found in a text whatever their case.

use std::collections::{BTreeMap, BTreeSet};

use super::{Names, address, words};

/// Longer ones are no names: the longest that systems allow have 253 characters.
const LONGEST: usize = 256;

/// What a known name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Host,
    Pod,
    Container,
}

/// What surrounds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// All names are found.
    Prose,
    /// Unmistakable ones are found.
    Url,
    /// Unmistakable ones are found that are no part of an identifier.
    Code,
}

/// A name within the tree of all names.
#[derive(Clone, Copy, Debug)]
struct End {
    kind: Kind,
    /// Has a digit, a dot or a dash: no word of a language, so it may be replaced within code.
    is_unmistakable: bool,
}

/// All names, as a tree of letters: finding the longest takes as many steps as it has letters,
/// however many names there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    steps: BTreeMap<(usize, char), usize>,
    ends: BTreeMap<usize, End>,
    nodes: usize,
    /// All of them as they are, also those too ordinary to be found in sentences.
    all: BTreeSet<String>,
}

impl Known {
    pub(super) fn new(names: &Names) -> Self {
        let mut known = Self::default();
        let lists = [
            (Kind::Host, &names.hosts),
            (Kind::Pod, &names.pods),
            (Kind::Container, &names.containers),
        ];
        for (kind, list) in lists {
            for name in list {
                known.add(kind, name);
                if kind == Kind::Host
                    && address(name).is_none()
                    && let Some((short, _)) = name.trim().split_once('.')
                {
                    known.add(kind, short);
                }
            }
        }
        known
    }

    /// What comes first keeps its kind: the name of a host that is also that of a pod is a host's.
    fn add(&mut self, kind: Kind, name: &str) {
        let name: String = name.trim().chars().map(fold).collect();
        // Docker writes `/redis`.
        let name = name
            .trim_matches(|letter: char| !letter.is_alphanumeric())
            .to_owned();
        let is_new = self.all.insert(name.clone());
        // Addresses are found by their form.
        let fits = is_new
            && name.chars().count() <= LONGEST
            && words::is_name(&name)
            && address(&name).is_none();
        if !fits {
            return;
        }
        let mut node = 0;
        for letter in name.chars() {
            let nodes = &mut self.nodes;
            node = *self.steps.entry((node, letter)).or_insert_with(|| {
                *nodes += 1;
                *nodes
            });
        }
        self.ends.entry(node).or_insert(End {
            kind,
            is_unmistakable: name
                .chars()
                .any(|letter| letter.is_numeric() || matches!(letter, '.' | '-')),
        });
    }

    /// Does the flare give this name, in any case?
    pub(super) fn contains(&self, name: &str) -> bool {
        let folded: String = name.chars().map(fold).collect();
        self.all.contains(&folded)
    }

    /// The longest name that the text starts with and that ends there: its length and kind.
    pub(super) fn longest(&self, text: &str, within: Within) -> Option<(usize, Kind)> {
        let mut found = None;
        let mut node = 0;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let Some(next) = self.steps.get(&(node, fold(letter))) else {
                break;
            };
            node = *next;
            let ends_here = letters.peek().is_none_or(|(_, letter)| {
                !(letter.is_alphanumeric() || (within == Within::Code && *letter == '_'))
            });
            if ends_here
                && let Some(end) = self.ends.get(&node)
                && (end.is_unmistakable || within == Within::Prose)
            {
                found = Some((at + letter.len_utf8(), end.kind));
            }
        }
        found
    }
}

/// One letter in lower case. Letters that become two keep the first: both sides do the same.
fn fold(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}
