//! `metadata/host.json` and `metadata/inventory/host.json`: the host as the Agent describes it to
//! Datadog.

use super::install_info::InstallInfo;
use super::text;
use super::yaml::Node;

/// Host names kept.
const NAMES: usize = 100;

/// Bytes kept of a host name; a real one has at most 253.
const NAME_BYTES: usize = 300;

/// What the payload says of the host. What it lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostMetadata {
    /// Agent version without the `v`.
    pub agent_version: Option<String>,
    /// Host name that the Agent reports under.
    pub hostname: Option<String>,
    /// All names by which the host is known, that one first; without repetition.
    pub names: Vec<String>,
    /// For example `linux`.
    pub os: Option<String>,
    /// Platform with its version, for example `ubuntu 24.04`.
    pub platform: Option<String>,
    /// Processor architecture.
    pub machine: Option<String>,
    /// Logical processors: what a process that uses the whole host takes.
    pub cpus: Option<u64>,
    /// Cores, each of which may be several logical processors.
    pub cpu_cores: Option<u64>,
    /// Memory of the host in bytes.
    pub memory_bytes: Option<u64>,
    /// Python version.
    pub python_version: Option<String>,
    /// Go version.
    pub go_version: Option<String>,
    /// How the Agent was installed.
    pub install: Option<InstallInfo>,
}

impl HostMetadata {
    /// This, and from the other what this lacks. The names are those of both.
    pub fn or(mut self, other: Self) -> Self {
        for name in &other.names {
            add_name(&mut self.names, name);
        }
        Self {
            agent_version: self.agent_version.or(other.agent_version),
            hostname: self.hostname.or(other.hostname),
            names: self.names,
            os: self.os.or(other.os),
            platform: self.platform.or(other.platform),
            machine: self.machine.or(other.machine),
            cpus: self.cpus.or(other.cpus),
            cpu_cores: self.cpu_cores.or(other.cpu_cores),
            memory_bytes: self.memory_bytes.or(other.memory_bytes),
            python_version: self.python_version.or(other.python_version),
            go_version: self.go_version.or(other.go_version),
            install: self.install.or(other.install),
        }
    }
}

/// Reads `metadata/host.json`; `None` where it tells nothing.
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
    // `systemStats.cpuCores` is left out: on Linux it describes the first processor alone.
    let count = |path: &str| first(&[(gohai, path)]).and_then(|text| text::count(&text));
    let host = HostMetadata {
        agent_version: first(&[(top, "agentVersion"), (top, "agent_version")])
            .map(|version| version.trim_start_matches('v').to_owned()),
        hostname: first(&[
            (top, "internalHostname"),
            (top, "meta.hostname"),
            (top, "meta.socket-hostname"),
            (gohai, "platform.hostname"),
        ]),
        names: names(&node, *gohai),
        os: first(&[(top, "os"), (gohai, "platform.GOOS"), (stats, "platform")]),
        platform: platform.or_else(|| first(&[(gohai, "platform.os")])),
        machine: first(&[
            (stats, "machine"),
            (gohai, "platform.machine"),
            (gohai, "platform.processor"),
        ]),
        cpus: count("cpu.cpu_logical_processors").filter(|n| *n > 0),
        cpu_cores: count("cpu.cpu_cores").filter(|n| *n > 0),
        memory_bytes: first(&[(gohai, "memory.total")]).and_then(|text| bytes(&text)),
        python_version: first(&[(stats, "pythonV"), (gohai, "platform.pythonV")])
            .and_then(|text| text::value(&text).map(str::to_owned)),
        go_version: first(&[(gohai, "platform.goV")]),
        install: node
            .get("install-method")
            .or_else(|| node.get("install_method"))
            .and_then(InstallInfo::from_node),
    };
    (host != HostMetadata::default()).then_some(host)
}

/// Reads `metadata/inventory/host.json`; `None` where it tells nothing.
pub fn parse_inventory(text: &str) -> Option<HostMetadata> {
    let (node, _) = Node::parse(text);
    let facts = node.get("host_metadata")?;
    let word = |key: &str| {
        let word = facts.get(key).and_then(Node::text).and_then(text::value)?;
        Some(word.to_owned())
    };
    let count = |key: &str| {
        let count = facts.get(key).and_then(Node::count)?;
        (count > 0).then_some(count)
    };
    let mut names = Vec::new();
    for name in [
        node.text_at("hostname"),
        facts.text_at("cloud_provider_host_id"),
    ]
    .into_iter()
    .flatten()
    {
        add_name(&mut names, name);
    }
    let host = HostMetadata {
        agent_version: word("agent_version")
            .map(|version| version.trim_start_matches('v').to_owned()),
        hostname: node
            .text_at("hostname")
            .and_then(text::value)
            .map(str::to_owned),
        names,
        os: word("kernel_name").map(|name| name.to_ascii_lowercase()),
        platform: word("os_version").or_else(|| word("os")),
        machine: word("cpu_architecture").filter(|it| it != "unknown"),
        cpus: count("cpu_logical_processors"),
        cpu_cores: count("cpu_cores"),
        memory_bytes: count("memory_total_kb").and_then(|kib| kib.checked_mul(1024)),
        ..HostMetadata::default()
    };
    (host != HostMetadata::default()).then_some(host)
}

