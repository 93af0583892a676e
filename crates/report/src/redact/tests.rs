mod forms;

use super::super::every_block::every_block;
use super::super::{html, markdown, text};
use super::*;

fn names(hosts: &[&str], containers: &[&str], pods: &[&str]) -> Names {
    let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
    Names {
        hosts: owned(hosts),
        containers: owned(containers),
        pods: owned(pods),
    }
}

fn known() -> Names {
    names(
        &["web-7.example.com", "Frodo", "db", "agent", "10.9.8.7"],
        &["payments_api.1", "/cart-redis", "trace"],
        &["ledger-0", "web-6d4cf56db6-x7k2p"],
    )
}

/// What a fresh redactor makes of a text that stands alone.
fn prose(text: &str) -> String {
    Redactor::new(known()).text(text, Text::Prose)
}

fn code(text: &str) -> String {
    Redactor::new(known()).text(text, Text::Code)
}

fn becomes(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(prose(text), *expected, "{text}");
    }
}

fn stays(cases: &[&str]) {
    for text in cases {
        assert_eq!(prose(text), *text);
        assert_eq!(code(text), *text);
    }
}

#[test]
fn code_stays_code() {
    for text in [
        "github.com/DataDog/datadog-agent/pkg/trace/api.(*HTTPReceiver).handleTraces",
        "frodo.Baggins.func1",
        "main.frodo",
        "x.web-7_handler",
        "type:.eq.struct { F uintptr }",
        "go.shape.[]uint8_0",
        "crypto/internal/fips140/nistec.p256Add",
        "[libpython3.13.so.1.0]",
        "flat  flat%   sum%        cum   cum%",
        "27662.51kB 58.16% 58.16% 27662.51kB 58.16%  main.f",
        "Time: 2026-11-23 06:11:56 UTC",
        "Build ID: cd5b0ab605fdd6eb0aa5da124c871160bb51d43b",
        "example.com/private.Run",
        "modernc.internal",
    ] {
        assert_eq!(code(text), text);
    }
    assert_eq!(code("host web-7.example.com, web-7"), "host host-1, host-1");
}

#[test]
fn fields() {
    let mut redactor = Redactor::new(known());
    assert_eq!(redactor.host("agent"), "host-1");
    assert_eq!(redactor.host("WEB-7"), "host-2");
    assert_eq!(redactor.host("web-7.example.com."), "host-2");
    assert_eq!(redactor.host("10.9.8.7"), "ip-1");
    assert_eq!(redactor.host("[::1]"), "ipv6-1");
    assert_eq!(redactor.host(""), "");
    assert_eq!(redactor.host("host-1"), "host-1");
    assert_eq!(redactor.path("profiles/core.pprof"), "path-1.pprof");
    assert_eq!(redactor.path("path-1.pprof"), "path-1.pprof");
    assert_eq!(redactor.container("trace"), "container-1");
    assert_eq!(redactor.pod("ledger-0"), "pod-1");
    assert_eq!(
        redactor.text("ledger-0 on web-7", Text::Prose),
        "pod-1 on host-2"
    );
}

#[test]
fn short_and_full_names_are_one_host_in_any_order() {
    for texts in [["db-3", "db-3.acme.com"], ["db-3.acme.com", "db-3"]] {
        let mut redactor = Redactor::new(Names::default());
        for text in texts {
            assert_eq!(redactor.host(text), "host-1");
        }
    }
    for hosts in [["db-3", "db-3.acme.com"], ["db-3.acme.com", "db-3"]] {
        let mut redactor = Redactor::new(names(&hosts, &[], &[]));
        assert_eq!(
            redactor.text("db-3.acme.org db-3 db-3.acme.com", Text::Prose),
            "host-1 host-2 host-2"
        );
    }
    // What they share is a word, not a name.
    let mut redactor = Redactor::new(Names::default());
    assert_eq!(
        redactor.text("api.acme.com api.acme.org", Text::Prose),
        "host-1 host-2"
    );
}

