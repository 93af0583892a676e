//! Words that decide whether something is a name: what is never one, and which domains belong to
//! everybody.

/// A name shorter than this is no name within a sentence.
const SHORTEST: usize = 3;

/// A number shorter than this is no name.
const SHORTEST_NUMBER: usize = 6;

/// Words of reports, profiles and configurations. A host or container of such a name is replaced
/// where a field is its name, but not in sentences: "the agent" would become "the host-1".
#[rustfmt::skip]
const ORDINARY: &[&str] = &[
    "actions", "active", "address", "admin", "agent", "aggregator", "alloc", "allocations",
    "allocs", "alpine", "amd64", "and", "apache", "api", "apm", "app", "application", "apps",
    "arm64", "aws", "azure", "backend", "base", "bin", "block", "build", "bytes", "cache", "centos",
    "check", "checks", "clear", "client", "cloud", "cluster", "cluster-agent", "collector", "com",
    "command", "conf", "config", "configuration", "consul", "container", "containerd", "containers",
    "core", "cores", "count", "cpu", "cpu-spike", "crossed", "customer", "data", "database",
    "datadog", "datadog-agent", "datadog-cluster-agent", "debian", "debug", "default", "delay",
    "demo", "dev", "diff", "disk", "docker", "dogstatsd", "domain", "env", "error", "event",
    "events", "example", "fedora", "file", "files", "flare", "for", "forwarder", "frontend", "func",
    "func1", "func2", "func3", "function", "gateway", "gcp", "github", "go", "golang", "goroutine",
    "goroutines", "growth", "haproxy", "heap", "heap-1st", "heap-2nd", "heap-diff", "high", "home",
    "host", "host-name", "hostname", "hosts", "http", "http2", "https", "info", "init", "inline",
    "inmem", "install", "install_script", "instance", "instances", "integration", "internal",
    "interval", "java", "job", "jobs", "json", "k8s", "kafka", "kernel", "kube", "kubelet",
    "kubernetes", "leak", "linux", "load", "local", "localhost", "lock", "locks", "log", "logs",
    "low", "mac", "machine", "macos", "mail", "main", "malloc", "manager", "master", "medium",
    "memory", "memory-leak", "memstats", "message", "metadata", "metric", "metrics", "minute",
    "minutes", "module", "mongo", "mongodb", "monitor", "monitoring", "mutex", "mysql", "name",
    "names", "net", "network", "nginx", "node", "nodes", "none", "normal", "not", "not-measured",
    "note", "null", "object", "objects", "operator", "org", "otel", "otel-agent", "owner",
    "package", "path", "payload", "pid", "pod", "pods", "port", "postgres", "postgresql", "pprof",
    "private", "process", "process-agent", "processes", "prod", "production", "profile", "profiles",
    "profiling", "prometheus", "proxy", "public", "python", "python3", "queue", "rabbitmq", "rate",
    "read", "redhat", "redis", "report", "request", "requests", "root", "rss", "run", "runtime",
    "rust", "samples", "script", "second", "seconds", "security", "security-agent", "serializer",
    "server", "service", "services", "sha256", "share", "sidecar", "snapshot", "socket", "source",
    "space", "spike", "stack", "staging", "state", "status", "syscall", "syscall6", "system",
    "system-probe", "tag", "tagger", "tags", "task", "team", "telemetry", "test", "the", "thread",
    "threads", "threshold", "time", "total", "trace", "trace-agent", "traces", "type", "ubuntu",
    "unix", "unknown", "unowned", "uptime", "used", "user", "users", "utf8", "value", "verdict",
    "version", "warning", "web", "window", "windows", "with", "worker", "workers", "www", "x86_64",
    "zip", "zookeeper",
];

/// Is this no word of the report's, and long enough to be a name? In lower case.
pub(super) fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    if name.chars().all(|letter| !letter.is_alphabetic()) {
        return length >= SHORTEST_NUMBER;
    }
    length >= SHORTEST && ORDINARY.binary_search(&name).is_err()
}

/// Endings that make a name with a dot a host name.
#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "arpa", "au", "biz", "br", "cloud", "cn", "com", "consul", "corp", "cz", "de", "dk", "edu",
    "eu", "fr", "gov", "home", "internal", "intra", "intranet", "io", "jp", "kr", "lan", "local",
    "localdomain", "mil", "mx", "net", "nl", "nz", "org", "private", "ru", "se", "ua", "uk",
];

