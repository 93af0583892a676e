//! Requests, as the browser reports them: those that left, and those that the page's policy refused.
//!
//! The same for the page and the worker, each of which hears of its own requests only. What never
//! leaves the computer's memory (`blob:` and `data:` addresses) is no request.

use engine::protocol::Contact;

/// All requests so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// The page is complete since then, in milliseconds since it began; it still loads when `None`.
    loaded_at_ms: Option<f64>,
    /// What left while the page loaded: its own parts, where it has several.
    pub loading: Vec<Made>,
    /// What left later.
    pub since: Vec<Made>,
    /// What was refused.
    pub refused: Vec<Refused>,
}

/// A request that left.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Where to.
    pub address: String,
    began_ms: f64,
}

/// A request that the policy refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Where it should have gone.
    pub address: String,
    /// By what rule.
    pub rule: String,
    at_ms: f64,
    /// The browser reported it as a request too.
    is_echoed: bool,
}

impl Refused {
    /// Browsers report some of what they refuse (pictures) as requests as well, before or after. What
    /// began later than the refusal is another request.
    fn is_echo(&self, made: &Made) -> bool {
        !self.is_echoed && self.address == made.address && made.began_ms <= self.at_ms
    }
}

impl Traffic {
    /// Requests that begin from now on are no part of loading the page.
    pub const fn is_loaded(&mut self, now_ms: f64) {
        if self.loaded_at_ms.is_none() {
            self.loaded_at_ms = Some(now_ms);
        }
    }

    /// Counts a contact of the page. A request is heard of only when it ended, so its beginning
    /// decides whether it was part of loading.
    pub fn of_page(&mut self, contact: Contact) {
        match contact {
            Contact::Made { address, at_ms } if self.loaded_at_ms.is_none_or(|at| at_ms < at) => {
                self.loading.push(Made {
                    address,
                    began_ms: at_ms,
                });
            }
            contact => self.of_worker(contact),
        }
    }

    /// Counts a contact of the worker, which has nothing to load.
    pub fn of_worker(&mut self, contact: Contact) {
        match contact {
            Contact::Made { address, at_ms } => {
                let made = Made {
                    address,
                    began_ms: at_ms,
                };
                match self
                    .refused
                    .iter_mut()
                    .find(|refused| refused.is_echo(&made))
                {
                    Some(refused) => refused.is_echoed = true,
                    None => self.since.push(made),
                }
            }
            Contact::Refused {
                address,
                rule,
                at_ms,
            } => {
                let mut refused = Refused {
                    address,
                    rule,
                    at_ms,
                    is_echoed: false,
                };
                if let Some(echo) = self.since.iter().position(|made| refused.is_echo(made)) {
                    self.since.remove(echo);
                    refused.is_echoed = true;
                }
                self.refused.push(refused);
            }
        }
    }

    /// A line for each.
    pub fn lines(&self) -> Vec<String> {
        let loading = self.loading.iter();
        let loading = loading.map(|it| format!("while loading: {}", it.address));
        let since = self.since.iter();
        let since = since.map(|it| format!("since then: {}", it.address));
        let refused = self.refused.iter();
        let refused = refused.map(|it| format!("refused by {}: {}", it.rule, it.address));
        loading.chain(since).chain(refused).collect()
    }
}

/// The address lies in the computer's memory: nothing leaves for it.
pub fn is_inside(address: &str) -> bool {
    ["blob:", "data:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

/// What was refused has an address. A script or a style without one is no request.
pub fn is_request(refused: &str) -> bool {
    !matches!(refused, "inline" | "eval" | "wasm-eval")
}

#[cfg(test)]
mod tests {
    use super::{Traffic, is_inside, is_request};
    use engine::protocol::Contact;

    fn made(address: &str, at_ms: f64) -> Contact {
        Contact::Made {
            address: address.to_owned(),
            at_ms,
        }
    }

    fn refused(address: &str, at_ms: f64) -> Contact {
        Contact::Refused {
            address: address.to_owned(),
            rule: "img-src".to_owned(),
            at_ms,
        }
    }

    #[test]
    fn what_began_before_the_page_was_complete_is_part_of_loading_it() {
        let mut traffic = Traffic::default();
        traffic.of_page(made("app.js", 1.0));
        traffic.is_loaded(10.0);
        traffic.is_loaded(99.0);
        traffic.of_page(made("late.css", 9.0));
        traffic.of_page(made("x", 50.0));
        traffic.of_worker(made("y", 2.0));
        assert_eq!(
            traffic.lines(),
            [
                "while loading: app.js",
                "while loading: late.css",
                "since then: x",
                "since then: y"
            ]
        );
    }

    #[test]
    fn a_refusal_that_is_reported_as_a_request_too_counts_once() {
        let mut traffic = Traffic::default();
        traffic.is_loaded(0.0);
        // Before, after, and another one later.
        traffic.of_page(made("a", 1.0));
        traffic.of_page(refused("a", 2.0));
        traffic.of_page(refused("b", 3.0));
        traffic.of_page(made("b", 3.0));
        traffic.of_page(made("b", 4.0));
        assert_eq!(
            traffic.lines(),
            [
                "since then: b",
                "refused by img-src: a",
                "refused by img-src: b"
            ]
        );
    }

    #[test]
    fn what_stays_in_memory_or_has_no_address_is_no_request() {
        assert!(is_inside("blob:null/1") && is_inside("data:,x") && !is_inside("https://x"));
        assert!(is_request("https://x") && !is_request("inline"));
    }
}
