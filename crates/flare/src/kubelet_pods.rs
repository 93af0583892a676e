//! `k8s/kubelet_pods.yaml`: the pods of the node as its kubelet lists them, with limits and
//! restarts of each container.
//!
//! A `PodList`; the Agent gets it as JSON and its scrubber writes it as YAML.

use std::collections::{HashMap, HashSet};

use super::text;
use super::yaml::Node;

/// Containers kept; a node runs a few hundred.
const CONTAINERS: usize = 10_000;

/// Bytes kept of a name.
const NAME_BYTES: usize = 500;

/// One container of a pod. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodContainer {
    /// Name of the pod.
    pub pod: String,
    /// Its namespace.
    pub namespace: String,
    /// The node that it runs on.
    pub node: Option<String>,
    /// Name of the container.
    pub container: String,
    /// Image, for example `gcr.io/datadoghq/agent:7.81.3`.
    pub image: Option<String>,
    /// Most memory that it may take; `None` where it is not limited.
    pub memory_limit_bytes: Option<u64>,
    /// Cores that it may use; `None` where they are not limited.
    pub cpu_limit_cores: Option<f64>,
    /// Restarts since the pod was made.
    pub restarts: Option<u64>,
    /// When it was started the last time, Unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// Why it ended the last time, for example `OOMKilled`.
    pub last_termination: Option<String>,
    /// When it did, Unix milliseconds.
    pub last_termination_at_ms: Option<i64>,
    /// With which code; 137 is a kill.
    pub last_exit_code: Option<u64>,
}

/// Reads the list.
pub fn parse(text: &str) -> Vec<PodContainer> {
    let (node, _) = Node::parse(text);
    let pods = match &node {
        Node::List(pods) => pods.as_slice(),
        _ => node.get("items").map(Node::items).unwrap_or_default(),
    };
    let mut containers = Vec::new();
    for pod in pods {
        let mut pod_of = Pod::of(pod);
        for (path, initial) in [("spec.containers", false), ("spec.initContainers", true)] {
            for spec in pod.at(path).map(Node::items).unwrap_or_default() {
                // Of those that run before the others, only the ones that stay matter.
                if initial && spec.text_at("restartPolicy") != Some("Always") {
                    continue;
                }
                if containers.len() >= CONTAINERS {
                    return containers;
                }
                containers.extend(pod_of.container(spec));
            }
        }
    }
    containers
}

/// What the containers of a pod share, looked up once: a pod may have as many fields as the file
/// has room for.
struct Pod<'n> {
    name: String,
    namespace: String,
    node: Option<String>,
    /// By the container's name. The name is the key of a pod's containers, so each is taken once.
    statuses: HashMap<&'n str, &'n Node>,
    taken: HashSet<&'n str>,
}

impl<'n> Pod<'n> {
    fn of(pod: &'n Node) -> Self {
        let mut statuses = HashMap::new();
        for path in ["status.containerStatuses", "status.initContainerStatuses"] {
            for status in pod.at(path).map(Node::items).unwrap_or_default() {
                if let Some(name) = status.text_at("name") {
                    statuses.entry(name).or_insert(status);
                }
            }
        }
        Self {
            name: some(pod, "metadata.name").unwrap_or_default(),
            namespace: some(pod, "metadata.namespace").unwrap_or_default(),
            node: some(pod, "spec.nodeName"),
            statuses,
            taken: HashSet::new(),
        }
    }

    fn container(&mut self, spec: &'n Node) -> Option<PodContainer> {
        let name = spec.text_at("name")?;
        if !self.taken.insert(name) {
            return None;
        }
        container(self, spec, self.statuses.get(name).copied())
    }
}

fn some(node: &Node, path: &str) -> Option<String> {
    let value = node.text_at(path).and_then(text::value)?;
    Some(text::cut(value, NAME_BYTES).to_owned())
}

/// The container that the Agent of the flare runs in.
///
/// Candidates are containers named `agent`, `datadog-agent`, `cluster-agent` or
/// `datadog-cluster-agent` (as Helm chart and Operator name them) where image or pod say
/// `datadog`. Of several, the first in this order:
///
/// 1. the pod bears one of the Agent's host names (`socket-hostname` is the name of the pod unless
///    it shares the host's network),
/// 2. a node Agent, neither a Cluster Agent nor a runner of cluster checks,
/// 3. a Cluster Agent after a runner,
/// 4. the order of the file.
pub fn agent_container<'a>(
    containers: &'a [PodContainer],
    host_names: &[String],
) -> Option<&'a PodContainer> {
    containers
        .iter()
        .filter(|container| is_candidate(container))
        .min_by_key(|container| {
            let is_own = host_names.contains(&container.pod);
            let rank = if container.container.contains("cluster-agent") {
                2
            } else if ["clusterchecks", "cluster-checks"]
                .iter()
                .any(|word| container.pod.contains(word))
            {
                1
            } else {
                0
            };
            // The first of equals is kept.
            (!is_own, rank)
        })
}

