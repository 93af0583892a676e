//! The page's Content Security Policy, as text for its `meta` element.
//!
//! Scripts and styles are named by the hashes of what stands between their tags, so whoever changes
//! a letter has to change the policy with it. `frame-ancestors`, `sandbox` and reports only count in
//! a header: docs/hosting.md has the header for servers.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy of the page that is one file: whatever it could load or send to is refused.
pub fn of_one_file(scripts: &[&str], style: &str) -> String {
    policy(&hashes(scripts), &hash(style), "'none'")
}

/// The policy of a built page in parts, as it is served while developing: those parts, of the same
/// server, and nothing else.
pub fn of_parts(scripts: &[&str]) -> String {
    let scripts = format!("'self' {}", hashes(scripts));
    policy(scripts.trim_end(), "'self'", "'self'")
}

/// `worker-src` covers the worker, which starts from an object URL and inherits the policy. The
/// icon is a `data:` address.
fn policy(scripts: &str, style: &str, connections: &str) -> String {
    format!(
        "default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; worker-src blob:; \
         style-src {style}; img-src data:; connect-src {connections}; form-action 'none'; \
         base-uri 'none'"
    )
}

/// Puts a policy into a page, in front of everything that it could concern.
///
/// # Errors
/// When the page has one already, or does not begin as expected.
pub fn put_into(html: &str, policy: &str) -> Result<String> {
    ensure!(
        !html.contains("http-equiv"),
        "the page already has a policy, or something else in place of a header"
    );
    let (before, after) = html
        .split_once("<meta charset=\"utf-8\">")
        .context("the page does not say its encoding first")?;
    Ok(format!(
        "{before}<meta charset=\"utf-8\">\n    {}{after}",
        element(policy)
    ))
}

/// The element that holds a policy.
pub fn element(policy: &str) -> String {
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")
}

/// What stands inside every script element that a browser runs, in order.
///
/// # Errors
/// When a script's element does not end.
pub fn inline_scripts(html: &str) -> Result<Vec<&str>> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let (attributes, after) = after.split_once('>').context("a script tag does not end")?;
        let (text, after) = after
            .split_once("</script>")
            .context("a script does not end")?;
        if !attributes.contains("text/plain") && !attributes.contains(" src=") {
            scripts.push(text);
        }
        rest = after;
    }
    Ok(scripts)
}

fn hashes(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| hash(text))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text as a source of the policy.
fn hash(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::{inline_scripts, of_one_file, of_parts, put_into};

    #[test]
    fn one_file_may_connect_to_nothing() {
        assert_eq!(
            of_one_file(&["a"], "b"),
            "default-src 'none'; \
             script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=' 'wasm-unsafe-eval'; \
             worker-src blob:; \
             style-src 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='; \
             img-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
        );
        assert!(of_parts(&[]).contains("connect-src 'self';"));
    }

    #[test]
    fn a_page_gets_one_policy() {
        let page = "<head>\n<meta charset=\"utf-8\">\n<title>t</title></head>";
        let with = put_into(page, "default-src 'none'").unwrap_or_default();
        assert_eq!(
            with,
            "<head>\n<meta charset=\"utf-8\">\n    <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'\">\n<title>t</title></head>"
        );
        assert!(put_into(&with, "default-src 'none'").is_err());
        assert!(put_into("<title>t</title>", "").is_err());
    }

    #[test]
    fn only_scripts_that_run_are_found() -> anyhow::Result<()> {
        let page = "<script>one</script><script type=\"text/plain\" id=\"x\">data</script>\
                    <script type=\"module\">\ntwo\n</script><script src=\"three.js\"></script>";
        assert_eq!(inline_scripts(page)?, ["one", "\ntwo\n"]);
        assert!(inline_scripts("<script>").is_err());
        Ok(())
    }
}