/// Endings that do so from three labels on: they are words, or endings of files.
#[rustfmt::skip]
const WEAK_SUFFIXES: &[&str] = &[
    "ae", "ai", "app", "ar", "at", "bank", "be", "ca", "ch", "cl", "co", "dev", "digital", "es",
    "fi", "gg", "global", "group", "hk", "hu", "ie", "il", "in", "info", "int", "it", "me",
    "network", "no", "online", "pl", "pt", "ro", "sg", "shop", "site", "sk", "store", "svc",
    "systems", "tech", "test", "tr", "tv", "tw", "us", "xyz", "za",
];

/// What ends like a host name and is none.
const NO_HOSTS: &[&str] = &[
    "ado.net",
    "asp.net",
    "java.io",
    "java.net",
    "javax.net",
    "socket.io",
    "vb.net",
];

/// Hosts of source code and images: import paths start with them, everybody uses them.
#[rustfmt::skip]
const CODE_HOSTS: &[&str] = &[
    "4d63.com", "bitbucket.org", "buf.build", "cel.dev", "cloud.google.com",
    "code.cloudfoundry.org", "code.gitea.io", "codeberg.org", "connectrpc.com", "cuelang.org",
    "dario.cat", "docker.io", "filippo.io", "gcr.io", "ghcr.io", "github.com", "gitlab.com",
    "go.elastic.co", "go.etcd.io", "go.mongodb.org", "go.opencensus.io", "go.opentelemetry.io",
    "go.starlark.net", "go.step.sm", "go.temporal.io", "go.uber.org", "go.yaml.in", "go4.org",
    "gocloud.dev", "golang.org", "gomodules.xyz", "gonum.org", "google.golang.org", "gopkg.in",
    "gotest.tools", "gvisor.dev", "helm.sh", "honnef.co", "howett.net", "inet.af", "istio.io",
    "k8s.io", "knative.dev", "kubernetes.io", "lukechampine.com", "mellium.im", "modernc.org",
    "mvdan.cc", "nhooyr.io", "opencontainers.org", "opentelemetry.io", "oras.land", "pault.ag",
    "pkg.go.dev", "pypi.org", "quay.io", "raw.githubusercontent.com", "registry.k8s.io", "rsc.io",
    "sigs.k8s.io", "software.sslmate.com", "storj.io", "tailscale.com", "vitess.io", "zgo.at",
];

/// Datadog's own domains.
const DATADOG: &[&str] = &[
    "datad0g.com",
    "datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "dtdg.co",
];

/// Labels before Datadog's domains that are the same for everybody. Others are organisations.
#[rustfmt::skip]
const DATADOG_LABELS: &[&str] = &[
    "agent", "ap1", "ap2", "api", "app", "apt", "config", "docs", "eu", "eu1", "flare", "help",
    "install", "intake", "keys", "log-http", "logs", "process", "profile", "s3", "status", "trace",
    "us3", "us5", "www", "yum",
];

/// How many labels a host name can have at most.
const MOST_LABELS: usize = 127;

/// Is this a full host name by its ending?
pub(super) fn is_host(name: &str) -> bool {
    if name.len() > 253 {
        return false;
    }
    let labels = name.split('.').count();
    let shaped = name
        .split('.')
        .all(|label| !label.is_empty() && label.chars().count() <= 63);
    if !shaped || !(2..=MOST_LABELS).contains(&labels) {
        return false;
    }
    let lower = name.to_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    // `Microsoft.NET` is a product; `WEB-7.EXAMPLE.NET` is a host.
    let mixed = last.chars().any(char::is_uppercase) && name.chars().any(char::is_lowercase);
    if mixed || NO_HOSTS.contains(&lower.as_str()) {
        return false;
    }
    let last = lower.rsplit('.').next().unwrap_or_default();
    SUFFIXES.binary_search(&last).is_ok()
        || (labels >= 3 && WEAK_SUFFIXES.binary_search(&last).is_ok())
}

