//! Profiles that were cut off, or made to break what reads them: each gives the right answer, or
//! an error that says what and where.

use profile::Profile;
use profile::pprof::{DecodeError, Limits, decode, inflate, proto};
use prost::Message;
use report::document::FileRole;
use report::model::Report;
use report::texts::files::reason;
use testkit::fixtures;
use testkit::made::{CPU, HEAP, LOCKS, Made, every_text, read};
use testkit::pack::gzip;

fn decoded(bytes: &[u8]) -> Result<Profile, DecodeError> {
    decode(bytes.to_vec(), &Limits::default())
}

/// All that a report is made from.
fn content(profile: &Profile) -> (Vec<i64>, Vec<Vec<String>>) {
    let samples = 0..profile.sample_count();
    let values = samples.clone().flat_map(|sample| profile.values(sample));
    let values = values.copied().collect();
    let stacks = samples
        .map(|sample| {
            let locations = profile.stack(sample).iter();
            locations
                .flat_map(|&location| profile.lines(location))
                .map(|&function| profile.function_name(function).to_owned())
                .collect()
        })
        .collect();
    (values, stacks)
}

/// An error of a cut-off profile says where: a byte, a number of unpacked bytes, an entry's number.
fn says_where(error: &DecodeError, unpacked: usize) {
    match error {
        DecodeError::Truncated { offset }
        | DecodeError::BadField { offset }
        | DecodeError::Message { offset, .. } => assert!(*offset < unpacked, "{error}"),
        DecodeError::Gzip { unpacked_bytes, .. } => assert!(*unpacked_bytes <= unpacked),
        DecodeError::MissingString { strings, .. } => {
            assert!(error.to_string().contains(&strings.to_string()))
        }
        // What is there is whole, but a table that stands further on is missing.
        DecodeError::MissingLocation { .. }
        | DecodeError::MissingFunction { .. }
        | DecodeError::MissingMapping { .. } => {
            assert!(
                error.to_string().chars().any(|c| c.is_ascii_digit()),
                "{error}"
            );
        }
        DecodeError::Empty | DecodeError::NoSampleTypes => {}
        // Two bytes may well be letters.
        DecodeError::Text { quoted } => assert!(quoted.len() <= 2, "{error}"),
        other => panic!("{other:?}"),
    }
}

fn every_cut(name: &str, packed: &[u8], step: usize) {
    let bare = inflate(packed.to_vec(), &Limits::default()).unwrap();
    let whole = content(&decoded(packed).unwrap());
    let mut right = 0;
    for end in (0..bare.len()).step_by(step) {
        match decoded(&bare[..end]) {
            Ok(profile) => {
                assert_eq!(content(&profile), whole, "{name}: bare, cut at {end}");
                right += 1;
            }
            Err(error) => says_where(&error, end),
        }
    }
    // Only what stands at the very end, and is not needed, may be missing from a right answer.
    assert!(right * 10 <= bare.len() / step, "{name}: {right}");
    for end in (0..packed.len()).step_by(step) {
        let error = decoded(&packed[..end]).map(|_| ()).unwrap_err();
        says_where(&error, bare.len());
    }
}

#[test]
fn every_cut_of_a_small_profile_is_the_right_answer_or_says_where() {
    let packed = fixtures::flare("multiple").profile("process-mutex.pprof");
    every_cut("process-mutex", &packed, 1);
    let packed = fixtures::flare("normal").profile("core-mutex.pprof");
    every_cut("core-mutex", &packed, 1);
}

#[test]
fn every_97th_cut_of_a_larger_profile_is_the_right_answer_or_says_where() {
    let packed = fixtures::flare("contention").profile("core-mutex.pprof");
    every_cut("core-mutex", &packed, 97);
}

#[test]
fn the_report_names_the_file_that_is_cut_off_and_reads_the_others() {
    let flare = fixtures::flare("memory-leak");
    let first = flare.profile("core-1st-heap.pprof");
    let cut = first[..first.len() / 2].to_vec();
    let report = read(vec![
        ("profiles/core-1st-heap.pprof".to_owned(), cut),
        (
            "profiles/core-2nd-heap.pprof".to_owned(),
            flare.profile("core-2nd-heap.pprof"),
        ),
    ])
    .unwrap();
    let file = |end: &str| {
        let found = report.files.iter().find(|file| file.path.ends_with(end));
        found.unwrap()
    };
    assert_eq!(file("1st-heap.pprof").role(), FileRole::Failed);
    assert!(reason(file("1st-heap.pprof")).contains("after"));
    assert_eq!(file("2nd-heap.pprof").role(), FileRole::Used);
    let markdown = &every_text(&report)[0].1;
    assert!(markdown.contains("core-1st-heap.pprof"), "{markdown}");
}

