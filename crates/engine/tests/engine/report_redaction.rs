//! Redaction, form by form and format by format, on a made-up flare that holds every form.

use std::io::Cursor;

use engine::export::{ExportFormat, ExportOptions, export, preview};
use flare::{Input, LooseFile, ReadSeek};
use report::model::Report;
use report::redact::Form;
use testkit::made_up::MadeUp;

const STATUS: &str = "===============
Agent (v7.71.2)
===============
  Status date: 2026-11-02 10:14:03.000 UTC (1793614443000)
  Agent start: 2026-11-01 10:14:03.000 UTC (1793528043000)
  Pid: 1234
  Go Version: go1.25.6
  Hostnames
  =========
    hostname: pay-7.corp.example.com
    hostname provider: fqdn
=========
Collector
=========
  Running Checks
  ==============
    postgres (1.2.3)
    ----------------
      Instance ID: postgres:155ae88f7f0f5f75 [ERROR]
      Configuration Source: file:/etc/datadog-agent/conf.d/postgres.d/secret-shop.yaml
      Total Runs: 11,820
      Metric Samples: Last Run: 174, Total: 2,056,680
      Average Execution Time : 6ms
      Error: could not connect to 10.20.30.40:5432 as ops@shop.example.org, tags env:payments-prod, host ip-10-20-30-40
    win (1.0.0)
    -----------
      Instance ID: win:1 [WARNING]
      Configuration Source: file:C:\\ProgramData\\Datadog\\conf.d\\quartermaster.yaml
      Total Runs: 1
      Warning: pod shop-6d4cf56db6-x7k2p in container till-keeper on pay-7 says no
";

const PODS: &str = "items:
- metadata:
    name: shop-6d4cf56db6-x7k2p
    namespace: default
  spec:
    nodeName: worker-blue-9
    containers:
    - name: till-keeper
      image: registry.example.com/till:1
";

/// What must not leave, each with the form it is replaced as. In files that hold backslashes twice,
/// a part of the path stands for it.
const SECRETS: [(&str, Form); 11] = [
    ("pay-7.corp.example.com", Form::Host),
    ("pay-7", Form::Host),
    ("ip-10-20-30-40", Form::Host),
    ("10.20.30.40", Form::Ipv4),
    ("2001:db8::7", Form::Ipv6),
    ("secret-shop", Form::Path),
    ("quartermaster", Form::Path),
    ("payments-prod", Form::Tag),
    ("till-keeper", Form::Container),
    ("shop-6d4cf56db6-x7k2p", Form::Pod),
    ("ops@shop.example.org", Form::Email),
];

fn report() -> Report {
    let file = |path: &str, content: &str| {
        let content = content.as_bytes().to_vec();
        LooseFile {
            path: format!("pay-7.corp.example.com/{path}"),
            size: content.len() as u64,
            open: Box::new(move || {
                let reader: Box<dyn ReadSeek> = Box::new(Cursor::new(content.clone()));
                Ok(reader)
            }),
        }
    };
    let files = vec![
        file("status.log", STATUS),
        file("k8s/kubelet_pods.yaml", PODS),
        file(
            "profiles/core-cpu.pprof",
            "Get \"http://[2001:db8::7]:5000/debug/pprof/profile\": dial tcp 10.20.30.40:5000: timeout",
        ),
        file("logs/agent.log", "no line of a log"),
    ];
    let flare = testkit::open("pay-7.corp.example.com", Input::Files(files)).unwrap();
    flare.report().clone()
}

fn options(redact: bool) -> ExportOptions {
    ExportOptions {
        symptom: "pay-7 swaps since ops@shop.example.org deployed env:payments-prod".to_owned(),
        link: "https://tickets.example.net/1".to_owned(),
        redact,
        brief: false,
    }
}

#[test]
fn nothing_of_the_customers_leaves_in_any_format() {
    let report = report();
    for format in ExportFormat::ALL {
        let plain = export(&report, format, &options(false));
        let redacted = export(&report, format, &options(true));
        for (secret, _) in SECRETS {
            let name = format.as_str();
            assert!(!redacted.text.contains(secret), "{name}: {secret}");
            assert!(!redacted.file_name.contains(secret), "{name}: {secret}");
        }
        // Without redaction the host is named: the test would not pass on empty texts.
        assert!(plain.text.contains("pay-7"), "{}", format.as_str());
        assert!(redacted.text.contains("host-1"), "{}", format.as_str());
        assert!(redacted.file_name.contains("host-1"));
    }
}

