//! Tables of functions on the screen: all rows of a profile in any order, a window at a time.
//!
//! What is asked again with another window only (scrolling) is neither ordered nor named anew: the last
//! few orders are kept.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, PoisonError};

use super::gather;
use diagnose::attribution::RowOwner;
use diagnose::kinds::FindingKind;
use diagnose::noise::Noise;
use diagnose::owner::split_name;
use diagnose::program::Program;
use diagnose::verdict::{Finding, gross};
use flare::Process;
use profile::lens::subject::{Subject, Weight};
use profile::lens::top;
use profile::lens::view::{RowId, View, ViewError};
use profile::units;
use report::layout::names;
use report::model::Row;
use report::rows::{Column, Filter, RowFacts, Scale, TableFacts, is_within_noise, mean_size};
use report::settings::Settings;

use crate::protocol::TopQuestion;

/// Orders that are kept.
const ORDERS: usize = 4;

/// The most rows that one answer holds.
const LARGEST_WINDOW: usize = 500;

/// The last few orders that were asked for, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<Vec<Arc<Ordered>>>);

impl Orders {
    /// The order of a question, kept or made.
    pub(crate) fn of(
        &self,
        question: &TopQuestion,
        make: impl FnOnce() -> Result<Ordered, ViewError>,
    ) -> Result<Arc<Ordered>, ViewError> {
        // What is kept is whole whenever the lock is free, whoever panicked.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|order| order.is_of(question));
        let order = match found {
            Some(place) => kept.remove(place),
            None => Arc::new(make()?),
        };
        kept.push(order.clone());
        if kept.len() > ORDERS {
            kept.remove(0);
        }
        Ok(order)
    }
}

/// Who looks at a profile, and for whom.
pub(crate) struct Asker<'f> {
    pub(crate) settings: &'f Settings,
    pub(crate) program: &'f Program,
    pub(crate) findings: &'f [Finding],
    pub(crate) sigmas: f64,
}

/// A table in one order: the rows that pass.
#[derive(Debug)]
pub(crate) struct Ordered {
    /// Window aside.
    question: TopQuestion,
    view: View,
    /// Flat values before and after, by row.
    sides: Option<(Vec<i64>, Vec<i64>)>,
    objects: Option<View>,
    noise: Option<Noise>,
    /// What of each name is left out, by row.
    cuts: Vec<usize>,
    rows: Vec<RowId>,
    /// In pprof's order of all rows: the flat values summed up to each.
    sums: Vec<i64>,
    pub(crate) facts: TableFacts,
}

impl Ordered {
    /// # Errors
    /// When the profile has no such sample type.
    pub(crate) fn of(
        subject: &Arc<Subject>,
        question: &TopQuestion,
        asker: &Asker<'_>,
    ) -> Result<Self, ViewError> {
        let view = View::under(subject, &question.sample_type)?;
        // pprof's order; the sums of its rows run in it.
        let top = top::order(&view);
        let mut found = Self {
            question: TopQuestion {
                offset: 0,
                count: 0,
                ..question.clone()
            },
            sides: view.is_diff().then(|| view.flat_by_side()),
            objects: view.is_diff().then(|| objects(&view)).flatten(),
            noise: gather::noise(question.profile, subject, &view),
            cuts: cuts(&view, &top),
            rows: top,
            sums: Vec::new(),
            facts: TableFacts {
                process: question.process.clone(),
                profile: question.profile,
                sample_type: view.header.sample_type.clone(),
                unit: view.header.unit.clone(),
                is_diff: view.is_diff(),
                has_objects: false,
                scale: Scale::Total(view.total),
                extremes: (0, 0),
                sigmas: asker.sigmas,
                filters: Vec::new(),
                all: 0,
            },
            view,
        };
        found.measure(asker.findings);
        let filter = question.filter;
        if filter != Filter::All {
            let rows = std::mem::take(&mut found.rows);
            found.rows = rows
                .into_iter()
                .filter(|&row| found.passes(row, filter))
                .collect();
        }
        found.sort(question, asker);
        Ok(found)
    }

    fn is_of(&self, question: &TopQuestion) -> bool {
        let TopQuestion {
            process,
            profile,
            sample_type,
            column,
            reversed,
            filter,
            offset: _,
            count: _,
        } = question;
        let of = &self.question;
        (&of.process, of.profile, &of.sample_type) == (process, *profile, sample_type)
            && (of.column, of.reversed, of.filter) == (*column, *reversed, *filter)
    }

