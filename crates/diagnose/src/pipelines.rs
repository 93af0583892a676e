//! Stages of the Agent's pipelines: who hands things on to whom.
//!
//! Data, not code: `data/pipelines.toml` describes its format. Works on names only.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::owner::{self, Pattern};
use tables::data_file;

/// Stages that wait for less than this part of all the waiting are not what holds things up.
const WAITS: f64 = 0.1;

/// A stage in [`Pipelines`]: its pipeline, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageId {
    pipeline: usize,
    place: usize,
}

/// All pipelines.
#[derive(Clone, Debug)]
pub struct Pipelines {
    module: String,
    pipelines: Vec<Pipeline>,
}

#[derive(Clone, Debug)]
struct Pipeline {
    name: String,
    stages: Vec<Stage>,
}

#[derive(Clone, Debug)]
struct Stage {
    name: String,
    frames: Vec<Pattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    #[serde(rename = "schema")]
    _schema: u32,
    module: String,
    pipeline: Vec<FilePipeline>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePipeline {
    name: String,
    stage: Vec<FileStage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStage {
    name: String,
    frames: Vec<String>,
}

impl Pipelines {
    /// The table that comes with this version, which nobody can replace. Parsed once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Pipelines> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let file: FileTable = data_file::read_compact(tables::PIPELINES)
                .expect("data/pipelines.toml is part of the program and parsed by a test");
            let stage = |stage: FileStage| Stage {
                name: stage.name,
                frames: stage
                    .frames
                    .iter()
                    .map(|frame| Pattern::parse(frame).expect("a test reads every pattern"))
                    .collect(),
            };
            Self {
                module: file.module,
                pipelines: file
                    .pipeline
                    .into_iter()
                    .map(|pipeline| Pipeline {
                        name: pipeline.name,
                        stages: pipeline.stage.into_iter().map(stage).collect(),
                    })
                    .collect(),
            }
        })
    }

    /// The stage that a function belongs to.
    pub fn stage(&self, function: &str) -> Option<StageId> {
        let path = owner::import_path(function);
        let path = owner::below(&path, &self.module)?;
        let (_, symbol) = owner::split_name(function);
        let stages = self.pipelines.iter().enumerate().flat_map(|(at, one)| {
            one.stages.iter().enumerate().map(move |(place, stage)| {
                let id = StageId {
                    pipeline: at,
                    place,
                };
                (id, stage)
            })
        });
        stages
            .filter(|(_, stage)| {
                let mut frames = stage.frames.iter();
                frames.any(|pattern| pattern.matches(path, symbol))
            })
            .map(|(id, _)| id)
            .next()
    }

    /// Name of a stage's pipeline.
    pub fn pipeline(&self, stage: StageId) -> &str {
        self.pipelines
            .get(stage.pipeline)
            .map_or("", |pipeline| pipeline.name.as_str())
    }

    /// Name of a stage.
    pub fn name(&self, stage: StageId) -> &str {
        self.pipelines
            .get(stage.pipeline)
            .and_then(|pipeline| pipeline.stages.get(stage.place))
            .map_or("", |stage| stage.name.as_str())
    }

    /// The stage behind those that wait to hand something on, with how long each did: it is what
    /// they wait for. `None` where the last one waits, or none does.
    pub fn first_that_works(&self, waits: &BTreeMap<StageId, i64>) -> Option<StageId> {
        let all: i64 = waits
            .values()
            .fold(0, |sum, wait| sum.saturating_add(*wait));
        let (heaviest, _) = waits.iter().max_by_key(|(_, wait)| **wait)?;
        let last = waits
            .iter()
            .filter(|(stage, wait)| {
                stage.pipeline == heaviest.pipeline && **wait as f64 >= all as f64 * WAITS
            })
            .map(|(stage, _)| *stage)
            .max()?;
        let next = StageId {
            place: last.place + 1,
            ..last
        };
        let stages = &self.pipelines.get(next.pipeline)?.stages;
        stages.get(next.place).map(|_| next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: &str = "github.com/DataDog/datadog-agent/";

    fn told(function: &str) -> Option<(&'static str, &'static str)> {
        let table = Pipelines::builtin();
        let stage = table.stage(function)?;
        Some((table.pipeline(stage), table.name(stage)))
    }

    #[test]
    fn functions_and_their_stages() {
        for (function, expected) in [
            (
                "pkg/logs/tailers/file.(*Tailer).forwardMessages",
                Some(("logs", "tailer")),
            ),
            (
                "pkg/logs/processor.(*Processor).run",
                Some(("logs", "processor")),
            ),
            (
                "pkg/aggregator.(*checkSender).sendMetricSample",
                Some(("metrics", "receiver")),
            ),
            (
                "pkg/aggregator.(*TimeSampler).sample",
                Some(("metrics", "aggregator")),
            ),
            ("pkg/logs/message.NewMessage", None),
        ] {
            assert_eq!(told(&format!("{AGENT}{function}")), expected, "{function}");
        }
        assert_eq!(told("example.com/pkg/logs/processor.Run"), None);
    }

    #[test]
    fn what_waits_is_not_what_is_slow() {
        let table = Pipelines::builtin();
        let stage = |function: &str| table.stage(&format!("{AGENT}{function}")).unwrap();
        let tailer = stage("pkg/logs/tailers/file.(*Tailer).forwardMessages");
        let decoder = stage("pkg/logs/internal/decoder.(*decoderImpl).run");
        let sender = stage("pkg/logs/sender.(*batchStrategy).Start.func1");
        let slow = |waits: &[(StageId, i64)]| {
            let found = table.first_that_works(&waits.iter().copied().collect())?;
            Some(table.name(found))
        };
        assert_eq!(slow(&[(tailer, 28), (decoder, 25)]), Some("processor"));
        // A short wait further on is no reason.
        assert_eq!(
            slow(&[(tailer, 280), (decoder, 250), (sender, 4)]),
            Some("processor")
        );
        assert_eq!(slow(&[(tailer, 28), (sender, 25)]), Some("destination"));
        assert_eq!(slow(&[]), None);
        let writer = stage("pkg/trace/writer.(*TraceWriter).flush");
        assert_eq!(slow(&[(writer, 1)]), None);
    }
}
