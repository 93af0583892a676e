//! Every case with a sighting that fits and one that nearly does, and how the file is read.

use expect_test::{Expect, expect};

use super::*;

/// First reference; sightings that fit; sightings that nearly do.
///
/// A sighting is written `kind process version os | share leaf;caller;caller | ...` with `-` for
/// what is not known and `~` for the Agent's module. Shares are in percent.
const EXAMPLES: &[(&str, &[&str], &[&str])] = &[
    (
        "DataDog/datadog-agent#56407",
        &[
            "memory-leak core 7.83.1 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~pkg/util/sync.(*TypedPool[...]).Get;~comp/dogstatsd/packets.(*Pool).Get;~comp/dogstatsd/packets.(*PoolManager[...]).Get;~comp/dogstatsd/listeners.(*UDSListener).handleConnection;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen | 1 internal/sync.(*HashTrieMap[...]).Swap;~comp/dogstatsd/packets.(*PoolManager[...]).Put",
            "memory-leak core 7.70.0 - | 30 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSStreamListener).listen | 20 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSListener).handleConnection",
        ],
        &[
            "memory-leak core 7.69.4 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen",
            "memory-leak core 7.70.0-rc.2 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen",
            "memory-leak core 7.83.1 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDPListener).listen",
            "memory-leak core 7.83.1 linux | 49 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen | 51 fmt.Sprintf",
            "cpu-spike core 7.83.1 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen",
            "memory-leak trace 7.83.1 linux | 98.7 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDSDatagramListener).listen",
        ],
    ),
    (
        "DataDog/documentation#7248",
        &[
            "memory-leak core 7.81.3 linux | 80 ~comp/dogstatsd/packets.NewPool.func1;~comp/dogstatsd/listeners.(*UDPListener).listen",
            "memory-leak core 7.30.0 linux | 80 ~pkg/dogstatsd/packets.NewPool.func1;sync.(*Pool).Get",
        ],
        &[
            "memory-leak core 6.0.3 linux | 80 ~pkg/dogstatsd/listeners.NewPacketPool.func1",
            "memory-leak core 7.81.3 linux | 80 ~comp/dogstatsd/packets.NewPoolManager",
        ],
    ),
    (
        "DataDog/datadog-agent#1852",
        &[
            "cpu-spike core 7.81.3 linux | 22 ~pkg/tagset.(*HashGenerator).Hash;~pkg/aggregator.(*timestampContextResolver).trackContext;~pkg/aggregator.(*TimeSampler).sample;~pkg/aggregator.(*timeSamplerWorker).run | 15 ~comp/dogstatsd/server.(*parser).parseMetricSample;~comp/dogstatsd/server.(*worker).run | 30 runtime.gcBgMarkWorker",
        ],
        &[
            // The aggregator is busy, but with checks.
            "cpu-spike core 7.81.3 linux | 80 ~pkg/aggregator.(*countBasedContextResolver).trackContext;~pkg/aggregator.(*CheckSampler).addSample;~pkg/aggregator.(*BufferedAggregator).handleSenderSample",
            // Traffic without contexts.
            "cpu-spike core 7.81.3 linux | 70 ~comp/dogstatsd/server.(*parser).parseMetricSample;~comp/dogstatsd/server.(*worker).run | 5 ~pkg/aggregator.(*TimeSampler).sample",
            "cpu-spike core 6.0.3 linux | 80 ~pkg/aggregator.(*TimeSampler).sample",
            // The same stack, in the heap.
            "memory-leak core 7.81.3 linux | 80 ~pkg/aggregator.(*TimeSampler).sample",
        ],
    ),
    (
        "DataDog/datadog-agent#16734",
        &[
            "memory-leak core 7.81.3 linux | 58 ~pkg/aggregator.(*timestampContextResolver).trackContext | 18 ~pkg/aggregator/internal/tags.(*Store).Insert;~pkg/aggregator.(*contextResolver).trackContext",
        ],
        &[
            "memory-leak core 7.81.3 linux | 90 ~pkg/metrics.(*ContextMetrics).AddSample;~pkg/aggregator.(*CheckSampler).addSample",
            "memory-leak core 7.81.3 linux | 39 ~pkg/aggregator.(*timestampContextResolver).trackContext",
        ],
    ),
    (
        "DataDog/datadog-agent#6654",
        &[
            "memory-leak core 7.81.3 linux | 35 net/http.Header.Clone;~comp/forwarder/defaultforwarder/impl.(*DefaultForwarder).createAdvancedHTTPTransactions;~comp/forwarder/defaultforwarder/impl.(*DefaultForwarder).SubmitSeries",
            "memory-leak core 7.45.0 linux | 60 ~comp/forwarder/defaultforwarder/internal/retry.(*TransactionRetryQueue).Add;~comp/forwarder/defaultforwarder.(*domainForwarder).requeueTransaction",
        ],
        &[
            // Sending, not waiting.
            "memory-leak core 7.81.3 linux | 60 bufio.NewWriterSize;net/http.(*Transport).dialConn;~comp/forwarder/defaultforwarder/transaction.(*HTTPTransaction).internalProcess;~comp/forwarder/defaultforwarder/internal/retry.process",
            // Serializing.
            "memory-leak core 7.81.3 linux | 90 bytes.growSlice;~pkg/serializer/internal/stream.NewCompressor;~pkg/serializer.(*Serializer).SendIterableSeries",
        ],
    ),
    (
        "DataDog/datadog-agent#29319",
        &[
            "memory-leak core 7.57.0 linux | 60 ~pkg/collector/corechecks/containers/generic.(*Processor).Run;~pkg/collector/corechecks/containers/generic.(*ContainerCheck).Run",
            "cpu-spike core 7.57.0 - | 30 runtime.mallocgc;~pkg/collector/corechecks/containers/generic.(*ContainerCheck).Run",
        ],
        &[
            "memory-leak core 7.57.1 linux | 60 ~pkg/collector/corechecks/containers/generic.(*Processor).Run",
            "memory-leak core 7.57.0-rc.1 linux | 60 ~pkg/collector/corechecks/containers/generic.(*Processor).Run",
            "memory-leak core 7.57.0 linux | 60 ~pkg/collector/corechecks/containerimage.(*Check).Run",
        ],
    ),
    (
        "DataDog/datadog-agent#9129",
        &[
            "memory-leak core 7.31.1 linux | 45 ~pkg/autodiscovery.(*store).setTaggerHashForService;~pkg/autodiscovery.(*AutoConfig).processNewService",
        ],
        &[
            "memory-leak core 7.32.0 linux | 45 ~pkg/autodiscovery.(*AutoConfig).processNewService",
            "memory-leak core 7.31.1 linux | 90 ~pkg/metrics.ContextMetrics.AddSample;~pkg/aggregator.(*CheckSampler).addSample",
        ],
    ),
    (
        "DataDog/datadog-agent#43123",
        &[
            "memory-leak datadog-cluster-agent 7.70.2 linux | 55 k8s.io/apimachinery/pkg/apis/meta/v1/unstructured.UnstructuredJSONScheme.unstructured;k8s.io/client-go/rest/watch.(*Decoder).Decode;k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive | 4 ~pkg/collector/corechecks/cluster/orchestrator.(*TerminatedResourceBundle).Add;k8s.io/client-go/tools/cache.(*processorListener).run.func1",
        ],
        &[
            "memory-leak datadog-cluster-agent 7.74.0 linux | 55 k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive | 4 ~pkg/collector/corechecks/cluster/orchestrator.(*TerminatedResourceBundle).Add",
            // Informers without the bundle.
            "memory-leak datadog-cluster-agent 7.70.2 linux | 55 k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive",
        ],
    ),
    (
        "DataDog/datadog-agent#21726",
        &[
            "memory-leak datadog-cluster-agent 7.46.0 linux | 70 k8s.io/api/core/v1.(*Pod).Unmarshal;k8s.io/client-go/tools/cache.(*Reflector).list.func1",
            "memory-leak core 7.81.3 linux | 70 k8s.io/kube-state-metrics/v2/pkg/metric_generator.(*FamilyGenerator).Generate;~pkg/kubestatemetrics/store.(*MetricsStore).Add",
        ],
        &[
            "memory-leak datadog-cluster-agent 7.46.0 linux | 90 k8s.io/client-go/rest.(*Request).Do;~pkg/util/kubernetes/apiserver.(*APIClient).GetNodes",
            "memory-leak trace 7.46.0 linux | 70 k8s.io/client-go/tools/cache.(*Reflector).list.func1",
        ],
    ),
    (
        "DataDog/datadog-agent#8467",
        &[
            "memory-leak core 7.30.1 linux | 50 ~pkg/tagger/local.(*tagStore).processTagInfo",
            "memory-leak process 7.81.3 linux | 50 ~comp/core/tagger/impl-remote.(*tagStore).processEvents;~comp/core/tagger/impl-remote.(*remoteTagger).run",
        ],
        &[
            "memory-leak core 7.30.1 linux | 50 ~pkg/tagset.(*HashlessTagsAccumulator).Append;~comp/core/tagger/impl.(*localTagger).Tag",
            "contention core 7.81.3 linux | 90 sync.(*Mutex).Unlock;~comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo",
        ],
    ),
    (
        "DataDog/datadog-agent#13678",
        &[
            "memory-leak core 7.38.0 linux | 50 ~pkg/workloadmeta.(*store).handleEvents",
            "memory-leak core 7.81.3 linux | 50 ~comp/core/workloadmeta/collectors/internal/kubelet.(*collector).Pull;~comp/core/workloadmeta/impl.(*workloadmeta).pull.func1",
        ],
        &[
            "memory-leak core 7.81.3 linux | 20 ~comp/core/workloadmeta/impl.(*workloadmeta).handleEvents | 80 fmt.Sprintf",
        ],
    ),
    (
        "DataDog/datadog-agent#13149",
        &[
            "goroutines core 7.39.0-rc.3 linux | 60 time.Sleep;~pkg/logs/internal/tailers/file.(*Tailer).wait;~pkg/logs/internal/tailers/file.(*Tailer).readForever",
        ],
        &[
            "goroutines core 7.39.0 linux | 60 ~pkg/logs/internal/tailers/file.(*Tailer).readForever",
            "goroutines core 7.38.2 linux | 60 ~pkg/logs/internal/tailers/file.(*Tailer).readForever",
        ],
    ),
    (
        "DataDog/datadog-agent#41722",
        &[
            "goroutines core 7.71.2 linux | 40 ~pkg/logs/tailers/file.(*Tailer).StopAfterFileRotation.func1",
            "memory-leak core 7.71.2 linux | 20 ~pkg/logs/tailers/file.NewTailer;~pkg/logs/tailers/file.(*Tailer).NewRotatedTailer | 20 ~pkg/logs/internal/decoder.New;~pkg/logs/launchers/file.(*Launcher).createRotatedTailer",
        ],
        &[
            "goroutines core 7.73.0 linux | 40 ~pkg/logs/tailers/file.(*Tailer).StopAfterFileRotation.func1",
            // Healthy: it waits out its timeout.
            "goroutines core 7.71.2 linux | 40 time.Sleep;~pkg/logs/tailers/file.(*Tailer).StopAfterFileRotation.func1",
            "memory-leak core 7.71.2 linux | 62 ~pkg/logs/internal/decoder.(*MultiLineHandler).process",
        ],
    ),
    (
        "DataDog/datadog-agent#23085",
        &[
            "memory-leak trace 7.51.1 linux | 70 go.opentelemetry.io/collector/pdata/internal/data/protogen/trace/v1.(*Span).Unmarshal;go.opentelemetry.io/collector/pdata/internal/data/protogen/collector/trace/v1._TraceService_Export_Handler;google.golang.org/grpc.(*Server).processUnaryRPC",
            "memory-leak trace 7.40.0 linux | 70 ~pkg/trace/api.(*OTLPReceiver).convertSpan;~pkg/trace/api.(*OTLPReceiver).ReceiveResourceSpans",
        ],
        &[
            "memory-leak trace 7.52.0 linux | 70 ~pkg/trace/api.(*OTLPReceiver).ReceiveResourceSpans",
            "memory-leak trace 7.51.1 linux | 70 ~pkg/trace/api.(*HTTPReceiver).handleTraces",
        ],
    ),
    (
        "open-telemetry/opentelemetry-collector-contrib#30828",
        &[
            "memory-leak otel-agent - - | 74 github.com/DataDog/sketches-go/ddsketch/store.(*DenseStore).extendRange;~pkg/trace/stats.(*RawBucket).add;~pkg/trace/stats.(*Concentrator).addNow;~pkg/trace/stats.(*Concentrator).Add",
            "memory-leak trace 7.81.3 linux | 74 ~pkg/trace/stats.newGroupedStats;~pkg/trace/stats.(*SpanConcentrator).addSpan",
        ],
        &[
            "memory-leak trace 7.81.3 linux | 74 ~pkg/trace/stats.(*ClientStatsAggregator).add",
            "memory-leak trace 7.81.3 linux | 40 ~pkg/trace/stats.(*Concentrator).Add",
        ],
    ),
    (
        "open-telemetry/opentelemetry-collector-contrib#39959",
        &[
            "memory-leak otel-agent - linux | 25 ~pkg/util/log.addLogToBuffer;~pkg/util/log.logWithError;~pkg/util/log.Warn;~pkg/obfuscate.(*Obfuscator).ObfuscateSQLStringWithOptions",
        ],
        &[
            // A line that is being written, not kept: the leaf is elsewhere.
            "memory-leak core 7.81.3 linux | 60 bytes.growSlice;~pkg/util/scrubber.(*Scrubber).ScrubBytes;~pkg/util/log.(*DatadogLogger).scrub;~pkg/util/log.Warn",
            "memory-leak core 7.81.3 linux | 60 ~pkg/util/log/setup.SetupLogger",
        ],
    ),
    (
        "Agent 7.85.3",
        &[
            "memory-leak trace 7.84.1 linux | 95 ~pkg/proto/pbgo/trace.(*Traces).UnmarshalMsg;~pkg/trace/api.decodeRequest",
        ],
        &[
            "memory-leak trace 7.85.3 linux | 95 ~pkg/proto/pbgo/trace.(*Traces).UnmarshalMsg",
            // What every payload makes.
            "memory-leak trace 7.84.1 linux | 60 ~pkg/proto/pbgo/trace.(*Trace).UnmarshalMsg;~pkg/proto/pbgo/trace.(*Traces).UnmarshalMsg | 40 ~pkg/proto/pbgo/trace.(*Span).UnmarshalMsg;~pkg/proto/pbgo/trace.(*Traces).UnmarshalMsg",
        ],
    ),
    (
        "DataDog/datadog-agent#6289",
        &[
            "cpu-spike trace 7.60.1 linux | 50 ~pkg/obfuscate.(*SQLTokenizer).Scan;~pkg/obfuscate.attemptObfuscation;~pkg/obfuscate.(*Obfuscator).ObfuscateSQLString",
            "cpu-spike trace 7.20.0 linux | 50 ~pkg/trace/obfuscate.(*SQLTokenizer).Scan",
        ],
        &[
            "cpu-spike trace 7.61.0 linux | 50 ~pkg/obfuscate.(*SQLTokenizer).Scan",
            "cpu-spike trace 7.60.1 linux | 50 ~pkg/obfuscate.QuantizePeerIPAddresses",
        ],
    ),
    (
        "DataDog/datadog-agent#51661",
        &[
            "cpu-spike core 7.78.0 linux | 35 encoding/json.(*decodeState).object;encoding/json.Unmarshal;~pkg/collector/python.ObfuscateSQL;_cgoexp_85dd544d8966_ObfuscateSQL",
        ],
        &[
            "cpu-spike core 7.78.0 linux | 60 github.com/DataDog/go-sqllexer.(*Lexer).Scan;~pkg/obfuscate.(*Obfuscator).ObfuscateSQLStringWithOptions;~pkg/collector/python.ObfuscateSQL",
            "cpu-spike core 7.78.0 linux | 60 encoding/json.Unmarshal;~pkg/collector/python.ObfuscateSQLExecPlan",
        ],
    ),
    (
        "DataDog/datadog-agent#33015",
        &[
            "memory-leak trace 7.61.0 linux | 50 strings.(*Builder).String;~pkg/obfuscate.(*Obfuscator).ObfuscateSQLStringWithOptions;~pkg/trace/agent.(*Agent).obfuscateSpan",
        ],
        &[
            "memory-leak trace 7.60.1 linux | 50 ~pkg/obfuscate.(*Obfuscator).ObfuscateSQLStringWithOptions",
            "memory-leak core 7.61.0 linux | 50 github.com/dgraph-io/ristretto.(*lockedMap).Update",
        ],
    ),
    (
        "DataDog/datadog-agent#34364",
        &[
            "memory-leak system-probe 7.64.0-rc.4 linux | 80 github.com/DataDog/go-sqllexer.(*Lexer).Scan;~pkg/obfuscate.(*Obfuscator).ObfuscateWithSQLLexer;~pkg/network/protocols/postgres.(*EventWrapper).extractTableName",
        ],
        &[
            "memory-leak system-probe 7.64.0 linux | 80 github.com/DataDog/go-sqllexer.(*Lexer).Scan",
            "memory-leak system-probe 7.64.0-rc.4 linux | 80 ~pkg/network/protocols/postgres.(*EventWrapper).extractTableName",
        ],
    ),
    (
        "DataDog/datadog-agent#32709",
        &[
            "memory-leak process 7.61.0 linux | 50 bufio.NewReaderSize;net/http.(*Transport).dialConn;net/http.(*Transport).dialConnFor | 2 ~pkg/system-probe/api/client.get;~pkg/networkpath/traceroute.New",
            "memory-leak core 7.62.0-rc.2 linux | 31 ~pkg/networkpath/traceroute.New",
        ],
        &[
            "memory-leak process 7.62.0 linux | 50 net/http.(*Transport).dialConn | 2 ~pkg/networkpath/traceroute.New",
            // Connections of somebody else.
            "memory-leak process 7.61.0 linux | 50 net/http.(*Transport).dialConn",
        ],
    ),
    (
        "DataDog/datadog-agent#7209",
        &[
            "memory-leak system-probe 7.25.0 linux | 40 ~pkg/security/probe.(*ProcessResolver).insertForkEntry;~pkg/security/probe.(*ProcessResolver).AddForkEntry",
        ],
        &[
            "memory-leak system-probe 7.26.0 linux | 40 ~pkg/security/probe.(*ProcessResolver).AddForkEntry",
            "memory-leak system-probe 7.25.0 linux | 40 ~pkg/security/probe.(*DentryResolver).Resolve",
        ],
    ),
    (
        "DataDog/datadog-agent#6444",
        &[
            "cpu-spike system-probe 7.23.1 linux | 65 syscall.Syscall6;~pkg/network/netlink.(*Socket).recvmsg;~pkg/network/netlink.(*Consumer).receive",
        ],
        &[
            "cpu-spike system-probe 7.25.0 linux | 65 ~pkg/network/netlink.(*Consumer).receive",
            "cpu-spike system-probe 7.23.1 linux | 65 ~pkg/network/tracer.(*Tracer).getConnections",
        ],
    ),
    (
        "DataDog/datadog-agent#22264",
        &[
            "memory-leak process 7.51.1 linux | 70 ~pkg/process/procutil.(*probe).parseStatus;~pkg/process/procutil.(*probe).ProcessesByPID",
        ],
        &[
            "memory-leak process 7.52.0 linux | 70 ~pkg/process/procutil.(*probe).ProcessesByPID",
            "memory-leak process 7.51.1 linux | 70 ~pkg/process/checks.(*ContainerCheck).Run",
        ],
    ),
    (
        "DataDog/datadog-agent#6539",
        &[
            "cpu-spike core 7.23.0 darwin | 85 runtime.kevent;runtime.netpoll;runtime.findrunnable",
            "cpu-spike core 6.23.0 darwin | 85 runtime.usleep;runtime.osyield",
        ],
        &[
            "cpu-spike core 7.23.1 darwin | 85 runtime.kevent;runtime.netpoll",
            "cpu-spike core 7.23.0 linux | 85 runtime.futex;runtime.netpoll",
            "cpu-spike core 7.23.0 - | 85 runtime.kevent;runtime.netpoll",
            "cpu-spike core 7.23.0 darwin | 85 runtime.scanobject;runtime.gcDrain;runtime.gcBgMarkWorker",
        ],
    ),
    (
        "DataDog/datadog-agent#47244",
        &[
            "contention core 7.77.0 linux | 50 sync.(*RWMutex).Unlock;~comp/collector/collector/impl.(*collectorImpl).RunCheck",
            "contention core 7.45.0 linux | 50 sync.(*RWMutex).Lock;~pkg/collector.(*collector).StopCheck",
        ],
        &[
            "contention core 7.77.0 linux | 90 sync.(*RWMutex).RUnlock;~comp/collector/collector/impl.(*collectorImpl).GetChecks",
            "contention core 7.77.0 linux | 90 sync.(*Mutex).Unlock;~pkg/collector/runner.(*Runner).StopCheck",
        ],
    ),
];

