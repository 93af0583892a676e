//! `metadata/host.json`: the host as the Agent describes it to Datadog.

use super::install_info::InstallInfo;
use super::yaml::Node;

/// What the payload says of the host. What it lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostMetadata {
    /// Agent version without the `v`.
    pub agent_version: Option<String>,
    /// Host name that the Agent reports under.
    pub hostname: Option<String>,
    /// For example `linux`.
    pub os: Option<String>,
    /// Platform with its version, for example `ubuntu 24.04`.
    pub platform: Option<String>,
    /// Processor architecture.
    pub machine: Option<String>,
    /// Logical processors.
    pub cpus: Option<u64>,
    /// Memory of the host in bytes.
    pub memory_bytes: Option<u64>,
    /// Python version.
    pub python_version: Option<String>,
    /// Go version.
    pub go_version: Option<String>,
    /// How the Agent was installed.
    pub install: Option<InstallInfo>,
}

/// Reads the payload; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<HostMetadata> {
    let (node, _) = Node::parse(text);
    // The inventory of hardware is JSON within a string of the JSON.
    let inner = node.get("gohai").and_then(Node::text).map(Node::parse);
    let gohai = inner.as_ref().map(|(node, _)| node).or(node.get("gohai"));
    let first = |paths: &[(&Option<&Node>, &str)]| {
        paths
            .iter()
            .find_map(|(node, path)| node.as_ref()?.text_at(path))
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let top = &Some(&node);
    let stats = &node.get("systemStats");
    let gohai = &gohai;
    // `["ubuntu", "24.04", ""]`, under a key named after the system.
    let platform = stats.and_then(|stats| {
        ["nixV", "winV", "macV", "fbsdV"].iter().find_map(|key| {
            let words: Vec<&str> = stats
                .get(key)?
                .items()
                .iter()
                .filter_map(Node::text)
                .filter(|word| !word.is_empty())
                .collect();
            (!words.is_empty()).then(|| words.join(" "))
        })
    });
    let host = HostMetadata {
        agent_version: first(&[(top, "agentVersion"), (top, "agent_version")])
            .map(|version| version.trim_start_matches('v').to_owned()),
        hostname: first(&[
            (top, "internalHostname"),
            (top, "meta.hostname"),
            (top, "meta.socket-hostname"),
            (gohai, "platform.hostname"),
        ]),
        os: first(&[(top, "os"), (gohai, "platform.GOOS"), (stats, "platform")]),
        platform: platform.or_else(|| first(&[(gohai, "platform.os")])),
        machine: first(&[
            (stats, "machine"),
            (gohai, "platform.machine"),
            (gohai, "platform.processor"),
        ]),
        cpus: first(&[(gohai, "cpu.cpu_logical_processors"), (stats, "cpuCores")])
            .and_then(|text| super::text::count(&text)),
        memory_bytes: first(&[(gohai, "memory.total")]).and_then(|text| bytes(&text)),
        python_version: first(&[(stats, "pythonV"), (gohai, "platform.pythonV")])
            .and_then(|text| super::text::value(&text).map(str::to_owned)),
        go_version: first(&[(gohai, "platform.goV")]),
        install: node
            .get("install-method")
            .or_else(|| node.get("install_method"))
            .and_then(InstallInfo::from_node),
    };
    (host != HostMetadata::default()).then_some(host)
}

/// `16384256kB`, or a plain number of bytes.
fn bytes(text: &str) -> Option<u64> {
    match text.strip_suffix("kB") {
        Some(kib) => super::text::count(kib)?.checked_mul(1024),
        None => super::text::count(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let host = parse(
            r#"{"agentVersion":"7.76.1","os":"linux","internalHostname":"web-1","meta":{"socket-hostname":"x"},
            "systemStats":{"machine":"amd64","pythonV":"n/a","cpuCores":8,"nixV":["ubuntu","24.04",""]},
            "gohai":"{\"memory\":{\"total\":\"2048kB\"},\"cpu\":{\"cpu_logical_processors\":\"16\"},\"platform\":{\"goV\":\"1.25\"}}",
            "install-method":{"tool":"dpkg","tool_version":"1","installer_version":"deb"}}"#,
        )
        .unwrap();
        assert_eq!(host.hostname.as_deref(), Some("web-1"));
        assert_eq!(host.platform.as_deref(), Some("ubuntu 24.04"));
        assert_eq!((host.cpus, host.memory_bytes), (Some(16), Some(2_097_152)));
        assert_eq!(host.python_version, None);
        assert_eq!(host.install.unwrap().tool.as_deref(), Some("dpkg"));
        assert_eq!(parse("{}"), None);
        assert_eq!(parse("{\"agentVersion\": "), None);
    }
}
