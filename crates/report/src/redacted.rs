//! The report's facts with pseudonyms in place of names, before any writer sees them.
//!
//! What every text of the report is made from passes here field by field, so that all formats get
//! the same, and nothing depends on how a format escapes what it writes.

use super::model::{ProfileContent, Report, Table};
use super::redact::{Names, Redactor, Text};
use diagnose::verdict::{Detail, Finding};
use flare::Process;
use flare::status::{Check, CheckState, Instance};

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
        report.hostname = self.redactor.host(&report.hostname);
        self.prose(&mut report.source);
        let agent = &mut report.agent;
        self.all(agent.install_method.iter_mut().flat_map(|method| {
            [
                &mut method.tool,
                &mut method.tool_version,
                &mut method.installer_version,
            ]
            .into_iter()
            .flatten()
        }));
        self.all(
            [
                &mut agent.version,
                &mut agent.flavor,
                &mut agent.platform,
                &mut agent.os,
                &mut agent.kernel,
                &mut agent.architecture,
                &mut agent.go_version,
                &mut agent.python_version,
            ]
            .into_iter()
            .flatten(),
        );
        if let Some((_, source)) = &mut report.memory.limit {
            self.prose(source);
        }
        for account in &mut report.memory.accounts {
            self.process(&mut account.process);
            self.prose(&mut account.words);
        }
        for (process, story) in &mut report.memory.gc {
            self.process(process);
            self.all(story);
        }
        let around = &mut report.surroundings;
        if let Some((_, source)) = &mut around.cpu_limit {
            self.prose(source);
        }
        for kill in &mut around.oom_kills {
            self.prose(&mut kill.process);
            self.prose(&mut kill.line);
            self.all(&mut kill.cgroup);
        }
        self.all(&mut around.unhealthy);
        if let Some((_, reason)) = &mut around.restarts {
            self.all(reason);
        }
        for version in &mut around.versions {
            self.prose(&mut version.version);
        }
        self.all(report.dogstatsd.iter_mut().map(|(_, value)| value));
        if let Some(trace) = &mut report.trace_agent {
            self.all(&mut trace.error);
        }
        for check in report.checks.iter_mut().flatten() {
            self.check(check);
        }
        for problem in &mut report.check_problems {
            self.prose(&mut problem.check);
            self.all(&mut problem.about);
            self.prose(&mut problem.message);
        }
        for check in &mut report.jmx_checks {
            // Such names are made of the check's, the host's and the port: `cassandra-db1-7199`.
            self.prose(&mut check.check);
            self.all(&mut check.instance);
            self.all(&mut check.status);
            self.all(&mut check.message);
        }
        for group in report
            .goroutines
            .iter_mut()
            .flat_map(|goroutines| &mut goroutines.dump.groups)
        {
            self.prose(&mut group.state);
            for frame in group.frames.iter_mut().chain(&mut group.created_by) {
                self.code(frame);
            }
        }
        if let Some(goroutines) = &mut report.goroutines {
            self.all(&mut goroutines.dump.problem);
            self.all(goroutines.dump.by_state.iter_mut().map(|(state, _)| state));
        }
        for trace in &mut report.traces {
            self.process(&mut trace.process);
            self.prose(&mut trace.path);
        }
        for process in &mut report.processes {
            self.process(&mut process.name);
            for profile in &mut process.profiles {
                match &mut profile.content {
                    ProfileContent::Tables(tables) => {
                        for table in tables {
                            self.table(table);
                        }
                    }
                    ProfileContent::Reply(text)
                    | ProfileContent::Damaged(text)
                    | ProfileContent::LeftOut(text) => {
                        self.prose(text);
                    }
                }
            }
        }
        for silent in &mut report.silent {
            self.process(&mut silent.process);
            self.prose(&mut silent.why);
            self.prose(&mut silent.remedy);
        }
        let judgement = &mut report.judgement;
        if let Some(main) = &mut judgement.main {
            self.process(main);
        }
        for state in &mut judgement.states {
            self.process(&mut state.process);
            self.code(&mut state.text);
            self.code(&mut state.why);
            self.code(&mut state.would_change);
            for profile in &mut state.profiles {
                self.code(&mut profile.says);
            }
        }
        for finding in &mut judgement.findings {
            self.finding(finding);
        }
        for note in &mut judgement.notes {
            if let Some(process) = &mut note.process {
                self.process(process);
            }
            self.code(&mut note.text);
        }
        self.prose(&mut report.settings.owners_file);
        self.all(&mut report.settings.changes);
        for file in &mut report.files {
            file.path = self.path(&file.path);
            self.prose(&mut file.reason);
        }
        self.all(&mut report.problems);
        self.all(&mut report.creation_errors);
        report.names = super::model::KnownNames::default();
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

    fn table(&mut self, table: &mut Table) {
        for row in &mut table.rows {
            self.code(&mut row.function);
            self.code(&mut row.file);
        }
        self.code(&mut table.raw);
    }

    fn finding(&mut self, finding: &mut Finding) {
        self.process(&mut finding.process);
        for function in &mut finding.functions {
            self.all(&mut function.check);
            self.code(&mut function.function);
            self.code(&mut function.responsible);
        }
        for frame in finding
            .stacks
            .iter_mut()
            .flat_map(|stack| &mut stack.frames)
        {
            self.code(frame);
        }
        if let Detail::Contention(lock) = &mut finding.detail {
            for (site, _) in &mut lock.sites {
                self.code(site);
            }
        }
        for reason in &mut finding.reasons {
            self.code(reason);
        }
        for (_, value) in &mut finding.evidence {
            self.code(value);
        }
        self.code(&mut finding.settle);
        self.code(&mut finding.summary);
    }

    fn check(&mut self, check: &mut Check) {
        self.prose(&mut check.name);
        self.all(&mut check.version);
        for Instance {
            id,
            state,
            configuration_source,
            errors,
            warnings,
            ..
        } in &mut check.instances
        {
            self.prose(id);
            if let CheckState::Other(said) = state {
                self.prose(said);
            }
            self.all(configuration_source);
            self.all(errors);
            self.all(warnings);
        }
    }
}
