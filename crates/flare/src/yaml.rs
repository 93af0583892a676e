//! A small tree of the YAML and JSON files in a flare.
//!
//! Scalars stay text: which of them are numbers is for the reader of the file to say, because the
//! Agent writes whole numbers as floats. Anchors are not followed, so that no few bytes become
//! many; depth, nodes and bytes are bounded. A damaged file gives what stands before the damage.

use std::cell::Cell;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::TextLimits;

/// A value of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A null, an alias, or something left out past a limit.
    Null,
    /// Text, number or truth value as written.
    Scalar(String),
    /// Items in order.
    List(Vec<Node>),
    /// Keys and values in order. A repeated key stays; the first one is found.
    Map(Vec<(String, Node)>),
}

/// Collections that may be open at once, whether kept or not. Each costs the parser memory until
/// it is closed, and two bytes open one.
const OPEN: usize = 1_000;

/// Characters that the parser may take without giving anything back. While it can't tell whether
/// `[…` is a key it holds all that follows, at a hundred bytes for each of the text; what the Agent
/// writes comes in pieces of at most a few thousand, but for whole files kept as one text.
const LOOKAHEAD: usize = 1 << 20;

impl Node {
    /// Reads YAML or JSON. The second value says why the tree is not complete.
    pub fn parse(text: &str) -> (Self, Option<String>) {
        Self::parse_within(text, &TextLimits::default())
    }

    /// As [`Node::parse`], with limits of the caller's.
    pub fn parse_within(text: &str, limits: &TextLimits) -> (Self, Option<String>) {
        let text = text.trim_start_matches('\u{feff}');
        let start = text.trim_start();
        // JSON is nearly YAML; tabs and long lines are where it is not.
        if start.starts_with(['{', '[']) {
            let start = values(super::text::cut(start, limits.bytes), limits.values);
            match serde_json::from_str::<serde_json::Value>(start) {
                Ok(json) => {
                    let mut deeper = false;
                    let node = Self::from_json(json, limits.depth, &mut deeper);
                    return (node, deeper.then(|| too_deep(limits)));
                }
                Err(error) if error.is_eof() => {
                    if let Ok(json) = serde_json::from_str(&closed(start)) {
                        let node = Self::from_json(json, limits.depth, &mut false);
                        return (node, Some(error.to_string()));
                    }
                }
                Err(_) => {}
            }
        }
        let part = super::text::cut(text, limits.bytes);
        let cut = part.len() < text.len();
        let builder = Builder {
            limits: *limits,
            ..Builder::default()
        };
        let (node, problem) = builder.run(part);
        let cut = cut.then(|| {
            format!(
                "{} bytes, the limit is {}; the rest is left out",
                text.len(),
                limits.bytes
            )
        });
        let problem = cut.or(problem);
        (node, problem)
    }

