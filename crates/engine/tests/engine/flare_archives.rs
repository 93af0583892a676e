//! Shapes of archives: how flares arrive, and how they arrive broken.

use std::io::{BufRead, Cursor};

use flare::{
    Entry, Fault, Flare, FlareError, Input, Limits, LooseFile, Problem, Process, ProfileKind, Role,
};
use testkit::flare_zip::{Descriptor, Item, directory_start, item, sparse_zip, zip};
use testkit::pack::deflate;
use testkit::random::Random;

fn open(bytes: Vec<u8>) -> Flare {
    open_with(bytes, &Limits::default()).unwrap()
}

fn open_with(bytes: Vec<u8>, limits: &Limits) -> Result<Flare, FlareError> {
    Flare::open("x.zip", Input::Zip(Box::new(Cursor::new(bytes))), limits)
}

fn read(flare: &mut Flare, inner: &str) -> Result<Vec<u8>, Fault> {
    let index = flare.find_path(inner).expect("the entry is there");
    flare.read(index).map_err(|error| {
        assert!(error.to_string().contains(&error.path));
        error.fault
    })
}

fn entry<'a>(flare: &'a Flare, inner: &str) -> &'a Entry {
    &flare.entries()[flare.find_path(inner).expect("the entry is there")]
}

fn core_heap() -> Role {
    Role::Profile {
        process: Process::Core,
        kind: ProfileKind::HeapFirst,
    }
}

/// The files of a small flare below `root`, which ends with the separator.
fn flare_items(root: &str) -> Vec<Item> {
    vec![
        item(root, ""),
        item(&format!("{root}status.log"), "status ".repeat(100)).deflated(),
        item(&format!("{root}profiles/core-1st-heap.pprof"), "heap"),
        item(&format!("{root}adp-1/status.log"), "not this one"),
        item(&format!("{root}logs/agent.log"), "line\n".repeat(1000)).deflated(),
    ]
}

fn check_small(mut flare: Flare) {
    assert_eq!(flare.entries().len(), 4);
    let status = flare.find(&Role::Status).unwrap();
    assert_eq!(
        flare.read(status).unwrap(),
        "status ".repeat(100).as_bytes()
    );
    let heap = flare.find(&core_heap()).unwrap();
    assert_eq!(flare.read(heap).unwrap(), b"heap");
    assert!(matches!(
        entry(&flare, "adp-1/status.log").role,
        Role::Unneeded(_)
    ));
}

#[test]
fn root_folder_is_the_host() {
    let flare = open(zip(&flare_items("web-7.example.com/")));
    assert_eq!(flare.root(), Some("web-7.example.com"));
    assert!(flare.problems().is_empty(), "{:?}", flare.problems());
    check_small(flare);
}

#[test]
fn no_root_folder() {
    let mut items = flare_items("");
    items.remove(0);
    let flare = open(zip(&items));
    assert_eq!(flare.root_name(), None);
    assert!(flare.is_flare());
    check_small(flare);
}

#[test]
fn several_root_folders_and_backslashes() {
    let mut items = flare_items("ticket-123\\export\\host-1\\");
    for item in &mut items {
        item.name = String::from_utf8_lossy(&item.name)
            .replace('/', "\\")
            .into_bytes();
    }
    let flare = open(zip(&items));
    assert_eq!(flare.root(), Some("ticket-123/export/host-1"));
    assert_eq!(flare.root_name(), Some("host-1"));
    check_small(flare);
}

#[test]
fn a_flare_inside_an_archive() {
    let inner = zip(&flare_items("host/"));
    for deflated in [false, true] {
        let mut outer = item("datadog-agent-2024-info.zip", inner.clone());
        outer.deflate = deflated;
        let bytes = zip(&[
            item("__MACOSX/._datadog-agent-2024-info.zip", "junk"),
            item(".DS_Store", "junk"),
            outer,
            item("note.txt", "please help"),
        ]);
        let flare = open(bytes.clone());
        assert_eq!(flare.source_bytes(), bytes.len() as u64);
        let [
            Problem::InnerArchive {
                path,
                beside_count: 3,
                ..
            },
        ] = flare.problems()
        else {
            panic!("{:?}", flare.problems());
        };
        assert_eq!(path, "datadog-agent-2024-info.zip");
        check_small(flare);
    }
}