#[test]
fn the_same_is_the_same_in_all_texts() {
    let mut redactor = Redactor::new(known());
    assert_eq!(
        redactor.text("10.0.0.1 env:prod", Text::Prose),
        "ip-1 env:tag-1"
    );
    assert_eq!(redactor.text("10.0.0.2 10.0.0.1", Text::Code), "ip-2 ip-1");
    assert_eq!(redactor.text("stage:prod", Text::Prose), "stage:tag-1");
    assert_eq!(
        redactor.text("WEB-7 on 10.0.0.1", Text::Prose),
        "host-1 on ip-1"
    );
    assert_eq!(redactor.text("web-7", Text::Prose), "host-1");
    let list: Vec<(Form, String, String, usize)> = redactor
        .replacements()
        .into_iter()
        .map(|it| (it.form, it.original, it.pseudonym, it.count))
        .collect();
    let entry = |form, original: &str, pseudonym: &str, count| {
        (form, original.to_owned(), pseudonym.to_owned(), count)
    };
    assert_eq!(
        list,
        [
            entry(Form::Ipv4, "10.0.0.1", "ip-1", 3),
            entry(Form::Tag, "prod", "tag-1", 2),
            entry(Form::Ipv4, "10.0.0.2", "ip-2", 1),
            entry(Form::Host, "WEB-7", "host-1", 1),
            entry(Form::Host, "web-7", "host-1", 1),
        ]
    );
}

#[test]
fn pseudonyms_are_never_names_of_the_flare() {
    let mut redactor = Redactor::new(names(&["host-1", "acme-9", "pod-1"], &[], &[]));
    assert_eq!(
        redactor.text("acme-9 host-1 host-7 pod-1", Text::Prose),
        "host-2 host-3 host-7 host-4"
    );
    assert_eq!(redactor.text("host-2 host-3", Text::Prose), "host-2 host-3");
    // Names that only start like one are names.
    assert_eq!(
        redactor.text("host-1.acme.com host-1@acme.com ip-1-2-3-4", Text::Prose),
        "host-3 host-3@host-5 host-6"
    );
    // With what it ends in.
    let given = ["email-1@redacted.invalid", "path-1.yaml"];
    let mut redactor = Redactor::new(names(&given, &[], &[]));
    let once = redactor.text("joe@acme.com /etc/acme/x.yaml", Text::Prose);
    assert_eq!(once, "email-2@redacted.invalid path-2.yaml");
    assert_eq!(redactor.text(&once, Text::Prose), once);
}

/// Writers escape what could act in their format; pseudonyms have nothing to escape.
#[test]
fn every_format_shows_the_same_pseudonyms() {
    let original =
        "web-7.example.com 10.0.0.1 [::1] /srv/a.yaml env:prod cart-redis ledger-0 jane@acme.com";
    let expected =
        "host-1 ip-1 [ipv6-1] path-1.yaml env:tag-1 container-1 pod-1 email-1@redacted.invalid";
    let redacted = prose(original);
    assert_eq!(redacted, expected);
    let document = every_block(&redacted);
    for (format, written) in [
        ("Markdown", markdown::markdown(&document)),
        ("HTML", html::html(&document)),
        ("text", text::text(&document)),
        (
            "JSON",
            serde_json::to_string(&document).expect("plain data"),
        ),
    ] {
        for word in original.split(' ') {
            assert!(!written.contains(word), "{format}: {word}");
        }
        for word in expected.split(' ').filter(|word| !word.starts_with('[')) {
            assert!(written.contains(word), "{format}: {word}");
        }
    }
}

#[test]
fn replacements_travel() {
    let mut redactor = Redactor::new(known());
    redactor.text("10.0.0.1", Text::Prose);
    let json = serde_json::to_string(&redactor.replacements()).expect("plain data");
    assert_eq!(
        json,
        r#"[{"form":"ipv4","original":"10.0.0.1","pseudonym":"ip-1","count":1}]"#
    );
    let back: Vec<Replacement> = serde_json::from_str(&json).expect("what was written");
    assert_eq!(back, redactor.replacements());
    for form in Form::ALL {
        assert!(!form.title().is_empty());
    }
}

