//! Public cases, each with its right answer; see `tests/cases/README.md`.

use engine::export::ExportFormat;
use serde_json::Value;
use testkit::made_up::{MadeUp, Status, check, cpu};

#[test]
fn the_label_names_the_check_and_nothing_is_ranked() {
    let seen = MadeUp::case("20-check-id-label").read();
    let json = seen.json();
    let core = &json["processes"][0]["cpu_labels"][0];
    assert_eq!(core["label"], "check_id");
    assert_eq!(
        core["values"][0]["value"],
        "sqlserver:prod-01:9c1f2a77d0b3e411"
    );
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(markdown.contains("name the check sqlserver: it used 81.0% of the CPU time"));
    assert!(markdown.contains("| sqlserver:prod-01:9c1f2a77d0b3e411 | 17.1 s | 81.0% |"));
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Customer,
        ExportFormat::Escalation,
    ] {
        let text = seen.text(format);
        assert!(text.contains("sqlserver"), "{}", format.as_str());
        assert!(!text.contains("rank"), "{}", format.as_str());
        assert!(
            !text.contains("does not say which check"),
            "{}",
            format.as_str()
        );
    }
    let customer = seen.text(ExportFormat::Customer);
    assert!(customer.contains("The check sqlserver used 81.0% of the Agent's CPU time"));
    assert!(!customer.contains("openmetrics"), "{customer}");
}

/// The near miss: the same process without labels, where a ranking is all there is.
#[test]
fn without_labels_the_ranking_stays_and_says_so() {
    let python = "github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_run_check";
    let drawn = cpu(&format!("main.main;{python};runtime.cgocall 25000"), 30);
    let status = Status {
        checks: vec![check("openmetrics", "2.1.0", 12, 9_000, 310)],
        ..Status::default()
    };
    let seen = MadeUp::with_status(status)
        .calm("core")
        .profile("core-cpu", &drawn)
        .read();
    let json = seen.json();
    assert_eq!(json["processes"][0]["cpu_labels"], Value::Array(vec![]));
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(!markdown.contains("profile's label"), "{markdown}");
    assert!(!markdown.contains("The profile's labels name"));
    let ranking =
        "This is a ranking of suspects, not a proof: the profile does not say which check";
    assert!(markdown.contains(ranking), "{markdown}");
}
