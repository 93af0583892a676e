//! `install_info.log`, `install_info` in older versions: how the Agent was installed.

use super::yaml::Node;

/// How the Agent was installed. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallInfo {
    /// For example `dpkg`, `helm`, `ansible`.
    pub tool: Option<String>,
    /// For example `dpkg-1.22.6`.
    pub tool_version: Option<String>,
    /// For example `deb_package`.
    pub installer_version: Option<String>,
}

impl InstallInfo {
    /// Reads the map that holds the three; `None` where it holds none of them.
    pub(super) fn from_node(node: &Node) -> Option<Self> {
        let text = |key: &str| {
            node.get(key)
                .and_then(Node::text)
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let info = Self {
            tool: text("tool"),
            tool_version: text("tool_version"),
            installer_version: text("installer_version"),
        };
        (info != Self::default()).then_some(info)
    }
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<InstallInfo> {
    let (node, _) = Node::parse(text);
    node.get("install_method")
        .and_then(InstallInfo::from_node)
        .or_else(|| InstallInfo::from_node(&node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let info =
            parse("---\r\ninstall_method:\r\n  tool: helm\r\n  tool_version: \"3.1\"\r\n").unwrap();
        assert_eq!(info.tool.as_deref(), Some("helm"));
        assert_eq!(info.tool_version.as_deref(), Some("3.1"));
        assert_eq!(info.installer_version, None);
        assert_eq!(parse("cannot open /etc/datadog-agent/install_info"), None);
        assert_eq!(parse(""), None);
    }
}
