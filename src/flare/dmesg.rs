//! `dmesg.log`: only the kernel's out-of-memory kills are read.

/// One kill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomKill {
    /// Name of the process, cut by the kernel to 15 bytes.
    pub process: String,
    /// Its id.
    pub pid: Option<u64>,
    /// A control group's limit was reached, not the host's memory.
    pub in_cgroup: bool,
    /// The line.
    pub line: String,
}

/// Kills kept.
const KILLS: usize = 200;

/// Reads a kernel log.
pub fn parse(text: &str) -> Vec<OomKill> {
    text.lines().filter_map(kill).take(KILLS).collect()
}

/// `Memory cgroup out of memory: Killed process 1234 (agent) total-vm:...`; older kernels write
/// `Kill process 1234 (agent) score ...`.
fn kill(line: &str) -> Option<OomKill> {
    let at = line.to_ascii_lowercase().find("out of memory: kill")?;
    let before = line.get(..at).unwrap_or_default();
    let after = line.get(at..)?.split_once(" process ")?.1;
    let (pid, rest) = after.split_once(' ')?;
    let name = rest.trim_start().strip_prefix('(')?.split(')').next()?;
    Some(OomKill {
        process: name.to_owned(),
        pid: super::text::count(pid.trim_end_matches(',')),
        in_cgroup: before.trim_end().to_ascii_lowercase().ends_with("cgroup"),
        line: super::text::cut(line.trim(), 500).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_kernels() {
        let kills = parse(
            "[1.0] Memory cgroup out of memory: Killed process 1234 (agent) total-vm:1kB\n[2.0] Out of memory: Kill process 99 (trace-agent) score 900\n[3.0] usb 1-1: new device\n",
        );
        assert_eq!(kills.len(), 2);
        assert_eq!(
            (kills[0].process.as_str(), kills[0].pid, kills[0].in_cgroup),
            ("agent", Some(1234), true)
        );
        assert!(!kills[1].in_cgroup);
    }
}
