//! `dmesg.log`: only the kernel's out-of-memory kills are read.

use std::collections::HashSet;

use crate::process::is_program;

/// One kill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomKill {
    /// Name of the process that was ended, cut by the kernel to 15 bytes.
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
    /// The control group that the process was in: that one, or one below it.
    pub task_cgroup: Option<String>,
    /// One of the Agent's own processes is among those of the control group, or was the one that
    /// asked for memory.
    pub beside_agent: bool,
    /// The line.
    pub line: String,
}

impl OomKill {
    /// It has the name of one of the Agent's own processes, as the kernel cuts it.
    pub fn is_agent(&self) -> bool {
        is_program(&self.process)
    }

    /// It ended one of the Agent's own processes, or one that shares a control group's limit with
    /// them: JMXFetch (`java`) and what else the Agent starts.
    pub fn is_of_agent(&self) -> bool {
        self.is_agent() || self.beside_agent
    }
}

/// Kills kept.
const KILLS: usize = 200;

/// Bytes kept of a line and of a control group's path.
const LINE_BYTES: usize = 500;

/// Reads a kernel log.
pub fn parse(text: &str) -> Vec<OomKill> {
    let mut kills: Vec<OomKill> = Vec::new();
    let mut story = Story::default();
    for line in text.lines() {
        let Some(killed) = killed(line) else {
            story.line(line);
            continue;
        };
        match (killed.by, kills.last_mut()) {
            // Kernels before 5.0 say first whom they chose and then whom they ended, which may be
            // a child of it.
            (By::Ended, Some(last)) if story.chosen => {
                story.chosen = false;
                last.process = killed.kill.process;
                last.pid = killed.kill.pid;
                last.rss_bytes = killed.kill.rss_bytes;
            }
            (by, _) => {
                let seen = std::mem::take(&mut story);
                if kills.len() >= KILLS {
                    break;
                }
                let in_cgroup = match by {
                    By::OutOfMemory { in_cgroup, .. } => in_cgroup,
                    // Its first line is missing; the host's own kills name no group.
                    By::Ended => seen.cgroup.is_some(),
                };
                story.chosen = matches!(by, By::OutOfMemory { chosen: true, .. });
                kills.push(OomKill {
                    in_cgroup,
                    limit_bytes: seen.limit_bytes.filter(|_| in_cgroup),
                    cgroup: seen.cgroup.filter(|_| in_cgroup),
                    task_cgroup: seen.task_cgroup,
                    beside_agent: in_cgroup && seen.agent,
                    ..killed.kill
                });
            }
        }
    }
    // What one kill shows of a control group holds for the others at its limit.
    let groups = kills.iter().filter(|kill| kill.is_of_agent());
    let groups: HashSet<String> = groups.filter_map(|kill| kill.cgroup.clone()).collect();
    for kill in &mut kills {
        let group = kill.cgroup.as_ref();
        kill.beside_agent |= group.is_some_and(|group| groups.contains(group));
    }
    kills
}

/// What the kernel tells of a kill before the line that names the process.
#[derive(Default)]
struct Story {
    limit_bytes: Option<u64>,
    cgroup: Option<String>,
    task_cgroup: Option<String>,
    /// One of the Agent's processes asked for memory, or is listed.
    agent: bool,
    /// The list of processes began.
    in_list: bool,
    /// The last kill only names whom the kernel chose.
    chosen: bool,
}

impl Story {
    fn line(&mut self, line: &str) {
        let path = |text: &str| {
            let path = text.split(',').next().unwrap_or_default().trim();
            (!path.is_empty()).then(|| super::text::cut(path, LINE_BYTES).to_owned())
        };
        if let Some((before, _)) = line.split_once(" invoked oom-killer") {
            let name = before.rsplit(['[', ']']).next().unwrap_or(before).trim();
            *self = Self {
                agent: is_program(name.split(": ").last().unwrap_or(name).trim()),
                ..Self::default()
            };
        } else if let Some((_, rest)) = line.split_once("memory: usage ") {
            self.limit_bytes = rest.split_once("limit ").and_then(|(_, rest)| kib(rest));
        } else if let Some((_, rest)) = line.split_once("oom_memcg=") {
            self.cgroup = path(rest);
            if let Some((_, rest)) = line.split_once("task_memcg=") {
                self.task_cgroup = path(rest);
            }
        } else if let Some((_, rest)) = line.split_once("Task in ")
            && let Some((task, group)) = rest.split_once(" killed as a result of limit of ")
        {
            self.task_cgroup = path(task);
            self.cgroup = path(group);
        } else if line.contains("[ pid ]") || line.contains("[  pid  ]") {
            self.in_list = true;
        } else if self.in_list {
            // `[21312]     0 21312   101163    33693  ...  0 agent`
            let is_row = line.rsplit_once(']').is_some_and(|(_, row)| {
                let mut words = row.split_whitespace();
                words
                    .next()
                    .is_some_and(|uid| uid.bytes().all(|digit| digit.is_ascii_digit()))
                    && words.next_back().is_some_and(is_program)
            });
            self.agent |= is_row;
        }
    }
}

/// A line that names a process.
struct Killed {
    kill: OomKill,
    by: By,
}

/// Which of the kernel's lines it is.
enum By {
    /// `Out of memory: Killed process`, `Memory cgroup out of memory: Kill process`.
    OutOfMemory {
        in_cgroup: bool,
        /// Only whom the kernel chose: another line tells whom it ended.
        chosen: bool,
    },
    /// `Killed process` alone.
    Ended,
}

