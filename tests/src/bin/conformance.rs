//! `cargo xtask conformance`: tries the rules of the partners' contract, on a suite or on a partner's program.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chassis::clock::Clock;
use clap::Parser;
use jiff::SignedDuration;
use tests::Town;
use tests::conformance::place::{Given, PARTNER};
use tests::conformance::report::Verdict;
use tests::conformance::reverse::Reverse;
use tests::conformance::reverse::strike::Strikes;
use tests::conformance::reverse::watch::Wants;
use tests::conformance::scene::{Scene, Wishes};
use tests::conformance::{Place, Report, run};

/// Tries every rule of the partners' contract, and says of each what was sent and what came. Without an
/// address a suite is started for it, and ended after it. What is given of a suite that runs is used up:
/// try it where nobody depends on it.
#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    turned: Turned,
}

/// The other way round: a suite of ours for a partner's program to try itself on.
#[derive(Debug, clap::Args)]
struct Turned {
    /// Serves a partners' port on which things go wrong as they do in life, and says at the end what the
    /// program that called it did about them.
    #[arg(long, conflicts_with = "address")]
    serve_us: bool,

    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8443", requires = "serve_us")]
    listen: std::net::SocketAddr,

    /// A folder to put the certificates and the keys in.
    #[arg(long, default_value = ".conformance", requires = "serve_us")]
    folder: PathBuf,

    /// Ends once everything that is there to do is done; else with Ctrl-C.
    #[arg(long, requires = "serve_us")]
    until_done: bool,

    /// Promo codes, from 0 to 100.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=100), requires = "serve_us")]
    codes: u16,

    /// Candidates of the session, from 0 to 100.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(0..=100), requires = "serve_us")]
    candidates: u16,

    /// Minutes until the session starts, at least one; people may begin half an hour early.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1440), requires = "serve_us")]
    starts_in: u16,

    /// Minutes that it lasts; scores are taken after it.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1440), requires = "serve_us")]
    lasts: u16,
}

fn main() -> ExitCode {
    let program = Program::parse();
    let tried = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(tried(program)));
    match tried {
        Ok(report) => {
            println!("{report}");
            match report.count(Verdict::Fail) {
                0 => ExitCode::SUCCESS,
                _ => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tried(program: Program) -> anyhow::Result<Report> {
    if program.turned.serve_us {
        return served(&program.turned).await;
    }
    if program.given.address.is_some() {
        return run(&Place::given(program.given)?).await;
    }
    let town = Town::at_ten_on_the_first_of_june().await;
    let scene = Scene::of(&town, Wishes::few(1)).await;
    let report = run(&Place::of(&town, scene).await).await;
    town.close().await;
    report
}

async fn served(turned: &Turned) -> anyhow::Result<Report> {
    println!("A suite is started, people register and book; this takes half a minute.");
    let town = Town::by(Clock::machine()).await;
    let wishes = Wishes {
        first: 1,
        codes: turned.codes,
        candidates: turned.candidates,
        starts_in: SignedDuration::from_mins(turned.starts_in.into()),
        lasts: SignedDuration::from_mins(turned.lasts.into()),
    };
    let scene = Scene::of(&town, wishes).await;
    let half = usize::from(turned.candidates).div_ceil(2);
    let port = Reverse::open(&town, turned.listen, Strikes::all(half)).await?;
    hand_over(&town.data_dir(), &turned.folder)?;
    println!("{}", told(&town, &scene, &port, turned).await);
    let wants = Wants {
        session: scene.session,
        codes: scene.codes.len(),
    };
    tokio::select! {
        () = port.done(&wants), if turned.until_done => {}
        () = chassis::program::told_to_end() => {}
    }
    let report = port.report();
    port.close().await?;
    town.close().await;
    Ok(report)
}

/// The partner's certificate and keys, and whom it may believe.
fn hand_over(data_dir: &Path, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} can't be made", folder.display()))?;
    for name in [
        "authority.pem".to_owned(),
        format!("{PARTNER}.pem"),
        format!("{PARTNER}.key"),
        format!("{PARTNER}-files.key"),
    ] {
        let from = data_dir.join("certificates").join(&name);
        std::fs::copy(from, folder.join(&name))
            .with_context(|| format!("{name} can't be written"))?;
    }
    Ok(())
}

/// What the partner's program has to be told.
async fn told(town: &Town, scene: &Scene, port: &Reverse, turned: &Turned) -> String {
    let keys = town.someone().get("/v1/certificateKeys").await.body;
    let mut text = format!(
        "\n  port        https://localhost:{}\n  partner     {PARTNER}\n  \
         files       {}: authority.pem, {PARTNER}.pem, {PARTNER}.key, {PARTNER}-files.key (a seed of 32 bytes)\n  \
         our key     {}\n",
        port.address.port(),
        turned.folder.display(),
        keys["keys"][0]["publicKey"].as_str().unwrap_or_default(),
    );
    for code in &scene.codes {
        text += &format!("  code        {} of {}\n", code.code, code.iin);
    }
    if let Some(session) = &scene.session {
        text += &format!(
            "  session     {session}\n              {} to {}, {} candidates\n",
            scene.start, scene.end, turned.candidates
        );
    }
    text + "\nEverybody is invented. Ctrl-C ends it, with the report.\n"
}
