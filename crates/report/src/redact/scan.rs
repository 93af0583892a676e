//! One pass over a text.
//!
//! Everything that is replaced starts after something that is no letter and no digit. At each such
//! place the forms are asked in an order that lets the more telling one win: a URL before the host
//! in it, a tag before the name in its key.

use super::forms::{self, cut};
use super::names::{Kind, Within};
use super::{Redactor, Text, paths, words};

/// What was found at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Our own pseudonym, or what belongs to everybody: stays.
    Pseudonym,
    Public,
    Url,
    Email,
    Path,
    Ipv6,
    Ipv4,
    /// With the length of its key.
    Tag(usize),
    Host,
    Known(Kind),
    Container,
    Pod,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
struct Place<'t> {
    /// All that stands before it.
    before: &'t str,
    /// The end of that, since the last thing that was found.
    run: &'t str,
    /// From here on.
    text: &'t str,
}

impl<'t> Place<'t> {
    /// The start of a text.
    const fn of(text: &'t str) -> Self {
        Self {
            before: "",
            run: "",
            text,
        }
    }
}

impl Redactor {
    /// Tags are looked for in prose, but not within a tag.
    pub(super) fn scan(&mut self, text: &str, kind: Text, tags: bool) -> String {
        let mut out = String::with_capacity(text.len());
        let mut within_word = false;
        let mut at = 0;
        // Where the text begins that nothing has been found in yet: a name may start anew there.
        let mut since = 0;
        loop {
            let (before, rest) = cut(text, at);
            let place = Place {
                before,
                run: cut(before, since).1,
                text: rest,
            };
            let Some(letter) = rest.chars().next() else {
                return out;
            };
            if !within_word
                && let Some((length, found)) = self.find(place, kind, tags)
                && length > 0
            {
                let original = cut(rest, length).0;
                let replaced = self.render(found, original, kind);
                out.push_str(&replaced);
                // What follows must not grow together with the pseudonym.
                within_word = out.ends_with(char::is_alphanumeric);
                at += length;
                since = at;
                continue;
            }
            out.push(letter);
            within_word = letter.is_alphanumeric();
            at += letter.len_utf8();
        }
    }

    /// What starts here, and its length. Remembers nothing.
    fn find(&self, place: Place<'_>, kind: Text, tags: bool) -> Option<(usize, Found)> {
        let Place { before, run, text } = place;
        let within_code = kind == Text::Code;
        let letter = text.chars().next()?;
        if letter.is_whitespace() {
            return None;
        }
        if let Some(length) = forms::pseudonym(text)
            && !self.known.contains(cut(text, length).0)
        {
            return Some((length, Found::Pseudonym));
        }
        let found = |length: Option<usize>, found: Found| Some((length?, found));
        let early = found(forms::url(text), Found::Url)
            .or_else(|| found(forms::email(run, text), Found::Email))
            .or_else(|| found(paths::windows_path(before, text), Found::Path))
            .or_else(|| found(paths::unix_path(before, text), Found::Path))
            .or_else(|| found(forms::ipv6(before, text, within_code), Found::Ipv6));
        if early.is_some() {
            return early;
        }
        if tags && let Some((key, value)) = forms::tag(before, text) {
            return Some((key + 1 + value, Found::Tag(key)));
        }
        let name = forms::name_run(run, text).unwrap_or_default();
        // Glued to something else it is another name.
        if words::is_public(name) && forms::name_run(before, text).is_some() {
            let rest = cut(text, name.len()).1;
            return Some((name.len() + forms::import_path(rest), Found::Public));
        }
        self.name(place, name, within_code)
            .or_else(|| found(forms::ipv4(before, text), Found::Ipv4))
    }

    /// The longest name that starts here. What the flare says goes before what it looks like.
    fn name(&self, place: Place<'_>, name: &str, within_code: bool) -> Option<(usize, Found)> {
        let Place { before, text, .. } = place;
        let within = if within_code {
            Within::Code
        } else {
            Within::Prose
        };
        let known = (!within_code || !before.ends_with('_'))
            .then(|| self.known.longest(text, within))
            .flatten()
            .map(|(length, kind)| (length, Found::Known(kind)));
        // Import paths and selectors of Go look like host names.
        let host = if !within_code && words::is_host(name) {
            Some(name.len())
        } else {
            forms::cloud_name(text)
        };
        let id = forms::container_id(text).filter(|length| {
            forms::may_be_id(before, *length) && (!within_code || *length > forms::SHORT_ID)
        });
        [
            forms::pod(place.run, text, within_code).map(|length| (length, Found::Pod)),
            id.map(|length| (length, Found::Container)),
            host.map(|length| (length, Found::Host)),
            known,
        ]
        .into_iter()
        .flatten()
        // Of equally long ones the last.
        .max_by_key(|(length, _)| *length)
    }