    /// How many rows pass.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    fn weight(&self, row: RowId) -> Weight {
        let weight = self.view.weights().get(row.index());
        weight.copied().unwrap_or_default()
    }

    fn sides_of(&self, row: RowId) -> Option<(i64, i64)> {
        let (before, after) = self.sides.as_ref()?;
        Some((*before.get(row.index())?, *after.get(row.index())?))
    }

    fn objects_of(&self, row: RowId) -> Option<i64> {
        let weights = self.objects.as_ref()?.weights();
        weights.get(row.index()).map(|weight| weight.flat)
    }

    fn noise_of(&self, row: RowId) -> Option<i64> {
        self.noise.as_ref().map(|noise| noise.of_row(row) as i64)
    }

    fn passes(&self, row: RowId, filter: Filter) -> bool {
        let flat = self.weight(row).flat;
        match (filter, self.sides_of(row)) {
            (Filter::All, _) => true,
            (Filter::Grew, _) => flat > 0,
            (Filter::Shrank, _) => flat < 0,
            (Filter::New, Some((before, after))) => before == 0 && after != 0,
            (Filter::Gone, Some((before, after))) => before != 0 && after == 0,
            (Filter::New | Filter::Gone, None) => false,
            (Filter::BeyondNoise, _) => self
                .noise_of(row)
                .is_some_and(|noise| flat != 0 && !is_within_noise(flat, noise, self.facts.sigmas)),
        }
    }

    /// What is true of all rows, which stand in pprof's order.
    fn measure(&mut self, findings: &[Finding]) {
        let weights = || self.rows.iter().map(|&row| self.weight(row));
        let values = || weights().flat_map(|weight| [weight.flat, weight.cum]);
        let extremes = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        let grown = gross(weights().map(|weight| weight.flat));
        let sums = weights().scan(0_i64, |sum, weight| {
            *sum = sum.saturating_add(weight.flat);
            Some(*sum)
        });
        let sums = sums.collect();
        let scale = match finding(findings, &self.question) {
            Some(finding) => Scale::Finding(counted(finding, &self.facts.unit)),
            None if self.facts.is_diff => Scale::Grown(grown),
            None => self.facts.scale,
        };
        let filters = Filter::ALL.into_iter().filter(|filter| {
            self.facts.is_diff && (*filter != Filter::BeyondNoise || self.noise.is_some())
        });
        let filters = filters.map(|filter| {
            let passing = self.rows.iter().filter(|row| self.passes(**row, filter));
            (filter, passing.count())
        });
        let filters = filters.collect();
        self.facts.filters = filters;
        self.facts.extremes = extremes;
        self.facts.scale = scale;
        self.facts.has_objects = self.objects.is_some();
        self.facts.all = self.rows.len();
        if self.question.column.order() == Column::Pprof
            && !self.question.reversed
            && self.question.filter == Filter::All
        {
            self.sums = sums;
        }
    }

    /// Rows stand in pprof's order, in which equal ones stay.
    fn sort(&mut self, question: &TopQuestion, asker: &Asker<'_>) {
        let mut rows = std::mem::take(&mut self.rows);
        match question.column.order() {
            Column::Flat => rows.sort_by_key(|&row| Reverse(self.weight(row).flat)),
            Column::Cum => rows.sort_by_key(|&row| Reverse(self.weight(row).cum)),
            Column::Before => rows.sort_by_key(|&row| Reverse(self.sides_of(row).map(|it| it.0))),
            Column::After => rows.sort_by_key(|&row| Reverse(self.sides_of(row).map(|it| it.1))),
            Column::Objects => rows.sort_by_key(|&row| Reverse(self.objects_of(row))),
            Column::MeanSize => rows.sort_by_key(|&row| Reverse(self.mean_size_of(row))),
            Column::Function => rows.sort_by_key(|&row| {
                let (package, short) = split_name(self.view.name(row));
                (short, package)
            }),
            Column::Owner => {
                let owners = self.owners(&rows, asker);
                let mut owned: Vec<_> = rows.into_iter().zip(owners).collect();
                owned.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
                rows = owned.into_iter().map(|(row, _)| row).collect();
            }
            Column::Pprof | Column::FlatShare | Column::SumShare | Column::CumShare => {}
        }
        if question.reversed {
            rows.reverse();
            // What has no number stays behind all that have one.
            if question.column == Column::MeanSize {
                rows.sort_by_key(|&row| self.mean_size_of(row).is_none());
            }
        }
        self.rows = rows;
    }

    fn mean_size_of(&self, row: RowId) -> Option<i64> {
        mean_size(self.weight(row).flat, self.objects_of(row))
    }

    fn owners(&self, rows: &[RowId], asker: &Asker<'_>) -> Vec<RowOwner> {
        let weighed = rows.iter().map(|&row| (row, self.weight(row)));
        gather::row_owners(
            self.question.profile,
            &self.view,
            asker.program,
            asker.settings,
            weighed,
        )
    }

    /// The rows of a window and the place of its first. `known` are the first rows in pprof's order as
    /// the report has them: who owns them needs no second walk.
    pub(crate) fn window(
        &self,
        question: &TopQuestion,
        asker: &Asker<'_>,
        known: &[Row],
    ) -> (usize, Vec<RowFacts>) {
        let offset = question.offset.min(self.rows.len());
        let count = question.count.min(LARGEST_WINDOW);
        let end = offset.saturating_add(count).min(self.rows.len());
        let rows = self.rows.get(offset..end).unwrap_or_default();
        let known = known.get(offset..end).unwrap_or_default();
        let is_known = self.sums.len() == self.rows.len()
            && rows.len() == known.len()
            && (rows.iter().zip(known)).all(|(row, known)| self.view.name(*row) == known.function);
        let rows = if is_known {
            let known = rows.iter().zip(known);
            known
                .zip(offset..)
                .map(|((row, known), place)| self.facts_of(*row, place, known.clone()))
                .collect()
        } else {
            self.worked_out(rows, offset, asker)
        };
        (offset, rows)
    }

    /// All rows that pass.
    pub(crate) fn all(&self, asker: &Asker<'_>) -> Vec<RowFacts> {
        self.worked_out(&self.rows, 0, asker)
    }

    fn worked_out(&self, rows: &[RowId], offset: usize, asker: &Asker<'_>) -> Vec<RowFacts> {
        let owners = self.owners(rows, asker);
        let tops = top::rows(&self.view, rows);
        let rows = tops.iter().zip(owners).zip(offset..);
        rows.map(|((top, owner), place)| {
            let row = gather::row(&self.view, top, &owner, self.noise.as_ref());
            self.facts_of(top.row, place, row)
        })
        .collect()
    }

    fn facts_of(&self, id: RowId, place: usize, row: Row) -> RowFacts {
        RowFacts {
            row,
            cut: self.cuts.get(id.index()).copied().unwrap_or(0),
            sum: self.sums.get(place).copied(),
            sides: self.sides_of(id),
            objects: self.objects_of(id),
        }
    }
}

