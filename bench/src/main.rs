//! What the suite costs. Every figure is a ratio of two things that were done in turn in one run,
//! because the machine is shared: an absolute figure would say more about it than about us.
//!
//! | room | what it does |
//! |---|---|
//! | [`hop`] | the gateway against bare gRPC |
//! | [`sign_ins`] | signing in against bare argon2id, and what other calls feel of it |
//! | [`listeners`] | many who listen to the same |
//! | [`bookings`], [`promo_codes`], [`sections`], [`growth`] | services on PostgreSQL against pgbench |
//! | [`allocation`] | placing everybody of a season |
//! | [`rush`] | everybody chooses a seat in the same minute |
//! | [`papers`] | a certificate as a sheet of paper |
//! | [`idle`] | what a process weighs that has nothing to do |
//! | [`served`], [`seats`], [`child`] | what is measured, in a process of its own |
//! | [`stack`], [`backed`], [`backed_testing`], [`backed_questionnaire`] | the same before a database |
//! | [`postgres`], [`pgbench`], [`turns`] | the database, its own load generator, both sides in turn |
//! | [`load`], [`machine`] | callers; what the machine did meanwhile |
//! | [`options`], [`report`] | what was asked; the page that is written |
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

mod allocation;
mod backed;
mod backed_questionnaire;
mod backed_testing;
mod bookings;
mod child;
mod growth;
mod hop;
mod idle;
mod listeners;
mod load;
mod machine;
mod options;
mod papers;
mod pgbench;
mod postgres;
mod promo_codes;
mod report;
mod rush;
mod seats;
mod sections;
mod served;
mod sign_ins;
mod stack;
mod turns;

use std::future::Future;
use std::pin::Pin;

use anyhow::{Result, ensure};

use backed::Told;
use machine::Watch;
use options::Options;
use report::Row;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        // How this program starts the one that it measures.
        [serve, what, told] if serve == "serve" => {
            let told: Option<Told> = serde_json::from_str(told)?;
            runtime.block_on(serve_one(what, &told.unwrap_or_default()))
        }
        _ => runtime.block_on(measure(&Options::read(arguments)?)),
    }
}

async fn serve_one(what: &str, told: &Told) -> Result<()> {
    chassis::tls::use_ring();
    match what {
        "exchange" => backed::exchange(told).await?,
        "gateway" => backed::gateway(told).await?,
        "testing-svc" => backed_testing::serve(told).await?,
        "questionnaire-svc" => backed_questionnaire::serve(told).await?,
        other => return served::serve(other).await,
    }
    child::let_go().await
}

/// A part of the table: the names by which it is asked for, and how it is found.
type Part<'a> = (
    &'static str,
    &'static [&'static str],
    Pin<Box<dyn Future<Output = Result<Vec<Row>>> + 'a>>,
);

fn parts(options: &Options) -> Vec<Part<'_>> {
    vec![
        (
            "bookings",
            &["1", "2"],
            Box::pin(bookings::measure(options)),
        ),
        (
            "promo codes",
            &["4"],
            Box::pin(promo_codes::measure(options)),
        ),
        (
            "sections",
            &["5", "6"],
            Box::pin(sections::measure(options)),
        ),
        ("the hop", &["7", "8"], Box::pin(hop::measure())),
        ("signing in", &["9"], Box::pin(sign_ins::measure())),
        ("growth", &["11"], Box::pin(growth::measure(options))),
        (
            "allocation",
            &["12"],
            Box::pin(async move { allocation::measure(options) }),
        ),
        ("the rush", &["13"], Box::pin(rush::measure(options))),
        (
            "certificates",
            &["14"],
            Box::pin(async move { papers::measure(options) }),
        ),
        ("listeners", &["listeners"], Box::pin(listeners::measure())),
        ("memory", &["memory"], Box::pin(idle::measure(options))),
    ]
}

async fn measure(options: &Options) -> Result<()> {
    let watch = Watch::start()?;
    let (mut rows, mut broken) = (Vec::<Row>::new(), Vec::new());
    for (name, numbers, part) in parts(options) {
        if !options.wants(numbers) {
            continue;
        }
        match part.await {
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
                broken.push(name);
            }
        }
    }
    let others = watch.others()?;
    let page = report::page(&rows, others)?;
    println!("{page}");
    // A part of the table, or one that was only tried, is shown and not written down.
    if options.is_whole() {
        report::write(&page)?;
    }
    if others > machine::MOST_OF_OTHERS {
        eprintln!(
            "void: other programs took {:.0} % of the CPU",
            others * 100.0
        );
    }
    ensure!(broken.is_empty(), "not measured: {}", broken.join(", "));
    Ok(())
}
