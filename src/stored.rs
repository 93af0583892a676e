//! What the browser keeps for this page's address, and what of it is the page's.
//!
//! Other pages of the same address (of the same host, or other files on this computer) may have left
//! things there too, so what is ours is told apart by the names that [`storage`] gives.

use crate::shown::widths;
use crate::storage::{self, Storage};
use crate::{choices, reply, theme};

/// One place, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Stable name, for hooks.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// Things of this page, each with its size where it has one.
    pub ours: Vec<String>,
    /// How many others there are.
    pub others: usize,
    /// The browser lets the page keep nothing there.
    pub is_blocked: bool,
}

impl Place {
    const fn new(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            ours: Vec::new(),
            others: 0,
            is_blocked: false,
        }
    }

    /// A storage of texts, from its keys and texts; `None` when it is blocked.
    pub fn of_texts(
        id: &'static str,
        name: &'static str,
        texts: Option<Vec<(String, String)>>,
    ) -> Self {
        let mut place = Self::new(id, name);
        place.is_blocked = texts.is_none();
        for (key, text) in texts.unwrap_or_default() {
            match key.strip_prefix(storage::PREFIX) {
                Some(ours) => {
                    let letters = text.chars().count();
                    place.ours.push(format!("{ours}, {letters} characters"));
                }
                None => place.others += 1,
            }
        }
        place
    }

    /// Cookies, from the text that lists them; `None` when they are blocked. The page sets none, so
    /// whatever is there is of others.
    pub fn of_cookies(text: Option<&str>) -> Self {
        let mut place = Self::new("cookies", "Cookies");
        place.is_blocked = text.is_none();
        let cookies = text.unwrap_or_default().split(';');
        place.others = cookies.filter(|it| !it.trim().is_empty()).count();
        place
    }

    /// A place in which the page keeps nothing, from how many things there are; `None` when it is
    /// blocked.
    pub fn of_count(id: &'static str, name: &'static str, count: Option<usize>) -> Self {
        let mut place = Self::new(id, name);
        place.is_blocked = count.is_none();
        place.others = count.unwrap_or_default();
        place
    }

    /// What is there, as a sentence.
    pub fn text(&self) -> String {
        let mut parts = self.ours.clone();
        if self.others > 0 {
            parts.push(format!("{} of other pages at this address", self.others));
        }
        if self.is_blocked {
            parts.push("blocked by the browser".to_owned());
        }
        if parts.is_empty() {
            parts.push("nothing".to_owned());
        }
        parts.join("; ")
    }

    /// How many things there are.
    pub fn count(&self) -> usize {
        self.ours.len() + self.others
    }
}

/// What the page keeps of settings, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Stable name, for hooks.
    pub id: &'static str,
    /// For people.
    pub text: String,
    /// There is something to forget.
    pub is_anything: bool,
}

/// Looks at what is kept. `are_unkept`: the browser refused to keep the choices in force.
pub fn kept(storage: &impl Storage, are_unkept: bool) -> Kept {
    let kept: Vec<&str> = [
        (theme::is_kept(storage), "the theme"),
        (
            choices::are_kept(storage),
            "thresholds and owners, with the text of the owners file",
        ),
        (widths::are_kept(storage), "widths of columns"),
        (reply::is_kept(storage), "which text to paste is shown"),
    ]
    .into_iter()
    .filter_map(|(is_kept, what)| is_kept.then_some(what))
    .collect();
    let is_anything = !kept.is_empty();
    let (id, text) = if !storage.is_available() {
        (
            "refused",
            "This browser does not let the page keep anything. Settings last until you close the page."
                .to_owned(),
        )
    } else if are_unkept {
        (
            "refused",
            "The browser refused to keep the current settings. They last until you close the page."
                .to_owned(),
        )
    } else if is_anything {
        (
            "some",
            format!(
                "In this browser's local storage: {}. Nothing of a flare.",
                kept.join("; ")
            ),
        )
    } else {
        (
            "nothing",
            "Nothing yet. What you change here is kept in this browser's local storage; nothing of a flare ever is."
                .to_owned(),
        )
    };
    Kept {
        id,
        text,
        is_anything,
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, kept};
    use crate::storage::{MadeUp, key};
    use crate::theme::Theme;

    #[test]
    fn ours_is_told_from_what_others_left() {
        let texts = vec![
            (key("theme"), "dark".to_owned()),
            ("other".to_owned(), "x".to_owned()),
        ];
        let place = Place::of_texts("local", "Local storage", Some(texts));
        assert_eq!(
            place.text(),
            "theme, 4 characters; 1 of other pages at this address"
        );
        assert_eq!(place.count(), 2);
    }

    #[test]
    fn cookies_are_counted_and_blocked_places_say_so() {
        assert_eq!(Place::of_cookies(Some("a=1; b=2")).count(), 2);
        assert_eq!(Place::of_cookies(Some("")).text(), "nothing");
        let blocked = [
            Place::of_cookies(None),
            Place::of_texts("local", "Local storage", None),
            Place::of_count("caches", "Cache storage", None),
        ];
        for place in blocked {
            assert_eq!(place.text(), "blocked by the browser");
        }
    }

    #[test]
    fn settings_say_what_is_kept_and_when_nothing_can_be() {
        let storage = MadeUp::with_room(10);
        assert_eq!(kept(&storage, false).id, "nothing");
        Theme::Dark.keep(&storage);
        let some = kept(&storage, false);
        assert!(
            some.is_anything && some.text.contains("the theme."),
            "{some:?}"
        );
        let unkept = kept(&storage, true);
        assert_eq!((unkept.id, unkept.is_anything), ("refused", true));
        assert_eq!(kept(&MadeUp::with_room(0), false).id, "refused");
    }
}
