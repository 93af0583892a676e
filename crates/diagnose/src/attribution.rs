//! Who is responsible for what a profile counts.
//!
//! The leaf of a stack is often the runtime or a library. The responsible frame is the nearest one
//! that somebody owns; see [`super::owner`] for the rule. Sums by responsible frame add up to the
//! sum of all samples. CPU time that carries the label of a check is that check's, in the sums by
//! owner: there the profile says more than the stack.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxHashMap;

use super::labels::{AgentLabel, check_of};
use super::owner::{Class, Integration, Owners, UNOWNED, responsible_class};
use super::program::Program;
use profile::StrId;
use profile::lens::view::{RowId, Stack, Subject, View};

/// What the name of each row says about responsibility. The same for all sample types of the same
/// profiles, so it is worked out once for all of them.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    rows: Vec<(Class, OwnerName)>,
    names: Names,
    /// Of the rows' owners: those of Go checks.
    go_checks: Vec<OwnerName>,
}

/// An owner by name. Several rows of the table may share one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct OwnerName(u32);

/// Names of owners, each once. The first is [`UNOWNED`].
#[derive(Clone, Debug)]
struct Names {
    names: Vec<String>,
    ids: HashMap<String, OwnerName>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            names: Vec::new(),
            ids: HashMap::new(),
        };
        names.id(UNOWNED);
        names
    }
}

impl Names {
    const NOBODY: OwnerName = OwnerName(0);

    fn id(&mut self, name: &str) -> OwnerName {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        // A profile has fewer names than rows, which are counted in 32 bits too.
        let id = OwnerName(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    fn get(&self, id: OwnerName) -> &str {
        let name = self.names.get(id.0 as usize);
        name.map_or(UNOWNED, String::as_str)
    }
}

impl Classes {
    /// Classes of all rows of a process that runs `program`.
    pub fn of(subject: &Subject, owners: &Owners, program: &Program) -> Self {
        let mut classes = Self::default();
        for name in subject.names() {
            let class = program.class(owners, name);
            let owner = classes.names.id(&program.owner(owners, class, name));
            let integration = class.owner().and_then(|id| owners.owner(id).integration);
            if integration == Some(Integration::GoCheck) && !classes.go_checks.contains(&owner) {
                classes.go_checks.push(owner);
            }
            classes.rows.push((class, owner));
        }
        classes
    }

    fn get(&self, row: RowId) -> (Class, OwnerName) {
        let of_row = self.rows.get(row.index()).copied();
        of_row.unwrap_or((Class::Nameless, Names::NOBODY))
    }

    /// The place of the responsible frame among rows, leaf first.
    pub fn responsible(&self, rows: impl Iterator<Item = RowId>) -> Option<usize> {
        responsible_class(rows.map(|row| self.get(row).0))
    }

    /// The owner of a row, or `unowned`.
    pub fn owner(&self, row: RowId) -> &str {
        self.names.get(self.get(row).1)
    }

    /// The responsible frame of a stack.
    fn responsible_row(&self, stack: &Stack<'_>) -> Option<RowId> {
        let place = self.responsible(stack.rows())?;
        stack.rows().nth(place)
    }
}

fn add<K: std::hash::Hash + Eq>(sums: &mut FxHashMap<K, i64>, key: K, value: i64) {
    let sum = sums.entry(key).or_default();
    *sum = sum.saturating_add(value);
}

/// Sums of a view by leaf and responsible frame.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    pairs: FxHashMap<(RowId, Option<RowId>), i64>,
}

/// Attributes every sample whose leaf `counts`.
pub fn attribute(view: &View, classes: &Classes, counts: &dyn Fn(RowId) -> bool) -> Attribution {
    let counted: Vec<bool> = view.rows().map(counts).collect();
    let mut result = Attribution::default();
    view.each_stack(|stack, value| {
        // A stack without frames belongs to nobody, and to no row.
        let Some(leaf) = stack.leaf() else {
            return;
        };
        if counted.get(leaf.index()).copied().unwrap_or(false) {
            let responsible = classes.responsible_row(&stack);
            add(&mut result.pairs, (leaf, responsible), value);
        }
    });
    result
}

/// What stacks spend below the frames that `is_within` names: all of it, and of that the function
/// outside of these with the largest part.
pub fn time_below(view: &View, is_within: &dyn Fn(&str) -> bool) -> (i64, Option<(String, i64)>) {
    let within: Vec<bool> = view.names().map(is_within).collect();
    let is_in = |row: RowId| within.get(row.index()).copied().unwrap_or(false);
    let mut all = 0_i64;
    let mut below: FxHashMap<RowId, i64> = FxHashMap::default();
    let mut seen: Vec<RowId> = Vec::new();
    view.each_stack(|stack, value| {
        let Some(place) = stack.rows().position(is_in) else {
            return;
        };
        all = all.saturating_add(value);
        seen.clear();
        for row in stack.rows().take(place) {
            // A recursive function counts once.
            if !seen.contains(&row) {
                seen.push(row);
                add(&mut below, row, value);
            }
        }
    });
    let largest = below
        .into_iter()
        .max_by_key(|&(row, value)| (value, std::cmp::Reverse(row)));
    (
        all,
        largest.map(|(row, value)| (view.name(row).to_owned(), value)),
    )
}

impl Attribution {
    /// Sums of one leaf by responsible frame, largest first; `None` is unowned.
    pub fn of_leaf(&self, leaf: RowId) -> Vec<(Option<RowId>, i64)> {
        let pairs = self.pairs.iter().filter(|((row, _), _)| *row == leaf);
        largest_first(pairs.map(|(&(_, responsible), &value)| (responsible, value)))
    }

