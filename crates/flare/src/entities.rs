//! `tagger-list.json` and `workload-list.log`: how many entities of each kind the Agent knows.
//!
//! Ids and tags are the customer's and are only counted.

use super::text;
use super::yaml::Node;

/// Kinds kept.
const KINDS: usize = 100;

/// Bytes kept of a kind's name.
const NAME: usize = 100;

/// Entities of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entities {
    /// For example `container_id` of the tagger, `container` of the workloads.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// Tags of all of them; 0 of workloads, whose tags the list does not give.
    pub tags: u64,
    /// Tags of the one with the most.
    pub most_tags: u64,
}

/// Reads `tagger-list.json`, most entities first.
///
/// ```text
/// {"Entities": {"container_id://1f0c": {"tags": {"kubelet": ["kube_namespace:x"]}}}}
/// ```
pub fn tagger(text: &str) -> Vec<Entities> {
    let (node, _) = Node::parse(text);
    let entities = node.get("Entities").or_else(|| node.get("entities"));
    let entities = entities.map(Node::entries).unwrap_or_default();
    let mut kinds = Vec::new();
    for (id, entity) in entities {
        let Some((kind, _)) = id.split_once("://") else {
            continue;
        };
        let sources = entity.get("tags").map(Node::entries).unwrap_or_default();
        let tags = sources
            .iter()
            .map(|(_, tags)| tags.items().len() as u64)
            .sum();
        add(&mut kinds, kind, tags);
    }
    sorted(kinds)
}

/// Reads `workload-list.log`, most entities first.
///
/// ```text
/// === Entity container sources(merged):[containerd kubelet] id: 1f0c ===
/// ```
pub fn workloads(text: &str) -> Vec<Entities> {
    let mut kinds = Vec::new();
    for line in text.lines() {
        let kind = line
            .strip_prefix("=== Entity ")
            .or_else(|| line.strip_prefix("====== Entity "))
            .and_then(|rest| rest.split_once(" sources(merged):"));
        if let Some((kind, _)) = kind {
            add(&mut kinds, kind, 0);
        }
    }
    sorted(kinds)
}

fn add(kinds: &mut Vec<Entities>, name: &str, tags: u64) {
    let is_name = !name.is_empty()
        && name.len() <= NAME
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_name {
        return;
    }
    let at = match kinds.iter().position(|kind| kind.kind == name) {
        Some(at) => at,
        None if kinds.len() < KINDS => {
            kinds.push(Entities {
                kind: text::cut(name, NAME).to_owned(),
                ..Entities::default()
            });
            kinds.len() - 1
        }
        None => return,
    };
    if let Some(kind) = kinds.get_mut(at) {
        kind.count += 1;
        kind.tags = kind.tags.saturating_add(tags);
        kind.most_tags = kind.most_tags.max(tags);
    }
}

fn sorted(mut kinds: Vec<Entities>) -> Vec<Entities> {
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.kind.cmp(&b.kind)));
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_counted() {
        let kinds = tagger(
            "{\"Entities\": {\"container_id://1f\": {\"tags\": {\"kubelet\": [\"a:b\", \"c:d\"], \"static\": [\"e:f\"]}}, \"container_id://2a\": {\"tags\": {}}, \"kubernetes_pod_uid://x\": {\"tags\": {\"kubelet\": [\"a:b\"]}}, \"odd\": 5, \"bad kind://y\": {}}}",
        );
        let told: Vec<_> = kinds
            .iter()
            .map(|kind| (kind.kind.as_str(), kind.count, kind.tags, kind.most_tags))
            .collect();
        assert_eq!(
            told,
            [("container_id", 2, 3, 3), ("kubernetes_pod_uid", 1, 1, 1)]
        );
    }

    #[test]
    fn workloads_by_kind() {
        let text = "=== Entity process sources(merged):[process_collector] id: 2325 ===\nPID: 2325\n===\n\n=== Entity container sources(merged):[containerd kubelet] id: 1f ===\nName: === Entity pod\n===\r\n=== Entity process sources(merged):[process_collector] id: 1 ===\n";
        let told: Vec<_> = workloads(text)
            .into_iter()
            .map(|kind| (kind.kind, kind.count))
            .collect();
        assert_eq!(
            told,
            [("process".to_owned(), 2), ("container".to_owned(), 1)]
        );
    }

    #[test]
    fn nothing_to_count() {
        for text in [
            "",
            "{}",
            "{\"Entities\": {}}",
            "{\"Entities\": [1]}",
            "=== Entity ",
        ] {
            assert_eq!(tagger(text), [], "{text}");
            assert_eq!(workloads(text), [], "{text}");
        }
        let many: String = (0..KINDS + 20)
            .map(|kind| format!("=== Entity k{kind} sources(merged):[] id: 1 ===\n"))
            .collect();
        assert_eq!(workloads(&many).len(), KINDS);
    }

    #[test]
    fn long_runs_of_one_character() {
        for one in ["=", "{", "\"", "[", ":", "/", " ", "\n", "a"] {
            let text = one.repeat(200_000);
            assert_eq!(tagger(&text), [], "{one:?}");
            assert_eq!(workloads(&text), [], "{one:?}");
        }
    }
}
