//! `ecs_metadata.json`: what ECS says of the Agent's place.
//!
//! The Agent writes no more than the cluster and the version of ECS's own agent. The answer of the
//! task metadata endpoint (versions 2 to 4), which support asks for by hand, has the limits; it is
//! read too.

use super::text;
use super::yaml::Node;

/// Containers kept; a task has at most ten.
const CONTAINERS: usize = 100;

/// Bytes kept of a name.
const NAME_BYTES: usize = 500;

/// One container of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EcsContainer {
    /// Name in the task definition.
    pub name: String,
    /// Image.
    pub image: Option<String>,
    /// Most memory that it may take; `None` where it is not limited.
    pub memory_limit_bytes: Option<u64>,
}

/// What the file says. What it lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EcsMetadata {
    /// Name of the cluster.
    pub cluster: Option<String>,
    /// Memory limit of the whole task.
    pub task_memory_limit_bytes: Option<u64>,
    /// Cores of the whole task.
    pub task_cpu_limit_cores: Option<f64>,
    /// Containers of the task.
    pub containers: Vec<EcsContainer>,
}

impl EcsMetadata {
    /// The container of the Agent: the first one whose name or image says `datadog` or `dd-agent`
    /// together with `agent`.
    pub fn agent_container(&self) -> Option<&EcsContainer> {
        self.containers.iter().find(|container| {
            let image = container.image.as_deref().unwrap_or_default();
            super::docker_inspect::is_agent(&container.name, image)
        })
    }

    /// The limit that the Agent meets first: that of its container, else that of its task, which
    /// it shares with the other containers.
    pub fn memory_limit_bytes(&self) -> Option<u64> {
        let own = self.agent_container()?.memory_limit_bytes;
        [own, self.task_memory_limit_bytes]
            .into_iter()
            .flatten()
            .min()
    }
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<EcsMetadata> {
    let (node, _) = Node::parse(text);
    let name = |node: &Node, path: &str| {
        let name = node.text_at(path).and_then(text::value)?;
        Some(text::cut(name, NAME_BYTES).to_owned())
    };
    let containers = node
        .get("Containers")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|container| {
            Some(EcsContainer {
                name: name(container, "Name").or_else(|| name(container, "DockerName"))?,
                image: name(container, "Image"),
                memory_limit_bytes: mebibytes(container),
            })
        })
        .take(CONTAINERS)
        .collect();
    let metadata = EcsMetadata {
        cluster: name(&node, "ECSCluster").or_else(|| {
            // A task names its cluster by ARN or by name.
            let cluster = name(&node, "Cluster")?;
            Some(cluster.rsplit('/').next().unwrap_or(&cluster).to_owned())
        }),
        task_memory_limit_bytes: mebibytes(&node),
        task_cpu_limit_cores: node.number_at("Limits.CPU").filter(|cores| *cores > 0.0),
        containers,
    };
    (metadata != EcsMetadata::default()).then_some(metadata)
}

/// `Limits.Memory` in bytes; ECS counts MiB, and 0 is none.
fn mebibytes(node: &Node) -> Option<u64> {
    let mebibytes = node.count_at("Limits.Memory").filter(|n| *n > 0)?;
    mebibytes.checked_mul(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_agent_writes_it() {
        let metadata =
            parse("{\n\t\"ECSCluster\": \"prod\",\n\t\"ECSAgentVersion\": \"Amazon ECS Agent - v1.51.0 (a3ff0bd7)\"\n}")
                .unwrap();
        assert_eq!(metadata.cluster.as_deref(), Some("prod"));
        assert_eq!(metadata.memory_limit_bytes(), None);
    }

    #[test]
    fn of_a_task() {
        let text = r#"{"Cluster":"arn:aws:ecs:us-west-2:1:cluster/default","TaskARN":"arn:x","Family":"web","Revision":"3",
            "Limits":{"CPU":0.25,"Memory":1024},
            "Containers":[
              {"DockerId":"a","Name":"web","DockerName":"ecs-web-1","Image":"nginx:1","Limits":{"CPU":2,"Memory":0}},
              {"DockerId":"b","Name":"datadog-agent","Image":"public.ecr.aws/datadog/agent:7","Limits":{"CPU":10,"Memory":256}},
              {"DockerId":"c"}]}"#;
        let metadata = parse(text).unwrap();
        assert_eq!(metadata.cluster.as_deref(), Some("default"));
        assert_eq!(metadata.task_memory_limit_bytes, Some(1 << 30));
        assert_eq!(metadata.task_cpu_limit_cores, Some(0.25));
        assert_eq!(metadata.containers.len(), 2);
        assert_eq!(metadata.containers[0].memory_limit_bytes, None);
        assert_eq!(metadata.memory_limit_bytes(), Some(256 << 20));
        // On Fargate the task is often limited, its containers are not.
        let task_only = parse(&text.replace("\"Memory\":256", "\"Memory\":0")).unwrap();
        assert_eq!(task_only.memory_limit_bytes(), Some(1 << 30));
        for end in 0..text.len() {
            let _ = parse(&text[..end]);
        }
    }

    #[test]
    fn no_metadata() {
        for text in [
            "",
            "null",
            "{}",
            "temporary failure in ecs, will retry later",
            "[1]",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
