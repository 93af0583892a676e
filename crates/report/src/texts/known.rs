//! Resemblance to public cases: told as "looks like", never as proof.

use crate::model::Resemblance;
use diagnose::known::{CaseNature, Likeness};

/// Full sentences: number, cause, remedy, and how little a resemblance proves.
pub(crate) fn resemblance(known: &Resemblance) -> String {
    let case = &known.case;
    let mut words = match (case.nature, case.references.as_slice()) {
        (CaseNature::Pattern, references) => format!(
            "Looks like a known pattern ({}; compare {}",
            case.title,
            listed("", references)
        ),
        (CaseNature::Report, [first, others @ ..]) if !others.is_empty() => format!(
            "Looks like {first} ({}; also {}",
            case.title,
            listed(first, others)
        ),
        (CaseNature::Report, _) => format!("Looks like {} ({}", case.reference(), case.title),
    };
    words.push_str(&format!(
        "; {}): {}. Remedy: {}.",
        case.status, case.cause, case.remedy
    ));
    if let Some(platform) = &case.platform {
        words.push_str(&format!(" Reported on {platform}."));
    }
    words.push_str(match known.by {
        Likeness::Stack => " This is a resemblance by stack, not a proof.",
        Likeness::StackAndVersion => " This is a resemblance by stack and version, not a proof.",
        Likeness::VersionUnknown => {
            " This is a resemblance, not a proof. The Agent's version is not known, so this rests \
             on the stack alone."
        }
    });
    words
}

/// References after `first`, each without its repository where the one before has the same.
fn listed(first: &str, references: &[String]) -> String {
    let repository = |reference: &str| match reference.split_once('#') {
        Some((repository, _)) => repository.to_owned(),
        None => String::new(),
    };
    let mut before = repository(first);
    let mut list = Vec::with_capacity(references.len());
    for reference in references {
        let own = repository(reference);
        let same = !own.is_empty() && own == before;
        list.push(
            reference
                .get(if same { own.len() } else { 0 }..)
                .unwrap_or_default(),
        );
        before = own;
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::known::KnownCases;
    use expect_test::expect;

    #[test]
    fn words() {
        let mut lines = String::new();
        for (reference, by) in [
            ("DataDog/datadog-agent#56407", Likeness::StackAndVersion),
            ("DataDog/datadog-agent#56407", Likeness::VersionUnknown),
            ("DataDog/datadog-agent#29319", Likeness::StackAndVersion),
            ("DataDog/datadog-agent#16734", Likeness::Stack),
        ] {
            let case = KnownCases::builtin()
                .iter()
                .find(|case| case.reference() == reference)
                .unwrap();
            let words = resemblance(&Resemblance {
                finding: None,
                case: case.clone(),
                by,
            });
            lines.push_str(&format!("{words}\n\n"));
        }
        expect![[r#"
            Looks like DataDog/datadog-agent#56407 (a second dogstatsd-capture leaks every packet buffer; open, fix proposed in DataDog/datadog-agent#56571): after a second dogstatsd-capture in one Agent process, packet buffers of the Unix socket are never given back to their pool: 8 KB per packet until memory runs out. Remedy: restart the Agent, and run at most one capture per Agent process. This is a resemblance by stack and version, not a proof.

            Looks like DataDog/datadog-agent#56407 (a second dogstatsd-capture leaks every packet buffer; open, fix proposed in DataDog/datadog-agent#56571): after a second dogstatsd-capture in one Agent process, packet buffers of the Unix socket are never given back to their pool: 8 KB per packet until memory runs out. Remedy: restart the Agent, and run at most one capture per Agent process. This is a resemblance, not a proof. The Agent's version is not known, so this rests on the stack alone.

            Looks like DataDog/datadog-agent#29319 (container check leaks on ECS Fargate; also #29349; fixed in 7.57.1): the container check leaks memory and CPU after a change in 7.57.0 (DataDog/datadog-agent#27471). Remedy: upgrade to 7.57.1 or later, or pin 7.56.2. Reported on ECS Fargate. This is a resemblance by stack and version, not a proof.

            Looks like a known pattern (metric contexts and their tags pile up in the aggregator; compare DataDog/datadog-agent#16734, #1852, #10132, #7594; as designed): each combination of metric name, host and tags is kept as a context until it expires; tags with many values make many contexts. Remedy: look at the context counts of the aggregator; remove tags with many values where the metrics are sent; contexts of DogStatsD counters stay for dogstatsd_expiry_seconds (300 s) longer than others, and a lower value lets them go sooner. This is a resemblance by stack, not a proof.

        "#]].assert_eq(&lines);
    }
}