/// All host names of a payload.
fn names(node: &Node, gohai: Option<&Node>) -> Vec<String> {
    const KEYS: [&str; 7] = [
        "internalHostname",
        "meta.hostname",
        "meta.agent-hostname",
        "meta.socket-hostname",
        "meta.socket-fqdn",
        "meta.ec2-hostname",
        "meta.instance-id",
    ];
    let mut names = Vec::new();
    let legacy = node.text_at("meta.legacy-resolution-hostname");
    let platform = gohai.and_then(|gohai| gohai.text_at("platform.hostname"));
    let aliases = node.at("meta.host_aliases").map(Node::items);
    let aliases = aliases.unwrap_or_default().iter().filter_map(Node::text);
    for name in KEYS
        .iter()
        .filter_map(|key| node.text_at(key))
        .chain(legacy)
        .chain(platform)
        .chain(aliases)
    {
        add_name(&mut names, name);
    }
    names
}

fn add_name(names: &mut Vec<String>, name: &str) {
    // A full name may end in a dot, which says no more than the name without it.
    let name = text::value(name).map(|name| name.trim_end_matches('.'));
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return;
    };
    let name = text::cut(name, NAME_BYTES);
    if names.len() < NAMES && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// `16384256kB`, or a plain number of bytes.
fn bytes(text: &str) -> Option<u64> {
    let bytes = match text
        .strip_suffix("kB")
        .or_else(|| text.strip_suffix("KB"))
        .or_else(|| text.strip_suffix("kb"))
    {
        Some(kib) => text::count(kib)?.checked_mul(1024)?,
        None => text::count(text)?,
    };
    (bytes > 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let host = parse(
            r#"{"agentVersion":"7.76.1","os":"linux","internalHostname":"web-1","meta":{"socket-hostname":"x"},
            "systemStats":{"machine":"amd64","pythonV":"n/a","cpuCores":1,"nixV":["ubuntu","24.04",""]},
            "gohai":"{\"memory\":{\"total\":\"2048kB\"},\"cpu\":{\"cpu_cores\":\"8\",\"cpu_logical_processors\":\"16\"},\"platform\":{\"goV\":\"1.25\"}}",
            "install-method":{"tool":"dpkg","tool_version":"1","installer_version":"deb"}}"#,
        )
        .unwrap();
        assert_eq!(host.hostname.as_deref(), Some("web-1"));
        assert_eq!(host.platform.as_deref(), Some("ubuntu 24.04"));
        assert_eq!((host.cpus, host.cpu_cores), (Some(16), Some(8)));
        assert_eq!(host.memory_bytes, Some(2_097_152));
        assert_eq!(host.python_version, None);
        assert_eq!(host.install.unwrap().tool.as_deref(), Some("dpkg"));
        assert_eq!(parse("{}"), None);
        assert_eq!(parse("{\"agentVersion\": "), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn without_hardware() {
        // The count of the first processor is not that of the host.
        let host = parse(r#"{"os":"linux","systemStats":{"cpuCores":1},"gohai":""}"#).unwrap();
        assert_eq!((host.cpus, host.memory_bytes), (None, None));
        let mac = parse(
            r#"{"os":"darwin","gohai":{"cpu":{"cpu_logical_processors":10},"memory":{"total":"17179869184"}}}"#,
        )
        .unwrap();
        assert_eq!((mac.cpus, mac.memory_bytes), (Some(10), Some(16 << 30)));
        assert_eq!(bytes("99999999999999999999kB"), None);
    }

    #[test]
    fn all_names() {
        let host = parse(
            r#"{"internalHostname":"gke-1.c.proj.internal","meta":{"socket-hostname":"dd-c4kcx","timezones":["UTC"],"socket-fqdn":"dd-c4kcx.","ec2-hostname":"","hostname":"gke-1.c.proj.internal","host_aliases":["gke-1-cluster","gke-1.proj"],"instance-id":"90825865558996083","cluster-name":"prod"},
            "gohai":"{\"platform\":{\"hostname\":\"dd-c4kcx\"}}"}"#,
        )
        .unwrap();
        assert_eq!(
            host.names,
            [
                "gke-1.c.proj.internal",
                "dd-c4kcx",
                "90825865558996083",
                "gke-1-cluster",
                "gke-1.proj"
            ]
        );
        let many: Vec<String> = (0..NAMES + 5).map(|n| format!("\"h{n}\"")).collect();
        let host = parse(&format!(
            "{{\"meta\": {{\"host_aliases\": [{}]}}}}",
            many.join(",")
        ))
        .unwrap();
        assert_eq!(host.names.len(), NAMES);
    }

    #[test]
    fn inventory() {
        let text = r#"{
    "hostname": "web-1",
    "timestamp": 1631281754507358895,
    "host_metadata": {
        "cpu_architecture": "unknown",
        "cpu_cores": 6,
        "cpu_logical_processors": 12,
        "kernel_name": "Linux",
        "memory_total_kb": 12227556,
        "os": "GNU/Linux",
        "os_version": "debian bookworm/sid",
        "agent_version": "7.76.1",
        "cloud_provider_host_id": "i-abcedf"
    }
}"#;
        let inventory = parse_inventory(text).unwrap();
        assert_eq!((inventory.cpus, inventory.cpu_cores), (Some(12), Some(6)));
        assert_eq!(inventory.memory_bytes, Some(12_227_556 * 1024));
        assert_eq!(inventory.os.as_deref(), Some("linux"));
        assert_eq!(inventory.machine, None);
        let host = parse(r#"{"os":"linux","internalHostname":"w","gohai":"{\"cpu\":{\"cpu_logical_processors\":\"16\"}}"}"#).unwrap();
        let both = host.or(inventory);
        assert_eq!((both.cpus, both.cpu_cores), (Some(16), Some(6)));
        assert_eq!(both.names, ["w", "web-1", "i-abcedf"]);
        assert_eq!(parse_inventory("{\"hostname\": \"x\"}"), None);
        assert_eq!(parse_inventory(""), None);
        for end in 0..text.len() {
            let _ = parse_inventory(&text[..end]);
        }
    }
}
