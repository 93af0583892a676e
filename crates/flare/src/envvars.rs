//! `envvars.log`: the environment variables that the Agent is allowed to tell.

/// Variables kept.
const VARIABLES: usize = 5_000;

/// Names and values in the order of the file. Unset ones are empty or absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envvars {
    /// All of them.
    pub variables: Vec<(String, String)>,
}

impl Envvars {
    /// The value of a variable; `None` where it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .iter()
            .find(|(key, _)| key == name)
            .and_then(|(_, value)| super::text::value(value))
    }

    /// `GOGC`: how far the heap may grow before a collection, in percent.
    pub fn gogc(&self) -> Option<&str> {
        self.get("GOGC")
    }

    /// `GOMEMLIMIT`: the runtime's soft limit on memory.
    pub fn gomemlimit(&self) -> Option<&str> {
        self.get("GOMEMLIMIT")
    }

    /// `GOGC` in percent, infinite where it is off.
    pub fn gogc_percent(&self) -> Option<f64> {
        super::text::gogc(self.gogc()?)
    }

    /// `GOMEMLIMIT` in bytes; `None` where it is off.
    pub fn gomemlimit_bytes(&self) -> Option<u64> {
        super::text::go_bytes(self.gomemlimit()?)
    }
}

/// Reads the file. Lines are `NAME=value`, in some versions as items of a list.
pub fn parse(text: &str) -> Envvars {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let variables = text
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let line = line.strip_prefix("- ").unwrap_or(line);
            let (name, value) = line.split_once('=')?;
            is_name(name.trim()).then(|| (name.trim().to_owned(), value.trim().to_owned()))
        })
        .take(VARIABLES)
        .collect();
    Envvars { variables }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let vars = parse(
            "Found the following environment variables:\r\n - DD_SITE=datadoghq.com\r\nGOMEMLIMIT=\nGOGC=50\n",
        );
        assert_eq!(vars.get("DD_SITE"), Some("datadoghq.com"));
        assert_eq!((vars.gogc(), vars.gomemlimit()), (Some("50"), None));
        assert_eq!(vars.gogc_percent(), Some(50.0));
        assert_eq!(parse("GOMEMLIMIT=1GiB").gomemlimit_bytes(), Some(1 << 30));
        assert_eq!(
            parse("Found no allowed environment variable"),
            Envvars::default()
        );
    }
}