/// Appends a field with an unknown number to every message of a profile, of every wire type.
#[test]
fn unknown_fields_are_skipped_in_every_message() {
    let made = Made::new(&CPU).sample(&["a", "b"], &[1, 7]);
    let whole = content(&decoded(&made.bytes()).unwrap());
    let unknown: [&[u8]; 4] = [
        &[0xf8, 0x3f, 0x96, 0x01],
        &[0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0xfa, 0x3f, 3, b'x', b'y', b'z'],
        &[0xfd, 0x3f, 1, 2, 3, 4],
    ];
    fn put(out: &mut Vec<u8>, field: u8, message: &[u8], extra: &[u8]) {
        out.push(field << 3 | 2);
        prost::encoding::encode_varint((message.len() + extra.len()) as u64, out);
        out.extend_from_slice(message);
        out.extend_from_slice(extra);
    }
    for extra in unknown {
        let profile = &made.profile;
        let mut out = Vec::new();
        for kind in &profile.sample_type {
            put(&mut out, 1, &kind.encode_to_vec(), extra);
        }
        for sample in &profile.sample {
            put(&mut out, 2, &sample.encode_to_vec(), extra);
        }
        for location in &profile.location {
            let mut inner = proto::Location {
                line: vec![],
                ..location.clone()
            }
            .encode_to_vec();
            for line in &location.line {
                put(&mut inner, 4, &line.encode_to_vec(), extra);
            }
            put(&mut out, 4, &inner, extra);
        }
        for function in &profile.function {
            put(&mut out, 5, &function.encode_to_vec(), extra);
        }
        for text in &profile.string_table {
            put(&mut out, 6, text, &[]);
        }
        out.extend_from_slice(extra);
        assert_eq!(content(&decoded(&out).unwrap()), whole, "{extra:x?}");
    }
}

const EXTREMES: [i64; 6] = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX];

/// A report of these profiles, written in every form.
fn written(profiles: Vec<(&str, Made)>) -> (Report, Vec<(String, String)>) {
    let files = profiles
        .into_iter()
        .map(|(name, made)| (format!("profiles/{name}.pprof"), gzip(&made.bytes())))
        .collect();
    let report = read(files).unwrap();
    for file in &report.files {
        assert_ne!(
            file.role(),
            FileRole::Failed,
            "{}: {}",
            file.path,
            reason(file)
        );
    }
    let texts = every_text(&report);
    for (name, text) in &texts {
        // The style sheet has a class of that name.
        let text = text
            .split_once("</style>")
            .map_or(text.as_str(), |(_, body)| body);
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let wrong = words
            .into_iter()
            .find(|word| matches!(*word, "NaN" | "inf"));
        assert_eq!(
            wrong,
            None,
            "{name}: {:?}",
            wrong.map(|word| around(text, word))
        );
    }
    (report, texts)
}

fn around<'t>(text: &'t str, word: &str) -> &'t str {
    let at = text.find(word).unwrap_or(0);
    let start = (0..=at.saturating_sub(200))
        .rev()
        .find(|&at| text.is_char_boundary(at));
    text[start.unwrap_or(0)..].get(..300).unwrap_or(&text[at..])
}

#[test]
fn absurd_values_go_through_every_report() {
    for value in EXTREMES {
        for other in EXTREMES {
            let heap = |first: i64, second: i64| {
                let mut made = Made::new(&HEAP)
                    .sample(&["a.leak", "main.main"], &[first; 4])
                    .sample(&["a.leak", "b.other"], &[second; 4])
                    .sample(
                        &["runtime.mallocgc", "a.leak"],
                        &[first, second, first, second],
                    )
                    .sample(&[], &[second, first, second, first]);
                made.profile.period = other;
                made.profile.time_nanos = value;
                made.profile.duration_nanos = other;
                made
            };
            let locks = || {
                let mut made = Made::new(&LOCKS)
                    .sample(&["sync.(*Mutex).Unlock", "a.held"], &[value, other])
                    .sample(&["sync.(*Mutex).Lock", "a.held"], &[other, value]);
                made.profile.duration_nanos = value;
                made.profile.period = other;
                made.profile.time_nanos = other;
                made
            };
            let mut cpu = Made::new(&CPU)
                .sample(&["a.busy", "main.main"], &[value, other])
                .sample(&["runtime.gcBgMarkWorker"], &[other, value]);
            cpu.profile.period = value;
            cpu.profile.duration_nanos = other;
            cpu.profile.time_nanos = value;
            written(vec![
                ("core-1st-heap", heap(value, other)),
                ("core-2nd-heap", heap(other, value)),
                ("core-cpu", cpu),
                ("core-block", locks()),
                ("core-mutex", locks()),
            ]);
        }
    }
}

