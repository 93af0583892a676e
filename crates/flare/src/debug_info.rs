//! `runtime_debug_info.log`: Go build, collector settings and collector statistics (2026 versions).

/// What the file says. What it lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuntimeDebugInfo {
    /// For example `go1.25.8`.
    pub go_version: Option<String>,
    /// `GOGC` as written, for example `not set (Go default: 100)`.
    pub gogc: Option<String>,
    /// `GOMEMLIMIT` as written, for example `not set (unlimited)`.
    pub gomemlimit: Option<String>,
    /// Collections so far.
    pub num_gc: Option<u64>,
}

impl RuntimeDebugInfo {
    /// `GOGC` in percent, infinite where it is off. `None` where the environment does not set it:
    /// Go then takes 100.
    pub fn gogc_percent(&self) -> Option<f64> {
        super::text::gogc(self.gogc.as_deref()?)
    }

    /// The file says that `GOGC` is not set.
    pub fn gogc_is_unset(&self) -> bool {
        self.gogc.as_deref().is_some_and(is_unset)
    }

    /// The file says that `GOMEMLIMIT` is not set.
    pub fn gomemlimit_is_unset(&self) -> bool {
        self.gomemlimit.as_deref().is_some_and(is_unset)
    }

    /// `GOMEMLIMIT` in bytes, as the environment sets it. What the runtime works with is in the
    /// telemetry, see [`super::telemetry::Telemetry::gomemlimit_bytes`].
    pub fn gomemlimit_bytes(&self) -> Option<u64> {
        super::text::go_bytes(self.gomemlimit.as_deref()?)
    }
}

fn is_unset(text: &str) -> bool {
    text.contains("not set")
}

/// Reads the file.
pub fn parse(text: &str) -> RuntimeDebugInfo {
    let mut info = RuntimeDebugInfo::default();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let some = || super::text::value(value).map(str::to_owned);
        // The first one stays: dependencies and build settings follow.
        match key.trim() {
            "Go Version" if info.go_version.is_none() => info.go_version = some(),
            "GOGC" if info.gogc.is_none() => info.gogc = some(),
            "GOMEMLIMIT" if info.gomemlimit.is_none() => info.gomemlimit = some(),
            "Num GC" => info.num_gc = super::text::count(value),
            _ => {}
        }
    }
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual() {
        let info = parse(
            "=== Build Info ===\r\nGo Version: go1.25.8\r\nMain Module: a@v1\r\nDependencies (2 total):\r\n  x@v1\r\n=== GC Settings ===\r\nGOGC: not set (Go default: 100)\r\nGOMEMLIMIT: 512MiB\r\n=== GC Stats ===\r\nLast GC: 2026-02-20 10:29:16.214 +0000 UTC\r\nNum GC: 1,204\r\nPause Total: 412.3ms\r\n",
        );
        assert_eq!(info.go_version.as_deref(), Some("go1.25.8"));
        assert_eq!(info.gogc.as_deref(), Some("not set (Go default: 100)"));
        assert_eq!(info.gomemlimit.as_deref(), Some("512MiB"));
        assert_eq!(
            (info.gogc_percent(), info.gomemlimit_bytes()),
            (None, Some(512 << 20))
        );
        assert_eq!(info.num_gc, Some(1204));
    }
}
