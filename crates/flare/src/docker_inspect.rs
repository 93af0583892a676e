//! `docker_inspect.log`: the Agent's own container as Docker describes it.
//!
//! The Agent inspects only the container that it runs in, and replaces image digests by names
//! without quoting them, so that the file is often no JSON. A list of containers, as
//! `docker inspect a b` writes it, is read too.

use super::text;
use super::yaml::Node;

/// Containers kept.
const CONTAINERS: usize = 1_000;

/// Bytes kept of a name.
const NAME_BYTES: usize = 500;

/// One container. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DockerContainer {
    /// Name without the slash, for example `dd-agent`.
    pub name: Option<String>,
    /// Image, for example `gcr.io/datadoghq/agent:7`.
    pub image: Option<String>,
    /// Most memory that it may take; `None` where it is not limited.
    pub memory_limit_bytes: Option<u64>,
    /// Cores that it may use; `None` where they are not limited.
    pub cpu_limit_cores: Option<f64>,
    /// Restarts by Docker's restart policy.
    pub restarts: Option<u64>,
    /// Whether its last end was an out-of-memory kill.
    pub oom_killed: Option<bool>,
    /// How its main process ended the last time; 137 is a kill.
    pub exit_code: Option<u64>,
    /// When it was started, Unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// When it ended the last time, Unix milliseconds.
    pub finished_at_ms: Option<i64>,
}

/// Reads the file. Text before the JSON is left out.
pub fn parse(text: &str) -> Vec<DockerContainer> {
    let Some(json) = json_part(text) else {
        return Vec::new();
    };
    let (node, problem) = Node::parse(json);
    let node = match problem {
        None => node,
        Some(_) => Node::parse(&mended(json)).0,
    };
    let one = std::slice::from_ref(&node);
    let containers = match &node {
        Node::List(containers) => containers.as_slice(),
        _ => one,
    };
    containers
        .iter()
        .take(CONTAINERS)
        .filter_map(container)
        .collect()
}

/// The container of the Agent: the only one, as the Agent writes it, else the first one whose name
/// or image says `datadog` or `dd-agent` together with `agent`.
pub fn agent_container(containers: &[DockerContainer]) -> Option<&DockerContainer> {
    if let [only] = containers {
        return Some(only);
    }
    containers.iter().find(|container| {
        let name = container.name.as_deref().unwrap_or_default();
        let image = container.image.as_deref().unwrap_or_default();
        is_agent(name, image)
    })
}

/// Whether name or image of a container tell that a Datadog Agent runs in it.
pub(super) fn is_agent(name: &str, image: &str) -> bool {
    let says = |word: &str| {
        [name, image]
            .iter()
            .any(|text| text.to_ascii_lowercase().contains(word))
    };
    says("agent") && (says("datadog") || says("dd-agent"))
}

/// From the first line that begins a list or an object.
fn json_part(text: &str) -> Option<&str> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start_matches('\u{feff}').trim_start();
        if start.starts_with(['{', '[']) {
            return text.get(at + line.len() - start.len()..);
        }
        at += line.len();
    }
    None
}

/// Quotes what the Agent left bare, and takes out the tabs, which YAML does not allow. The Agent
/// puts the name of an image in place of the whole `"Image": "sha256:..."`.
fn mended(json: &str) -> String {
    let mut mended = String::with_capacity(json.len() + 64);
    for line in json.lines() {
        let content = line.trim();
        let comma = if content.ends_with(',') { "," } else { "" };
        let bare = content.trim_end_matches(',');
        let is_bare = !content.is_empty()
            && !content.contains(['"', '{', '}', '[', ']'])
            && !matches!(bare, "true" | "false" | "null")
            && bare.parse::<f64>().is_err();
        if is_bare && bare.is_empty() {
            // An image whose name was not found leaves only the comma.
            continue;
        }
        // Not after the last line: a text that was cut off there may be open.
        if !mended.is_empty() {
            mended.push('\n');
        }
        let indent = line.len() - line.trim_start().len();
        mended.extend(std::iter::repeat_n(' ', indent));
        if is_bare {
            mended.push_str("\"Image\": \"");
            mended.push_str(bare);
            mended.push('"');
            mended.push_str(comma);
        } else {
            mended.push_str(content);
        }
    }
    mended
}

fn container(node: &Node) -> Option<DockerContainer> {
    let name = |path: &str| {
        let name = node.text_at(path).and_then(text::value)?;
        Some(text::cut(name.trim_start_matches('/'), NAME_BYTES).to_owned())
    };
    // Year one stands for never.
    let instant = |path: &str| {
        let at = node.text_at(path).and_then(text::instant_ms);
        at.filter(|at| *at > 0)
    };
    let host = node.get("HostConfig");
    let positive = |key: &str| host?.get(key)?.count().filter(|n| *n > 0);
    let image = ["Config.Image", "Image"]
        .iter()
        .filter_map(|path| name(path))
        .find(|image| !image.starts_with("sha256:"));
    let container = DockerContainer {
        name: name("Name"),
        image: image.or_else(|| name("Config.Image")),
        memory_limit_bytes: positive("Memory"),
        cpu_limit_cores: cores(positive("NanoCpus"), 1e9).or_else(|| {
            // Docker's period, where none is set.
            let period = positive("CpuPeriod").unwrap_or(100_000);
            cores(positive("CpuQuota"), as_float(period))
        }),
        restarts: node.count_at("RestartCount"),
        oom_killed: node.truth_at("State.OOMKilled"),
        exit_code: node.count_at("State.ExitCode"),
        started_at_ms: instant("State.StartedAt"),
        finished_at_ms: instant("State.FinishedAt"),
    };
    (container != DockerContainer::default()).then_some(container)
}