#[test]
fn several_archives_inside() {
    let flare = open(zip(&[
        item("other.zip", zip(&[item("a.txt", "a")])),
        item("datadog-agent-1.zip", zip(&flare_items("host/"))),
    ]));
    assert!(flare.problems().iter().any(|problem| matches!(
        problem,
        Problem::SeveralArchives { opened, others } if opened == "datadog-agent-1.zip" && others == &["other.zip"]
    )));
    check_small(flare);
}

#[test]
fn nesting_ends() {
    let mut bytes = zip(&flare_items("host/"));
    for _ in 0..2 {
        bytes = zip(&[item("in.zip", bytes)]);
    }
    check_small(open(bytes.clone()));
    let flare = open(zip(&[item("in.zip", bytes)]));
    assert!(matches!(
        flare.problems().last(),
        Some(Problem::InnerUnread { .. })
    ));
    assert_eq!(flare.entries().len(), 1);
}

#[test]
fn a_damaged_archive_inside_is_told() {
    let mut inner = item("in.zip", zip(&flare_items("host/"))).deflated();
    inner.crc = Some(1);
    let flare = open(zip(&[inner]));
    let [Problem::InnerUnread { reason, .. }] = flare.problems() else {
        panic!("{:?}", flare.problems());
    };
    assert!(reason.contains("checksum"), "{reason}");
}

#[test]
fn zip64_and_streamed() {
    for descriptor in [None, Some(Descriptor::Signed), Some(Descriptor::Bare)] {
        for zip64 in [false, true] {
            let mut items = flare_items("host/");
            for item in &mut items {
                item.descriptor = descriptor;
                item.zip64 = zip64;
            }
            check_small(open(zip(&items)));
        }
    }
}

#[test]
fn duplicate_names() {
    let mut flare = open(zip(&[
        item("h/status.log", "first"),
        item("h/status.log", "second"),
        item("h/profiles/core-1st-heap.pprof", "a"),
        item("h/copy/core-1st-heap.pprof", "b"),
    ]));
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"first");
    assert!(matches!(
        flare.entries()[1].problem.as_ref().map(|e| &e.fault),
        Some(Fault::DuplicateName)
    ));
    assert!(matches!(
        flare.problems(),
        [Problem::DuplicateNames { count: 1, .. }]
    ));
    assert_eq!(flare.find(&core_heap()), Some(2));
    assert!(matches!(
        flare.entries()[3].problem.as_ref().map(|e| &e.fault),
        Some(Fault::DuplicateRole { .. })
    ));
}

#[test]
fn the_profiles_folder_comes_first() {
    let flare = open(zip(&[
        item("h/aaa/core-1st-heap.pprof", "b"),
        item("h/profiles/core-1st-heap.pprof", "a"),
        item("h/status.log", ""),
    ]));
    assert_eq!(flare.find(&core_heap()), Some(1));
}

#[test]
fn unsafe_names() {
    let mut flare = open(zip(&[
        item("/etc/passwd", "x"),
        item("h/../../status.log", "x"),
        item("C:\\status.log", "x"),
        item("h/status.log", "ok"),
        item("h/./profiles//core-1st-heap.pprof", "heap"),
    ]));
    for index in 0..3 {
        assert!(matches!(
            flare.read(index).unwrap_err().fault,
            Fault::UnsafeName { .. }
        ));
        assert!(matches!(flare.entries()[index].role, Role::Unneeded(_)));
    }
    assert_eq!(
        read(&mut flare, "profiles/core-1st-heap.pprof").unwrap(),
        b"heap"
    );
}

