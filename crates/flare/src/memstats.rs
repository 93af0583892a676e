//! `runtime.MemStats` as the Agent publishes it: `expvar/memstats`, and `memstats` within
//! `expvar/trace-agent`.
//!
//! Sizes are bytes, times nanoseconds. Whole numbers of a million and more are written as floats,
//! exact up to 2^53; instants are rounded by that.

use super::yaml::Node;

macro_rules! memstats {
    ($($(#[$doc:meta])* $field:ident = $key:literal;)*) => {
        /// Go's memory statistics of one process. What the file lacks is `None`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct MemStats {
            $($(#[$doc])* pub $field: Option<u64>,)*
            /// Share of the CPU time since start that the collector took, 0 to 1.
            pub gc_cpu_fraction: Option<f64>,
            /// Ends of the recent pauses in Unix nanoseconds, a ring of 256; unused slots left out.
            pub pause_end: Vec<u64>,
        }

        impl MemStats {
            /// Reads the map. `None` where it holds no memory statistics at all.
            pub fn from_node(node: &Node) -> Option<Self> {
                let stats = Self {
                    $($field: node.get($key).and_then(Node::count),)*
                    gc_cpu_fraction: node.get("GCCPUFraction").and_then(Node::number),
                    pause_end: ring(node, "PauseEnd"),
                };
                (stats != Self::default()).then_some(stats)
            }
        }
    };
}

memstats! {
    /// Bytes of live and not yet collected objects; the same as `heap_alloc`.
    alloc = "Alloc";
    /// Bytes allocated since start.
    total_alloc = "TotalAlloc";
    /// Bytes taken from the system.
    sys = "Sys";
    /// Pointer look-ups; always zero in Go today.
    lookups = "Lookups";
    /// Objects allocated since start.
    mallocs = "Mallocs";
    /// Objects freed since start.
    frees = "Frees";
    /// Bytes of heap objects.
    heap_alloc = "HeapAlloc";
    /// Heap bytes taken from the system.
    heap_sys = "HeapSys";
    /// Bytes in spans without objects.
    heap_idle = "HeapIdle";
    /// Bytes in spans with objects.
    heap_inuse = "HeapInuse";
    /// Bytes given back to the system.
    heap_released = "HeapReleased";
    /// Heap objects.
    heap_objects = "HeapObjects";
    /// Bytes in stacks.
    stack_inuse = "StackInuse";
    /// Stack bytes taken from the system.
    stack_sys = "StackSys";
    /// Bytes of span structures in use.
    mspan_inuse = "MSpanInuse";
    /// Bytes taken for span structures.
    mspan_sys = "MSpanSys";
    /// Bytes of cache structures in use.
    mcache_inuse = "MCacheInuse";
    /// Bytes taken for cache structures.
    mcache_sys = "MCacheSys";
    /// Bytes of the profiler's own tables.
    buck_hash_sys = "BuckHashSys";
    /// Bytes of collector metadata.
    gc_sys = "GCSys";
    /// Other bytes of the runtime.
    other_sys = "OtherSys";
    /// Heap size that the next collection aims at.
    next_gc = "NextGC";
    /// End of the last collection in Unix nanoseconds, rounded.
    last_gc = "LastGC";
    /// Sum of all pauses in nanoseconds.
    pause_total_ns = "PauseTotalNs";
    /// Collections so far.
    num_gc = "NumGC";
    /// Collections that were forced.
    num_forced_gc = "NumForcedGC";
}

fn ring(node: &Node, key: &str) -> Vec<u64> {
    const SLOTS: usize = 256;
    node.get(key)
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .take(SLOTS)
        .filter_map(Node::count)
        .filter(|slot| *slot != 0)
        .collect()
}

impl MemStats {
    /// Bytes that the Go runtime holds of the process's memory, about: `sys - heap_released`.
    pub fn held(&self) -> Option<u64> {
        Some(self.sys?.saturating_sub(self.heap_released?))
    }
}

/// Reads `expvar/memstats`, YAML or JSON; also a file that holds it under `memstats`, as
/// `expvar/trace-agent` does. `None` where it holds none, for example a sentence that the
/// trace-agent could not be asked.
pub fn parse(text: &str) -> Option<MemStats> {
    let (node, _) = Node::parse(text);
    node.get("memstats")
        .and_then(MemStats::from_node)
        .or_else(|| MemStats::from_node(&node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_whole_numbers() {
        let stats = parse(
            "Alloc: 4.1873104e+07\nBySize:\n- Frees: 1.290331e+06\n  Size: 8\nGCCPUFraction: 0.00041\nHeapObjects: 301255\nPauseEnd:\n- 1.7954143257275722e+18\n- 0\nSys: 1.24908808e+08\nHeapReleased: 8808\n",
        )
        .unwrap();
        assert_eq!(stats.alloc, Some(41_873_104));
        assert_eq!(stats.heap_objects, Some(301_255));
        assert_eq!(stats.gc_cpu_fraction, Some(0.00041));
        assert_eq!(stats.pause_end, [1_795_414_325_727_572_224]);
        assert_eq!(stats.held(), Some(124_900_000));
        assert_eq!(stats.num_gc, None);
    }

    #[test]
    fn other_forms() {
        assert_eq!(
            parse("{\"Alloc\": 5, \"NumGC\": 2}").unwrap().num_gc,
            Some(2)
        );
        assert_eq!(
            parse("memstats:\n  Alloc: 7\npid: 3\n").unwrap().alloc,
            Some(7)
        );
        assert_eq!(parse("{}\n"), None);
        assert_eq!(
            parse("Error retrieving vars: Get \"https://127.0.0.1:5012\": refused"),
            None
        );
        assert_eq!(parse(""), None);
    }
}
