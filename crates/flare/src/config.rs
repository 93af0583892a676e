//! `runtime_config_dump.yaml` and its siblings: the settings in effect, scrubbed.

use super::yaml::Node;

/// The settings that decide what profiles hold. What the dump lacks is `None`: it shows no
/// defaults in some versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuntimeConfig {
    /// The sentence that stands there instead of settings.
    pub unavailable: Option<String>,
    /// `internal_profiling.enabled`: uploads profiles; puts none into flares.
    pub internal_profiling_enabled: Option<bool>,
    /// `internal_profiling.block_profile_rate`: one event per so many nanoseconds; 0 is off.
    pub block_profile_rate: Option<u64>,
    /// `internal_profiling.mutex_profile_fraction`: one event in so many; 0 is off.
    pub mutex_profile_fraction: Option<u64>,
    /// `apm_config.enabled`
    pub apm_enabled: Option<bool>,
    /// `apm_config.internal_profiling.enabled`
    pub apm_internal_profiling_enabled: Option<bool>,
    /// `process_config.run_in_core_agent.enabled`
    pub process_in_core_agent: Option<bool>,
    /// `process_config.process_collection.enabled`
    pub process_collection_enabled: Option<bool>,
    /// `system_probe_config.enabled`
    pub system_probe_enabled: Option<bool>,
    /// `logs_enabled`
    pub logs_enabled: Option<bool>,
    /// `hostname`, where it is configured.
    pub hostname: Option<String>,
    /// All settings, for what is not listed here.
    pub settings: Option<Node>,
}

impl RuntimeConfig {
    /// The sentence in place of settings, where it says that nobody answered.
    pub fn silence(&self) -> Option<&str> {
        self.unavailable
            .as_deref()
            .filter(|said| said.contains("not running") || said.contains("unreachable"))
    }
}

/// Reads the dump of the core Agent, of the process-agent or of system-probe. Of the latter,
/// `system_probe_config.internal_profiling` stands for `internal_profiling`.
pub fn parse(text: &str) -> RuntimeConfig {
    let (node, _) = Node::parse(text);
    let only_error = node.entries().len() == 1 && node.get("error").is_some();
    if node.entries().is_empty() || only_error {
        return RuntimeConfig {
            unavailable: text
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty() && *line != "{}")
                .map(|line| super::text::cut(line, 1_000).to_owned()),
            ..RuntimeConfig::default()
        };
    }
    // A block of its own wins over the core Agent's, which the same dump may show.
    let own = node
        .at("system_probe_config.internal_profiling")
        .or_else(|| node.get("internal_profiling"));
    RuntimeConfig {
        unavailable: None,
        internal_profiling_enabled: own.and_then(|own| own.truth_at("enabled")),
        block_profile_rate: own.and_then(|own| own.count_at("block_profile_rate")),
        mutex_profile_fraction: own.and_then(|own| own.count_at("mutex_profile_fraction")),
        apm_enabled: node.truth_at("apm_config.enabled"),
        apm_internal_profiling_enabled: node.truth_at("apm_config.internal_profiling.enabled"),
        process_in_core_agent: node.truth_at("process_config.run_in_core_agent.enabled"),
        process_collection_enabled: node.truth_at("process_config.process_collection.enabled"),
        system_probe_enabled: node.truth_at("system_probe_config.enabled"),
        logs_enabled: node.truth_at("logs_enabled"),
        hostname: node
            .text_at("hostname")
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        settings: Some(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_and_system_probe() {
        let config = parse(
            "apm_config:\n  receiver_timeout: 10\ninternal_profiling:\n  block_profile_rate: 10000\n  enabled: false\n  mutex_profile_fraction: 1e+02\n",
        );
        assert_eq!(config.block_profile_rate, Some(10_000));
        assert_eq!(config.mutex_profile_fraction, Some(100));
        assert_eq!(config.internal_profiling_enabled, Some(false));
        let config = parse(
            "system_probe_config:\n  enabled: true\n  internal_profiling:\n    mutex_profile_fraction: 7\n",
        );
        assert_eq!(config.mutex_profile_fraction, Some(7));
        assert_eq!(config.system_probe_enabled, Some(true));
    }

    #[test]
    fn no_settings() {
        let text = "error: process-agent is not running or is unreachable";
        assert_eq!(parse(text).unavailable.as_deref(), Some(text));
        assert_eq!(parse("{}"), RuntimeConfig::default());
    }
}