#[test]
fn unreadable_entries_do_not_spoil_the_rest() {
    let mut encrypted = item("h/profiles/core-cpu.pprof", "x");
    encrypted.flags = 1;
    let mut lzma = item("h/profiles/core-block.pprof", "x");
    lzma.method = Some(14);
    let mut link = item("h/profiles/core-mutex.pprof", "/etc/passwd");
    link.unix_mode = 0o120_777;
    let mut crc = item("h/profiles/core-1st-heap.pprof", "x").deflated();
    crc.crc = Some(0xdead_beef);
    let mut size = item("h/profiles/core-2nd-heap.pprof", "xxx").deflated();
    size.size = Some(2);
    let mut garbage = item("h/profiles/core.trace", vec![0xff; 100]);
    garbage.method = Some(8);
    let mut flare = open(zip(&[
        encrypted,
        lzma,
        link,
        crc,
        size,
        garbage,
        item("h/status.log", "ok"),
    ]));
    assert_eq!(
        read(&mut flare, "profiles/core-cpu.pprof"),
        Err(Fault::Encrypted)
    );
    assert!(matches!(
        read(&mut flare, "profiles/core-block.pprof"),
        Err(Fault::UnsupportedMethod { .. })
    ));
    assert_eq!(
        read(&mut flare, "profiles/core-mutex.pprof"),
        Err(Fault::SymbolicLink)
    );
    assert!(matches!(
        read(&mut flare, "profiles/core-1st-heap.pprof"),
        Err(Fault::WrongChecksum {
            expected: 0xdead_beef,
            ..
        })
    ));
    assert_eq!(
        read(&mut flare, "profiles/core-2nd-heap.pprof"),
        Err(Fault::WrongSize {
            expected: 2,
            found: 3
        })
    );
    assert!(matches!(
        read(&mut flare, "profiles/core.trace"),
        Err(Fault::Damaged { .. })
    ));
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
    assert!(matches!(
        flare.read(99).unwrap_err().fault,
        Fault::NoSuchEntry { .. }
    ));
}

#[test]
fn a_cut_off_archive() {
    for descriptor in [None, Some(Descriptor::Signed), Some(Descriptor::Bare)] {
        let mut items = flare_items("host/");
        for item in &mut items {
            item.descriptor = descriptor;
        }
        let whole = zip(&items);
        let directory = directory_start(&whole);
        // The directory is gone, the entries are whole. A bare descriptor of the last entry is
        // not recognised without what follows it.
        let mut flare = open(whole[..directory].to_vec());
        assert!(matches!(flare.problems(), [Problem::Recovered { .. }]));
        assert_eq!(flare.root(), Some("host"));
        assert_eq!(flare.entries().len(), 4);
        assert_eq!(
            read(&mut flare, "status.log").unwrap(),
            "status ".repeat(100).as_bytes()
        );
        assert_eq!(
            read(&mut flare, "profiles/core-1st-heap.pprof").unwrap(),
            b"heap"
        );
        // The last entry is cut.
        let mut flare = open(whole[..directory - 30].to_vec());
        assert_eq!(read(&mut flare, "status.log").unwrap().len(), 700);
        let fault = read(&mut flare, "logs/agent.log").unwrap_err();
        assert!(
            matches!(fault, Fault::CutOff { .. } | Fault::CutOffUnknown { .. }),
            "{fault:?}"
        );
    }
}

#[test]
fn a_directory_that_points_past_the_end() {
    // Bytes missing in the middle: what is left is found by its headers.
    let whole = zip(&flare_items("host/"));
    let directory = directory_start(&whole);
    let mut bytes = whole[..directory - 10].to_vec();
    bytes.extend_from_slice(&whole[directory..]);
    let mut flare = open(bytes);
    assert_eq!(flare.entries().len(), 4);
    assert!(read(&mut flare, "logs/agent.log").is_err());
}

#[test]
fn a_damaged_directory_entry() {
    let whole = zip(&flare_items("host/"));
    let mut bytes = whole.clone();
    let directory = directory_start(&whole);
    let second = directory
        + 4
        + whole[directory + 4..]
            .windows(4)
            .position(|w| w == b"PK\x01\x02")
            .unwrap();
    bytes[second] = b'X';
    let flare = open(bytes);
    assert!(matches!(flare.problems(), [Problem::Recovered { .. }]));
    check_small(flare);
}

#[test]
fn nothing_to_show() {
    let error = |bytes: &[u8]| open_with(bytes.to_vec(), &Limits::default()).unwrap_err();
    assert!(matches!(error(&zip(&[])), FlareError::Empty { .. }));
    assert!(matches!(
        error(&zip(&[item("folder/", "")])),
        FlareError::Empty { .. }
    ));
    assert!(matches!(error(b""), FlareError::NotAZip { size: 0, .. }));
    assert!(matches!(
        error(b"PK\x03\x04junk"),
        FlareError::Damaged { .. }
    ));
    assert!(error(&[0x1f, 0x8b, 8, 0]).to_string().contains("gzip"));
    assert!(error(b"<html>\nlogin").to_string().contains("<html>"));
    assert!(matches!(
        Flare::open("folder", Input::Files(vec![]), &Limits::default()),
        Err(FlareError::Empty { .. })
    ));
}

