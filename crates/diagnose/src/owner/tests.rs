//! The owner table, row by row, and the rules by which it is read.

use expect_test::{Expect, expect};

use super::*;
use crate::program::Program;

const AGENT: &str = "github.com/DataDog/datadog-agent/";

/// Owner and team of `path` below the module.
#[track_caller]
fn check_agent(path: &str, owner: &str, team: &str) {
    let name = format!("{AGENT}{path}");
    check(&name, owner, team);
}

#[track_caller]
fn check(name: &str, owner: &str, team: &str) {
    let found = Owners::builtin().of_function(name);
    let found = found.map(|found| (found.owner.as_str(), found.team.as_str()));
    assert_eq!(found, Some((owner, team)), "{name}");
}

/// Truth of the sample flares (`designed_findings`).
#[test]
fn sample_flares() {
    for (function, owner) in [
        (
            "comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo",
            "Core Agent, tagger",
        ),
        ("pkg/tagset.(*HashGenerator).Hash", "Core Agent, tagging"),
        (
            "pkg/aggregator.(*timestampContextResolver).trackContext",
            "Core Agent, aggregation",
        ),
        (
            "pkg/aggregator/internal/tags.(*Store).Insert",
            "Core Agent, aggregation",
        ),
        (
            "pkg/logs/internal/decoder.(*MultiLineHandler).process",
            "Logs Agent",
        ),
        ("pkg/process/procutil.(*probe).parseStatus", "Process Agent"),
        (
            "pkg/collector/python._Cfunc_GoString",
            "Integration (Python check)",
        ),
    ] {
        let found = Owners::builtin().of_function(&format!("{AGENT}{function}"));
        assert_eq!(
            found.map(|found| found.owner.as_str()),
            Some(owner),
            "{function}"
        );
    }
}

/// Every row of the procedure's table.
#[test]
fn procedure() {
    check_agent(
        "pkg/collector/python._Cfunc_GoString",
        "Integration (Python check)",
        "agent-runtimes",
    );
    check_agent(
        "pkg/collector/python.SubmitMetric",
        "Integration (Python)",
        "agent-runtimes",
    );
    check_agent(
        "pkg/collector/corechecks/cluster/ksm.(*KSMCheck).Run",
        "Integration (Go check)",
        "container-integrations",
    );
    let metrics = "agent-metric-pipelines";
    check_agent(
        "pkg/aggregator.NewSender",
        "Core Agent, aggregation",
        metrics,
    );
    check_agent(
        "pkg/serializer.(*Serializer).Send",
        "Core Agent, serialization",
        metrics,
    );
    check_agent("pkg/forwarder.New", "Core Agent, forwarder", metrics);
    check_agent(
        "comp/forwarder/defaultforwarder.New",
        "Core Agent, forwarder",
        metrics,
    );
    check_agent(
        "pkg/trace/api.(*HTTPReceiver).Start",
        "Trace Agent (APM)",
        "agent-apm",
    );
    check_agent(
        "pkg/process/checks.New",
        "Process Agent",
        "container-experiences",
    );
    check_agent("pkg/obfuscate.(*Obfuscator).SQL", "DBM / APM", "agent-apm");
    check_agent(
        "pkg/metrics.(*Gauge).flush",
        "Core Agent, metrics pipeline",
        metrics,
    );
    check_agent(
        "pkg/tagset.NewHash",
        "Core Agent, tagging",
        "agent-runtimes",
    );
    check("runtime.mallocgc", "Go runtime", "agent-runtimes");
    check(
        "[libpython3.12.so.1.0]",
        "Integration (Python runtime)",
        "agent-integrations",
    );
    check(
        "github.com/dgraph-io/ristretto.(*Cache).Set",
        "Core Agent, cache",
        "agent-apm",
    );
    check(
        "github.com/dgraph-io/ristretto/z.(*Bloom).Add",
        "Core Agent, cache",
        "agent-apm",
    );
}

/// Package and teams by the Agent's CODEOWNERS. The first row has all teams.
const PACKAGES: &str = include_str!("../../../../data/agent/packages-owners.tsv");

/// Package that stands for what is below it, and why its team is another one.
const EXCEPTIONS: &str = include_str!("../../../../data/agent/owners-exceptions.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            line.split_once('\t')
                .unwrap_or_else(|| panic!("no tab: {line}"))
        })
}

