//! Archives that were cut off, or made to do harm: one test for each shape, and each limit just
//! reached and just exceeded.

use std::collections::HashMap;
use std::io::Cursor;
use std::time::{Duration, Instant};
use testkit::{fixtures, made};

use engine::export::{ExportFormat, ExportOptions, export};
use flare::{
    Fault, Flare, FlareError, Input, Limits, Problem, Role, TextLimits, goroutines, yaml::Node,
};
use report::document::FileRole;
use report::texts::files::reason;
use testkit::flare_zip::{Descriptor, Item, directory_start, item, zip};
use testkit::pack::deflate;

fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Flare, FlareError> {
    Flare::open("x.zip", Input::Zip(Box::new(Cursor::new(bytes))), limits)
}

fn opened(bytes: Vec<u8>) -> Flare {
    open(bytes, &Limits::default()).unwrap()
}

fn read(flare: &mut Flare, inner: &str) -> Result<Vec<u8>, Fault> {
    let index = flare.find_path(inner).expect("the entry is there");
    flare.read(index).map_err(|error| error.fault)
}

/// The report of an archive as Markdown; its coverage has to name every problem.
fn markdown(bytes: Vec<u8>) -> String {
    let input = Input::Zip(Box::new(Cursor::new(bytes)));
    let flare = testkit::open("x.zip", input).unwrap();
    let report = flare.report();
    let text = export(report, ExportFormat::Markdown, &ExportOptions::default()).text;
    let coverage = text.split_once("## Coverage").unwrap().1;
    for problem in &report.problems {
        let start: String = problem.text().chars().take(25).collect();
        let plain = coverage.replace('\\', "");
        assert!(plain.contains(&start), "{start:?} is not in {coverage}");
    }
    for file in report
        .files
        .iter()
        .filter(|file| file.role() == FileRole::Failed)
    {
        assert!(!reason(file).is_empty(), "{}", file.path);
    }
    coverage.to_owned()
}

const MIB: usize = 1 << 20;

