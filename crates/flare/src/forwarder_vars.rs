//! `expvar/forwarder`: what became of the payloads that the Agent sent, and what waits in memory
//! to be sent again.

use super::yaml::Node;

/// Names kept of a list.
const NAMES: usize = 200;

/// Payloads since start. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// Accepted by Datadog.
    pub success: Option<u64>,
    /// Given up.
    pub dropped: Option<u64>,
    /// Given up before the first try.
    pub dropped_on_input: Option<u64>,
    /// Tried again.
    pub retried: Option<u64>,
    /// Put back to be tried again.
    pub requeued: Option<u64>,
    /// Waiting now to be tried again.
    pub retry_queue_size: Option<u64>,
    /// How often the queue of new payloads was full.
    pub high_priority_queue_full: Option<u64>,
    /// Failures to send.
    pub errors: Option<u64>,
    /// The same by type, for example `ConnectionErrors`.
    pub errors_by_type: Vec<(String, u64)>,
    /// Answers that were errors.
    pub http_errors: Option<u64>,
    /// The same by status code.
    pub http_errors_by_code: Vec<(String, u64)>,
    /// Handed to the forwarder, by endpoint, for example `series_v2`. In these lists an endpoint
    /// that is not there counts 0.
    pub input_by_endpoint: Option<Vec<(String, u64)>>,
    /// Accepted by Datadog, by endpoint. Has endpoints that nothing was sent to, with 0.
    pub success_by_endpoint: Option<Vec<(String, u64)>>,
    /// Put back to be tried again, by endpoint.
    pub requeued_by_endpoint: Option<Vec<(String, u64)>>,
    /// Tried again, by endpoint.
    pub retried_by_endpoint: Option<Vec<(String, u64)>>,
    /// Given up, by endpoint.
    pub dropped_by_endpoint: Option<Vec<(String, u64)>>,
}

/// The queue of payloads that wait in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetryQueue {
    /// Bytes held now.
    pub memory_bytes: Option<u64>,
    /// Payloads held now.
    pub transactions: Option<u64>,
    /// Payloads dropped because the queue was full.
    pub dropped: Option<u64>,
    /// Metric points in them.
    pub points_dropped: Option<u64>,
    /// Errors of the queue itself.
    pub errors: Option<u64>,
}