/// A sighting that owns what it is made of.
struct Drawn {
    kind: CaseKind,
    process: Process,
    version: Option<String>,
    os: Option<String>,
    stacks: Vec<(f64, Vec<String>)>,
}

impl Drawn {
    fn new(text: &str) -> Self {
        let mut parts = text.split(" | ");
        let head: Vec<&str> = parts.next().expect("a head").split(' ').collect();
        let [kind, process, version, os] = head[..] else {
            panic!("not `kind process version os`: {text}");
        };
        let known = |word: &str| (word != "-").then(|| word.to_owned());
        Self {
            kind: match kind {
                "memory-leak" => CaseKind::MemoryLeak,
                "cpu-spike" => CaseKind::CpuSpike,
                "contention" => CaseKind::Contention,
                "goroutines" => CaseKind::Goroutines,
                other => panic!("no kind: {other}"),
            },
            process: Process::parse(process),
            version: known(version),
            os: known(os),
            stacks: parts
                .map(|stack| {
                    let (share, frames) = stack.split_once(' ').expect("share and frames");
                    let share: f64 = share.parse().expect("a share");
                    let frames = frames
                        .split(';')
                        .map(|frame| frame.replace('~', "github.com/DataDog/datadog-agent/"))
                        .collect();
                    (share / 100.0, frames)
                })
                .collect(),
        }
    }

