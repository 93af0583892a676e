//! What is said while a flare is being read.

use crate::screen::Stage;

/// What is done in a stage.
pub const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Opening => "Opening",
        Stage::Reading => "Reading and decoding",
        Stage::Judging => "Judging",
        Stage::Tables => "Making tables",
    }
}

#[cfg(test)]
mod tests {
    use crate::screen::Stage;

    #[test]
    fn stages_follow_each_other_and_end_with_all_of_the_time() {
        use Stage::{Judging, Opening, Reading, Tables};
        let stages = [Opening, Reading, Judging, Tables];
        let mut over = 0;
        for stage in stages {
            assert_eq!(stage.permille(0, 0), over, "{stage:?} begins elsewhere");
            let half = stage.permille(1, 2);
            let all = stage.permille(u64::MAX, u64::MAX);
            assert!(over < half && half < all, "{stage:?} does not move");
            assert_eq!(stage.permille(9, 3), all);
            over = all;
        }
        assert_eq!(over, 1000);
    }
}
