//! Takes out of a text what points at the customer's machines, and puts pseudonyms in its place.
//!
//! One [`Redactor`] serves one report. Everything that leaves passes it before any writer sees it,
//! so that all formats agree: what was one name stays one name. What a text becomes depends on the
//! text and on the [`Names`] alone; only the numbers of pseudonyms follow the order of the texts.
//!
//! - `forms`, `paths`: what an address, a path, a host name, … looks like. No memory, no names.
//! - `names`: the names that the flare gives.
//! - `words`: what is never taken for a name, and which domains belong to everybody.
//! - `scan`: one pass over a text that asks both at every place where something can start.
//!
//! Each place of a text is looked at a bounded number of times, whatever the text.

mod forms;
mod names;
mod paths;
mod scan;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use names::{Kind, Known};

/// Names that the flare gives. All of them belong here before the first text: a name that becomes
/// known later stays in the texts before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Short or full.
    pub hosts: Vec<String>,
    /// Names and ids of containers.
    pub containers: Vec<String>,
    /// Names of pods.
    pub pods: Vec<String>,
}

/// What a text is, and with it how sure a match must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Sentences, values, paths of files, messages: every form is replaced.
    Prose,
    /// Names of functions and mappings, the profiler's own lines: only what can't be code is
    /// replaced. That is addresses, e-mail, absolute paths, URLs, `ip-…` names, generated names of
    /// pods and containers, and known names with a digit, a dot or a dash.
    Code,
}

/// What was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A host name, short or full.
    Host,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A path of Unix or Windows, or the path of a URL.
    Path,
    /// The value of a `key:value` tag.
    Tag,
    /// Name or id of a container.
    Container,
    /// Name of a pod.
    Pod,
    /// An e-mail address.
    Email,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Host,
        Self::Ipv4,
        Self::Ipv6,
        Self::Path,
        Self::Tag,
        Self::Container,
        Self::Pod,
        Self::Email,
    ];

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Host => "Host name",
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Path => "Path",
            Self::Tag => "Tag value",
            Self::Container => "Container",
            Self::Pod => "Pod",
            Self::Email => "E-mail address",
        }
    }

    /// What its pseudonyms start with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Ipv4 => "ip",
            Self::Ipv6 => "ipv6",
            Self::Path => "path",
            Self::Tag => "tag",
            Self::Container => "container",
            Self::Pod => "pod",
            Self::Email => "email",
        }
    }
}

/// One original and what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// What it is.
    pub form: Form,
    /// As it stood in the text. Two spellings of one thing are two originals with one pseudonym.
    pub original: String,
    /// What stands there now.
    pub pseudonym: String,
    /// How often it was replaced.
    pub count: usize,
}

/// Replaces, and remembers what it replaced. One for each report.
#[derive(Clone, Debug)]
pub struct Redactor {
    known: Known,
    hosts: Hosts,
    /// Numbers of pseudonyms by what they stand for.
    numbers: BTreeMap<(Form, String), usize>,
    /// The last number of each form.
    last: BTreeMap<Form, usize>,
    replacements: Vec<Replacement>,
    /// Places in `replacements` by form and original.
    places: BTreeMap<(Form, String), usize>,
}