    fn with<T>(&self, look: impl FnOnce(&Sighting<'_>) -> T) -> T {
        let stacks: Vec<(f64, Vec<&str>)> = self
            .stacks
            .iter()
            .map(|(share, frames)| (*share, frames.iter().map(String::as_str).collect()))
            .collect();
        look(&Sighting {
            kind: self.kind,
            process: &self.process,
            stacks: &stacks,
            version: self.version.as_deref(),
            os: self.os.as_deref(),
        })
    }

    /// First references of the matches, in their order.
    fn matches(&self) -> Vec<&'static str> {
        self.with(|sighting| {
            let found = KnownCases::builtin().matching(sighting);
            found.iter().map(|found| found.case.reference()).collect()
        })
    }
}

#[test]
fn every_case_has_a_sighting_and_a_near_miss() {
    let cases: Vec<&str> = KnownCases::builtin()
        .iter()
        .map(KnownCase::reference)
        .collect();
    for case in &cases {
        let examples: Vec<_> = EXAMPLES.iter().filter(|(of, ..)| of == case).collect();
        assert_eq!(examples.len(), 1, "{case}");
        for (_, fit, near) in examples {
            assert!(!fit.is_empty() && !near.is_empty(), "{case}");
        }
    }
    assert_eq!(EXAMPLES.len(), cases.len());
}

