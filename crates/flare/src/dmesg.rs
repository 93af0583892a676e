//! `dmesg.log`: only the kernel's out-of-memory kills are read.

use crate::process::is_program;

/// One kill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomKill {
    /// Name of the process, cut by the kernel to 15 bytes.
    pub process: String,
    /// Its id.
    pub pid: Option<u64>,
    /// A control group's limit was reached, not the host's memory.
    pub in_cgroup: bool,
    /// When, in milliseconds of the kernel's clock: about since boot.
    pub since_boot_ms: Option<u64>,
    /// Resident memory of the process: anonymous, file and shared.
    pub rss_bytes: Option<u64>,
    /// The memory limit of the control group.
    pub limit_bytes: Option<u64>,
    /// The control group whose limit was reached, for example `/kubepods/burstable/pod1/2`.
    pub cgroup: Option<String>,
    /// The line.
    pub line: String,
}

impl OomKill {
    /// It has the name of one of the Agent's own processes, as the kernel cuts it.
    pub fn is_agent(&self) -> bool {
        is_program(&self.process)
    }
}

/// Kills kept.
const KILLS: usize = 200;

/// Reads a kernel log.
pub fn parse(text: &str) -> Vec<OomKill> {
    let mut kills = Vec::new();
    // The kernel writes limit and group of a kill before the line that names the process.
    let mut limit_bytes = None;
    let mut cgroup = None;
    for line in text.lines() {
        if let Some(kill) = kill(line) {
            let of_group = kill.in_cgroup;
            kills.push(OomKill {
                limit_bytes: limit_bytes.take().filter(|_| of_group),
                cgroup: cgroup.take().filter(|_| of_group),
                ..kill
            });
            if kills.len() >= KILLS {
                break;
            }
        } else if let Some((_, rest)) = line.split_once("memory: usage ") {
            limit_bytes = rest.split_once("limit ").and_then(|(_, rest)| kib(rest));
        } else if let Some((_, rest)) = line.split_once("oom_memcg=") {
            let path = rest.split(',').next().unwrap_or_default().trim();
            cgroup = (!path.is_empty()).then(|| super::text::cut(path, 500).to_owned());
        } else if line.contains(" invoked oom-killer") {
            limit_bytes = None;
            cgroup = None;
        }
    }
    kills
}

/// `Memory cgroup out of memory: Killed process 1234 (agent) total-vm:...`; older kernels write
/// `Kill process 1234 (agent) score ...`.
fn kill(line: &str) -> Option<OomKill> {
    let at = line.to_ascii_lowercase().find("out of memory: kill")?;
    let before = line.get(..at).unwrap_or_default();
    let after = line.get(at..)?.split_once(" process ")?.1;
    let (pid, rest) = after.split_once(' ')?;
    let name = rest.trim_start().strip_prefix('(')?.split(')').next()?;
    let parts = ["anon-rss:", "file-rss:", "shmem-rss:"]
        .iter()
        .filter_map(|key| kib(rest.split_once(key)?.1));
    Some(OomKill {
        process: name.to_owned(),
        pid: super::text::count(pid.trim_end_matches(',')),
        in_cgroup: before.trim_end().to_ascii_lowercase().ends_with("cgroup"),
        since_boot_ms: since_boot_ms(before),
        rss_bytes: parts.reduce(u64::saturating_add),
        line: super::text::cut(line.trim(), 500).to_owned(),
        ..OomKill::default()
    })
}

/// `[12345.678901]` at the start of a line. `dmesg -T` writes a date there, whose zone is unknown.
fn since_boot_ms(line: &str) -> Option<u64> {
    let (stamp, _) = line.split_once('[')?.1.split_once(']')?;
    let seconds: f64 = stamp.trim().parse().ok()?;
    super::text::whole(seconds * 1000.0)
}

/// Bytes of a text that starts with `524288kB`. The kernel writes a huge number for no limit.
fn kib(text: &str) -> Option<u64> {
    let kib: u64 = text.split_once("kB")?.0.trim().parse().ok()?;
    kib.checked_mul(1024).filter(|bytes| *bytes < 1 << 60)
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

    #[test]
    fn a_container_at_its_limit() {
        let kills = parse(
            "[81000.100000] agent invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=992\n\
             [81000.100200] memory: usage 524288kB, limit 524288kB, failcnt 31\n\
             [81000.100201] swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n\
             [81000.100900] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=abc,mems_allowed=0,oom_memcg=/kubepods/burstable/pod1/c2,task_memcg=/kubepods/burstable/pod1/c2,task=agent,pid=4711,uid=0\n\
             [81000.101250] Memory cgroup out of memory: Killed process 4711 (agent) total-vm:2104832kB, anon-rss:508112kB, file-rss:61440kB, shmem-rss:0kB, UID:0 pgtables:1520kB oom_score_adj:992\n\
             [81999.000000] Out of memory: Killed process 5 (java) total-vm:1kB, anon-rss:7kB, file-rss:0kB, shmem-rss:1kB\n",
        );
        assert_eq!(kills.len(), 2);
        assert_eq!(kills[0].since_boot_ms, Some(81_000_101));
        assert_eq!(kills[0].limit_bytes, Some(512 << 20));
        assert_eq!(kills[0].rss_bytes, Some((508_112 + 61_440) * 1024));
        assert_eq!(
            kills[0].cgroup.as_deref(),
            Some("/kubepods/burstable/pod1/c2")
        );
        assert_eq!(
            (kills[1].limit_bytes, kills[1].cgroup.as_ref()),
            (None, None)
        );
        assert_eq!(kills[1].rss_bytes, Some(8192));
    }

    #[test]
    fn without_a_limit_and_damaged() {
        let kills = parse(
            "[Fri Nov 20 09:00:00 2026] memory: usage 1kB, limit 9007199254740988kB, failcnt 0\n[Fri Nov 20 09:00:00 2026] Memory cgroup out of memory: Killed process 7 (agent)\n",
        );
        assert_eq!((kills[0].limit_bytes, kills[0].since_boot_ms), (None, None));
        for text in [
            "",
            "out of memory: kill",
            "Out of memory: Killed process ",
            "Out of memory: Killed process 1 x",
            "memory: usage ",
            "]out of memory: killed process 1 (",
        ] {
            let _ = parse(text);
        }
        let many = "Out of memory: Killed process 1 (a)\n".repeat(KILLS + 5);
        assert_eq!(parse(&many).len(), KILLS);
    }
}
