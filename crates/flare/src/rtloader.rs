//! `expvar/rtloader`: memory that is handed between Go and Python. It is C memory, so no profile
//! of Go shows it.

use super::yaml::Node;

/// What was handed over. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rtloader {
    /// Bytes not yet freed.
    pub inuse_bytes: Option<u64>,
    /// Allocations since start.
    pub allocations: Option<u64>,
    /// Frees since start.
    pub frees: Option<u64>,
}

/// Reads the file; `None` where it tells nothing, as in an Agent without Python.
pub fn parse(text: &str) -> Option<Rtloader> {
    let (node, _) = Node::parse(text);
    let rtloader = Rtloader {
        inuse_bytes: node.count_at("InuseBytes"),
        allocations: node.count_at("Allocations"),
        frees: node.count_at("Frees"),
    };
    (rtloader != Rtloader::default()).then_some(rtloader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let rtloader = parse(
            "AllocatedBytes: 4.81023394e+08\nAllocations: 1.0234451e+07\nFreedBytes: 4.80999121e+08\nFrees: 1.023412e+07\nInuseBytes: 24273\nUntrackedFrees: 0\n",
        )
        .unwrap();
        assert_eq!(rtloader.inuse_bytes, Some(24_273));
        // Old Agents count without order, so that the difference can fall below zero.
        assert_eq!(
            parse("InuseBytes: -12\nFrees: 3\n").unwrap().inuse_bytes,
            None
        );
        assert_eq!(parse("{}\n"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("InuseBytes: [1, 2"), None);
    }
}