#[test]
fn sightings_fit() {
    for (case, fit, _) in EXAMPLES {
        for text in *fit {
            let found = Drawn::new(text).matches();
            assert!(found.contains(case), "{case}: {text}: {found:?}");
        }
    }
}

#[test]
fn near_misses_do_not() {
    for (case, _, near) in EXAMPLES {
        for text in *near {
            let found = Drawn::new(text).matches();
            assert!(!found.contains(case), "{case}: {text}");
        }
    }
}

/// A sighting of one case that is another's as well has to be meant so.
#[test]
fn sightings_that_fit_several_cases() {
    let mut lines = String::new();
    for (case, fit, _) in EXAMPLES {
        for text in *fit {
            let found = Drawn::new(text).matches();
            if found != [*case] {
                lines.push_str(&format!("{case}: {}\n", found.join(", ")));
            }
        }
    }
    expect![[r#"
        DataDog/datadog-agent#56407: DataDog/datadog-agent#56407, DataDog/documentation#7248
        DataDog/datadog-agent#56407: DataDog/datadog-agent#56407, DataDog/documentation#7248
        DataDog/datadog-agent#43123: DataDog/datadog-agent#43123, DataDog/datadog-agent#21726
    "#]]
    .assert_eq(&lines);
}

/// Wherever a version decides, its absence must not: the stack is then all there is.
#[test]
fn without_a_version_the_stack_decides() {
    for (case, fit, _) in EXAMPLES {
        for text in *fit {
            let mut drawn = Drawn::new(text);
            drawn.version = None;
            drawn.with(|sighting| {
                let found = KnownCases::builtin().matching(sighting);
                let found = found.iter().find(|found| found.case.reference() == *case);
                let found = found.unwrap_or_else(|| panic!("{case}: {text}"));
                assert_ne!(found.by, Likeness::StackAndVersion, "{case}");
            });
        }
    }
}

/// Names that only start or end like a pattern, copies in `/vendor/`, and damaged shares.
#[test]
fn names_and_shares() {
    let sighting = |share: f64, frame: &str| {
        let mut drawn = Drawn::new("memory-leak trace 7.51.0 linux");
        drawn.stacks = vec![(share, vec![frame.to_owned()])];
        drawn.matches()
    };
    let agent = "github.com/DataDog/datadog-agent/pkg/trace/api.(*OTLPReceiver).Export";
    assert_eq!(sighting(0.5, agent), ["DataDog/datadog-agent#23085"]);
    let vendored = format!("github.com/signalfx/splunk/vendor/{agent}");
    assert_eq!(sighting(0.5, &vendored), ["DataDog/datadog-agent#23085"]);
    for other in [
        "pkg/trace/api.(*OTLPReceiver).Export",
        "github.com/DataDog/datadog-agent-fork/pkg/trace/api.(*OTLPReceiver).Export",
        "github.com/DataDog/datadog-agent/pkg/trace/api2.(*OTLPReceiver).Export",
        "github.com/DataDog/datadog-agent/pkg/trace/api/internal.(*OTLPReceiver).Export",
        "github.com/DataDog/datadog-agent/pkg/trace/api.(*OTLPReceivers).Export",
        "github.com/DataDog/datadog-agent/pkg/trace/api.OTLPReceiver",
        "[libpython3.13.so]",
        "",
    ] {
        assert_eq!(sighting(0.5, other), [""; 0], "{other}");
    }
    for share in [0.49, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(sighting(share, agent), [""; 0], "{share}");
    }
    let none = Drawn::new("memory-leak trace 7.51.0 linux");
    assert_eq!(none.matches(), [""; 0]);
}

#[test]
fn texts_are_clauses() {
    for case in KnownCases::builtin().iter() {
        for text in [&case.title, &case.cause, &case.remedy, &case.status] {
            assert!(!text.ends_with('.'), "{}: {text}", case.reference());
            assert_eq!(text.trim(), text, "{}", case.reference());
        }
    }
}

#[test]
fn versions() {
    let parse = |text: &str| Version::parse(text).unwrap_or_else(|| panic!("{text}"));
    let rising = [
        "6.23.0",
        "7.9.10",
        "7.10.0-rc.1",
        "7.10.0",
        "7.10.1-devel+git.1.abc",
        "7.10.1",
    ];
    assert!(rising.map(parse).is_sorted_by(|a, b| a < b));
    for (one, other) in [
        ("7.71.2", "v7.71.2"),
        ("7.71.0", "7.71"),
        ("7.71.2", "7.71.2+commit.2270e4d"),
        ("7.72.0-rc.3", "7.72.0-devel+git.1.a-b"),
    ] {
        assert_eq!(parse(one), parse(other), "{other}");
    }
    for text in [
        "",
        "7",
        "seven",
        "7.x.1",
        "7.1.2.3",
        "-7.1.2",
        "7..2",
        "7.1.99999999999",
    ] {
        assert_eq!(Version::parse(text), None, "{text}");
    }
}

// ---- reading the file

const SMALL: &str = r#"schema = 1
date = "2026-11"
source = "test"
module = "example.com/agent"

[[case]]
reference = "a/b#1"
title = "t"
kinds = ["memory-leak"]
processes = ["core"]
versions = [{ from = "7.1.0", before = "7.2.0" }]
os = "linux"
cause = "c"
remedy = "r"
status = "s"
[[case.stack]]
any_of = ["pkg/x.F"]
min_share = 10
"#;

#[track_caller]
fn check_refused(from: &str, to: &str, expected: &Expect) {
    assert!(SMALL.contains(from), "{from}");
    let message = match KnownCases::parse(&SMALL.replacen(from, to, 1)) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&message);
}

#[test]
fn read() {
    let table = KnownCases::parse(SMALL).expect("the small table");
    assert_eq!((table.date(), table.source()), ("2026-11", "test"));
    let cases: Vec<&KnownCase> = table.iter().collect();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].references, ["a/b#1"]);
    assert_eq!(cases[0].nature, CaseNature::Report);
    let table = KnownCases::parse(&SMALL.replace("\"a/b#1\"", "[\"a/b#1\", \"a/b#2\"]"));
    let table = table.expect("several references");
    assert_eq!(table.iter().count(), 1);
}