    /// Sums by responsible frame, largest first; `None` is unowned.
    pub fn by_responsible(&self) -> Vec<(Option<RowId>, i64)> {
        let mut sums: FxHashMap<Option<RowId>, i64> = FxHashMap::default();
        for ((_, responsible), value) in &self.pairs {
            add(&mut sums, *responsible, *value);
        }
        largest_first(sums.into_iter())
    }
}

/// Ids break ties, so that no output depends on hash order.
fn largest_first<K: Ord + Copy>(sums: impl Iterator<Item = (K, i64)>) -> Vec<(K, i64)> {
    let mut sums: Vec<(K, i64)> = sums.collect();
    sums.sort_unstable_by_key(|&(key, value)| (Reverse(value), key));
    sums
}

/// Who owns what one table shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOwners {
    /// Sums by owner, largest first, unowned (`None`) last.
    pub shares: Vec<(Option<String>, i64)>,
    /// Sum of the samples that the shares leave out.
    pub left_out: i64,
    /// The owner of each row that was asked for, in that order.
    pub rows: Vec<RowOwner>,
}

/// The owner of the most of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowOwner {
    /// Its name, or `unowned`.
    pub name: String,
    /// Its part, where others own some of the row too.
    pub part: Option<f64>,
}

/// A row of a table whose owner is asked for.
#[derive(Clone, Copy, Debug)]
pub struct AskedRow {
    /// Which.
    pub row: RowId,
    /// Its flat value is zero: the samples that it stands in anywhere tell.
    pub by_cum: bool,
}