#[test]
fn limits_hold() {
    let limits = Limits {
        unpacked_bytes_per_entry: 1000,
        unpacked_bytes_in_total: 1500,
        ..Limits::default()
    };
    let mut flare = open_with(
        zip(&[
            item("h/status.log", "x".repeat(1001)).deflated(),
            item("h/envvars.log", "x".repeat(900)).deflated(),
            item("h/telemetry.log", "x".repeat(900)).deflated(),
        ]),
        &limits,
    )
    .unwrap();
    assert_eq!(
        read(&mut flare, "status.log"),
        Err(Fault::TooLarge { limit_bytes: 1000 })
    );
    assert_eq!(
        read(&mut flare, "envvars.log"),
        Err(Fault::TotalTooLarge { limit_bytes: 1500 })
    );

    let limits = Limits {
        unpacked_bytes_in_total: 1500,
        ..Limits::default()
    };
    let mut flare = open_with(
        zip(&[
            item("h/envvars.log", "x".repeat(900)),
            item("h/telemetry.log", "x".repeat(900)),
        ]),
        &limits,
    )
    .unwrap();
    for _ in 0..5 {
        assert_eq!(
            read(&mut flare, "envvars.log").unwrap().len(),
            900,
            "again costs nothing"
        );
    }
    assert!(matches!(
        read(&mut flare, "telemetry.log"),
        Err(Fault::TotalTooLarge { .. })
    ));

    let limits = Limits {
        ratio: 10,
        ratio_from_bytes: 100_000,
        ..Limits::default()
    };
    let mut flare = open_with(
        zip(&[
            item("h/status.log", vec![0; 1 << 20]).deflated(),
            item("h/envvars.log", vec![0; 50_000]).deflated(),
        ]),
        &limits,
    )
    .unwrap();
    assert!(matches!(
        read(&mut flare, "status.log"),
        Err(Fault::RatioTooHigh { .. })
    ));
    assert!(read(&mut flare, "envvars.log").is_ok());

    let many: Vec<Item> = (0..50)
        .map(|n| item(&format!("h/logs/{n}.log"), ""))
        .collect();
    let limits = Limits {
        entries: 20,
        ..Limits::default()
    };
    let flare = open_with(zip(&many), &limits).unwrap();
    assert_eq!(flare.entries().len(), 20);
    assert!(matches!(
        flare.problems(),
        [Problem::TooManyEntries { limit: 20 }]
    ));
}

#[test]
fn a_size_that_lies_allocates_nothing() {
    let mut liar = item("h/status.log", "short").deflated();
    liar.size = Some(u32::MAX - 1);
    let mut flare = open(zip(&[liar]));
    assert!(matches!(
        read(&mut flare, "status.log"),
        Err(Fault::WrongSize { found: 5, .. })
    ));
}

#[test]
fn names_that_are_no_text() {
    let mut odd = item("h/etc/", "x");
    odd.name = b"h/etc/caf\xe9.log".to_vec();
    let flare = open(zip(&[odd, item("h/status.log", "")]));
    assert!(matches!(
        flare.problems(),
        [Problem::NamesNotText { count: 1, .. }]
    ));
    assert!(matches!(flare.entries()[0].role, Role::Unneeded(_)));
}

#[test]
fn two_flares_side_by_side() {
    let mut items = flare_items("host-a/");
    items.extend(flare_items("host-b/"));
    items.push(item("host-b/health.yaml", ""));
    let flare = open(zip(&items));
    assert_eq!(flare.root(), Some("host-b"));
    assert!(matches!(flare.problems(), [Problem::SeveralFlares { .. }]));
    let heap = flare.find(&core_heap()).unwrap();
    assert_eq!(
        flare.entries()[heap].path,
        "host-b/profiles/core-1st-heap.pprof"
    );
}

