//! What the suite costs. Every figure is a ratio of two things that were done in turn in one run,
//! because the machine is shared: an absolute figure would say more about it than about us.
//!
//! | room | what it does |
//! |---|---|
//! | [`hop`] | the gateway against bare gRPC |
//! | [`sign_ins`] | signing in against bare argon2id, and what other calls feel of it |
//! | [`listeners`] | many who listen to the same |
//! | [`served`], [`seats`], [`child`] | what is measured, in a process of its own |
//! | [`load`], [`machine`] | callers; what the machine did meanwhile |
//! | [`report`] | the page that is written |
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

mod child;
mod hop;
mod listeners;
mod load;
mod machine;
mod report;
mod seats;
mod served;
mod sign_ins;

use anyhow::bail;

use machine::Watch;
use report::Row;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => runtime.block_on(measure()),
        // How this program starts the one that it measures.
        (Some("serve"), Some(what)) => runtime.block_on(served::serve(&what)),
        _ => bail!("bench takes no arguments"),
    }
}

async fn measure() -> anyhow::Result<()> {
    let watch = Watch::start()?;
    let mut rows: Vec<Row> = Vec::new();
    for (name, found) in [
        ("the hop", hop::measure().await),
        ("signing in", sign_ins::measure().await),
        ("listeners", listeners::measure().await),
    ] {
        match found {
            Ok(found) => {
                for row in &found {
                    println!("{row}");
                }
                rows.extend(found);
            }
            // One that breaks does not hide the others.
            Err(error) => {
                eprintln!("{name} was not measured: {error:#}");
                rows.push(Row::unmeasured(name, &format!("{error:#}")));
            }
        }
    }
    let others = watch.others()?;
    let page = report::page(&rows, others)?;
    println!("{page}");
    report::write(&page)?;
    if others > machine::MOST_OF_OTHERS {
        eprintln!(
            "void: other programs took {:.0} % of the CPU",
            others * 100.0
        );
    }
    Ok(())
}
