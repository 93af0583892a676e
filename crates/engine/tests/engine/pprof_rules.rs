//! What makes bytes a profile: one test for each rule, from the smallest valid profile with one
//! thing broken. The messages are asserted, because people read them.

use profile::Profile;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{DecodeError, Limits, decode, proto};
use testkit::fixtures;
use testkit::made::encode;
use testkit::pack::gzip;

/// `main -> work`, 7 units, one mapping.
fn smallest() -> proto::Profile {
    let text = [
        "",
        "cpu",
        "nanoseconds",
        "main.main",
        "main.work",
        "main.go",
        "/bin/agent",
    ];
    proto::Profile {
        sample_type: vec![proto::ValueType { r#type: 1, unit: 2 }],
        sample: vec![proto::Sample {
            location_id: vec![2, 1],
            value: vec![7],
            label: vec![],
        }],
        mapping: vec![proto::Mapping {
            id: 1,
            filename: 6,
            ..Default::default()
        }],
        location: vec![location(1, 1), location(2, 2)],
        function: vec![function(1, 3), function(2, 4)],
        string_table: text.map(|text| text.as_bytes().to_vec()).to_vec(),
        ..Default::default()
    }
}

fn location(id: u64, function_id: u64) -> proto::Location {
    let line = proto::Line {
        function_id,
        line: 1,
        column: 0,
    };
    proto::Location {
        id,
        mapping_id: 1,
        line: vec![line],
        ..Default::default()
    }
}

fn function(id: u64, name: i64) -> proto::Function {
    proto::Function {
        id,
        name,
        filename: 5,
        ..Default::default()
    }
}

fn read(profile: &proto::Profile) -> Result<Profile, DecodeError> {
    decode(encode(profile), &Limits::default())
}

/// Breaks the smallest profile and asserts what is said about it.
fn refused(change: impl FnOnce(&mut proto::Profile), expected: &str) {
    let mut profile = smallest();
    change(&mut profile);
    assert_eq!(read(&profile).unwrap_err().to_string(), expected);
}

fn accepted(change: impl FnOnce(&mut proto::Profile)) -> Profile {
    let mut profile = smallest();
    change(&mut profile);
    read(&profile).unwrap()
}

fn rows(profile: &Profile) -> Vec<(String, i64, i64)> {
    let view = View::of(profile.clone(), "").unwrap();
    let table = top(&view, TopOptions::ALL);
    table
        .rows
        .iter()
        .map(|row| (view.name(row.row).to_owned(), row.flat, row.cum))
        .collect()
}

#[test]
fn the_smallest_profile_is_read() {
    let profile = read(&smallest()).unwrap();
    assert_eq!(
        rows(&profile),
        [("main.work".into(), 7, 7), ("main.main".into(), 0, 7)]
    );
    assert_eq!(profile.mappings[0].file, "/bin/agent");
}

#[test]
fn gzip_bare_and_several_members_are_the_same() {
    let bare = encode(&smallest());
    let (head, tail) = bare.split_at(bare.len() / 2);
    let members = [gzip(head), gzip(tail)].concat();
    for bytes in [bare.clone(), gzip(&bare), members] {
        assert_eq!(decode(bytes, &Limits::default()).unwrap().total(0), 7);
    }
}

#[test]
fn fields_in_any_order_and_unknown_fields_are_read() {
    let profile = smallest();
    // Samples first, as no producer of ours writes them, then everything else, then field 99.
    let samples = proto::Profile {
        sample: profile.sample.clone(),
        ..Default::default()
    };
    let rest = proto::Profile {
        sample: vec![],
        ..profile
    };
    let mut bytes = [encode(&samples), encode(&rest)].concat();
    bytes.extend([0x9a, 0x06, 0x02, b'h', b'i']);
    assert_eq!(rows(&decode(bytes, &Limits::default()).unwrap()).len(), 2);
}

#[test]
fn packed_and_unpacked_numbers_are_the_same() {
    let mut profile = smallest();
    profile.sample.clear();
    let mut bytes = encode(&profile);
    // Sample { location_id: 2, location_id: 1, value: 7 }, one number a field.
    bytes.extend([0x12, 6, 0x08, 2, 0x08, 1, 0x10, 7]);
    assert_eq!(
        rows(&decode(bytes, &Limits::default()).unwrap())[0],
        ("main.work".into(), 7, 7)
    );
}

#[test]
fn two_profiles_one_after_the_other_are_not_one() {
    let bytes = [encode(&smallest()), encode(&smallest())].concat();
    let error = decode(bytes, &Limits::default()).unwrap_err();
    assert!(matches!(error, DecodeError::DuplicateId { .. }), "{error}");
}

#[test]
fn a_sample_without_frames_is_legal() {
    let profile = accepted(|profile| profile.sample[0].location_id.clear());
    assert_eq!((profile.total(0), rows(&profile).len()), (7, 0));
}

#[test]
fn no_samples_are_legal() {
    let profile = accepted(|profile| profile.sample.clear());
    assert_eq!(profile.total(0), 0);
}

#[test]
fn ids_need_not_be_dense_nor_small() {
    let profile = accepted(|profile| {
        profile.location[1].id = u64::MAX;
        profile.function[1].id = 1 << 40;
        profile.location[1].line[0].function_id = 1 << 40;
        profile.sample[0].location_id[0] = u64::MAX;
    });
    assert_eq!(rows(&profile)[0].0, "main.work");
}

#[test]
fn names_may_be_any_bytes() {
    let profile = accepted(|profile| profile.string_table[4] = b"caf\xe9".to_vec());
    assert_eq!(rows(&profile)[0].0, "caf\u{fffd}");
}

#[test]
fn frames_without_a_function_are_named_after_their_mapping() {
    let profile = accepted(|profile| profile.location[1].line.clear());
    assert_eq!(rows(&profile)[0].0, "[agent]");
    let profile = accepted(|profile| {
        profile.location[1].line.clear();
        profile.location[1].mapping_id = 0;
    });
    assert_eq!(rows(&profile)[0].0, "<unknown>");
}

#[test]
fn the_first_mapping_stays_first() {
    let profile = accepted(|profile| {
        profile.string_table.push(b"/usr/lib/libc.so.6".to_vec());
        profile.mapping.insert(
            0,
            proto::Mapping {
                id: 9,
                filename: 7,
                ..Default::default()
            },
        );
        profile.location[0].mapping_id = 9;
        profile.location[0].line.clear();
    });
    // pprof moves the main binary to the front for legacy texts alone.
    assert_eq!(profile.mappings[0].file, "/usr/lib/libc.so.6");
    assert_eq!(profile.program().unwrap().file, "/usr/lib/libc.so.6");
    assert_eq!(rows(&profile)[1].0, "[libc.so.6]");
}

#[test]
fn dropped_frames_go_with_everything_below() {
    let drop = |pattern: &str, keep: &str| {
        accepted(|profile| {
            profile.string_table.push(pattern.as_bytes().to_vec());
            profile.string_table.push(keep.as_bytes().to_vec());
            profile.drop_frames = 7;
            profile.keep_frames = 8;
        })
    };
    assert_eq!(rows(&drop("main\\.w.*", "")), [("main.main".into(), 7, 7)]);
    assert_eq!(
        rows(&drop("main\\.w.*", "main\\.work")).len(),
        2,
        "kept by keep_frames"
    );
    assert_eq!(rows(&drop("w.*", "")).len(), 2, "anchored at both ends");
    assert_eq!(
        rows(&drop("main\\..*", "")).len(),
        2,
        "never before the first frame that stays"
    );
}

#[test]
fn every_rule_has_its_message() {
    refused(
        |p| p.sample_type.clear(),
        "the profile has 1 samples but no sample types",
    );
    refused(
        |p| {
            p.sample_type.clear();
            p.sample.clear();
        },
        "the profile is empty: it has no sample types and no samples",
    );
    refused(
        |p| p.sample[0].value.push(1),
        "sample 0 has 2 values, the profile has 1 sample types",
    );
    refused(
        |p| p.string_table[0] = b"x".to_vec(),
        "string 0 is \"x\", it has to be empty",
    );
    refused(
        |p| p.function[0].name = 70,
        "a function's name names string 70, the profile has 7",
    );
    refused(
        |p| p.function[0].name = -1,
        "a function's name names string -1, the profile has 7",
    );
    refused(|p| p.mapping[0].id = 0, "mapping 0 has the reserved id 0");
    refused(|p| p.function[1].id = 0, "function 1 has the reserved id 0");
    refused(|p| p.location[1].id = 0, "location 1 has the reserved id 0");
    refused(
        |p| p.mapping.push(p.mapping[0]),
        "two mappings have the id 1",
    );
    refused(|p| p.function[1].id = 1, "two functions have the id 1");
    refused(|p| p.location[1].id = 1, "two locations have the id 1");
    refused(
        |p| p.sample[0].location_id[0] = 9,
        "sample 0 points at location 9, which the profile does not define",
    );
    refused(
        |p| p.location[0].line[0].function_id = 9,
        "location 1 points at function 9, which the profile does not define",
    );
    refused(
        |p| p.location[0].line[0].function_id = 0,
        "location 1 points at function 0, which the profile does not define",
    );
    refused(
        |p| p.location[0].mapping_id = 9,
        "location 1 points at mapping 9, which the profile does not define",
    );
    refused(
        |p| {
            p.string_table.push(b"(".to_vec());
            p.drop_frames = 7;
        },
        "the profile's drop_frames is no regular expression: \"(\"",
    );
}

#[test]
fn bytes_that_are_no_profile_are_told_apart() {
    let error = |bytes: &[u8]| decode(bytes.to_vec(), &Limits::default()).unwrap_err();
    assert!(matches!(error(b""), DecodeError::Empty));
    let reply = b"Could not enable CPU profiling: cpu profiling already in use\n";
    match error(reply) {
        DecodeError::Text { quoted } => assert!(quoted.starts_with("Could not enable")),
        other => panic!("{other}"),
    }
    assert!(matches!(
        error(&[0x1f, 0x8b, 8, 0]),
        DecodeError::Gzip {
            unpacked_bytes: 0,
            ..
        }
    ));
    assert!(matches!(
        error(&[0x0a, 0x7f, 1]),
        DecodeError::Truncated { offset: 0 }
    ));
    // Field 1 (a message) as a number.
    assert!(matches!(
        error(&[0x08, 1]),
        DecodeError::WireType {
            field: 1,
            wire_type: 0,
            ..
        }
    ));
    assert!(matches!(
        error(&[0xff; 11]),
        DecodeError::BadField { offset: 0 }
    ));
}

#[test]
fn the_limit_holds() {
    let bytes = gzip(&vec![0; 1 << 20]);
    let error = decode(
        bytes,
        &Limits {
            unpacked_bytes: 1000,
            ..Limits::default()
        },
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the profile unpacks to more than 1000 bytes, the limit; it is left out, other files are not affected"
    );
}

#[test]
fn every_truncation_is_an_error_that_says_where() {
    let whole = encode(&smallest());
    for end in 1..whole.len() {
        // A cut between two fields leaves a shorter message; it must still be refused or consistent.
        if let Ok(profile) = decode(whole[..end].to_vec(), &Limits::default()) {
            assert!(
                profile.total(0) == 7 || profile.sample_count() == 0,
                "cut at {end}"
            );
        }
    }
    let packed = fixtures::flare("contention").profile("core-mutex.pprof");
    for end in 0..packed.len() {
        assert!(
            decode(packed[..end].to_vec(), &Limits::default()).is_err(),
            "cut at {end}"
        );
    }
}