/// Every form, in every order that a cheap generator finds, with every glue between.
#[test]
fn redacted_text_stays_as_it_is() {
    const PARTS: [&str; 58] = [
        "web-7",
        "web-7.example.com",
        "frodo",
        "host-1",
        "host-1.",
        "ip-1",
        "ip-10-20-30-40",
        ".ec2.internal",
        "mail.acme.com",
        "github.com/DataDog/x/",
        "10.0.0.1",
        "1.2.3.4.5",
        "::1",
        "fe80::1%eth0",
        "[2001:db8::1]:8126",
        "std::string",
        "/etc/x.yaml",
        "/min",
        "path-1.yaml",
        "C:\\Program Files\\Acme\\a b\\c",
        "\\\\server\\share",
        "https://",
        "acme.com/x?y=z",
        "user:pw@",
        "env:prod",
        "team:a/b",
        "name: value",
        "key:",
        "tag-1",
        "4b0571f28b2f",
        "payments_api.1",
        "ledger-0",
        "web-6d4cf56db6-x7k2p",
        "jane@acme.com",
        "email-1@redacted.invalid",
        "agent",
        "core",
        "10:29:16",
        "v1.2.3.4",
        "file.go:123",
        "файл",
        "größe",
        "\u{1f600}",
        "\u{202e}",
        "\0",
        "\"",
        "'",
        "(",
        "]",
        "%",
        "%%host%%",
        "~/x",
        "//",
        "container-1",
        "pod-1",
        "localhost",
        "docs.datadoghq.com/a",
        "2",
    ];
    const GLUE: [&str; 18] = [
        "", "", " ", " ", ":", "/", ".", ",", "-", "_", "=", "@", "\\", "\n", "\"", "[", "://", ";",
    ];
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap_or(0)
    };
    for _ in 0..12_000 {
        let mut text = String::new();
        for _ in 0..=next(6) {
            text.push_str(PARTS[next(PARTS.len())]);
            text.push_str(GLUE[next(GLUE.len())]);
        }
        for kind in [Text::Prose, Text::Code] {
            let mut redactor = Redactor::new(known());
            let once = redactor.text(&text, kind);
            assert_eq!(redactor.text(&once, kind), once, "{text:?} as {kind:?}");
            assert_eq!(
                Redactor::new(known()).text(&once, kind),
                once,
                "{text:?} as {kind:?}, by another redactor"
            );
            assert_eq!(redactor.clone().text(&text, kind), once, "{text:?} again");
            if kind == Text::Prose {
                let lower = once.to_lowercase();
                for (at, name) in lower.match_indices("web-7.example.com") {
                    let glued = lower[..at].ends_with(char::is_alphanumeric)
                        || lower[at + name.len()..].starts_with(char::is_alphanumeric);
                    assert!(glued, "{text:?}: {once}");
                }
            }
        }
    }
}

/// Texts that would take minutes if anything looked twice at everything.
#[test]
fn hostile_texts_take_no_longer() {
    let many = |text: &str| text.repeat(50_000 / text.len());
    let deep = "a-".repeat(100);
    let mut names = known();
    names.hosts.push(deep.clone());
    names
        .pods
        .extend((0..2000).map(|number| format!("{deep}{number}")));
    let mut redactor = Redactor::new(names);
    for text in [
        "a",
        "a.",
        "a-",
        "-",
        ".",
        ":",
        "::",
        "1.",
        "1:",
        "/",
        "/a",
        "\\",
        "\\a",
        "C:\\a ",
        "\"/a",
        "\"C:\\a ",
        "a@",
        "a:",
        "a:b,",
        "http://",
        "http://[",
        "%",
        "a=",
        "=",
        "ip-1-",
        "x7k2p-",
        "4b0571f28b2f-",
        "(",
        "~/",
        "host-",
        "host-1-",
        " ",
        "'",
        "\u{1f600}",
        "[:",
        "key:a:",
    ] {
        let start = std::time::Instant::now();
        let long = many(text);
        for kind in [Text::Prose, Text::Code] {
            redactor.text(&long, kind);
        }
        // A tenth of a second is usual; what grows with the square would take minutes.
        assert!(start.elapsed().as_secs() < 10, "{text:?}");
    }
    let long_words = format!("C:\\a {}", many("b"));
    redactor.text(&many(&deep), Text::Prose);
    redactor.text(&long_words, Text::Prose);
}