/// Who owns the samples of some views of one subject and of the rows that each one's table shows, in
/// one walk. Samples whose leaf is `left_out` count for no owner's share.
pub fn table_owners(
    views: &[&View],
    classes: &Classes,
    owners: &Owners,
    asked: &[Vec<AskedRow>],
    left_out: &dyn Fn(RowId) -> bool,
) -> Vec<TableOwners> {
    let Some(first) = views.first() else {
        return Vec::new();
    };
    let subject = first.subject();
    let excluded: Vec<bool> = subject.rows().map(left_out).collect();
    let (mut as_leaf, mut anywhere) = (vec![false; excluded.len()], vec![false; excluded.len()]);
    for asked in asked.iter().flatten() {
        let marks = match asked.by_cum {
            true => &mut anywhere,
            false => &mut as_leaf,
        };
        if let Some(mark) = marks.get_mut(asked.row.index()) {
            *mark = true;
        }
    }
    let any_by_cum = anywhere.contains(&true);
    let marked = |marks: &[bool], row: RowId| marks.get(row.index()).copied().unwrap_or(false);
    let mut checks = CheckLabels::of(subject);
    let mut of_leaf = Sums::of(views.len());
    let mut of_cum = Sums::of(views.len());
    let mut of_all = Sums::of(views.len());
    let mut skipped = vec![0_i64; views.len()];
    let mut last_seen = vec![0_usize; excluded.len()];
    let mut number = 0;
    View::each_stack_of(views, |stack, values| {
        number += 1;
        let responsible = classes.responsible_row(&stack);
        let owner = responsible.map_or(Names::NOBODY, |row| classes.get(row).1);
        let holder = match checks.check(&stack) {
            Some(check) => {
                checks.saw(check, classes.go_checks.contains(&owner));
                Holder::Check(check)
            }
            None => Holder::Owner(owner),
        };
        let leaf = stack.leaf();
        if let Some(leaf) = leaf.filter(|&leaf| marked(&as_leaf, leaf)) {
            of_leaf.add((leaf, holder), values);
        }
        if any_by_cum {
            for row in stack.rows().filter(|&row| marked(&anywhere, row)) {
                // A row counts once in a stack, however often it recurs.
                if let Some(last) = last_seen.get_mut(row.index())
                    && *last != number
                {
                    *last = number;
                    of_cum.add((row, holder), values);
                }
            }
        }
        if leaf.is_some_and(|leaf| marked(&excluded, leaf)) {
            for (sum, value) in skipped.iter_mut().zip(values) {
                *sum = sum.saturating_add(*value);
            }
        } else {
            of_all.add(holder, values);
        }
    });
    let names = checks.names(classes, owners);
    let name = |holder: Holder| match holder {
        Holder::Owner(owner) => classes.names.get(owner),
        Holder::Check(check) => names.get(check).map_or(UNOWNED, String::as_str),
    };
    let (of_leaf, of_cum) = (of_leaf.by_row(), of_cum.by_row());
    let mut tables = Vec::with_capacity(views.len());
    for (view, (asked, left_out)) in asked.iter().zip(skipped).enumerate() {
        let rows =
            asked.iter().map(|asked| {
                let sums = match asked.by_cum {
                    true => of_cum.get(&asked.row),
                    false => of_leaf.get(&asked.row),
                };
                row_owner(sums.into_iter().flatten().map(|(holder, values)| {
                    (name(*holder), values.get(view).copied().unwrap_or(0))
                }))
            });
        tables.push(TableOwners {
            rows: rows.collect(),
            left_out,
            shares: shares(
                of_all.each().map(|(holder, values)| {
                    (name(*holder), values.get(view).copied().unwrap_or(0))
                }),
            ),
        });
    }
    tables
}

/// Who answers for a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Holder {
    /// The owner of the responsible frame.
    Owner(OwnerName),
    /// A check, by its place in [`CheckLabels`].
    Check(usize),
}

/// Sums under several sample types by key, in flat columns.
struct Sums<K> {
    width: usize,
    places: FxHashMap<K, usize>,
    values: Vec<i64>,
}

impl<K: Copy + Eq + std::hash::Hash> Sums<K> {
    fn of(width: usize) -> Self {
        Self {
            width,
            places: FxHashMap::default(),
            values: Vec::new(),
        }
    }

    fn add(&mut self, key: K, values: &[i64]) {
        let end = self.values.len();
        let place = *self.places.entry(key).or_insert(end);
        if place == end {
            self.values.resize(end + self.width, 0);
        }
        let sums = self.values.iter_mut().skip(place);
        for (sum, value) in sums.zip(values) {
            *sum = sum.saturating_add(*value);
        }
    }

    fn each(&self) -> impl Iterator<Item = (&K, &[i64])> {
        self.places.iter().map(|(key, &place)| {
            let values = self.values.get(place..place + self.width);
            (key, values.unwrap_or_default())
        })
    }
}

impl Sums<(RowId, Holder)> {
    fn by_row(&self) -> FxHashMap<RowId, Vec<(Holder, &[i64])>> {
        let mut rows: FxHashMap<RowId, Vec<(Holder, &[i64])>> = FxHashMap::default();
        for (&(row, holder), values) in self.each() {
            rows.entry(row).or_default().push((holder, values));
        }
        rows
    }
}

/// Sums by name: what counts as one owner may have been counted apart.
fn by_name<'n>(sums: impl Iterator<Item = (&'n str, i64)>) -> HashMap<&'n str, i64> {
    let mut named: HashMap<&str, i64> = HashMap::new();
    for (name, value) in sums {
        let sum = named.entry(name).or_default();
        *sum = sum.saturating_add(value);
    }
    named.retain(|_, value| *value != 0);
    named
}

fn shares<'n>(sums: impl Iterator<Item = (&'n str, i64)>) -> Vec<(Option<String>, i64)> {
    let mut shares: Vec<(&str, i64)> = by_name(sums).into_iter().collect();
    shares.sort_by_key(|&(name, value)| (name == UNOWNED, Reverse(value.saturating_abs()), name));
    let named = |name: &str| (name != UNOWNED).then(|| name.to_owned());
    shares
        .into_iter()
        .map(|(name, value)| (named(name), value))
        .collect()
}

