//! What stands in `data/`: the built-in tables, and the one safe way into files of their formats.
//!
//! Refuses to know what any table means: each crate reads its own section or file into its own type.

pub mod data_file;
pub mod limits;

/// `data/thresholds.toml` without its comments.
pub const THRESHOLDS: &str = include_str!(concat!(env!("OUT_DIR"), "/thresholds.toml"));
/// `data/owners.toml` without its comments.
pub const OWNERS: &str = include_str!(concat!(env!("OUT_DIR"), "/owners.toml"));
/// `data/known_cases.toml` without its comments.
pub const KNOWN_CASES: &str = include_str!(concat!(env!("OUT_DIR"), "/known_cases.toml"));
/// `data/pipelines.toml` without its comments.
pub const PIPELINES: &str = include_str!(concat!(env!("OUT_DIR"), "/pipelines.toml"));
/// `data/transients.toml` without its comments.
pub const TRANSIENTS: &str = include_str!(concat!(env!("OUT_DIR"), "/transients.toml"));
/// `data/limits.toml` without its comments.
const LIMITS: &str = include_str!(concat!(env!("OUT_DIR"), "/limits.toml"));

#[cfg(test)]
mod tests {
    /// The build takes comments out by lines.
    #[test]
    fn tables_lose_their_comments_and_nothing_else() {
        for (source, built) in [
            (
                include_str!("../../../data/thresholds.toml"),
                super::THRESHOLDS,
            ),
            (include_str!("../../../data/owners.toml"), super::OWNERS),
            (
                include_str!("../../../data/known_cases.toml"),
                super::KNOWN_CASES,
            ),
            (include_str!("../../../data/limits.toml"), super::LIMITS),
            (
                include_str!("../../../data/pipelines.toml"),
                super::PIPELINES,
            ),
            (
                include_str!("../../../data/transients.toml"),
                super::TRANSIENTS,
            ),
        ] {
            let parsed = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
            assert_eq!(parsed(source), parsed(built));
            assert!(source.len() > built.len());
        }
    }
}
