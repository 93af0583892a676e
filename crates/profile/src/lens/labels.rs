//! Sums by label: what `go tool pprof -tags` counts.

use rustc_hash::FxHashMap;

use super::view::View;
use crate::StrId;

/// What the samples of a view add up to by the text values of one label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSums {
    /// Values with their sums, largest first, equal ones by value. A sample that has the label twice
    /// counts for both.
    pub values: Vec<(String, i64)>,
    /// Sum of the samples that have the label at all.
    pub labelled: i64,
}

/// Sums by the label of that name; empty where no sample has it.
pub fn sums(view: &View, label: &str) -> LabelSums {
    let mut found: FxHashMap<(usize, StrId), i64> = FxHashMap::default();
    let mut labelled = 0_i64;
    let profiles: Vec<_> = view.subject().profiles().collect();
    view.each_stack(|stack, value| {
        let Some(profile) = profiles.get(stack.side_index) else {
            return;
        };
        let mut has_it = false;
        for row in stack.labels() {
            // A numeric label has no text.
            if row.text != StrId::default() && profile.string(row.key) == label {
                has_it = true;
                let sum = found.entry((stack.side_index, row.text)).or_default();
                *sum = sum.saturating_add(value);
            }
        }
        if has_it {
            labelled = labelled.saturating_add(value);
        }
    });
    // Two entries of a table, or of the two sides, may be one text.
    let mut values: FxHashMap<&str, i64> = FxHashMap::default();
    for ((side, text), sum) in found {
        let text = profiles
            .get(side)
            .map_or("", |profile| profile.string(text));
        let all = values.entry(text).or_default();
        *all = all.saturating_add(sum);
    }
    let mut values: Vec<(String, i64)> = values
        .into_iter()
        .map(|(text, sum)| (text.to_owned(), sum))
        .collect();
    values.sort_by(|a, b| {
        let by_sum = b.1.saturating_abs().cmp(&a.1.saturating_abs());
        by_sum.then_with(|| a.0.cmp(&b.0))
    });
    LabelSums { values, labelled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::draw;

    #[test]
    fn sums_go_by_text_and_leave_out_what_has_no_such_label() {
        let drawn = "main;cgocall 5 #check_id=crunch:1\nmain;other 3 #check_id=crunch:1 #rule_id=r\n\
                     main;cgocall 9 #check_id=tags:2\nmain;idle 40";
        let view = View::of(draw("cpu/nanoseconds", drawn).unwrap(), "").unwrap();
        let found = sums(&view, "check_id");
        assert_eq!(
            found.values,
            [("tags:2".to_owned(), 9), ("crunch:1".to_owned(), 8)]
        );
        assert_eq!(found.labelled, 17);
        assert_eq!(sums(&view, "rule_id").labelled, 3);
        assert_eq!(sums(&view, "module"), LabelSums::default());
    }

    #[test]
    fn a_difference_subtracts_by_text() {
        let new = draw("cpu/nanoseconds", "main 5 #check_id=a").unwrap();
        let base = draw("cpu/nanoseconds", "main 1 #other=b #check_id=a").unwrap();
        let view = View::diff(new, base, "").unwrap();
        assert_eq!(sums(&view, "check_id").values, [("a".to_owned(), 4)]);
    }
}