fn cores(amount: Option<u64>, of_one: f64) -> Option<f64> {
    Some(as_float(amount?) / of_one)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "quotas are far below 2^53, and a rounded one is as good"
)]
const fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the Agent writes it: tabs, and a bare name where a digest stood.
    const SELF: &str = "{\n\t\"Id\": \"5a3d\",\n\t\"Created\": \"2026-11-19T12:12:30.5Z\",\n\t\"Path\": \"/bin/entrypoint.sh\",\n\t\"Args\": [],\n\t\"State\": {\n\t\t\"Status\": \"running\",\n\t\t\"OOMKilled\": false,\n\t\t\"Pid\": 2871,\n\t\t\"ExitCode\": 0,\n\t\t\"StartedAt\": \"2026-11-19T12:12:37.978123456Z\",\n\t\t\"FinishedAt\": \"0001-01-01T00:00:00Z\"\n\t},\n\tgcr.io/datadoghq/agent:7.81.3,\n\t\"Name\": \"/dd-agent\",\n\t\"RestartCount\": 3,\n\t\"HostConfig\": {\n\t\t\"Memory\": 536870912,\n\t\t\"NanoCpus\": 1500000000,\n\t\t\"CpuPeriod\": 0,\n\t\t\"CpuQuota\": 0,\n\t\t\"MemoryReservation\": 0,\n\t\t\"OomKillDisable\": null\n\t},\n\t\"Config\": {\n\t\t\"Hostname\": \"5a3d\",\n\t\t\"Env\": [\n\t\t\t\"Stripped out\",\n\t\t\t\"See runtime_config_dump.yaml for consolidated configuration\"\n\t\t],\n\t\t\"Image\": \"gcr.io/datadoghq/agent:7\"\n\t}\n}";

    #[test]
    fn the_agents_own_container() {
        let containers = parse(SELF);
        assert_eq!(
            containers,
            [DockerContainer {
                name: Some("dd-agent".to_owned()),
                image: Some("gcr.io/datadoghq/agent:7".to_owned()),
                memory_limit_bytes: Some(536_870_912),
                cpu_limit_cores: Some(1.5),
                restarts: Some(3),
                oom_killed: Some(false),
                exit_code: Some(0),
                started_at_ms: Some(1_795_090_357_978),
                finished_at_ms: None,
            }]
        );
        assert_eq!(agent_container(&containers), containers.first());
        // An image whose name could not be found.
        let nameless = SELF.replace("gcr.io/datadoghq/agent:7.81.3,", ",");
        assert_eq!(parse(&nameless), containers);
        assert_eq!(parse(&SELF.replace('\n', "\r\n")), containers);
    }

    #[test]
    fn a_list_after_a_sentence() {
        let containers = parse(
            "Inspecting:\n[{\"Name\": \"/web\", \"Image\": \"sha256:ab\", \"Config\": {\"Image\": \"nginx\"}, \"HostConfig\": {\"Memory\": 0, \"CpuQuota\": 50000, \"CpuPeriod\": 100000}, \"State\": {\"OOMKilled\": true, \"ExitCode\": 137, \"StartedAt\": \"0001-01-01T00:00:00Z\"}},\n {\"Name\": \"/dd-agent\", \"Config\": {\"Image\": \"registry.corp/agent:7\"}, \"HostConfig\": {\"CpuQuota\": -1}}, 5]",
        );
        assert_eq!(containers.len(), 2);
        assert_eq!(containers[0].image.as_deref(), Some("nginx"));
        assert_eq!(containers[0].memory_limit_bytes, None);
        assert_eq!(containers[0].cpu_limit_cores, Some(0.5));
        assert_eq!(
            (containers[0].oom_killed, containers[0].exit_code),
            (Some(true), Some(137))
        );
        assert_eq!(containers[0].started_at_ms, None);
        assert_eq!(containers[1].cpu_limit_cores, None);
        assert_eq!(
            agent_container(&containers).unwrap().name.as_deref(),
            Some("dd-agent")
        );
        assert_eq!(agent_container(&[]), None);
    }

    #[test]
    fn which_containers_are_agents() {
        assert!(is_agent("datadog-agent", "x"));
        assert!(is_agent("x", "public.ecr.aws/datadog/agent:7"));
        assert!(is_agent("agent", "gcr.io/datadoghq/agent"));
        assert!(!is_agent("jenkins-agent", "jenkins/inbound-agent"));
        assert!(!is_agent("dogstatsd", "datadog/dogstatsd"));
    }

    #[test]
    fn junk_and_cuts() {
        for text in [
            "",
            "The Agent is not containerized",
            "{}",
            "[]",
            "[[[",
            "{\"a\": 1}",
        ] {
            assert!(parse(text).is_empty(), "{text}");
        }
        for end in 0..SELF.len() {
            let _ = parse(&SELF[..end]);
        }
        let cut = SELF.find("NanoCpus").unwrap();
        let containers = parse(&SELF[..cut]);
        assert_eq!(containers[0].memory_limit_bytes, Some(536_870_912));
        assert_eq!(containers[0].cpu_limit_cores, None);
    }
}