    fn render(&mut self, found: Found, original: &str, kind: Text) -> String {
        match found {
            Found::Pseudonym => original.to_owned(),
            Found::Public => self.names_within(original),
            Found::Url => self.url(original, kind),
            Found::Email => self.email(original),
            Found::Path => self.path(original),
            Found::Ipv6 => self.ipv6(original),
            Found::Ipv4 => self.ipv4(original),
            Found::Tag(key) => self.key_and_value(original, key),
            Found::Host => self.host(original),
            Found::Known(kind) => self.known(kind, original),
            Found::Container => self.container(original),
            Found::Pod => self.pod(original),
        }
    }

    /// What belongs to everybody may lead to a customer's host: `…/infrastructure/web-7`.
    fn names_within(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut within_word = false;
        let mut at = 0;
        loop {
            let rest = cut(text, at).1;
            let Some(letter) = rest.chars().next() else {
                return out;
            };
            let known = (!within_word)
                .then(|| self.known.longest(rest, Within::Url))
                .flatten();
            let length = match known {
                Some((length, kind)) => {
                    let replaced = self.known(kind, cut(rest, length).0);
                    out.push_str(&replaced);
                    length
                }
                None => {
                    out.push(letter);
                    letter.len_utf8()
                }
            };
            within_word = known.is_some() || letter.is_alphanumeric();
            at += length;
        }
    }

    /// The key stays, but for names in it; the value becomes what it is, or else a tag's value.
    fn key_and_value(&mut self, original: &str, key: usize) -> String {
        let (key, value) = cut(original, key);
        let value = value.strip_prefix(':').unwrap_or(value);
        let key = self.scan(key, Text::Prose, false);
        let whole = self
            .find(Place::of(value), Text::Prose, false)
            .filter(|(length, found)| {
                let (_, rest) = cut(value, *length);
                let is_rest = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
                // A public host as the value of a tag is what somebody has chosen.
                *found != Found::Public && is_rest
            });
        let value = match whole {
            Some((length, found)) => {
                let (original, port) = cut(value, length);
                let replaced = self.render(found, original, Text::Prose);
                format!("{replaced}{port}")
            }
            None => self.tag(value),
        };
        format!("{key}:{value}")
    }

    /// Scheme and port stay. What belongs to everybody stays whole, but for its query.
    fn url(&mut self, original: &str, kind: Text) -> String {
        let (scheme, rest) = original.split_once("://").unwrap_or(("", original));
        let scheme = self.names_within(scheme);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = cut(rest, end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let (host, port) = match host.rsplit_once(':') {
            Some((name, number)) if is_port(number) => (name, cut(host, name.len()).1),
            _ => (host, ""),
        };
        if words::is_public(host) && user.is_none() {
            let query = tail.find(['?', '#']).unwrap_or(tail.len());
            let (path, query) = cut(tail, query);
            let path = self.names_within(path);
            let query = self.scan(query, kind, false);
            return format!("{scheme}://{host}{port}{path}{query}");
        }
        // Names and passwords.
        let user = match user {
            Some(user) if self.is_pseudonym(user) || user.is_empty() => format!("{user}@"),
            Some(user) => format!("{}@", self.tag(user)),
            None => String::new(),
        };
        let host = self.url_host(host, kind);
        let tail = self.url_path(tail);
        format!("{scheme}://{user}{host}{port}{tail}")
    }

    fn url_host(&mut self, host: &str, kind: Text) -> String {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        if let Some(bare) = bare {
            let replaced = if self.is_pseudonym(bare) || super::address(bare).is_none() {
                bare.to_owned()
            } else {
                self.ipv6(bare)
            };
            return format!("[{replaced}]");
        }
        if host == "localhost" || host.is_empty() {
            host.to_owned()
        } else if ["%%", "{", "$"].iter().any(|mark| host.contains(mark)) {
            // A template, such as `%%host%%`.
            self.scan(host, kind, false)
        } else if forms::container_id(host) == Some(host.len()) {
            self.container(host)
        } else {
            self.host(host)
        }
    }

    fn url_path(&mut self, tail: &str) -> String {
        let inner = tail.trim_start_matches('/');
        if inner.is_empty() || self.is_pseudonym(inner) {
            return tail.to_owned();
        }
        format!("/{}", self.path(tail))
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
