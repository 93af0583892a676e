//! Where the bars behind a table's functions lie.

use super::document::FunctionTable;

/// The values of a table, as parts of the width of its bars.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    low: f64,
    span: f64,
}

impl Axis {
    /// Zero is at the left edge, unless something shrank: then it moves right, and what is negative
    /// points left of it.
    pub fn of(table: &FunctionTable) -> Self {
        let values = || table.rows.iter().flat_map(|row| [row.flat, row.cum]);
        let low = values().min().unwrap_or(0).min(0) as f64;
        let high = if table.signed {
            values().max().unwrap_or(0).max(0)
        } else {
            table.scale
        } as f64;
        Self {
            low,
            span: high - low,
        }
    }

    /// Left edge and width of a value's bar, in percent of the whole width.
    pub fn bar(self, value: i64) -> (f64, f64) {
        let value = value as f64;
        let left = self.percent(value.min(0.0) - self.low);
        (left, self.percent(value.abs()).min(100.0 - left))
    }

    /// Where zero lies, if not at the left edge.
    pub fn zero(self) -> Option<f64> {
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
