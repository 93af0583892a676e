//! Where in an open flare the user is, as the browser's history has it: names of ours and numbers, never
//! a name from the flare.

/// The views over an open flare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What answers the ticket.
    #[default]
    Summary,
    /// What the answer rests on.
    Details,
    /// Every file of the flare.
    Files,
}

impl Tab {
    /// In the order of their buttons. Explore has its place behind the first.
    pub const ALL: [Self; 3] = [Self::Summary, Self::Details, Self::Files];

    /// The stable name in hooks and ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Details => "details",
            Self::Files => "files",
        }
    }

    /// The name on its button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Details => "Details",
            Self::Files => "Files",
        }
    }

    /// The id of its button.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Summary => "tab-summary",
            Self::Details => "tab-details",
            Self::Files => "tab-files",
        }
    }

    /// The one that a key leads to from this one, round and round.
    pub fn after_key(self, key: &str) -> Option<Self> {
        let at = Self::ALL.iter().position(|tab| *tab == self)?;
        Self::ALL.get(after_key(at, Self::ALL.len(), key)?).copied()
    }
}

/// The place in a row of `count` tabs that a key leads to from `at`, round and round.
pub fn after_key(at: usize, count: usize, key: &str) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowRight" => Some(if at >= last { 0 } else { at + 1 }),
        "ArrowLeft" => Some(at.checked_sub(1).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// A view, and the section of it that was gone to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The view.
    pub tab: Tab,
    /// Anchor of the section.
    pub anchor: Option<String>,
}

impl Place {
    /// A view from its top.
    pub const fn view(tab: Tab) -> Self {
        Self { tab, anchor: None }
    }

    /// A section of Details.
    pub const fn section(anchor: String) -> Self {
        Self {
            tab: Tab::Details,
            anchor: Some(anchor),
        }
    }

    /// The fragment of the page's address, with its `#`.
    pub fn fragment(&self) -> String {
        let tab = self.tab.as_str();
        match &self.anchor {
            Some(anchor) => format!("#{tab}/{anchor}"),
            None => format!("#{tab}"),
        }
    }

    /// Reads what [`Self::fragment`] wrote. Whatever else stands there is no place.
    pub fn of_fragment(fragment: &str) -> Option<Self> {
        let text = fragment.strip_prefix('#')?;
        let (tab, anchor) = match text.split_once('/') {
            Some((tab, anchor)) => (tab, Some(anchor)),
            None => (text, None),
        };
        let is_ours = |anchor: &&str| {
            let is_plain = |letter: char| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
            };
            !anchor.is_empty() && anchor.len() < 64 && anchor.chars().all(is_plain)
        };
        Some(Self {
            tab: Tab::ALL.into_iter().find(|one| one.as_str() == tab)?,
            anchor: anchor.filter(is_ours).map(str::to_owned),
        })
    }
}

/// How far each place of the history was scrolled, by its number in the history; kept in memory only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    at: usize,
    scrolled: Vec<f64>,
}

impl Trail {
    /// The number of the place that is shown.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Leaves the place that is shown for a new one, which gets the next number; those behind it are
    /// gone from the history.
    pub fn push(&mut self, scrolled: f64) -> usize {
        self.keep(scrolled);
        self.at += 1;
        self.scrolled.truncate(self.at);
        self.at
    }

    /// Goes to a place of the history, and tells how far it was scrolled.
    pub fn go(&mut self, to: usize, scrolled: f64) -> f64 {
        self.keep(scrolled);
        self.at = to;
        self.scrolled.get(to).copied().unwrap_or(0.0)
    }

    fn keep(&mut self, scrolled: f64) {
        if self.scrolled.len() <= self.at {
            self.scrolled.resize(self.at + 1, 0.0);
        }
        self.scrolled[self.at] = scrolled;
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Tab, Trail, after_key};

    #[test]
    fn places_survive_the_address_and_nothing_else_is_one() {
        for place in [
            Place::default(),
            Place::view(Tab::Files),
            Place::section("heap-diff-1".to_owned()),
        ] {
            assert_eq!(Place::of_fragment(&place.fragment()), Some(place));
        }
        for fragment in ["", "#", "#boot", "details", "#Details"] {
            assert_eq!(Place::of_fragment(fragment), None, "{fragment}");
        }
        // Of what nobody here wrote only the view is taken.
        for fragment in ["#details/", "#details/web-7.example.com", "#details/<b>"] {
            assert_eq!(
                Place::of_fragment(fragment),
                Some(Place::view(Tab::Details)),
                "{fragment}"
            );
        }
    }

    #[test]
    fn back_and_forward_find_what_was_scrolled() {
        let mut trail = Trail::default();
        assert_eq!(trail.push(10.0), 1);
        assert_eq!(trail.push(200.0), 2);
        assert_eq!(trail.go(1, 30.0), 200.0);
        assert_eq!(trail.go(0, 210.0), 10.0);
        assert_eq!(trail.go(2, 0.0), 30.0);
        // A new place after going back ends what was ahead.
        trail.go(1, 5.0);
        assert_eq!(trail.push(7.0), 2);
        assert_eq!(trail.go(1, 1.0), 7.0);
        assert_eq!(trail.go(9, 0.0), 0.0);
    }

    #[test]
    fn keys_go_round_the_tabs() {
        assert_eq!(Tab::Summary.after_key("ArrowLeft"), Some(Tab::Files));
        assert_eq!(Tab::Files.after_key("ArrowRight"), Some(Tab::Summary));
        assert_eq!(Tab::Details.after_key("Home"), Some(Tab::Summary));
        assert_eq!(Tab::Summary.after_key("End"), Some(Tab::Files));
        assert_eq!(Tab::Summary.after_key("x"), None);
        assert_eq!(after_key(0, 0, "End"), None);
    }
}
