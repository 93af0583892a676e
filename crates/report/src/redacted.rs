//! The report's facts with pseudonyms in place of names, before any writer sees them.
//!
//! What every text of the report is made from passes here field by field, so that all formats get
//! the same, and nothing depends on how a format escapes what it writes. Structs are taken apart
//! without `..`: a field that is new has to be thought of here. Names stand in fields of their own;
//! texts of the customer's and of the Agent are searched for them.

use super::model::{
    AgentContext, Contexts, FileFact, FileFate, GoroutineReport, InstallMethod, KnownNames,
    LogFact, Memory, ProcessReport, ProfileContent, ProfileReport, Queue, Report, Row, SelfReport,
    SilentProcess, Surroundings, Table, TraceFile,
};
use super::redact::{Names, Redactor, Text};
use super::rows::{RowFacts, TableFacts};
use super::settings::SettingsView;
use diagnose::counters::Counters;
use diagnose::errors::Told;
use diagnose::evidence::{CheckRuns, ContainerEnd, Delivery, Down, Evidence, LogEnds, Runner};
use diagnose::gc::GcFacts;
use diagnose::labels::Labelled;
use diagnose::memory::Account;
use diagnose::notable::{Consumer, Holder, Notable, Thing};
use diagnose::verdict::{
    Basis, ContentionDetail, CpuDetail, CpuUse, Detail, Doubt, Finding, FindingFunction,
    FindingStack, Gap, GapCause, Judgement, LimitSource, LockDelay, LockSays, LockSide, Locks,
    Note, NoteFact, OwnerPart, Pairing, Reply, Responsible, Restart, Spot, State,
};
use flare::agent_log::{AgentLog, ErrorSource};
use flare::diagnose_log::{Diagnoses, Diagnosis};
use flare::dmesg::OomKill;
use flare::goroutines::{Goroutines, Group};
use flare::health_issues::HealthIssue;
use flare::status::{Check, CheckProblem, CheckState, Flavor, Instance, JmxCheck};
use flare::trace_vars::TraceVars;
use flare::version_history::VersionEntry;
use flare::{Process, Role};
use profile::lens::view::ViewError;

/// A redactor that knows the names of this flare.
pub fn redactor(report: &Report) -> Redactor {
    let mut names = Names {
        hosts: report.names.hosts.clone(),
        containers: report.names.containers.clone(),
        pods: report.names.pods.clone(),
    };
    // A process is named after its files, and those of loose profiles may be named after a host.
    // Its name stands in sentences among functions, where only names that are known are looked for.
    let mut guess = Redactor::new(names.clone());
    let profiled = report.processes.iter().map(|process| &process.name);
    let traced = report.traces.iter().map(|trace| &trace.process);
    for process in profiled.chain(traced) {
        if let Process::Other(name) = process
            && !names.hosts.contains(name)
            && guess.text(name, Text::Prose) != *name
        {
            names.hosts.push(name.clone());
        }
    }
    Redactor::new(names)
}

/// The same report with pseudonyms.
pub fn redacted(report: &Report, redactor: &mut Redactor) -> Report {
    let mut report = report.clone();
    let mut walk = Walk { redactor };
    walk.report(&mut report);
    report
}

/// Replaces names in rows that are copied, by the same pseudonyms that the whole report has.
pub fn table(report: &Report, facts: &mut TableFacts, rows: &mut [RowFacts]) {
    let mut redactor = redactor(report);
    redacted(report, &mut redactor);
    let mut walk = Walk {
        redactor: &mut redactor,
    };
    let mut process = Process::parse(&facts.process);
    walk.process(&mut process);
    facts.process = process.to_string();
    for RowFacts {
        row,
        cut,
        sum: _,
        sides: _,
        objects: _,
    } in rows
    {
        walk.row(row);
        // It counts bytes of the name that was.
        *cut = 0;
    }
}

struct Walk<'r> {
    redactor: &'r mut Redactor,
}

