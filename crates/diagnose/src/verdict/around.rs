//! What the texts and the heaps of a flare show beside the kinds of trouble: things to look at.

use super::super::attribution::attribute;
use super::super::notable::{self, Holder, Notable, Thing};
use super::super::program::Program;
use super::super::share::Share;
use super::input::{GoroutineSum, ProcessProfiles};
use super::{Basis, Judge, State};
use crate::kinds::Measured;
use flare::Process;
use profile::lens::view::View;

impl Judge<'_> {
    /// Everything of the kind.
    pub(super) fn notable(&self, processes: &[ProcessProfiles], states: &[State]) -> Vec<Notable> {
        let context = self.context;
        let of = |process: &Process| {
            let process = process.clone();
            move |thing| Notable {
                process: Some(process.clone()),
                thing,
                holder: None,
            }
        };
        let mut found = notable::from_evidence(
            &context.evidence,
            &self.described,
            context.captured_ms,
            self.thresholds,
        );
        found.extend(
            notable::kernel_kills(&context.oom_kills).map(|thing| Notable {
                process: None,
                thing,
                holder: None,
            }),
        );
        let memory = self
            .outside_go(processes)
            .into_iter()
            .chain(self.near_limit());
        found.extend(memory.map(of(&self.described)));
        found.extend(
            processes
                .iter()
                .filter_map(|process| self.large_heap(process, states)),
        );
        if let Some(dump) = &context.goroutines {
            let open = context.evidence.counters.open_descriptors;
            let things = notable::in_dump(dump, open, self.thresholds);
            found.extend(things.into_iter().map(|thing| Notable {
                process: Some(dump.process.clone()),
                holder: self.dump_holder(&thing, dump),
                thing,
            }));
        }
        found
    }

    fn outside_go(&self, processes: &[ProcessProfiles]) -> Option<Thing> {
        let limits = &self.thresholds.notable;
        let counters = &self.context.evidence.counters;
        let resident = counters.resident.filter(|&resident| resident > 0)?;
        let outside = counters.outside_go()?;
        if outside <= limits.outside_go_bytes
            || Share::of(outside, resident).percent() <= limits.outside_go_percent
        {
            return None;
        }
        let mut python_checks: Vec<(String, usize)> = Vec::new();
        for check in self
            .context
            .evidence
            .checks
            .iter()
            .filter(|check| check.python)
        {
            match python_checks
                .iter_mut()
                .find(|(name, _)| *name == check.name)
            {
                Some((_, instances)) => *instances += 1,
                None => python_checks.push((check.name.clone(), 1)),
            }
        }
        Some(Thing::OutsideGo {
            resident,
            outside,
            go: counters.go_held?,
            python: counters.python.filter(|&python| python > 0),
            heap: processes
                .iter()
                .find(|process| process.name == self.described)
                .and_then(ProcessProfiles::heap_in_use),
            python_checks,
        })
    }

    fn near_limit(&self) -> Option<Thing> {
        let resident = self.context.evidence.counters.resident?;
        let (limit, source) = self.context.memory_limit.as_ref()?;
        let percent = self.thresholds.notable.container_limit_percent;
        (*limit > 0 && Share::of(resident, *limit).percent() >= percent).then(|| Thing::NearLimit {
            resident,
            limit: *limit,
            source: source.clone(),
        })
    }

    /// A heap that is large, or that fills much of a limit; who holds it.
    fn large_heap(&self, process: &ProcessProfiles, states: &[State]) -> Option<Notable> {
        let limits = &self.thresholds.notable;
        let counters = self.counters_of(&process.name);
        let in_profile = process.heap_in_use();
        let live = counters.and_then(|counters| counters.heap_live);
        // The profile lags behind the counter by up to two collections.
        let bytes = in_profile.max(live)?;
        let fills = |limit: &i64| {
            *limit > 0 && Share::of(bytes, *limit).percent() > limits.heap_limit_percent
        };
        let go_limit = counters
            .and_then(|counters| counters.memory_limit)
            .filter(fills);
        let container_limit = counters
            .and(self.context.memory_limit.as_ref())
            .map(|(limit, _)| *limit)
            .filter(fills);
        let limiter_cycle = counters
            .and_then(|counters| counters.gc_limiter_cycle)
            .filter(|&cycle| cycle > 0);
        if bytes <= limits.heap_bytes
            && go_limit.is_none()
            && container_limit.is_none()
            && limiter_cycle.is_none()
        {
            return None;
        }
        let mut states = states.iter().filter(|state| state.process == process.name);
        let hidden_per_minute = states.find_map(|state| match &state.basis {
            Basis::Heaps(pair) if state.measured == Measured::Clear => {
                Some(pair.per_minute(pair.resolution))
            }
            _ => None,
        });
        Some(Notable {
            process: Some(process.name.clone()),
            thing: Thing::LargeHeap {
                bytes,
                go_limit,
                container_limit,
                limiter_cycle,
                hidden_per_minute,
            },
            holder: self.heap_holder(process),
        })
    }

    /// Who goroutines wait for, by the function that says what they do.
    fn dump_holder(&self, thing: &Thing, dump: &GoroutineSum) -> Option<Holder> {
        let (frame, part, of) = match thing {
            Thing::LockWaits {
                goroutines,
                site: Some((site, number)),
                ..
            } => (site, *number, *goroutines),
            Thing::Alike {
                goroutines,
                function,
                ..
            } => (function, *goroutines, dump.count),
            _ => return None,
        };
        let owner = self.owners.of_function(frame)?;
        let share = Share::new(part as f64 / of.max(1) as f64);
        Some(Holder {
            owner: owner.owner.clone(),
            share,
            component: owner.component.clone(),
            team: owner.team.clone(),
            routing: self.owners.route(frame, &dump.process, &Program::AGENT),
            frame: frame.clone(),
            frame_share: share,
        })
    }

    /// Who holds the most of a heap.
    fn heap_holder(&self, process: &ProcessProfiles) -> Option<Holder> {
        let subject = process.last_heap()?;
        let view = View::under(subject, "inuse_space").ok()?;
        let classes = self.classes(process, subject);
        let parts = attribute(&view, &classes, &|_| true).by_responsible();
        self.holder_of(process, &view, &parts, &classes, &|_| true)
    }
}
