//! How to collect profiles, and the message that asks a customer for them.
//!
//! Knows the ways of collection and what each really does; refuses to know findings and verdicts.

use std::fmt::Write as _;

use super::commands::{
    agent_command, capture_command, is_cluster_agent, on_every_platform, on_every_platform_from,
    where_to_run,
};
use super::customer::CLOSING;
use super::origin;
use super::versions::{
    AGENT_PROFILING, EXECUTION_TRACES, LOCK_FLAGS, PROCESS_PROFILES, REMOTE_PROFILES,
    TRACE_PROFILES,
};
use crate::document::Block;
use crate::model::Report;
use diagnose::capture::Capture;

/// What a customer whose file arrived damaged or incomplete is asked first.
pub(super) const SEND_AGAIN: &str = "If you still have the file of this flare, please send it to us once more, unchanged. If it was damaged on the way, that is all we need.";

/// Asks the customer for a flare with profiles.
pub(super) fn request_message(report: Option<&Report>) -> String {
    let mut text = String::from("Hello,\n\n");
    match report {
        Some(report) if report.cut_off => {
            let _ = writeln!(
                text,
                "Thank you for the flare{}. The file arrived incomplete: its end is missing, and with it the profiling data that it may have held.",
                origin(report)
            );
        }
        Some(report) => {
            let _ = writeln!(
                text,
                "Thank you for the flare{}. To investigate the resource usage we need profiling data from the Agent. A flare does not contain it unless it is asked for, so please create a new one:",
                origin(report)
            );
        }
        None => text.push_str(
            "To investigate the resource usage we need profiling data from the Agent. A flare does not contain it unless it is asked for, so please do the following:\n",
        ),
    }
    text.push('\n');
    let mut number = 0;
    let mut step = |text: &mut String, words: &str| {
        number += 1;
        let _ = writeln!(text, "{number}. {words}");
    };
    let cut_off = report.is_some_and(|report| report.cut_off);
    if cut_off {
        step(&mut text, SEND_AGAIN);
    }
    if let Some(report) = report.filter(|report| report.agent.local) {
        step(
            &mut text,
            "This flare was made without an answer from the Agent. Please check that the Agent is running:",
        );
        let _ = write!(text, "\n   {}\n\n", agent_command(report, "status"));
    }
    step(
        &mut text,
        if cut_off {
            "Otherwise, please create a new flare with profiling data: wait until the problem (high memory or CPU usage) is actively happening."
        } else {
            "Wait until the problem (high memory or CPU usage) is actively happening."
        },
    );
    let place = report.map_or(" on the affected host", where_to_run);
    step(&mut text, &format!("Run the following command{place}:\n"));
    match report.filter(|report| is_cluster_agent(report)) {
        Some(report) => {
            let _ = write!(text, "   {}\n\n", capture_command(report, Capture::USUAL));
        }
        None => {
            let commands = match report {
                Some(report) => on_every_platform_from(report, Capture::USUAL),
                None => on_every_platform(Capture::USUAL),
            };
            let mut commands = commands.into_iter();
            if let Some((_, command)) = commands.next() {
                let _ = write!(text, "   {command}\n\n");
            }
            text.push_str("   On other platforms:\n");
            for (name, command) in commands {
                let _ = writeln!(text, "   - {name}: {command}");
            }
            text.push('\n');
        }
    }
    step(
        &mut text,
        "Confirm the upload, or attach the file that the command names to this ticket, and send us the number of the flare.",
    );
    text.push_str(
        "\nThe command records what the Agent does for 30 seconds per process and takes a few minutes. Neither a restart nor a change of the configuration is needed.\n",
    );
    if !report
        .is_some_and(|report| is_cluster_agent(report) || LOCK_FLAGS.is_in(report) == Some(false))
    {
        let locks = Capture::USUAL.with_locks();
        let command = report.map_or_else(
            || format!("sudo datadog-agent {locks}"),
            |report| capture_command(report, locks),
        );
        let _ = write!(
            text,
            "\nIf the Agent seems slow or stuck rather than busy, please use this command instead:\n\n   {command}\n"
        );
    }
    if report.and_then(|report| AGENT_PROFILING.is_in(report)) != Some(false) {
        let _ = writeln!(
            text,
            "\nIf the problem comes and goes and is hard to catch, please tell us: from version {AGENT_PROFILING} on the Agent can create such a flare by itself as soon as its memory or CPU usage crosses a limit, and we will help you to set this up.",
        );
    }
    let _ = writeln!(text, "\n{CLOSING}");
    text
}

