//! A Content Security Policy in words.

/// One rule of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// As it stands in the page, for example `connect-src`.
    pub name: String,
    /// What it is about.
    pub about: &'static str,
    /// From where, or where to.
    pub allowed: String,
    /// Nothing at all is allowed.
    pub is_nothing: bool,
}

const ABOUT: [(&str, &str); 9] = [
    ("default-src", "Everything not named below"),
    ("script-src", "Scripts"),
    ("worker-src", "Workers"),
    ("style-src", "Styles"),
    ("img-src", "Pictures"),
    ("connect-src", "Connections of every kind"),
    ("form-action", "Sending forms"),
    ("base-uri", "Changing the base of relative addresses"),
    ("frame-ancestors", "Pages that may embed this one"),
];

/// The rules of a policy, in its order.
pub fn rules(policy: &str) -> Vec<Rule> {
    policy
        .split(';')
        .filter_map(|rule| {
            let mut words = rule.split_whitespace();
            let name = words.next()?;
            let known = ABOUT.iter().find(|(known, _)| *known == name);
            let allowed = allowed(words);
            Some(Rule {
                name: name.to_owned(),
                about: known.map_or("", |(_, about)| about),
                is_nothing: allowed == NOTHING,
                allowed,
            })
        })
        .collect()
}

const NOTHING: &str = "nothing";

/// Sources in words, each once: a policy names one hash for each script.
fn allowed<'t>(sources: impl Iterator<Item = &'t str>) -> String {
    let mut found: Vec<&str> = Vec::new();
    for source in sources {
        let meaning = match source {
            "'none'" => NOTHING,
            "'self'" => "files of the server that this page came from",
            "'wasm-unsafe-eval'" => "WebAssembly",
            "blob:" => "what the page itself makes in memory",
            "data:" => "what is part of the page itself",
            hash if hash.starts_with("'sha") => {
                "what is part of the page itself, byte for byte (its hash is here)"
            }
            other => other,
        };
        if !found.contains(&meaning) {
            found.push(meaning);
        }
    }
    found.join("; ")
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn rules_are_told_in_words_and_each_source_once() {
        let policy = "default-src 'none'; script-src 'sha256-a' 'sha256-b' 'wasm-unsafe-eval';  \
                      worker-src blob:; img-src data: https://x.example; made-up 'self';";
        let told: Vec<_> = rules(policy)
            .into_iter()
            .map(|rule| (rule.name, rule.about, rule.allowed, rule.is_nothing))
            .collect();
        let expected = [
            ("default-src", "Everything not named below", "nothing", true),
            (
                "script-src",
                "Scripts",
                "what is part of the page itself, byte for byte (its hash is here); WebAssembly",
                false,
            ),
            (
                "worker-src",
                "Workers",
                "what the page itself makes in memory",
                false,
            ),
            (
                "img-src",
                "Pictures",
                "what is part of the page itself; https://x.example",
                false,
            ),
            (
                "made-up",
                "",
                "files of the server that this page came from",
                false,
            ),
        ];
        let expected = expected.map(|(name, about, allowed, is_nothing)| {
            (name.to_owned(), about, allowed.to_owned(), is_nothing)
        });
        assert_eq!(told, expected);
    }
}