#[test]
fn a_flat_bomb_stops_at_the_ratio_and_the_rest_is_read() {
    // 128 MiB of zeros in 128 kB, 1,000 to 1.
    let bomb = item("h/profiles/core-cpu.pprof", vec![0; 128 * MIB]).deflated();
    let bytes = zip(&[bomb, item("h/status.log", "ok")]);
    assert!(bytes.len() < MIB);
    let start = Instant::now();
    let mut flare = opened(bytes.clone());
    let fault = read(&mut flare, "profiles/core-cpu.pprof")
        .map(|bytes| bytes.len())
        .unwrap_err();
    let limits = Limits::default();
    let Fault::RatioTooHigh {
        unpacked, limit, ..
    } = fault
    else {
        panic!("{fault:?}");
    };
    assert_eq!(limit, limits.ratio);
    assert!(
        unpacked < limits.ratio_from_bytes + MIB as u64,
        "{unpacked}"
    );
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
    assert!(fault.to_string().contains("the others are"));
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn the_ratio_just_reached_and_just_exceeded() {
    let content = vec![7; 100_000];
    let packed = deflate(&content).len() as u64;
    let bytes = zip(&[item("h/status.log", content).deflated()]);
    let limits = |ratio: u64, from: u64| Limits {
        ratio,
        ratio_from_bytes: from,
        ..Limits::default()
    };
    let reached = 100_000_u64.div_ceil(packed);
    let mut flare = open(bytes.clone(), &limits(reached, 0)).unwrap();
    assert_eq!(read(&mut flare, "status.log").unwrap().len(), 100_000);
    let mut flare = open(bytes.clone(), &limits(reached - 1, 0)).unwrap();
    assert!(matches!(
        read(&mut flare, "status.log"),
        Err(Fault::RatioTooHigh { .. })
    ));
    let mut flare = open(bytes, &limits(1, 100_000)).unwrap();
    assert!(
        read(&mut flare, "status.log").is_ok(),
        "small files are let be"
    );
}

#[test]
fn sizes_just_reached_and_just_exceeded() {
    let bytes = zip(&[
        item("h/status.log", vec![b'x'; 1000]).deflated(),
        item("h/envvars.log", vec![b'y'; 500]),
    ]);
    let entry = |limit: u64| Limits {
        unpacked_bytes_per_entry: limit,
        ..Limits::default()
    };
    let mut flare = open(bytes.clone(), &entry(1000)).unwrap();
    assert_eq!(read(&mut flare, "status.log").unwrap().len(), 1000);
    let mut flare = open(bytes.clone(), &entry(999)).unwrap();
    let fault = read(&mut flare, "status.log").unwrap_err();
    assert_eq!(fault, Fault::TooLarge { limit_bytes: 999 });
    assert!(fault.to_string().contains("the others are read"), "{fault}");
    assert_eq!(read(&mut flare, "envvars.log").unwrap().len(), 500);

    let total = |limit: u64| Limits {
        unpacked_bytes_in_total: limit,
        ..Limits::default()
    };
    let mut flare = open(bytes.clone(), &total(1500)).unwrap();
    assert!(read(&mut flare, "status.log").is_ok());
    assert!(read(&mut flare, "envvars.log").is_ok());
    let mut flare = open(bytes, &total(1499)).unwrap();
    assert!(read(&mut flare, "status.log").is_ok());
    let fault = read(&mut flare, "envvars.log").unwrap_err();
    assert_eq!(fault, Fault::TotalTooLarge { limit_bytes: 1499 });
    // Nor is it let in when it is asked for again, and what was read once stays readable.
    assert_eq!(read(&mut flare, "envvars.log").unwrap_err(), fault);
    assert!(read(&mut flare, "status.log").is_ok());
    assert!(
        fault.to_string().contains("those before it are read"),
        "{fault}"
    );
}

#[test]
fn entries_and_names_just_reached_and_just_exceeded() {
    let bytes = zip(&[item("h/status.log", "s"), item("h/envvars.log", "e")]);
    let entries = |limit: usize| Limits {
        entries: limit,
        ..Limits::default()
    };
    assert!(
        open(bytes.clone(), &entries(2))
            .unwrap()
            .problems()
            .is_empty()
    );
    let flare = open(bytes.clone(), &entries(1)).unwrap();
    assert_eq!(flare.entries().len(), 1);
    assert_eq!(flare.problems(), [Problem::TooManyEntries { limit: 1 }]);
    let name = |limit: usize| Limits {
        name_bytes: limit,
        ..Limits::default()
    };
    let mut flare = open(bytes.clone(), &name(13)).unwrap();
    assert!(read(&mut flare, "envvars.log").is_ok());
    let mut flare = open(bytes.clone(), &name(12)).unwrap();
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"s");
    assert_eq!(
        flare.read(1).unwrap_err().fault,
        Fault::NameTooLong {
            found: 13,
            limit: 12
        }
    );
    let total = |limit: usize| Limits {
        name_bytes_in_total: limit,
        ..Limits::default()
    };
    assert!(
        open(bytes.clone(), &total(25))
            .unwrap()
            .problems()
            .is_empty()
    );
    let flare = open(bytes, &total(24)).unwrap();
    assert_eq!(
        flare.problems(),
        [Problem::NamesTooLong {
            limit: 24,
            entry: 1
        }]
    );
}

#[test]
fn an_end_record_that_counts_too_few_hides_nothing() {
    let whole = zip(&[
        item("h/status.log", "status"),
        item("h/envvars.log", "e").deflated(),
        item("h/profiles/core-1st-heap.pprof", "heap"),
    ]);
    assert_eq!(opened(whole.clone()).problems(), []);
    // 22 bytes without a comment: entries on this disk at 8, in all at 10.
    let end = whole.len() - 22;
    assert!(whole[end..].starts_with(b"PK\x05\x06"));
    for declared in 0..3_u8 {
        let mut bytes = whole.clone();
        for place in [end + 8, end + 10] {
            bytes[place..place + 2].copy_from_slice(&[declared, 0]);
        }
        let mut flare = opened(bytes.clone());
        let listed = usize::from(declared);
        assert_eq!(
            flare.problems(),
            [Problem::Undeclared {
                declared: listed,
                found: 3 - listed
            }]
        );
        assert_eq!(flare.entries().len(), 3);
        assert_eq!(read(&mut flare, "status.log").unwrap(), b"status");
        assert_eq!(read(&mut flare, "envvars.log").unwrap(), b"e");
        assert_eq!(
            read(&mut flare, "profiles/core-1st-heap.pprof").unwrap(),
            b"heap"
        );
        let coverage = markdown(bytes);
        assert!(!coverage.contains("cut off"), "{coverage}");
    }
}

