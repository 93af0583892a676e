//! What is replaced, form by form, and what comes near and stays.

use super::{becomes, code, stays};

#[test]
fn known_hosts() {
    becomes(&[
        ("web-7.example.com", "host-1"),
        ("on WEB-7.Example.COM.", "on host-1."),
        ("web-7 and web-7.example.com", "host-1 and host-1"),
        ("web-7.example.com and web-7", "host-1 and host-1"),
        ("(web-7):", "(host-1):"),
        ("web-7:8126", "host-1:8126"),
        ("root@web-7", "root@host-1"),
        ("frodo's disk", "host-1's disk"),
        ("pre-frodo_x", "pre-host-1_x"),
        (
            "web-7.example.com/profiles/core-cpu.pprof",
            "host-1/profiles/core-cpu.pprof",
        ),
        // Another host, although its name starts the same.
        ("web-7.example.com web-7.example.org", "host-1 host-2"),
    ]);
    stays(&[
        "web-70",
        "web-7a",
        "xweb-7",
        "frodos",
        "the agent of the db",
        "Agent",
        "core, trace",
    ]);
}

#[test]
fn unknown_hosts() {
    becomes(&[
        ("mail.acme.com", "host-1"),
        ("a.acme.net, b.acme.org", "host-1, host-2"),
        ("gw.corp", "host-1"),
        ("db-3.eu-west-1.compute.internal.", "host-1."),
        ("x.svc.cluster.local:53", "host-1:53"),
        ("NO_PROXY=.acme.local", "NO_PROXY=.host-1"),
        ("kafka.acme.io:9092", "host-1:9092"),
        ("www.acme.co.uk", "host-1"),
        ("shop.acme.ch", "host-1"),
        ("10.1.2.3.nip.io", "host-1"),
        ("acme.datadoghq.com", "host-1"),
        ("STORE-1.ACME.NET", "host-1"),
        ("i-0123456789abcdef0", "host-1"),
    ]);
    stays(&[
        "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample",
        "k8s.io/client-go/tools/cache.(*Reflector).watch",
        "google.golang.org/grpc.(*Server).Serve",
        "go.opentelemetry.io/collector",
        "gopkg.in/yaml.v3",
        "golang.org/x/net/http2.(*Framer).ReadFrame",
        "vendor/golang.org/x/net",
        "see docs.datadoghq.com, app.datadoghq.eu and ddog-gov.com",
        "https://docs.datadoghq.com/agent/troubleshooting/send_a_flare/?tab=agentv7",
        "https://github.com/DataDog/datadog-agent/issues/1",
        "runtime/pprof.StartCPUProfile",
        "net/http.(*conn).serve",
        "datadog.yaml, status.log, memory-leak.zip, conf.d",
        "ASP.NET and Microsoft.NET",
        "java.net.SocketException",
        "statsd_metric_blocklist",
        "system.cpu.user",
        "e.g. this, i.e. that",
        "shop.at",
    ]);
}

#[test]
fn ip_names() {
    becomes(&[
        ("ip-10-20-30-40", "host-1"),
        ("ip-10-20-30-40.ec2.internal", "host-1"),
        (
            "IP-10-20-30-40 ip-10-20-30-40.ec2.internal",
            "host-1 host-1",
        ),
        ("ip-10-20-30-40.unusual", "host-1.unusual"),
    ]);
    for text in ["main.ip-10-20-30-40", "[ip-10-20-30-40.ec2.internal]"] {
        assert!(!code(text).contains("10-20"), "{text}");
    }
    stays(&[
        "ip-10-20-30",
        "ip-10-20-30-400",
        "ip-a-b-c-d",
        "zip-10-20-30-40",
    ]);
}