    /// Collections below `depth` levels are left out; `deeper` tells that there were any.
    fn from_json(json: serde_json::Value, depth: usize, deeper: &mut bool) -> Self {
        use serde_json::Value;
        if depth == 0 && (json.is_array() || json.is_object()) {
            *deeper = true;
            return Self::Null;
        }
        let mut below = |json| Self::from_json(json, depth.saturating_sub(1), deeper);
        match json {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Scalar(truth.to_string()),
            Value::Number(number) => Self::Scalar(number.to_string()),
            Value::String(text) => Self::Scalar(text),
            Value::Array(items) => Self::List(items.into_iter().map(below).collect()),
            Value::Object(map) => Self::Map(
                map.into_iter()
                    .map(|(key, value)| (key, below(value)))
                    .collect(),
            ),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// The value at a path of keys, for example `apm_config.receiver_timeout`. Keys that hold dots
    /// themselves are found too.
    pub fn at(&self, path: &str) -> Option<&Self> {
        if let Some(node) = self.get(path) {
            return Some(node);
        }
        let mut from = 0;
        while let Some(dot) = path.get(from..)?.find('.') {
            let split = from + dot;
            if let Some(node) = path
                .get(..split)
                .and_then(|key| self.get(key))
                .and_then(|node| node.at(path.get(split + 1..)?))
            {
                return Some(node);
            }
            from = split + 1;
        }
        None
    }

    /// The text of a scalar; `None` for a null.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The scalar as a finite number.
    pub fn number(&self) -> Option<f64> {
        self.text()?
            .trim()
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
    }

    /// The scalar as a whole number, rounded where it is a float.
    pub fn count(&self) -> Option<u64> {
        let text = self.text()?.trim();
        text.parse()
            .ok()
            .or_else(|| super::text::whole(self.number()?))
    }

    /// The scalar as a truth value.
    pub fn truth(&self) -> Option<bool> {
        match self.text()?.trim() {
            "true" | "True" | "TRUE" | "yes" | "on" => Some(true),
            "false" | "False" | "FALSE" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// Keys and values; empty where this is no map.
    pub fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Items; empty where this is no list.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Text at a path.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path)?.text()
    }

    /// Number at a path.
    pub fn number_at(&self, path: &str) -> Option<f64> {
        self.at(path)?.number()
    }

    /// Whole number at a path.
    pub fn count_at(&self, path: &str) -> Option<u64> {
        self.at(path)?.count()
    }

    /// Keys with whole numbers, in order and at most `most` of them; other entries are left out.
    pub fn counts(&self, most: usize) -> Vec<(String, u64)> {
        self.entries()
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.count()?)))
            .take(most)
            .collect()
    }

    /// Truth value at a path.
    pub fn truth_at(&self, path: &str) -> Option<bool> {
        self.at(path)?.truth()
    }
}

/// Which limit a text meets, as [`Node::parse`] says it. Nothing is parsed where none can be met.
pub fn limit_met(text: &str, limits: &TextLimits) -> Option<String> {
    let mut brackets = 0_usize;
    let mut deepest = 0_usize;
    let mut values = 0_usize;
    let mut indent = 0_usize;
    let mut is_indent = true;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => {
                brackets = brackets.saturating_add(1);
                values = values.saturating_add(1);
            }
            b']' | b'}' => brackets = brackets.saturating_sub(1),
            b',' | b':' => values = values.saturating_add(1),
            b'\n' => values = values.saturating_add(1),
            _ => {}
        }
        // A level of YAML takes a column at least, also where dashes stand side by side.
        is_indent = byte == b'\n' || (is_indent && matches!(byte, b' ' | b'-'));
        indent = match (is_indent, byte) {
            (_, b'\n') => 0,
            (true, _) => indent.saturating_add(1),
            (false, _) => indent,
        };
        deepest = deepest.max(brackets.saturating_add(indent));
    }
    let may = text.len() > limits.bytes || values >= limits.values || deepest >= limits.depth;
    may.then(|| Node::parse_within(text, limits).1)
        .flatten()
        .filter(|problem| problem.contains("limit"))
}

/// The start of a JSON text that can hold no more than so many values. Each stands after one of
/// these.
fn values(json: &str, most: usize) -> &str {
    let separators = json
        .bytes()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b',' | b'[' | b'{'));
    let end = separators.map(|(at, _)| at).nth(most);
    end.and_then(|end| json.get(..end)).unwrap_or(json)
}

/// A JSON text that was cut off: without the value that the cut went through, all that is open
/// closed.
fn closed(json: &str) -> String {
    let mut closers: Vec<char> = Vec::new();
    let mut in_text = false;
    let mut escaped = false;
    // After the last comma or opening, and what was open there.
    let mut safe = (0, 0);
    for (at, c) in json.char_indices() {
        if in_text {
            (escaped, in_text) = match c {
                '\\' => (!escaped, true),
                '"' => (false, escaped),
                _ => (false, true),
            };
            continue;
        }
        match c {
            '"' => in_text = true,
            '{' | '[' => {
                closers.push(if c == '{' { '}' } else { ']' });
                safe = (at + 1, closers.len());
            }
            '}' | ']' => {
                closers.pop();
                safe = (at + 1, closers.len());
            }
            ',' => safe = (at, closers.len()),
            _ => {}
        }
    }
    let (end, open) = safe;
    let mut closed = json.get(..end).unwrap_or_default().to_owned();
    // What was open at the safe place is open still: only closings lower the number, and each is
    // a safe place itself.
    closed.extend(closers.iter().take(open).rev());
    closed
}