/// How to collect profiles: both ways of the procedure with what each really does, the
/// alternatives, and the message for the customer.
pub fn how_to_collect() -> Vec<Block> {
    let heading = |text: &str| Block::Heading {
        text: text.to_owned(),
    };
    let paragraph = |text: &str| Block::Paragraph {
        text: text.to_owned(),
    };
    let mut blocks = vec![
        heading("One-time capture with the flare command (first choice)"),
        paragraph(&format!(
            "Records CPU for 30 s (4 s of the trace-agent) and takes a heap snapshot before and after, in every Agent process it reaches, and puts the profiles into the flare: of the core Agent, of the trace-agent since {TRACE_PROFILES}, of the process-agent since {PROCESS_PROFILES}. It needs no restart and no change of configuration, and has to run while the problem is happening. 30 is the least; two captures some minutes apart show growth better than a long one. Execution traces come with it since {EXECUTION_TRACES}, which doubles the time it takes."
        )),
    ];
    for (name, command) in on_every_platform(Capture::USUAL) {
        blocks.push(Block::Code {
            caption: name.to_owned(),
            text: command,
        });
    }
    blocks.push(Block::Code {
        caption: "Kubernetes, Cluster Agent".to_owned(),
        text: format!(
            "kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent {}",
            Capture::USUAL
        ),
    });
    blocks.push(paragraph(
        &format!("Block and mutex profiles stay empty unless their rates are raised. These flags do that while the flare is made, in the core Agent only, since {LOCK_FLAGS} (6.30 of Agent 6). With internal_profiling on, the command fails and makes no flare: datadog-agent config set internal_profiling false first, which needs no restart."),
    ));
    blocks.push(Block::Code {
        caption: "With lock contention".to_owned(),
        text: format!("sudo datadog-agent {}", Capture::USUAL.with_locks()),
    });
    blocks.push(heading("By hand, from a process that runs"));
    blocks.push(paragraph(
        "Two heaps of one process, ten minutes apart, show growth without a restart; drop both files on the page together. A CPU profile of the trace-agent by hand is of 30 s where a flare has 4 s; its debug server refuses it before Go 1.23. Versions before 7.62 or 7.63 have http:// in place of https://.",
    ));
    blocks.push(Block::Code {
        caption: "Core Agent, heap".to_owned(),
        text: "curl http://127.0.0.1:5000/debug/pprof/heap -o core-heap-1.pb.gz".to_owned(),
    });
    blocks.push(Block::Code {
        caption: "trace-agent, heap and CPU".to_owned(),
        text: "curl -k https://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz\ncurl -k 'https://127.0.0.1:5012/debug/pprof/profile?seconds=30' -o trace-cpu.pb.gz".to_owned(),
    });
    blocks.push(heading(
        "Continuous profiling by configuration (uploads, does not fill flares)",
    ));
    blocks.push(paragraph(
        "The procedure's second way. It starts the profiler that is built into the Agent, which uploads its profiles to Datadog; it puts nothing into flares, in no version, and the release notes of 7.53 name no such feature. It can even empty a flare: only one CPU profile can run in a process, so while the built-in profiler records (1 minute of every 5 by default) the flare's CPU profile fails and everything after it is missing. Use it to see profiles in the Datadog account over time, and turn it off before a flare with profiles is taken. Needs a restart.",
    ));
    blocks.push(Block::Code {
        caption: "datadog.yaml".to_owned(),
        text: "internal_profiling:\n  enabled: true\n\n# Only if the Process Agent is the concern:\nprocess_config:\n  internal_profiling:\n    enabled: true".to_owned(),
    });
    blocks.push(paragraph(
        "Two keys of the same block do help flares: internal_profiling.block_profile_rate and internal_profiling.mutex_profile_fraction are applied at start even if the profiler is off, in the core Agent and the Cluster Agent (in system-probe under system_probe_config), and fill the block and mutex profiles of every later capture. The other processes apply them only while their own profiler is on.",
    ));
    blocks.push(heading("When the problem comes and goes"));
    blocks.push(Block::List {
        items: vec![
            format!("The agentprofiling check (since {AGENT_PROFILING}) makes one flare with profiles by itself when the core Agent's memory (bytes) or CPU (percent) crosses a limit. It is the best evidence of an intermittent leak. With ticket_id and user_email it sends the flare to the ticket, without them it stays on the host."),
            format!("A flare requested through Remote Configuration can include profiles (since {REMOTE_PROFILES}): 30 s by default, block and mutex profiles empty unless flare.rc_profiling.blocking_rate and flare.rc_profiling.mutex_fraction are set."),
        ],
    });
    blocks.push(Block::Code {
        caption: "conf.d/agentprofiling.d/conf.yaml".to_owned(),
        text: "init_config: {}\ninstances:\n  - memory_threshold: 524288000\n    cpu_threshold: 80\n    ticket_id: \"<ticket>\"\n    user_email: \"<e-mail of the ticket>\"".to_owned(),
    });
    blocks.push(heading("Message for the customer"));
    blocks.push(Block::Text {
        name: "message that asks for profiles".to_owned(),
        text: request_message(None),
    });
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_names_every_platform_and_no_team() {
        let text = request_message(None);
        for word in [
            "sudo datadog-agent flare --profile 30",
            "agent.exe",
            "macOS",
            "docker exec",
            "kubectl exec",
        ] {
            assert!(text.contains(word), "{word}");
        }
        for word in ["#support", "team", "escalat", "pprof", "internal_profiling"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
