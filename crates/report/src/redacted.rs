//! The report's facts with pseudonyms in place of names, before any writer sees them.
//!
//! What every text of the report is made from passes here field by field, so that all formats get
//! the same, and nothing depends on how a format escapes what it writes. Structs are taken apart
//! without `..`: a field that is new has to be thought of here. Names stand in fields of their own;
//! texts of the customer's and of the Agent are searched for them.

use super::model::{
    AgentContext, FileFact, FileFate, GoroutineReport, InstallMethod, KnownNames, Memory,
    ProcessReport, ProfileContent, ProfileReport, Report, Row, Silence, SilentProcess,
    Surroundings, Table, TraceFile,
};
use super::redact::{Names, Redactor, Text};
use super::settings::SettingsView;
use diagnose::errors::Told;
use diagnose::gc::GcFacts;
use diagnose::labels::Labelled;
use diagnose::memory::Account;
use diagnose::verdict::{
    Basis, ContentionDetail, CpuUse, Detail, Doubt, Finding, FindingFunction, FindingStack, Gap,
    GapCause, Judgement, LimitSource, LockSays, LockSide, Locks, Note, NoteFact, OwnerPart, Reply,
    Responsible, Restart, State,
};
use flare::dmesg::OomKill;
use flare::goroutines::{Goroutines, Group};
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
            contexts: _,
            dogstatsd,
            forwarder: _,
            trace_agent,
            checks,
            check_problems,
            jmx_checks,
            goroutines,
            traces,
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
            creation_errors,
        } = report;
        *hostname = self.redactor.host(hostname);
        self.prose(source);
        self.agent(agent);
        self.memory(memory);
        self.surroundings(surroundings);
        self.all(dogstatsd.iter_mut().map(|(_, value)| value));
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
        if let Some(GoroutineReport { dump, shown: _ }) = goroutines {
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
        for SilentProcess { process, why } in silent {
            self.process(process);
            match why {
                Silence::Missing { cut_off: _ } => {}
                Silence::Unreachable { said, file: _ } => self.prose(said),
            }
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

    fn agent(&mut self, agent: &mut AgentContext) {
        let AgentContext {
            version,
            flavor,
            started_at_ms: _,
            captured_at_ms: _,
            captured_local: _,
            process_started_at_ms: _,
            uptime_s: _,
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
            line,
        } in oom_kills
        {
            self.prose(process);
            self.prose(line);
            self.all(cgroup);
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
            problem,
        } = dump;
        for Group {
            count: _,
            state,
            frames,
            frames_total: _,
            created_by,
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
            | FileFate::Goroutines { count: _ }
            | FileFate::NotRead
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
            cpu_labels,
        } = process;
        self.process(name);
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
        for Row {
            function,
            inline: _,
            file,
            flat: _,
            cum: _,
            noise: _,
            owner,
            owner_part: _,
        } in rows
        {
            self.code(function);
            self.code(file);
            self.code(owner);
        }
        for owner in owners.iter_mut().filter_map(|(owner, _)| owner.as_mut()) {
            self.code(owner);
        }
        self.code(raw);
    }

    fn judgement(&mut self, judgement: &mut Judgement) {
        let Judgement {
            kind: _,
            main,
            states,
            findings,
            notes,
            thresholds: _,
        } = judgement;
        if let Some(main) = main {
            self.process(main);
        }
        for State {
            process,
            kind: _,
            measured: _,
            hole: _,
            basis,
            nearness: _,
        } in states
        {
            self.process(process);
            self.basis(basis);
        }
        for finding in findings {
            self.finding(finding);
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
                function,
                share: _,
                cpu_ns: _,
                cores: _,
                hot: _,
                busy: _,
            }) => self.code(function),
            Basis::Locks(Locks { sides, gap }) => {
                for LockSide { profile: _, says } in sides {
                    match says {
                        LockSays::Gap(gap) => self.gap(gap),
                        LockSays::NoDelays
                        | LockSays::Empty
                        | LockSays::Quiet
                        | LockSays::Delay(_) => {}
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
            GapCause::Damaged(why) | GapCause::LeftOut(why) => self.told(why, Text::Code),
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
            Detail::Leak(_) | Detail::Cpu(_) => {}
            Detail::Contention(ContentionDetail {
                events: _,
                window_s: _,
                since_start: _,
                waiting: _,
                all_ns: _,
                idle_ns: _,
            }) => {}
        }
        for doubt in reasons {
            match doubt {
                Doubt::BlockedThreads(function) => self.code(function),
                Doubt::Noise { bytes: _, sigma: _ }
                | Doubt::ShortWindow(_)
                | Doubt::JustStarted(_)
                | Doubt::Spread { functions: _ }
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
            | NoteFact::BusyLine {
                function,
                share: _,
                cpu_ns: _,
            }
            | NoteFact::BusyCores {
                cores: _,
                function,
                share: _,
            }
            | NoteFact::SameStack {
                goroutines: _,
                function,
            } => self.code(function),
            NoteFact::NearLimit {
                rss: _,
                limit: _,
                source,
            } => self.limit_source(source, Text::Code),
            NoteFact::OomKills {
                victims,
                in_cgroup: _,
            } => {
                for (name, _) in victims {
                    self.code(name);
                }
            }
            NoteFact::LockWaits {
                goroutines: _,
                site,
            } => {
                if let Some((site, _)) = site {
                    self.code(site);
                }
            }
            NoteFact::SteadyGrowth {
                bytes: _,
                seconds: _,
            }
            | NoteFact::Shrank { bytes: _ }
            | NoteFact::LargeHeap { bytes: _ }
            | NoteFact::AllocationRate {
                a_second: _,
                bytes: _,
                seconds: _,
            }
            | NoteFact::GcShare(_)
            | NoteFact::SmallHeap { in_use: _, rss: _ }
            | NoteFact::ManyGoroutines(_)
            | NoteFact::LocalFlare => {}
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