/// A collection that is being filled.
enum Open {
    List(Vec<Node>),
    /// The key that waits for its value.
    Map(Vec<(String, Node)>, Option<String>),
    /// Too deep: its content is left out.
    Skipped,
}

fn too_deep(limits: &TextLimits) -> String {
    format!(
        "nested deeper than {} levels, the limit; what lies below is left out",
        limits.depth
    )
}

#[derive(Default)]
struct Builder {
    limits: TextLimits,
    deeper: bool,
    open: Vec<Open>,
    nodes: usize,
    root: Option<Node>,
}

impl Builder {
    fn run(mut self, text: &str) -> (Node, Option<String>) {
        // Taken since the last event; past the limit the text ends for the parser.
        let taken = Cell::new(0_usize);
        let chars = text.chars().map_while(|letter| {
            taken.set(taken.get().saturating_add(1));
            (taken.get() <= LOOKAHEAD).then_some(letter)
        });
        let mut parser = Parser::new_from_iter(chars);
        let mut problem = None;
        while let Some(event) = parser.next_event() {
            if taken.get() > LOOKAHEAD {
                problem = Some(format!("no value within {LOOKAHEAD} characters"));
                break;
            }
            taken.set(0);
            match event {
                Ok((Event::StreamEnd, _)) => break,
                // One document; the Agent writes no more.
                Ok((Event::DocumentEnd, _)) if self.root.is_some() => break,
                Ok((event, _)) => self.take(event),
                Err(error) => {
                    problem = Some(error.to_string());
                    break;
                }
            }
            if self.open.len() > OPEN {
                problem = Some(format!(
                    "more than {OPEN} levels, the limit; the rest is left out"
                ));
                break;
            }
            if self.nodes > self.limits.values {
                problem = Some(format!(
                    "more than {} values, the limit; the rest is left out",
                    self.limits.values
                ));
                break;
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
        let problem = problem.or_else(|| self.deeper.then(|| too_deep(&self.limits)));
        (self.root.unwrap_or(Node::Null), problem)
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Scalar(text, style, ..) => {
                let is_null = style == ScalarStyle::Plain
                    && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                self.put(if is_null {
                    Node::Null
                } else {
                    Node::Scalar(text.into_owned())
                });
            }
            Event::Alias(_) => self.put(Node::Null),
            Event::SequenceStart(..) => self.begin(Open::List(Vec::new())),
            Event::MappingStart(..) => self.begin(Open::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => {}
        }
    }

    fn begin(&mut self, open: Open) {
        let open = if self.open.len() < self.limits.depth {
            open
        } else {
            self.deeper = true;
            Open::Skipped
        };
        self.open.push(open);
    }

    fn close(&mut self) {
        let node = match self.open.pop() {
            Some(Open::List(items)) => Node::List(items),
            Some(Open::Map(mut entries, key)) => {
                // Cut off between key and value.
                if let Some(key) = key {
                    entries.push((key, Node::Null));
                }
                Node::Map(entries)
            }
            Some(Open::Skipped) => Node::Null,
            None => return,
        };
        self.put(node);
    }

    fn put(&mut self, node: Node) {
        self.nodes += 1;
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map(entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    // A collection as a key: no file of the Agent has one.
                    *key = Some(match node {
                        Node::Scalar(text) => text,
                        _ => String::new(),
                    });
                }
            },
            Some(Open::Skipped) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let (node, problem) = Node::parse(
            "A: 4.1e+07\nb:\n  c.d:\n    e: true\n  empty:\nlist:\n- x: 1\n  y: 'two'\n- 3\n",
        );
        assert_eq!(problem, None);
        assert_eq!(node.count_at("A"), Some(41_000_000));
        assert_eq!(node.truth_at("b.c.d.e"), Some(true));
        assert_eq!(node.counts(9), [("A".to_owned(), 41_000_000)]);
        assert_eq!(node.at("b.empty"), Some(&Node::Null));
        assert_eq!(node.at("b.nothing"), None);
        assert_eq!(
            node.get("list").unwrap().items()[0].text_at("y"),
            Some("two")
        );
    }

    #[test]
    fn json_with_tabs() {
        let (node, problem) = Node::parse("{\n\t\"a\": {\"b\": 1.5e3},\n\t\"c\": [null, \"x\"]\n}");
        assert_eq!(problem, None);
        assert_eq!(node.count_at("a.b"), Some(1500));
    }

    #[test]
    fn damage_keeps_what_stands_before() {
        let (node, problem) = Node::parse("a: 1\nb:\n  c: 2\n  d: [1, 2\ne: }");
        assert!(problem.is_some());
        assert_eq!(node.count_at("a"), Some(1));
        assert_eq!(node.count_at("b.c"), Some(2));
    }

    #[test]
    fn json_that_was_cut_off() {
        let text = "{\n\t\"a\": {\"b\": 1, \"c\": [2, {\"d\": \"x,\\\"}\"}, 3]},\n\t\"e\": 4\n}";
        for end in 1..text.len() {
            let (node, problem) = Node::parse(&text[..end]);
            assert!(problem.is_some(), "{end}");
            let b = text.find(", \"c\"").unwrap();
            assert_eq!(node.count_at("a.b"), (end > b).then_some(1), "{end}");
        }
        let (node, _) = Node::parse(&text[..text.find(", 3]").unwrap() + 1]);
        let inner = &node.at("a.c").unwrap().items()[1];
        assert_eq!(inner.text_at("d"), Some("x,\"}"));
    }

    #[test]
    fn json_of_too_many_values() {
        let text = format!("[{}1]", "1,".repeat(2 * TextLimits::default().values));
        let (node, problem) = Node::parse(&text);
        assert!(problem.is_some());
        assert!(node.items().len() <= TextLimits::default().values + 1);
    }

    #[test]
    fn aliases_are_not_followed() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for level in 1..40 {
            let previous = format!("*a{}", level - 1);
            text.push_str(&format!(
                "a{level}: &a{level} [{}]\n",
                vec![previous; 8].join(", ")
            ));
        }
        let (node, _) = Node::parse(&text);
        assert_eq!(node.get("a39").unwrap().items()[0], Node::Null);
    }