impl Redactor {
    /// A redactor for one report.
    pub fn new(names: Names) -> Self {
        Self {
            hosts: Hosts::new(&names.hosts),
            known: Known::new(&names),
            numbers: BTreeMap::new(),
            last: BTreeMap::new(),
            replacements: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    /// The text with pseudonyms; the same text where there was nothing to replace.
    pub fn text(&mut self, text: &str, kind: Text) -> String {
        self.scan(text, kind, kind == Text::Prose)
    }

    /// A field that is a host name, whatever it looks like.
    pub fn host(&mut self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() || self.is_pseudonym(name) {
            return name.to_owned();
        }
        match address(name) {
            Some(IpAddr::V4(_)) => self.ipv4(name),
            Some(IpAddr::V6(_)) => self.ipv6(name),
            None => {
                let identity = self.hosts.identity(name);
                self.replace(Form::Host, identity, name, "")
            }
        }
    }

    /// A field that is a path, whatever it looks like. The extension stays.
    pub fn path(&mut self, path: &str) -> String {
        let path = path.trim();
        if path.is_empty() || self.is_pseudonym(path) {
            return path.to_owned();
        }
        let extension = paths::extension(path);
        self.replace(Form::Path, paths::path_identity(path), path, &extension)
    }

    /// A field that is the name or the id of a container.
    pub fn container(&mut self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() || self.is_pseudonym(name) {
            return name.to_owned();
        }
        let mut identity = name.to_lowercase();
        // The short id is the start of the long one.
        if forms::container_id(name) == Some(name.len()) {
            identity = identity.chars().take(forms::SHORT_ID).collect();
        }
        self.replace(Form::Container, identity, name, "")
    }

    /// A field that is the name of a pod.
    pub fn pod(&mut self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() || self.is_pseudonym(name) {
            return name.to_owned();
        }
        self.replace(Form::Pod, name.to_lowercase(), name, "")
    }

    /// What was replaced so far, in order of first appearance.
    pub fn replacements(&self) -> Vec<Replacement> {
        self.replacements.clone()
    }

    fn ipv4(&mut self, address: &str) -> String {
        self.replace(Form::Ipv4, address.to_owned(), address, "")
    }

    fn ipv6(&mut self, address: &str) -> String {
        // One address has many spellings.
        let (bare, zone) = address.split_once('%').unwrap_or((address, ""));
        let identity = match bare.parse::<Ipv6Addr>() {
            Ok(parsed) => format!("{parsed}%{zone}"),
            Err(_) => address.to_lowercase(),
        };
        self.replace(Form::Ipv6, identity, address, "")
    }

    fn email(&mut self, address: &str) -> String {
        self.replace(
            Form::Email,
            address.to_lowercase(),
            address,
            forms::EMAIL_DOMAIN,
        )
    }

    fn tag(&mut self, value: &str) -> String {
        self.replace(Form::Tag, value.to_owned(), value, "")
    }

    fn known(&mut self, kind: Kind, name: &str) -> String {
        match kind {
            Kind::Host => self.host(name),
            Kind::Pod => self.pod(name),
            Kind::Container => self.container(name),
        }
    }

    /// Is this whole text one of our pseudonyms? A name that the flare gives never is.
    fn is_pseudonym(&self, text: &str) -> bool {
        forms::pseudonym(text) == Some(text.len()) && !self.known.contains(text)
    }

    fn replace(&mut self, form: Form, identity: String, original: &str, ending: &str) -> String {
        let number = self.number(form, identity, ending);
        let pseudonym = format!("{}-{number}{ending}", form.prefix());
        let key = (form, original.to_owned());
        let place = *self.places.entry(key).or_insert_with(|| {
            self.replacements.push(Replacement {
                form,
                original: original.to_owned(),
                pseudonym: pseudonym.clone(),
                count: 0,
            });
            self.replacements.len() - 1
        });
        if let Some(replacement) = self.replacements.get_mut(place) {
            replacement.count += 1;
        }
        pseudonym
    }

    /// The number of what this stands for; the next one for something new. Numbers that would give
    /// a real name of the flare are left out.
    fn number(&mut self, form: Form, identity: String, ending: &str) -> usize {
        let prefix = form.prefix();
        let is_known = |number| {
            let bare = format!("{prefix}-{number}");
            self.known.contains(&bare) || self.known.contains(&(bare + ending))
        };
        let last = self.last.entry(form).or_insert(0);
        *self.numbers.entry((form, identity)).or_insert_with(|| {
            *last += 1;
            while is_known(*last) {
                *last += 1;
            }
            *last
        })
    }
}

/// An address, with or without brackets and zone.
fn address(text: &str) -> Option<IpAddr> {
    let text = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    text.split('%').next()?.parse().ok()
}

/// Which spellings are one host: a short name and the full name that starts with it.
#[derive(Clone, Debug, Default)]
struct Hosts {
    /// What a name stands for.
    identities: BTreeMap<String, String>,
    /// By first label: what it stands for, and whether a full name has been seen.
    labels: BTreeMap<String, (String, bool)>,
}

impl Hosts {
    /// The names of the flare are known before any text, so their order does not matter.
    fn new(names: &[String]) -> Self {
        let mut names: Vec<String> = names.iter().map(|name| Self::spelled(name)).collect();
        // Full names first: a short one then finds its full one.
        names.sort_by_key(|name| (!name.contains('.'), name.clone()));
        let mut hosts = Self::default();
        for name in names.iter().filter(|name| !name.is_empty()) {
            hosts.identity(name);
        }
        hosts
    }

    fn spelled(name: &str) -> String {
        name.trim().trim_end_matches('.').to_lowercase()
    }

    fn identity(&mut self, name: &str) -> String {
        let name = Self::spelled(name);
        if let Some(identity) = self.identities.get(&name) {
            return identity.clone();
        }
        let is_full = name.contains('.');
        let label = name.split('.').next().unwrap_or_default();
        // `api.example.com` and `api.example.org` have no more in common than the word.
        let identity = if is_full && !words::is_name(label) {
            name.clone()
        } else {
            let (identity, full_seen) = self
                .labels
                .entry(label.to_owned())
                .or_insert_with(|| (name.clone(), is_full));
            if is_full && *full_seen && *identity != name {
                // Another domain: another host.
                name.clone()
            } else {
                *full_seen |= is_full;
                identity.clone()
            }
        };
        self.identities.insert(name, identity.clone());
        identity
    }
}
