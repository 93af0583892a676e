//! What is typed in Settings, until it is applied. Whether it can be used says the worker.

use engine::protocol::{Choices, OwnersFile, UserError};

/// The table that comes with the page has a tenth of this; local storage holds a few of them.
const MAX_OWNERS_BYTES: f64 = 1_048_576.0;

/// The fields as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Growth of the heap that is a leak.
    pub leak_mb: String,
    /// Share of one function that is a CPU spike.
    pub cpu_percent: String,
    /// Delay that is contention.
    pub contention_s: String,
    /// Idle waits count too.
    pub count_idle_waits: bool,
    /// The user's owners file.
    pub owners: Option<OwnersFile>,
}

impl Draft {
    /// The fields that stand for choices.
    pub fn of(choices: &Choices) -> Self {
        let text = |number: Option<f64>| number.map(|it| it.to_string()).unwrap_or_default();
        Self {
            leak_mb: text(choices.leak_mb),
            cpu_percent: text(choices.cpu_percent),
            contention_s: text(choices.contention_s),
            count_idle_waits: choices.count_idle_waits,
            owners: choices.owners.clone(),
        }
    }

    /// The choices that the fields stand for.
    ///
    /// # Errors
    /// The first field that holds no number.
    pub fn choices(self) -> Result<Choices, UserError> {
        Ok(Choices {
            leak_mb: number("The memory leak threshold", &self.leak_mb)?,
            cpu_percent: number("The CPU threshold", &self.cpu_percent)?,
            contention_s: number("The contention threshold", &self.contention_s)?,
            count_idle_waits: self.count_idle_waits,
            owners: self.owners,
        })
    }
}

/// Nothing typed is the default.
fn number(what: &str, text: &str) -> Result<Option<f64>, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| UserError {
        title: "This threshold can't be used".to_owned(),
        detail: format!("{what} is {text:?}, which is no number."),
        hint: "Write it in digits, with a point before the fraction: 2.5.".to_owned(),
    })
}

/// Refuses an owners file that is too large to be one, before it is read.
///
/// # Errors
/// When it is.
pub fn check_size(name: &str, bytes: f64) -> Result<(), UserError> {
    if bytes > MAX_OWNERS_BYTES {
        return Err(unusable(
            name,
            "it is larger than 1 MB, which no owner table is",
        ));
    }
    Ok(())
}

/// An owners file that the browser does not give.
pub fn unreadable(name: &str) -> UserError {
    unusable(name, "the browser could not read it")
}

fn unusable(name: &str, why: &str) -> UserError {
    UserError {
        title: "This owners file can't be used".to_owned(),
        detail: format!("{name}: {why}"),
        hint: "The table in force stays.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, check_size};
    use engine::protocol::Choices;

    #[test]
    fn fields_and_choices_stand_for_each_other() {
        let choices = Choices {
            leak_mb: Some(2.5),
            count_idle_waits: true,
            ..Choices::default()
        };
        let draft = Draft::of(&choices);
        assert_eq!(
            (draft.leak_mb.as_str(), draft.cpu_percent.as_str()),
            ("2.5", "")
        );
        assert_eq!(draft.choices(), Ok(choices));
    }

    #[test]
    fn what_is_no_number_is_named() {
        let draft = Draft {
            cpu_percent: " 2,5 ".to_owned(),
            ..Draft::default()
        };
        let error = draft.choices().err().map(|it| it.detail);
        assert_eq!(
            error.as_deref(),
            Some("The CPU threshold is \"2,5\", which is no number.")
        );
    }

    #[test]
    fn a_file_of_another_size_is_no_owner_table() {
        assert_eq!(check_size("owners.toml", 1_048_576.0), Ok(()));
        assert!(check_size("film.toml", 1_048_577.0).is_err());
    }
}
