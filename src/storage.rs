//! Where the page keeps settings between visits, and nothing else.
//!
//! Every name has one prefix, because other pages of the same host may keep things there too.
//! Browsers may block it or run out of room: that costs the memory of a setting, never the setting.

/// What every name begins with.
pub const PREFIX: &str = "flarescope.";

/// The name as it stands in the browser's storage.
pub fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Texts by name.
pub trait Storage {
    /// Something may be kept.
    fn is_available(&self) -> bool;

    /// What is kept under a name.
    fn get(&self, name: &str) -> Option<String>;

    /// Keeps a text under a name, or with `None` forgets what was there. False when nothing is kept,
    /// or not this much.
    fn set(&self, name: &str, text: Option<&str>) -> bool;
}

/// A storage with room for so many letters of each text; with none, one that is blocked.
#[cfg(test)]
pub(crate) struct MadeUp {
    pub(crate) room: usize,
    pub(crate) texts: std::cell::RefCell<std::collections::BTreeMap<String, String>>,
}

#[cfg(test)]
impl MadeUp {
    pub(crate) fn with_room(room: usize) -> Self {
        Self {
            room,
            texts: std::cell::RefCell::default(),
        }
    }
}

#[cfg(test)]
impl Storage for MadeUp {
    fn is_available(&self) -> bool {
        self.room > 0
    }

    fn get(&self, name: &str) -> Option<String> {
        self.texts.borrow().get(name).cloned()
    }

    fn set(&self, name: &str, text: Option<&str>) -> bool {
        let mut texts = self.texts.borrow_mut();
        match text {
            None => {
                texts.remove(name);
                true
            }
            Some(text) if text.len() <= self.room => {
                texts.insert(name.to_owned(), text.to_owned());
                true
            }
            Some(_) => false,
        }
    }
}
