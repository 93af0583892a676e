//! What a ticket is about, by the words that the user typed.

use std::borrow::Cow;

use super::model::Report;
use diagnose::kinds::FindingKind;
use diagnose::notable::Thing;

/// A kind of symptom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// The Agent ends and starts again.
    Restarts,
    /// It needs much memory.
    Memory,
    /// It uses much CPU.
    Cpu,
    /// It hangs, is slow or late.
    Hang,
}

/// Words of each, the most telling kind first: "OOM" is a restart by memory, and "hangs at 100% CPU" is
/// first of all CPU. A space is where a word has to begin or end: "change" is no hang.
const WORDS: [(Symptom, &[&str]); 4] = [
    (
        Symptom::Restarts,
        &[
            "oom",
            "restart",
            " crash",
            " killed",
            "exit code",
            " evict",
            "not running",
            "stops running",
        ],
    ),
    (
        Symptom::Memory,
        &["memory", "rss", "leak", "heap", " ram", "swap", "speicher"],
    ),
    (
        Symptom::Cpu,
        &["cpu", "core usage", "load average", "throttl"],
    ),
    (
        Symptom::Hang,
        &[
            " hang",
            " stuck",
            " slow",
            " late ",
            " delay",
            "deadlock",
            "unresponsive",
            "no metrics",
            "no data",
            " missing",
            " gap",
            " freez",
            "timeout",
        ],
    ),
];

impl Symptom {
    /// What these words are about; `None` where they say nothing of the kind.
    pub fn read(words: &str) -> Option<Self> {
        let words = words
            .to_lowercase()
            .replace(|letter: char| !letter.is_alphanumeric(), " ");
        let words = format!(" {words} ");
        let memory = words.contains("memory");
        WORDS
            .iter()
            .filter(|(_, signs)| signs.iter().any(|sign| words.contains(sign)))
            .map(|(symptom, _)| *symptom)
            // Memory that grows until the Agent is killed is about memory.
            .find(|symptom| *symptom != Self::Restarts || !memory)
    }

    /// Whether a thing to look at is of the kind.
    pub const fn is_about(self, thing: &Thing) -> bool {
        match self {
            Self::Memory => thing.is_memory(),
            Self::Cpu => thing.is_cpu(),
            Self::Hang => thing.is_hang(),
            Self::Restarts => thing.is_restart(),
        }
    }

    /// The kind of finding that answers it.
    pub const fn kind(self) -> Option<FindingKind> {
        match self {
            Self::Memory => Some(FindingKind::MemoryLeak),
            Self::Cpu => Some(FindingKind::CpuSpike),
            Self::Hang => Some(FindingKind::Contention),
            Self::Restarts => None,
        }
    }
}

impl Report {
    /// The same report, asked about a symptom: what is of its kind comes first, and what the flare
    /// can't answer is not closed. The link may be that of the ticket.
    pub fn asked(&self, words: &str, link: &str) -> Cow<'_, Self> {
        let symptom = Symptom::read(words);
        let ticket = ticket(link);
        if symptom.is_none() && ticket.is_none() {
            return Cow::Borrowed(self);
        }
        let mut report = self.clone();
        report.ticket = ticket;
        let Some(symptom) = symptom else {
            return Cow::Owned(report);
        };
        report.symptom = Some(symptom);
        let judgement = &mut report.judgement;
        judgement
            .notable
            .sort_by_key(|one| !symptom.is_about(&one.thing));
        let answered = judgement
            .findings
            .iter()
            .any(|finding| Some(finding.kind) == symptom.kind())
            || judgement
                .notable
                .iter()
                .any(|one| symptom.is_about(&one.thing));
        // A flare of a quiet moment answers no question about a loud one.
        judgement.closes &= answered;
        Cow::Owned(report)
    }

    /// The symptom that was asked about and that nothing in the flare answers.
    pub fn unanswered(&self) -> Option<Symptom> {
        let symptom = self.symptom?;
        let judgement = &self.judgement;
        let found = judgement
            .findings
            .iter()
            .any(|finding| Some(finding.kind) == symptom.kind());
        let mut notable = judgement.notable.iter();
        (!found && !notable.any(|one| symptom.is_about(&one.thing))).then_some(symptom)
    }
}

/// The number of a support ticket: alone, or at the end of a link to one. Other links end in numbers
/// too, which are none.
fn ticket(link: &str) -> Option<u64> {
    const DIGITS: usize = 12;
    let link = link.trim().trim_end_matches('/');
    let (before, number) = link.rsplit_once(['/', '#']).unwrap_or(("", link));
    let is_ticket = before.is_empty() || before.to_lowercase().contains("ticket");
    let is_number =
        (1..=DIGITS).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_ticket && is_number)
        .then(|| number.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_tickets() {
        for (link, expected) in [
            (
                "https://example.zendesk.com/agent/tickets/1234567",
                Some(1_234_567),
            ),
            (" 1234567 ", Some(1_234_567)),
            ("#1234567", Some(1_234_567)),
            ("https://example.net/tickets/1234567/", Some(1_234_567)),
            ("https://example.net/flares/1234567", None),
            ("https://example.atlassian.net/browse/AGENT-1234", None),
            ("https://example.net/tickets/1234567890123", None),
            ("", None),
        ] {
            assert_eq!(ticket(link), expected, "{link}");
        }
    }

    #[test]
    fn words_of_tickets() {
        for (words, expected) in [
            (
                "Agent memory grows by 11 GB per day until OOM",
                Some(Symptom::Memory),
            ),
            ("Agent uses 600% CPU", Some(Symptom::Cpu)),
            ("RSS doubles within a day", Some(Symptom::Memory)),
            ("the pod is OOMKilled every night", Some(Symptom::Restarts)),
            ("`agent status` hangs for ever", Some(Symptom::Hang)),
            ("metrics arrive late", Some(Symptom::Hang)),
            ("the Agent hangs.", Some(Symptom::Hang)),
            ("payloads are (very) late", Some(Symptom::Hang)),
            ("the customer has a question", None),
            (
                "the customer changed a template, related to the latest release",
                None,
            ),
            ("a skilled colleague asks", None),
            ("", None),
        ] {
            assert_eq!(Symptom::read(words), expected, "{words}");
        }
    }
}
