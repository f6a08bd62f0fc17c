//! `docs/capacity.md`: every figure, where it is from, and what follows from it.

use std::fmt::Write;

use anyhow::Result;

use super::{
    APPLICATIONS, ASSUMED, HOP, SIGN_INS, applications_a_second, assumed, calls_a_second,
    documents_a_second, needs,
};
use crate::object::Overlay;
use crate::programs::Programs;
use crate::rules::numbers;

/// The page, of the figures and the overlay of that day.
///
/// # Errors
/// Never: text takes every word.
pub fn text(overlay: &Overlay, programs: &Programs) -> Result<String> {
    let mut page = String::from(include_str!("head.md"));
    writeln!(page, "| measured | figure | where |\n|---|---|---|")?;
    for it in [&HOP, &SIGN_INS] {
        writeln!(
            page,
            "| {} | {} {} | [performance.md](performance.md) |",
            it.row, it.figure, it.unit
        )?;
    }
    writeln!(page, "\n| assumed | figure | why |\n|---|---|---|")?;
    for (name, figure, unit, why) in ASSUMED {
        writeln!(page, "| {name} | {figure} {unit} | {why} |")?;
    }
    let (calls, documents) = (calls_a_second(), documents_a_second());
    writeln!(page, "\n## The busiest minute\n")?;
    writeln!(
        page,
        "{:.1} applications/s, {calls:.0} calls/s, {:.0} sign-ins/s, {documents:.0} documents/s, which are {:.0} MiB/s\nor {:.1} Gbit/s at the edge.\n",
        applications_a_second(),
        applications_a_second() * assumed("sign-ins"),
        documents * assumed("a document"),
        documents * assumed("a document") * 1.048_576 * 8.0 / 1000.0
    )?;
    writeln!(page, "## Replicas\n")?;
    writeln!(
        page,
        "Pods = cores / (what a pod asks for × what it is to use of it), rounded up; then half as many again, so that one zone\nof three may go; then, at most, half as many again.\n"
    )?;
    writeln!(
        page,
        "| program | cores | a pod | busiest minute | with a zone gone | at most |\n|---|---|---|---|---|---|"
    )?;
    for need in needs(overlay) {
        writeln!(
            page,
            "| {} | {:.2} | {} m × {} % | {} | **{}** | {} |",
            need.program,
            need.cores,
            need.request,
            need.target,
            need.busiest(),
            need.replicas(),
            need.most()
        )?;
    }
    let (opened, allowed) = numbers::connections_sum(overlay, programs);
    writeln!(
        page,
        "\n## Connections\n\n{opened} at most, with every replica that the autoscalers may start and one more of each while it is rolled out;\nPostgreSQL lets in {allowed}. They are mostly idle: writes take milliseconds, and `irikteu_pool_waiting` says when they\nare too few.\n"
    )?;
    let rows = APPLICATIONS * assumed("rows and indexes") / 1e6;
    let stored = APPLICATIONS * assumed("documents") * assumed("a document") / 1024.0 / 1024.0;
    writeln!(page, "## Storage\n")?;
    writeln!(
        page,
        "- PostgreSQL: {rows:.0} GB of rows and indexes; with what updates leave behind until it is vacuumed, twice that. The claim\n  has 100 Gi."
    )?;
    writeln!(
        page,
        "- Its WAL: some three times the rows, {:.0} GB over the day and {:.0} GB in the busiest hour. The claim of 50 Gi holds it for\n  some hours while the archive is away.",
        rows * 3.0,
        rows * 3.0 * assumed("busiest hour")
    )?;
    writeln!(
        page,
        "- Documents: {stored:.1} TiB in the store, and as much again where it keeps two copies."
    )?;
    Ok(page)
}