/// `Memory cgroup out of memory: Killed process 1234 (agent) total-vm:...`; older kernels write
/// `Kill process 1234 (agent) score ... or sacrifice child` and then `Killed process ...`.
fn killed(line: &str) -> Option<Killed> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("out of memory: kill");
    let start = at.or_else(|| lower.find("killed process "))?;
    let before = line.get(..start).unwrap_or_default();
    let after = line.get(start..)?.split_once(" process ")?.1;
    let (pid, rest) = after.split_once(' ')?;
    let name = rest.trim_start().strip_prefix('(')?.split(')').next()?;
    let parts = ["anon-rss:", "file-rss:", "shmem-rss:"]
        .iter()
        .filter_map(|key| kib(rest.split_once(key)?.1));
    let by = match at {
        Some(_) => By::OutOfMemory {
            in_cgroup: before.trim_end().to_ascii_lowercase().ends_with("cgroup"),
            chosen: rest.contains(" score "),
        },
        // A sentence of another program may say so too.
        None if rest.contains("total-vm:") => By::Ended,
        None => return None,
    };
    let kill = OomKill {
        process: name.to_owned(),
        pid: super::text::count(pid.trim_end_matches(',')),
        since_boot_ms: since_boot_ms(before),
        rss_bytes: parts.reduce(u64::saturating_add),
        line: super::text::cut(line.trim(), LINE_BYTES).to_owned(),
        ..OomKill::default()
    };
    Some(Killed { kill, by })
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
        assert_eq!(kills[0].task_cgroup, kills[0].cgroup);
        assert!(kills[0].beside_agent && !kills[1].beside_agent);
    }

    /// As a kernel of the years before 5.0 writes it: whom it chose, then whom it ended.
    const OLD: &str = "[100.1] agent invoked oom-killer: gfp_mask=0x24000c0, order=0, oom_score_adj=0\n\
        [100.2] Task in /docker/d561 killed as a result of limit of /docker/d561\n\
        [100.3] memory: usage 131072kB, limit 131072kB, failcnt 2137\n\
        [100.4] memory+swap: usage 131072kB, limit 262144kB, failcnt 0\n\
        [100.5] kmem: usage 0kB, limit 9007199254740988kB, failcnt 0\n\
        [100.6] [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name\n\
        [100.7] [21312]     0 21312   101163    33693     154       4        0             0 agent\n\
        [100.8] Memory cgroup out of memory: Kill process 21312 (agent) score 1032 or sacrifice child\n\
        [100.9] Killed process 21312 (agent) total-vm:404652kB, anon-rss:125388kB, file-rss:9384kB, shmem-rss:0kB\n";

    #[test]
    fn an_old_kernel_says_it_twice() {
        let kills = parse(OLD);
        assert_eq!(kills.len(), 1);
        let kill = &kills[0];
        assert_eq!(
            (kill.process.as_str(), kill.pid, kill.in_cgroup),
            ("agent", Some(21_312), true)
        );
        assert_eq!(kill.limit_bytes, Some(131_072 << 10));
        assert_eq!(kill.rss_bytes, Some((125_388 + 9_384) << 10));
        assert_eq!(kill.cgroup.as_deref(), Some("/docker/d561"));
        assert_eq!(kill.task_cgroup.as_deref(), Some("/docker/d561"));
        // Twice in a row are two kills.
        assert_eq!(parse(&OLD.repeat(2)).len(), 2);
        // The second line alone, where the log begins in between.
        let (_, end) = OLD.split_once("or sacrifice child\n").unwrap();
        let kills = parse(end);
        assert_eq!(kills.len(), 1);
        assert!(!kills[0].in_cgroup);
    }

    #[test]
    fn a_child_is_ended_in_place_of_its_parent() {
        let java = OLD.replace(
            "Killed process 21312 (agent)",
            "Killed process 21400 (java)",
        );
        let kills = parse(&java);
        assert_eq!(
            (kills[0].process.as_str(), kills[0].pid),
            ("java", Some(21_400))
        );
        assert!(!kills[0].is_agent() && kills[0].is_of_agent());
        // JMXFetch asked for memory itself; the Agent is listed in the same group.
        let listed = java.replace("agent invoked", "java invoked");
        assert!(parse(&listed)[0].is_of_agent());
        // The same of a container that has nothing to do with the Agent.
        let other = listed.replace("0 agent\n", "0 java\n");
        assert!(!parse(&other)[0].is_of_agent());
        // Another kill at that limit was of the Agent.
        let both = listed.replace("0 agent\n", "0 java\n") + OLD;
        assert!(parse(&both).iter().all(OomKill::is_of_agent));
        // The host's own memory ran out: the list holds every process.
        let host = java
            .replace("Memory cgroup out", "Out")
            .replace("Task in /docker/d561", "Task in");
        assert!(!parse(&host)[0].is_of_agent());
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
            "killed process ",
            "killed process 1 (a) total-vm:",
            " invoked oom-killer",
            "Task in  killed as a result of limit of ",
        ] {
            let _ = parse(text);
        }
        let many = "Out of memory: Killed process 1 (a)\n".repeat(KILLS + 5);
        assert_eq!(parse(&many).len(), KILLS);
    }
}