#[test]
fn sums_saturate_and_keep_their_sign() {
    let most = Made::new(&["space/bytes"])
        .sample(&["a"], &[i64::MAX])
        .sample(&["a"], &[i64::MAX]);
    let profile = decoded(&most.bytes()).unwrap();
    assert_eq!((profile.total(0), profile.net(0)), (i64::MAX, i64::MAX));
    let least = Made::new(&["space/bytes"])
        .sample(&["a"], &[i64::MIN])
        .sample(&["a"], &[i64::MIN]);
    let profile = decoded(&least.bytes()).unwrap();
    assert_eq!((profile.total(0), profile.net(0)), (i64::MAX, i64::MIN));
    let both = Made::new(&["space/bytes"])
        .sample(&["a"], &[i64::MIN])
        .sample(&["a"], &[i64::MAX]);
    assert_eq!(decoded(&both.bytes()).unwrap().net(0), -1);
}

#[test]
fn absurd_ids_are_read() {
    let mut made = Made::new(&CPU).sample(&["a", "b"], &[1, 7]);
    let whole = content(&decoded(&made.bytes()).unwrap());
    let renamed = |id: u64| u64::MAX - id * (1 << 60);
    for function in &mut made.profile.function {
        function.id = renamed(function.id);
        function.start_line = i64::MIN;
    }
    for location in &mut made.profile.location {
        location.id = renamed(location.id);
        location.address = u64::MAX;
        location.line[0].function_id = renamed(location.line[0].function_id);
        location.line[0].line = i64::MIN;
    }
    for id in &mut made.profile.sample[0].location_id {
        *id = renamed(*id);
    }
    made.profile.mapping.push(proto::Mapping {
        id: u64::MAX,
        memory_start: u64::MAX,
        memory_limit: 0,
        ..Default::default()
    });
    assert_eq!(content(&decoded(&made.bytes()).unwrap()), whole);
    written(vec![("core-cpu", made)]);
}

#[test]
fn cycles_and_deep_stacks_go_through_every_report() {
    // a calls b calls a, 5,000 times.
    let cycle: Vec<&str> = ["a", "b"].into_iter().cycle().take(10_000).collect();
    let names: Vec<String> = (0..10_000).map(|n| format!("pkg/p{n}.Func{n}")).collect();
    let deep: Vec<&str> = names.iter().map(String::as_str).collect();
    // One frame calls itself.
    let same = vec!["self"; 10_000];
    let heap = |grown: i64| {
        Made::new(&HEAP)
            .sample(&cycle, &[grown; 4])
            .sample(&deep, &[grown * 2; 4])
            .sample(&same, &[grown * 3; 4])
    };
    let cpu = Made::new(&CPU)
        .sample(&cycle, &[100, 1_000_000_000])
        .sample(&deep, &[1000, 10_000_000_000]);
    let (report, _) = written(vec![
        ("core-1st-heap", heap(1)),
        ("core-2nd-heap", heap(20 << 20)),
        ("core-cpu", cpu),
    ]);
    let table = |name: &str| {
        let text = serde_json::to_string(&report::layout::details_view(&report)).unwrap();
        assert!(text.contains(name), "{name}");
    };
    table("self");
    let profile = decoded(&heap(1).bytes()).unwrap();
    let view = profile::lens::view::View::of(profile.clone(), "inuse_space").unwrap();
    let weights = view.weights();
    let of = |wanted: &str| view.names().zip(weights).find(|(name, _)| *name == wanted);
    // However often it recurs, a function counts once for a sample.
    assert_eq!(of("a").unwrap().1.cum, 1);
    assert_eq!(of("self").unwrap().1.cum, 3);
}