/// All containers of the pod that this one is in, itself too, in the order of the file.
pub fn pod_of<'a>(
    containers: &'a [PodContainer],
    one: &PodContainer,
) -> impl Iterator<Item = &'a PodContainer> {
    containers
        .iter()
        .filter(|other| other.pod == one.pod && other.namespace == one.namespace)
}

fn is_candidate(container: &PodContainer) -> bool {
    let says_datadog = |text: &str| text.to_ascii_lowercase().contains("datadog");
    matches!(
        container.container.as_str(),
        "agent" | "datadog-agent" | "cluster-agent" | "datadog-cluster-agent"
    ) && (says_datadog(&container.pod) || container.image.as_deref().is_some_and(says_datadog))
}

fn container(pod: &Pod<'_>, spec: &Node, status: Option<&Node>) -> Option<PodContainer> {
    let name = some(spec, "name")?;
    let at = |path: &str| status?.at(path);
    // A resize in place changes what holds, and what was asked for only after that.
    let resource = |path: &str| {
        at(path)
            .or_else(|| spec.at(path))
            .and_then(Node::text)
            .and_then(quantity)
            .filter(|amount| *amount > 0.0)
    };
    // Where it has just ended, the state itself tells.
    let ended = |key: &str| {
        ["lastState.terminated", "state.terminated"]
            .iter()
            .find_map(|path| at(path)?.get(key)?.text())
    };
    let instant = |text: &str| text::instant_ms(text);
    Some(PodContainer {
        pod: pod.name.clone(),
        namespace: pod.namespace.clone(),
        node: pod.node.clone(),
        container: name,
        image: some(spec, "image").or_else(|| some(status?, "image")),
        memory_limit_bytes: resource("resources.limits.memory").and_then(text::whole),
        cpu_limit_cores: resource("resources.limits.cpu"),
        restarts: at("restartCount").and_then(Node::count),
        started_at_ms: at("state.running.startedAt")
            .and_then(Node::text)
            .and_then(instant),
        last_termination: ended("reason")
            .and_then(text::value)
            .map(|reason| text::cut(reason, NAME_BYTES).to_owned()),
        last_termination_at_ms: ended("finishedAt").and_then(instant),
        last_exit_code: ended("exitCode").and_then(text::count),
    })
}