#[test]
fn entries_found_by_their_headers_have_the_same_limit() {
    let items: Vec<Item> = (0..5).map(|n| item(&format!("h/{n}.log"), "x")).collect();
    let whole = zip(&items);
    let directory = directory_start(&whole);
    let five = |limit| {
        let limits = Limits {
            entries: limit,
            ..Limits::default()
        };
        let flare = open(whole[..directory].to_vec(), &limits).unwrap();
        let told = flare
            .problems()
            .contains(&Problem::TooManyEntries { limit });
        (flare.entries().len(), told)
    };
    assert_eq!(five(5), (5, false));
    assert_eq!(five(4), (4, true));
}

#[test]
fn a_name_of_64_kilobytes_is_cut_and_its_entry_not_read() {
    let long = format!("h/logs/{}.log", "n".repeat(65_000));
    let bytes = zip(&[item(&long, "x"), item("h/status.log", "ok")]);
    let mut flare = opened(bytes.clone());
    let path = &flare.entries()[0].path;
    assert!(path.len() <= Limits::default().name_bytes + 3);
    assert!(matches!(
        flare.read(0).unwrap_err().fault,
        Fault::NameTooLong {
            found: 65_011,
            limit: 4096
        }
    ));
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
    markdown(bytes);
}

/// Local header offset of an entry of the directory, and its packed size, changed.
fn patch_directory(zip: &mut [u8], entry: usize, offset: Option<u32>, packed: Option<u32>) {
    let mut at = directory_start(zip);
    for _ in 0..entry {
        at += 4 + zip[at + 4..]
            .windows(4)
            .position(|w| w == b"PK\x01\x02")
            .unwrap();
    }
    if let Some(offset) = offset {
        zip[at + 42..at + 46].copy_from_slice(&offset.to_le_bytes());
    }
    if let Some(packed) = packed {
        zip[at + 20..at + 24].copy_from_slice(&packed.to_le_bytes());
    }
}

#[test]
fn entries_that_share_one_body_are_read_once() {
    // Many names for one local header, as the simplest overlapping bombs have.
    let kernel = vec![b'k'; 100_000];
    let mut items = vec![item("h/status.log", kernel.clone()).deflated()];
    for n in 0..50 {
        let name = format!("h/profiles/p{n}-cpu.pprof");
        items.push(item(&name, kernel.clone()).deflated());
    }
    let mut bytes = zip(&items);
    for entry in 1..items.len() {
        patch_directory(&mut bytes, entry, Some(0), None);
    }
    let mut flare = opened(bytes.clone());
    assert!(matches!(
        flare.problems(),
        [Problem::Overlaps { count: 50, .. }]
    ));
    assert_eq!(read(&mut flare, "status.log").unwrap().len(), 100_000);
    for index in 1..items.len() {
        let error = flare.read(index).unwrap_err();
        assert!(matches!(error.fault, Fault::Overlaps { .. }), "{error}");
    }
    let coverage = markdown(bytes);
    assert!(coverage.contains("overlap"), "{coverage}");
}