/// The owner of the most of a row, whichever way it changed.
fn row_owner<'n>(sums: impl Iterator<Item = (&'n str, i64)>) -> RowOwner {
    let named = by_name(sums);
    let all = named.values().fold(0_i64, |all, value| {
        all.saturating_add(value.saturating_abs())
    });
    let largest = named
        .iter()
        .max_by_key(|(name, value)| (value.saturating_abs(), Reverse(**name)));
    let Some((name, value)) = largest else {
        return RowOwner {
            name: UNOWNED.to_owned(),
            part: None,
        };
    };
    RowOwner {
        name: (*name).to_owned(),
        part: (named.len() > 1).then(|| value.saturating_abs() as f64 / all as f64),
    }
}

/// The checks that the labels of a subject name.
struct CheckLabels<'s> {
    subject: &'s Subject,
    /// By side, the keys that name a check, the finer one first.
    keys: Vec<Vec<StrId>>,
    /// By side and text of a label.
    places: FxHashMap<(usize, StrId), usize>,
    /// Name, and whether it is a check written in Go.
    checks: Vec<(&'s str, bool)>,
}

impl<'s> CheckLabels<'s> {
    fn of(subject: &'s Subject) -> Self {
        let labels = [AgentLabel::CheckId, AgentLabel::CheckName];
        let keys = subject.profiles().map(|profile| {
            let used: BTreeSet<StrId> = profile.label_keys().collect();
            let named = labels.iter().flat_map(|label| {
                let used = used.iter().copied();
                used.filter(|key| profile.string(*key) == label.as_str())
            });
            named.collect()
        });
        Self {
            subject,
            keys: keys.collect(),
            places: FxHashMap::default(),
            checks: Vec::new(),
        }
    }

    /// The place of the check that a sample is of.
    fn check(&mut self, stack: &Stack<'_>) -> Option<usize> {
        let side = stack.side_index;
        let keys = self.keys.get(side).filter(|keys| !keys.is_empty())?;
        let labels = stack.labels();
        let text = keys.iter().find_map(|key| {
            let mut named = labels.iter().filter(|label| label.text != StrId::default());
            named
                .find(|label| label.key == *key)
                .map(|label| label.text)
        })?;
        if let Some(&place) = self.places.get(&(side, text)) {
            return Some(place);
        }
        let name = check_of(self.subject.profiles().nth(side)?.string(text));
        let known = self.checks.iter().position(|(known, _)| *known == name);
        let place = known.unwrap_or_else(|| {
            self.checks.push((name, false));
            self.checks.len() - 1
        });
        self.places.insert((side, text), place);
        Some(place)
    }

    /// A sample of a check was seen, in code of a Go check or elsewhere.
    fn saw(&mut self, check: usize, in_go_check: bool) {
        if let Some((_, go)) = self.checks.get_mut(check) {
            *go |= in_go_check;
        }
    }