    #[test]
    fn depth_is_bounded() {
        let (node, _) = Node::parse(&"[".repeat(100_000));
        drop(node);
        let mut text = String::new();
        for level in 0..2000 {
            text.push_str(&" ".repeat(level));
            text.push_str("k:\n");
        }
        let (node, _) = Node::parse(&text);
        assert!(node.get("k").is_some());
    }

    /// Megabytes that are made to cost gigabytes: each is given up early, and what stands before
    /// is kept.
    #[test]
    fn few_bytes_stay_few() {
        let start = std::time::Instant::now();
        for (head, unit) in [
            ("a: 1\nb: ", "- "),
            ("a: 1\nb: ", "? "),
            ("a: 1\nb: ", "["),
            ("a: 1\nb: [", "{x: [1, 2]}, "),
            ("a: 1\nb: [", "{x: [1, 2]},\n  "),
            ("a: 1\nb: \"", "x "),
            ("{\"a\": 1, \"b\": [", "{\"x\": [1, 2]}, "),
        ] {
            let text = format!("{head}{}", unit.repeat((8 << 20) / unit.len()));
            let (node, problem) = Node::parse(&text);
            assert_eq!(node.count_at("a"), Some(1), "{head}{unit}");
            assert!(problem.is_some(), "{head}{unit}");
        }
        // Each alone took longer, and more memory than a browser's tab has.
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }
}