/// What the forwarder says. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwarderVars {
    /// Payloads.
    pub transactions: Transactions,
    /// Payloads that wait in memory.
    pub retry_queue: RetryQueue,
    /// Each key with its state, for example `API key ending with ab12c` and `API Key valid`.
    pub api_keys: Vec<(String, String)>,
    /// Keys that failed, with the reason.
    pub api_key_failures: Vec<(String, String)>,
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<ForwarderVars> {
    let (node, _) = Node::parse(text);
    let count = |path: &str| node.count_at(path);
    let counts = |path: &str| {
        node.at(path)
            .map(|node| node.counts(NAMES))
            .unwrap_or_default()
    };
    let listed = |path: &str| Some(node.at(path)?.counts(NAMES));
    let texts = |path: &str| {
        let entries = node.get(path).map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned())))
            .take(NAMES)
            .collect()
    };
    let vars = ForwarderVars {
        transactions: Transactions {
            success: count("Transactions.Success"),
            dropped: count("Transactions.Dropped"),
            dropped_on_input: count("Transactions.DroppedOnInput"),
            retried: count("Transactions.Retried"),
            requeued: count("Transactions.Requeued"),
            retry_queue_size: count("Transactions.RetryQueueSize"),
            high_priority_queue_full: count("Transactions.HighPriorityQueueFull"),
            errors: count("Transactions.Errors"),
            errors_by_type: counts("Transactions.ErrorsByType"),
            http_errors: count("Transactions.HTTPErrors"),
            http_errors_by_code: counts("Transactions.HTTPErrorsByCode"),
            input_by_endpoint: listed("Transactions.InputCountByEndpoint"),
            success_by_endpoint: listed("Transactions.SuccessByEndpoint"),
            requeued_by_endpoint: listed("Transactions.RequeuedByEndpoint"),
            retried_by_endpoint: listed("Transactions.RetriedByEndpoint"),
            dropped_by_endpoint: listed("Transactions.DroppedByEndpoint"),
        },
        retry_queue: RetryQueue {
            memory_bytes: count("TransactionContainer.CurrentMemSizeInBytes"),
            transactions: count("TransactionContainer.TransactionsCount"),
            dropped: count("TransactionContainer.TransactionsDroppedCount"),
            points_dropped: count("TransactionContainer.PointsDroppedCount"),
            errors: count("TransactionContainer.ErrorsCount"),
        },
        api_keys: texts("APIKeyStatus"),
        api_key_failures: texts("APIKeyFailure"),
    };
    (vars != ForwarderVars::default()).then_some(vars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue() {
        let vars = parse(
            "APIKeyStatus:\n  API key ending with ab12c: API Key valid\nFileStorage:\n  CurrentSizeInBytes: 0\n  FilesCount: 0\n  FilesRemovedCount: 2\nRemovalPolicy:\n  OutdatedFilesCount: 1\nTransactionContainer:\n  CurrentMemSizeInBytes: 1.5728291e+07\n  ErrorsCount: 0\n  PointsDroppedCount: 90210\n  TransactionsCount: 812\n  TransactionsDroppedCount: 33\nTransactions:\n  Cluster: 0\n  Dropped: 33\n  DroppedByEndpoint:\n    series_v2: 33\n  Errors: 4120\n  ErrorsByType:\n    ConnectionErrors: 4100\n    DNSErrors: 20\n  HTTPErrors: 7\n  HTTPErrorsByCode:\n    \"403\": 7\n  HighPriorityQueueFull: 5\n  Requeued: 4087\n  Retried: 3275\n  RetryQueueSize: 812\n  Success: 1.204512e+06\n",
        )
        .unwrap();
        assert_eq!(vars.transactions.success, Some(1_204_512));
        assert_eq!(vars.transactions.retry_queue_size, Some(812));
        assert_eq!(
            vars.transactions.errors_by_type[0],
            ("ConnectionErrors".to_owned(), 4100)
        );
        assert_eq!(
            vars.transactions.http_errors_by_code,
            [("403".to_owned(), 7)]
        );
        assert_eq!(vars.retry_queue.memory_bytes, Some(15_728_291));
        assert_eq!(vars.retry_queue.points_dropped, Some(90_210));
        assert_eq!(
            vars.api_keys,
            [(
                "API key ending with ab12c".to_owned(),
                "API Key valid".to_owned()
            )]
        );
    }

    #[test]
    fn by_endpoint() {
        let vars = parse(
            "Transactions:\n  DroppedByEndpoint: {}\n  InputCountByEndpoint:\n    series_v2: 10\n    sketches_v2: 48\n  Requeued: 915\n  RequeuedByEndpoint:\n    series_v2: 12\n    sketches_v2: 52\n  RetriedByEndpoint:\n    series_v2: 4\n  SuccessByEndpoint:\n    connections: 0\n    series_v2: 2\n",
        )
        .unwrap()
        .transactions;
        let one = |name: &str, count| (name.to_owned(), count);
        assert_eq!(
            vars.input_by_endpoint,
            Some(vec![one("series_v2", 10), one("sketches_v2", 48)])
        );
        assert_eq!(
            vars.success_by_endpoint,
            Some(vec![one("connections", 0), one("series_v2", 2)])
        );
        assert_eq!(
            vars.requeued_by_endpoint,
            Some(vec![one("series_v2", 12), one("sketches_v2", 52)])
        );
        assert_eq!(vars.retried_by_endpoint, Some(vec![one("series_v2", 4)]));
        assert_eq!(vars.dropped_by_endpoint, Some(vec![]));
    }

    #[test]
    fn no_vars() {
        for text in ["", "{}", "Transactions: 5", "[1, 2", "\u{0}\u{1}"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(
            parse("Transactions:\n  Dropped: 3\n  Errors")
                .unwrap()
                .transactions
                .dropped,
            Some(3)
        );
    }
}
