//! Statements as telemetry sees them.

use sea_orm::{DbBackend, DbErr};

use crate::clock::Stopwatch;
use crate::telemetry::{metrics, summary, trace};

/// Measures a statement, and shows it in the trace of its cause by its verb and table.
pub async fn observed<T>(
    on: DbBackend,
    sql: &str,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let started = Stopwatch::start();
    let operation = summary::operation(sql);
    let system = match on {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    };
    let span = trace::Span::statement(system, operation, || summary::summary(sql));
    let outcome = span.around(work).await;
    if outcome.is_err() {
        span.failed("database");
    }
    metrics::stated(operation, started.elapsed(), outcome.is_ok());
    outcome
}
