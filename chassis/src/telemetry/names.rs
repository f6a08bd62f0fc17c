//! Every name that telemetry shows. `docs/telemetry.md` says what each means; a test holds the two in
//! step. Names of spans' attributes are those of OpenTelemetry's semantic conventions.

/// Attributes of spans. Nothing else leaves the process with a span but its name and its times.
pub mod attribute {
    pub const RPC_SYSTEM: &str = "rpc.system";
    pub const RPC_SERVICE: &str = "rpc.service";
    pub const RPC_METHOD: &str = "rpc.method";
    pub const RPC_STATUS: &str = "rpc.grpc.status_code";
    pub const HTTP_METHOD: &str = "http.request.method";
    pub const HTTP_ROUTE: &str = "http.route";
    pub const HTTP_STATUS: &str = "http.response.status_code";
    pub const DB_SYSTEM: &str = "db.system.name";
    pub const DB_OPERATION: &str = "db.operation.name";
    pub const DB_SUMMARY: &str = "db.query.summary";
    pub const MESSAGING_SYSTEM: &str = "messaging.system";
    pub const MESSAGING_OPERATION: &str = "messaging.operation.type";
    pub const MESSAGING_DESTINATION: &str = "messaging.destination.name";
    pub const MESSAGING_GROUP: &str = "messaging.consumer.group.name";
    pub const MESSAGING_ID: &str = "messaging.message.id";
    pub const ERROR_TYPE: &str = "error.type";
    pub const SERVICE_NAME: &str = "service.name";
    pub const SERVICE_NAMESPACE: &str = "service.namespace";
    pub const SERVICE_VERSION: &str = "service.version";
    pub const SERVICE_INSTANCE: &str = "service.instance.id";
}

/// Metrics with labels of their own, and what they count.
pub mod metric {
    pub const CALLS: [&str; 2] = [
        "irikteu_calls_total",
        "Calls answered, by service, RPC and code.",
    ];
    pub const CALL_SECONDS: [&str; 2] = ["irikteu_call_seconds", "Time to the answer's start."];
    pub const DATABASE_SECONDS: [&str; 2] = [
        "irikteu_database_seconds",
        "Time of a statement; BEGIN includes the wait for a connection.",
    ];
    pub const DATABASE_ERRORS: [&str; 2] = [
        "irikteu_database_errors_total",
        "Statements that the database refused or did not answer.",
    ];
    pub const EVENTS: [&str; 2] = [
        "irikteu_events_total",
        "Events given to a subscriber, by what came of it.",
    ];
    pub const EVENT_SECONDS: [&str; 2] = [
        "irikteu_event_seconds",
        "Time that a subscriber took over an event.",
    ];
    pub const JOB_FAILURES: [&str; 2] = [
        "irikteu_job_failures_total",
        "Turns of clock-driven work that failed.",
    ];
    pub const SPANS: [&str; 2] = [
        "irikteu_spans_total",
        "Spans that ended: sent to the collector, or dropped because it did not keep up.",
    ];
    pub const COLLECTOR_UP: [&str; 2] = [
        "irikteu_collector_up",
        "Whether the collector took what was sent last.",
    ];
    pub const BUILD: [&str; 2] = ["irikteu_build_info", "Always 1; the version is a label."];
    pub const CERTIFICATE_LEFT: [&str; 2] = [
        "irikteu_certificate_seconds_left",
        "Time until the certificate in use ends, by whom it is shown to; negative once it has.",
    ];
    pub const UPTIME: [&str; 2] = ["irikteu_uptime_seconds", "Time since the process began."];
    pub const MEMORY: [&str; 2] = [
        "process_resident_memory_bytes",
        "Memory that the process has in RAM.",
    ];
    pub const THREADS: [&str; 2] = ["process_threads", "Threads of the process."];
}

/// Levels: what there is now. Each is shown as `irikteu_` and its name, by service.
pub const LEVELS: &[[&str; 2]] = &[
    ["outbox_waiting", "Events kept until all have taken them."],
    [
        "outbox_dead",
        "Events that were tried too often to be sent.",
    ],
    [
        "outbox_oldest_seconds",
        "Age of the oldest event that not all have taken.",
    ],
    ["pool_open", "Open connections to the database."],
    ["pool_idle", "Of these, those that do nothing."],
    ["pool_most", "Connections to the database at most."],
    [
        "pool_waiting",
        "Transactions that wait for a connection to begin.",
    ],
    [
        "clock_off_seconds",
        "How far this machine's clock is ahead of the database's.",
    ],
    ["stream_up", "Whether Redis took the last events."],
    ["redis_up", "Whether Redis answers."],
    [
        "stream_reading",
        "Whether this instance is the one that reads the service's events.",
    ],
    ["stream_held", "Events read and not taken yet."],
    ["stream_lag", "Events of the stream still to be read."],
    ["stream_pending", "Events read and not acknowledged."],
    [
        "stream_dead",
        "Events that were tried too often to be taken.",
    ],
    ["watches_open", "Calls that stay open."],
    ["event_streams", "Streams of events at the gateway."],
    ["mail_waiting", "Mails still to be sent."],
    [
        "signature_check_away",
        "Whether nobody could say if the last electronic signature was good.",
    ],
    ["mail_failed", "Mails that were given up."],
    [
        "documents_unchecked",
        "Documents that wait for their check.",
    ],
    [
        "scanner_away",
        "Whether the scanner of malware does not answer.",
    ],
    [
        "documents_without_bytes",
        "Documents whose bytes are not in the store.",
    ],
    [
        "blobs_unknown",
        "Blobs of no document that the sweep did not dare to remove.",
    ],
    [
        "blobs_wrong",
        "Times that bytes read were not those that came.",
    ],
    ["review_tasks", "Review tasks that wait for a decision."],
    ["overdue_review_tasks", "Of these, those past their term."],
    [
        "review_tasks_without_term",
        "Review tasks whose year has no calendar.",
    ],
    [
        "seats_left",
        "Free seats of sessions to come, by the stage's number.",
    ],
    ["bookings_waiting", "Bookings that wait to be decided on."],
    [
        "confirmations_waiting",
        "Confirmations of bookings that wait to be written.",
    ],
    [
        "seats_held",
        "Seats held and not yet confirmed, by the stage's number.",
    ],
    [
        "seats_taken",
        "Seats taken, held ones among them, by the stage's number.",
    ],
];

/// What a level is, where it is listed.
pub(super) fn help(what: &str) -> &'static str {
    let listed = LEVELS.iter().find(|[name, _]| *name == what);
    listed.map_or("A level.", |[_, help]| help)
}
