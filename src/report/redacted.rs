//! The report's facts with pseudonyms in place of names, before any writer sees them.
//!
//! What every text of the report is made from passes here field by field, so that all formats get
//! the same, and nothing depends on how a format escapes what it writes.

use super::model::{ProfileContent, Report, Table};
use super::redact::{Names, Redactor, Text};
use crate::analysis::verdict::{Detail, Finding};
use crate::flare::status::{Check, Instance};

/// A redactor that knows the names of this flare.
pub fn redactor(report: &Report) -> Redactor {
    Redactor::new(Names {
        hosts: report.names.hosts.clone(),
        containers: report.names.containers.clone(),
        pods: report.names.pods.clone(),
    })
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
            [&mut agent.platform, &mut agent.os, &mut agent.kernel]
                .into_iter()
                .flatten(),
        );
        if let Some((_, source)) = &mut report.memory.limit {
            self.prose(source);
        }
        for account in &mut report.memory.accounts {
            self.prose(&mut account.words);
        }
        for (_, story) in &mut report.memory.gc {
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
        self.all(report.dogstatsd.iter_mut().map(|(_, value)| value));
        if let Some(trace) = &mut report.trace_agent {
            self.all(&mut trace.error);
        }
        for check in report.checks.iter_mut().flatten() {
            self.check(check);
        }
        for problem in &mut report.check_problems {
            self.all(&mut problem.about);
            self.prose(&mut problem.message);
        }
        for check in &mut report.jmx_checks {
            // Such names are made of the check's, the host's and the port: `cassandra-db1-7199`.
            self.all(&mut check.instance);
            self.all(&mut check.message);
        }
        for group in report
            .goroutines
            .iter_mut()
            .flat_map(|goroutines| &mut goroutines.dump.groups)
        {
            for frame in group.frames.iter_mut().chain(&mut group.created_by) {
                self.code(frame);
            }
        }
        if let Some(goroutines) = &mut report.goroutines {
            self.all(&mut goroutines.dump.problem);
        }
        for trace in &mut report.traces {
            self.prose(&mut trace.path);
        }
        for process in &mut report.processes {
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
            self.prose(&mut silent.why);
            self.prose(&mut silent.remedy);
        }
        let judgement = &mut report.judgement;
        for state in &mut judgement.states {
            self.code(&mut state.text);
            self.code(&mut state.why);
            for (_, says) in &mut state.profiles {
                self.code(says);
            }
        }
        for finding in &mut judgement.findings {
            self.finding(finding);
        }
        for note in &mut judgement.notes {
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
        for function in &mut finding.functions {
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
        self.code(&mut finding.summary);
    }

    fn check(&mut self, check: &mut Check) {
        for Instance {
            id,
            configuration_source,
            errors,
            warnings,
            ..
        } in &mut check.instances
        {
            self.prose(id);
            self.all(configuration_source);
            self.all(errors);
            self.all(warnings);
        }
    }
}