#[test]
fn loose_files() {
    let files = vec![
        LooseFile::from_bytes("a/core-1st-heap.pprof", b"heap".to_vec()),
        LooseFile::from_bytes("a/core-2nd-heap.pprof", b"heap2".to_vec()),
        LooseFile::from_bytes("a/readme.md", b"?".to_vec()),
    ];
    let mut flare = Flare::open("3 files", Input::Files(files), &Limits::default()).unwrap();
    assert!(!flare.is_flare());
    assert_eq!(flare.source_bytes(), 10);
    let heap = flare.find(&core_heap()).unwrap();
    assert_eq!(flare.read(heap).unwrap(), b"heap");
    assert_eq!(flare.read(heap).unwrap(), b"heap");
    assert_eq!(flare.entries().len(), 3);
}

#[test]
fn a_folder_is_a_flare() {
    let files = vec![
        LooseFile::from_bytes("web-1\\status.log", b"s".to_vec()),
        LooseFile::from_bytes("web-1\\profiles\\core-1st-heap.pprof", b"heap".to_vec()),
    ];
    let flare = Flare::open("web-1", Input::Files(files), &Limits::default()).unwrap();
    assert_eq!(flare.root_name(), Some("web-1"));
    assert!(flare.find(&Role::Status).is_some());
}

#[test]
fn one_loose_file_may_be_an_archive() {
    let bytes = zip(&flare_items("host/"));
    let files = vec![
        LooseFile::from_bytes("folder/.DS_Store", vec![0]),
        LooseFile::from_bytes("folder/flare", bytes.clone()),
    ];
    check_small(Flare::open("folder", Input::Files(files), &Limits::default()).unwrap());
    let files = vec![
        LooseFile::from_bytes("folder/note.txt", b"hello".to_vec()),
        LooseFile::from_bytes("folder/flare.ZIP", bytes),
    ];
    let flare = Flare::open("folder", Input::Files(files), &Limits::default()).unwrap();
    assert!(matches!(flare.problems(), [Problem::InnerArchive { .. }]));
    check_small(flare);
    let single = vec![LooseFile::from_bytes("cpu.pprof", b"\x1f\x8b".to_vec())];
    let flare = Flare::open("cpu.pprof", Input::Files(single), &Limits::default()).unwrap();
    assert_eq!(flare.entries().len(), 1);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_folder_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("web-1");
    std::fs::create_dir_all(host.join("profiles")).unwrap();
    std::fs::write(host.join("status.log"), "s").unwrap();
    std::fs::write(host.join("profiles/core-1st-heap.pprof"), "heap").unwrap();
    let limits = Limits::default();
    let files = flare::from_disk(&host, &limits).unwrap();
    let mut flare = Flare::open("web-1", Input::Files(files), &limits).unwrap();
    assert_eq!(flare.root_name(), Some("web-1"));
    let heap = flare.find(&core_heap()).unwrap();
    assert_eq!(flare.read(heap).unwrap(), b"heap");
}

#[test]
fn text_is_decoded() {
    let mut wide = vec![0xff, 0xfe];
    wide.extend("größe".encode_utf16().flat_map(u16::to_le_bytes));
    let limits = Limits {
        text_bytes: 40,
        ..Limits::default()
    };
    let mut flare = open_with(
        zip(&[
            item("h/status.log", wide),
            item("h/envvars.log", "\u{feff}a=b"),
            item("h/telemetry.log", "x".repeat(50)),
            item("h/health.yaml", b"a\xffb".to_vec()),
        ]),
        &limits,
    )
    .unwrap();
    assert_eq!(flare.read_text(0).unwrap(), ("größe".to_owned(), false));
    assert_eq!(flare.read_text(1).unwrap(), ("a=b".to_owned(), false));
    assert_eq!(flare.read_text(2).unwrap(), ("x".repeat(40), true));
    assert_eq!(
        flare.read_text(3).unwrap(),
        ("a\u{fffd}b".to_owned(), false)
    );
}

#[test]
fn a_stream_may_stop_early() {
    let mut bad = item("h/status.log", "first\nsecond\n".repeat(100_000));
    bad.crc = Some(1);
    let mut flare = open(zip(&[bad.deflated()]));
    let first = flare.read_with(0, |reader| {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line
    });
    assert_eq!(first.unwrap(), "first\n");
    let all = flare.read_with(0, |reader| reader.lines().count());
    assert!(matches!(
        all.unwrap_err().fault,
        Fault::WrongChecksum { .. }
    ));
}