impl Walk<'_> {
    fn prose(&mut self, text: &mut String) {
        *text = self.redactor.text(text, Text::Prose);
    }

    fn code(&mut self, text: &mut String) {
        *text = self.redactor.text(text, Text::Code);
    }

    fn all<'t>(&mut self, texts: impl IntoIterator<Item = &'t mut String>) {
        for text in texts {
            self.prose(text);
        }
    }

    /// The Agent's own say nothing of a customer. The same name becomes the same wherever it stands, so what belongs together still does.
    fn process(&mut self, process: &mut Process) {
        if let Process::Other(name) = process {
            self.prose(name);
        }
    }

    fn report(&mut self, report: &mut Report) {
        let Report {
            source,
            source_bytes: _,
            read_bytes: _,
            hostname,
            hostname_known: _,
            agent,
            names,
            memstats: _,
            memory,
            surroundings,
            evidence,
            symptom: _,
            ticket: _,
            contexts,
            dogstatsd,
            forwarder: _,
            retry_queues,
            logs,
            self_report,
            trace_agent,
            checks,
            check_problems,
            jmx_checks,
            goroutines,
            traces,
            loose: _,
            processes,
            silent,
            judgement,
            // Cases are public.
            known: _,
            settings,
            changed_thresholds: _,
            files,
            problems,
            cut_off: _,
            // None of them has a name of its own.
            profiler_on: _,
            creation_errors,
        } = report;
        *hostname = self.redactor.host(hostname);
        self.prose(source);
        self.agent(agent);
        self.memory(memory);
        self.surroundings(surroundings);
        self.evidence(evidence);
        self.all(dogstatsd.iter_mut().map(|(_, value)| value));
        self.contexts(contexts);
        self.all(retry_queues.iter_mut().map(|(address, _)| address));
        for LogFact { path, log } in logs {
            *path = self.path(path);
            self.log(log);
        }
        self.self_report(self_report);
        if let Some(vars) = trace_agent {
            self.trace_vars(vars);
        }
        for check in checks.iter_mut().flatten() {
            self.check(check);
        }
        for CheckProblem {
            kind: _,
            check,
            about,
            message,
        } in check_problems
        {
            self.prose(check);
            self.all(about);
            self.prose(message);
        }
        for JmxCheck {
            check,
            instance,
            status,
            message,
            metric_count: _,
            service_check_count: _,
            failed: _,
        } in jmx_checks
        {
            // Such names are made of the check's, the host's and the port: `cassandra-db1-7199`.
            self.prose(check);
            self.all(instance);
            self.all(status);
            self.all(message);
        }
        if let Some(GoroutineReport {
            process,
            source: _,
            program,
            dump,
            shown: _,
        }) = goroutines
        {
            self.process(process);
            if let Some(program) = program {
                self.code(program);
            }
            self.goroutines(dump);
        }
        for TraceFile {
            process,
            path,
            size: _,
        } in traces
        {
            self.process(process);
            self.prose(path);
        }
        for process in processes {
            self.process_report(process);
        }
        for SilentProcess {
            process,
            cut_off: _,
        } in silent
        {
            self.process(process);
        }
        self.judgement(judgement);
        self.settings(settings);
        for FileFact {
            path,
            size: _,
            fate,
        } in files
        {
            *path = self.path(path);
            self.fate(fate);
        }
        for problem in problems {
            self.told(problem, Text::Prose);
        }
        self.all(creation_errors);
        *names = KnownNames::default();
    }

    fn contexts(&mut self, contexts: &mut Contexts) {
        let Contexts {
            dogstatsd: _,
            by_type: _,
            bytes: _,
            queues,
        } = contexts;
        for Queue {
            name: _,
            part,
            value: _,
            unit: _,
        } in queues
        {
            self.all(part);
        }
    }

    fn log(&mut self, log: &mut AgentLog) {
        let AgentLog {
            lines: _,
            other_lines: _,
            is_cut: _,
            // Digits and a zone.
            first: _,
            last: _,
            errors: _,
            criticals: _,
            of_flares: _,
            sources,
            unsourced: _,
            // Kinds, instants and numbers.
            events: _,
            silent_ends: _,
            runs_at_end: _,
        } = log;
        for ErrorSource {
            file,
            line: _,
            function,
            check,
            errors: _,
            criticals: _,
        } in sources
        {
            self.code(file);
            if let Some(function) = function {
                self.code(function);
            }
            self.all(check);
        }
    }

    fn self_report(&mut self, report: &mut SelfReport) {
        let SelfReport {
            // Kinds are the Agent's own words.
            tagged: _,
            workloads: _,
            diagnoses,
            issues,
        } = report;
        if let Some(Diagnoses {
            succeeded: _,
            failed: _,
            warned: _,
            errors: _,
            unsuccessful,
        }) = diagnoses
        {
            for Diagnosis {
                suite,
                name,
                outcome: _,
            } in unsuccessful
            {
                self.prose(suite);
                self.prose(name);
            }
        }
        for HealthIssue {
            check,
            id,
            title,
            severity,
        } in issues
        {
            self.all([check, id, title, severity].into_iter().flatten());
        }
    }

    fn agent(&mut self, agent: &mut AgentContext) {
        let AgentContext {
            version,
            flavor,
            started_at_ms: _,
            captured_at_ms: _,
            captured_local: _,
            started_local: _,
            process_started_at_ms: _,
            uptime_s: _,
            status_errors,
            missing_sections: _,
            install_method,
            platform,
            os,
            kernel,
            architecture,
            go_version,
            python_version,
            pid: _,
            answered: _,
            local: _,
        } = agent;
        if let Some(InstallMethod {
            tool,
            tool_version,
            installer_version,
        }) = install_method
        {
            self.all(
                [tool, tool_version, installer_version]
                    .into_iter()
                    .flatten(),
            );
        }
        self.all(status_errors);
        self.all(version);
        if let Some(Flavor::Other(title)) = flavor {
            self.prose(title);
        }
        let said = [
            platform,
            os,
            kernel,
            architecture,
            go_version,
            python_version,
        ];
        self.all(said.into_iter().flatten());
    }

    fn memory(&mut self, memory: &mut Memory) {
        let Memory {
            rss_bytes: _,
            python_bytes: _,
            limit,
            accounts,
            gc,
        } = memory;
        if let Some((_, source)) = limit {
            self.limit_source(source, Text::Prose);
        }
        for Account {
            process,
            rss: _,
            held: _,
            parts: _,
            total: _,
            excess: _,
            conclusion: _,
            usage: _,
        } in accounts
        {
            self.process(process);
        }
        for GcFacts {
            process,
            cpu: _,
            since_start: _,
            collections: _,
            pauses: _,
            goal: _,
            gogc: _,
            memory_limit: _,
            allocation_rate: _,
        } in gc
        {
            self.process(process);
        }
    }

    fn limit_source(&mut self, source: &mut LimitSource, kind: Text) {
        match source {
            LimitSource::Kubelet(Some(container)) => {
                *container = self.redactor.text(container, kind);
            }
            LimitSource::Kubelet(None)
            | LimitSource::Docker
            | LimitSource::Ecs
            | LimitSource::EcsTask
            | LimitSource::Kernel => {}
        }
    }

    fn surroundings(&mut self, around: &mut Surroundings) {
        let Surroundings {
            host_cores: _,
            host_memory: _,
            cpu_limit,
            restarts,
            containers,
            oom_kills,
            versions,
            unhealthy,
        } = around;
        if let Some((_, source)) = cpu_limit {
            self.limit_source(source, Text::Prose);
        }
        for OomKill {
            process,
            pid: _,
            in_cgroup: _,
            since_boot_ms: _,
            rss_bytes: _,
            limit_bytes: _,
            cgroup,
            task_cgroup,
            beside_agent: _,
            line,
        } in oom_kills
        {
            self.prose(process);
            self.prose(line);
            self.all(cgroup);
            self.all(task_cgroup);
        }
        for end in containers {
            self.container_end(end);
        }
        self.all(unhealthy);
        if let Some((_, reason)) = restarts {
            self.all(reason);
        }
        for VersionEntry {
            version,
            timestamp_ms: _,
            install: _,
        } in versions
        {
            self.prose(version);
        }
    }

    /// All but its error are counts, and words of tracers that no text names.
    fn trace_vars(&mut self, vars: &mut TraceVars) {
        let TraceVars {
            error,
            memstats: _,
            version: _,
            pid: _,
            uptime_s: _,
            cpu_cores: _,
            watchdog_alloc_bytes: _,
            max_memory_bytes: _,
            max_cpu_cores: _,
            receiver: _,
            tracers: _,
            dropped_by_reason: _,
            trace_writer: _,
            stats_writer: _,
            rates: _,
            services: _,
        } = vars;
        self.all(error);
    }

    fn check(&mut self, check: &mut Check) {
        let Check {
            name,
            version,
            instances,
        } = check;
        self.prose(name);
        self.all(version);
        for Instance {
            id,
            state,
            configuration_source,
            total_runs: _,
            metric_samples_last: _,
            metric_samples_total: _,
            events_last: _,
            events_total: _,
            event_platform: _,
            service_checks_last: _,
            service_checks_total: _,
            histogram_buckets_last: _,
            histogram_buckets_total: _,
            first_execution_ms: _,
            average_execution_ms: _,
            last_execution_ms: _,
            last_success_ms: _,
            never_succeeded: _,
            errors,
            warnings,
            long_running: _,
            cancelling: _,
            // No text names it.
            metadata: _,
        } in instances
        {
            self.prose(id);
            match state {
                CheckState::Other(said) => self.prose(said),
                CheckState::Ok | CheckState::Warning | CheckState::Error | CheckState::Unknown => {}
            }
            self.all(configuration_source);
            self.all(errors);
            self.all(warnings);
        }
    }

    fn goroutines(&mut self, dump: &mut Goroutines) {
        let Goroutines {
            count: _,
            by_state,
            groups,
            ungrouped: _,
            longest_wait_minutes: _,
            program: _,
            problem,
        } = dump;
        for Group {
            count: _,
            state,
            frames,
            frames_total: _,
            created_by,
            created_elsewhere: _,
            longest_wait_minutes: _,
            locked_to_thread: _,
        } in groups
        {
            self.prose(state);
            for frame in frames.iter_mut().chain(created_by) {
                self.code(frame);
            }
        }
        self.all(problem);
        self.all(by_state.iter_mut().map(|(state, _)| state));
    }

    fn told<E: std::error::Error>(&mut self, error: &mut Told<E>, kind: Text) {
        *error = Told::Redacted(self.redactor.text(&error.text(), kind));
    }

    fn fate(&mut self, fate: &mut FileFate) {
        match fate {
            FileFate::Read {
                role,
                is_cut: _,
                limit_met,
            } => {
                self.role(role);
                self.all(limit_met);
            }
            FileFate::Profile {
                name: _,
                process,
                samples: _,
            }
            | FileFate::TooManyProcesses { process, limit: _ } => self.process(process),
            FileFate::OtherProfile { sample_types } => self.all(sample_types),
            FileFate::Reply(line) => self.prose(line),
            FileFate::Noted(role) | FileFate::Unused(role) => self.role(role),
            FileFate::Unread(error) => self.told(error, Text::Prose),
            FileFate::UnreadProfile(error) => self.told(error, Text::Prose),
            FileFate::EmptyProfile
            | FileFate::Taken
            | FileFate::BetweenHeaps
            | FileFate::Goroutines { count: _ }
            | FileFate::GoroutineProfile { count: _ }
            | FileFate::NotRead
            | FileFate::TooManyLogs { limit: _ }
            | FileFate::TooMuchToParse { limit: _ } => {}
        }
    }

    fn role(&mut self, role: &mut Role) {
        if let Role::Profile { process, kind: _ } | Role::Trace { process } = role {
            self.process(process);
        }
    }

    fn process_report(&mut self, process: &mut ProcessReport) {
        let ProcessReport {
            name,
            profiles,
            interval: _,
            pairing,
            program,
            cpu_labels,
        } = process;
        self.process(name);
        if let Some(program) = program {
            self.code(program);
        }
        if let Some(Pairing {
            first,
            second,
            between,
        }) = pairing
        {
            for path in [first, second].into_iter().chain(between) {
                *path = self.path(path);
            }
        }
        for Labelled {
            label: _,
            values,
            labelled: _,
            total: _,
        } in cpu_labels
        {
            self.all(values.iter_mut().map(|(value, _)| value));
        }
        for ProfileReport { name: _, content } in profiles {
            match content {
                ProfileContent::Tables(tables) => {
                    for table in tables {
                        self.table(table);
                    }
                }
                ProfileContent::Reply(text) => self.prose(text),
                ProfileContent::Damaged(why) | ProfileContent::LeftOut(why) => {
                    self.told(why, Text::Prose);
                }
            }
        }
    }

    fn table(&mut self, table: &mut Table) {
        let Table {
            sample_type: _,
            unit: _,
            total: _,
            net: _,
            duration_ns: _,
            is_diff: _,
            rows_total: _,
            rows,
            owners,
            left_out: _,
            raw,
        } = table;
        for row in rows {
            self.row(row);
        }
        for owner in owners.iter_mut().filter_map(|(owner, _)| owner.as_mut()) {
            self.code(owner);
        }
        self.code(raw);
    }

    fn row(&mut self, row: &mut Row) {
        let Row {
            function,
            inline: _,
            file,
            flat: _,
            cum: _,
            noise: _,
            owner,
            owner_part: _,
        } = row;
        self.code(function);
        self.code(file);
        self.code(owner);
    }

    fn judgement(&mut self, judgement: &mut Judgement) {
        let Judgement {
            kind: _,
            main,
            states,
            findings,
            notable,
            notes,
            closes: _,
            thresholds: _,
        } = judgement;
        if let Some(main) = main {
            self.process(main);
        }
        for State {
            process,
            kind: _,
            measured: _,
            of_agent: _,
            hole: _,
            basis,
            nearness: _,
            since_start: _,
        } in states
        {
            self.process(process);
            self.basis(basis);
        }
        for finding in findings {
            self.finding(finding);
        }
        for one in notable {
            self.notable(one);
        }
        for Note { process, fact } in notes {
            if let Some(process) = process {
                self.process(process);
            }
            self.note(fact);
        }
    }

    fn basis(&mut self, basis: &mut Basis) {
        match basis {
            Basis::Gaps(gaps) => {
                for gap in gaps {
                    self.gap(gap);
                }
            }
            Basis::Restarted(Restart::Build { before, after }) => {
                self.code(before);
                self.code(after);
            }
            Basis::Unsuitable(ViewError::NoSampleType { wanted, available }) => {
                self.code(wanted);
                for name in available {
                    self.code(name);
                }
            }
            Basis::Unsuitable(ViewError::Units {
                name,
                unit,
                base_unit,
            }) => {
                self.code(name);
                self.code(unit);
                self.code(base_unit);
            }
            Basis::Cpu(CpuUse {
                spot,
                share: _,
                cpu_ns: _,
                cores: _,
                busy_from: _,
                hot: _,
                busy: _,
            }) => self.spot(spot),
            Basis::Locks(Locks {
                sides,
                gap,
                counter: _,
            }) => {
                for LockSide { profile: _, says } in sides {
                    match says {
                        LockSays::Gap(gap) => self.gap(gap),
                        LockSays::NoDelays | LockSays::Empty | LockSays::Quiet => {}
                        LockSays::Delay(LockDelay {
                            all: _,
                            counted: _,
                            idle: _,
                            handing: _,
                            window: _,
                            site,
                        }) => {
                            if let Some((site, _)) = site {
                                self.code(site);
                            }
                        }
                    }
                }
                if let Some(gap) = gap {
                    self.gap(gap);
                }
            }
            Basis::Restarted(Restart::Allocated {
                before: _,
                after: _,
            })
            | Basis::Identical(_)
            | Basis::Bounded(_)
            | Basis::Heaps(_)
            | Basis::Idle => {}
        }
    }

    fn gap(&mut self, gap: &mut Gap) {
        let Gap {
            of: _,
            hole: _,
            cause,
        } = gap;
        match cause {
            GapCause::Reply(Reply { text, says: _ }) => self.code(text),
            GapCause::Damaged(why) | GapCause::LeftOut(why) | GapCause::PerhapsDamaged(why) => {
                self.told(why, Text::Code);
            }
            GapCause::Absent
            | GapCause::CutOff
            | GapCause::Stopped {
                last: _,
                profiler_on: _,
            }
            | GapCause::Empty => {}
        }
    }

    fn finding(&mut self, finding: &mut Finding) {
        let Finding {
            kind: _,
            process,
            profile: _,
            functions,
            responsible,
            rest: _,
            owners,
            lead,
            of_agent: _,
            stacks,
            // Of the table of owners.
            component: _,
            team: _,
            meaning: _,
            routing,
            value: _,
            threshold: _,
            counted: _,
            detail,
            confidence: _,
            reasons,
        } = finding;
        self.process(process);
        for FindingFunction {
            function,
            responsible,
            rest: _,
            value: _,
            share: _,
            objects: _,
            allocated: _,
            within_noise: _,
        } in functions
        {
            self.code(function);
            self.responsible(responsible);
        }
        // It may quote the path of a program's module.
        self.prose(&mut routing.words);
        self.responsible(responsible);
        self.responsible(std::slice::from_mut(lead));
        for OwnerPart {
            owner,
            value: _,
            share: _,
        } in owners
        {
            self.code(owner);
        }
        for FindingStack {
            value: _,
            share: _,
            frames,
            responsible: _,
            owner,
        } in stacks
        {
            self.code(owner);
            for frame in frames {
                self.code(frame);
            }
        }
        match detail {
            Detail::Leak(_) => {}
            Detail::Cpu(CpuDetail {
                spot,
                share: _,
                cpu_ns: _,
                duration_ns: _,
                cores: _,
                gc: _,
            }) => self.spot(spot),
            Detail::Contention(ContentionDetail {
                events: _,
                window_s: _,
                since_start: _,
                waiting: _,
                all_ns: _,
                idle_ns: _,
                handing_ns: _,
            }) => {}
        }
        for doubt in reasons {
            match doubt {
                Doubt::BlockedThreads(function) => self.code(function),
                Doubt::Noise { bytes: _, sigma: _ }
                | Doubt::ShortWindow(_)
                | Doubt::JustStarted(_)
                | Doubt::Spread { functions: _ }
                | Doubt::Burst {
                    heap: _,
                    made_in_s: _,
                    uptime_s: _,
                }
                | Doubt::Collections {
                    apart_s: _,
                    window_s: _,
                }
                | Doubt::FewSamples(_)
                | Doubt::FewLockEvents(_)
                | Doubt::FewWaiting(_) => {}
            }
        }
    }

    fn responsible(&mut self, frames: &mut [Responsible]) {
        for Responsible {
            frame,
            owner,
            value: _,
            share: _,
            check,
            of_program: _,
        } in frames
        {
            self.code(frame);
            self.code(owner);
            self.all(check);
        }
    }

    fn note(&mut self, fact: &mut NoteFact) {
        match fact {
            NoteFact::Moved { function, bytes: _ }
            | NoteFact::OnlyGrows {
                function,
                bytes: _,
                objects: _,
                seconds: _,
            }
            => self.code(function),
            NoteFact::BusyLine {
                function,
                responsible,
                share: _,
                cpu_ns: _,
            } => {
                self.code(function);
                if let Some((frame, _)) = responsible {
                    self.code(frame);
                }
            }
            NoteFact::SteadyGrowth {
                bytes: _,
                seconds: _,
            }
            | NoteFact::Shrank { bytes: _ }
            // Of the table of transients.
            | NoteFact::Transient { which: _, bytes: _ }
            | NoteFact::AllocationRate {
                a_second: _,
                bytes: _,
                seconds: _,
            }
            | NoteFact::TextProfile { profile: _ }
            | NoteFact::LocalFlare => {}
        }
    }

    fn spot(&mut self, spot: &mut Spot) {
        match spot {
            Spot::Function(name) => self.code(name),
            Spot::Check { name, door } | Spot::Behind { caller: name, door } => {
                self.code(name);
                self.code(door);
            }
        }
    }

    fn notable(&mut self, one: &mut Notable) {
        let Notable {
            process,
            thing,
            holder,
        } = one;
        if let Some(process) = process {
            self.process(process);
        }
        if let Some(Holder {
            // Of the table of owners.
            owner: _,
            share: _,
            component: _,
            team: _,
            frame,
            frame_share: _,
            routing,
        }) = holder
        {
            self.code(frame);
            self.prose(&mut routing.words);
        }
        match thing {
            Thing::KernelKills {
                victims,
                limit: _,
                resident: _,
            } => {
                for (name, _) in victims {
                    self.code(name);
                }
            }
            Thing::ContainerEnded { end, ago_s: _ } => self.container_end(end),
            Thing::NotRunning {
                said,
                file: _,
                log_ends_s: _,
            } => self.code(said),
            Thing::Workers {
                workers: _,
                running,
                busiest: _,
                all_taken: _,
            } => {
                for (id, _) in running {
                    self.code(id);
                }
            }
            Thing::LockWaits {
                goroutines: _,
                site,
                longest_minutes: _,
            } => {
                if let Some((site, _)) = site {
                    self.code(site);
                }
            }
            Thing::Unhealthy(names) => {
                for name in names {
                    self.code(name);
                }
            }
            Thing::OutsideGo {
                resident: _,
                outside: _,
                go: _,
                python: _,
                heap: _,
                python_checks,
            } => {
                for (name, _) in python_checks {
                    self.code(name);
                }
            }
            Thing::NearLimit {
                resident: _,
                limit: _,
                source,
            } => self.limit_source(source, Text::Code),
            Thing::Collector {
                share: _,
                since_start: _,
                cores: _,
                heap_live: _,
                go_limit: _,
                allocator,
                limiter_cycle: _,
            } => {
                if let Some((frame, _)) = allocator {
                    self.code(frame);
                }
            }
            Thing::BackPressure {
                delay_ns: _,
                waiting: _,
                senders,
                consumer,
            } => {
                for (frame, _) in senders {
                    self.code(frame);
                }
                if let Some(Consumer {
                    // Of the table of pipelines.
                    pipeline: _,
                    stage: _,
                    share: _,
                    busy_with: Some((function, _)),
                }) = consumer
                {
                    self.code(function);
                }
            }
            Thing::Busy {
                cores: _,
                limit: _,
                owners: _,
                function: (function, _),
            }
            | Thing::Alike {
                goroutines: _,
                function,
                state: _,
                longest_minutes: _,
                connections: _,
            } => self.code(function),
            Thing::CheckGrows {
                check,
                last: _,
                mean: _,
                runs: _,
            } => self.code(check),
            Thing::ManyContexts {
                contexts: _,
                by_type: _,
                of_checks: _,
                check,
            } => {
                if let Some((check, _)) = check {
                    self.code(check);
                }
            }
            Thing::Undelivered(endpoints) => {
                for delivery in endpoints {
                    self.delivery(delivery);
                }
            }
            Thing::SilentEnds(_)
            | Thing::LockCounter {
                waits_s: _,
                waiters: _,
            }
            | Thing::LargeHeap {
                bytes: _,
                go_limit: _,
                container_limit: _,
                limiter_cycle: _,
                hidden_per_minute: _,
            }
            | Thing::Unbuffered {
                packets: _,
                metrics_each: _,
            }
            | Thing::Starved(_)
            | Thing::Threads(_)
            | Thing::Descriptors { open: _, limit: _ }
            | Thing::ManyGoroutines(_) => {}
        }
    }

    fn container_end(&mut self, end: &mut ContainerEnd) {
        let ContainerEnd {
            container,
            is_agent: _,
            restarts: _,
            reason,
            exit_code: _,
            finished_ms: _,
            memory_limit: _,
        } = end;
        self.prose(container);
        self.all(reason);
    }

    fn delivery(&mut self, delivery: &mut Delivery) {
        let Delivery {
            endpoint,
            input: _,
            delivered: _,
            requeued: _,
            retried: _,
            dropped: _,
            errors: _,
            error_types,
        } = delivery;
        self.prose(endpoint);
        self.all(error_types.iter_mut().map(|(kind, _)| kind));
    }

    fn evidence(&mut self, evidence: &mut Evidence) {
        let Evidence {
            counters,
            runner,
            checks,
            contexts: _,
            packets: _,
            deliveries,
            containers,
            unhealthy,
            down,
            cpu_limit: _,
            logs,
        } = evidence;
        let Counters {
            uptime_s: _,
            lock_waits_s: _,
            collector_cpu_s: _,
            busy_cpu_s: _,
            process_cpu_s: _,
            gc_limiter_cycle: _,
            memory_limit: _,
            go_held: _,
            heap_live: _,
            scheduler_latency_s: _,
            workers,
            check_contexts: _,
            tag_sets: _,
            send_errors,
            retry_queue: _,
            check_times,
            python: _,
            resident: _,
            open_descriptors: _,
            max_descriptors: _,
            threads: _,
        } = counters;
        let Runner {
            workers: _,
            running,
            utilization,
        } = runner;
        let named = workers.iter_mut().chain(check_times).chain(utilization);
        for (name, _) in named {
            self.code(name);
        }
        for (name, _) in send_errors {
            self.code(name);
        }
        for (name, _) in running {
            self.code(name);
        }
        for CheckRuns {
            name,
            id,
            python: _,
            runs: _,
            samples_last: _,
            samples_total: _,
            mean_ms: _,
            interval_s: _,
        } in checks
        {
            self.code(name);
            self.code(id);
        }
        for delivery in deliveries {
            self.delivery(delivery);
        }
        for end in containers {
            self.container_end(end);
        }
        for name in unhealthy {
            self.code(name);
        }
        for Down {
            process,
            said,
            file: _,
        } in down
        {
            self.process(process);
            self.code(said);
        }
        for LogEnds {
            process,
            silent_ends: _,
            open_since_ms: _,
        } in logs
        {
            self.process(process);
        }
    }

    fn settings(&mut self, settings: &mut SettingsView) {
        let SettingsView {
            leak_mb: _,
            cpu_percent: _,
            contention_s: _,
            count_idle_waits: _,
            owners_file,
            owners_source: _,
            owners_date: _,
            owners_count: _,
            changes,
            pairs: _,
        } = settings;
        self.prose(owners_file);
        self.all(changes);
    }

    /// A path in the flare: its first segment is the host, by the Agent's own rule.
    fn path(&mut self, path: &str) -> String {
        match path.split_once('/') {
            Some((root, rest)) => {
                let rest = self.redactor.text(rest, Text::Prose);
                // Not every flare has a root folder: only a host's name is one.
                format!("{}/{rest}", self.redactor.text(root, Text::Prose))
            }
            None => self.redactor.text(path, Text::Prose),
        }
    }
}
