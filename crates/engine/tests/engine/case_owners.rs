//! Who answers for what: one attribution, in every table and text.

use std::collections::{BTreeMap, BTreeSet};

use engine::export::ExportFormat;
use engine::protocol::{Block, Column, Filter, FunctionTable, RowsView, Swatch, TopQuestion};
use report::layout::Palette;
use serde_json::Value;
use testkit::fixtures;
use testkit::made_up::{MadeUp, alone, cpu, locks, lone_case};

const AGENT: &str = "github.com/DataDog/datadog-agent";

/// One table of the first process that has it.
fn table<'j>(json: &'j Value, process: &str, profile: &str, kind: &str) -> &'j Value {
    let processes = json["processes"].as_array().unwrap();
    let found = processes.iter().find(|it| it["name"] == process).unwrap();
    let tables = found["profiles"].as_array().unwrap();
    let table = tables
        .iter()
        .find(|it| it["profile"] == profile && it["sample_type"] == kind);
    table.unwrap()
}

/// The owner of a row, and its part in percent where others have some too.
fn owner_of(table: &Value, function: &str) -> (String, Option<i64>) {
    let rows = table["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["function"] == function).unwrap();
    let percent = row["owner_part"]
        .as_f64()
        .map(|part| (part * 100.0).round() as i64);
    (row["owner"].as_str().unwrap().to_owned(), percent)
}

/// Owners with their values.
fn shares(table: &Value) -> Vec<(&str, i64)> {
    let shares = table["owner_shares"].as_array().unwrap();
    let one = |share: &'_ Value| share["value"].as_i64().unwrap();
    shares
        .iter()
        .map(|share| (share["owner"].as_str().unwrap_or("unowned"), one(share)))
        .collect()
}

fn finding(json: &Value) -> &Value {
    &json["verdict"]["findings"][0]
}

fn percent(share: &Value) -> String {
    format!("{:.1}", share.as_f64().unwrap() * 100.0)
}

#[test]
fn a_leaf_that_two_answer_for_is_nobodys_alone() {
    let seen = fixtures::flare("contention").read();
    let json = seen.json();
    let finding = finding(&json);
    assert_eq!(finding["profile"], "mutex");
    assert_eq!(finding["owner"], "Core Agent, tagger");
    assert_eq!(percent(&finding["owner_share"]), "85.1");
    let unlock = &finding["functions"][0];
    assert_eq!(unlock["function"], "sync.(*Mutex).Unlock");
    let told: Vec<(String, &str)> = unlock["responsible"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (percent(&it["share"]), it["owner"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("85.1".to_owned(), "Core Agent, tagger"),
            ("14.9".to_owned(), "Core Agent, workload metadata"),
        ]
    );
    let mutex = table(&json, "core", "mutex", "delay");
    assert_eq!(
        owner_of(mutex, "sync.(*Mutex).Unlock"),
        ("Core Agent, tagger".to_owned(), Some(85))
    );
    let markdown = seen.text(ExportFormat::Markdown);
    for words in [
        "Core Agent, tagger 85.1%; Core Agent, workload metadata 14.9%",
        "**Owner**: Core Agent, tagger (85.1%)",
        "| `sync.(*Mutex).Unlock` (inline) | Core Agent, tagger 85% |",
        "85% of it for what comp/core/tagger/",
        "The mutex profile, which names who held a lock,",
        "The block profile, which names who waited,",
    ] {
        assert!(markdown.contains(words), "{words}");
    }
}

/// The owner is who has most of the whole, not who has most of the first leaf.
#[test]
fn the_owner_of_a_finding_is_that_of_the_most_of_all_of_it() {
    let (tagger, store, logs) = (
        format!("{AGENT}/comp/core/tagger/tagstore.(*TagStore).Add"),
        format!("{AGENT}/comp/core/workloadmeta/impl.(*workloadmeta).pull"),
        format!("{AGENT}/pkg/logs/pipeline.(*Pipeline).dispatch"),
    );
    let of_largest = |first: &str| {
        let drawn = locks(&format!(
            "main;{first};sync.(*Mutex).Lock 100 9000\nmain;{store};sync.(*Mutex).Lock 100 4000\n\
             main;{store};sync.(*RWMutex).Lock 100 8000\nmain;{logs};sync.(*RWMutex).RLock 100 3000"
        ));
        let seen = MadeUp::linux()
            .calm("core")
            .profile("core-block", &drawn)
            .read();
        let json = seen.json();
        let found = finding(&json);
        let text = seen.text(ExportFormat::Escalation);
        assert!(text.contains("Waited for a lock: "), "{text}");
        (
            found["functions"][0]["owner"].clone(),
            found["owner"].clone(),
            found["responsible_function"].clone(),
            percent(&found["owner_share"]),
        )
    };
    let (first, owner, frame, share) = of_largest(&tagger);
    assert_eq!(first, "Core Agent, tagger");
    assert_eq!(owner, "Core Agent, workload metadata");
    assert_eq!((frame, share.as_str()), (store.clone().into(), "50.0"));
    // The near miss: where that one has the most of the first leaf too, nothing is apart.
    let (first, owner, _, share) = of_largest(&store);
    assert_eq!(first, owner);
    assert_eq!(share, "87.5");
}

#[test]
fn owner_shares_of_a_block_profile_leave_idle_waits_out_and_say_so() {
    let seen = fixtures::flare("contention").read();
    let json = seen.json();
    let block = table(&json, "core", "block", "delay");
    let (net, idle) = (
        block["net"].as_i64().unwrap(),
        block["left_out"].as_i64().unwrap(),
    );
    assert!(idle > 90_000_000_000, "{idle}");
    let sum: i64 = shares(block).iter().map(|(_, value)| value).sum();
    assert_eq!(sum + idle, net);
    assert_eq!(shares(block)[0].0, "Core Agent, tagger");
    let markdown = seen.text(ExportFormat::Markdown);
    let caption = "delay by owner of the responsible frame, without 92.6 s of goroutines that merely wait for work";
    assert!(markdown.contains(caption));
    // The near miss: a mutex profile has no idle waits.
    assert_eq!(table(&json, "core", "mutex", "delay")["left_out"], 0);
    assert!(markdown.contains("\ndelay by owner of the responsible frame\n"));
}

#[test]
fn a_lone_profile_of_another_program_is_that_program_s() {
    let seen = lone_case("30-block-without-window.pprof");
    let json = seen.json();
    // A lone cumulative profile has no window: nothing crosses, and nothing is clear.
    assert_eq!(finding(&json), &Value::Null);
    let states = json["verdict"]["states"].as_array().unwrap();
    let contention = states.iter().find(|state| state["kind"] == "contention");
    let contention = contention.unwrap();
    assert_eq!(contention["hole"], "window-unknown");
    let why = contention["why"].as_str().unwrap();
    assert!(
        why.contains("counts 4.69 s of delay, in a time that is not known"),
        "{why}"
    );
    assert!(why.contains("of it in main.fastFunction"), "{why}");
    let block = table(
        &json,
        json["verdict"]["main_process"].as_str().unwrap(),
        "block",
        "delay",
    );
    assert_eq!(
        shares(block)[0].0,
        "the program itself (github.com/pyroscope-io/client)"
    );
    for assumed in ["30 s", "30 seconds", "0.16"] {
        for format in [
            ExportFormat::Markdown,
            ExportFormat::Customer,
            ExportFormat::Escalation,
        ] {
            let text = seen.text(format);
            assert!(
                !why.contains(assumed) && !text.contains("goroutines on average"),
                "{text}"
            );
        }
    }
    for text in [
        seen.text(ExportFormat::Markdown),
        seen.text(ExportFormat::Escalation),
    ] {
        for wrong in [
            "Runtime or system libraries",
            "Go standard library",
            "agent-runtimes",
            "internal work of the Agent",
        ] {
            assert!(!text.contains(wrong), "{wrong}: {text}");
        }
    }
}

/// Near misses of the program: a lone profile of the Agent, and a program that only uses its code.
#[test]
fn the_agent_stays_the_agent_in_a_lone_profile() {
    let owner = |lines: &str| {
        let drawn = cpu(lines, 30).of_program("/usr/local/bin/some");
        let json = alone("some.pprof", drawn.bytes()).json();
        finding(&json)["owner"].clone()
    };
    let sampler = format!("{AGENT}/pkg/aggregator.(*TimeSampler).sample");
    assert_eq!(
        owner(&format!(
            "main.main;{sampler} 20000\nmain.main;go.uber.org/fx.New 10"
        )),
        "Core Agent, aggregation"
    );
    let obfuscate = format!("{AGENT}/pkg/obfuscate.(*Obfuscator).Obfuscate");
    let own = "example.com/shop/cart";
    assert_eq!(
        owner(&format!(
            "{own}.Add;{obfuscate} 20000\n{own}.Sum;{own}.total 10"
        )),
        "the program itself (example.com/shop)"
    );
}

#[test]
fn a_system_call_is_owned_by_who_makes_it() {
    let seen = MadeUp::case("10-agent6-dogstatsd-cpu").read();
    let json = seen.json();
    let table = table(&json, "core", "cpu", "cpu");
    assert_eq!(
        owner_of(table, "syscall.Syscall6"),
        ("Core Agent, DogStatsD".to_owned(), None)
    );
    let vendored = format!("{AGENT}/vendor/github.com/json-iterator/go.(*Stream).WriteString");
    assert_eq!(
        owner_of(table, &vendored).0,
        "Core Agent, metrics pipeline",
        "the frame that calls it is the Agent's"
    );
}

/// A module without a row is named by its path; Go's own parts never are a module.
#[test]
fn stacks_with_any_name_have_an_owner() {
    let drawn = cpu(
        "net/http.(*conn).serve;github.com/NYTimes/gziphandler.F;go.uber.org/fx/internal.F;strings.Join 900\n\
         vendor/golang.org/x/net/idna.F 800\naeshashbody 700\nruntime.scanobject 600\n\
         crypto/internal/fips140/sha256.blockSHANI 500\ngopkg.in/yaml%2ev3.(*parser).parse;runtime.memmove 400\n\
         [libc.so.6];malloc 300\n<unknown> 200",
        30,
    );
    let json = MadeUp::linux()
        .calm("core")
        .profile("core-cpu", &drawn)
        .read()
        .json();
    let table = table(&json, "core", "cpu", "cpu");
    let ms = |value: i64| value / 1_000_000;
    let shares: Vec<(&str, i64)> = shares(table)
        .into_iter()
        .map(|(owner, value)| (owner, ms(value)))
        .collect();
    assert_eq!(
        shares,
        [
            ("Go runtime", 1300),
            ("Go standard library", 1300),
            ("third-party module (go.uber.org/fx)", 900),
            ("third-party module (gopkg.in/yaml.v3)", 400),
            ("System libraries", 300),
            ("unowned", 200),
        ]
    );
    assert_eq!(
        owner_of(table, "runtime.memmove").0,
        "third-party module (gopkg.in/yaml.v3)"
    );
}

#[test]
fn cpu_time_with_a_check_s_label_is_that_check_s() {
    let json = MadeUp::case("20-check-id-label").read().json();
    let table = table(&json, "core", "cpu", "cpu");
    let found = shares(table);
    assert_eq!(found[0].0, "Integration (Python), check sqlserver");
    assert!(
        found
            .iter()
            .any(|(owner, _)| *owner == "Integration (Python), check openmetrics")
    );
    assert_eq!(
        owner_of(table, "runtime.cgocall"),
        ("Integration (Python), check sqlserver".to_owned(), Some(90))
    );
    // As the table by label has it.
    let real = MadeUp::case("r02-python-cpu").read().json();
    let core = self::table(&real, "core", "cpu", "cpu");
    let total = core["total"].as_i64().unwrap() as f64;
    for (owner, percent) in [
        ("Integration (Python), check crunch", "62.7"),
        ("Integration (Python), check tag_storm", "15.4"),
    ] {
        let found = shares(core);
        let (_, value) = found.iter().find(|(known, _)| *known == owner).unwrap();
        assert_eq!(format!("{:.1}", *value as f64 / total * 100.0), percent);
    }
}

#[test]
fn modules_of_system_probe_have_their_shares() {
    let network = format!("{AGENT}/pkg/network/tracer.(*Tracer).run;runtime.mapaccess1");
    let seen = |label: &str| {
        let drawn = cpu(
            &format!("main.main;{network} 18000{label}\nmain.main;runtime.futex 2000"),
            30,
        );
        let flare = MadeUp::linux().calm("core").calm("system-probe");
        flare.profile("system-probe-cpu", &drawn).read()
    };
    let told = seen(" #module=network_tracer").text(ExportFormat::Markdown);
    assert!(
        told.contains("- **By module**: network_tracer 90.0%"),
        "{told}"
    );
    let correlation = "CPU time by module of system-probe, from the profile's label module: network_tracer 90.0%.";
    assert!(told.contains(correlation), "{told}");
    let without = seen("").text(ExportFormat::Markdown);
    assert!(!without.contains("By module") && !without.contains("by module"));
}

/// What another order of a table shows is owned as in the report.
#[test]
fn another_order_gives_the_same_owners() {
    let flare = fixtures::flare("contention").open();
    let question = |column| TopQuestion {
        process: "core".to_owned(),
        profile: diagnose::kinds::ProfileName::Mutex,
        sample_type: "delay".to_owned(),
        column,
        reversed: false,
        filter: Filter::All,
        offset: 0,
        count: 10,
    };
    let owner = |column| {
        let table = flare.top(&question(column)).unwrap();
        let mut rows = table.rows.into_iter();
        let row = rows
            .find(|row| row.function == "sync.(*Mutex).Unlock")
            .unwrap();
        (row.owner, row.swatch)
    };
    // The swatch is the owner's, whatever its part.
    let swatch = Palette::of(flare.report()).swatch("Core Agent, tagger");
    assert!(matches!(swatch, Swatch::Owner(_)), "{swatch:?}");
    let expected = ("Core Agent, tagger 85%".to_owned(), swatch);
    assert_eq!(owner(Column::Flat), expected);
    assert_eq!(owner(Column::Cum), expected);
}

/// An owner's name without its part of a row: `Core Agent, tagger 85%`.
fn without_part(owner: &str) -> &str {
    match owner.rsplit_once(' ') {
        Some((name, part)) if part.ends_with('%') => name,
        _ => owner,
    }
}

/// Wherever an owner shows, in whatever table, process, stack or order, it has one swatch, and no other
/// owner has the same.
#[test]
fn an_owner_looks_the_same_everywhere_and_like_no_other() {
    for name in fixtures::NAMES {
        let flare = fixtures::flare(name).open();
        let mut seen: Vec<(String, Swatch)> = Vec::new();
        let document = report::layout::document(flare.report(), "", "");
        for block in document.sections.iter().flat_map(|one| &one.blocks) {
            match block {
                Block::Functions(table) => seen.extend(of_rows(table)),
                Block::Stacks { stacks, .. } => seen.extend(
                    (stacks.iter()).map(|stack| (stack.owner.clone(), stack.swatch.clone())),
                ),
                Block::Shares { what, shares, .. } if what == "Owner" => seen.extend(
                    (shares.iter()).map(|share| (share.name.clone(), share.swatch.clone())),
                ),
                _ => {}
            }
        }
        for process in &flare.report().processes {
            for profile in &process.profiles {
                let report::model::ProfileContent::Tables(tables) = &profile.content else {
                    continue;
                };
                for (table, column) in tables.iter().flat_map(|table| {
                    let columns = [Column::Flat, Column::Cum, Column::Owner, Column::Function];
                    columns.map(|column| (table, column))
                }) {
                    let question = TopQuestion {
                        process: process.name.to_string(),
                        profile: profile.name,
                        sample_type: table.sample_type.clone(),
                        column,
                        reversed: false,
                        filter: Filter::All,
                        offset: 0,
                        count: 100,
                    };
                    seen.extend(of_window(&flare.top(&question).unwrap()));
                }
            }
        }
        let mut by_owner: BTreeMap<String, Swatch> = BTreeMap::new();
        for (owner, swatch) in seen {
            let known = by_owner.entry(owner.clone()).or_insert(swatch.clone());
            assert_eq!(*known, swatch, "{name}: {owner}");
        }
        assert_eq!(
            by_owner.remove("unowned").unwrap_or(Swatch::None),
            Swatch::None
        );
        let looks: BTreeSet<String> = by_owner.values().map(|one| format!("{one:?}")).collect();
        assert_eq!(looks.len(), by_owner.len(), "{name}: {by_owner:?}");
        let colours = by_owner
            .values()
            .filter(|one| matches!(one, Swatch::Owner(_)));
        assert!(colours.count() <= 8 && !by_owner.values().any(|one| *one == Swatch::None));
    }
}

fn of_rows(table: &FunctionTable) -> impl Iterator<Item = (String, Swatch)> {
    let rows = table.rows.iter();
    rows.map(|row| (without_part(&row.owner).to_owned(), row.swatch.clone()))
}

fn of_window(table: &RowsView) -> impl Iterator<Item = (String, Swatch)> {
    let rows = table.rows.iter();
    rows.map(|row| (without_part(&row.owner).to_owned(), row.swatch.clone()))
}