    /// Names of the checks as owners. The Agent labels Python checks; other versions may label all.
    fn names(&self, classes: &Classes, owners: &Owners) -> Vec<String> {
        let go = classes
            .go_checks
            .first()
            .map(|&owner| classes.names.get(owner));
        let python = owners.python_checks();
        let checks = self.checks.iter().map(|&(check, is_go)| {
            let owner = go.filter(|_| is_go).unwrap_or(python);
            format!("{owner}, check {check}")
        });
        checks.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::text::draw;

    type Shares = Vec<(Option<String>, i64)>;

    const TAGGER: &str =
        "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).Add";
    const STORE: &str =
        "github.com/DataDog/datadog-agent/comp/core/workloadmeta/impl.(*store).Pull";

    fn classes(view: &View) -> Classes {
        Classes::of(view.subject(), Owners::builtin(), &Program::AGENT)
    }

    /// The owners of all rows that have a value, and of the whole.
    fn owners_of(types: &str, drawn: &str) -> (Vec<(String, String)>, Shares) {
        let view = View::of(draw(types, drawn).unwrap(), "").unwrap();
        let asked: Vec<AskedRow> = view
            .rows()
            .zip(view.weights())
            .map(|(row, weight)| AskedRow {
                row,
                by_cum: weight.flat == 0,
            })
            .collect();
        let found = table_owners(
            &[&view],
            &classes(&view),
            Owners::builtin(),
            std::slice::from_ref(&asked),
            &|_| false,
        );
        let [found] = found.as_slice() else {
            panic!("one table");
        };
        let rows = asked.iter().zip(&found.rows).map(|(asked, owner)| {
            let part = owner
                .part
                .map_or_else(String::new, |part| format!(" {part:.3}"));
            (
                view.name(asked.row).to_owned(),
                format!("{}{part}", owner.name),
            )
        });
        (rows.collect(), found.shares.clone())
    }

    fn owner<'o>(rows: &'o [(String, String)], function: &str) -> &'o str {
        let row = rows.iter().find(|(name, _)| name == function);
        row.map_or("", |(_, owner)| owner)
    }

    #[test]
    fn time_below_a_stage_counts_each_function_once() {
        let drawn = "main;p.run;regexp.Replace;regexp.step 6\nmain;p.run;regexp.Match;regexp.step;regexp.step 3\n\
                     main;p.run 2\nmain;q.run;regexp.step 50";
        let view = View::of(draw("cpu/nanoseconds", drawn).unwrap(), "").unwrap();
        let found = time_below(&view, &|name| name == "p.run");
        assert_eq!(found, (11, Some(("regexp.step".to_owned(), 9))));
        assert_eq!(time_below(&view, &|name| name == "r.run"), (0, None));
    }

    #[test]
    fn sums_past_what_64_bits_hold_stay_at_the_edge() {
        let most = i64::MAX;
        // The last two are without a frame.
        let drawn =
            format!("main.main;runtime.a {most}\nmain.main;runtime.b {most}\n; {most}\n; {most}");
        let (_, shares) = owners_of("x/bytes", &drawn);
        assert_eq!(shares.len(), 2);
        assert!(shares.iter().all(|(_, sum)| *sum == i64::MAX));
        let view = View::of(draw("x/bytes", &drawn).unwrap(), "x").unwrap();
        for (_, sum) in attribute(&view, &classes(&view), &|_| true).by_responsible() {
            assert_eq!(sum, i64::MAX);
        }
    }

    #[test]
    fn a_row_names_who_answers_for_the_most_of_it() {
        let drawn = format!(
            "main;{TAGGER};sync.(*Mutex).Unlock 851\nmain;{STORE};sync.(*Mutex).Unlock 149\n\
             main;{STORE};runtime.mallocgc 7\nruntime.gcBgMarkWorker 5"
        );
        let (rows, shares) = owners_of("delay/nanoseconds", &drawn);
        let unlock = owner(&rows, "sync.(*Mutex).Unlock");
        assert_eq!(unlock, "Core Agent, tagger 0.851");
        // A row without a value of its own goes by the samples below it.
        assert_eq!(owner(&rows, "main"), "Core Agent, tagger 0.845");
        // The near miss: one owner alone has no share.
        assert_eq!(
            owner(&rows, "runtime.mallocgc"),
            "Core Agent, workload metadata"
        );
        assert_eq!(owner(&rows, "runtime.gcBgMarkWorker"), "Go runtime");
        assert_eq!(shares[0], (Some("Core Agent, tagger".to_owned()), 851));
    }

    #[test]
    fn only_stacks_without_any_name_are_unowned() {
        let (_, shares) = owners_of(
            "cpu/nanoseconds",
            "<unknown> 1\n; 2\n[libc.so.6] 4\nmalloc 8\ngo.uber.org/fx.New;strings.Join 16",
        );
        assert_eq!(
            shares,
            [
                (Some("third-party module (go.uber.org/fx)".to_owned()), 16),
                (Some("System libraries".to_owned()), 12),
                (None, 3),
            ]
        );
    }

    #[test]
    fn time_with_the_label_of_a_check_is_that_check_s() {
        let python = "github.com/DataDog/datadog-agent/pkg/collector/python.run;runtime.cgocall";
        let disk = "github.com/DataDog/datadog-agent/pkg/collector/corechecks/system/disk.Run";
        let (rows, shares) = owners_of(
            "cpu/nanoseconds",
            &format!(
                "{python} 60 #check_id=crunch:1\n{python} 4 #check_id=crunch:2\n\
                 runtime.memmove 8 #check_id=tags:3\n{disk} 5 #check_name=disk\n{python} 3"
            ),
        );
        let shares: Vec<String> = shares
            .iter()
            .map(|(owner, value)| format!("{} {value}", owner.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(
            shares,
            [
                "Integration (Python), check crunch 64",
                "Integration (Python), check tags 8",
                "Integration (Go check), check disk 5",
                "Integration (Python) 3",
            ]
        );
        let cgocall = owner(&rows, "runtime.cgocall");
        assert_eq!(cgocall, "Integration (Python), check crunch 0.955");
    }
}