#[test]
fn refused() {
    check_refused(
        "schema = 1",
        "schema = 2",
        &expect!["the table of known cases has schema 2, this version reads 1"],
    );
    check_refused(
        "module = \"example.com/agent\"",
        "module = \"\"",
        &expect!["the head: `module` is empty"],
    );
    check_refused(
        "reference = \"a/b#1\"",
        "reference = []",
        &expect!["[[case]] 1: `reference` is empty"],
    );
    check_refused(
        "title = \"t\"",
        "title = \"\"",
        &expect!["[[case]] 1: `title` is empty"],
    );
    check_refused(
        "[\"memory-leak\"]",
        "[]",
        &expect!["[[case]] 1: `kinds` is empty"],
    );
    check_refused(
        "[\"memory-leak\"]",
        "[\"leak\"]",
        &expect![[r#"
            the table of known cases is not valid: unknown variant `leak`, expected one of `memory-leak`, `cpu-spike`, `contention`, `goroutines`
            in `case.kinds`
        "#]],
    );
    check_refused(
        "[\"core\"]",
        "[\"agent\"]",
        &expect!["[[case]] 1: `processes` does not know `agent`"],
    );
    check_refused(
        "\"linux\"",
        "\"macos\"",
        &expect!["[[case]] 1: `os` does not know `macos`"],
    );
    check_refused(
        "\"7.1.0\"",
        "\"7.x\"",
        &expect!["[[case]] 1: `7.x` is not a version such as 7.57.1"],
    );
    check_refused(
        "before = \"7.2.0\"",
        "before = \"7.1.0\"",
        &expect!["[[case]] 1: `from`, `before` and `to` make no range of versions"],
    );
    check_refused(
        "before = \"7.2.0\"",
        "before = \"7.2.0\", to = \"7.3.0\"",
        &expect!["[[case]] 1: `from`, `before` and `to` make no range of versions"],
    );
    check_refused(
        "from = \"7.1.0\", before = \"7.2.0\"",
        "",
        &expect!["[[case]] 1: `from`, `before` and `to` make no range of versions"],
    );
    check_refused(
        "any_of = [\"pkg/x.F\"]",
        "none_of = [\"pkg/x.F\"]",
        &expect!["[[case]] 1: a condition on stacks needs `all_of`, `any_of` or `leaf`"],
    );
    check_refused(
        "\"pkg/x.F\"",
        "\"\"",
        &expect!["[[case]] 1: pattern `` is empty"],
    );
    check_refused(
        "\"pkg/x.F\"",
        "\"pkg//x\"",
        &expect!["[[case]] 1: pattern `pkg//x` has an empty segment"],
    );
    check_refused(
        "\"pkg/x.F\"",
        "\"example.com/agent/pkg/x\"",
        &expect![
            "[[case]] 1: pattern `example.com/agent/pkg/x` repeats the module's path, to which it is relative"
        ],
    );
    check_refused(
        "min_share = 10",
        "min_share = 0",
        &expect!["[[case]] 1: `min_share` is 0, expected more than 0 and at most 100"],
    );
    check_refused(
        "min_share = 10",
        "min_share = 101.0",
        &expect!["[[case]] 1: `min_share` is 101, expected more than 0 and at most 100"],
    );
    check_refused(
        "min_share = 10",
        "min_shares = 10",
        &expect![[r#"
            the table of known cases is not valid: unknown field `min_shares`, expected one of `all_of`, `any_of`, `none_of`, `leaf`, `min_share`
            in `case.stack`
        "#]],
    );
    check_refused(
        "[[case.stack]]\nany_of = [\"pkg/x.F\"]\nmin_share = 10\n",
        "",
        &expect!["[[case]] 1: `stack` is empty"],
    );
    let twice = format!(
        "{}{}",
        "status = \"s\"\n[[case.stack]]\nany_of = [\"pkg/x.F\"]\n\n",
        &SMALL[SMALL.find("[[case]]").expect("a case")..].replace("min_share = 10\n", "")
    );
    check_refused(
        "status = \"s\"\n[[case.stack]]\nany_of = [\"pkg/x.F\"]\n",
        &twice,
        &expect!["[[case]] 2: another case has the first reference `a/b#1` already"],
    );
}
