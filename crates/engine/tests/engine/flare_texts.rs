//! The readers of the Agent's text files take whatever bytes come: each is fed a real-looking file
//! with random damage, and has to return.

use flare::{
    aggregator_vars, config, creation, debug_info, dmesg, docker_inspect, ecs_metadata, envvars,
    forwarder_vars, goroutines, health, host, install_info, kubelet_pods, memstats, rtloader,
    runner_vars, status, telemetry, trace_vars, version_history, yaml::Node,
};
use testkit::random::Random;

type Read = fn(&str);

const STATUS: &str = "Getting the status from the agent.\n===============\nAgent (v7.76.1)\n===============\n  Status date: 2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)\n  Hostnames\n  =========\n    host tags:\n      env:prod\n=========\nCollector\n=========\n  Error initializing Python\n  =========================\n    - no\n  Running Checks\n  ==============\n    é (1.0)\n    --------\n      Instance ID: é [\u{1b}[31mERROR\u{1b}[0m]\n      Long Running Check: true\n      Total a: 1,204\n      b: Last Run: 1, Total: 2\n      Average Execution Time : 1m2s\n      metadata:\n        k: v\n      Error: ü\n        File x\n      Warning: w\n  Check Initialization Errors\n  ===========================\n      p (1)\n      -----\n      instance 0:\n        no\nTraceback\n  Loading Errors\n  ==============\n    p\n    -\n      Core Check Loader:\n        no\n========\nJMXFetch\n========\n  Initialized checks\n  ==================\n    cassandra\n    - instance_name: c\n      metric_count: 27\n  Failed checks\n  =============\n    t\n      message : m\n      status : ERROR\n";

const PODS: &str = "items:\n- metadata:\n    name: datadog-agent-1\n  spec:\n    containers:\n    - image: datadog/agent:7\n      name: agent\n      resources:\n        limits: {cpu: 250m, memory: 512Mi}\n  status:\n    containerStatuses:\n    - lastState:\n        terminated: {exitCode: 137, finishedAt: \"2026-11-23T05:58:02Z\", reason: OOMKilled}\n      name: agent\n      restartCount: 4\n";

const DOCKER: &str = "[{\n\t\"Name\": \"/dd-agent\",\n\tdatadog/agent:7,\n\t\"State\": {\"OOMKilled\": true, \"StartedAt\": \"2026-11-19T12:12:37.9Z\"},\n\t\"HostConfig\": {\"Memory\": 536870912, \"CpuQuota\": 50000},\n\t\"Config\": {\"Image\": \"a\"}\n}]";

const ECS: &str = "{\"Cluster\":\"arn:x/y\",\"Limits\":{\"CPU\":0.25,\"Memory\":1024},\"Containers\":[{\"Name\":\"datadog-agent\",\"Limits\":{\"Memory\":256}}]}";

const HOST: &str = "{\"os\":\"linux\",\"meta\":{\"socket-fqdn\":\"a.\",\"host_aliases\":[\"b\"]},\"hostname\":\"h\",\"host_metadata\":{\"cpu_cores\":6,\"memory_total_kb\":12},\"gohai\":\"{\\\"cpu\\\":{\\\"cpu_logical_processors\\\":\\\"16\\\"},\\\"memory\\\":{\\\"total\\\":\\\"2048kB\\\"}}\",\"entries\":[{\"version\":\"7\",\"timestamp\":\"2026-11-16T22:12:14Z\"}]}";

const VARS: &str = "Checks:\n  cpu:\n    cpu:1:\n      ExecutionTimes: [1, 2]\n      TotalRuns: 4.1e+07\nWorkers:\n  Instances:\n    w: {Utilization: 0.5}\nRunning: {x: \"2026-11-23T06:12:30Z\"}\nDogstatsdContextsByMtype: {Gauge: 1}\nMetricTags:\n  Series: {Above90: 3}\nTransactions:\n  ErrorsByType: {DNSErrors: 2}\nAPIKeyStatus: {k: v}\nInuseBytes: 5\nmemstats:\n  Alloc: 5\n  PauseNs: [1]\nreceiver:\n- Lang: java\n  TracesDropped: {EOF: 2}\nratebyservice: {'service:a,env:b': 1}\nversion: {Version: 7}\nhealthy:\n- a\ntool: x\n";

