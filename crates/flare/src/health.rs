//! `health.yaml`: which components of the Agent answered. One that did not has a goroutine that
//! is stuck.

use super::yaml::Node;

/// Names of components.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Those that answered.
    pub healthy: Vec<String>,
    /// Those that did not.
    pub unhealthy: Vec<String>,
}

/// Components kept.
const COMPONENTS: usize = 1_000;

/// Reads the file.
pub fn parse(text: &str) -> Health {
    let (node, _) = Node::parse(text);
    let names = |key: &str| {
        node.get(key)
            .or_else(|| {
                node.entries()
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(key))
                    .map(|(_, node)| node)
            })
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .take(COMPONENTS)
            .map(str::to_owned)
            .collect()
    };
    Health {
        healthy: names("healthy"),
        unhealthy: names("unhealthy"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let health = parse("healthy:\n- forwarder\n- tagger-store\nunhealthy: [logs-agent]\n");
        assert_eq!(health.healthy, ["forwarder", "tagger-store"]);
        assert_eq!(health.unhealthy, ["logs-agent"]);
        assert_eq!(parse("unable to get health"), Health::default());
    }
}
