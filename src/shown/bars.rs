//! Where bars begin and end.

use engine::protocol::{OWNER_HUES, Share};

/// The palette's index as `data-hue`; style sheets know these and no others.
pub fn hue(index: u8) -> String {
    if index < OWNER_HUES {
        index.to_string()
    } else {
        "none".to_owned()
    }
}

/// One bar of all shares: where each begins and how long it is, in percent of the bar. Where profiles
/// cancel out there are negative shares, which have no width; the others are more than the whole then.
pub fn laid_out(shares: &[Share]) -> Vec<(f64, f64)> {
    let width = |share: &Share| share.percent.clamp(0.0, 100.0);
    let whole = shares.iter().map(width).sum::<f64>().max(100.0);
    let mut left = 0.0;
    shares
        .iter()
        .map(|share| {
            let width = width(share) / whole * 100.0;
            let begin = left;
            left += width;
            (begin, width)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hue, laid_out};
    use engine::protocol::{OWNER_HUES, Share};

    fn share(percent: f64) -> Share {
        Share {
            name: String::new(),
            hint: String::new(),
            value: 0,
            value_text: String::new(),
            percent,
            percent_text: String::new(),
            hue: 0,
        }
    }

    #[test]
    fn shares_follow_each_other_and_negative_ones_have_no_width() {
        let bar = laid_out(&[share(50.0), share(-10.0), share(25.0)]);
        assert_eq!(bar, [(0.0, 50.0), (50.0, 0.0), (50.0, 25.0)]);
    }

    #[test]
    fn more_than_the_whole_is_made_to_fit() {
        let bar = laid_out(&[share(150.0), share(100.0)]);
        assert_eq!(bar, [(0.0, 50.0), (50.0, 50.0)]);
    }

    #[test]
    fn what_nobody_owns_has_no_hue() {
        assert_eq!(hue(OWNER_HUES - 1), "11");
        assert_eq!(hue(OWNER_HUES), "none");
    }
}
