//! The table of `go tool pprof -top`: rows, order, trimming, inline tags and the text itself.
//!
//! Source of the rules: google/pprof `internal/report` (`newTrimmedGraph`, `selectOutputUnit`,
//! `reportLabels`, `printText`) and `internal/graph` (`Nodes.Sort`, the trims).

use std::fmt::Write as _;

use super::edges::edges_into;
use super::view::{RowId, View};
use crate::{printable, units};

/// How a table is trimmed and ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopOptions {
    /// Rows whose cum is below this fraction are left out.
    pub node_fraction: f64,
    /// Edges below this fraction do not count for the inline tags.
    pub edge_fraction: f64,
    /// At most that many rows; 0 for all.
    pub node_count: usize,
    /// Order by cum instead of flat.
    pub by_cum: bool,
    /// Only so many rows are worked out, each as it would be among all; 0 for all. Unlike
    /// `node_count`, this trims nothing: it saves the work on rows that nobody looks at.
    pub first: usize,
}

impl Default for TopOptions {
    /// The defaults of `go tool pprof -top`.
    fn default() -> Self {
        Self {
            node_fraction: 0.005,
            edge_fraction: 0.001,
            node_count: 0,
            by_cum: false,
            first: 0,
        }
    }
}

impl TopOptions {
    /// Nothing is trimmed.
    pub const ALL: Self = Self {
        node_fraction: 0.0,
        edge_fraction: 0.0,
        node_count: 0,
        by_cum: false,
        first: 0,
    };
}

/// Whether calls to a function were inlined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inline {
    /// None was.
    #[default]
    No,
    /// Some were.
    Partial,
    /// All were.
    All,
}