const LINES: &str = "[81000.1] memory: usage 524288kB, limit 524288kB, failcnt 31\n[81000.2] oom-kill:constraint=C,oom_memcg=/a/b,task=agent\n[81000.3] Memory cgroup out of memory: Killed process 4711 (agent) total-vm:1kB, anon-rss:2kB, file-rss:3kB\nprocess_resident_memory_bytes{a=\"b\\\"\"} 2.8e+08\nGOGC=50\nGOMEMLIMIT: 512MiB\nLast GC: 2026-02-20 10:29:16.214 +0000 UTC\nPause Total: 412.3ms\nerror: profile timeout\n";

const GOROUTINES: &str = "goroutine 3051 [select, 47 minutes, locked to thread]:\nnet/http.(*conn).serve(0x3b84, {0xca39})\n\ttailer.go:287 +0x1a5\ncreated by a.b in goroutine 201\n\tx.go:1\n\ngoroutine 1 [running]:\nmain.main()\n";

const FILES: [(&str, Read); 21] = [
    (STATUS, |text| drop(status::parse(text))),
    (PODS, |text| {
        let containers = kubelet_pods::parse(text);
        let _ = kubelet_pods::agent_container(&containers, &[]);
    }),
    (DOCKER, |text| {
        let containers = docker_inspect::parse(text);
        let _ = docker_inspect::agent_container(&containers);
    }),
    (ECS, |text| {
        let _ = ecs_metadata::parse(text).map(|it| it.memory_limit_bytes());
    }),
    (HOST, |text| drop(host::parse(text))),
    (HOST, |text| drop(host::parse_inventory(text))),
    (HOST, |text| drop(version_history::parse(text))),
    (VARS, |text| drop(runner_vars::parse(text))),
    (VARS, |text| drop(aggregator_vars::parse(text))),
    (VARS, |text| drop(forwarder_vars::parse(text))),
    (VARS, |text| {
        let _ = rtloader::parse(text);
    }),
    (VARS, |text| drop(trace_vars::parse(text))),
    (VARS, |text| drop(memstats::parse(text))),
    (VARS, |text| drop(health::parse(text))),
    (VARS, |text| {
        drop((config::parse(text), install_info::parse(text)))
    }),
    (LINES, |text| drop(dmesg::parse(text))),
    (LINES, |text| drop(telemetry::parse(text))),
    (LINES, |text| drop(envvars::parse(text))),
    (LINES, |text| drop(debug_info::parse(text))),
    (LINES, |text| drop(creation::parse(text))),
    (GOROUTINES, |text| {
        drop(goroutines::parse(&mut text.as_bytes()));
    }),
];

/// A text with a few letters changed, put in, taken out or cut off.
fn damaged(whole: &[char], random: &mut Random) -> String {
    let alphabet: Vec<char> =
        "{}[]():,-=?&*!|>'\"%@`# \n\t\r\u{0}\u{85}\u{2028}a19~.\u{feff}é\u{1b}/"
            .chars()
            .collect();
    let mut chars = whole.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(chars.len());
        match random.below(8) {
            0..=2 => chars[at] = alphabet[random.below(alphabet.len())],
            3..=5 => chars.insert(at, alphabet[random.below(alphabet.len())]),
            6 => drop(chars.remove(at)),
            _ => chars.truncate(at.max(1)),
        }
        if chars.is_empty() {
            chars.push('x');
        }
    }
    chars.into_iter().collect()
}

#[test]
fn damaged_texts_are_read() {
    let mut random = Random::new(1);
    for (text, read) in FILES {
        read(text);
        read(&text.replace('\n', "\r\n"));
        let whole: Vec<char> = text.chars().collect();
        for _ in 0..500 {
            read(&damaged(&whole, &mut random));
        }
    }
}

/// The parser of YAML is not ours: whatever bytes come, it has to return.
#[test]
fn damaged_yaml_is_read() {
    let mut random = Random::new(1);
    let whole: Vec<char> = "Alloc: 4.1e+07\nBySize:\n- Frees: 1\n  Size: 8\nm: {a: [1, \"x\\n\"], b: 'it''s'}\n? k\n: |-\n  text\n  more\nt: >+\n  f\n\n# note\n--- !!map &a\nx: *a\n...\n".chars().collect();
    for _ in 0..20_000 {
        let _ = Node::parse(&damaged(&whole, &mut random));
    }
}