/// Objects of the same difference, with the same rows.
fn objects(view: &View) -> Option<View> {
    let of = view.header.sample_type.strip_suffix("_space")?;
    view.retyped(&format!("{of}_objects")).ok()
}

/// By row; names of rows without a value count for nothing.
fn cuts(view: &View, rows: &[RowId]) -> Vec<usize> {
    let shown: Vec<&str> = rows.iter().map(|&row| view.name(row)).collect();
    let mut cuts = vec![0; view.row_count()];
    for (row, cut) in rows.iter().zip(names::cuts(&shown)) {
        if let Some(place) = cuts.get_mut(row.index()) {
            *place = cut;
        }
    }
    cuts
}

/// The leak that a table shows: its shares are those of the finding.
fn finding<'f>(findings: &'f [Finding], question: &TopQuestion) -> Option<&'f Finding> {
    findings.iter().find(|finding| {
        finding.kind == FindingKind::MemoryLeak
            && finding.profile == question.profile
            && finding.process == Process::parse(&question.process)
            && question.sample_type == "inuse_space"
    })
}

/// Findings count in bytes.
fn counted(finding: &Finding, unit: &str) -> i64 {
    match units::base(unit) {
        Some((_, factor)) if factor != 1.0 => (finding.counted as f64 / factor).round() as i64,
        _ => finding.counted,
    }
}