/// 42.kbomb's shape: each entry's data begins with a stored block that quotes the local header of
/// the next, so that all share the kernel at the end.
#[test]
fn entries_that_quote_each_other_are_refused_all_but_the_last() {
    const COUNT: usize = 30;
    let kernel = vec![0; 2 * MIB];
    let body = deflate(&kernel);
    let header = |name: &str, packed: usize| {
        let mut out = b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00".to_vec();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(packed as u32).to_le_bytes());
        out.extend_from_slice(&(2 * MIB as u32).to_le_bytes());
        out.extend_from_slice(&(name.len() as u16).to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        out
    };
    let names: Vec<String> = (0..COUNT)
        .map(|n| format!("h/profiles/p{n:02}-cpu.pprof"))
        .collect();
    let mut tail = body;
    let mut starts = Vec::new();
    for (n, name) in names.iter().enumerate().rev() {
        let own = header(name, tail.len());
        // The quote that a previous entry puts before this header.
        let length = own.len() as u16;
        let mut quote = vec![0];
        quote.extend_from_slice(&length.to_le_bytes());
        quote.extend_from_slice(&(!length).to_le_bytes());
        starts.push(own.len() + tail.len());
        tail = if n == 0 {
            [own, tail].concat()
        } else {
            [quote, own, tail].concat()
        };
    }
    let whole = tail.len();
    let mut bytes = tail;
    let directory = bytes.len();
    for (n, name) in names.iter().enumerate() {
        // From this header to the end of the bodies.
        let left = starts[COUNT - 1 - n];
        let start = whole - left;
        let mut central = b"PK\x01\x02\x14\x03".to_vec();
        let local = header(name, left - 30 - name.len());
        central.extend_from_slice(&local[4..30]);
        central.extend_from_slice(&[0; 10]);
        // Above: length of the comment, disk and attributes.
        central.extend_from_slice(&(start as u32).to_le_bytes());
        central.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&central);
    }
    let size = bytes.len() - directory;
    bytes.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    for _ in 0..2 {
        bytes.extend_from_slice(&(COUNT as u16).to_le_bytes());
    }
    bytes.extend_from_slice(&(size as u32).to_le_bytes());
    bytes.extend_from_slice(&(directory as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    let mut flare = opened(bytes.clone());
    assert_eq!(flare.entries().len(), COUNT);
    assert!(
        flare.problems().iter().any(
            |problem| matches!(problem, Problem::Overlaps { count, .. } if *count == COUNT - 1)
        ),
        "{:?}",
        flare.problems()
    );
    for index in 0..COUNT - 1 {
        let error = flare.read(index).unwrap_err();
        assert!(matches!(error.fault, Fault::Overlaps { .. }), "{error}");
    }
    // The last is whole, but for its checksum.
    assert!(matches!(
        flare.read(COUNT - 1).unwrap_err().fault,
        Fault::WrongChecksum { .. }
    ));
    markdown(bytes);
}

/// An archive whose one entry is the archive itself, from its own data on: stored entries are read
/// in place, so the bytes contain themselves without end.
#[test]
fn an_archive_that_holds_itself_ends_at_the_nesting_limit() {
    let mut bytes = Vec::new();
    let name = "a.zip";
    let tail = 46 + name.len() + 22;
    bytes.extend_from_slice(b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00");
    bytes.extend_from_slice(&[0; 4]);
    // The local header's data runs to the end of the file, and over the directory.
    for _ in 0..2 {
        bytes.extend_from_slice(&((tail + 35) as u32).to_le_bytes());
    }
    bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(name.as_bytes());
    // Inside: the same header again, then the directory, which both levels end with.
    let again = bytes.clone();
    bytes.extend_from_slice(&again);
    let directory = bytes.len();
    let mut central = b"PK\x01\x02\x14\x03".to_vec();
    central.extend_from_slice(&again[4..30]);
    central.extend_from_slice(&[0; 10]);
    central.extend_from_slice(&0_u32.to_le_bytes());
    central.extend_from_slice(name.as_bytes());
    let size = central.len();
    bytes.extend_from_slice(&central);
    bytes.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
    bytes.extend_from_slice(&(size as u32).to_le_bytes());
    bytes.extend_from_slice(&(directory as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    // Whatever it comes to, it comes to an end and says so.
    match open(bytes, &Limits::default()) {
        Ok(flare) => assert!(!flare.problems().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn nesting_just_reached_and_just_exceeded() {
    let mut bytes = zip(&[item("h/status.log", "ok")]);
    for _ in 0..3 {
        bytes = zip(&[item("in.zip", bytes).deflated()]);
    }
    let nesting = |limit: usize| Limits {
        nesting: limit,
        ..Limits::default()
    };
    let flare = open(bytes.clone(), &nesting(3)).unwrap();
    assert!(flare.find(&Role::Status).is_some());
    let flare = open(bytes.clone(), &nesting(2)).unwrap();
    let Some(Problem::InnerUnread { path, reason }) = flare.problems().last() else {
        panic!("{:?}", flare.problems());
    };
    assert_eq!(path, "in.zip");
    assert_eq!(reason, "it lies more than 2 archives deep, the limit");
    // Fifty levels are no more work than three.
    for _ in 0..50 {
        bytes = zip(&[item("in.zip", bytes).deflated()]);
    }
    assert!(opened(bytes.clone()).find(&Role::Status).is_none());
    let input = Input::Zip(Box::new(Cursor::new(bytes.clone())));
    let error = testkit::open("x.zip", input).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.zip holds 1 files, and none of them belongs to a flare; in.zip inside the archive was \
         not opened: it lies more than 2 archives deep, the limit"
    );
    let inner = |limit: u64| Limits {
        inner_archive_bytes: limit,
        ..Limits::default()
    };
    let flare = zip(&[item("h/status.log", "ok")]);
    let size = flare.len() as u64;
    let bytes = zip(&[item("in.zip", flare).deflated()]);
    assert!(
        open(bytes.clone(), &inner(size))
            .unwrap()
            .find(&Role::Status)
            .is_some()
    );
    let flare = open(bytes, &inner(size - 1)).unwrap();
    let [Problem::InnerUnread { reason, .. }] = flare.problems() else {
        panic!("{:?}", flare.problems());
    };
    assert!(reason.contains(&(size - 1).to_string()), "{reason}");
}

/// A real flare, cut at every 512th byte: what stands whole before the cut is read and right, and
/// the report says that the archive was cut off.
#[test]
fn a_flare_cut_at_every_512th_byte() {
    let bytes = std::fs::read(fixtures::flare("no-profiles").path()).unwrap();
    let mut whole = opened(bytes.clone());
    let contents: HashMap<String, Vec<u8>> = (0..whole.entries().len())
        .map(|index| {
            (
                whole.entries()[index].path.clone(),
                whole.read(index).unwrap(),
            )
        })
        .collect();
    let mut most = 0;
    for end in (0..bytes.len()).step_by(512) {
        let mut flare = match open(bytes[..end].to_vec(), &Limits::default()) {
            Ok(flare) => flare,
            Err(error) => {
                assert!(end <= 512, "{end}: {error}");
                continue;
            }
        };
        assert!(
            flare
                .problems()
                .iter()
                .any(|problem| matches!(problem, Problem::Recovered { .. })),
            "{end}: {:?}",
            flare.problems()
        );
        let mut right = 0;
        for index in 0..flare.entries().len() {
            let path = flare.entries()[index].path.clone();
            // Reading all of them at every cut would be the square of the flare.
            if end % (512 * 16) != 0 && index + 3 < flare.entries().len() {
                continue;
            }
            match flare.read(index) {
                Ok(found) => {
                    assert_eq!(Some(&found), contents.get(&path), "{end}: {path}");
                    right += 1;
                }
                Err(error) => {
                    assert_eq!(index + 1, flare.entries().len(), "{end}: {error}");
                    assert!(error.to_string().contains(&path), "{error}");
                }
            }
        }
        most = most.max(right);
        if end % (512 * 64) == 0 && end > 0 {
            let coverage = markdown(bytes[..end].to_vec());
            assert!(coverage.contains("cut off"), "{end}: {coverage}");
        }
    }
    assert!(most > 10, "{most}");
}

#[test]
fn names_that_lead_out_are_refused_and_named() {
    let names = [
        ("/etc/passwd", "absolute"),
        ("h/../../etc/passwd", "`..`"),
        ("..\\..\\windows\\system.ini", "`..`"),
        ("C:\\windows\\system.ini", "drive letter"),
        ("c:autoexec.bat", "drive letter"),
        ("\\\\server\\share", "absolute"),
        ("h/a\0b.log", "zero byte"),
        ("./", "empty"),
        ("..", "`..`"),
    ];
    let mut items: Vec<Item> = names.iter().map(|(name, _)| item(name, "x")).collect();
    items.push(item("h/status.log", "ok"));
    let bytes = zip(&items);
    let mut flare = opened(bytes.clone());
    for (name, why) in names {
        let path = name.replace('\\', "/");
        // Folders are left out.
        let Some(index) = flare.entries().iter().position(|entry| entry.path == path) else {
            assert!(path.ends_with('/'), "{path}");
            continue;
        };
        let error = flare.read(index).unwrap_err().to_string();
        assert!(error.contains(why), "{name}: {error}");
    }
    assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
    markdown(bytes);
}

#[test]
fn duplicates_encrypted_and_damaged_entries_are_told_in_the_report() {
    let mut encrypted = item("h/profiles/core-cpu.pprof", "x");
    encrypted.flags = 1;
    let mut crc = item("h/profiles/core-block.pprof", "text").deflated();
    crc.crc = Some(7);
    let bytes = zip(&[
        encrypted,
        crc,
        item("h/status.log", "first"),
        item("h/status.log", "second"),
    ]);
    let mut flare = opened(bytes.clone());
    let status = flare.find(&Role::Status).unwrap();
    assert_eq!(flare.read(status).unwrap(), b"first");
    assert_eq!(flare.read(3).unwrap_err().fault, Fault::DuplicateName);
    let coverage = markdown(bytes);
    for word in ["encrypted", "checksum", "name that stands before"] {
        assert!(coverage.contains(word), "{word}: {coverage}");
    }
}

#[test]
fn wrong_sizes_in_both_directions_do_not_spoil_the_rest() {
    for descriptor in [None, Some(Descriptor::Signed)] {
        for declared in [0_u32, 1, 4999, 5001, u32::MAX - 1] {
            let mut liar = item("h/envvars.log", vec![b'x'; 5000]).deflated();
            liar.size = Some(declared);
            liar.descriptor = descriptor;
            let mut flare = opened(zip(&[liar, item("h/status.log", "ok")]));
            assert_eq!(
                read(&mut flare, "envvars.log"),
                Err(Fault::WrongSize {
                    expected: u64::from(declared),
                    found: 5000
                })
            );
            assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
        }
    }
    // A text is cut at its limit, but not one that is said to be shorter.
    let mut liar = item("h/envvars.log", vec![b'x'; 5000]).deflated();
    liar.size = Some(3000);
    let limits = Limits {
        text_bytes: 4000,
        ..Limits::default()
    };
    let mut flare = open(zip(&[liar]), &limits).unwrap();
    assert_eq!(
        flare.read_text(0).unwrap_err().fault,
        Fault::WrongSize {
            expected: 3000,
            found: 5000
        }
    );
    // The packed size, which says where the entry ends.
    let whole = zip(&[
        item("h/envvars.log", vec![b'x'; 5000]),
        item("h/status.log", "ok"),
    ]);
    for packed in [0, 1, 4999, 5001, 1 << 30, u32::MAX - 1] {
        let mut bytes = whole.clone();
        patch_directory(&mut bytes, 0, None, Some(packed));
        let mut flare = opened(bytes);
        let fault = read(&mut flare, "envvars.log").unwrap_err();
        assert!(
            matches!(
                fault,
                Fault::WrongSize { .. } | Fault::CutOff { .. } | Fault::Overlaps { .. }
            ),
            "{packed}: {fault:?}"
        );
        assert_eq!(read(&mut flare, "status.log").unwrap(), b"ok");
    }
}

#[test]
fn texts_have_limits_of_their_own() {
    let limits = TextLimits {
        depth: 3,
        values: 100,
        bytes: 40,
        bytes_in_total: 40,
        dump_bytes: 60,
        dump_groups: 1,
        dump_group_bytes: 100,
        log_bytes: 60,
        logs: 1,
    };
    let few = TextLimits {
        values: 4,
        ..limits
    };
    for (limits, fits, passes, word) in [
        (
            limits,
            "a: {b: {c: 1}}",
            "a: {b: {c: {d: 1}}}",
            "deeper than 3 levels",
        ),
        (
            limits,
            r#"{"a":{"b":{"c":1}}}"#,
            r#"{"a":{"b":{"c":{"d":1}}}}"#,
            "deeper than 3 levels",
        ),
        (
            few,
            "- 1\n- 2\n- 3",
            "- 1\n- 2\n- 3\n- 4\n- 5",
            "more than 4 values",
        ),
        (
            limits,
            "a: 012345678901234567890123456789012345",
            "a: 012345678901234567890123456789012345678901",
            "the limit is 40",
        ),
    ] {
        assert_eq!(Node::parse_within(fits, &limits).1, None, "{fits}");
        assert_eq!(flare::yaml::limit_met(fits, &limits), None, "{fits}");
        let problem = Node::parse_within(passes, &limits).1.unwrap();
        assert!(problem.contains(word), "{problem}");
        let met = flare::yaml::limit_met(passes, &limits);
        assert_eq!(met.as_deref(), Some(problem.as_str()), "{passes}");
    }
    let one = "goroutine 1 [select]:\nmain.a()\n\t/a.go:1\n\n";
    let dump = |text: &str, bytes: u64| {
        let limits = TextLimits {
            dump_bytes: bytes,
            ..limits
        };
        goroutines::parse_within(&mut text.as_bytes(), &limits)
    };
    let bytes = one.len() as u64;
    assert_eq!(dump(one, bytes).problem, None);
    let cut = dump(&one.repeat(3), 2 * bytes);
    let problem = cut.problem.unwrap();
    assert!(
        problem.contains(&format!("longer than {} bytes", 2 * bytes)),
        "{problem}"
    );
    assert_eq!(cut.count, 2);
    let two = dump(&format!("{one}{}", one.replace("main.a", "main.b")), 1000);
    assert_eq!((two.count, two.groups.len(), two.ungrouped), (2, 1, 1));
}

#[test]
fn the_report_says_which_text_met_a_limit() {
    let deep = format!("a: {}1{}\n", "[".repeat(80), "]".repeat(80));
    let report = made::read(vec![(
        "runtime_config_dump.yaml".to_owned(),
        deep.into_bytes(),
    )]);
    let report = report.unwrap();
    let file = report
        .files
        .iter()
        .find(|file| file.path.ends_with("dump.yaml"))
        .unwrap();
    assert!(
        reason(file).contains("deeper than 64 levels"),
        "{}",
        reason(file)
    );
}

#[test]
fn processes_just_reached_and_just_exceeded() {
    let flare = |count: usize| {
        let profile = made::Made::new(&made::CPU).sample(&["a"], &[1, 1]);
        let files = (0..count)
            .map(|n| (format!("profiles/p{n:03}-cpu.pprof"), profile.bytes()))
            .collect();
        made::read(files).unwrap()
    };
    let most = Limits::default().processes;
    let report = flare(most);
    assert_eq!(report.processes.len(), most);
    let report = flare(most + 2);
    assert_eq!(report.processes.len(), most);
    let failed = report
        .files
        .iter()
        .filter(|file| file.role() == FileRole::Failed);
    let failed: Vec<String> = failed.map(reason).collect();
    assert_eq!(failed.len(), 2);
    assert!(
        failed[0].contains("more than 64 processes, the limit; p064"),
        "{failed:?}"
    );
}

/// Each within its own limit, together past the one for all of them.
#[test]
fn trees_have_a_limit_together() {
    let limits = TextLimits::default();
    let tree = "k: [1, 2, 3, 4, 5, 6, 7]\n".repeat(limits.bytes / 40);
    let flare = zip(&[
        item("h/status.log", "x"),
        item("h/runtime_config_dump.yaml", tree.clone()).deflated(),
        item("h/k8s/kubelet_pods.yaml", tree).deflated(),
        item("h/expvar/memstats", "Alloc: 1"),
    ]);
    let flare = testkit::open("x.zip", Input::Zip(Box::new(Cursor::new(flare)))).unwrap();
    let report = flare.report();
    let left_out: Vec<&str> = report
        .files
        .iter()
        .filter(|file| reason(file).contains("the limit for all of them"))
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(left_out, ["h/k8s/kubelet_pods.yaml"]);
    assert!(report.memstats.is_some());
}