/// Each package of the Agent has the team that its CODEOWNERS gives it, or a reason for another.
#[test]
fn packages_have_their_teams() {
    let mut differ = Vec::new();
    let mut excepted = std::collections::BTreeSet::new();
    let mut count = 0;
    for (package, team) in rows(PACKAGES).skip(1) {
        count += 1;
        let owner = Owners::builtin().of_function(&format!("{AGENT}{package}.f"));
        let found = owner.map(|owner| owner.team.as_str());
        if found == Some(team) {
            continue;
        }
        match rows(EXCEPTIONS).find(|(above, _)| below(package, above).is_some()) {
            Some((above, reason)) => {
                assert!(!reason.is_empty(), "{above} has no reason");
                excepted.insert(above);
            }
            None => differ.push(format!("{package}: {found:?} instead of {team}")),
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(count > 1_900, "{count}");
    for (package, _) in rows(EXCEPTIONS) {
        assert!(excepted.contains(package), "{package} is no exception");
    }
}

/// A team that was renamed or dissolved cannot be asked.
#[test]
fn teams_exist() {
    let (all, teams) = rows(PACKAGES).next().expect("the table has rows");
    assert_eq!(all, "*");
    let known: Vec<&str> = teams.split(", ").collect();
    let owners = Owners::builtin();
    let of_rows = owners
        .iter()
        .map(|(_, owner)| (owner.pattern.as_str(), owner.team.as_str()));
    let of_routes = owners
        .routes
        .iter()
        .filter_map(|route| Some((route.words.as_str(), route.team.as_deref()?)))
        .filter(|(_, team)| !team.is_empty());
    for (place, teams) in of_rows.chain(of_routes) {
        for team in teams.split(", ") {
            assert!(known.contains(&team), "{place}: {team}");
        }
    }
}

/// Every row of `flare-format.md` 4, with the teams of `PACKAGES` where that is newer: path, team.
/// A function is put into the package.
#[test]
fn code_owners() {
    for (paths, team) in [
        (
            "comp/anything comp/core comp/core/log comp/api/api comp/collector comp/checks/x",
            "agent-runtimes",
        ),
        (
            "comp/core/config comp/core/configsync comp/core/settings comp/core/secrets \
             comp/core/status comp/core/flare comp/core/profiler comp/core/gui",
            "agent-configuration",
        ),
        (
            "comp/core/autodiscovery/providers pkg/autodiscovery",
            "container-platform",
        ),
        (
            "comp/core/tagger pkg/tagger comp/core/tagger/tagstore",
            "container-platform",
        ),
        (
            "comp/core/tagger/collectors",
            "container-platform, container-integrations",
        ),
        (
            "comp/core/workloadmeta/impl pkg/workloadmeta",
            "container-platform",
        ),
        (
            "comp/core/workloadmeta/collectors/internal/docker",
            "container-platform, container-integrations",
        ),
        (
            "comp/core/workloadmeta/collectors/internal/process \
             comp/core/workloadmeta/collectors/internal/processlanguage",
            "container-experiences, container-platform",
        ),
        (
            "comp/core/workloadmeta/collectors/internal/nvml",
            "ebpf-platform",
        ),
        ("comp/core/workloadfilter/impl", "container-platform"),
        (
            "pkg/telemetry comp/core/telemetry comp/core/agenttelemetry",
            "agent-runtimes",
        ),
        (
            "comp/aggregator/demultiplexer pkg/aggregator",
            "agent-metric-pipelines",
        ),
        (
            "comp/dogstatsd/packets pkg/dogstatsd/listeners",
            "agent-metric-pipelines",
        ),
        (
            "comp/forwarder/defaultforwarder pkg/forwarder comp/forwarder",
            "agent-metric-pipelines",
        ),
        (
            "comp/forwarder/eventplatform/impl comp/forwarder/eventplatformreceiver \
             pkg/epforwarder",
            "agent-log-pipelines",
        ),
        ("comp/forwarder/orchestrator", "kubernetes-experiences"),
        (
            "pkg/serializer comp/serializer/metricscompression",
            "agent-metric-pipelines",
        ),
        ("comp/serializer/logscompression", "agent-log-pipelines"),
        ("pkg/metrics", "agent-metric-pipelines"),
        ("pkg/tagset", "agent-runtimes"),
        (
            "pkg/jmxfetch comp/agent/jmxlogger",
            "agent-metric-pipelines",
        ),
        (
            "pkg/logs/tailers/file comp/logs/agent",
            "agent-log-pipelines",
        ),
        (
            "pkg/logs/launchers/container pkg/logs/tailers/container",
            "agent-log-pipelines, container-integrations",
        ),
        (
            "pkg/logs/tailers/windowsevent pkg/logs/launchers/windowsevent",
            "agent-log-pipelines, windows-products",
        ),
        (
            "pkg/collector/runner pkg/collector/check pkg/collector/python rtloader",
            "agent-runtimes",
        ),
        ("pkg/collector/corechecks/system/memory", "agent-runtimes"),
        (
            "pkg/collector/corechecks/net/ntp pkg/collector/corechecks/nvidia/jetson",
            "agent-runtimes",
        ),
        (
            "pkg/collector/corechecks/net/wlan pkg/collector/corechecks/system/winproc \
             pkg/collector/corechecks/system/wincrashdetect/probe",
            "windows-products",
        ),
        (
            "pkg/collector/corechecks/containers/docker pkg/collector/corechecks/containerimage \
             pkg/collector/corechecks/containerlifecycle",
            "container-integrations",
        ),
        (
            "pkg/collector/corechecks/cluster/ksm pkg/kubestatemetrics/store",
            "container-integrations",
        ),
        (
            "pkg/collector/corechecks/cluster/orchestrator/collectors \
             pkg/collector/corechecks/orchestrator/pod pkg/clusteragent/orchestrator \
             pkg/orchestrator",
            "kubernetes-experiences",
        ),
        (
            "pkg/collector/corechecks/ebpf/oomkill",
            "container-integrations",
        ),
        (
            "pkg/collector/corechecks/ebpf/probe/ebpfcheck",
            "ebpf-platform",
        ),
        ("pkg/collector/corechecks/gpu pkg/gpu/cuda", "ebpf-platform"),
        (
            "pkg/collector/corechecks/snmp/internal/fetch pkg/snmp pkg/networkdevice comp/snmpscan",
            "ndm-core",
        ),
        (
            "pkg/collector/corechecks/network-devices/cisco-sdwan/client",
            "ndm-integrations",
        ),
        (
            "pkg/collector/corechecks/networkpath pkg/networkpath comp/networkpath",
            "cloud-network-monitoring, network-path",
        ),
        (
            "pkg/collector/corechecks/networkconfigmanagement pkg/networkconfigmanagement \
             comp/networkdeviceconfig",
            "ndm-integrations",
        ),
        (
            "pkg/collector/corechecks/oracle pkg/databasemonitoring",
            "database-monitoring",
        ),
        (
            "pkg/collector/corechecks/sbom pkg/sbom pkg/util/trivy",
            "agent-security, container-integrations",
        ),
        (
            "pkg/collector/corechecks/servicediscovery pkg/collector/corechecks/discovery \
             pkg/discovery",
            "agent-discovery",
        ),
        (
            "pkg/collector/corechecks/systemd pkg/cloudfoundry",
            "agent-integrations",
        ),
        (
            "pkg/trace comp/trace cmd/trace-agent/subcommands/run pkg/proto/pbgo/trace",
            "agent-apm",
        ),
        ("pkg/trace/stats", "agent-apm"),
        ("pkg/trace/transform pkg/trace/otel/stats", "opentelemetry"),
        ("pkg/obfuscate", "agent-apm"),
        (
            "comp/otelcol pkg/otlp cmd/otel-agent pkg/opentelemetry-mapping-go/otlp/metrics \
             pkg/util/quantile",
            "opentelemetry-agent",
        ),
        (
            "comp/host-profiler cmd/host-profiler",
            "opentelemetry-agent, profiling-full-host",
        ),
        (
            "pkg/process/procutil comp/process cmd/process-agent",
            "container-experiences",
        ),
        (
            "comp/process/connectionscheck",
            "cloud-network-monitoring, universal-service-monitoring",
        ),
        (
            "pkg/languagedetection",
            "container-experiences, agent-discovery",
        ),
        (
            "pkg/network pkg/network/dns pkg/network/tracer",
            "cloud-network-monitoring",
        ),
        (
            "pkg/network/usm pkg/network/protocols/http pkg/network/go pkg/process/monitor",
            "universal-service-monitoring",
        ),
        ("pkg/network/driver", "windows-products"),
        (
            "pkg/ebpf pkg/system-probe cmd/system-probe/modules pkg/util/kernel pkg/util/encoding",
            "ebpf-platform",
        ),
        ("pkg/eventmonitor", "ebpf-platform, agent-security"),
        (
            "pkg/security/probe cmd/security-agent cmd/cws-instrumentation",
            "agent-security",
        ),
        ("pkg/compliance", "agent-cspm"),
        ("pkg/dyninst", "debugger-go"),
        ("pkg/clusteragent cmd/cluster-agent", "container-platform"),
        ("pkg/clusteragent/autoscaling", "container-autoscaling"),
        (
            "pkg/clusteragent/admission/mutate/autoinstrumentation",
            "container-platform, injection-platform",
        ),
        (
            "pkg/util/kubernetes/kubelet",
            "container-integrations, container-platform, kubernetes-experiences",
        ),
        (
            "pkg/util/containers pkg/util/containerd pkg/util/docker pkg/util/crio \
             pkg/util/podman pkg/util/cgroups",
            "container-integrations",
        ),
        ("pkg/util/ecs pkg/util/fargate", "ecs-experiences"),
        ("comp/netflow comp/rdnsquerier", "ndm-integrations"),
        ("comp/snmptraps pkg/snmp/traps comp/haagent", "ndm-core"),
        (
            "comp/metadata pkg/metadata pkg/gohai",
            "agent-configuration",
        ),
        (
            "comp/remote-config pkg/remoteconfig pkg/config/remote",
            "remote-config",
        ),
        ("pkg/config/setup", "agent-configuration"),
        ("pkg/fleet comp/updater", "fleet, windows-products"),
        ("pkg/serverless", "serverless-azure-gcp"),
        (
            "pkg/util/log pkg/util/cache pkg/util pkg/persistentcache pkg/api",
            "agent-runtimes",
        ),
        (
            "pkg/util/winutil pkg/util/pdhutil comp/etw comp/checks/windowseventlog",
            "windows-products",
        ),
        (
            "pkg/flare pkg/status pkg/diagnose/connectivity",
            "agent-configuration",
        ),
    ] {
        for path in paths.split_whitespace() {
            let name = format!("{AGENT}{path}.(*T).Method.func1");
            let class = Owners::builtin().class(&name);
            assert!(matches!(class, Class::Datadog(_)), "{path}: {class:?}");
            let owner = Owners::builtin().of_function(&name);
            assert_eq!(owner.map(|owner| owner.team.as_str()), Some(team), "{path}");
        }
    }
}

/// Rows of CODEOWNERS that name files: what a function's name shows of them.
#[test]
fn rows_for_single_files() {
    let container = "container-platform";
    check_agent(
        "comp/core/autodiscovery/listeners.(*SNMPListener).checkDevices",
        "Core Agent, autodiscovery",
        "ndm-core",
    );
    check_agent(
        "comp/core/autodiscovery/listeners.(*KubeletListener).Listen",
        "Core Agent, autodiscovery",
        container,
    );
    check_agent(
        "comp/core/autodiscovery/providers.(*FileConfigProvider).Collect",
        "Core Agent, autodiscovery",
        "agent-log-pipelines",
    );
    check_agent(
        "pkg/trace/api.(*OTLPReceiver).ReceiveResourceSpans.func2",
        "Trace Agent (APM)",
        "opentelemetry",
    );
    check_agent(
        "pkg/trace/api.NewOTLPReceiver",
        "Trace Agent (APM)",
        "opentelemetry",
    );
    check_agent(
        "pkg/trace/traceutil.GetOTelService",
        "Trace Agent (APM)",
        "opentelemetry",
    );
    check_agent(
        "pkg/trace/traceutil.NormalizeTag",
        "Trace Agent (APM)",
        "agent-apm",
    );
    check_agent(
        "pkg/process/checks.(*ConnectionsCheck).Run",
        "Process Agent",
        "cloud-network-monitoring",
    );
    check_agent(
        "pkg/ebpf.(*MapCleaner[go.shape.uint64,go.shape.[]uint8]).Clean",
        "eBPF platform, system-probe",
        "universal-service-monitoring",
    );
    check_agent(
        "pkg/collector/corechecks/ebpf.(*EBPFCheck).Run",
        "Integration (Go check)",
        "ebpf-platform",
    );
    check_agent(
        "pkg/network.(*DriverInterface).GetStats",
        "Windows network driver",
        "windows-products",
    );
}

/// Every row of `flare-format.md` 4.1.
#[test]
fn third_party() {
    for (function, owner) in [
        (
            "github.com/dgraph-io/ristretto.newRingBuffer",
            "Core Agent, cache",
        ),
        ("github.com/DataDog/go-sqllexer.(*Lexer).Scan", "DBM / APM"),
        (
            "github.com/gogo/protobuf/proto.Marshal",
            "Third-party module (protobuf)",
        ),
        (
            "google.golang.org/protobuf/proto.Marshal",
            "Third-party module (protobuf)",
        ),
        (
            "github.com/richardartoul/molecule.(*Output).Int64",
            "Core Agent, serialization",
        ),
        (
            "github.com/json-iterator/go.(*Stream).Write",
            "Third-party module (JSON)",
        ),
        (
            "github.com/modern-go/reflect2.TypeOf",
            "Third-party module (JSON)",
        ),
        (
            "github.com/DataDog/zstd._Cfunc_ZSTD_compress",
            "Third-party module (compression)",
        ),
        (
            "github.com/klauspost/compress/zstd.(*Encoder).Write",
            "Third-party module (compression)",
        ),
        (
            "github.com/DataDog/sketches-go/ddsketch.(*DDSketch).Add",
            "Trace Agent (APM)",
        ),
        (
            "github.com/tinylib/msgp/msgp.ReadStringBytes",
            "Trace Agent (APM)",
        ),
        (
            "k8s.io/client-go/tools/cache.(*Reflector).Run",
            "Kubernetes clients",
        ),
        (
            "k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive",
            "Kubernetes clients",
        ),
        (
            "k8s.io/kube-state-metrics/v2/pkg/metric.(*Family).Bytes",
            "Kubernetes State Metrics",
        ),
        (
            "google.golang.org/grpc/mem.BufferSlice.Materialize",
            "Third-party module (gRPC)",
        ),
        (
            "golang.org/x/net/http2.(*Framer).ReadFrame",
            "Third-party module (gRPC)",
        ),
        ("github.com/aquasecurity/trivy/pkg/fanal.Walk", "SBOM"),
        ("github.com/CycloneDX/cyclonedx-go.NewBOM", "SBOM"),
        ("go.etcd.io/bbolt.(*DB).Update", "SBOM"),
        (
            "github.com/cilium/ebpf/btf.loadSpec",
            "eBPF platform, system-probe",
        ),
        (
            "github.com/DataDog/ebpf-manager.(*Manager).Init",
            "eBPF platform, system-probe",
        ),
        (
            "github.com/open-policy-agent/opa/rego.New",
            "Compliance (CSPM)",
        ),
        (
            "github.com/shirou/gopsutil/v4/process.Pids",
            "Third-party module (gopsutil)",
        ),
        (
            "github.com/DataDog/gopsutil/process.Pids",
            "Third-party module (gopsutil)",
        ),
        (
            "github.com/gosnmp/gosnmp.(*GoSNMP).Get",
            "SNMP / network devices",
        ),
        (
            "go.opentelemetry.io/collector/pdata/ptrace.NewTraces",
            "OTel Agent",
        ),
        (
            "github.com/prometheus/client_golang/prometheus.NewCounter",
            "Third-party module (Prometheus)",
        ),
    ] {
        let owners = Owners::builtin();
        let class = owners.class(function);
        assert!(
            matches!(class, Class::ThirdParty(_) | Class::Generic(_)),
            "{function}: {class:?}"
        );
        assert_eq!(
            owners.of_function(function).map(|o| o.owner.as_str()),
            Some(owner)
        );
    }
    for (function, component) in [
        ("runtime.mallocgc", "Garbage collector"),
        ("runtime.gcBgMarkWorker.func2", "Garbage collector"),
        ("runtime.scanobject", "Garbage collector"),
        ("runtime.cgocall", "cgo"),
        ("runtime._ExternalCode", "cgo"),
        ("_cgoexp_0a1b2c_SubmitMetric", "cgo"),
        ("aeshashbody", "Go runtime"),
        ("gcWriteBarrier2", "Go runtime"),
        ("runtime.cgocallback", "Go runtime"),
        ("internal/runtime/maps.(*Map).grow", "Go runtime"),
    ] {
        let owners = Owners::builtin();
        let class = owners.class(function);
        assert!(matches!(class, Class::Runtime(_)), "{function}: {class:?}");
        let found = owners
            .of_function(function)
            .map(|owner| owner.component.as_str());
        assert_eq!(found, Some(component), "{function}");
    }
}

/// The standard library is nobody's module, and its own copies of modules are its own.
#[test]
fn standard_library() {
    for (function, component) in [
        ("encoding/json.Unmarshal", "Encoding"),
        ("encoding/json/v2.Unmarshal", "Encoding"),
        ("compress/flate.(*compressor).init", "Compression"),
        ("crypto/internal/fips140/sha256.blockSHANI", "Cryptography"),
        ("net/http.(*conn).serve", "Network"),
        ("regexp.(*Regexp).backtrack", "Regular expressions"),
        ("internal/poll.(*FD).Read", "Standard library"),
        ("sync.(*Mutex).Unlock", "Standard library"),
        ("syscall.Syscall", "Standard library"),
        (
            "vendor/golang.org/x/net/http2/hpack.(*Decoder).Write",
            "Standard library",
        ),
        (
            "type:.hash.vendor/golang.org/x/net/http2/hpack.pairNameValue",
            "Standard library",
        ),
    ] {
        let owners = Owners::builtin();
        let class = owners.class(function);
        assert!(matches!(class, Class::Standard(_)), "{function}: {class:?}");
        let found = owners
            .of_function(function)
            .map(|owner| (owner.owner.as_str(), owner.component.as_str()));
        assert_eq!(
            found,
            Some(("Go standard library", component)),
            "{function}"
        );
    }
    for (function, class) in [
        ("main.main", Class::Unlisted),
        ("go.uber.org/fx.New", Class::Unlisted),
        ("malloc", Class::Other),
        ("aeshashbodyx", Class::Other),
    ] {
        assert_eq!(Owners::builtin().class(function), class, "{function}");
    }
}

/// A component of the collector is named, and answers for the data types that it fills.
#[test]
fn collector_components() {
    let contrib = "github.com/open-telemetry/opentelemetry-collector-contrib";
    let pdata = "go.opentelemetry.io/collector/pdata/internal.CopyResourceSpans";
    let batch = "go.opentelemetry.io/collector/processor/batchprocessor.(*batchTraces).add";
    let ottl = format!("{contrib}/pkg/ottl.(*Statement[...]).Execute");
    let transform = format!("{contrib}/processor/transformprocessor.(*traces).process");
    let unheard = format!("{contrib}/processor/unheardofprocessor.F");
    for (stack, index, component) in [
        (vec!["runtime.mallocgc", pdata, batch], 2, "batchprocessor"),
        (
            vec!["runtime.mallocgc", &ottl, &transform, batch],
            2,
            "transformprocessor",
        ),
        (
            vec!["runtime.mallocgc", pdata],
            1,
            "OpenTelemetry Collector",
        ),
        (vec![&unheard], 0, "OpenTelemetry Collector"),
    ] {
        let found = Owners::builtin()
            .responsible(stack.iter().copied())
            .and_then(|index| Some((index, Owners::builtin().of_function(stack.get(index)?)?)))
            .map(|(index, owner)| (index, owner.owner.as_str(), owner.component.as_str()));
        assert_eq!(found, Some((index, "OTel Agent", component)), "{stack:?}");
    }
}

/// What the Agent's own profiler buffers is not the compression's, nor any Agent code's.
#[test]
fn own_profiler() {
    for profiler in [
        "gopkg.in/DataDog/dd-trace-go.v1/profiler.(*profiler).collect",
        "github.com/DataDog/dd-trace-go/v2/profiler.(*fastDeltaProfiler).Delta",
        "github.com/DataDog/datadog-agent/pkg/util/profiling.Start",
    ] {
        check_responsible(
            &[
                "compress/flate.(*compressor).init",
                "github.com/klauspost/compress/zstd.NewWriter",
                profiler,
            ],
            Some((2, "The Agent's own profiler")),
        );
    }
}

#[test]
fn segments_match_whole() {
    for (path, near) in [
        ("pkg/trace", "pkg/tracer"),
        ("pkg/process", "pkg/processor"),
        ("pkg/metrics", "pkg/metricsx"),
        ("pkg/tagset", "pkg/tagsetter"),
        ("pkg/collector/python", "pkg/collector/pythonic"),
        ("comp/forwarder", "comp/forwarders"),
    ] {
        let owners = Owners::builtin();
        let hit = owners
            .of_function(&format!("{AGENT}{path}.F"))
            .map(|o| &o.pattern);
        let miss = owners
            .of_function(&format!("{AGENT}{near}.F"))
            .map(|o| &o.pattern);
        assert_eq!(hit.map(String::as_str), Some(path));
        assert_ne!(hit, miss, "{near}");
    }
    for (function, class) in [
        (
            "github.com/DataDog/datadog-agent-tools/pkg/trace.F",
            Class::Unlisted,
        ),
        (
            "github.com/datadog/datadog-agent/pkg/trace.F",
            Class::Unlisted,
        ),
        ("github.com/dgraph-io/ristretto2.F", Class::Unlisted),
        ("github.com/DataDog/other.F", Class::Unlisted),
        ("runtimes.F", Class::Unlisted),
        ("[libpythonic.so]", Class::Other),
        ("[libc.so.6]", Class::Other),
        ("[]", Class::Other),
        ("<unknown>", Class::Nameless),
        ("", Class::Nameless),
    ] {
        assert_eq!(Owners::builtin().class(function), class, "{function}");
    }
}

#[test]
fn longest_match_wins() {
    for (name, pattern) in [
        ("pkg/trace/stats/peers.F", "pkg/trace/stats"),
        ("pkg/trace/statsd.F", "pkg/trace"),
        ("pkg/config/remote/client.F", "pkg/config/remote"),
        ("pkg/config/remotes.F", "pkg/config"),
        (
            "pkg/collector/python._Cfunc_GoString",
            "pkg/collector/python._Cfunc_GoString",
        ),
        (
            "pkg/collector/python._Cfunc_GoString.func1",
            "pkg/collector/python._Cfunc_GoString",
        ),
        (
            "pkg/collector/python._Cfunc_GoStringN",
            "pkg/collector/python",
        ),
        (
            "pkg/collector/python.(*PythonCheck).Run",
            "pkg/collector/python",
        ),
        (
            "pkg/collector/corechecks/system/winproc.F",
            "pkg/collector/corechecks/system/win*",
        ),
        (
            "pkg/collector/corechecks/system/memory.F",
            "pkg/collector/corechecks/system",
        ),
        (
            "pkg/collector/corechecks/unheardof.F",
            "pkg/collector/corechecks/*",
        ),
        (
            "pkg/collector/corechecks.(*CheckBase).Warn",
            "pkg/collector",
        ),
        (
            "comp/forwarder/eventplatformreceiver.F",
            "comp/forwarder/eventplatform*",
        ),
        ("comp/forwarder.F", "comp/forwarder"),
        ("pkg/unheardof.F", ""),
        ("test/benchmarks.F", ""),
    ] {
        let found = Owners::builtin().of_function(&format!("{AGENT}{name}"));
        assert_eq!(
            found.map(|owner| owner.pattern.as_str()),
            Some(pattern),
            "{name}"
        );
    }
    let class = Owners::builtin().class("github.com/DataDog/datadog-agent/pkg/unheardof.F");
    assert!(matches!(class, Class::DatadogUnlisted(_)));
}

#[track_caller]
fn check_name(function: &str, path: &str, prefix: &str, short: &str) {
    assert_eq!(package_path(function), path, "path of {function}");
    assert_eq!(split_name(function), (prefix, short), "parts of {function}");
}

#[test]
fn names() {
    check_name("main.main", "main", "main.", "main");
    check_name(
        "runtime/pprof.StartCPUProfile",
        "runtime/pprof",
        "runtime/pprof.",
        "StartCPUProfile",
    );
    check_name(
        "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample",
        "github.com/DataDog/datadog-agent/pkg/aggregator",
        "github.com/DataDog/datadog-agent/pkg/aggregator.",
        "(*TimeSampler).sample",
    );
    check_name(
        "a.com/b/c.F.func1.2",
        "a.com/b/c",
        "a.com/b/c.",
        "F.func1.2",
    );
    check_name("a.com/b/c.init.0", "a.com/b/c", "a.com/b/c.", "init.0");
    check_name("a.com/b/c.T.M-fm", "a.com/b/c", "a.com/b/c.", "T.M-fm");
    check_name(
        "a.com/b/c.getOrCreate[go.shape.uint64,go.shape.[]uint8]",
        "a.com/b/c",
        "a.com/b/c.",
        "getOrCreate[go.shape.uint64,go.shape.[]uint8]",
    );
    check_name(
        "a.com/b/c.(*Cache[x.org/y/z.Key,int]).Get",
        "a.com/b/c",
        "a.com/b/c.",
        "(*Cache[x.org/y/z.Key,int]).Get",
    );
    check_name(
        "gopkg.in/yaml%2ev2.(*decoder).scalar",
        "gopkg.in/yaml%2ev2",
        "gopkg.in/yaml%2ev2.",
        "(*decoder).scalar",
    );
    assert_eq!(
        import_path("gopkg.in/yaml%2ev2.Unmarshal"),
        "gopkg.in/yaml.v2"
    );
    assert_eq!(import_path("a.com/100%.F"), "a.com/100%");
    assert_eq!(import_path("a.com/b%2.F"), "a.com/b%2");
    check_name(
        "github.com/DataDog/datadog-agent/vendor/k8s.io/client-go/rest.(*Request).Do",
        "k8s.io/client-go/rest",
        "github.com/DataDog/datadog-agent/vendor/k8s.io/client-go/rest.",
        "(*Request).Do",
    );
    check_name(
        "vendor/golang.org/x/net/http2/hpack.init",
        "golang.org/x/net/http2/hpack",
        "vendor/golang.org/x/net/http2/hpack.",
        "init",
    );
    check_name(
        "type:.eq.github.com/DataDog/datadog-agent/pkg/aggregator.Context",
        "github.com/DataDog/datadog-agent/pkg/aggregator",
        "type:.eq.github.com/DataDog/datadog-agent/pkg/aggregator.",
        "Context",
    );
    // Names without a package.
    for name in [
        "",
        "PyObject_Malloc",
        "memcpy.part.0",
        "std::vector<a.b>::push_back",
        "(anonymous namespace)::read",
        "core::ptr::drop_in_place",
        "[libpython3.12.so.1.0]",
        "<unknown>",
        "operator/",
    ] {
        check_name(name, "", "", name);
    }
}

#[test]
fn runtime_packages() {
    for name in [
        "runtime.mallocgc",
        "runtime.(*mheap).alloc",
        "runtime/pprof.StartCPUProfile",
        "runtime/internal/atomic.Load",
        "internal/runtime/maps.newGroups",
    ] {
        assert!(is_runtime_package(name), "{name}");
    }
    for name in [
        "runtimex.F",
        "internal/runtimex.F",
        "github.com/x/runtime.F",
        "runtime",
        "net/http/pprof.Index",
        "internal/bytealg.MakeNoZero",
        "[runtime.so]",
    ] {
        assert!(!is_runtime_package(name), "{name}");
    }
}

#[track_caller]
fn check_responsible(stack: &[&str], expected: Option<(usize, &str)>) {
    let owners = Owners::builtin();
    let found = owners.responsible(stack.iter().copied());
    let owner = |index: usize| {
        let frame = stack.get(index).copied().unwrap_or_default();
        Program::AGENT.owner(owners, owners.class(frame), frame)
    };
    let found = found.map(|index| (index, owner(index)));
    let expected = expected.map(|(index, owner)| (index, owner.into()));
    assert_eq!(found, expected);
}

#[test]
fn three_passes() {
    let tagger = "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).Add";
    let server = "github.com/DataDog/datadog-agent/comp/dogstatsd/server.(*server).run";
    let ristretto = "github.com/dgraph-io/ristretto.(*Cache).Set";
    let json = "encoding/json.Unmarshal";
    // The Agent's frame nearest to the leaf, whatever stands below it.
    check_responsible(
        &["sync.(*Mutex).Unlock", tagger, server],
        Some((1, "Core Agent, tagger")),
    );
    check_responsible(
        &["runtime.mallocgc", json, ristretto, server],
        Some((3, "Core Agent, DogStatsD")),
    );
    check_responsible(
        &[
            "strings.Join",
            "github.com/DataDog/datadog-agent/pkg/new.F",
            tagger,
        ],
        Some((1, "Core Agent")),
    );
    // Mappings of the table are as good as frames of the Agent; others are not.
    check_responsible(
        &[
            "[libc.so.6]",
            "[libpython3.12.so.1.0]",
            "runtime.cgocall",
            tagger,
        ],
        Some((1, "Integration (Python runtime)")),
    );
    // Only without any of them third-party modules count, the nearest to the leaf.
    check_responsible(
        &["runtime.mallocgc", "a.com/b.F", ristretto, json],
        Some((2, "Core Agent, cache")),
    );
    // One that is not generic comes before one that is.
    let protobuf = "google.golang.org/protobuf/proto.Marshal";
    check_responsible(&[protobuf, ristretto], Some((1, "Core Agent, cache")));
    check_responsible(
        &["fmt.Sprint", protobuf],
        Some((1, "Third-party module (protobuf)")),
    );
    // A module without a row is named, and is nearer to the matter than what it calls of Go.
    check_responsible(
        &[
            "runtime.mallocgc",
            "syscall.Syscall",
            "runtime.mcall",
            "a.com/b/c.F",
        ],
        Some((3, "third-party module (a.com/b)")),
    );
    check_responsible(
        &[protobuf, "a.com/b.F"],
        Some((0, "Third-party module (protobuf)")),
    );
    check_responsible(
        &["[libc.so.6]", "main.main", "runtime.main"],
        Some((1, "Core Agent")),
    );
    // A handler near the root owns nothing of what a program's own code does.
    check_responsible(
        &[
            "a.com/b.F",
            "github.com/klauspost/compress/gzhttp.GzipHandler",
            "net/http.(*conn).serve",
        ],
        Some((0, "third-party module (a.com/b)")),
    );
    // Only without those the standard library, then the runtime, then what is neither.
    check_responsible(
        &[
            "aeshashbody",
            "vendor/golang.org/x/net/idna.F",
            "runtime.goexit",
        ],
        Some((1, "Go standard library")),
    );
    check_responsible(
        &["[libc.so.6]", "runtime.asmcgocall"],
        Some((1, "Go runtime")),
    );
    check_responsible(&["malloc", "[libc.so.6]"], Some((0, "System libraries")));
    check_responsible(&["", "<unknown>"], None);
    check_responsible(&[], None);
}

#[track_caller]
fn check_route(function: &str, process: &str, expected: &Expect) {
    let routing = Owners::builtin().route(function, &Process::parse(process), &Program::AGENT);
    expected.assert_eq(&format!(
        "{}: {}\nteam {}; to {}; actionable {}",
        routing.step, routing.words, routing.team, routing.escalate_to, routing.actionable
    ));
}

#[test]
fn routing() {
    let agent = |path: &str| format!("{AGENT}{path}");
    check_route(
        &agent("pkg/collector/python._Cfunc_GoString"),
        "core",
        &expect![[r#"
            1: Integration issue: correlate with the running checks and their instances; escalate to the team that owns the check.
            team agent-integrations; to the team that owns the check; actionable true"#]],
    );
    check_route(
        "[libpython3.12.so.1.0]",
        "core",
        &expect![[r#"
        1: Integration issue: correlate with the running checks and their instances; escalate to the team that owns the check.
        team agent-integrations; to the team that owns the check; actionable true"#]],
    );
    check_route(
        &agent("pkg/aggregator.(*TimeSampler).sample"),
        "core",
        &expect![[r#"
            2: Core Agent aggregation pipeline, probably high cardinality (too many metric contexts); escalate to the Agent team.
            team agent-metric-pipelines; to Agent team (#support-agent); actionable true"#]],
    );
    check_route(
        &agent("pkg/metrics.(*Gauge).flush"),
        "core",
        &expect![[r#"
        2: Core Agent aggregation pipeline, probably high cardinality (too many metric contexts); escalate to the Agent team.
        team agent-metric-pipelines; to Agent team (#support-agent); actionable true"#]],
    );
    check_route(
        &agent("pkg/trace/api.(*HTTPReceiver).handle"),
        "trace",
        &expect![[r#"
            3: Trace Agent issue; escalate to the APM team.
            team agent-apm; to APM team; actionable true"#]],
    );
    check_route(
        &agent("pkg/obfuscate.(*Obfuscator).SQL"),
        "trace",
        &expect![[r#"
            4: SQL obfuscation in the Trace Agent; escalate to the APM team.
            team agent-apm; to APM team; actionable true"#]],
    );
    check_route(
        &agent("pkg/obfuscate.(*Obfuscator).SQL"),
        "core",
        &expect![[r#"
            4: SQL obfuscation for Database Monitoring; escalate to the DBM team.
            team database-monitoring; to DBM team; actionable true"#]],
    );
    check_route(
        &agent("pkg/collector/corechecks/cluster/ksm.(*KSMCheck).Run"),
        "core",
        &expect![[r#"
            5: Go core check kubernetes_state_core: correlate with that check and its instances; escalate to the team that owns it (container-integrations).
            team container-integrations; to container-integrations; actionable true"#]],
    );
    check_route(
        &agent("pkg/collector/corechecks/unheardof.F"),
        "core",
        &expect![[r#"
            5: Go core check unheardof: correlate with that check and its instances; escalate to the team that owns it (agent-runtimes).
            team agent-runtimes; to agent-runtimes; actionable true"#]],
    );
    check_route(
        "runtime.mallocgc",
        "core",
        &expect![[r#"
        6: Runtime or system libraries only: not actionable by itself; look deeper at cum % and the heaviest owned callers.
        team ; to ; actionable false"#]],
    );
    check_route(
        "syscall.Syscall",
        "core",
        &expect![[r#"
        6: Runtime or system libraries only: not actionable by itself; look deeper at cum % and the heaviest owned callers.
        team ; to ; actionable false"#]],
    );
    check_route(
        "[libc.so.6]",
        "core",
        &expect![[r#"
        6: Runtime or system libraries only: not actionable by itself; look deeper at cum % and the heaviest owned callers.
        team ; to ; actionable false"#]],
    );
    check_route(
        &agent("comp/core/tagger/tagstore.(*TagStore).Add"),
        "core",
        &expect![[r#"
            7: Core Agent, tagger (Tagger): escalate to the team that owns it (container-platform).
            team container-platform; to container-platform; actionable true"#]],
    );
    check_route(
        &agent("pkg/unheardof.F"),
        "core",
        &expect![[r#"
        7: Core Agent (unlisted package): escalate to the team that owns it (agent-runtimes).
        team agent-runtimes; to agent-runtimes; actionable true"#]],
    );
    check_route(
        "github.com/dgraph-io/ristretto.(*Cache).Set",
        "core",
        &expect![[r#"
            7: Core Agent, cache (ristretto): escalate to the team that owns it (agent-apm).
            team agent-apm; to agent-apm; actionable true"#]],
    );
    check_route(
        "go.uber.org/fx.New",
        "core",
        &expect![[r#"
        7: No row of the owner table names this function; look at its callers before escalating.
        team ; to ; actionable false"#]],
    );
    check_route(
        "main.main",
        "core",
        &expect![[r#"
        7: No row of the owner table names this function; look at its callers before escalating.
        team ; to ; actionable false"#]],
    );
    // Near misses of steps 1 to 5.
    for path in [
        "pkg/collector/runner.F",
        "pkg/aggregators.F",
        "pkg/tracer.F",
        "pkg/obfuscator.F",
        "pkg/collector/corechecks.F",
    ] {
        assert_eq!(
            Owners::builtin()
                .route(&agent(path), &Process::Core, &Program::AGENT)
                .step,
            7,
            "{path}"
        );
    }
}

#[test]
fn checks() {
    for (path, check, package) in [
        (
            "pkg/collector/corechecks/cluster/ksm.(*KSMCheck).Run",
            Some("kubernetes_state_core"),
            Some("cluster/ksm"),
        ),
        (
            "pkg/collector/corechecks/cluster/ksm/customresources.F",
            Some("kubernetes_state_core"),
            Some("cluster/ksm/customresources"),
        ),
        (
            "pkg/collector/corechecks/containers/generic.F",
            Some("container"),
            Some("containers/generic"),
        ),
        (
            "pkg/collector/corechecks/containers/kubelet/provider/pod.F",
            Some("kubelet"),
            Some("containers/kubelet/provider/pod"),
        ),
        (
            "pkg/collector/corechecks/system/cpu/load.F",
            Some("load"),
            Some("system/cpu/load"),
        ),
        (
            "pkg/collector/corechecks/system/cpu.(*Check).Run",
            Some("cpu"),
            Some("system/cpu"),
        ),
        (
            "pkg/collector/corechecks/system/cpu.(*LoadCheck).Run",
            Some("load"),
            Some("system/cpu"),
        ),
        (
            "pkg/collector/corechecks/system/disk/diskv2.F",
            Some("disk"),
            Some("system/disk/diskv2"),
        ),
        (
            "pkg/collector/corechecks/oracle.F",
            Some("oracle"),
            Some("oracle"),
        ),
        ("pkg/collector/corechecks/oraclex.F", None, Some("oraclex")),
        (
            "pkg/collector/corechecks/containers.F",
            None,
            Some("containers"),
        ),
        ("pkg/collector/corechecks.F", None, None),
        ("pkg/oracle.F", None, None),
    ] {
        let function = format!("{AGENT}{path}");
        let owners = Owners::builtin();
        assert_eq!(owners.check_name(&function), check, "{path}");
        assert_eq!(owners.check_package(&function), package, "{path}");
    }
    assert_eq!(Owners::builtin().check_name("oracle.F"), None);
}

/// Names that lead nowhere, and names that are nearly names.
#[test]
fn odd_names_do_no_harm() {
    for name in [
        "/",
        "//",
        ".",
        "..",
        "[",
        "]",
        "[[",
        "%",
        "%2",
        "%zz.F",
        "a%2e",
        "github.com/DataDog/datadog-agent",
        "github.com/DataDog/datadog-agent/",
        "github.com/DataDog/datadog-agent.",
        "é.ß",
        "\u{0}",
        "github.com/DataDog/datadog-agent/pkg/é%c3.F",
        "pkg[",
        "pkg].F",
        "vendor/",
        "/vendor/.F",
    ] {
        let owners = Owners::builtin();
        owners.class(name);
        owners.route(name, &Process::Nameless, &Program::AGENT);
        owners.check_name(name);
        owners.check_package(name);
        let (package, short) = split_name(name);
        assert_eq!(format!("{package}{short}"), name);
    }
}

#[test]
fn globs() {
    for (glob, text, matches) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "a", true),
        ("a*", "abc", true),
        ("*a", "cba", true),
        ("*a", "ab", false),
        ("a*a", "a", false),
        ("a*a", "aa", true),
        ("*OTLP*", "(*OTLPReceiver)", true),
        ("*OTLP*", "(*otlpReceiver)", false),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxcyyb", false),
        ("*", "", true),
    ] {
        assert_eq!(glob_matches(glob, text), matches, "{glob} {text}");
    }
}

const SMALL: &str = r#"
schema = 1
date = "today"
source = "a test"
module = "example.com/agent"
[[agent]]
patterns = [""]
owner = "Agent"
component = "rest"
team = "rest"
meaning = "rest"
[[route]]
step = 6
class = "system"
words = "system"
escalate_to = ""
[[route]]
step = 7
class = "owned"
words = "owned"
escalate_to = "{team}"
[[route]]
step = 7
class = "unowned"
words = "unowned"
escalate_to = ""
"#;

#[track_caller]
fn check_refused(from: &str, to: &str, expected: &Expect) {
    assert!(SMALL.contains(from), "{from}");
    let message = match Owners::parse(&SMALL.replacen(from, to, 1)) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&message);
}

#[test]
fn own_table() {
    let owners = Owners::parse(SMALL).expect("the small table is valid");
    assert_eq!(
        (owners.date(), owners.source(), owners.len()),
        ("today", "a test", 1)
    );
    let owner = owners
        .of_function("example.com/agent/x.F")
        .map(|owner| owner.owner.as_str());
    assert_eq!(owner, Some("Agent"));
    assert_eq!(owners.of_function("runtime.mallocgc"), None);
    assert_eq!(
        owners
            .route("runtime.mallocgc", &Process::Core, &Program::AGENT)
            .step,
        6
    );
}

#[test]
fn refused() {
    check_refused(
        "schema = 1",
        "schema = 9",
        &expect!["the owner table has schema 9, this version reads 1"],
    );
    check_refused(
        "source =",
        "sauce =",
        &expect![[r#"
        the owner table is not valid: TOML parse error at line 4, column 1
          |
        4 | sauce = "a test"
          | ^^^^^
        unknown field `sauce`, expected one of `schema`, `date`, `source`, `module`, `route`, `agent`, `mapping`, `third_party`, `standard`, `runtime`, `checks`
    "#]],
    );
    check_refused(
        "example.com/agent",
        "",
        &expect!["the head: `module` is empty"],
    );
    check_refused(
        "owner = \"Agent\"",
        "owner = \"\"",
        &expect!["[[agent]] 1: `owner` is empty"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = []",
        &expect!["[[agent]] 1: `patterns` is empty"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"pkg\"]",
        &expect!["no [[agent]] row has the empty pattern, which catches packages without a row"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"a/b\", \"a/b\"]",
        &expect!["[[agent]] 1: pattern `a/b` stands in this file already"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"a.B\", \"a.B\"]",
        &expect!["[[agent]] 1: pattern `a.B` stands in this file already"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"a//b\"]",
        &expect!["[[agent]] 1: pattern `a//b` has an empty segment"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"a/b.\"]",
        &expect!["[[agent]] 1: pattern `a/b.` has an empty segment"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"[x.so]\"]",
        &expect!["[[agent]] 1: pattern `[x.so]` is a mapping name, which belongs into [[mapping]]"],
    );
    check_refused(
        "patterns = [\"\"]",
        "patterns = [\"\", \"example.com/agent/x\"]",
        &expect![
            "[[agent]] 1: pattern `example.com/agent/x` repeats the module's path, to which it is relative"
        ],
    );
    check_refused(
        "[[agent]]",
        "[[mapping]]",
        &expect!["[[mapping]] 1: pattern `` is not a mapping name in brackets"],
    );
    check_refused(
        "[[agent]]",
        "[[third_party]]",
        &expect!["[[third_party]] 1: pattern `` is empty"],
    );
    check_refused(
        "class = \"system\"",
        "",
        &expect!["[[route]] 1: a route has either `patterns` or a `class`"],
    );
    check_refused(
        "class = \"system\"",
        "class = \"system\"\npatterns = [\"a\"]",
        &expect!["[[route]] 1: a route has either `patterns` or a `class`"],
    );
    check_refused(
        "class = \"system\"",
        "class = \"system\"\nprocess = \"core\"",
        &expect!["no [[route]] without `process` has class `system`"],
    );
    check_refused(
        "class = \"system\"",
        "class = \"other\"",
        &expect![[r#"
            the owner table is not valid: TOML parse error at line 14, column 9
               |
            14 | class = "other"
               |         ^^^^^^^
            unknown variant `other`, expected one of `system`, `owned`, `program`, `unowned`
        "#]],
    );
    check_refused(
        "step = 6",
        "step = 8",
        &expect!["[[route]] 1: step 8 is not between 1 and 7"],
    );
    check_refused(
        "words = \"system\"",
        "words = \"\"",
        &expect!["[[route]] 1: `words` is empty"],
    );
    check_refused(
        "\n[[route]]",
        "\n[checks]\nx = \"\"\n[[route]]",
        &expect!["[checks] x: `name` is empty"],
    );
    check_refused(
        "\n[[route]]",
        "\n[checks]\n\"x//y\" = \"z\"\n[[route]]",
        &expect!["[checks] x//y: pattern `x//y` has an empty segment"],
    );
}
