//! Parts of a whole.

use std::fmt;

/// A part of a whole, 1 being all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// Of two amounts; nothing where the whole is nothing.
    pub fn of(part: i64, whole: i64) -> Self {
        match whole {
            0 => Self(0.0),
            whole => Self(part as f64 / whole as f64),
        }
    }

    /// Of a number that is 1 for all.
    pub const fn new(fraction: f64) -> Self {
        Self(fraction)
    }

    /// 1 for all.
    pub const fn fraction(self) -> f64 {
        self.0
    }

    /// 100 for all.
    pub const fn percent(self) -> f64 {
        self.0 * 100.0
    }
}

/// `51.2%`; a precision overrides the one digit.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(1);
        write!(f, "{:.digits$}%", self.percent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_printed_in_percent() {
        assert_eq!(Share::of(1, 3).to_string(), "33.3%");
        assert_eq!(format!("{:.0}", Share::of(1, 3)), "33%");
        assert_eq!(Share::of(5, 0).to_string(), "0.0%");
        assert_eq!(Share::of(-1, 2).percent(), -50.0);
    }
}
