//! What processes weigh that were started, answered a little, and have nothing to do.

use std::time::Duration;

use anyhow::Result;

use crate::child::Child;
use crate::options::Options;
use crate::report::Row;
use crate::stack::Stack;
use crate::{load, machine};

/// By then what only the start needed is given back.
const REST: Duration = Duration::from_secs(5);
const MEBIBYTE: f64 = 1024.0 * 1024.0;

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let rest = if options.is_smoke {
        Duration::ZERO
    } else {
        REST
    };
    let mut rows = Vec::new();
    for service in ["testing-svc", "questionnaire-svc"] {
        let stack = Stack::start(service).await?;
        load::pause(rest).await;
        rows.push(row(service, stack.service.pid(), 40.0)?);
        if rows.len() == 1 {
            rows.push(row("gateway", stack.gateway.pid(), 40.0)?);
        }
    }
    let suite = Child::start("suite").await?;
    load::pause(rest).await;
    rows.push(row(
        "all in one process, with demonstration",
        suite.pid(),
        120.0,
    )?);
    Ok(rows)
}

fn row(what: &str, pid: u32, most: f64) -> Result<Row> {
    let weighs = machine::resident(pid)? / MEBIBYTE;
    Ok(Row::below(
        &format!("memory at rest: {what}"),
        "nothing, in MiB",
        weighs,
        most,
        "resident".to_owned(),
    ))
}