#[test]
fn empty_tables_go_through_every_report() {
    let types_only = || Made::new(&HEAP);
    let nameless = {
        let mut made = Made::new(&HEAP).sample(&["x"], &[1; 4]);
        made.profile.function[0].name = 0;
        made.profile.function[0].filename = 0;
        made
    };
    let no_lines = {
        let mut made = Made::new(&CPU).sample(&["x"], &[1; 2]);
        made.profile.function.clear();
        made.profile.location[0].line.clear();
        made
    };
    let no_frames = Made::new(&LOCKS).sample(&[], &[1, 2_000_000_000]);
    let no_types = {
        let mut made = Made::new(&LOCKS);
        for kind in &mut made.profile.sample_type {
            *kind = proto::ValueType::default();
        }
        made
    };
    written(vec![
        ("core-1st-heap", types_only()),
        ("core-2nd-heap", types_only()),
        ("core-cpu", Made::new(&CPU)),
        ("core-block", no_frames),
        ("core-mutex", no_types.clone()),
        ("trace-1st-heap", types_only()),
        ("trace-2nd-heap", nameless),
        ("trace-cpu", no_lines),
        ("trace-block", Made::new(&LOCKS)),
        ("trace-mutex", Made::new(&LOCKS)),
        ("process-1st-heap", no_types),
    ]);
}