#[test]
fn whole_reports_hold_every_form_before_redaction() {
    let report = report();
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Html,
        ExportFormat::Text,
        ExportFormat::Json,
    ] {
        // As the formats write it: escaped, wrapped.
        let text: String = export(&report, format, &options(false))
            .text
            .replace("\\_", "_")
            .replace("\\-", "-")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for (secret, form) in SECRETS {
            // Where a check's configuration lies stands in the JSON only.
            if form == Form::Path && format != ExportFormat::Json {
                continue;
            }
            assert!(text.contains(secret), "{}: {secret}", format.as_str());
        }
    }
}

#[test]
fn the_link_stays_and_the_symptom_is_redacted() {
    let report = report();
    for format in [
        ExportFormat::Escalation,
        ExportFormat::Jira,
        ExportFormat::Json,
    ] {
        let text = export(&report, format, &options(true)).text;
        assert!(
            text.contains("https://tickets.example.net/1"),
            "{}",
            format.as_str()
        );
        assert!(text.contains("swaps since"), "{}", format.as_str());
    }
}

#[test]
fn pseudonyms_are_the_same_in_all_formats() {
    let report = report();
    let replaced = preview(&report, &options(true));
    for (secret, form) in SECRETS {
        let found = replaced
            .iter()
            .find(|one| one.form == form && one.original.contains(secret));
        assert!(
            found.is_some_and(|one| one.count > 0),
            "{secret}: {replaced:#?}"
        );
    }
    // One host in all its forms, one pseudonym.
    let hosts: Vec<&str> = replaced
        .iter()
        .filter(|one| one.original.starts_with("pay-7"))
        .map(|one| one.pseudonym.as_str())
        .collect();
    assert!(
        hosts.len() >= 2 && hosts.iter().all(|name| *name == hosts[0]),
        "{hosts:?}"
    );
    // What the preview promises is what the exports do.
    for format in ExportFormat::ALL {
        let again = export(&report, format, &options(true));
        assert_eq!(again, export(&report, format, &options(true)));
    }
}

#[test]
fn what_is_nobodys_secret_stays() {
    let report = report();
    let text = export(&report, ExportFormat::Markdown, &options(true)).text;
    for kept in [
        "7.71.2",
        "go1.25.6",
        "postgres",
        "datadog-agent flare 1 --profile",
        "2026-11-02 10:14:03 UTC",
        "profiles/core-cpu.pprof",
    ] {
        assert!(text.contains(kept), "{kept}");
    }
}

/// A customer's names stand where nobody expects them: in the names of files, checks and states.
#[test]
fn a_name_is_found_wherever_it_stands() {
    const HOST: &str = "db-prod-17.corp.acme.example.com";
    let check = |name: &str| {
        format!(
            "    {name} ({name})\n    ---------\n      Instance ID: {name}:1 [{name}]\n      Total Runs: 1\n"
        )
    };
    let status = format!(
        "===============\nAgent (v7.71.2)\n===============\n  Status date: 2026-11-02 10:14:03.000 UTC (1793614443000)\n  \
         Pid: 1\n  Go Version: {HOST}\n  Hostnames\n  =========\n    hostname: {HOST}\n=========\nCollector\n=========\n  \
         Running Checks\n  ==============\n{}{}",
        check(HOST),
        check("db-prod-17")
    );
    let dump = format!(
        "goroutine 1 [{HOST}]:\nmain.a()\n\tx.go:1\n\ngoroutine 2 [db-prod-17]:\nmain.b()\n\tx.go:1\n"
    );
    let seen = MadeUp::empty()
        .file("status.log", status)
        .file("go-routine-dump.log", dump)
        .file(&format!("profiles/{HOST}.trace"), "go 1.22 trace")
        .leaking(HOST, 60, 30)
        .reply(&format!("{HOST}-cpu"), "no profile")
        .read();
    let report = seen.report();
    for format in ExportFormat::ALL {
        let open = export(report, format, &options(false)).text;
        let redacted = export(report, format, &options(true)).text;
        for line in redacted.lines() {
            for part in ["db-prod-17", "acme"] {
                assert!(!line.contains(part), "{format:?}: {line}");
            }
        }
        // It is in there otherwise, and its finding still is.
        assert!(open.contains(HOST), "{format:?}");
        assert!(redacted.contains("60.0 MB"), "{format:?}");
    }
}
