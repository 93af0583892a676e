//! Where bars lie: behind the functions of a table, and side by side in one bar of all shares.

use super::super::document::{Bar, Share, Swatch};

/// The values of a table, as parts of the width of its bars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    low: f64,
    span: f64,
}

impl Axis {
    /// Zero is at the left edge, unless something shrank: then it moves right, and what is negative
    /// points left of it. Values are `signed` in the table of a difference.
    pub(crate) fn of(values: impl Iterator<Item = i64> + Clone, signed: bool) -> Self {
        let low = values.clone().min().unwrap_or(0).min(0) as f64;
        let high = if signed {
            values.max()
        } else {
            values.map(i64::saturating_abs).max()
        };
        Self {
            low,
            span: high.unwrap_or(0).max(0) as f64 - low,
        }
    }

    /// The bar of a value.
    pub(crate) fn bar(self, value: i64) -> Bar {
        let value = value as f64;
        let left = self.percent(value.min(0.0) - self.low);
        Bar {
            left,
            width: self.percent(value.abs()).min(100.0 - left),
        }
    }

    /// Where zero lies, if not at the left edge.
    pub(crate) fn zero(self) -> Option<f64> {
        (self.low < 0.0 && self.span > 0.0).then(|| self.percent(-self.low))
    }

    fn percent(self, part: f64) -> f64 {
        if self.span > 0.0 {
            (100.0 * part / self.span).clamp(0.0, 100.0)
        } else {
            0.0
        }
    }
}

/// Puts shares side by side in one bar: first those that have a fill of their own, then those without a
/// colour, which are one part of it together, then nobody's.
pub(super) fn placed(mut shares: Vec<Share>) -> Vec<Share> {
    let rank = |share: &Share| match share.swatch {
        Swatch::Owner(_) | Swatch::Part(_) => 0,
        Swatch::Letters(_) => 1,
        Swatch::None => 2,
    };
    let mut order: Vec<&mut Share> = shares.iter_mut().collect();
    order.sort_by_key(|share| rank(share));
    let percents: Vec<f64> = order.iter().map(|share| share.percent).collect();
    for (share, bar) in order.into_iter().zip(side_by_side(&percents)) {
        share.bar = bar;
    }
    shares
}

/// One bar of all shares, given in percent. Where profiles cancel out there are negative shares, which
/// have no width; the others are more than the whole then.
fn side_by_side(percents: &[f64]) -> Vec<Bar> {
    let width = |percent: &f64| {
        if percent.is_finite() {
            percent.clamp(0.0, 100.0)
        } else {
            0.0
        }
    };
    let whole = percents.iter().map(width).sum::<f64>().max(100.0);
    let mut left = 0.0;
    percents
        .iter()
        .map(|percent| {
            let bar = Bar {
                left,
                width: width(percent) / whole * 100.0,
            };
            left += bar.width;
            bar
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Axis, Share, Swatch, placed, side_by_side};
    use crate::document::Bar;

    fn bars(values: &[i64], signed: bool) -> Vec<(f64, f64)> {
        let axis = Axis::of(values.iter().copied(), signed);
        let bars = values.iter().map(|value| axis.bar(*value));
        bars.map(|bar| (bar.left, bar.width)).collect()
    }

    fn shares(percents: &[f64]) -> Vec<(f64, f64)> {
        let bars = side_by_side(percents).into_iter();
        bars.map(|bar| (bar.left, bar.width)).collect()
    }

    #[test]
    fn zero_moves_right_where_something_shrank() {
        assert_eq!(
            bars(&[100, 50, 0], false),
            [(0.0, 100.0), (0.0, 50.0), (0.0, 0.0)]
        );
        assert_eq!(bars(&[30, -10], true), [(25.0, 75.0), (0.0, 25.0)]);
        assert_eq!(bars(&[-10], true), [(0.0, 100.0)]);
        assert_eq!(bars(&[0, 0], false), [(0.0, 0.0); 2]);
        assert_eq!(bars(&[], true), []);
        assert_eq!(Axis::of([30, -10].into_iter(), true).zero(), Some(25.0));
        assert_eq!(Axis::of([30, 10].into_iter(), true).zero(), None);
    }

    #[test]
    fn bars_never_leave_the_axis() {
        let values = [i64::MIN, i64::MAX, 0, -1];
        for signed in [false, true] {
            for (left, width) in bars(&values, signed) {
                assert!(left >= 0.0 && width >= 0.0 && left + width <= 100.0);
            }
        }
    }

    #[test]
    fn shares_follow_each_other_and_negative_ones_have_no_width() {
        assert_eq!(
            shares(&[50.0, -10.0, 25.0, f64::NAN]),
            [(0.0, 50.0), (50.0, 0.0), (50.0, 25.0), (75.0, 0.0)]
        );
    }

    #[test]
    fn what_has_no_colour_is_one_part_and_nobody_comes_last() {
        let share = |percent, swatch| Share {
            name: String::new(),
            hint: String::new(),
            value_text: String::new(),
            value: 0,
            percent,
            percent_text: String::new(),
            bar: Bar::NONE,
            swatch,
        };
        let letters = |letters: &str| Swatch::Letters(letters.to_owned());
        let shares = placed(vec![
            share(30.0, Swatch::None),
            share(25.0, letters("AB")),
            share(20.0, Swatch::Owner(0)),
            share(15.0, letters("CD")),
            share(10.0, Swatch::Owner(5)),
        ]);
        let bars: Vec<(f64, f64)> = shares
            .iter()
            .map(|share| (share.bar.left, share.bar.width))
            .collect();
        assert_eq!(
            bars,
            [
                (70.0, 30.0),
                (30.0, 25.0),
                (0.0, 20.0),
                (55.0, 15.0),
                (20.0, 10.0)
            ]
        );
    }

    #[test]
    fn more_than_the_whole_is_made_to_fit() {
        assert_eq!(shares(&[150.0, 100.0]), [(0.0, 50.0), (50.0, 50.0)]);
    }
}