/// Each limit just reached, and one more. What is said names the table, the limit and the place.
#[test]
fn each_limit_of_a_profile_reached_and_exceeded() {
    type Change = fn(&mut Limits, usize);
    let made = Made::new(&["a/count", "b/count"])
        .sample(&["x", "y", "z"], &[1, 2])
        .sample(&["y", "z"], &[3, 4]);
    let mut made = made;
    made.profile.mapping = vec![
        proto::Mapping {
            id: 1,
            ..Default::default()
        },
        proto::Mapping {
            id: 2,
            ..Default::default()
        },
    ];
    let label = proto::Label::default();
    made.profile.sample[0].label = vec![label, label];
    let strings = made.profile.string_table.len();
    let longest = made
        .profile
        .string_table
        .iter()
        .map(Vec::len)
        .max()
        .unwrap();
    let bytes = made.bytes();
    let cases: [(&str, usize, Change); 11] = [
        ("sample types", 2, |limits, n| limits.sample_types = n),
        ("samples", 2, |limits, n| limits.samples = n),
        ("values", 4, |limits, n| limits.values = n),
        ("labels", 2, |limits, n| limits.labels = n),
        ("strings", strings, |limits, n| limits.strings = n),
        ("bytes", longest, |limits, n| limits.name_bytes = n),
        ("mappings", 2, |limits, n| limits.mappings = n),
        ("functions", 3, |limits, n| limits.functions = n),
        ("locations", 3, |limits, n| limits.locations = n),
        ("frames, the limit of one stack", 3, |limits, n| {
            limits.stack_depth = n
        }),
        ("frames", 5, |limits, n| limits.frames = n),
    ];
    for (what, reached, set) in cases {
        let mut limits = Limits::default();
        set(&mut limits, reached);
        decode(bytes.clone(), &limits).unwrap_or_else(|error| panic!("{what}: {error}"));
        set(&mut limits, reached - 1);
        let error = decode(bytes.clone(), &limits).unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
        assert!(
            error.contains(&(reached - 1).to_string()),
            "{what}: {error}"
        );
        assert!(
            error.contains("other files are not affected"),
            "{what}: {error}"
        );
    }
    let unpacked = |n: usize| Limits {
        unpacked_bytes: n as u64,
        ..Limits::default()
    };
    for packed in [bytes.clone(), gzip(&bytes)] {
        decode(packed.clone(), &unpacked(bytes.len())).unwrap();
        let error = decode(packed, &unpacked(bytes.len() - 1)).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn inlined_frames_count_for_the_depth_of_a_stack() {
    // One location of 1,000 inlined lines, 10 times on a stack: 10,000 frames of 10 bytes.
    let mut made = Made::new(&CPU).sample(&["x"; 10], &[1, 1]);
    let line = made.profile.location[0].line[0];
    made.profile.location[0].line = vec![line; 1000];
    let limits = |depth: usize| Limits {
        stack_depth: depth,
        ..Limits::default()
    };
    decode(made.bytes(), &limits(10_000)).unwrap();
    let error = decode(made.bytes(), &limits(9_999)).unwrap_err();
    assert!(
        matches!(
            error,
            DecodeError::StackTooDeep {
                sample: 0,
                limit: 9_999
            }
        ),
        "{error}"
    );
    let error = decode(made.bytes(), &limits(999)).unwrap_err();
    assert!(
        error.to_string().contains("lines of one location"),
        "{error}"
    );
}

#[test]
fn patterns_have_limits() {
    let with = |pattern: &str, names: usize| {
        let mut made = Made::new(&CPU);
        for n in 0..names {
            made = made.sample(&[&format!("pkg.name{n:04}")], &[1, 1]);
        }
        made.profile.drop_frames = made.text(pattern);
        made.bytes()
    };
    let limits = Limits {
        pattern_bytes: 10,
        pattern_steps: 10 * 12 * 11,
        ..Limits::default()
    };
    decode(with("0123456789", 11), &limits).unwrap();
    for bytes in [with("0123456789a", 1), with("0123456789", 12)] {
        let error = decode(bytes, &limits).unwrap_err();
        assert!(
            matches!(error, DecodeError::PatternTooLong { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("drop_frames"), "{error}");
    }
    // A short pattern for a large machine.
    let error = decoded(&with("((a{200}){200}){200}", 1)).unwrap_err();
    assert!(matches!(error, DecodeError::Pattern { .. }), "{error}");
}

#[test]
fn all_profiles_of_a_flare_have_limits_together() {
    use engine::OpenFlare;
    use flare::{Input, LooseFile};
    use profile::pprof::Totals;
    use report::settings::Settings;

    let heap = Made::new(&HEAP).sample(&["a.leak", "main.main"], &[1; 4]);
    let bytes = gzip(&heap.bytes());
    let profile = decoded(&bytes).unwrap();
    let unpacked = heap.bytes().len() as u64;
    let files = |totals: Totals| {
        let settings = Settings {
            totals,
            ..Settings::default()
        };
        let files = ["core-1st-heap", "core-2nd-heap", "trace-1st-heap"]
            .map(|name| LooseFile::from_bytes(format!("h/profiles/{name}.pprof"), bytes.clone()));
        let flare = OpenFlare::read("h", Input::Files(files.into()), settings, &mut |_| {});
        let report = flare.unwrap().report().clone();
        every_text(&report);
        report
    };
    let failed = |totals: Totals| -> Vec<String> {
        let files = files(totals).files;
        let failed = files
            .into_iter()
            .filter(|file| file.role() == FileRole::Failed);
        failed
            .map(|file| format!("{}: {}", file.path, reason(&file)))
            .collect()
    };
    let all = Totals::default();
    let memory = profile.memory_bytes();
    assert_eq!(
        failed(Totals {
            memory_bytes: 3 * memory,
            ..all
        }),
        [""; 0]
    );
    let told = failed(Totals {
        memory_bytes: 3 * memory - 1,
        ..all
    });
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("trace-1st-heap.pprof: the flare's profiles up to this one take"),
        "{told:?}"
    );
    assert_eq!(
        failed(Totals {
            steps: 3 * profile.steps(),
            ..all
        }),
        [""; 0]
    );
    let told = failed(Totals {
        steps: 3 * profile.steps() - 1,
        ..all
    });
    assert!(
        told[0].contains("steps of work, the limit for all of them is"),
        "{told:?}"
    );
    // Bytes are counted once they are unpacked, so one more file than that is read.
    assert_eq!(
        failed(Totals {
            unpacked_bytes: 2 * unpacked,
            ..all
        }),
        [""; 0]
    );
    assert_eq!(
        failed(Totals {
            unpacked_bytes: 2 * unpacked - 1,
            ..all
        })
        .len(),
        1
    );
    let rows = |totals: Totals| -> usize {
        let processes = files(totals).processes;
        let tables = processes.iter().flat_map(|process| &process.profiles);
        tables
            .map(|profile| match &profile.content {
                report::model::ProfileContent::Tables(tables) => {
                    tables.iter().map(|table| table.rows.len()).sum()
                }
                _ => 0,
            })
            .sum()
    };
    assert!(
        rows(all)
            > rows(Totals {
                row_bytes: 200,
                ..all
            })
    );
    assert_eq!(
        rows(Totals {
            row_bytes: 0,
            ..all
        }),
        0
    );
}