impl Inline {
    /// As pprof prints it: `(inline)`, `(partial-inline)`, or nothing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Partial => "(partial-inline)",
            Self::All => "(inline)",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopRow {
    /// Which row of the view.
    pub row: RowId,
    /// Where the function is the leaf.
    pub flat: i64,
    /// Where it is anywhere.
    pub cum: i64,
    /// Inlined calls.
    pub inline: Inline,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Top {
    /// In pprof's order.
    pub rows: Vec<TopRow>,
    /// Rows left out because their cum is too small.
    pub dropped: usize,
    /// Rows before the limit on their number.
    pub before_limit: usize,
    /// How it was made.
    pub options: TopOptions,
}

/// Makes the table of a view.
pub fn top(view: &View, options: TopOptions) -> Top {
    tops(&[view], options).pop().unwrap_or(Top {
        rows: Vec::new(),
        dropped: 0,
        before_limit: 0,
        options,
    })
}

/// Makes the tables of some views of one subject, in one walk where nothing is trimmed.
pub fn tops(views: &[&View], options: TopOptions) -> Vec<Top> {
    let mut ranked: Vec<Ranked> = views.iter().map(|view| rank(view, options)).collect();
    let trims = |ranked: &Ranked| ranked.kept.is_some();
    if ranked.iter().any(trims) {
        for (view, ranked) in views.iter().zip(ranked.iter_mut()) {
            tag_inlined(&[view], std::slice::from_mut(ranked));
        }
    } else {
        tag_inlined(views, &mut ranked);
    }
    ranked.into_iter().map(|ranked| ranked.top).collect()
}

/// All rows that have a value, in the order of the untrimmed table.
pub fn order(view: &View) -> Vec<RowId> {
    let rows = rank(view, TopOptions::ALL).top.rows;
    rows.into_iter().map(|row| row.row).collect()
}

/// Some rows of the untrimmed table, in the order given, with their inline tags.
pub fn rows(view: &View, chosen: &[RowId]) -> Vec<TopRow> {
    let weights = view.weights();
    let rows = chosen.iter().filter_map(|&row| {
        let weight = weights.get(row.index())?;
        Some(TopRow {
            row,
            flat: weight.flat,
            cum: weight.cum,
            inline: Inline::No,
        })
    });
    let mut ranked = [Ranked {
        top: Top {
            rows: rows.collect(),
            dropped: 0,
            before_limit: chosen.len(),
            options: TopOptions::ALL,
        },
        kept: None,
        edge_cutoff: 0,
    }];
    tag_inlined(&[view], &mut ranked);
    let [ranked] = ranked;
    ranked.top.rows
}

/// A table without its inline tags.
struct Ranked {
    top: Top,
    /// The rows between which edges count; all where it is `None`.
    kept: Option<Vec<RowId>>,
    edge_cutoff: i64,
}

fn rank(view: &View, options: TopOptions) -> Ranked {
    let mut rows: Vec<TopRow> = view
        .weights()
        .iter()
        .zip(view.rows())
        .filter(|(weight, _)| weight.flat != 0 || weight.cum != 0)
        .map(|(weight, row)| TopRow {
            row,
            flat: weight.flat,
            cum: weight.cum,
            inline: Inline::No,
        })
        .collect();
    // Cutoffs are of the net over all rows, even for a difference.
    let net: i64 = rows.iter().fold(0, |sum, row| sum.saturating_add(row.flat));
    let node_cutoff = fraction(net, options.node_fraction);
    let edge_cutoff = fraction(net, options.edge_fraction);
    let all = rows.len();
    rows.retain(|row| row.cum.saturating_abs() >= node_cutoff);
    let dropped = all - rows.len();
    let before_limit = rows.len();
    let order = |a: &TopRow, b: &TopRow| {
        let by_name = || view.name(a.row).cmp(view.name(b.row));
        let by_flat = || b.flat.saturating_abs().cmp(&a.flat.saturating_abs());
        let by_cum = || b.cum.saturating_abs().cmp(&a.cum.saturating_abs());
        if options.by_cum {
            by_cum()
                .then_with(by_name)
                .then_with(by_flat)
                .then(a.row.cmp(&b.row))
        } else {
            by_flat()
                .then_with(by_name)
                .then_with(by_cum)
                .then(a.row.cmp(&b.row))
        }
    };
    let trims = options.node_count > 0 || dropped > 0;
    let limit = if options.node_count > 0 {
        options.node_count
    } else {
        before_limit
    };
    let wanted = match options.first {
        0 => limit,
        first => limit.min(first),
    };
    // Ordering is by name where values are equal, and most are: only what is shown is ordered.
    let shown = if trims { limit } else { wanted };
    if let Some(last) = shown.checked_sub(1).filter(|_| shown < rows.len()) {
        rows.select_nth_unstable_by(last, order);
    }
    rows.truncate(shown);
    rows.sort_unstable_by(order);
    let kept: Option<Vec<RowId>> = trims.then(|| rows.iter().map(|row| row.row).collect());
    rows.truncate(wanted);
    Ranked {
        top: Top {
            rows,
            dropped,
            before_limit,
            options,
        },
        kept,
        edge_cutoff,
    }
}

/// `|total * fraction|`, cut to a whole number as Go's conversion does.
fn fraction(total: i64, fraction: f64) -> i64 {
    ((total as f64 * fraction) as i64).saturating_abs()
}

/// Works out the inline tags of tables of one subject, between the same rows, from the edges among
/// these rows.
fn tag_inlined(views: &[&View], tables: &mut [Ranked]) {
    let Some(first) = views.first() else {
        return;
    };
    let count = first.row_count();
    let mut shown = vec![false; count];
    for row in tables.iter().flat_map(|table| &table.top.rows) {
        set(&mut shown, row.row);
    }
    // Only a function that was inlined somewhere can get a tag.
    let mut inlined = vec![false; count];
    for lines in first.subject().inlined() {
        let Some((_, inner)) = lines.split_last() else {
            continue;
        };
        for &row in inner {
            if is(&shown, row) {
                set(&mut inlined, row);
            }
        }
    }
    let kept = match tables.first().and_then(|table| table.kept.as_ref()) {
        None => vec![true; count],
        Some(rows) => {
            let mut kept = vec![false; count];
            for &row in rows {
                set(&mut kept, row);
            }
            kept
        }
    };
    let edges = edges_into(views, &kept, &inlined);
    let mut some = vec![false; count];
    let mut other = vec![false; count];
    for (table, place) in tables.iter_mut().zip(0..) {
        some.fill(false);
        other.fill(false);
        for ((_, to), weight) in edges.of(place) {
            if weight.value.saturating_abs() < table.edge_cutoff {
                continue;
            }
            match weight.inline {
                Some(true) => set(&mut some, to),
                Some(false) => set(&mut other, to),
                None => {}
            }
        }
        for row in &mut table.top.rows {
            row.inline = match (is(&some, row.row), is(&other, row.row)) {
                (true, true) => Inline::Partial,
                (true, false) => Inline::All,
                (false, _) => Inline::No,
            };
        }
    }
}

fn is(flags: &[bool], row: RowId) -> bool {
    flags.get(row.index()).copied().unwrap_or(false)
}

fn set(flags: &mut [bool], row: RowId) {
    if let Some(flag) = flags.get_mut(row.index()) {
        *flag = true;
    }
}

impl Top {
    /// Sum of the flat values of the rows.
    pub fn shown(&self) -> i64 {
        self.rows
            .iter()
            .fold(0, |sum, row| sum.saturating_add(row.flat))
    }

    /// The unit of the whole table: pprof's choice from its smallest and largest values.
    pub fn unit(&self, view: &View) -> String {
        let from = &view.header.unit;
        if self.rows.is_empty() {
            return "minimum".to_owned();
        }
        let smallest = self
            .rows
            .iter()
            .map(|row| match row.flat.saturating_abs() {
                0 => row.cum.saturating_abs(),
                flat => flat,
            })
            .filter(|&value| value > 0)
            .min()
            .unwrap_or(view.total);
        let natural = |value: i64| units::scale(value, from, "minimum").1;
        let hundredfold = smallest.saturating_mul(100);
        let unit = if natural(smallest) != natural(view.total) && hundredfold < view.total {
            natural(hundredfold)
        } else {
            natural(smallest)
        };
        if unit.is_empty() { from.clone() } else { unit }
    }

    /// The text of `go tool pprof -top`, header lines included, times in UTC.
    pub fn text(&self, view: &View) -> String {
        let unit = self.unit(view);
        let value = |value: i64| units::label(value, &view.header.unit, &unit);
        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        for label in profile_labels(view, &value) {
            line(label);
        }
        let shown = self.shown();
        line(format!(
            "Showing nodes accounting for {}, {} of {} total",
            value(shown),
            units::percentage(shown, view.total).trim(),
            value(view.total),
        ));
        if view.total != 0 {
            if self.dropped > 0 {
                let cutoff = fraction(view.total, self.options.node_fraction);
                let plural = if self.dropped > 1 { "s" } else { "" };
                line(format!(
                    "Dropped {} node{plural} (cum <= {})",
                    self.dropped,
                    value(cutoff)
                ));
            }
            if !self.rows.is_empty() && self.rows.len() < self.before_limit {
                line(format!(
                    "Showing top {} nodes out of {}",
                    self.rows.len(),
                    self.before_limit
                ));
            }
        }
        line("      flat  flat%   sum%        cum   cum%".to_owned());
        let mut sum = 0_i64;
        for row in &self.rows {
            sum = sum.saturating_add(row.flat);
            let tag = match row.inline.as_str() {
                "" => String::new(),
                tag => format!(" {tag}"),
            };
            line(format!(
                "{:>10} {} {} {:>10} {}  {}{tag}",
                value(row.flat),
                units::percentage(row.flat, view.total),
                units::percentage(sum, view.total),
                value(row.cum),
                units::percentage(row.cum, view.total),
                printable(view.name(row.row)),
            ));
        }
        out
    }
}

/// The lines about the profile that head every text report of pprof.
fn profile_labels(view: &View, value: &dyn Fn(i64) -> String) -> Vec<String> {
    let header = &view.header;
    let mut labels = Vec::new();
    if !header.file.is_empty() {
        labels.push(format!("File: {}", printable(&header.file)));
    }
    if !header.build_id.is_empty() {
        labels.push(format!("Build ID: {}", printable(&header.build_id)));
    }
    labels.extend(
        header
            .comments
            .iter()
            .filter(|comment| !comment.starts_with('#'))
            .map(|comment| printable(comment).into_owned()),
    );
    if !header.sample_type.is_empty() {
        labels.push(format!("Type: {}", printable(&header.sample_type)));
    }
    if !header.doc_url.is_empty() {
        labels.push(format!("Doc: {}", printable(&header.doc_url)));
    }
    if header.time_ns != 0
        && let Some((date, time)) = units::utc(i128::from(header.time_ns))
    {
        labels.push(format!("Time: {date} {time} UTC"));
    }
    if header.duration_ns != 0 {
        let (total, unit) = units::scale(view.total, &header.unit, "nanoseconds");
        let mut label = String::new();
        let _ = write!(
            label,
            "Duration: {}, Total samples = {} ",
            units::label(header.duration_ns, "nanoseconds", "auto"),
            value(view.total)
        );
        if unit == "ns" && total != 0.0 {
            let share = units::percentage(total as i64, header.duration_ns);
            let _ = write!(label, "({share})");
        }
        labels.push(label);
    }
    labels
}