#[test]
fn ipv4() {
    becomes(&[
        ("10.0.0.1", "ip-1"),
        ("10.9.8.7", "ip-1"),
        ("at 10.0.0.1.", "at ip-1."),
        ("10.0.0.1:8125, 10.0.0.2:8125", "ip-1:8125, ip-2:8125"),
        ("(127.0.0.1)", "(ip-1)"),
        ("10.0.0.0/8", "ip-1/8"),
        ("10.0.0.1-10.0.0.9", "ip-1-ip-2"),
        ("x=10.0.0.1", "x=ip-1"),
        (
            "peer web-7/10.0.0.1:80 or /10.0.0.2:80",
            "peer host-1/ip-1:80 or /ip-2:80",
        ),
        ("node-10.0.0.1", "node-ip-1"),
        ("subversion of 10.0.0.1", "subversion of ip-1"),
    ]);
    assert_eq!(code("dial 10.0.0.1:80"), "dial ip-1:80");
    stays(&[
        "7.71.2",
        "v1.2.3.4",
        "go1.25.6.1",
        "1.2.3.4.5",
        "6.8.0-1021-aws",
        "1.2.3.4rc1",
        "256.1.1.1",
        "01.2.3.4",
        "version 1.2.3.4",
        "Version: 10.0.0.1",
        "1.2.3",
        "30.0 s",
        "2026.11.23",
        "ubuntu 24.04",
        "[libx.so.1.0.0.2]",
    ]);
}

#[test]
fn ipv6() {
    becomes(&[
        ("::1", "ipv6-1"),
        ("fe80::1%eth0", "ipv6-1"),
        ("[2001:db8::1]:8126", "[ipv6-1]:8126"),
        ("at 2001:db8::1.", "at ipv6-1."),
        ("fe80::1: refused", "ipv6-1: refused"),
        ("2001:db8::/32", "ipv6-1/32"),
        ("::ffff:10.0.0.1", "ipv6-1"),
        ("1:2:3:4:5:6:7:8", "ipv6-1"),
        ("1:2:3:4:5:6:7:8:8126", "ipv6-1:8126"),
        ("2001:DB8::1 2001:db8:0::1", "ipv6-1 ipv6-1"),
        ("fe80::1%eth0 fe80::1%eth1", "ipv6-1 ipv6-2"),
        ("dead:beef::cafe", "ipv6-1"),
        ("host_ip:2001:db8::1", "host_ip:ipv6-1"),
        ("host_ip:::1", "host_ip:ipv6-1"),
    ]);
    assert_eq!(
        code("dial [2001:db8::1]:80, addr:fe80::1"),
        "dial [ipv6-1]:80, addr:ipv6-2"
    );
    stays(&[
        "std::string",
        "a::b",
        "std::vec::Vec",
        "::std::x",
        "10:29:16",
        "10:29",
        "::",
        "[::]:8125",
        "core::fmt",
        "a::b::c1x",
        "dead::beef",
        "02:42:ac:11:00:02",
        "1:2",
        "x_::1",
    ]);
    assert_eq!(code("ab::c1"), "ab::c1");
}

#[test]
fn unix_paths() {
    becomes(&[
        ("/etc/datadog-agent/datadog.yaml", "path-1.yaml"),
        ("in /opt/acme/bin/run.", "in path-1."),
        ("file:/etc/acme.d/conf.yaml:", "file:path-1.yaml:"),
        ("file:/etc/acme.d/conf.yaml[0]", "file:path-1.yaml[0]"),
        ("\"/srv/a\", '/srv/b'", "\"path-1\", 'path-2'"),
        ("(/srv/a)", "(path-1)"),
        ("dir=/srv/a", "dir=path-1"),
        ("PATH=/srv/a:/srv/b", "PATH=path-1:path-2"),
        ("/srv/main.go:123", "path-1.go:123"),
        ("/srv/lib.so.1.0", "path-1.so"),
        ("/srv/jobs/acme.payments", "path-1"),
        ("/srv/.hidden", "path-1"),
        ("~/secret/x", "path-1"),
        ("/acme-data", "path-1"),
        ("/srv/a/ /srv/a", "path-1/ path-1"),
        ("\"/Library/Application Support/x\"", "\"path-1\""),
        ("open /srv/a: no such file", "open path-1: no such file"),
        ("-v /srv/a:/data/b:ro", "-v path-1:path-2:ro"),
        ("/srv/größe/x", "path-1"),
    ]);
    assert_eq!(
        code("[/usr/lib/libc.so.6] /go/src/x.go"),
        "[path-1.so] path-2.go"
    );
    stays(&[
        "30 MB/s",
        "354 MB/min",
        "/min",
        "(/s)",
        "and/or",
        "and / or",
        "net/http",
        "w/o",
        "I/O",
        "profiles/core-cpu.pprof",
        "etc/confd/x.yaml",
        "</b>",
        "// comment",
        "a /",
        "1/2",
        "n/a",
        "expvar/memstats",
    ]);
}