/// A Kubernetes quantity: `512Mi`, `500M`, `1e9`, `250m`, `2`.
fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    // `1e9` and `1E9` are numbers, `1E` is an exabyte.
    if unit.len() > 1 && unit.starts_with(['e', 'E']) && !unit.ends_with('i') {
        return text.parse().ok().filter(|n: &f64| n.is_finite());
    }
    let factor = match unit {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1_024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        "Ei" => 1_152_921_504_606_846_976.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some(number * factor).filter(|n| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the Agent's scrubber writes it: keys in order, tokens starred.
    const PODS: &str = r#"apiVersion: v1
items:
- metadata:
    labels:
      app: checkout
    name: checkout-6dc845c45d-xlnmh
    namespace: shop
  spec:
    containers:
    - image: registry.corp/checkout:12
      name: agent
      resources: {}
    nodeName: k8s-node-17
  status:
    phase: Running
- metadata:
    labels:
      app: datadog-clusterchecks
    name: datadog-clusterchecks-7b5c-kx2lq
    namespace: datadog
  spec:
    containers:
    - image: gcr.io/datadoghq/agent:7.81.3
      name: agent
- metadata:
    annotations:
      kubernetes.io/config.source: api
    creationTimestamp: "2026-11-19T12:11:00Z"
    name: datadog-agent-c4kcx
    namespace: datadog
  spec:
    containers:
    - env:
      - name: DD_API_KEY
        value: '********'
      image: gcr.io/datadoghq/agent:7.81.3
      name: agent
      resources:
        limits:
          cpu: 250m
          memory: 512Mi
        requests:
          cpu: 200m
          memory: 256Mi
    - image: gcr.io/datadoghq/agent:7.81.3
      name: trace-agent
      resources:
        limits:
          cpu: "2"
          memory: 1Gi
    initContainers:
    - image: gcr.io/datadoghq/agent:7.81.3
      name: init-volume
    - image: gcr.io/datadoghq/agent:7.81.3
      name: otel
      restartPolicy: Always
    nodeName: k8s-node-17
  status:
    containerStatuses:
    - containerID: containerd://5a3d
      image: gcr.io/datadoghq/agent:7.81.3
      lastState:
        terminated:
          exitCode: 137
          finishedAt: "2026-11-23T05:58:02Z"
          reason: OOMKilled
          startedAt: "2026-11-22T12:12:38Z"
      name: agent
      ready: true
      restartCount: 4
      state:
        running:
          startedAt: "2026-11-23T05:58:04Z"
    - lastState: {}
      name: trace-agent
      restartCount: 0
      state:
        running:
          startedAt: "2026-11-19T12:12:40Z"
    phase: Running
kind: PodList
metadata: {}
"#;

    #[test]
    fn pods_of_a_node() {
        let containers = parse(PODS);
        let names: Vec<&str> = containers.iter().map(|it| it.container.as_str()).collect();
        assert_eq!(names, ["agent", "agent", "agent", "trace-agent", "otel"]);
        assert_eq!(
            containers[2],
            PodContainer {
                pod: "datadog-agent-c4kcx".to_owned(),
                namespace: "datadog".to_owned(),
                node: Some("k8s-node-17".to_owned()),
                container: "agent".to_owned(),
                image: Some("gcr.io/datadoghq/agent:7.81.3".to_owned()),
                memory_limit_bytes: Some(512 << 20),
                cpu_limit_cores: Some(0.25),
                restarts: Some(4),
                started_at_ms: Some(1_795_413_484_000),
                last_termination: Some("OOMKilled".to_owned()),
                last_termination_at_ms: Some(1_795_413_482_000),
                last_exit_code: Some(137),
            }
        );
        assert_eq!(containers[3].cpu_limit_cores, Some(2.0));
        assert_eq!(containers[3].last_termination, None);
        assert_eq!(containers[0].memory_limit_bytes, None);
    }

    #[test]
    fn which_one_is_the_agent() {
        let containers = parse(PODS);
        assert_eq!(
            agent_container(&containers, &[]).unwrap().pod,
            "datadog-agent-c4kcx"
        );
        // A flare of the runner itself: its pod bears the Agent's host name.
        let runner = "datadog-clusterchecks-7b5c-kx2lq".to_owned();
        assert_eq!(
            agent_container(&containers, std::slice::from_ref(&runner))
                .unwrap()
                .pod,
            runner
        );
        let names: Vec<&str> = pod_of(&containers, &containers[2])
            .map(|it| it.container.as_str())
            .collect();
        assert_eq!(names, ["agent", "trace-agent", "otel"]);
        assert_eq!(agent_container(&containers[..1], &[]), None);
        assert_eq!(agent_container(&[], &[]), None);
    }

    #[test]
    fn json_of_the_kubelet() {
        let containers = parse(
            r#"{"kind":"PodList","items":[{"metadata":{"name":"mirror","namespace":"x"},"spec":{"containers":[{"name":"cluster-agent","image":"corp/datadog/cluster-agent:7","resources":{"limits":{"memory":5e8,"cpu":1.5}}}]},
            "status":{"containerStatuses":[{"name":"cluster-agent","restartCount":1,"state":{"terminated":{"reason":"Error","exitCode":2,"finishedAt":null}},"resources":{"limits":{"memory":"1G"}}}]}}]}"#,
        );
        let agent = agent_container(&containers, &[]).unwrap();
        assert_eq!(agent.memory_limit_bytes, Some(1_000_000_000));
        assert_eq!(agent.cpu_limit_cores, Some(1.5));
        assert_eq!(agent.last_termination.as_deref(), Some("Error"));
        assert_eq!(
            (agent.last_exit_code, agent.last_termination_at_ms),
            (Some(2), None)
        );
    }

    #[test]
    fn quantities() {
        for (text, expected) in [
            ("512Mi", Some(536_870_912.0)),
            ("1Gi", Some(1_073_741_824.0)),
            ("500M", Some(5e8)),
            ("1e9", Some(1e9)),
            ("1E3", Some(1e3)),
            ("1E", Some(1e18)),
            ("1Ei", Some(1_152_921_504_606_846_976.0)),
            ("128974848000m", Some(128_974_848.0)),
            ("250m", Some(0.25)),
            ("100n", Some(1e-7)),
            ("2", Some(2.0)),
            ("1.5Gi", Some(1_610_612_736.0)),
            ("2k", Some(2000.0)),
            ("1e", None),
            ("12 GB", None),
            ("Mi", None),
            ("", None),
            ("1e999", None),
        ] {
            let read = quantity(text);
            let close = match (read, expected) {
                (Some(read), Some(expected)) => (read - expected).abs() <= expected * 1e-12,
                (read, expected) => read == expected,
            };
            assert!(close, "{text}: {read:?}");
        }
    }

    #[test]
    fn junk_and_cuts() {
        for text in [
            "",
            "null\n",
            "items: 5\n",
            "items:\n- 1\n- spec:\n    containers: x\n",
            "unable to reach the kubelet",
            "items:\n- spec:\n    containers:\n    - image: x\n",
        ] {
            assert!(parse(text).is_empty(), "{text}");
        }
        for end in (0..PODS.len()).step_by(7) {
            let _ = parse(&PODS[..end]);
        }
        let cut = PODS.find("cpu: 200m").unwrap();
        assert_eq!(parse(&PODS[..cut])[2].memory_limit_bytes, Some(512 << 20));
        let names = (0..CONTAINERS + 10).map(|n| format!("    - name: a{n}\n"));
        let head = "items:\n- spec:\n    containers:\n";
        let text = format!("{head}{}", names.collect::<String>());
        assert_eq!(parse(&text).len(), CONTAINERS);
        // A pod has one container of a name.
        let twice = format!("{head}    - name: a\n      image: x\n    - name: a\n      image: y\n");
        let images: Vec<_> = parse(&twice).into_iter().map(|one| one.image).collect();
        assert_eq!(images, [Some("x".to_owned())]);
    }
}
