//! A flare that holds, wherever a flare has a name or a sentence, something that is markup, a
//! command or a formula elsewhere. For `tests/injection.rs` and for the page's tests.

use super::{CPU, HEAP, LOCKS, Made};
use crate::pack::gzip;

/// Names and sentences that act somewhere.
pub const PAYLOADS: [&str; 41] = [
    // HTML
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "\"><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "<!-- comment",
    "&lt;b&gt; &#60;i&#62;",
    "</style><iframe src=//evil.example>",
    "<a href=\"javascript:alert(1)\">x</a>",
    // Markdown
    "[click](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "<https://evil.example/x>",
    "**bold** __bold__ ~~gone~~ *em* _em_",
    "`code` ``two`` ```three```",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "===",
    "a | b | c \\| d",
    "\\*not\\* \\\\",
    "[ref]: https://evil.example",
    "[^1]: note",
    "~~~",
    "    indented",
    // JIRA
    "{code}x{code} {noformat} {noformat:title=x}",
    "{color:red}red{color} {html}<b>{html}",
    "[text|https://evil.example] [~admin] [^file.exe]",
    "!https://evil.example/p.png!",
    "||head||cell|",
    "h1. heading",
    "bq. quote",
    "----",
    // Terminals
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7} \u{9b}31m \u{90}q\u{9c}",
    "back\u{8}\u{8}\u{8}\u{8}space \0 \u{7f} \r over",
    // Text
    "\u{202e}gpj.exe\u{202c} \u{2066}x\u{2069} \u{200f}",
    "zero\u{200b}width\u{feff}\u{ad}\u{e0041}",
    // Formulas
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    // All at once, over lines
    "x\n# heading\n| a | b |\n{noformat}\n```\n<b>",
];

fn status(payload: &str) -> String {
    // One line of a text cannot hold several.
    let payload = payload.replace(['\n', '\r'], " ");
    format!(
        "===============
Agent (v7.71.2)
===============
  Status date: 2026-11-02 10:14:03.000 UTC (1793614443000)
  Agent start: 2026-11-01 10:14:03.000 UTC (1793528043000)
  Pid: 1234
  Go Version: go1.25.6 {payload}
  Hostnames
  =========
    hostname: {payload}
=========
Collector
=========
  Running Checks
  ==============
    {payload} (1.2.3)
    ----------------
      Instance ID: {payload}:155ae88f7f0f5f75 [ERROR]
      Configuration Source: file:/etc/datadog-agent/conf.d/{payload}.yaml
      Total Runs: 11,820
      Metric Samples: Last Run: 174, Total: 2,056,680
      Average Execution Time : 6ms
      Error: {payload}
    postgres (1.2.3)
    ----------------
      Instance ID: postgres:155ae88f7f0f5f75 [WARNING]
      Total Runs: 1
      Warning: {payload}
  Check Initialization Errors
  ===========================
    {payload} (1.0.0)
    -----------------
      instance 0:
        {payload}
"
    )
}

/// Files of a flare that has the payload in every place; a leak and a busy CPU bring the name into
/// findings, messages and raw tables.
pub fn files(payload: &str) -> Vec<(String, Vec<u8>)> {
    let heap = |bytes: i64| {
        let mut made = Made::new(&HEAP).sample(
            &[payload, "pkg.(*T).caller", payload],
            &[bytes / 1024, bytes, bytes / 1024, bytes],
        );
        let comment = made.text(payload);
        made.profile.comment.push(comment);
        let file = made.text(payload);
        made.profile.function[0].filename = file;
        made.profile.mapping.push(profile::pprof::proto::Mapping {
            id: 1,
            filename: file,
            build_id: file,
            ..Default::default()
        });
        made.profile.doc_url = file;
        made.profile.period = 1;
        made.profile.time_nanos = 1_793_614_400_000_000_000 + bytes * 300;
        made
    };
    let mut cpu = Made::new(&CPU)
        .sample(&[payload, "main.main"], &[900, 9_000_000_000])
        .sample(&["main.other", payload], &[100, 1_000_000_000]);
    cpu.profile.duration_nanos = 10_000_000_000;
    let locks =
        Made::new(&LOCKS).sample(&["sync.(*Mutex).Unlock", payload], &[900, 90_000_000_000]);
    let single = payload.replace(['\n', '\r'], " ");
    let json = serde_json::to_string(payload).unwrap();
    vec![
        ("status.log".to_owned(), status(payload).into_bytes()),
        ("profiles/core-1st-heap.pprof".to_owned(), gzip(&heap(1 << 20).bytes())),
        ("profiles/core-2nd-heap.pprof".to_owned(), gzip(&heap(100 << 20).bytes())),
        ("profiles/core-cpu.pprof".to_owned(), gzip(&cpu.bytes())),
        ("profiles/core-mutex.pprof".to_owned(), gzip(&locks.bytes())),
        // An error sentence instead of a profile.
        ("profiles/core-block.pprof".to_owned(), format!("Error: {payload}").into_bytes()),
        (
            format!("profiles/{}-cpu.pprof", payload.replace('/', "_")),
            gzip(&cpu.bytes()),
        ),
        (format!("logs/{}.log", payload.replace('/', "_")), b"x".to_vec()),
        (
            "go-routine-dump.log".to_owned(),
            format!(
                "goroutine 1 [{single}, 9 minutes]:\n{single}(0x1)\n\t/a.go:1\ncreated by {single}\n\n"
            )
            .repeat(30)
            .into_bytes(),
        ),
        (
            "envvars.log".to_owned(),
            format!("GOGC={single}\n").into_bytes(),
        ),
        (
            "k8s/kubelet_pods.yaml".to_owned(),
            format!(
                "{{\"items\":[{{\"metadata\":{{\"name\":{json}}},\"spec\":{{\"nodeName\":{json},\"containers\":[{{\"name\":{json},\"image\":{json}}}]}}}}]}}"
            )
            .into_bytes(),
        ),
        (
            "health.yaml".to_owned(),
            format!("{{\"healthy\":[],\"unhealthy\":[{json}]}}").into_bytes(),
        ),
        (
            "install_info.log".to_owned(),
            format!("{{\"install_method\":{{\"tool\":{json},\"tool_version\":{json},\"installer_version\":{json}}}}}").into_bytes(),
        ),
        (
            "runtime_config_dump.yaml".to_owned(),
            format!("{{\"hostname\":{json}}}").into_bytes(),
        ),
        (
            "flare_creation.log".to_owned(),
            format!("error getting profile core: {single}\n").into_bytes(),
        ),
    ]
}