/// Does this host belong to everybody? Then its name says nothing about a customer.
pub(super) fn is_public(name: &str) -> bool {
    if !name.contains('.') {
        return false;
    }
    let name = name.to_lowercase();
    if CODE_HOSTS.binary_search(&name.as_str()).is_ok() {
        return true;
    }
    if let Some(before) = name.strip_suffix(".kubernetes.io") {
        // Prefixes of well-known labels.
        return ["app", "node", "topology", "kubectl", "node-role", "beta"].contains(&before);
    }
    DATADOG.iter().any(|domain| {
        name.strip_suffix(domain).is_some_and(|before| {
            before.is_empty()
                || before.strip_suffix('.').is_some_and(|before| {
                    before.split('.').all(|label| {
                        DATADOG_LABELS.binary_search(&label).is_ok()
                            || label.ends_with("-intake")
                            || is_versioned(label)
                    })
                })
        })
    })
}

/// `7-71-2-app`: where an Agent of that version reports to.
fn is_versioned(label: &str) -> bool {
    label
        .strip_suffix("-app")
        .or_else(|| label.strip_suffix("-flare"))
        .is_some_and(|version| {
            version
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

/// What follows a slash without being a path: units and names of profiles.
#[rustfmt::skip]
const AFTER_SLASH: &[&str] = &[
    "allocs", "and", "block", "call", "check", "cmdline", "container", "core", "cores", "cpu", "d",
    "day", "event", "goroutine", "h", "health", "heap", "host", "hour", "interval", "item",
    "metrics", "min", "minute", "ms", "mutex", "node", "ns", "op", "ops", "or", "pod", "process",
    "profile", "req", "request", "run", "s", "sample", "sec", "second", "status", "symbol",
    "threadcreate", "trace", "us", "week",
];

/// Is this word after a slash a unit or the like?
pub(super) fn is_unit(word: &str) -> bool {
    AFTER_SLASH.binary_search(&word).is_ok()
}

/// Endings of files that say what a file is and nothing about whose it is.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "bat", "c", "cc", "cfg", "conf", "cpp", "crt", "csv", "dat", "db", "default", "dll", "dylib",
    "example", "exe", "go", "gz", "h", "html", "ini", "jar", "js", "json", "key", "log", "md",
    "out", "pem", "pid", "pprof", "ps1", "py", "pyc", "rb", "rs", "service", "sh", "so", "sock",
    "socket", "sqlite", "tar", "tgz", "toml", "trace", "ts", "txt", "xml", "yaml", "yml", "zip",
];

/// May a pseudonym show this extension?
pub(super) fn is_extension(ending: &str) -> bool {
    EXTENSIONS.binary_search(&ending).is_ok()
}

/// Ends of unit names of systemd: `getty@tty1.service` is no e-mail address.
pub(super) fn is_unit_file(name: &str) -> bool {
    [
        ".service", ".socket", ".slice", ".scope", ".timer", ".target", ".mount",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}

/// Five letters that look like the end of a pod's name and are words.
pub(super) fn is_technical(word: &str) -> bool {
    [
        "btrfs", "grpcs", "https", "mqtts", "nvmfs", "rmtfs", "tmpfs", "vmxnt", "x8664", "xfsdb",
    ]
    .contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_for_searching() {
        for list in [
            ORDINARY,
            SUFFIXES,
            WEAK_SUFFIXES,
            CODE_HOSTS,
            DATADOG_LABELS,
            AFTER_SLASH,
            EXTENSIONS,
        ] {
            for pair in list.windows(2) {
                assert!(pair[0] < pair[1], "{pair:?}");
            }
        }
        // Else the pseudonym of a path would read as a host name.
        for ending in EXTENSIONS {
            assert!(!SUFFIXES.contains(ending) && !WEAK_SUFFIXES.contains(ending));
        }
    }

    #[test]
    fn public_hosts() {
        for name in [
            "github.com",
            "GitHub.com",
            "google.golang.org",
            "docs.datadoghq.com",
            "datadoghq.eu",
            "agent-http-intake.logs.us5.datadoghq.com",
            "7-71-2-app.agent.datadoghq.com",
            "app.kubernetes.io",
        ] {
            assert!(is_public(name), "{name}");
        }
        for name in [
            "acme.datadoghq.com",
            "notdatadoghq.com",
            "github.com.evil.org",
            "github.example.com",
            "acme.kubernetes.io",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }
}