#[test]
fn windows_paths() {
    becomes(&[
        (r"C:\ProgramData\Datadog\datadog.yaml", "path-1.yaml"),
        (r"D:/data/x.log is", "path-1.log is"),
        (r"\\server\share\x", "path-1"),
        (r"\\?\C:\x\y.txt", "path-1.txt"),
        (r"\\.\pipe\acme", "path-1"),
        (
            r"C:\Program Files\Datadog\Datadog Agent\bin\agent.exe runs",
            "path-1.exe runs",
        ),
        (r"C:\Program Files (x86)\Acme\a.dll", "path-1.dll"),
        (r#""C:\Users\Jane Doe""#, r#""path-1""#),
        (r"in C:\a\b, D:\c", "in path-1, path-2"),
        (r"c:\A\b C:/a/B C:\\a\\b", "path-1 path-1 path-1"),
        (r"C:\a.go:12", "path-1.go:12"),
        (r"file:C:\a\b", "file:path-1"),
    ]);
    stays(&[
        r"C:\ is full",
        r"\d+\s*",
        r"a\b",
        "C: drive",
        r"\\ two",
        "abc:/",
    ]);
}

#[test]
fn urls() {
    becomes(&[
        (
            "https://web-7.example.com/a/b.json?x=y",
            "https://host-1/path-1.json",
        ),
        (
            "http://10.0.0.1:8126/v0.4/traces",
            "http://ip-1:8126/path-1",
        ),
        ("http://[::1]:80/x", "http://[ipv6-1]:80/path-1"),
        ("http://redis:6379", "http://host-1:6379"),
        ("http://localhost:5000/", "http://localhost:5000/"),
        ("<https://acme.example/x.>", "<https://host-1/path-1.>"),
        ("https://user:s3cret@acme.com/", "https://tag-1@host-1/"),
        (
            "postgres://u:p@ss@db-3.acme.com/ledger",
            "postgres://tag-1@host-1/path-1",
        ),
        ("file:///etc/acme.yaml", "file:///path-1.yaml"),
        ("unix:///var/run/acme.sock.", "unix:///path-1.sock."),
        ("jdbc:mysql://db-3/x", "jdbc:mysql://host-1/path-1"),
        (
            "docker://4b0571f28b2f4b0571f28b2f4b0571f28b2f4b0571f28b2f4b0571f28b2fabcd",
            "docker://container-1",
        ),
        (
            "http://%%host%%:%%port%%/x",
            "http://%%host%%:%%port%%/path-1",
        ),
        (
            "https://app.datadoghq.com/a?host=web-7",
            "https://app.datadoghq.com/a?host=host-1",
        ),
    ]);
    assert_eq!(code("https://acme.com/x"), "https://host-1/path-1");
    stays(&["http://", "a://"]);
}

#[test]
fn tags() {
    becomes(&[
        ("env:prod", "env:tag-1"),
        ("kube_namespace:payments", "kube_namespace:tag-1"),
        ("team:a/b", "team:tag-1"),
        (
            "env:prod,team:a/b;env:prod",
            "env:tag-1,team:tag-2;env:tag-1",
        ),
        ("[\"env:prod\", \"x:y\"]", "[\"env:tag-1\", \"x:tag-2\"]"),
        ("#env:prod,service:cart|c", "#env:tag-1,service:tag-2|c"),
        ("image:acme/app:1.2", "image:tag-1"),
        ("host:web-7", "host:host-1"),
        ("host:web-7.example.com:80", "host:host-1:80"),
        ("ip:10.0.0.1", "ip:ip-1"),
        ("mailto:jane@acme.com", "mailto:email-1@redacted.invalid"),
        ("pod_name:ledger-0", "pod_name:pod-1"),
        ("team:blue-web-7", "team:tag-1"),
        ("account:123456789012", "account:tag-1"),
        (
            "app.kubernetes.io/name:cart",
            "app.kubernetes.io/name:tag-1",
        ),
        ("web-7:error", "host-1:tag-1"),
        ("web-7.example.com:error", "host-1:tag-1"),
        ("network:4b0571f28b2f7a9b", "network:tag-1"),
        ("env:prod.", "env:tag-1."),
        ("source:github.com/acme", "source:tag-1"),
    ]);
    for text in ["env:prod", "type:.eq.x", "team:a/b"] {
        assert_eq!(code(text), text);
    }
    stays(&[
        "name: value",
        "core:",
        "at 10:29:16",
        "file.go:123",
        "file.go:123:45",
        "port:8125",
        "localhost:8125",
        "pkg/x.func1",
        "std::string",
        "{\"a\":1}",
        "key:(x)",
        "a :b",
        "x:",
        "8:a",
    ]);
}

#[test]
fn containers_and_pods() {
    let id = "4b0571f28b2f4b0571f28b2f4b0571f28b2f4b0571f28b2f4b0571f28b2fabcd";
    becomes(&[
        (id, "container-1"),
        (&format!("{id} 4b0571f28b2f"), "container-1 container-1"),
        (
            &format!("cri-containerd-{id}.scope"),
            "cri-containerd-container-1.scope",
        ),
        ("4b0571f28b2f", "container-1"),
        ("payments_api.1 stopped", "container-1 stopped"),
        ("cart-redis", "container-1"),
        ("pods/ledger-0", "pods/pod-1"),
        ("web-6d4cf56db6-x7k2p", "pod-1"),
        ("cart-7c9d8b5f6-zx4mq.", "pod-1."),
        ("datadog-agent-x7k2p", "pod-1"),
        ("backup-28391040-x7k2p", "pod-1"),
        ("default/cart-7c9d8b5f6-zx4mq", "default/pod-1"),
    ]);
    assert_eq!(
        code(&format!("{id} cart-7c9d8b5f6-zx4mq ledger-0")),
        "container-1 pod-1 pod-2"
    );
    for text in ["4b0571f28b2f", "datadog-agent-x7k2p"] {
        assert_eq!(code(text), text);
    }
    stays(&[
        "123456789012",
        "deadbeefcafe",
        "0xc000123456ab",
        "4b0571f28b2f7a9b",
        "cd5b0ab605fdd6eb0aa5da124c871160bb51d43b",
        "v0.0.0-20210101000000-abcdef123456",
        "123e4567-e89b-12d3-a456-426614174000",
        "proxy-https",
        "system-probe",
        "heap-1st",
        "linux-x8664",
        "port-24567",
        "a-bcdfg1",
    ]);
}

#[test]
fn emails() {
    becomes(&[
        ("jane.doe@acme.com", "email-1@redacted.invalid"),
        (
            "<Jane@Acme.com>, jane@acme.com",
            "<email-1@redacted.invalid>, email-1@redacted.invalid",
        ),
        ("to=a+b@acme.co.uk.", "to=email-1@redacted.invalid."),
        ("jürgen@müller.de", "email-1@redacted.invalid"),
    ]);
    assert_eq!(code("jane@acme.com"), "email-1@redacted.invalid");
    stays(&[
        "x@y",
        "@acme",
        "a @ b.com1",
        "module@v1.2.3",
        "module@v1.2.3-rc.beta",
        "user@1000.service",
        "libc.so.6@GLIBC_2.2.5",
    ]);
}
