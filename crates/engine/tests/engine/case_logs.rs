//! Logs, payloads, queues and what the Agent says of itself: read, counted, shown, and no text of a
//! log's line anywhere.

use engine::export::ExportFormat;
use serde_json::{Value, json};
use testkit::made_up::{MadeUp, Seen};

#[test]
fn probe() {
    for case in ["r01-healthy", "r05-logs-regex"] {
        let seen = MadeUp::case(case).read();
        println!("{}", seen.section("Agent Context"));
        let json = seen.json();
        for key in [
            "logs",
            "deliveries",
            "queues",
            "retry_queues",
            "tagged_entities",
            "workloads",
            "diagnoses",
        ] {
            println!("{key}: {}", serde_json::to_string(&json[key]).unwrap());
        }
    }
}