#[test]
fn little_of_a_huge_archive_is_read() {
    let mut items = flare_items("host/");
    // The huge log stands between small entries, and the needed ones are on both sides of it.
    items.insert(2, item("host/logs/agent.log.1", ""));
    items.push(item("host/profiles/core-cpu.pprof", "cpu".repeat(50_000)).deflated());
    for n in 0..2000 {
        items.push(item(&format!("host/etc/confd/check{n}.yaml"), "x: 1"));
    }
    let huge = 1 << 30;
    let source = sparse_zip(&items, 2, huge);
    let mut flare = Flare::open("x.zip", Input::Zip(Box::new(source)), &Limits::default()).unwrap();
    assert!(flare.source_bytes() > u64::from(huge));
    let needed: Vec<usize> = flare
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| !matches!(entry.role, Role::Unneeded(_)))
        .map(|(index, _)| index)
        .collect();
    // The current log is one of them, the huge rotated one is not.
    assert_eq!(needed.len(), 4);
    for index in needed {
        flare.read(index).unwrap();
    }
    let share = flare.read_bytes() as f64 / flare.source_bytes() as f64;
    assert!(share < 0.002, "{share}: {} bytes", flare.read_bytes());
}

/// Whatever bytes come: no panic, and no entry that reads without being whole.
#[test]
fn mutated_archives_do_not_panic() {
    let mut items = flare_items("host/");
    items[1].descriptor = Some(Descriptor::Signed);
    items[4].zip64 = true;
    items.push(item("host/in.zip", zip(&flare_items("inner/"))));
    let seeds = [zip(&items), zip(&[item("a.zip", zip(&items)).deflated()])];
    let mut random = Random::new(1);
    for round in 0..3000 {
        let mut bytes = seeds[round % 2].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = [0, 1, 0xff, b'P', 0x80][random.below(5)],
                1 => bytes[at] ^= 1 << random.below(8),
                2 => bytes.truncate(at.max(1)),
                _ => {
                    bytes.remove(at);
                    if bytes.is_empty() {
                        bytes.push(0);
                    }
                }
            }
        }
        if let Ok(mut flare) = open_with(bytes, &Limits::default()) {
            for index in 0..flare.entries().len() {
                let _ = flare.read(index);
            }
        }
    }
}

#[test]
fn deflate_helper_is_real() {
    assert!(deflate(&[0; 1000]).len() < 50);
}

/// Who names a file like a folder does not hide it.
#[test]
fn a_file_that_is_named_like_a_folder_is_listed() {
    let flare = open(zip(&[
        item("h/status.log", "x"),
        item("h/profiles/", ""),
        item("h/profiles/core-cpu.pprof/", "text"),
    ]));
    let sizes: Vec<u64> = flare.entries().iter().map(|entry| entry.size).collect();
    assert_eq!(sizes, [1, 4]);
}

#[test]
fn what_only_bears_the_name_of_an_archive_hides_no_flare() {
    let flare = zip(&[item("h/status.log", "x")]);
    for other in [b"this is no archive".to_vec(), Vec::new(), zip(&[])] {
        for other in [
            item("attachment.zip", other.clone()),
            item("attachment.zip", other).deflated(),
        ] {
            let flare = open(zip(&[other, item("flare.zip", flare.clone())]));
            assert_eq!(flare.entries().len(), 1);
            assert!(flare.find(&Role::Status).is_some());
        }
    }
}

#[test]
fn a_folder_with_one_text_is_no_broken_archive() {
    let file = LooseFile::from_bytes("web-1/status.log", b"=====".to_vec());
    let flare = Flare::open("web-1", Input::Files(vec![file]), &Limits::default()).unwrap();
    assert!(flare.find(&Role::Status).is_some());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_listed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("status.log"), "x").unwrap();
    std::os::unix::fs::symlink("status.log", folder.path().join("telemetry.log")).unwrap();
    let limits = Limits::default();
    let files = flare::from_disk(folder.path(), &limits).unwrap();
    let mut flare = Flare::open("web-1", Input::Files(files), &limits).unwrap();
    assert_eq!(flare.entries().len(), 2);
    let link = flare.find(&Role::Telemetry).unwrap();
    let error = flare.read(link).unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");
}
